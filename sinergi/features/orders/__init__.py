"""Duty orders (article 5, P-05 and D-06): from a kept plan to a signed order and a numbered letter for each officer.

Who owns which fact. The police alone. In their internal log: an order that the Kapolres or the Plh signed, with its
annex by name, its security plan and (in a fact of its own) the intelligence annex; that it was revoked; that its
letters were drawn. Under an agreement: the roster of its stations (D-06), least data. A draft is an ordinary row.

An order hands out a block of letter numbers at once, inside the writer, so the series has no gaps. A later order that
replaces it names the letters that stay good; all others end with it, and their check page says so.
"""
