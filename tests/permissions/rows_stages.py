"""Who may read the calendar of stages."""

from tests.permissions.rows import OFFICIALS, Row

READ = f"{OFFICIALS} auditor"
ROWS = [
    Row(name="stages:stages", get=READ),
    Row(name="stages:sheet", get=READ),
    Row(name="stages:choose", get="administrator", post="administrator"),
]
