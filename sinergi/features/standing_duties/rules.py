"""What the two offices may tell each other all the year round. Pure: day and area are passed in."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from datetime import date, timedelta
from typing import Literal, Protocol

import msgspec

from sinergi.features.standing_duties.events import (
    Contact,
    ContactsPublished,
    ContactsText,
    DistrictCounts,
    MemberChangesReported,
    SessionAnswered,
    SessionHeld,
    SessionMoveAnswered,
    SessionMoved,
    SessionProposed,
    SessionText,
    VoterUpdateReported,
)
from sinergi.kernel.errors import Refused
from sinergi.kernel.words import line
from sinergi.ledger.events import RecordKey
from sinergi.sheets.forbidden import FEW

COUNTS = ("new", "gone", "changed")
MOST_VOTERS = 10_000_000
MOST_DISTRICTS = 100
MOST_CONTACTS = 60
LONGEST = 100
MOST_PEOPLE = 10_000
LONGEST_AHEAD = timedelta(days=800)
LARGEST_LETTER = 20_000_000
EARLIEST = 2020
_HASH = re.compile(r"[0-9a-f]{64}")
_PHONE = re.compile(r"\+?[0-9][0-9 ()./-]{2,28}")
_EMAIL = re.compile(r"[^\s@<>]{1,64}@[^\s@<>]{1,64}")


SessionState = Literal["proposed", "planned", "declined", "withdrawn", "held"]


class Move(Protocol):
    """What a rule needs to know of a proposal of another day. `step`: how many it follows, and one."""

    key: str
    agency: str
    step: int
    on: date

    @property
    def said(self) -> Collection[tuple[str, bool]]:
        """(agency, whether it agrees), the last word of each."""


class Session(Protocol):
    """What a rule needs to know of a training session."""

    key: str
    agency: str
    on: date

    @property
    def said(self) -> Collection[tuple[str, bool]]:
        """(agency, whether it agrees), the last word of each."""

    @property
    def is_held(self) -> bool:
        """Whether somebody reported that it was held."""

    @property
    def moved(self) -> Sequence[Move]:
        """Every other day that was proposed, in any order."""


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    """How one contact list differs from the one before: posts. A contact is known by post, area and first day."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]


def quarter_of(day: date) -> tuple[int, int]:
    """Year and quarter (1 to 4) of a day."""
    return day.year, (day.month - 1) // 3 + 1


def withheld(counts: Sequence[int]) -> list[int | None] | None:
    """One column of districts as it may be told beside its sum; None where none of it may.

    One to four are withheld, and as many of the next larger as it takes until nobody can work a withheld one out: given
    the sum, and that each withheld is at least one, each of them could be one, or five and more.
    """
    shown: list[int | None] = list(counts)
    order = sorted((count, place) for place, count in enumerate(counts) if count > 0)
    few = sum(count < FEW for count, _place in order)
    taken, total = 0, 0
    while few and (taken < max(few, 2) or total - taken < FEW - 1):
        if taken == len(order):
            return None
        count, place = order[taken]
        shown[place] = None
        taken, total = taken + 1, total + count
    return shown


