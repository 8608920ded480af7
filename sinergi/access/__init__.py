"""Who is at the door and what they may open: people, duties, roles, sign-in, tokens, and the audit of reads.

A *person* (`User`) has nothing by being known; a *duty* (role, regions, agreements, period) gives permissions while it
lasts. Every view stands behind one of the doors of `doors.py`; a view without a door answers nobody.
Rights belong to this agency alone: nothing here is replicated, and the ledger knows a person only as `actor_id`.
"""
