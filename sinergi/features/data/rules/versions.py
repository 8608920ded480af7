"""What a new version of a table changed, and what is missing in it. Pure.

Of the rows only what may be told without opening the data is kept: how many, which columns, and the names of rows where
the fields that name them are open to everybody.
"""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import msgspec

from sinergi.features.data.events import Field
from sinergi.sheets.columns import Value

MOST_NAMED = 200
STATION = "kode_tps"
_POINT = ("lintang", "bujur")

Rows = Sequence[Mapping[str, Value]]
Sign = Literal["added", "removed", "changed"]


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One row that is new, gone, or says something else in these `fields`."""

    sign: Sign
    before: Mapping[str, Value]
    after: Mapping[str, Value]
    fields: tuple[str, ...] = ()

    @property
    def row(self) -> Mapping[str, Value]:
        """The row as it is now, or as it last was."""
        return self.after or self.before


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """A changed row by its name, empty where the name may not be told without opening the data."""

    sign: Sign
    name: str
    fields: tuple[str, ...]


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """What can be told about a version without opening it. `before`: the delivery it is compared with, or empty.

    `empty`: by field, in how many rows it is empty; `twice`: rows whose name another row has too; `shared`: rows that
    stand at the same point as another. `stations`: every polling station among the changed rows.
    """

    rows: int
    empty: dict[str, int]
    twice: int = 0
    shared: int = 0
    before: str = ""
    added: int = 0
    removed: int = 0
    changed: int = 0
    fields: dict[str, int] = {}
    columns_new: tuple[str, ...] = ()
    columns_gone: tuple[str, ...] = ()
    named: tuple[Named, ...] = ()
    stations: tuple[str, ...] = ()

    @property
    def is_same(self) -> bool:
        """Whether the version before held the very same."""
        moved = self.added or self.removed or self.changed or self.columns_new or self.columns_gone
        return bool(self.before) and not moved


def changes(before: Rows, after: Rows, key: Sequence[str]) -> list[Change]:
    """Every row that is new, gone or changed, in the order of the newer table; `key`: the fields that name a row.

    Rows of one name are told apart by what else they say: those that are equal are the same, of the others the first of
    one table is the first of the other.
    """
    shared = [name for name in (after[0] if after else {}) if not before or name in before[0]]
    # Two passes, each linear: a partner may send many thousand rows of one name.
    unmatched = Counter(_name(row, shared) for row in before)
    left = []
    for row in after:
        if unmatched[_name(row, shared)]:
            unmatched[_name(row, shared)] -= 1
        else:
            left.append(row)
    olds: dict[tuple[Value, ...], deque[Mapping[str, Value]]] = defaultdict(deque)
    for row in reversed(before):
        if unmatched[_name(row, shared)]:
            unmatched[_name(row, shared)] -= 1
            olds[_name(row, key)].appendleft(row)
    found = []
    for row in left:
        mine = olds[_name(row, key)]
        if not mine:
            found.append(Change(sign="added", before={}, after=row))
            continue
        old = mine.popleft()
        moved = tuple(name for name in shared if old[name] != row[name])
        found.append(Change(sign="changed", before=old, after=row, fields=moved))
    gone = [Change(sign="removed", before=row, after={}) for rows in olds.values() for row in rows]
    return found + gone


def key_in(fields: Sequence[Field], key: Sequence[str]) -> tuple[str, ...]:
    """The fields that name a row: those known of the data set as far as they are here, else the first one."""
    names = [field.name for field in fields]
    return tuple(name for name in key if name in names) or (names[0],)


def summary(
    after: Rows, fields: Sequence[Field], key: Sequence[str], *, before: Rows | None = None, compared: str = ""
) -> Summary:
    """What can be told about the table `after` without opening it; compared with `before`, the delivery `compared`."""
    names = key_in(fields, key)
    known = Counter(_name(row, names) for row in after)
    points = Counter(point for row in after if (point := _point(row)))
    told = Summary(
        rows=len(after),
        empty={field.name: empty for field in fields if (empty := sum(row[field.name] == "" for row in after))},
        twice=sum(count for count in known.values() if count > 1),
        shared=sum(count for count in points.values() if count > 1),
    )
    if before is None:
        return told
    found = changes(before, after, names)
    open_ones = {field.name for field in fields if field.cls == "terbuka"}
    signs = Counter(change.sign for change in found)
    is_named = set(names) <= open_ones
    old, new = list(before[0]) if before else [], [field.name for field in fields]
    return msgspec.structs.replace(
        told,
        before=compared,
        added=signs["added"],
        removed=signs["removed"],
        changed=signs["changed"],
        fields=dict(Counter(name for change in found for name in change.fields)),
        columns_new=tuple(name for name in new if before and name not in old),
        columns_gone=tuple(name for name in old if name not in new),
        named=tuple(
            Named(sign=change.sign, name=said(change.row, names) if is_named else "", fields=change.fields)
            for change in found[:MOST_NAMED]
        ),
        stations=tuple(dict.fromkeys(str(change.row.get(STATION, "")) for change in found))
        if STATION in open_ones
        else (),
    )


def said(row: Mapping[str, Value], names: Iterable[str]) -> str:
    """What a row is called."""
    return ", ".join(str(row[name]) for name in names if row.get(name) not in ("", None))


def _name(row: Mapping[str, Value], names: Sequence[str]) -> tuple[Value, ...]:
    return tuple(row.get(name, "") for name in names)


def _point(row: Mapping[str, Value]) -> tuple[Value, ...]:
    found = tuple(row.get(name, "") for name in _POINT)
    return found if "" not in found else ()
