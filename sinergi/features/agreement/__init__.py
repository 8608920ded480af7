"""The agreement itself: parties, document numbers, articles, scopes; from paper or drafted here; what changes it later.

From paper: the first party enters it with the hash of its scan, every other party confirms the same terms. Drafted: a
party opens it with a first text; any party proposes another, made from those that are open; it is in force once every
party has signed the same one (`rules/revisions.py`). In force, an addendum is negotiated in the same way, and
extension, suspension, resumption and end are proposed by one party and agreed to by all others (`rules/lifecycle.py`).
Who owns what: each party its own texts, comments, answers, steps and signatures; nobody edits another's text.
"""
