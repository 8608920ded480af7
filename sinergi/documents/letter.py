"""What an official letter is: its parts, in the order in which they are read."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, Protocol

import msgspec

Paper = Literal["A4", "F4"]
Language = Literal["id", "en"]


class Letterhead(msgspec.Struct, frozen=True, kw_only=True):
    """Kop surat: who writes, centred above a double rule. `emblem` is a PNG or JPEG file, or empty."""

    agency: tuple[str, ...]
    address: str = ""
    emblem: bytes = b""


class Item(msgspec.Struct, frozen=True):
    """A lettered line of the body: `a. Kegiatan : Pergeseran logistik`. The letters are ours."""

    label: str
    value: str


class Signature(msgspec.Struct, frozen=True, kw_only=True):
    """Who signs. `acting` stands above the office: "a.n. Kepala Kepolisian Resor ..." or "Plh.".

    `electronic` is the text of the box of an electronic signature; empty leaves room for pen and stamp.
    `rank` is printed under the name: "AKBP NRP 78010203", "NIP 19800101 200501 1 001".
    """

    office: str
    name: str
    acting: str = ""
    rank: str = ""
    electronic: tuple[str, ...] = ()


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """Where anyone can check the letter: `url` goes into the QR code; `address` and `code` are typed by hand."""

    url: str
    address: str
    code: str


class Column(msgspec.Struct, frozen=True):
    """A column of an annex. `weight` is its share of the width; numbers are set to the right."""

    title: str
    weight: int = 1
    is_number: bool = False


class Annex(msgspec.Struct, frozen=True, kw_only=True):
    """A table behind the letter, on pages of its own; its head is repeated on every page."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    is_landscape: bool = False


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """One official letter, every word ready to print.

    `issued_at` (with a zone) is the only time the files carry besides the words. `dateline` is place and
    date as printed: "Sipirok, 5 Februari 2024". `urgency` and `classification` are printed in one line
    (*sifat*): "Segera", "Rahasia, segera". `opening`, `items` and `closing` are the body in reading order.
    `evidence` and `fingerprint` stand in the footer. `exercise` draws LATIHAN across every page, `draft` KONSEP: nobody
    has issued it yet.
    """

    letterhead: Letterhead
    number: str
    subject: str
    dateline: str
    addressee: tuple[str, ...]
    opening: tuple[str, ...]
    signature: Signature
    issued_at: datetime
    classification: str = ""
    urgency: str = ""
    attachments: str = ""
    items: tuple[Item, ...] = ()
    closing: tuple[str, ...] = ()
    copies: tuple[str, ...] = ()
    annexes: tuple[Annex, ...] = ()
    check: Check | None = None
    evidence: str = ""
    fingerprint: str = ""
    exercise: bool = False
    draft: bool = False
    paper: Paper = "A4"
    language: Language = "id"


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """The fixed words of a letter in one language."""

    number: str
    classification: str
    attachments: str
    subject: str
    copies: str
    annex_of: str
    genuine: str
    scan: str
    type_code: str
    page: str
    of: str
    exercise: str
    not_real: str
    draft: str
    not_issued: str
    fingerprint: str


WORDS = {
    "id": Words(
        number="Nomor",
        classification="Sifat",
        attachments="Lampiran",
        subject="Perihal",
        copies="Tembusan:",
        annex_of="Lampiran surat nomor",
        genuine="Periksa keaslian",
        scan="Pindai kode, atau buka",
        type_code="dan ketik",
        page="Halaman",
        of="dari",
        exercise="LATIHAN",
        not_real="LATIHAN, bukan surat nyata.",
        draft="KONSEP",
        not_issued="KONSEP, belum diterbitkan.",
        fingerprint="Sidik jari isi:",
    ),
    "en": Words(
        number="Number",
        classification="Class",
        attachments="Annexes",
        subject="Subject",
        copies="Copies to:",
        annex_of="Annex to letter number",
        genuine="Check this letter",
        scan="Scan the code, or open",
        type_code="and type",
        page="Page",
        of="of",
        exercise="LATIHAN",
        not_real="LATIHAN (exercise), not a real letter.",
        draft="KONSEP",
        not_issued="KONSEP (draft), not issued.",
        fingerprint="Fingerprint of the content:",
    ),
}


def letter_of(position: int) -> str:
    """The letter of the `position`-th item, from 0: a, b, ... z, aa, ab."""
    letters = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        letters = chr(ord("a") + rest) + letters
    return letters


class Marked(Protocol):
    """What a document says of itself on every page."""

    @property
    def exercise(self) -> bool: ...
    @property
    def draft(self) -> bool: ...
    @property
    def evidence(self) -> str: ...
    @property
    def fingerprint(self) -> str: ...
    @property
    def language(self) -> Language: ...


def across(letter: Marked) -> str:
    """What is drawn across every page; empty for a letter that is real and issued."""
    words = WORDS[letter.language]
    return " ".join([words.draft] * letter.draft + [words.exercise] * letter.exercise)


def footer_lines(letter: Marked) -> tuple[str, ...]:
    """What stands at the foot of every page, beside the page number."""
    words = WORDS[letter.language]
    marks = (words.not_issued if letter.draft else "", words.not_real if letter.exercise else "")
    first = " ".join(part for part in (*marks, letter.evidence) if part)
    second = f"{words.fingerprint} {letter.fingerprint}" if letter.fingerprint else ""
    return tuple(line for line in (first, second) if line)


def reference_lines(letter: Letter) -> tuple[tuple[str, str], ...]:
    """Nomor, sifat, lampiran: the lines above the subject, without the empty ones."""
    words = WORDS[letter.language]
    character = ", ".join(part for part in (letter.classification, letter.urgency) if part)
    lines = (
        (words.number, letter.number),
        (words.classification, character),
        (words.attachments, letter.attachments),
    )
    return tuple(line for line in lines if line[1])
