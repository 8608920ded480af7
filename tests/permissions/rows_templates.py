"""Who keeps the office's own agreement templates."""

from __future__ import annotations

from typing import Any

from sinergi.features.obligations.models import OfficeTemplate
from tests.nodes.simulator import NOON
from tests.permissions.rows import Row
from tests.permissions.world import World

SET_UP = "administrator chair secretary resort_chief operations_head"


def template(world: World) -> dict[str, Any]:
    """A template of this office."""
    made = world.once(
        "template",
        lambda: (
            OfficeTemplate.objects.create(name="A", scopes=["data"], articles=[], items_json=[], changed_at=NOON).pk
        ),
    )
    return {"number": made}


ROWS = [
    Row(name="obligations:templates", get=SET_UP),
    Row(name="obligations:template-new", get=SET_UP, post=SET_UP),
    Row(name="obligations:template", get=SET_UP, post=SET_UP, own=template),
    Row(name="obligations:template-retirement", post=SET_UP, own=template),
]
