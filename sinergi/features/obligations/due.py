"""Due dates: from rules, calendar, holidays and happenings to dated occurrences. Pure.

Day counts of the template have no public source; they are a proposal until the parties agree on their list.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

import msgspec

from sinergi.kernel.instants import ZONES, end_of_day, working_days_after, working_days_before
from sinergi.kernel.obligation import DayKind, Due, Every, Item

# How long before its day a stage's duty can be done: a list sent two months early is not the list of H-7.
LEAD = timedelta(days=14)


class Anchor(msgspec.Struct, frozen=True, kw_only=True):
    """First and last day of a stage; `starts_on` None where the law names only the end."""

    starts_on: date | None
    ends_on: date


# Compared by identity: what is counted from it is kept beside it (`_stage_days`), and comparing would cost as much.
class Days(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """The calendar that due rules are read against: stages by code, polling day, closed days, where days end."""

    stages: dict[str, Anchor]
    polling_day: date | None
    holidays: Container[date]
    zone: str = "WIB"


class Happening(msgspec.Struct, frozen=True, kw_only=True):
    """Something that sets a due rule going: a request. `about_at` is when the thing itself takes place.

    `is_void`: taken back before it was due; nothing is owed for it any more.
    """

    kind: str
    record: str
    at: datetime
    about_at: datetime | None = None
    title: str = ""
    is_void: bool = False


# Like the others of which a nation has hundreds of thousands: no circle can run through it, so none is looked for (gc).
class Occurrence(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One time that an obligation is due: `mark` names it for ever (H-30, 2024-02, a record's key).

    Work counts for it from `opens_at` on; it is on time up to and including `due_at`. `record` is the happening's.
    `zone`: where the day ends.
    """

    code: str
    mark: str
    opens_at: datetime
    due_at: datetime
    due: Due
    record: str = ""
    title: str = ""
    zone: str = "WIB"

    @property
    def last_day(self) -> date:
        """The last day that is on time, on the wall there."""
        return last_day(self.due_at, self.zone)


def occurrences(
    item: Item,
    days: Days,
    *,
    counts_from: date,
    until: date,
    happenings: Iterable[Happening] = (),
) -> list[Occurrence]:
    """Every time `item` is due from `counts_from` to `until` (both inclusive), earliest first; each mark once."""
    found: dict[str, Occurrence] = {}
    recurring = [due for due in item.dues if due.rule == "recurring"]
    for due in item.dues:
        if due.rule == "stage":
            made: Iterator[Occurrence] = _around_stage(item.code, due, days)
        elif due.rule == "once":
            made = _once(item.code, due, days.zone)
        elif due.rule == "each":
            made = _for_each(item.code, due, days, happenings)
        else:
            made = iter(())
        for one in made:
            found.setdefault(one.mark, one)
    for one in _recurring(item.code, recurring, days, counts_from, until):
        found.setdefault(one.mark, one)
    kept = [one for one in found.values() if counts_from <= one.last_day <= until]
    return sorted(kept, key=lambda one: (one.due_at, one.mark))


def counted(day: date, days: int, kind: DayKind, holidays: Container[date]) -> date:
    """The day `days` after (negative: before) `day`, in calendar or working days. The day itself is day 0."""
    if kind == "calendar":
        return day + timedelta(days=days)
    return working_days_before(day, -days, holidays) if days < 0 else working_days_after(day, days, holidays)


def hangs(item: Item) -> bool:
    """Whether the election calendar decides when `item` is due; of all others it is the same with any calendar."""
    return any(due.rule == "stage" or due.from_day is not None or due.until_day is not None for due in item.dues)


def last_day(due_at: datetime, zone: str = "WIB") -> date:
    """The last day that is on time; midnight at the end of a day still belongs to that day."""
    return _local(due_at, zone)


def label(days: int) -> str:
    """H-30, H, H+2."""
    return f"H{days:+d}" if days else "H"


def _around_stage(code: str, due: Due, days: Days) -> Iterator[Occurrence]:
    for mark, opens_at, due_at in _stage_days(due.stage, due.edge, due.kind, tuple(due.days), days):
        yield Occurrence(code=code, mark=mark, opens_at=opens_at, due_at=due_at, due=due, zone=days.zone)


# Agreements share calendars and rules: a moved voting day moves the same few rules in hundreds of them.
@lru_cache(maxsize=1024)
def _stage_days(
    stage: str, edge: str, kind: DayKind, counts: tuple[int, ...], days: Days
) -> list[tuple[str, datetime, datetime]]:
    """(mark, opens_at, due_at) of the days around one edge of a stage; none where the calendar has no such stage."""
    found = days.stages.get(stage)
    if found is None:
        return []
    anchor = found.starts_on or found.ends_on if edge == "starts" else found.ends_on
    made: list[tuple[str, datetime, datetime]] = []
    for count in sorted(counts):
        due_at = end_of_day(counted(anchor, count, kind, days.holidays), days.zone)
        opens_at = max(made[-1][2], due_at - LEAD) if made else due_at - LEAD
        mark = label(count) if stage == "voting" and edge == "starts" else f"{stage}.{edge}{count:+d}"
        made.append((mark, opens_at, due_at))
    return made


