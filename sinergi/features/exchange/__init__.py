"""Article 4, clause 3 of the template: each party keeps the same records and can prove it.

The page *Siapa punya apa* says for every agreement which facts are signed, where they arrived, what is on its way and
why something was not sent. This feature owns no facts; it reads the ledger and what the exchange last saw.
"""
