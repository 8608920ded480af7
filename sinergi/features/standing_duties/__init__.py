"""Articles 4 and 8 between elections: the quarterly voter-data update, and whom to call at the other office.

Of the update (PDPB) only the letter and counts are exchanged; names travel elsewhere, never through Sinergi.
"""
