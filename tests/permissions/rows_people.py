"""Who may read and note the strength of the police."""

from __future__ import annotations

import uuid
from typing import Any

from tests.permissions.rows import POLICE_OFFICE, Row
from tests.permissions.world import World

IMPORT = "operations_head operations_staff"


def units(world: World) -> dict[str, Any]:
    return {"subject": "satuan"}


def nothing(world: World) -> dict[str, Any]:
    return {"subject": "lain"}


def somebody_elses_draft(world: World) -> dict[str, Any]:
    return {"draft": uuid.UUID(int=7)}


ROWS = [
    Row(name="people:strength", get=POLICE_OFFICE),
    Row(name="people:officers", get=POLICE_OFFICE),
    Row(name="people:officers-sheet", get=POLICE_OFFICE),
    Row(name="people:upload", get=IMPORT, post=IMPORT),
    Row(name="people:template", get=IMPORT, own=units, other=nothing),
    Row(name="people:preview", get=IMPORT, other=somebody_elses_draft),
    Row(name="people:corrected", get=IMPORT, other=somebody_elses_draft),
    Row(name="people:discarded", post=IMPORT, other=somebody_elses_draft),
    Row(name="people:statement", post=IMPORT, other=somebody_elses_draft),
]
