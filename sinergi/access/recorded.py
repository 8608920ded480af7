"""What restricted records are called where the trail shows who read them.

The trail keeps the table and key of what was read, nothing else. `access` lies below the features and may not ask them;
each says here, at the foot of its `urls.py`, what people call the records of its tables.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

# `names(keys)` gives the names of those records that are still known, by key: `L-PAM-0006`.
Names = Callable[[list[str]], dict[str, str]]

_known: dict[str, tuple[Any, Names]] = {}


def register(table: str, words: Any, names: Names) -> None:
    """Call the records of `table` (`security.request`) by `words` (lazily translated) and their own name."""
    _known[table] = (words, names)


def key(record: str) -> str:
    """The key in `security.request:KEY`."""
    return record.partition(":")[2]


def called(records: Iterable[str]) -> dict[str, str]:
    """What people call these records (`security.request:KEY`), by record; the key where nobody knows a name."""
    keys: dict[str, list[str]] = {}
    for record in dict.fromkeys(records):
        table, _, key = record.partition(":")
        keys.setdefault(table, []).append(key)
    found = {}
    for table, asked in keys.items():
        words, names = _known.get(table, ("", _nothing))
        named = names(asked)
        found.update({f"{table}:{key}": f"{words} {named.get(key, key)}".strip() for key in asked})
    return found


def _nothing(keys: list[str]) -> dict[str, str]:
    return {}
