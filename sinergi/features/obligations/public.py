"""What other features may tell and ask about obligations. Frozen structs out; nothing here writes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import pairwise
from typing import Any

import msgspec
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext, gettext_lazy

from sinergi.access.models import User
from sinergi.access.roles import PERMISSIONS
from sinergi.features.agreement import public as agreements
from sinergi.features.obligations import past, told
from sinergi.features.obligations.counts import Counts
from sinergi.features.obligations.counts import counts as counts_of
from sinergi.features.obligations.due import Anchor, Days, Happening, Occurrence, hangs, occurrences
from sinergi.features.obligations.events import Past
from sinergi.features.obligations.held import Held, Part, earlier, held
from sinergi.features.obligations.marks import said as said_mark
from sinergi.features.obligations.models import History, Minutes, ObligationList, Statement, WorkRecord
from sinergi.features.obligations.remembered import remembered
from sinergi.features.obligations.standing import (
    REMIND,
    Fulfilment,
    Said,
    Step,
    Tally,
    Work,
    counted_at,
    fulfilments,
    step,
    tally,
)
from sinergi.features.stages import public as stages
from sinergi.kernel.instants import day_of, end_of_day
from sinergi.kernel.obligation import Item
from sinergi.kernel.once import once, reading
from sinergi.ledger.grades import NOTHING, grades
from sinergi.ledger.store import own_agency

__all__ = [
    "Board",
    "Counts",
    "Fulfilment",
    "Happening",
    "Line",
    "Pressing",
    "Tally",
    "boards",
    "counts",
    "happenings",
    "pressing",
    "register_happenings",
    "said_mark",
    "shape",
    "stands_above",
    "titles",
]

STATES: dict[str, tuple[str, Any]] = {
    "scheduled": ("scheduled", gettext_lazy("dijadwalkan")),
    "open": ("working", gettext_lazy("berjalan")),
    "awaiting_proof": ("waiting", gettext_lazy("menunggu bukti")),
    "met": ("done", gettext_lazy("dipenuhi")),
    "late": ("late", gettext_lazy("terlambat")),
    "released": ("accepted", gettext_lazy("dibebaskan")),
    "disputed": ("refused", gettext_lazy("disengketakan")),
    "missed": ("late", gettext_lazy("terlewat")),
}

# How far ahead dues are shown; agreements end, but a list of five years of daily meetings helps nobody.
AHEAD = timedelta(days=400)

Happenings = Callable[[str], list[Happening]]
_happenings: list[Happenings] = []


def register_happenings(source: Happenings) -> None:
    """Ask `source(agreement)` for the happenings of a feature that set due rules going. Twice changes nothing."""
    if source not in _happenings:
        _happenings.append(source)


def happenings(agreement: str) -> list[Happening]:
    """Every happening of every feature under this agreement, and every change of the election calendar (D-01)."""
    return _announced(agreement) + [one for source in _happenings for one in source(agreement)]


def _announced(agreement: str) -> list[Happening]:
    """Counted from the beginning of the day of the decision, on the wall of the office."""
    return [
        Happening(
            kind="stages.changed",
            record=row.key,
            at=end_of_day(row.decided_on - timedelta(days=1), agreements.zone_of(agreement)),
            title=f"{row.calendar().name}, {row.calendar().law}",
        )
        for row in stages.announcements(agreement)
    ]


class Line(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One due of one obligation as people see it."""

    item: Item
    title: str
    found: Fulfilment
    source: str  # the record that obliges: key of the list or of the minutes

    @property
    def occurrence(self) -> Occurrence:
        """When it is due."""
        return self.found.occurrence


