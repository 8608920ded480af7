"""Who sets up the office's letters; anybody may check one."""

from tests.permissions.rows import Row
from tests.permissions.rows_security import letter

SET_UP = "administrator secretary resort_chief operations_head"
ROWS = [
    Row(name="letters:stationery", get=SET_UP, post=SET_UP),
    # Posting nothing names no series.
    Row(name="letters:numbers", get=SET_UP, post=SET_UP, body={"series": "answer"}),
    Row(name="letters:example", get=SET_UP),
    # Whoever holds a paper letter may check it; nothing of the request is shown.
    Row(name="letters:check", get="public", post="public"),
    Row(name="letters:check", get="public", post="public", own=letter(True)),
]
