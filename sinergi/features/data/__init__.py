"""Article 4: exchange and use of data and information. What each office has for the other, under which conditions.

Who owns which fact. The office that keeps a data set: its entry in the catalogue, the answer to a request, the
delivery. The office that needs it: the request, that it received a delivery, each use, and that it destroyed what it
held. The data lies in no fact: it is sealed for its recipient in an object beside the log; a fact names it by its hash.
"""
