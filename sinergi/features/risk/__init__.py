"""Vulnerability of polling stations (article 4, obligation D-05): places are scored, never people.

Who owns which fact. The commission: scores by the election supervisor's instruments (TPS rawan, IKP), told to the
partners. The police: the class of a station with its reason, told to the partners, and scores by their own index
(IPKP), which stay in their internal log because they rest on intelligence. The three scores stand side by side and are
never averaged; a named official sets the class. Lawful protest and political leaning have no field and are no reason.
"""
