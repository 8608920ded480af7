"""Who keeps the schedule of what is erased when: the office's administrator."""

from __future__ import annotations

from typing import Any

from sinergi.features.retention.models import Hold
from sinergi.kernel.instants import now
from tests.permissions.rows import Row
from tests.permissions.world import World


def a_hold(world: World) -> dict[str, Any]:
    made = world.once("hold", lambda: Hold.objects.create(agreement="", reason="pemeriksaan", since=now(), by="0" * 16))
    return {"pk": made.pk}


ROWS = [
    Row(name="retention:schedule", get="administrator", post="administrator"),
    Row(name="retention:lift", post="administrator", own=a_hold),
]
