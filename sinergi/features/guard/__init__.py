"""Plans that guard polling stations (article 5, obligation P-05): from classes and strength to posts and units.

Who owns which fact. The police alone, in their internal log: a plan that an official kept, with all its tables and its
certificate. Trying out is no fact: a calculation lies in the node's folder for a week. The plan itself is made by
`sinergi.planning` in a child process; nothing here decides who stands where.
"""
