"""Opening a node's folder: settings, and tables of this version. Done once in a process."""

from __future__ import annotations

import os
from pathlib import Path


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
    The caller holds the lock when it migrates. Returns how many facts were folded again.
    """
    os.environ["SINERGI_DATA"] = str(data.resolve())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sinergi.node.settings")
    import django

    django.setup()
    count = 0
    if migrate:
        from django.core.management import call_command
        from django.db import connection

        from sinergi.ledger import rebuild

        call_command("migrate", interactive=False, verbosity=0)
        count = rebuild.after_upgrade()
        from sinergi.sync import waking

        waking.begin(data.resolve())
        connection.close()
    return count
