"""Who may read, score and class the vulnerability of stations."""

from __future__ import annotations

import uuid
from typing import Any

from tests.permissions.rows import KPU_OFFICE, POLICE, Row
from tests.permissions.world import World

READ = f"{KPU_OFFICE} {POLICE} auditor"
SCORE = "secretary kpu_staff operations_head operations_staff"
CLASSIFY = "resort_chief deputy_chief operations_head"


def nobodys_station(world: World) -> dict[str, Any]:
    return {"code": 1220011002001}


def nobodys_place(world: World) -> dict[str, Any]:
    return {"instrument": "ipkp@2020", "place": 1299}


def nobodys_subject(world: World) -> dict[str, Any]:
    return {"subject": "lain"}


def police_subject(world: World) -> dict[str, Any]:
    return {"subject": "ipkp@2020"}


def somebody_elses_draft(world: World) -> dict[str, Any]:
    return {"draft": uuid.UUID(int=7)}


ROWS = [
    Row(name="risk:stations", get=READ),
    Row(name="risk:stations-sheet", get=READ),
    Row(name="risk:station", get=READ, other=nobodys_station),
    Row(name="risk:class", post=CLASSIFY, other=nobodys_station),
    Row(name="risk:scoring", get=SCORE, post=SCORE, other=nobodys_place),
    Row(name="risk:instruments", get=READ),
    Row(name="risk:upload", get=SCORE, post=SCORE),
    Row(name="risk:template", get=SCORE, own=police_subject, other=nobodys_subject),
    Row(name="risk:preview", get=SCORE, other=somebody_elses_draft),
    Row(name="risk:corrected", get=SCORE, other=somebody_elses_draft),
    Row(name="risk:discarded", post=SCORE, other=somebody_elses_draft),
    Row(name="risk:statement", post=SCORE, other=somebody_elses_draft),
]
