"""The sweep of a serving node: once a day, at the first quiet hour after a start."""

from __future__ import annotations

import logging
import threading
from datetime import timedelta

from django.db import connection

from sinergi.features.retention import actions
from sinergi.features.retention.models import Sweep
from sinergi.kernel.instants import now

logger = logging.getLogger("sinergi.retention")

FIRST_SECONDS = 600.0
LOOK_SECONDS = 3600.0
DAY = timedelta(hours=23)


def start() -> None:
    """Start sweeping."""
    global _sweeper
    if _sweeper is None:
        _sweeper = _Sweeper()
        _sweeper.start()


def stop() -> None:
    """Stop within a second; what was not erased yet is at the next sweep."""
    global _sweeper
    if _sweeper is not None:
        stopping, _sweeper = _sweeper, None
        stopping.stopping.set()
        stopping.join(0.9)


class _Sweeper(threading.Thread):
    def __init__(self) -> None:
        super().__init__(name="retention", daemon=True)
        self.stopping = threading.Event()

    def run(self) -> None:
        wait = FIRST_SECONDS
        while not self.stopping.wait(wait):
            wait = LOOK_SECONDS
            try:
                if not Sweep.objects.filter(at__gt=now() - DAY).exists():
                    actions.sweep(now())
            except Exception:
                logger.exception("sweeping failed", extra={"event": "retention.failed"})
            finally:
                connection.close()


_sweeper: _Sweeper | None = None
