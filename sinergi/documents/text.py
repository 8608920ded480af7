"""What may be printed: hostile or damaged text becomes a letter anyone can trust, or a refusal.

Facts arrive from phones and from other agencies, so their text is never trusted and never changed in meaning:
what is invisible goes (control characters, and the direction marks that make a line read otherwise than it
is stored), and a character no letter face can draw is shown as its code, not dropped and not drawn from
some other font. Both formats print exactly this text.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime
from typing import Any

import msgspec

from sinergi.documents.fonts import printable
from sinergi.documents.letter import Letter
from sinergi.documents.order import Order
from sinergi.documents.qr import LONGEST_URL
from sinergi.kernel.errors import Refused

LONGEST_TEXT = 20_000
LONGEST_LETTER = 4_000_000
MOST_ROWS = 20_000
MOST_COLUMNS = 12
LARGEST_EMBLEM = 500_000

# Words an officer knows the missing part by; the field of the struct is the key.
REQUIRED = {
    "number": "Isi nomor surat.",
    "subject": "Isi perihal surat.",
    "dateline": "Isi tempat dan tanggal surat.",
}
_SPACES = re.compile(r"[\t\n\v\f\r\x1c-\x1f\x85\u2028\u2029 ]+")
_LOOKALIKES = {"\u2011": "-", "\u2010": "-", "\u202f": "\u00a0", "\u2007": "\u00a0", "\u2212": "\u2013"}


def clean(text: str) -> str:
    """`text` on one line, composed, without what is invisible; undrawable characters as ‹U+1F600›."""
    if len(text) > LONGEST_TEXT:
        raise Refused("Satu bagian surat paling banyak %(most)d huruf.", code="SRT-02", words={"most": LONGEST_TEXT})
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise Refused("Teks surat rusak; ketik ulang bagian itu.", code="SRT-03")
    composed = _SPACES.sub(" ", unicodedata.normalize("NFC", text)).strip()
    return "".join(_drawn(character) for character in composed)


def _drawn(character: str) -> str:
    character = _LOOKALIKES.get(character, character)
    if unicodedata.category(character) in {"Cc", "Cf"}:
        return ""
    return character if ord(character) in printable() else f"‹U+{ord(character):04X}›"


def ready(letter: Letter) -> Letter:
    """The letter as it will be printed. Raises Refused where no letter is possible."""
    letter = _cleaned(letter)
    for field, sentence in REQUIRED.items():
        if not getattr(letter, field):
            raise Refused(sentence, code="SRT-01", field=field)
    for field, sentence, given in (
        ("letterhead", "Isi nama instansi pada kop surat.", letter.letterhead.agency),
        ("addressee", "Isi tujuan surat.", letter.addressee),
        ("opening", "Isi surat tidak boleh kosong.", letter.opening or letter.items or letter.closing),
        ("signature", "Isi jabatan penanda tangan.", letter.signature.office),
        ("signature", "Isi nama penanda tangan.", letter.signature.name),
    ):
        if not given:
            raise Refused(sentence, code="SRT-01", field=field)
    _check(letter)
    return letter


def ready_order(order: Order) -> Order:
    """The order as it will be printed. Raises Refused where none is possible."""
    order = _cleaned(order)
    for field, sentence, given in (
        ("number", REQUIRED["number"], order.number),
        ("letterhead", "Isi nama instansi pada kop surat.", order.letterhead.agency),
        ("place", REQUIRED["dateline"], order.place and order.day),
        ("orders", "Isi surat tidak boleh kosong.", order.orders or order.chapters),
        ("signature", "Isi jabatan penanda tangan.", order.signature.office),
        ("signature", "Isi nama penanda tangan.", order.signature.name),
    ):
        if not given:
            raise Refused(sentence, code="SRT-01", field=field)
    _check(order)
    return order


def _check(letter: Letter | Order) -> None:
    """What holds for every document: its time, its pictures, its tables and its length."""
    if letter.issued_at.tzinfo is None:
        raise ValueError("issued_at needs a zone")
    _check_emblem(letter.letterhead.emblem)
    if letter.check is not None and not 0 < len(letter.check.url.encode()) <= LONGEST_URL:
        raise Refused("Alamat pemeriksaan terlalu panjang untuk kode QR.", code="SRT-04", field="check")
    for annex in letter.annexes:
        if not 0 < len(annex.columns) <= MOST_COLUMNS:
            raise Refused(
                "Tabel lampiran berisi 1 sampai %(most)d kolom.",
                code="SRT-05",
                field="annexes",
                words={"most": MOST_COLUMNS},
            )
        if any(column.weight < 1 for column in annex.columns):
            raise ValueError("the weight of a column is at least 1")
        if any(len(row) != len(annex.columns) for row in annex.rows):
            raise Refused("Setiap baris lampiran harus mengisi semua kolom.", code="SRT-05", field="annexes")
    if sum(len(annex.rows) for annex in letter.annexes) > MOST_ROWS:
        raise Refused(
            "Lampiran surat paling banyak %(most)d baris.", code="SRT-05", field="annexes", words={"most": MOST_ROWS}
        )
    if len(msgspec.json.encode(letter)) > LONGEST_LETTER:
        raise Refused("Surat terlalu panjang; pisahkan lampirannya.", code="SRT-02")


def _cleaned(value: Any) -> Any:
    """The same value with every text in it cleaned; empty lines leave a list, but never a row of a table."""
    match value:
        case str():
            return clean(value)
        case msgspec.Struct():
            fields = value.__struct_fields__
            changed = {field: _cleaned(getattr(value, field)) for field in fields if field != "rows"}
            if "rows" in fields:
                changed["rows"] = tuple(tuple(clean(cell) for cell in row) for row in value.rows)  # type: ignore[attr-defined]
            return msgspec.structs.replace(value, **changed)
        case tuple():
            return tuple(part for part in map(_cleaned, value) if part != "")
        case bool() | int() | bytes() | datetime() | None:
            return value
    raise TypeError(f"a letter holds no {type(value).__name__}")


def _check_emblem(emblem: bytes) -> None:
    if emblem and not emblem.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")):
        raise Refused("Lambang harus berkas PNG atau JPEG.", code="SRT-06", field="emblem")
    if len(emblem) > LARGEST_EMBLEM:
        raise Refused("Lambang paling besar 500 kB.", code="SRT-06", field="emblem")
