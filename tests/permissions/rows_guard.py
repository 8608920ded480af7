"""Who may read, make and keep plans of guards."""

from __future__ import annotations

import uuid
from typing import Any

from tests.permissions.rows import POLICE_OFFICE, Row
from tests.permissions.world import World

PLAN = "deputy_chief operations_head operations_staff"
ORDER = "resort_chief deputy_chief"


def somebody_elses(world: World) -> dict[str, Any]:
    return {"id": uuid.UUID(int=7)}


def nobodys(world: World) -> dict[str, Any]:
    return {"key": "a" * 26}


def nobodys_officer(world: World) -> dict[str, Any]:
    return {"key": "a" * 26, "officer": "70000001"}


ROWS = [
    Row(name="guard:plans", get=POLICE_OFFICE),
    Row(name="guard:new", get=PLAN, post=PLAN),
    Row(name="guard:calculation", get=PLAN, other=somebody_elses),
    Row(name="guard:stop", post=PLAN, other=somebody_elses),
    Row(name="guard:keep", post=PLAN, other=somebody_elses),
    Row(name="guard:plan", get=POLICE_OFFICE, other=nobodys),
    Row(name="guard:people", get=POLICE_OFFICE, other=nobodys),
    Row(name="guard:people-sheet", get=POLICE_OFFICE, other=nobodys),
    Row(name="guard:person", get=POLICE_OFFICE, other=nobodys_officer),
    Row(name="guard:short", get=POLICE_OFFICE, other=nobodys),
    Row(name="guard:pin", post=PLAN, other=nobodys),
    Row(name="guard:order", post=ORDER, other=nobodys),
    Row(name="guard:anew", get=PLAN, post=PLAN, other=nobodys),
    Row(name="guard:reaction", get=POLICE_OFFICE, other=nobodys),
    Row(name="guard:escorts", get=POLICE_OFFICE, other=nobodys),
    Row(name="guard:certificate", get=POLICE_OFFICE, other=nobodys),
    Row(name="guard:posts-sheet", get=POLICE_OFFICE, other=nobodys),
]
