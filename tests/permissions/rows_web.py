"""Who may use the addresses of the frame."""

from tests.permissions.rows import OFFICIALS, Row

ROWS = [
    Row(name="web:scope", post="signed_in"),
    Row(name="web:language", post="public"),
    Row(name="web:theme", post="public"),
    Row(name="web:search", get=f"{OFFICIALS} auditor"),
    # The cookbook of parts holds invented content; the view itself narrows it further.
    Row(name="web:components", get="administrator"),
]
