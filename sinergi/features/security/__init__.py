"""Security assistance (article 5): a commission asks, the police answer, act and report, the commission confirms.

Who owns which fact. The commission: requested, corrected, withdrawn, offer accepted or declined, completion
confirmed, its letters. The police: answered, spoken order confirmed, force assigned, completed, their letters. Nobody
assigns the other's people; only requests cross. An answer binds after disposisi by the Kapolres or the Plh (domain:
"who commands"). A wrong fact is corrected by a new one that names it; nothing is erased. What the operations head
proposes to the Kapolres is an internal draft (`Proposal`), an ordinary row that never leaves the police.
"""
