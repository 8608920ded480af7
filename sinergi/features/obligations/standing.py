"""How each due stands: what was done for it, by whom it was confirmed, whether it was on time. Pure.

The state is a rule over columns that one speaker alone writes, so every node and every order of arrival agree.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from sinergi.features.obligations.due import Occurrence
from sinergi.kernel.obligation import Item
from sinergi.ledger.grade import TRUSTED_FOR

# Named after domain words: dijadwalkan, berjalan, menunggu_bukti, dipenuhi, terlambat, dibebaskan, disengketakan; what
# was missed before its agreement came here is terlewat: nobody makes it up any more.
State = Literal["scheduled", "open", "awaiting_proof", "met", "late", "released", "disputed", "missed"]
# A reminder a week before, on the last day, once it is late; and to those who sign for the office a week later, the
# week that article 16 leaves the working group before a matter goes to them.
Step = Literal["", "ahead", "today", "late", "escalated"]
# What is handed over counts once the other side's node stated that it has it; that statement is no work of its own.
RECEIVED = {"data.delivered": "data.received"}
REMIND = timedelta(days=7)
LAST_DAY = timedelta(days=1)
ESCALATE = timedelta(days=7)


class Work(msgspec.Struct, frozen=True, kw_only=True):
    """A fact of ordinary work that names an obligation; `about` are the records it is or names."""

    key: str
    kind: str
    agency: str
    at: datetime
    about: frozenset[str]


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody stated about one due, and who of the others agreed or refused."""

    key: str
    statement: Literal["done", "release", "dispute"]
    agency: str
    mark: str
    at: datetime
    agreed: frozenset[str] = frozenset()
    refused: frozenset[str] = frozenset()


