"""Who may open the start page and the inbox."""

from tests.permissions.rows import EVERYBODY, Row

ROWS = [
    Row(name="home:home", get="signed_in"),
    Row(name="home:inbox", get=EVERYBODY),
    Row(name="home:inbox-sheet", get=EVERYBODY),
]