class Board:
    """The obligations of one agreement at one instant: each due with its state, and how many were kept."""

    def __init__(self, agreement: str, *, at: datetime, ahead: timedelta = AHEAD) -> None:
        self.agreement, self.at, self._ahead = agreement, at, ahead
        info = agreements.agreement(agreement)
        self.parties: tuple[str, ...] = () if info is None else info.parties
        self._ends_on = date.max if info is None else info.last_day
        self._exercise = info is not None and info.exercise
        self.zone = "WIB" if info is None else info.zone
        self._suspensions = () if info is None else info.suspensions
        self.lists = told.lists([agreement])[agreement]
        signed = agreements.signed_lists(agreement)
        self._chain, self.lost = held(self.lists, signed, self.parties, self._agreed_on() if signed else {})
        self.held: Held | None = self._chain[-1] if self._chain else None

    def _agreed_on(self) -> dict[str, date]:
        """The day of the last yes to each list: a clock that was put back is not believed (`counted_at`)."""
        found = {} if self._exercise else grades(one.key for row in self.lists for one in row.answers.all())
        days = {row.key: day_of(row.proposed_at, self.zone) for row in self.lists}
        for row in self.lists:
            for one in (one for one in row.answers.all() if one.agrees):
                arrived = found.get(one.key, NOTHING).arrived_at
                at = counted_at(one.answered_at, arrived, exercise=self._exercise)
                days[row.key] = max(days[row.key], day_of(at, self.zone))
        return days

    @cached_property
    def minutes(self) -> list[Minutes]:
        """The minutes of every meeting, earliest first."""
        return told.minutes([self.agreement])[self.agreement]

    @cached_property
    def histories(self) -> list[History]:
        """What parties told of the time before the list counts, earliest first."""
        return told.histories([self.agreement])[self.agreement]

    @cached_property
    def _sources(self) -> dict[str, tuple[Item, Held | Minutes]]:
        """Every obligation by code, and what it stands in: the list that holds, then minutes that all have signed."""
        everybody = set(self.parties)
        signed = [row for row in self.minutes if everybody <= set(row.signed_ids)]
        found: dict[str, tuple[Item, Held | Minutes]] = {}
        rows: list[Held | Minutes] = []
        if self.held is not None:
            rows = [self.held, *sorted(signed, key=lambda one: one.key)]
        for row in rows:
            for item in row.items():
                found.setdefault(item.code, (item, row))
        return found

    @cached_property
    def items(self) -> list[Item]:
        """The obligations of the list that holds, and what meetings decided."""
        return [item for item, _source in self._sources.values()]

    @cached_property
    def titles(self) -> dict[str, str]:
        """What they are called, those of earlier lists too, by code; the code itself where the title was erased."""
        found = {code: code for code in self._earlier}
        for row in self._chain[:-1]:
            found |= {code: title for code, title in (row.titles or {}).items() if code in found}
        return found | {code: (source.titles or {}).get(code, code) for code, (_item, source) in self._sources.items()}

    @property
    def articles(self) -> list[int]:
        """The articles that oblige to something, or did under an earlier list."""
        parts = [part.item for each in self._earlier.values() for part in each]
        return sorted({item.article for item in [*self.items, *parts]})

    @cached_property
    def _earlier(self) -> dict[str, list[Part]]:
        return earlier(self._chain) if len(self._chain) > 1 else {}

    def _parts(self, code: str) -> list[Part]:
        """The obligation as earlier lists had it, then as it counts now, where it still does."""
        parts = list(self._earlier.get(code, ()))
        if code in self._sources and self.held is not None:
            item, source = self._sources[code]
            # What a meeting decided counts from the first day of all, whatever lists followed.
            since = self.held.since(code) if source is self.held else min(row.began for row in self._chain)
            parts.append(Part(item=item, source=source.key, since=since, before=date.max))
        return parts

    def source(self, code: str) -> str:
        """The record that obliges: key of the list or of the minutes; empty where the code is none."""
        return self._sources[code][1].key if code in self._sources else ""

    @property
    def open_lists(self) -> list[ObligationList]:
        """Proposals made from the list that holds, neither agreed by all nor sent back."""
        holding = self.held.key if self.held is not None else ""
        everybody = set(self.parties)
        return [
            row
            for row in self.lists
            if row.replaces == holding
            and not row.returned_ids
            and not everybody <= {row.agency, *row.agreed_ids}
            and row.key != holding
        ]

    @cached_property
    def lines(self) -> list[Line]:
        """Every due from the day the list counts from, as far ahead as people plan."""
        ended = [parts[-1].item for code, parts in self._earlier.items() if code not in self._sources]
        made = self.lines_by(stages.calendars_of(self.agreement), [*self.items, *ended])
        return sorted(made, key=lambda line: (line.found.occurrence.due_at, line.item.code, line.found.occurrence.mark))

    def lines_by(
        self,
        calendars: list[tuple[date, stages.Calendar]],
        items: list[Item],
        closures: stages.Closures | None = None,
    ) -> list[Line]:
        """Every due of these obligations, were they counted by these calendars (as stages.calendars_of has them).

        Obligation after obligation, each in order of time. `closures`: and by these holidays instead of those that
        count.
        """
        if self.held is None or not items:
            return []
        spans = _spans(calendars, (closures or stages.closures(self.agreement)).spans(), self.zone)
        (work, said), before = self._evidence, self._before()
        happened = self._happened if any(due.rule == "each" for item in items for due in item.dues) else []
        made = []
        for code in (item.code for item in items):
            parts, title = self._parts(code), self.titles[code]
            known, used = set[str](), set[str]()
            # What all parties agree happened before the list that holds outranks what an earlier list counted.
            start = parts[-1].since if parts[-1].before == date.max else parts[-1].before
            history = past.fulfilments(before.get(code, []), parts[-1].item, counts_from=start, zone=self.zone)
            told_days = {one.occurrence.last_day for one in history}
            for part in parts:
                until = min(self._until, part.before - timedelta(days=1))
                dues = _dues(part.item, spans, counts_from=part.since, until=until, happenings=happened)
                if len(parts) > 1:
                    dues = [one for one in dues if one.mark not in known and one.last_day not in told_days]
                    known |= {one.mark for one in dues}
                found = fulfilments(part.item, dues, work.get(code, []), said.get(code, []), at=self.at, used=used)
                if self._suspensions:
                    found = [one for one in found if not self._is_suspended(one)]
                made += [Line(item=part.item, title=title, found=one, source=part.source) for one in found]
            made += [Line(item=one.item, title=title, found=one, source=parts[-1].source) for one in history]
        return made

    def _is_suspended(self, found: Fulfilment) -> bool:
        """Whether a due falls on a day on which the agreement was suspended and was not done, or said to be, by then.

        Nothing can be stated on such a day, so nothing is owed on it.
        """
        day = found.occurrence.last_day
        if not any(first <= day < after for first, after in self._suspensions):
            return False
        return not found.is_on_time if found.state == "met" else found.state in ("scheduled", "open", "late")

    @property
    def _until(self) -> date:
        return min(self._ends_on, day_of(self.at + self._ahead, self.zone))

    @cached_property
    def _happened(self) -> list[Happening]:
        return happenings(self.agreement)

    @cached_property
    def _evidence(self) -> tuple[dict[str, list[Work]], dict[str, list[Said]]]:
        return self._work(), self._said()

    def counts(self) -> Counts:
        """How many were kept and what waits for this office, for this and any other instant until `AHEAD` from now."""
        own = own_agency().id
        counted = counts_of(
            (line.found for line in self.lines),
            own=own,
            has_list=self.held is not None,
            articles=self.articles,
            # After its end nothing is due under an agreement any more.
            until=date.max if self._until == self._ends_on else self._until,
        )
        unanswered = (row for row in self.histories if own not in {row.agency, *row.agreed_ids, *row.returned_ids})
        return msgspec.structs.replace(
            counted,
            lists=tuple(row.key for row in self.open_lists if own not in {row.agency, *row.agreed_ids}),
            histories=tuple(row.key for row in unanswered),
            minutes=tuple(row.key for row in self.minutes if own not in {*row.signed_ids, *row.returned_ids}),
        )

    def tally(self, *, party: str = "", article: int | None = None) -> Tally:
        """How many of the dues whose day has come were kept, of one debtor or one article or of all."""
        chosen = (
            line.found
            for line in self.lines
            if (not party or party in line.item.debtors) and article in (None, line.item.article)
        )
        return tally(chosen, at=self.at)

    def line(self, code: str, mark: str) -> Line | None:
        """One due by its code and mark."""
        return next((line for line in self.lines if (line.item.code, line.occurrence.mark) == (code, mark)), None)

    def _before(self) -> dict[str, list[tuple[str, Past]]]:
        """What every party stands behind of the time before, by obligation."""
        found: dict[str, list[tuple[str, Past]]] = {}
        for key, entry in past.agreed(self.histories, self.parties):
            found.setdefault(entry.code, []).append((key, entry))
        return found

    @cached_property
    def _arrived(self) -> dict[str, datetime | None]:
        return {} if self._exercise else told.arrivals([self.agreement])[self.agreement]

    def _counted(self, row: WorkRecord | Statement) -> datetime:
        """The instant that counts for this fact."""
        return counted_at(row.stated_at, self._arrived.get(row.key), exercise=self._exercise)

    def _work(self) -> dict[str, list[Work]]:
        made: dict[str, list[Work]] = {}
        for row in told.work([self.agreement])[self.agreement]:
            made.setdefault(row.code, []).append(
                Work(
                    key=row.key,
                    kind=row.kind,
                    agency=row.agency,
                    at=self._counted(row),
                    about=frozenset(row.about),
                )
            )
        return made

    def _said(self) -> dict[str, list[Said]]:
        made: dict[str, list[Said]] = {}
        for row in told.statements([self.agreement])[self.agreement]:
            made.setdefault(row.code, []).append(
                Said(
                    key=row.key,
                    statement=row.statement,  # type: ignore[arg-type]
                    agency=row.agency,
                    mark=row.mark,
                    at=self._counted(row),
                    agreed=frozenset(answer.agency for answer in row.answers.all() if answer.agrees),
                    refused=frozenset(answer.agency for answer in row.answers.all() if not answer.agrees),
                )
            )
        return made


