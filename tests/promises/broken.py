"""Guards taken out on purpose, inside a node that a test forks: with them gone, the test must see losses.

None of this can be reached from the product: a test asks its starter for one of these by name.
"""

from __future__ import annotations

import time
from concurrent.futures import Future
from typing import Any


def acknowledges_before_commit() -> None:
    """The writer answers as soon as a task ran; the transaction ends a moment later."""
    from django.db import transaction

    from sinergi.ledger import writer

    def commit(group: list[tuple[Any, Future[Any]]]) -> None:
        writer._depth.value += 1
        try:
            with transaction.atomic():
                for task, answer in group:
                    answer.set_result(task())
                time.sleep(0.03)
        finally:
            writer._depth.value -= 1
        writer._tell()

    writer._commit = commit


def flushes_now_and_then() -> None:
    """SQLite in WAL mode with `synchronous=NORMAL`: commits reach the disk at the next checkpoint."""
    from django.conf import settings

    options = settings.DATABASES["default"]["OPTIONS"]
    assert "synchronous=FULL" in options["init_command"]
    options["init_command"] = options["init_command"].replace("synchronous=FULL", "synchronous=NORMAL")
