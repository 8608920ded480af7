"""Reminders by e-mail of what presses in the inbox: to owner and deputy before, on the day and once late, then above.

Nothing here is a fact: nobody has to prove a reminder. The inbox shows the same dues without any server of e-mail.
"""
