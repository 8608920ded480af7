"""The strength of the police: units (satuan) and officers (personel), for plans of guards (article 8).

Who owns which fact. The police alone, in their internal log, which never leaves the office: a list of units and a list
of officers, whole; a newer one replaces the older. What is told of officers is personal and can be erased. Of health
only whether somebody is fit for duty; nothing of religion, party or family.
"""