def boards(agreement_ids: Iterable[str], *, at: datetime, ahead: timedelta = AHEAD) -> Iterator[Board]:
    """The board of each agreement, one after the other; what parties told is asked for all of them together."""
    ids = list(agreement_ids)
    with reading():
        agreements.ask_beforehand(ids)
        stages.ask_beforehand(ids)
        for question in (told.lists, told.minutes, told.histories, told.work, told.statements):
            question(ids)
        told.arrivals(id for id in ids if (info := agreements.agreement(id)) is not None and not info.exercise)
        for id in ids:
            yield Board(id, at=at, ahead=ahead)


class Pressing(msgspec.Struct, frozen=True, kw_only=True):
    """A due of this office that presses, as a reminder tells it. `path` is where it opens.

    `title` is empty for what a meeting decided: those are words of minutes, which may name people.
    """

    agreement: str
    exercise: bool
    code: str
    mark: str
    title: str
    due_at: datetime
    step: Step
    path: str


def stands_above(user: User, agreement: str, *, at: datetime) -> bool:
    """Whether this person of a debtor comes after owner and deputy: signs for the office here and does nothing else.

    A secretary who holds the chair's office for some days (Plh) is still the owner.
    """
    offices = {duty.role for duty in user.duties_for("obligations.state", at=at) if duty.covers(agreement=agreement)}
    return offices <= PERMISSIONS["obligations.agree"]