def update(
    *,
    year: int,
    quarter: int,
    totals: tuple[int, int, int],
    districts: Iterable[DistrictCounts],
    letter_number: str,
    letter_dated: date,
    letter: str,
    letter_size: int,
    area: str,
    on: date,
) -> VoterUpdateReported:
    """The update, or Refused with the field that is wrong. `area`: the commission's region; `on`: today.

    `districts` holds whole counts; what could tell of a few people is withheld from the update, if need be all of it.
    """
    if (year, quarter) > quarter_of(on):
        raise Refused("Triwulan itu belum berjalan.", code="TGS-01", field="quarter")
    if letter_dated > on:
        raise Refused("Tanggal surat belum tiba.", code="TGS-02", field="letter_dated")
    if not line(letter_number):
        raise Refused("Isi nomor surat.", code="TGS-03", field="letter_number")
    rows = sorted(districts, key=lambda row: row.district)
    columns = [[getattr(row, name) for row in rows] for name in COUNTS]
    for name, column, total in zip(COUNTS, columns, totals, strict=True):
        if rows and sum(column) != total:
            raise Refused("Jumlah per kecamatan tidak sama dengan jumlah seluruhnya.", code="TGS-04", field=name)
    shown = [withheld(column) for column in columns]
    new, gone, changed = totals
    event = VoterUpdateReported(
        year=year,
        quarter=quarter,  # type: ignore[arg-type]  # update_flaw judges it
        new=new,
        gone=gone,
        changed=changed,
        letter_number=line(letter_number)[:LONGEST],
        letter_dated=letter_dated,
        letter=letter,
        letter_size=letter_size,
        districts=[]
        if None in shown
        else [
            DistrictCounts(row.district, *(column[place] for column in shown if column is not None))
            for place, row in enumerate(rows)
        ],
    )
    if update_flaw(event, area, on):
        raise Refused("Isi pemutakhiran ini tidak mungkin. Periksa angkanya.", code="TGS-05")
    return event


def update_flaw(event: VoterUpdateReported, area: str, on: date) -> bool:
    """Whether a commission working in `area` cannot have stated this on the day `on`. From the fact alone."""
    codes = [row.district for row in event.districts]
    counts = [event.new, event.gone, event.changed]
    told = [n for row in event.districts for n in (row.new, row.gone, row.changed) if n is not None]
    holds = (
        event.year >= EARLIEST
        and event.quarter in (1, 2, 3, 4)
        and (event.year, event.quarter) <= quarter_of(on)
        and all(0 <= n <= MOST_VOTERS for n in counts + told)
        and not any(0 < n < FEW for n in told)
        and len(codes) <= MOST_DISTRICTS
        and codes == sorted(set(codes))
        and all(re.fullmatch(r"[1-9][0-9]{5}", code) and code.startswith(area) for code in codes)
        and bool(_HASH.fullmatch(event.letter))
        and 0 < event.letter_size <= LARGEST_LETTER
        and _is_line(event.letter_number)
    )
    return not holds


def member_changes(
    update_key: str, *, joined: int, left: int, letter_number: str, letter_dated: date, on: date
) -> MemberChangesReported:
    """The police's answer to an update, or Refused."""
    if letter_dated > on:
        raise Refused("Tanggal surat belum tiba.", code="TGS-02", field="letter_dated")
    event = MemberChangesReported(
        update=RecordKey(update_key),
        joined=joined,
        left=left,
        letter_number=line(letter_number)[:LONGEST],
        letter_dated=letter_dated,
    )
    if members_flaw(event):
        raise Refused("Isi nomor surat dan jumlah antara 0 dan 10.000.000.", code="TGS-06", field="letter_number")
    return event


def members_flaw(event: MemberChangesReported) -> bool:
    """Whether this cannot be an answer to an update."""
    return not (0 <= event.joined <= MOST_VOTERS and 0 <= event.left <= MOST_VOTERS and _is_line(event.letter_number))


def contacts(rows: Sequence[Contact], *, area: str, current: Sequence[Contact] | None) -> ContactsPublished:
    """The list, or Refused. `current` is what this office said before, None where nothing."""
    told = [row for row in map(tidy, rows) if row.post or row.name or row.phone or row.email]
    if not told:
        raise Refused("Isi sedikitnya satu kontak.", code="TGS-10")
    if len(told) > MOST_CONTACTS:
        raise Refused("Paling banyak 60 kontak.", code="TGS-11")
    for row in told:
        if not row.post:
            raise Refused("Setiap kontak perlu jabatan atau tugasnya.", code="TGS-12")
        if not row.phone and not row.email:
            raise Refused("%(post)s belum punya nomor telepon atau surel.", code="TGS-13", words={"post": row.post})
        if row.phone and not _PHONE.fullmatch(row.phone):
            raise Refused("Nomor telepon %(post)s tidak dapat dihubungi.", code="TGS-14", words={"post": row.post})
        if row.email and not _EMAIL.fullmatch(row.email):
            raise Refused("Surel %(post)s tidak lengkap.", code="TGS-15", words={"post": row.post})
        if row.region and not row.region.startswith(area):
            raise Refused("Wilayah %(post)s di luar wilayah kantor ini.", code="TGS-16", words={"post": row.post})
        if row.since and row.until and row.until < row.since:
            raise Refused("Masa tugas %(post)s berakhir sebelum mulai.", code="TGS-34", words={"post": row.post})
    twice = next((row for n, row in enumerate(told) if any(_are_twins(row, other) for other in told[:n])), None)
    if twice is not None:
        raise Refused(
            "%(post)s disebut dua kali; bedakan tugas atau wilayahnya.", code="TGS-19", words={"post": twice.post}
        )
    if current is not None and list(current) == told:
        raise Refused("Daftar ini sama dengan yang sudah berlaku.", code="TGS-17")
    return ContactsPublished(count=len(told), text=ContactsText(rows=told))


