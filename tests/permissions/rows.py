"""How a row of the permission table is written. See README.md."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

from django.urls import reverse

from sinergi.access.roles import ROLES
from tests.permissions.world import World

Maker = Callable[[World], dict[str, Any]]

KPU_OFFICE = "chair secretary kpu_staff"
KPU = f"{KPU_OFFICE} district_committee village_committee"
POLICE_OFFICE = "resort_chief deputy_chief operations_head operations_staff"
POLICE = f"{POLICE_OFFICE} police_sector"
OFFICIALS = f"{KPU} {POLICE}"
EVERYBODY = f"{OFFICIALS} auditor administrator"


@dataclass(frozen=True, kw_only=True)
class Row:
    """Who may use one address. `get` and `post`: roles, `public`, `signed_in`, or "" where the method is not offered.

    `own` makes the object that the duty of every identity covers and returns the arguments of the address; `other` the
    same of an agreement that no duty covers: whoever may use the address gets 404 there. `body` is posted.
    """

    name: str
    get: str = ""
    post: str = ""
    own: Maker | None = None
    other: Maker | None = None
    body: dict[str, Any] = field(default_factory=dict)

    def path(self, world: World, maker: Maker | None) -> str:
        """The address for the object that `maker` makes."""
        return reverse(self.name, kwargs=maker(world) if maker else {})

    def allowed(self, method: str) -> frozenset[str]:
        """The roles, or the one word, that may use `method`."""
        words = frozenset({"GET": self.get, "POST": self.post}[method].split())
        assert words <= set(ROLES) | {"public", "signed_in"}, f"{self.name}: {sorted(words)}"
        return words


def all_rows() -> list[Row]:
    """The rows of every `rows_<feature>.py` beside this file."""
    files = sorted(Path(__file__).parent.glob("rows_*.py"))
    return [row for file in files for row in import_module(f"tests.permissions.{file.stem}").ROWS]
