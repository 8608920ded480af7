"""Who may ask, answer, decide, assign, report and confirm: nobody assigns the other's people."""

from typing import Any

from tests.permissions.rows import KPU_OFFICE, OFFICIALS, POLICE, Row
from tests.permissions.world import World


def asked(world: World) -> dict[str, Any]:
    return {"key": world.request(own=True)}


def elsewhere(world: World) -> dict[str, Any]:
    return {"key": world.request(own=False)}


def about(name: str, **who: str) -> Row:
    return Row(name=f"security:{name}", own=asked, other=elsewhere, **who)


READ = f"{OFFICIALS} auditor"
ASK = f"{KPU_OFFICE} district_committee"
ROWS = [
    Row(name="security:requests", get=READ),
    Row(name="security:requests-sheet", get=READ),
    Row(name="security:new", get=ASK, post=ASK),
    about("request", get=READ),
    about("correction", get=ASK, post=ASK),
    about("proposal", post="deputy_chief operations_head operations_staff"),
    about("disposition", post="resort_chief"),
    about("answer", post="resort_chief"),
    about("spoken-order", post="resort_chief deputy_chief operations_head"),
    about("spoken-confirmation", post="resort_chief"),
    about("reaction", post=ASK),
    about("withdrawal", post=ASK),
    about("force", post="resort_chief deputy_chief operations_head"),
    about("completion", post=POLICE),
    about("confirmation", post=ASK),
    about("letter", post="secretary resort_chief operations_head"),
    about("evidence", get="chair secretary resort_chief operations_head auditor"),
]
