"""Who may read and publish polling stations."""

import uuid
from typing import Any

from tests.permissions.rows import OFFICIALS, Row
from tests.permissions.world import World

READ = f"{OFFICIALS} auditor"
PUBLISH = "secretary kpu_staff operations_head operations_staff"


def nobodys_station(world: World) -> dict[str, Any]:
    return {"code": 1220011002001}


def nobodys_list(world: World) -> dict[str, Any]:
    return {"key": "a" * 26}


def somebody_elses_draft(world: World) -> dict[str, Any]:
    return {"draft": uuid.UUID(int=7)}


ROWS = [
    Row(name="places:stations", get=READ),
    Row(name="places:stations-sheet", get=READ),
    Row(name="places:points", get=READ),
    Row(name="places:areas", get=READ),
    Row(name="places:station", get=READ, other=nobodys_station),
    Row(name="places:lists", get=READ),
    Row(name="places:list", get=READ, other=nobodys_list),
    Row(name="places:upload", get=PUBLISH, post=PUBLISH),
    Row(name="places:template", get=PUBLISH),
    Row(name="places:preview", get=PUBLISH, other=somebody_elses_draft),
    Row(name="places:corrected", get=PUBLISH, other=somebody_elses_draft),
    Row(name="places:without-others", post=PUBLISH, other=somebody_elses_draft),
    Row(name="places:discarded", post=PUBLISH, other=somebody_elses_draft),
    Row(name="places:regions", get="administrator", post="administrator"),
    Row(name="places:region-template", get="administrator"),
    Row(name="places:api-stations", get=READ),
    Row(name="places:publication", post=PUBLISH, other=somebody_elses_draft),
]
