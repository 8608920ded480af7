"""Who may see who has what."""

from typing import Any

from tests.permissions.rows import KPU_OFFICE, POLICE_OFFICE, Row
from tests.permissions.world import World


def asked(world: World) -> dict[str, Any]:
    return {"key": world.request(own=True)}


def elsewhere(world: World) -> dict[str, Any]:
    return {"key": world.request(own=False)}


READ = f"{KPU_OFFICE} {POLICE_OFFICE} auditor administrator"
ROWS = [
    Row(name="exchange:who-has", get=READ),
    Row(name="exchange:who-has-sheet", get=READ),
    Row(name="exchange:facts", get=READ),
    Row(name="exchange:facts-sheet", get=READ),
    Row(name="exchange:fact", get=READ, own=asked, other=elsewhere),
    Row(
        name="exchange:evidence",
        get="chair secretary resort_chief operations_head auditor",
        own=lambda world: {"agreement": world.agreement},
        other=lambda world: {"agreement": world.other_agreement},
    ),
]
