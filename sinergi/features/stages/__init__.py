"""The election calendar: stages (tahapan) with their dates and their law, and the days on which offices are closed.

Calendars and holidays are versioned data in this folder, each with its legal source. Which calendar a node works by,
and on which day an exercise lets people vote, is an ordinary row: nobody has to prove it to anybody.
"""
