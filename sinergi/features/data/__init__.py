"""Article 4: exchange and use of data and information. What each office has for the other, under which conditions.

Who owns which fact. The office that keeps a data set: its entry in the catalogue.
"""
