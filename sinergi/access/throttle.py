"""How fast passwords may be tried: slower and slower, and nobody can be locked out by somebody else's guesses.

Three separate budgets of an hour. A device this person has signed in from before has its own, so strangers cannot
use it up. Everybody else shares ten tries at one account, of which one address gets at most five; and one
address gets thirty over all accounts. A try that has to wait is not a try: it tests nothing and costs nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

WINDOW = timedelta(hours=1)
TRIES_PER_ACCOUNT = 10
TRIES_PER_SOURCE_AND_ACCOUNT = 5
TRIES_PER_SOURCE = 30
TRIES_PER_KNOWN_DEVICE = 10
FREE = 3
LONGEST_PAUSE = timedelta(seconds=60)


def wait(failures: Sequence[datetime], *, at: datetime, budget: int) -> timedelta:
    """How long the next try must wait after `failures` (oldest first) under `budget` tries an hour; zero: none.

    After FREE failures a pause of 2, 4, 8 … seconds up to LONGEST_PAUSE; with the budget spent, until the oldest
    failure that fills it is an hour old.
    """
    recent = [failed for failed in failures if at - failed < WINDOW]
    if len(recent) >= budget:
        return recent[-budget] + WINDOW - at
    if len(recent) <= FREE:
        return timedelta()
    pause = min(timedelta(seconds=2 ** min(len(recent) - FREE, 6)), LONGEST_PAUSE)
    return max(recent[-1] + pause - at, timedelta())
