"""What features that issue letters ask for (letterhead, signer, next number) and tell (their series and letters)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar

import msgspec
from django.db.models import Max, QuerySet

from sinergi.access.models import User
from sinergi.documents import Check, Letterhead, Signature
from sinergi.documents.series import written_number
from sinergi.features.letters import rules
from sinergi.features.letters.models import PatternChange, Stationery
from sinergi.features.letters.rules import Numbering, Written
from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Refused
from sinergi.kernel.ids import record_key
from sinergi.kernel.instants import day_of, say_date
from sinergi.ledger.envelope import Official, log_id
from sinergi.ledger.models import Agreement
from sinergi.ledger.store import own_agency
from sinergi.ledger.writer import Receipt

ATTEMPTS = 5
HEADS = ("chair", "resort_chief")
Drawn = TypeVar("Drawn")


class Series(msgspec.Struct, frozen=True, kw_only=True):
    """A number series. `default`: its pattern by kind of agency; an agency of another kind has no such series.

    `letters`: all that are numbered in it, of any agency, with columns `agency`, `number`, `year`, `written`,
    `in_exercise`.
    """

    code: str
    label: Any
    default: Mapping[str, str]
    letters: Callable[[], QuerySet[Any, Any]]


class Number(msgspec.Struct, frozen=True, kw_only=True):
    """The place of one letter in its series, and how it is written."""

    number: int
    year: int
    written: str


class Block(msgspec.Struct, frozen=True, kw_only=True):
    """Numbers in a row that one fact hands out, and how they are written."""

    first: Number
    count: int
    pattern: str
    regency: str


class Issued(msgspec.Struct, frozen=True, kw_only=True):
    """A letter as the check page tells of it. `warning`: what who holds it must know, or empty.

    `fact`: the record whose evidence is its evidence, where that is not the letter itself. A hash is empty where that
    file cannot be compared. `ended`: it is good no longer, and `warning` says why.
    """

    key: str
    agency: str
    written: str
    issued_at: datetime
    exercise: bool
    pdf_hash: str
    docx_hash: str
    warning: str = ""
    fact: str = ""
    ended: bool = False


_series: dict[str, Series] = {}
_issued: list[Callable[[str], Issued | None]] = []


def register_series(series: Series) -> None:
    """Let this series be edited on the page of number series."""
    _series[series.code] = series


def register_letters(find: Callable[[str], Issued | None]) -> None:
    """Let the check page find letters by record key."""
    if find not in _issued:
        _issued.append(find)


def issued(key: str) -> Issued | None:
    """The letter with that record key, whoever issued it."""
    return next((found for find in _issued if (found := find(key)) is not None), None)


def own_series() -> list[Series]:
    """The series of this agency, in the order of registration."""
    kind = own_agency().kind
    return [one for one in _series.values() if kind in one.default]


def numbering(series: Series) -> Numbering:
    """How the series is numbered now."""
    row = PatternChange.objects.filter(series=series.code).order_by("-pk").first()
    if row is None:
        return Numbering(pattern=series.default[own_agency().kind])
    return Numbering(pattern=row.pattern, first=row.first, year=row.year)


def written(series: Series) -> list[Written]:
    """Every number that letters of this agency bear in the series."""
    rows = series.letters().filter(agency=own_agency().id).values_list("number", "year", "written", "in_exercise")
    return [
        Written(series=series.code, number=number, year=year, written=said, exercise=exercise)
        for number, year, said, exercise in rows
    ]


def last_number(series: Series, *, year: int, exercise: bool) -> int:
    """The largest number this agency used in the series in that year; an exercise counts by itself. 0: none yet."""
    used = series.letters().filter(agency=own_agency().id, year=year, in_exercise=exercise)
    return int(used.aggregate(last=Max("number"))["last"] or 0)


def next_number(series: Series, *, at: datetime, exercise: bool) -> Number:
    """The number that the next letter gets, under the pattern that holds now. Raises Refused."""
    day, held = day_of(at), numbering(series)
    number = rules.following(held, last=last_number(series, year=day.year, exercise=exercise), year=day.year)
    said = written_number(held.pattern, number=number, day=day, regency=regency(), exercise=exercise)
    return Number(number=number, year=day.year, written=said)


def require_next(series: Series, number: Number, *, at: datetime, exercise: bool) -> None:
    """Refuse, inside the write lock, a letter drawn with a number or pattern that another took or changed meanwhile.

    Code NUMBER-TAKEN: draw it again. NOM-06: no letter bears a number twice, whatever the patterns say.
    """
    if next_number(series, at=at, exercise=exercise) != number:
        raise Refused("Nomor surat sudah terpakai. Ulangi.", code="NUMBER-TAKEN")
    _refuse_borne(series, [number.written])


def next_block(series: Series, *, at: datetime, exercise: bool, count: int) -> Block:
    """The next `count` numbers of a series at once, for one fact that states them all; inside the write lock.

    Raises Refused where one of them is borne by a letter already (NOM-06).
    """
    first = next_number(series, at=at, exercise=exercise)
    pattern, place = numbering(series).pattern, regency()
    said = [
        written_number(pattern, number=number, day=day_of(at), regency=place, exercise=exercise)
        for number in range(first.number, first.number + count)
    ]
    _refuse_borne(series, said)
    return Block(first=first, count=count, pattern=pattern, regency=place)


def issue(
    series: Series,
    *,
    at: datetime,
    exercise: bool,
    draw: Callable[[Number], Drawn],
    state: Callable[[Number, Drawn], Receipt],
) -> Receipt:
    """Draw a letter with the next number and state it; drawn again where the number was taken meanwhile.

    Drawing is slow and happens outside the write lock; `state` is an action that calls `require_next` inside it.
    """
    for _attempt in range(ATTEMPTS):
        number = next_number(series, at=at, exercise=exercise)
        drawn = draw(number)
        try:
            return state(number, drawn)
        except Refused as refusal:
            if refusal.code != "NUMBER-TAKEN":
                raise
    raise Refused("Banyak surat terbit bersamaan. Coba sekali lagi.", code="PAM-94")


def has_signer() -> bool:
    """Whether letters can be issued: the signer's name is known."""
    return Stationery.objects.exclude(signer="").exists()


