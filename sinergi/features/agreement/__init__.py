"""The agreement itself: parties, two document numbers, articles, scopes, the scan of the signed paper.

The first party enters an agreement that was signed on paper; every other party confirms the same terms; from then on
facts can be stated under it. Who owns what: the founder owns the terms, each party its own confirmation and leaving.
Drafting and signing inside the product come later and add kinds, not changes to these.
"""
