"""The demo's story: people, two agreements and their requests, a third under negotiation, acted out as people act.

Nothing here writes a table that an action would not write: every fact is stated by its owner's node and travels by
sync. Names, numbers and events are invented and marked LATIHAN; places are real and come from the places feature.
"""
