"""A whole store in another kind of database: PostgreSQL into one SQLite file for a back-up, and back out of it.

Both are written by the program's own migrations, so a file made here is what a node with SQLite has, and either kind
can be put back as the other. Only for command-line verbs: the process has one default database at a time.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import DatabaseError, connection, connections, models, transaction
from django.db.migrations.executor import MigrationExecutor
from psycopg import IsolationLevel

from sinergi.kernel.errors import Broken, Refused

ROWS_AT_ONCE = 500
_SOURCE = "source"


def out_of_postgresql(copy: Path) -> None:
    """Write the default database, PostgreSQL, as it stands at one moment into the new SQLite file `copy`.

    A node that writes goes on writing. The copy's folded tables are folded again at its first start: the two kinds of
    database keep the parts of a JSON value in another order, and tables must be what folding makes.
    """
    if MigrationExecutor(connection).migration_plan(MigrationExecutor(connection).loader.graph.leaf_nodes()):
        raise Refused("Tabel ini dari versi lain. Jalankan simpul sekali, lalu cadangkan lagi.", code="N-41")
    live = connections.databases["default"]
    # All is read in one transaction that sees what had been committed when it began.
    still = live | {"OPTIONS": {"isolation_level": IsolationLevel.REPEATABLE_READ}}
    from sinergi.ledger.models import FoldedBy

    with _default(_sqlite(copy)), _source(still):
        call_command("migrate", interactive=False, verbosity=0)
        _copy_rows()
        FoldedBy.objects.all().delete()
    copy.chmod(0o600)


def into_postgresql(store: Path) -> None:
    """Fill the default database, an empty one in PostgreSQL, from the SQLite file `store`: wholly or not at all.

    `store` is brought to this version first. Raises Refused where the database holds something already.
    """
    try:
        taken = connection.introspection.table_names()
    except DatabaseError as error:
        raise Refused("Basis data yang disebut SINERGI_DATABASE tidak dapat dibuka.", code="N-42") from error
    if taken:
        raise Refused(
            "Basis data yang disebut SINERGI_DATABASE sudah berisi tabel; sebut yang baru dan kosong.", code="N-43"
        )
    with _default(_sqlite(store)):
        call_command("migrate", interactive=False, verbosity=0)
    with _source(_sqlite(store)), transaction.atomic():
        call_command("migrate", interactive=False, verbosity=0)
        _copy_rows()
        with connection.cursor() as cursor:
            for statement in connection.ops.sequence_reset_sql(no_style(), list(_tables())):
                cursor.execute(statement)


def ask(question: str) -> list[tuple[Any, ...]]:
    """What the default database answers."""
    with connection.cursor() as cursor:
        cursor.execute(question)
        return list(cursor.fetchall())


def _copy_rows() -> None:
    with transaction.atomic(), transaction.atomic(using=_SOURCE):
        for table in _tables():
            # What migrating wrote by itself (kinds of content, permissions) comes with its own numbers.
            table._base_manager.all().delete()
        for table in _tables():
            found = table._base_manager.using(_SOURCE).order_by("pk").iterator(ROWS_AT_ONCE)
            while rows := list(islice(found, ROWS_AT_ONCE)):
                table._base_manager.using("default").bulk_create(rows)
            held, wanted = table._base_manager.count(), table._base_manager.using(_SOURCE).count()
            if held != wanted:
                raise Broken(f"{table._meta.db_table}: {held} of {wanted} rows")


def _tables() -> Iterator[type[models.Model]]:
    for table in apps.get_models(include_auto_created=True):
        if table._meta.managed and not table._meta.proxy:
            yield table


def _sqlite(file: Path) -> dict[str, Any]:
    return connections.databases["default"] | {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(file),
        "OPTIONS": {"init_command": "PRAGMA synchronous=OFF; PRAGMA journal_mode=DELETE;"},
    }


@contextmanager
def _default(database: dict[str, Any]) -> Iterator[None]:
    kept = connections.databases["default"]
    _point("default", database)
    try:
        yield
    finally:
        _point("default", kept)


@contextmanager
def _source(database: dict[str, Any]) -> Iterator[None]:
    _point(_SOURCE, database)
    try:
        yield
    finally:
        connections[_SOURCE].close()
        del connections[_SOURCE]
        del connections.databases[_SOURCE]


def _point(alias: str, database: dict[str, Any]) -> None:
    """Let a name mean this database from now on."""
    if alias in connections.databases:
        connections[alias].close()
        del connections[alias]
    connections.databases[alias] = database