def _once(code: str, due: Due, zone: str) -> Iterator[Occurrence]:
    if due.on is not None:
        due_at = end_of_day(due.on, zone)
        yield Occurrence(code=code, mark=due.on.isoformat(), opens_at=due_at - LEAD, due_at=due_at, due=due, zone=zone)


def _for_each(code: str, due: Due, days: Days, happenings: Iterable[Happening]) -> Iterator[Occurrence]:
    for one in happenings:
        if one.kind != due.trigger or one.is_void:
            continue
        if due.hours:
            due_at = one.at + timedelta(hours=due.hours)
        else:
            count = due.days[0] if due.days else 0
            start = (one.about_at or one.at) if count < 0 else one.at
            start_day = _local(start, days.zone, inclusive=False)
            due_at = end_of_day(counted(start_day, count, due.kind, days.holidays), days.zone)
        yield Occurrence(
            code=code,
            mark=one.record,
            opens_at=one.at,
            due_at=due_at,
            due=due,
            record=one.record,
            title=one.title,
            zone=days.zone,
        )


def _recurring(code: str, dues: Sequence[Due], days: Days, start: date, until: date) -> Iterator[Occurrence]:
    """Each day belongs to the last rule that covers it; a run of days of one period is due at its end.

    Walks from period to period: a nation's obligations over years are too many days to look at one by one.
    """
    run: tuple[str, Due, date] | None = None
    for first, last, due in _stretches(dues, days.polling_day, start, until):
        day = first
        while day <= last:
            mark = "" if due is None or due.every is None else _period(day, due.every)
            if run is not None and run[0] != mark:
                yield from _period_end(code, run, day - timedelta(days=1), days.zone)
                run = None
            if due is None or due.every is None:
                break
            if run is None:
                run = (mark, due, day)
            day = _last_of_period(day, due.every) + timedelta(days=1)
    if run is not None:
        yield from _period_end(code, run, until, days.zone)


def _stretches(
    dues: Sequence[Due], polling_day: date | None, start: date, until: date
) -> Iterator[tuple[date, date, Due | None]]:
    """(first, last, rule): the days from `start` to `until` cut where another rule takes over."""
    if not dues or until < start:
        return
    cuts = {start}
    if polling_day is not None:
        cuts |= {polling_day + timedelta(days=due.from_day) for due in dues if due.from_day is not None}
        cuts |= {polling_day + timedelta(days=due.until_day + 1) for due in dues if due.until_day is not None}
    firsts = sorted(cut for cut in cuts if start <= cut <= until)
    for first, after in zip(firsts, [*firsts[1:], until + timedelta(days=1)], strict=True):
        yield (
            first,
            after - timedelta(days=1),
            next((due for due in reversed(dues) if _covers(due, first, polling_day)), None),
        )


def _period_end(code: str, run: tuple[str, Due, date], last: date, zone: str) -> Iterator[Occurrence]:
    """The due at the end of a period; none where another rule took over before it ended, or it goes on."""
    mark, due, first = run
    if due.every is not None and _period(last + timedelta(days=1), due.every) != mark:
        opens_at, due_at = end_of_day(first - timedelta(days=1), zone), end_of_day(last, zone)
        yield Occurrence(code=code, mark=mark, opens_at=opens_at, due_at=due_at, due=due, zone=zone)


def _covers(due: Due, day: date, polling_day: date | None) -> bool:
    if due.from_day is None and due.until_day is None:
        return True
    if polling_day is None:
        return False
    distance = (day - polling_day).days
    return (due.from_day is None or due.from_day <= distance) and (due.until_day is None or distance <= due.until_day)


def _period(day: date, every: Every) -> str:
    if every == "day":
        return day.isoformat()
    if every == "week":
        year, week, _ = day.isocalendar()
        return f"{year}-W{week:02d}"
    if every == "month":
        return f"{day.year}-{day.month:02d}"
    if every == "quarter":
        return f"{day.year}-Q{(day.month + 2) // 3}"
    return f"{day.year}"


def _last_of_period(day: date, every: Every) -> date:
    if every == "day":
        return day
    if every == "week":
        return day + timedelta(days=6 - day.weekday())
    month = {"month": day.month, "quarter": (day.month + 2) // 3 * 3, "year": 12}[every]
    return date(day.year, 12, 31) if month == 12 else date(day.year, month + 1, 1) - timedelta(days=1)


# As many as end_of_day keeps: the dues of hundreds of agreements fall on the same days.
@lru_cache(maxsize=8192)
def _local(at: datetime, zone: str, *, inclusive: bool = True) -> date:
    """The day on the wall that `at` belongs to; midnight at the end of a day still belongs to that day."""
    instant = at.astimezone(UTC) - (timedelta(microseconds=1) if inclusive else timedelta(0))
    return instant.astimezone(ZONES[zone]).date()