def tidy(row: Contact) -> Contact:
    """The contact on single lines of a length that a page can show."""
    return Contact(
        post=line(row.post)[:LONGEST],
        name=line(row.name)[:LONGEST],
        phone=line(row.phone)[:30],
        email=line(row.email)[:LONGEST],
        region=row.region if re.fullmatch(r"[0-9]{6}", row.region) else "",
        since=row.since,
        until=row.until,
    )


def usable(row: Contact) -> Contact:
    """What a partner sent, without an address that nobody can call."""
    told = tidy(row)
    return msgspec.structs.replace(
        told,
        phone=told.phone if _PHONE.fullmatch(told.phone) else "",
        email=told.email if _EMAIL.fullmatch(told.email) else "",
    )


def is_over(row: Contact, on: date) -> bool:
    """Whether the duty ended before that day."""
    return row.until is not None and row.until < on


def changes(before: Sequence[Contact], after: Sequence[Contact]) -> Changes:
    """What a new list changes, in the order of the lists."""
    old, new = ({(row.post, row.region, row.since): row for row in rows} for rows in (before, after))
    return Changes(
        added=tuple(row.post for place, row in new.items() if place not in old),
        removed=tuple(row.post for place, row in old.items() if place not in new),
        changed=tuple(row.post for place, row in new.items() if place in old and row != old[place]),
    )


def session_state(session: Session) -> SessionState:
    """Where a session stands; the same on every node, from what each party said last.

    A report alone makes nothing held: nobody can report what the others never took into the plan.
    """
    said = dict(session.said)
    if session.is_held and True in said.values():
        return "held"
    if said.pop(session.agency, True) is False:
        return "withdrawn"
    if False in said.values():
        return "declined"
    return "planned" if said else "proposed"


def is_agreed(move: Move) -> bool:
    """Whether another party agreed to the day, nobody refused it and its author did not take it back."""
    return {agrees for agency, agrees in move.said if agency != move.agency or not agrees} == {True}


def agreed_move(session: Session) -> Move | None:
    """The move that gives the session its day: the newest that was agreed on."""
    return max(filter(is_agreed, session.moved), key=_age, default=None)


def newest_move(session: Session) -> Move | None:
    """The move that follows the others; of two that crossed, on every node the same."""
    return max(session.moved, key=_age, default=None)


def _age(move: Move) -> tuple[int, str]:
    return move.step, move.key


def open_move(session: Session) -> Move | None:
    """The move that waits for an answer: the newest, if nobody answered it and the session can still take place."""
    newest = newest_move(session)
    if newest is None or newest.said or session_state(session) in ("held", "withdrawn"):
        return None
    return newest


def day_of_session(session: Session) -> date:
    """The day on which the session is: as proposed, or as it was moved."""
    move = agreed_move(session)
    return session.on if move is None else move.on