def pressing(people: Iterable[User], *, at: datetime) -> dict[int, list[Pressing]]:
    """What presses at `at` for each of these people, by their number, agreement after agreement.

    The same dues that stand in their inboxes: those who state for the office (owner, deputy) see them from a week
    before, those who sign for it once they are a week late.
    """
    own, boards, found = own_agency().id, dict[str, Board](), dict[int, list[Pressing]]()
    for user in people:
        user.seen_at = at
        mine = found[user.pk] = []
        for info in agreements.in_force_for(user, "obligations.state", on=at):
            if info.id not in boards:
                boards[info.id] = Board(info.id, at=at, ahead=REMIND)
            board, above = boards[info.id], stands_above(user, info.id, at=at)
            for line in board.lines:
                if own not in line.item.debtors or not (now := step(line.found, at=at, above=above)):
                    continue
                listed = board.held is not None and board.source(line.item.code) == board.held.key
                mine.append(
                    Pressing(
                        agreement=info.id,
                        exercise=info.exercise,
                        code=line.item.code,
                        mark=line.occurrence.mark,
                        title=line.title if listed else "",
                        due_at=line.occurrence.due_at,
                        step=now,
                        path=reverse("obligations:due", args=[info.id, line.item.code, line.occurrence.mark]),
                    )
                )
    return found


