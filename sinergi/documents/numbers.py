"""Numbers as official letters write them: in words, in Roman months, and in numbering series."""

from __future__ import annotations

import re
from datetime import date

from sinergi.kernel.errors import Refused
from sinergi.kernel.instants import DAYS, MONTHS

UNITS = ["nol", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan", "sepuluh", "sebelas"]
SCALES = ((10**12, "triliun"), (10**9, "miliar"), (10**6, "juta"), (1000, "ribu"), (100, "ratus"))
ROMAN = ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"]
LONGEST_PATTERN = 60

_FIELD = re.compile(r"\{(number(?::0[1-6]d)?|regency|month|year)\}")


def say_number(number: int) -> str:
    """40 as *empat puluh*, from 0 up to, not including, a thousand *triliun*."""
    if not 0 <= number < 10**15:
        raise ValueError(f"no words for {number}")
    if number < 12:
        return UNITS[number]
    if number < 20:
        return f"{UNITS[number - 10]} belas"
    for scale, name in SCALES:
        if number >= scale:
            many, rest = divmod(number, scale)
            # Only a hundred and a thousand merge with their one: seratus, seribu, but satu juta.
            said = f"se{name}" if many == 1 and scale <= 1000 else f"{say_number(many)} {name}"
            return _with_rest(said, rest)
    many, rest = divmod(number, 10)
    return _with_rest(f"{UNITS[many]} puluh", rest)


def counted(number: int, unit: str) -> str:
    """A count as letters state it: *1 (satu) lembar*."""
    return f"{number} ({say_number(number)}) {unit}"


def roman_month(month: int) -> str:
    """The month of a letter number: 3 as III."""
    return ROMAN[month - 1]


def date_in_words(day: date) -> str:
    """A date as minutes and agreements open: *Senin tanggal lima bulan Februari tahun dua ribu dua puluh empat*."""
    weekday, month = DAYS["id"][day.weekday()], MONTHS["id"][day.month - 1]
    return f"{weekday} tanggal {say_number(day.day)} bulan {month} tahun {say_number(day.year)}"


def check_pattern(pattern: str) -> None:
    """Refuse a numbering pattern that could give the same number twice or print something unforeseen.

    Allowed: plain characters and {number}, {number:03d}, {regency}, {month} (Roman) and {year}.
    """
    plain = _FIELD.sub("", pattern)
    fields = [name.partition(":")[0] for name in _FIELD.findall(pattern)]
    if not pattern.isprintable() or not 0 < len(pattern) <= LONGEST_PATTERN:
        raise Refused(
            "Pola nomor berisi 1 sampai %(most)d huruf biasa.",
            code="D-07",
            field="pattern",
            words={"most": LONGEST_PATTERN},
        )
    if "{" in plain or "}" in plain:
        raise Refused(
            "Pola nomor hanya boleh memakai {number}, {regency}, {month}, dan {year}.",
            code="D-07",
            field="pattern",
        )
    if fields.count("number") != 1 or "year" not in fields:
        raise Refused("Pola nomor harus memuat {number} satu kali dan {year}.", code="D-07", field="pattern")


def series_number(pattern: str, *, number: int, day: date, regency: str = "", exercise: bool = False) -> str:
    """The number of a letter of `day` in its series: *L-074/PP.08-SD/1203/2024*; `L-` marks an exercise."""
    check_pattern(pattern)
    if number < 1:
        raise ValueError("a series starts at 1")
    values = {"regency": regency, "month": roman_month(day.month), "year": f"{day.year:04d}"}

    def value(found: re.Match[str]) -> str:
        name, _, width = found[1].partition(":")
        return format(number, width or "d") if name == "number" else values[name]

    return ("L-" if exercise else "") + _FIELD.sub(value, pattern)


def _with_rest(said: str, rest: int) -> str:
    return f"{said} {say_number(rest)}" if rest else said
