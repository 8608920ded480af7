"""What of a person is told to whom, on every road out: page, sheet, API, print, search, feed. One rule for all of them.

A personal column has a purpose, and a purpose has the roles that need it (`personal.…` in roles.py). Whoever tells such
a column asks `told` or `sees` first. tests/permissions plants such data and looks for it in the answer of every
address to every role, so a new road that forgets to ask is found. What is proven cannot be masked, because its bytes
are what was signed: an issued letter and an evidence bundle have doors of their own.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Model

MASK = "••••"

# Table, column → purpose. A column that tells of a person and is not here is told to whoever may read the record.
PURPOSES: dict[str, dict[str, str]] = {
    "people.Officer": {"fit": "planning", "home": "planning", "rested_hours": "planning", "phone": "planning"},
    "security.Request": {"contact_phone": "call", "commander_phone": "call"},
    "standing_duties.ContactList": {"phone": "directory", "email": "directory"},
}


def sees(
    user: Any, table: type[Model], column: str, *, agreement: str | None = None, region: str | None = None
) -> bool:
    """Whether a duty of this person needs that column of the table, for that agreement and region if given."""
    purpose = PURPOSES.get(table._meta.label, {}).get(column)
    return purpose is None or bool(user.can(f"personal.{purpose}", agreement=agreement, region=region))


def told(user: Any, row: Model, column: str, value: Any = None) -> Any:
    """What this person is told of the column: its value, or MASK. Nothing stays nothing.

    `value`: where it lies inside the column of a row (a list of contacts); else the column itself.
    """
    found = getattr(row, column) if value is None else value
    if not found:
        return found
    where = {"agreement": getattr(row, "agreement", None), "region": getattr(row, "region", None)}
    return found if sees(user, type(row), column, **where) else MASK
