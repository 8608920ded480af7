"""When personal data got out (UU 27/2022 art. 46): what is known, how many people it touches, the clock of 72 hours.

The office notes it in its internal log; nobody else reads that. The supervising body and the people it touches are told
by letter within 3 x 24 hours of its becoming known. A partner whose data is concerned is told by a fact of its own.
"""
