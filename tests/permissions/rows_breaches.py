"""Who may read and keep breaches: who answers for the office, and the auditor to read."""

from __future__ import annotations

from typing import Any

from sinergi.features.breaches import actions
from sinergi.kernel.actors import Actor
from sinergi.kernel.ids import new_event_id
from sinergi.kernel.instants import now
from tests.permissions.rows import Row
from tests.permissions.world import World

KEEP = "chair secretary resort_chief operations_head"
READ = f"{KEEP} auditor"


def breach(world: World) -> dict[str, Any]:
    """One of this office; nobody else's can be here."""

    def noted() -> str:
        chief = Actor(id="c41efc41efc41ef0", office="resort_chief")
        told = {"known_at": now(), "data": ["name"], "people": 7, "what": "x", "how": "y"}
        return str(actions.note(id=new_event_id(now()), by=chief, at=now(), **told).key)

    return {"key": world.once("breach", noted)}


def nobodys(world: World) -> dict[str, Any]:
    return {"key": "a" * 26}


def letter(world: World) -> dict[str, Any]:
    return breach(world) | {"to": "orang"}


def nobodys_letter(world: World) -> dict[str, Any]:
    return nobodys(world) | {"to": "orang"}


ROWS = [
    Row(name="breaches:breaches", get=READ),
    Row(name="breaches:breaches-sheet", get=READ),
    Row(name="breaches:note", get=KEEP, post=KEEP),
    Row(name="breaches:breach", get=READ, own=breach, other=nobodys),
    Row(name="breaches:step", post=KEEP, own=breach, other=nobodys),
    Row(name="breaches:tell", post=KEEP, own=breach, other=nobodys),
    Row(name="breaches:letter", get=KEEP, own=letter, other=nobodys_letter),
]
