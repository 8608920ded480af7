"""Reminders of a serving node: one quiet thread that looks every few minutes whether something is to be sent."""

from __future__ import annotations

import logging
import threading

from django.db import connection

from sinergi.features.reminders import actions, rules
from sinergi.features.reminders.post import is_set
from sinergi.kernel.instants import now

logger = logging.getLogger("sinergi.reminders")

FIRST_SECONDS = 5.0


def start() -> None:
    """Start reminding, where the node has a server of e-mail."""
    global _clock
    if _clock is None and is_set():
        _clock = _Clock()
        _clock.start()


def stop() -> None:
    """Stop within a second; a message that is being handed over then is unsure afterwards."""
    global _clock
    if _clock is not None:
        stopping, _clock = _clock, None
        stopping.close()


def wake() -> None:
    """Look now: somebody asked for a test message."""
    if _clock is not None:
        _clock.news.set()


class _Clock(threading.Thread):
    def __init__(self) -> None:
        super().__init__(name="reminders", daemon=True)
        self.news = threading.Event()
        self._stopping = threading.Event()

    def close(self) -> None:
        self._stopping.set()
        self.news.set()
        self.join(0.9)

    def run(self) -> None:
        wait, failures = FIRST_SECONDS, 0
        while True:
            self.news.wait(wait)
            self.news.clear()
            if self._stopping.is_set():
                return
            failures = 0 if self._is_well() else failures + 1
            wait = rules.pause(failures).total_seconds()

    def _is_well(self) -> bool:
        try:
            return actions.remind(now, self._stopping)
        except Exception as error:
            # The next look may find it gone. Only its kind is told: what it says may hold an address.
            logger.error("reminding failed", extra={"event": f"mail.failed.{type(error).__name__}"})
            return False
        finally:
            connection.close()


_clock: _Clock | None = None
