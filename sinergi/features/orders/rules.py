"""When an order can be made of a plan, which letters go on, and what an order's own facts must be. Pure."""

from __future__ import annotations

import hashlib
from base64 import b32encode
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Protocol

import msgspec

from sinergi.features.orders.events import CommanderRow, DutyRow, OrderText, PostRow, RosterRow, RosterText
from sinergi.kernel import canonical
from sinergi.kernel.errors import Refused
from sinergi.kernel.words import line

SIGNER = "resort_chief"
MOST_OFFICERS = 10_000
LONGEST_WORDS = 20_000
Letter = tuple[int, int]
"""Year and number."""


class Guarded(msgspec.Struct, frozen=True, kw_only=True):
    """One row of a plan by name. `over`: why a commander lets it last longer than the limit, or empty."""

    officer: str
    post: str
    stations: tuple[str, ...]
    starts_at: datetime
    ends_at: datetime
    is_over: bool = False
    over: str = ""


class Person(Protocol):
    """What an order says of an officer."""

    @property
    def code(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def rank(self) -> str: ...
    @property
    def unit(self) -> str: ...
    @property
    def phone(self) -> str: ...


class OnDuty(Protocol):
    """What a roster tells of a duty."""

    post: str
    stations: list[str]
    rank: str
    name: str
    unit: str
    phone: str
    starts_at: datetime
    ends_at: datetime


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """A duty of the order that is replaced, as far as it decides whether its letter goes on."""

    letter: Letter
    officer: str
    post: str
    stations: tuple[str, ...]
    starts_at: datetime
    ends_at: datetime
    commander: str


def assemble(
    guarded: Sequence[Guarded],
    *,
    people: Mapping[str, Person],
    units: Mapping[str, str],
    commanders: Mapping[str, str],
    places: Mapping[str, str],
    standing: Iterable[Standing],
    first: Letter,
    words: Mapping[str, object],
) -> OrderText:
    """The text of an order: its annex by name in the order of posts, each duty with its letter.

    `commanders`: service number by district; `places`: names of districts and villages by code; `first`: year and
    number of the first new letter; `standing`: the duties of the order that it replaces, whose letters go on where
    nothing changed for the officer. `words`: the other fields of the text. Raises Refused with what is missing.
    """
    rows = sorted(guarded, key=lambda one: (one.post, one.starts_at, one.officer))
    _refuse(rows, people)
    districts = sorted({row.post[:6] for row in rows})
    leaders = [_commander(code, commanders, people, places) for code in districts]
    if clash := next((row for row in rows if row.officer in {leader.officer for leader in leaders}), None):
        raise Refused(
            "%(name)s memimpin kecamatan dan sekaligus menjaga pos. Pilih padal lain.",
            code="SPR-05",
            field="commanders",
            words={"name": people[clash.officer].name},
        )
    posts = sorted({(row.post, row.stations) for row in rows})
    at = {post: place for place, post in enumerate(posts)}
    kept = {_same(one, one.commander): one.letter for one in standing}
    year, number = first
    made = []
    for row in rows:
        letter = kept.get(_same(row, commanders.get(row.post[:6], "")))
        if letter is None:
            letter, number = (year, number), number + 1
        who = people[row.officer]
        made.append(
            DutyRow(
                officer=row.officer,
                name=who.name,
                rank=who.rank,
                unit=units.get(who.unit, who.unit),
                phone=who.phone,
                post=at[row.post, row.stations],
                commander=districts.index(row.post[:6]),
                starts_at=row.starts_at,
                ends_at=row.ends_at,
                year=letter[0],
                number=letter[1],
                over=line(row.over)[:300] if row.is_over else "",
            )
        )
    return OrderText(
        posts=[PostRow(code, _place(code, places), list(stations)) for code, stations in posts],
        commanders=leaders,
        rows=made,
        **words,  # type: ignore[arg-type]
    )


def new_letters(text: OrderText, standing: Iterable[Standing]) -> int:
    """How many of its letters no earlier order handed out."""
    old = {one.letter for one in standing}
    return sum((row.year, row.number) not in old for row in text.rows)


def kept_ranges(text: OrderText, standing: Iterable[Standing]) -> list[list[int]]:
    """The letters of the replaced order that go on: year, first and last number."""
    old = {one.letter for one in standing}
    kept = sorted({(row.year, row.number) for row in text.rows} & old)
    found: list[list[int]] = []
    for year, number in kept:
        if found and found[-1][0] == year and found[-1][2] == number - 1:
            found[-1][2] = number
        else:
            found.append([year, number, number])
    return found


def may_sign(*, office: str, kind: str) -> None:
    """Only the Kapolres, or the Plh in that office, sends officers out (domain: who commands). Raises Refused."""
    if kind != "police":
        raise Refused("Surat perintah hanya diterbitkan Polri.", code="SPR-01")
    if office != SIGNER:
        raise Refused("Surat perintah ditandatangani Kapolres atau Plh.", code="SPR-02")


def refuse_words(text: OrderText) -> None:
    """Refused where the words of an order are missing or too long."""
    if not text.activity.strip():
        raise Refused("Isi kegiatan yang diamankan.", code="SPR-07", field="activity")
    if not text.basis or not text.tasks:
        raise Refused("Isi dasar dan uraian tugas surat perintah.", code="SPR-08", field="basis")
    if not text.phone.strip():
        raise Refused("Isi telepon posko; petugas menghubunginya.", code="SPR-09", field="phone")
    if sum(map(len, (*text.basis, *text.tasks, text.situation))) > LONGEST_WORDS:
        raise Refused(
            "Dasar, uraian tugas, dan situasi bersama paling banyak %(most)d huruf.",
            code="SPR-10",
            field="situation",
            words={"most": LONGEST_WORDS},
        )


def digest_of(text: OrderText | RosterText) -> str:
    """SHA-256, in hex, of the canonical text."""
    return hashlib.sha256(b"sinergi orders\n" + canonical.encode(text)).hexdigest()


def challenge(*, digest: str, official: str, office: str, acting: bool, plan: str) -> bytes:
    """The 32 bytes the official's device signs: who orders what is in the text with that digest, in which office.

    It begins otherwise than what is signed under an agreement or under minutes, so none can be taken for another.
    """
    content = {"acting": acting, "digest": digest, "office": office, "official": official, "plan": plan}
    return hashlib.sha256(b"sinergi order signature v1\n" + canonical.encode(content)).digest()


def code_of(order: str, letter: Letter) -> str:
    """The code by which a letter is checked: 26 letters that its order's key and its number make."""
    made = hashlib.sha256(f"sinergi duty letter\n{order}\n{letter[0]}\n{letter[1]}".encode()).digest()
    return b32encode(made).decode("ascii").lower()[:26]


def roster(duties: Iterable[OnDuty], *, region: str) -> list[RosterRow]:
    """Who guards the stations of one regency, by station: rank, name, unit, post, telephone and hours.

    No number of service, no commander, no reason: a commission needs to find them, no more.
    """
    found = [
        RosterRow(
            station=station,
            post=one.post,
            rank=one.rank,
            name=one.name,
            unit=one.unit,
            phone=one.phone,
            starts_at=one.starts_at,
            ends_at=one.ends_at,
        )
        for one in duties
        for station in one.stations
        if station.startswith(region)
    ]
    return sorted(found, key=lambda row: (row.station, row.starts_at, row.name))


def _same(one: Standing | Guarded, commander: str) -> tuple[object, ...]:
    return (one.officer, one.post, one.stations, one.starts_at, one.ends_at, commander)


def _refuse(rows: Sequence[Guarded], people: Mapping[str, Person]) -> None:
    if not rows:
        raise Refused("Rencana ini belum membagi petugas bernama ke pos. Lengkapi dahulu rencananya.", code="SPR-03")
    if len(rows) > MOST_OFFICERS:
        raise Refused(
            "Satu surat perintah memuat paling banyak %(most)d petugas.", code="SPR-04", words={"most": MOST_OFFICERS}
        )
    if unknown := next((row for row in rows if row.officer not in people), None):
        raise Refused(
            "Petugas %(code)s tidak ada lagi dalam daftar personel. Susun ulang rencananya.",
            code="SPR-06",
            words={"code": unknown.officer},
        )
    turns: dict[str, list[Guarded]] = defaultdict(list)
    for row in rows:
        if row.ends_at <= row.starts_at:
            raise Refused(
                "Waktu tugas %(name)s berakhir sebelum mulai.",
                code="SPR-11",
                words={"name": people[row.officer].name},
            )
        if row.is_over and not row.over.strip():
            raise Refused(
                "Tugas %(name)s melebihi batas jam dan tidak ada alasan komandannya.",
                code="SPR-12",
                words={"name": people[row.officer].name},
            )
        turns[row.officer].append(row)
    for officer, held in turns.items():
        for one, other in pairwise(sorted(held, key=lambda row: row.starts_at)):
            if other.starts_at < one.ends_at:
                raise Refused(
                    "%(name)s bertugas di dua pos pada waktu yang sama.",
                    code="SPR-13",
                    words={"name": people[officer].name},
                )


def _commander(
    district: str, commanders: Mapping[str, str], people: Mapping[str, Person], places: Mapping[str, str]
) -> CommanderRow:
    code = commanders.get(district, "")
    name = places.get(district, district)
    if code not in people:
        raise Refused(
            "Pilih padal Kecamatan %(district)s dari daftar personel.",
            code="SPR-14",
            field="commanders",
            words={"district": name},
        )
    who = people[code]
    if not who.phone.strip():
        raise Refused(
            "%(name)s tidak punya telepon dalam daftar personel; petugasnya tidak dapat menghubunginya.",
            code="SPR-15",
            field="commanders",
            words={"name": who.name},
        )
    return CommanderRow(district, name, code, who.name, who.rank, who.phone)


def _place(code: str, places: Mapping[str, str]) -> str:
    """*TPS 001 Pasar Sipirok*."""
    return f"TPS {code[10:]} {places.get(code[:10], code[:10])}"


def roster_agrees(text: RosterText, *, digest: str, stations: int) -> bool:
    """Whether these rows are the ones a roster's header tells, and each fits a table."""
    limits = {"station": 13, "post": 13, "rank": 40, "name": 100, "unit": 100, "phone": 30}
    fits = all(len(getattr(row, name)) <= most for row in text.rows for name, most in limits.items())
    coded = all(row.station.isdigit() and len(row.station) == 13 for row in text.rows)
    return fits and coded and len({row.station for row in text.rows}) == stations and digest_of(text) == digest