class Fulfilment(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One due with its state. `done_at` and `proof` (a record) once done; agencies in `waits_for` owe an answer.

    `history`: the record that tells it, where it happened before the agreement came from paper.
    """

    item: Item
    occurrence: Occurrence
    state: State
    done_at: datetime | None = None
    proof: str = ""
    statement: str = ""
    waits_for: tuple[str, ...] = ()
    history: str = ""

    @property
    def is_on_time(self) -> bool:
        """Whether it was done by its due instant."""
        return self.done_at is not None and self.done_at <= self.occurrence.due_at


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """Of `due` dues whose day has come: on time, done afterwards, still missing.

    Released ones are not counted, nor disputed ones until the dispute is taken back: neither side can move the other's
    share by a word of its own.
    """

    due: int = 0
    on_time: int = 0
    afterwards: int = 0
    missing: int = 0

    @property
    def percent(self) -> int | None:
        """Share kept on time, rounded down, so that 100 means all; None where nothing was due yet."""
        return self.on_time * 100 // self.due if self.due else None


def counted_at(at: datetime, arrived_at: datetime | None, *, exercise: bool) -> datetime:
    """The instant that counts for "on time": the author's if another node had it within 24 hours, else that node's.

    In an exercise the clock is told, not lived, so the author's counts.
    """
    if exercise or arrived_at is None or arrived_at - at <= TRUSTED_FOR:
        return at
    return arrived_at


def fulfilments(
    item: Item,
    dues: Sequence[Occurrence],
    work: Iterable[Work],
    said: Iterable[Said],
    *,
    at: datetime,
    used: set[str] | None = None,
) -> list[Fulfilment]:
    """The state of every due of one obligation at `at`. `dues` in order of time; each piece of work closes one due.

    `used`: keys of the work that closed an earlier due of it; what closes one here is added.
    """
    told, by_mark = list(work), dict[str, list[Said]]()
    for one in said:
        by_mark.setdefault(one.mark, []).append(one)
    if not told and not by_mark:
        # About most obligations of a nation nothing was stated yet.
        return [Fulfilment(item=item, occurrence=due, state=_untouched(due, at)) for due in dues]
    received = {record for one in told if one.kind in RECEIVED.values() for record in one.about}
    counted = (one for one in told if one.kind not in RECEIVED.values())
    counted = (one for one in counted if one.kind not in RECEIVED or one.key in received)
    mine = sorted((one for one in counted if one.agency in item.debtors), key=lambda one: (one.at, one.key))
    used = set() if used is None else used
    found = []
    for due in dues:
        proof = next((one for one in mine if one.key not in used and _closes(one, due)), None)
        if proof is not None and not due.record:
            used.add(proof.key)
        found.append(_stand(item, due, proof, by_mark.get(due.mark, []), at))
    return found


def step(found: Fulfilment, *, at: datetime, above: bool) -> Step:
    """Which reminder of this due a person of a debtor needs at `at`; empty where none.

    `above`: whether the person stands above owner and deputy. What follows from a happening needs no reminder: it is in
    the inbox as the happening itself.
    """
    return pressing(found.occurrence, at=at, above=above) if is_reminded(found) else ""


def is_reminded(found: Fulfilment) -> bool:
    """Whether anybody is reminded of this due at all, now or later: it is neither done nor spoken of."""
    return not found.occurrence.record and found.state in ("scheduled", "open", "late") and not found.waits_for


def pressing(due: Occurrence, *, at: datetime, above: bool) -> Step:
    """`step` of a due of which people are reminded."""
    if at < due.opens_at:
        return ""
    left = due.due_at - at
    if above:
        return "escalated" if left <= -ESCALATE else ""
    if left < timedelta(0):
        return "late"
    if left <= LAST_DAY:
        return "today"
    return "ahead" if left <= REMIND else ""


def pressed(owed: Sequence[Occurrence], *, at: datetime, above: bool) -> list[Occurrence]:
    """Those of the dues, earliest first, that are `pressing` at `at`.

    There may be thousands long late, and every page counts them: they are not looked at one by one.
    """
    if above:
        return list(owed[: bisect_right(owed, at - ESCALATE, key=_due_at)])
    late, soon = bisect_left(owed, at, key=_due_at), bisect_right(owed, at + REMIND, key=_due_at)
    return [*owed[:late], *(one for one in owed[late:soon] if pressing(one, at=at, above=False))]


def _due_at(due: Occurrence) -> datetime:
    return due.due_at


def tally(found: Iterable[Fulfilment], *, at: datetime) -> Tally:
    """How many of the dues whose day has come were kept."""
    past = [one for one in found if one.occurrence.due_at <= at and one.state not in ("released", "disputed")]
    on_time = sum(one.state == "met" and one.is_on_time for one in past)
    afterwards = sum(one.state == "met" and not one.is_on_time for one in past)
    return Tally(due=len(past), on_time=on_time, afterwards=afterwards, missing=len(past) - on_time - afterwards)


def _stand(item: Item, due: Occurrence, proof: Work | None, said: list[Said], at: datetime) -> Fulfilment:
    # Of most dues nothing is ever said.
    done = _first(said, "done", item) if said else None
    release = _first(said, "release", item) if said else None
    disputes = [one for one in said if one.statement == "dispute" and one.agency not in one.refused]
    dispute = min(disputes, key=lambda one: (one.at, one.key), default=None)
    done_at, key = (proof.at, proof.key) if proof is not None else (None, "")
    waits: tuple[str, ...] = ()
    statement = ""
    if done is not None and done_at is None:
        statement = done.key
        if _others(item, done.agency) <= done.agreed:
            done_at, key = done.at, done.key
        else:
            waits = tuple(sorted(_others(item, done.agency) - done.agreed - done.refused))
    if dispute is not None:
        state: State = "disputed"
        statement, waits = dispute.key, (dispute.agency,)
    elif release is not None and _others(item, release.agency) <= release.agreed:
        state, statement = "released", release.key
    elif done_at is not None:
        state = "met"
    elif waits:
        state = "awaiting_proof"
    else:
        state = _untouched(due, at)
    if release is not None and state in ("late", "open", "scheduled"):
        open_answers = _others(item, release.agency) - release.agreed - release.refused
        statement, waits = release.key, tuple(sorted(open_answers))
    return Fulfilment(
        item=item, occurrence=due, state=state, done_at=done_at, proof=key, statement=statement, waits_for=waits
    )


def _untouched(due: Occurrence, at: datetime) -> State:
    """The state of a due about which nothing was stated."""
    if at > due.due_at:
        return "late"
    return "open" if at >= due.opens_at else "scheduled"


def _first(said: list[Said], statement: str, item: Item) -> Said | None:
    """The statement that counts: one agreed to before any other, then the newest that nobody refused."""
    mine = [one for one in said if one.statement == statement and one.agency in item.debtors]
    agreed = [one for one in mine if _others(item, one.agency) <= one.agreed]
    if agreed:
        return min(agreed, key=lambda one: (one.at, one.key))
    standing = [one for one in mine if not one.refused]
    return max(standing, key=lambda one: (one.at, one.key), default=None)


def _others(item: Item, agency: str) -> set[str]:
    """Who has to agree to what `agency` says of its own duty."""
    return set(item.creditors) - {agency}


def _closes(work: Work, due: Occurrence) -> bool:
    return due.record in work.about if due.record else work.at > due.opens_at