def move_session(session: Session, *, on: date, today: date) -> SessionMoved:
    """Another day for a session that was not held yet, or Refused."""
    if session_state(session) in ("held", "withdrawn"):
        raise Refused("Latihan ini sudah dilaksanakan atau ditarik.", code="TGS-24")
    if not today <= on <= today + LONGEST_AHEAD:
        raise Refused("Pilih hari mulai hari ini sampai dua tahun ke depan.", code="TGS-20", field="on")
    if on == day_of_session(session):
        raise Refused("Latihan ini sudah pada hari itu.", code="TGS-31", field="on")
    waiting = open_move(session)
    if waiting is not None and on == waiting.on:
        raise Refused("Hari itu sudah diusulkan dan menunggu jawaban.", code="TGS-32", field="on")
    newest = newest_move(session)
    return SessionMoved(session=RecordKey(session.key), on=on, follows=RecordKey(newest.key) if newest else None)


def answer_move(session: Session, move: str, *, agency: str, agrees: bool) -> SessionMoveAnswered:
    """Another party's yes or no to the day that waits, or its author's taking it back."""
    waiting = open_move(session)
    if waiting is None or waiting.key != move:
        raise Refused("Usul hari ini sudah dijawab, ditarik, atau diganti hari lain.", code="TGS-33")
    if agency == waiting.agency and agrees:
        raise Refused("Usul sendiri dijawab pihak lain.", code="TGS-25")
    return SessionMoveAnswered(move=RecordKey(move), agrees=agrees)


def propose_session(
    *, on: date, people: int, arranger: str, topic: str, place: str, parties: Collection[str], today: date
) -> SessionProposed:
    """The proposal, or Refused with the field that is wrong."""
    if not today <= on <= today + LONGEST_AHEAD:
        raise Refused("Pilih hari mulai hari ini sampai dua tahun ke depan.", code="TGS-20", field="on")
    if arranger not in parties:
        raise Refused("Pilih salah satu pihak sebagai penyelenggara.", code="TGS-21", field="arranger")
    if not line(topic):
        raise Refused("Tulis materi latihannya.", code="TGS-22", field="topic")
    text = SessionText(topic=line(topic)[:LONGEST], place=line(place)[:LONGEST])
    event = SessionProposed(on=on, people=people, arranger=arranger, text=text)
    if session_flaw(event):
        raise Refused("Jumlah peserta antara 1 dan 10.000.", code="TGS-23", field="people")
    return event


def session_flaw(event: SessionProposed) -> bool:
    """Whether this cannot be a session."""
    return not 0 < event.people <= MOST_PEOPLE


def answer_session(session: Session, *, agency: str, agrees: bool) -> SessionAnswered:
    """Another party's yes or no, or the author's taking it back."""
    now_at = session_state(session)
    if now_at in ("held", "withdrawn"):
        raise Refused("Latihan ini sudah dilaksanakan atau ditarik.", code="TGS-24")
    if agency == session.agency and agrees:
        raise Refused("Usul sendiri dijawab pihak lain.", code="TGS-25")
    return SessionAnswered(session=RecordKey(session.key), agrees=agrees)


def report_session(session: Session, *, held_on: date, commission: int, police: int, today: date) -> SessionHeld:
    """The report, or Refused: only of what stands in the plan, and not before its day has come."""
    if session_state(session) not in ("planned", "held"):
        raise Refused("Latihan ini belum disepakati kedua pihak.", code="TGS-26")
    if held_on > today:
        raise Refused("Tanggal pelaksanaan belum tiba.", code="TGS-27", field="held_on")
    event = SessionHeld(session=RecordKey(session.key), held_on=held_on, commission=commission, police=police)
    if held_flaw(event):
        raise Refused("Jumlah hadir antara 0 dan 10.000, dan tidak boleh nol semua.", code="TGS-28", field="commission")
    return event


def held_flaw(event: SessionHeld) -> bool:
    """Whether this cannot be a report."""
    counts = (event.commission, event.police)
    return not (all(0 <= n <= MOST_PEOPLE for n in counts) and any(counts))


def _are_twins(one: Contact, other: Contact) -> bool:
    """Whether both have the same task and area on the same day: a successor begins after the predecessor ends."""
    apart = any(a.until and b.since and a.until < b.since for a, b in ((one, other), (other, one)))
    return (one.post, one.region) == (other.post, other.region) and not apart


def _is_line(words: str) -> bool:
    return 0 < len(words) <= LONGEST and words == line(words)