def letterhead() -> Letterhead:
    """The head of this agency's letters."""
    paper, own = _paper(), own_agency()
    return Letterhead(agency=tuple(paper.head) or (own.name.upper(),), address=paper.address)


def copies() -> tuple[str, ...]:
    """Who gets a copy of this agency's letters."""
    return tuple(_paper().copies)


def dateline(at: datetime) -> str:
    """Place and date of a letter: *Sipirok, 5 Februari 2024*."""
    return f"{_paper().city or own_agency().name}, {say_date(day_of(at))}"


def signature(actor: Actor | Official | None = None) -> Signature:
    """Who signs: the head of the office; by name where `actor` holds that office for the day (Plh). Raises Refused."""
    paper = _paper()
    office = paper.office or "Pimpinan"
    if actor is not None and actor.acting and actor.office in HEADS:
        person = User.objects.filter(actor_id=actor.id).first()
        if person is not None:
            rank = " ".join(part for part in (person.title, person.service_number) if part)
            return Signature(acting="Plh.", office=office, name=person.name, rank=rank)
    if not paper.signer.strip():
        raise Refused("Nama penanda tangan belum ada. Isi dahulu halaman Kop surat.", code="PAM-95")
    return Signature(office=office, name=paper.signer, rank=paper.rank)


def letter_key(agreement: str, id: str) -> str:
    """The record key that a letter stated with this id will have: its check code, known before it is drawn."""
    known = Agreement.objects.get(id=agreement)
    return record_key(log_id(agreement, own_agency().id, known.role), id)


def check(page: str, key: str) -> Check:
    """Where a letter with that record key is checked; `page` is the full address of the check page."""
    return Check(url=f"{page}{key}/", address=page.removeprefix("https://").removeprefix("http://"), code=key)


def is_exercise() -> bool:
    """Whether all this office does is an exercise: then letters under no agreement belong to it."""
    known = list(Agreement.objects.all())
    return bool(known) and all(one.exercise for one in known)


def regency() -> str:
    """What {wilayah} stands for: the code of the regency; empty for an agency of several."""
    region = own_agency().region
    return region[:4] if region.isdigit() else ""


def _refuse_borne(series: Series, said: list[str]) -> None:
    """No letter bears a number twice, whatever the patterns say."""
    own = own_agency().id
    for one in {series.code: series, **_series}.values():
        letters = one.letters().filter(agency=own)
        for start in range(0, len(said), 500):
            taken = letters.filter(written__in=said[start : start + 500]).values_list("written", flat=True).first()
            if taken is not None:
                raise Refused(
                    "Nomor %(written)s sudah dipakai surat lain. Ubah pola di halaman Nomor surat.",
                    code="NOM-06",
                    words={"written": taken},
                )


def _paper() -> Stationery:
    return Stationery.objects.first() or Stationery()
