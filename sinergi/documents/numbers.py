"""Numbers as official letters write them: in words and in Roman months."""

from __future__ import annotations

from datetime import date

from sinergi.kernel.instants import DAYS, MONTHS

UNITS = ["nol", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan", "sepuluh", "sebelas"]
SCALES = ((10**12, "triliun"), (10**9, "miliar"), (10**6, "juta"), (1000, "ribu"), (100, "ratus"))
ROMAN = ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"]


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


def _with_rest(said: str, rest: int) -> str:
    return f"{said} {say_number(rest)}" if rest else said
