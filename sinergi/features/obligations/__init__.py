"""What each article obliges whom to do, by when, and by what it is shown (articles 4 to 13 and their obligations).

The parties agree on one list of obligations; due dates follow from it, the election calendar and the work itself, on
every node alike. Who states what: any party proposes a list and answers another's; the debtor states that it was done
where the work does not show it by itself, or asks to be released; the creditor confirms, consents or disputes.
Evidence from work arrives through the header's `obligation` field of any feature's facts.
"""