def counts(agreement_ids: Iterable[str], at: datetime) -> dict[str, Counts]:
    """What `Board.counts` says of each agreement, counted anew only where something changed since the last look."""

    def count(changed: list[str]) -> dict[str, Counts]:
        return {board.agreement: board.counts() for board in boards(changed, at=at)}

    return remembered(agreement_ids, localdate(at), count)


def titles(agreement_ids: Iterable[str], at: datetime) -> dict[str, dict[str, str]]:
    """What the obligations of each agreement are called, by code (`Board.titles`)."""
    ids = list(agreement_ids)
    with reading():
        for question in (agreements.ask_beforehand, told.lists, told.minutes):
            question(ids)
        return {id: Board(id, at=at).titles for id in ids}


Span = tuple[date, date, Days]


def _spans(
    calendars: list[tuple[date, stages.Calendar]], closed: list[tuple[date, frozenset[date]]], zone: str
) -> list[Span]:
    """From which day to which (not inclusive) dues are counted by what: a calendar and the holidays of the time."""
    starts = sorted({start for start, _calendar in calendars} | {start for start, _days in closed})
    spans = []
    for start, end in zip(starts, [*starts[1:], date.max], strict=True):
        calendar = next((one for since, one in reversed(calendars) if since <= start), None)
        holidays = next(days for since, days in reversed(closed) if since <= start)
        spans.append((start, end, _days(calendar, holidays, zone)))
    return spans


def _dues(item: Item, spans: list[Span], **given: Any) -> list[Occurrence]:
    """Every due by the calendar that counted on its day: a moved voting day leaves alone what was due before.

    Other holidays neither: a due that they would put before the day they were announced keeps the day it had.
    """
    if not hangs(item) and all(days.holidays == spans[-1][2].holidays for _start, _end, days in spans):
        return occurrences(item, spans[-1][2], **given)
    made = [(start, end, occurrences(item, days, **given), days) for start, end, days in spans]
    found: dict[str, Occurrence] = {}
    for start, end, dues, _days_then in made:
        for one in dues:
            if start <= one.last_day < end:
                found.setdefault(one.mark, one)
    for (_start, _end, before, was), (start, _until, after, now) in pairwise(made):
        if (was.stages, was.polling_day) == (now.stages, now.polling_day):
            passed = {one.mark for one in after if one.last_day < start} - found.keys()
            found |= {one.mark: one for one in before if one.mark in passed and one.last_day >= start}
    return sorted(found.values(), key=lambda one: (one.due_at, one.mark))


@once
def _days(calendar: stages.Calendar | None, holidays: frozenset[date], zone: str) -> Days:
    listed = () if calendar is None else calendar.stages
    return Days(
        stages={stage.code: Anchor(starts_on=stage.starts_on, ends_on=stage.ends_on) for stage in listed},
        polling_day=None if calendar is None else calendar.polling_day,
        holidays=holidays,
        zone=zone,
    )


def shape(found: Fulfilment) -> tuple[str, str]:
    """The state's circle and word; done after its day is said so."""
    drawn, word = STATES[found.state]
    if found.state == "met" and not found.is_on_time:
        return drawn, gettext("dipenuhi terlambat")
    return drawn, str(word)
