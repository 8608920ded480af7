"""Opening a node's folder: settings, and tables of this version. Done once in a process."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from sinergi.kernel.errors import Refused


def without_node() -> None:
    """Let this process import every part without a node, to describe a verb or judge a file: settings live in a
    throw-away folder."""
    os.environ.pop("SINERGI_DATA", None)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sinergi.node.settings")
    import django

    django.setup()


def open_node(data: Path, *, migrate: bool = False) -> int:
    """Let this process work on the node in `data`; with `migrate` bring its tables to this version first.

    That includes folding them again from the log once, where this version folds in another way than the one before.
    The caller holds the lock when it migrates. Returns how many facts were folded again. Raises Refused, before
    anything is changed, where a newer program has brought the tables to its version.
    """
    os.environ["SINERGI_DATA"] = str(data.resolve())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sinergi.node.settings")
    import django

    django.setup()
    from django.db import connection

    count = 0
    if migrate:
        from sinergi.ledger import rebuild

        _refuse_later_tables()
        _bring_tables()
        count = rebuild.after_upgrade()
        from sinergi.sync import waking

        waking.begin(data.resolve())
    tell_the_time()
    connection.close()
    return count


def _bring_tables() -> None:
    """All changes of tables that this version makes, or none: whoever is killed on the way begins them anew.

    By itself Django commits each change before it notes that it was made. A kill between the two left a store that no
    start could open again, as its table was there already.
    """
    from django.core.management import call_command
    from django.db import connection, transaction

    # SQLite, which writes a changed table anew, cannot stop watching foreign keys inside a transaction.
    connection.disable_constraint_checking()
    try:
        with transaction.atomic():
            call_command("migrate", interactive=False, verbosity=0)
    finally:
        connection.enable_constraint_checking()


def tell_the_time() -> None:
    """Let this process read and write hours as the clock on the office's wall shows them; WIB without an agency."""
    from django.conf import settings
    from django.db import DatabaseError
    from django.utils import timezone

    from sinergi.kernel.instants import ZONES
    from sinergi.ledger.rows import own_zone

    # A folder that holds no node yet has no tables; the verb itself says so.
    with contextlib.suppress(DatabaseError):
        settings.TIME_ZONE = ZONES[own_zone()].key
        timezone.get_default_timezone.cache_clear()  # type: ignore[attr-defined]  # the stubs hide the cache


def _refuse_later_tables() -> None:
    """Old code over new tables would write what the new one cannot read. The way back is a back-up."""
    from django.db import connection
    from django.db.migrations.loader import MigrationLoader

    loader = MigrationLoader(connection)
    if later := set(loader.applied_migrations) - set(loader.disk_migrations):
        name = "/".join(min(later))
        raise Refused(
            f"Tabel simpul ini dari versi Sinergi yang lebih baru ({name}). Pakai versi itu, atau pulihkan cadangan "
            "yang dibuat sebelum pembaruan.",
            code="N-44",
        )
