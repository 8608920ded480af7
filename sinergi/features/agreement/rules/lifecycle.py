"""What happens to an agreement in force: extension, suspension, resumption, end, and the steps of a dispute. Pure.

Articles 16 and 17 of the template: the working group has seven days, then the leaders of the parties seven, then the
offices above them; an extension is proposed at least thirty days before the last day.
"""

from __future__ import annotations

import calendar
from datetime import date, timedelta

from sinergi.features.agreement.events import ChangeProposed
from sinergi.features.agreement.rules import EARLIEST_SIGNING, LATEST_END

STEP_DAYS = 7
NOTICE = timedelta(days=30)


def change_flaw(change: ChangeProposed) -> str:
    """The field whose days no such change can have, or nothing. Depends on the fact alone."""
    if not EARLIEST_SIGNING <= change.from_on <= LATEST_END:
        return "from_on"
    if change.change != "extension":
        return "" if change.ends_on is None else "ends_on"
    return "" if change.ends_on is not None and change.from_on <= change.ends_on <= LATEST_END else "ends_on"


def may_move(since: date, on: date) -> bool:
    """Whether a dispute may leave a step that it reached on the day `since`."""
    return since + timedelta(days=STEP_DAYS) <= on <= LATEST_END


def term_end(starts_on: date, *, years: int) -> date:
    """The last day of a term of whole years: the day before the anniversary, which of 29 February is 1 March."""
    year = starts_on.year + years
    if (starts_on.month, starts_on.day) == (2, 29) and not calendar.isleap(year):
        return date(year, 2, 28)
    return starts_on.replace(year=year) - timedelta(days=1)
