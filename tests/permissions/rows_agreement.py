"""Who may read, enter, confirm and end agreements."""

from typing import Any

from tests.permissions.rows import EVERYBODY, Row
from tests.permissions.world import World


def ours(world: World) -> dict[str, Any]:
    return {"agreement": world.agreement}


def elsewhere(world: World) -> dict[str, Any]:
    return {"agreement": world.other_agreement}


def about(name: str, **who: str) -> Row:
    return Row(name=f"agreement:{name}", own=ours, other=elsewhere, **who)


SIGNERS = "chair secretary resort_chief operations_head"
ROWS = [
    Row(name="agreement:agreements", get=EVERYBODY),
    Row(name="agreement:sheet", get=EVERYBODY),
    Row(name="agreement:api-agreements", get=EVERYBODY),
    # Only a duty for every agreement reaches one that does not exist yet; the duties of this test reach one.
    Row(name="agreement:new"),
    about("agreement", get=EVERYBODY),
    # The world's papers were never scanned, so only the stranger's answer is asked for.
    Row(name="agreement:scan", get=EVERYBODY, other=elsewhere),
    about("comparison", post=EVERYBODY),
    about("confirmation", post=SIGNERS),
    about("ending", post=SIGNERS),
    about("evidence", get="chair secretary resort_chief operations_head auditor"),
]
