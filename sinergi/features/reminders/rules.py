"""When a reminder goes out, and when a server that failed is tried again. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from sinergi.kernel.instants import ZONES

# Nobody is woken by a machine: between seven and eight in the evening, on the wall of the office.
FIRST_HOUR, LAST_HOUR = 7, 20
# Between two looks at what presses; twice that after each that left something, up to the longest.
PAUSE = timedelta(minutes=5)
LONGEST_PAUSE = timedelta(hours=1)
# Longer than this is worth telling a person; a server that restarts is not.
TROUBLE = timedelta(hours=1)
# An address may have been refused by mistake of the server.
ADDRESS_AGAIN = timedelta(days=1)


def is_waking(at: datetime, zone: str) -> bool:
    """Whether people of an office in `zone` are up at `at`."""
    return FIRST_HOUR <= at.astimezone(ZONES[zone]).hour < LAST_HOUR


def pause(failures: int) -> timedelta:
    """How long until the next look after so many in a row that left something unsent."""
    return min(LONGEST_PAUSE, PAUSE * (1 << min(failures, 8)))
