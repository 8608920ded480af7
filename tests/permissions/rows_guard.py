"""Who may read, make and keep plans of guards."""

from __future__ import annotations

import uuid
from typing import Any

from tests.permissions.rows import POLICE_OFFICE, Row
from tests.permissions.world import World

PLAN = "deputy_chief operations_head operations_staff"


def somebody_elses(world: World) -> dict[str, Any]:
    return {"id": uuid.UUID(int=7)}


def nobodys(world: World) -> dict[str, Any]:
    return {"key": "a" * 26}


ROWS = [
    Row(name="guard:plans", get=POLICE_OFFICE),
    Row(name="guard:new", get=PLAN, post=PLAN),
    Row(name="guard:calculation", get=PLAN, other=somebody_elses),
    Row(name="guard:stop", post=PLAN, other=somebody_elses),
    Row(name="guard:keep", post=PLAN, other=somebody_elses),
    Row(name="guard:plan", get=POLICE_OFFICE, other=nobodys),
    Row(name="guard:certificate", get=POLICE_OFFICE, other=nobodys),
    Row(name="guard:posts-sheet", get=POLICE_OFFICE, other=nobodys),
]
