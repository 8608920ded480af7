"""Who may choose reminders, and who sees how e-mail stands."""

from tests.permissions.rows import Row

ROWS = [
    Row(name="reminders:mine", get="signed_in", post="signed_in"),
    Row(name="reminders:server", get="administrator", post="administrator"),
]
