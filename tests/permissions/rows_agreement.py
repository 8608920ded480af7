"""Who may read, enter, confirm and end agreements."""

from typing import Any

from tests.permissions.rows import EVERYBODY, Row
from tests.permissions.world import World


def ours(world: World) -> dict[str, Any]:
    return {"agreement": world.agreement}


def elsewhere(world: World) -> dict[str, Any]:
    return {"agreement": world.other_agreement}


def about(name: str, *, keyed: bool = False, **who: str) -> Row:
    """An address of one agreement; `keyed`: and of a record under it, which need not exist to be refused."""
    more = {"key": "a" * 26} if keyed else {}
    return Row(
        name=f"agreement:{name}", own=lambda world: ours(world) | more, other=lambda w: elsewhere(w) | more, **who
    )


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
    about("signing", get=EVERYBODY),
    about("sign", post="chair resort_chief"),
    about("sign-challenge", post="chair resort_chief"),
    about("signer-new", post="chair resort_chief"),
    about("signer-end", post="chair resort_chief", keyed=True),
    Row(name="agreement:signed-text", get=EVERYBODY, other=elsewhere),
    about("paper-new", post=SIGNERS),
    about("evidence", get="chair secretary resort_chief operations_head auditor"),
]
