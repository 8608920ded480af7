"""What many tests begin with is made once by each worker of the test run, and afterwards put back as it was.

Founding an agency, meeting a partner and bringing an agreement into force costs a test more than what it tests. The
rows and files that making it wrote are noted, with the partners (which live in memory); a later test gets copies of
all three. Where the tables do not look as they did before it was made, or the day is another, it is made anew.
"""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from sinergi.kernel.instants import now
from sinergi.ledger import keys

Rows = dict[int, tuple[Any, ...]]
MOST_BEGINNINGS = 4

_made: dict[Any, list[Made]] = defaultdict(list)
_stands: tuple[Made, Path, int] | None = None  # what was put back last, in which test, after how many changed rows


@dataclass(eq=False)
class Made:
    """Something that was made: what the tables held before and after, the files it wrote, and what lives in memory."""

    on: Made | None
    before: dict[str, Rows]
    after: dict[str, Rows]
    files: dict[str, bytes]
    ring: keys.KeyRing
    memory: Any


def remembered(name: Any, folder: Path, make: Callable[[], Any]) -> Any:
    """What `make` gives; from memory where it was made before. `folder` holds the node's keys.

    Every test gets a copy of its own, so it may change what it gets.
    """
    if connection.vendor != "sqlite":
        return make()
    # Rows keep moments: what was made on another day would come from the future, or be over.
    known = _made[name, now().date()]
    on = _untouched(folder)
    for made in known:
        if (on and on is made.on) or all(_rows(table) == rows for table, rows in made.before.items()):
            _put_back(made, folder)
            return copy.deepcopy(made.memory)
    before = {table: _rows(table) for table in connection.introspection.table_names()}
    files = _files(folder)
    memory = make()
    after = {table: _rows(table) for table in before}
    if len(known) < MOST_BEGINNINGS:
        known.append(
            Made(
                on,
                {table: rows for table, rows in before.items() if rows or after[table]},
                {table: rows for table, rows in after.items() if rows != before[table]},
                {name: data for name, data in _files(folder).items() if files.get(name) != data},
                copy.deepcopy(keys.own()),
                copy.deepcopy(memory),
            )
        )
        _note(known[-1], folder)
    return memory


def _untouched(folder: Path) -> Made | None:
    """What this test put back last, if nothing was written since: the tables need not be compared."""
    if _stands and _stands[1:] == (folder, connection.connection.total_changes):
        return _stands[0]
    return None


def _note(made: Made, folder: Path) -> None:
    global _stands
    _stands = made, folder, connection.connection.total_changes


def _put_back(made: Made, folder: Path) -> None:
    # Rows of one table point to those of another: they hold together at the end.
    with transaction.atomic(), connection.cursor() as cursor:
        for table, rows in made.after.items():
            was = made.before[table]
            gone = [(number,) for number, row in was.items() if rows.get(number) != row]
            come = [(number, *row) for number, row in rows.items() if was.get(number) != row]
            if gone:
                cursor.executemany(f'DELETE FROM "{table}" WHERE rowid = %s', gone)
            if come:
                columns = ", ".join(f'"{column}"' for column in _columns(table))
                marks = ", ".join(["%s"] * len(come[0]))
                cursor.executemany(f'INSERT INTO "{table}" (rowid, {columns}) VALUES ({marks})', come)
    folder.mkdir(mode=0o700, exist_ok=True)
    for name, data in made.files.items():
        (folder / name).write_bytes(data)
        (folder / name).chmod(0o600)
    keys.use(copy.deepcopy(made.ring))
    _note(made, folder)


def _files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()} if folder.exists() else {}


def _rows(table: str) -> Rows:
    return {row[0]: row[1:] for row in _asked(f'SELECT rowid, * FROM "{table}"')}


def _columns(table: str) -> list[str]:
    return [row[1] for row in _asked(f'PRAGMA table_info("{table}")')]


def _asked(statement: str) -> Any:
    """Straight from SQLite: values as they are kept, and no query that a test counts."""
    return connection.connection.execute(statement).fetchall()
