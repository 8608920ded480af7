"""Number series of letters as Indonesian offices write them.

A commission writes 123/PR.07-SD/1203/2026, the police B/123/III/HUK.8.1./2026/Res Tapsel. A pattern is plain text with
places in braces: {nomor} the running number ({nomor:3} with at least three digits), {bulan} the month in Roman digits,
{tahun} the year, {wilayah} the code of the regency. The codes of classification and office are written as they are. A
series begins anew each year.
"""

from __future__ import annotations

import re
from datetime import date

import msgspec

from sinergi.documents.numbers import ROMAN, roman_month
from sinergi.kernel.errors import Refused

LONGEST_PATTERN = 60
LARGEST_NUMBER = 999_999
# What marks the number of an exercise; no real number may begin like one.
EXERCISE = "L-"

_PLACE = re.compile(r"\{(?:nomor(?::([1-6]))?|wilayah|bulan|tahun)\}")
# What a register and a file name take everywhere; no look-alikes from other scripts.
_STRANGE = re.compile(r"[^A-Za-z0-9 ./(),_-]")
_DIGITS = frozenset("0123456789")


def check_pattern(pattern: str) -> None:
    """Refuse a pattern that could give one number twice or print something unforeseen."""
    if not 0 < len(pattern) <= LONGEST_PATTERN:
        raise Refused(
            "Pola nomor berisi 1 sampai %(most)d huruf.",
            code="SRT-07",
            field="pattern",
            words={"most": LONGEST_PATTERN},
        )
    plain = _PLACE.sub("", pattern)
    if "{" in plain or "}" in plain:
        raise Refused(
            "Dalam kurung kurawal hanya boleh {nomor}, {nomor:3}, {bulan}, {tahun}, dan {wilayah}.",
            code="SRT-07",
            field="pattern",
        )
    strange = _STRANGE.search(plain)
    if strange:
        sign = strange[0] if strange[0].isprintable() else f"U+{ord(strange[0]):04X}"
        raise Refused(
            "Nomor surat tidak dapat memuat tanda %(sign)s. Pakai huruf, angka, spasi, dan tanda . , / - _ ( ).",
            code="SRT-07",
            field="pattern",
            words={"sign": sign},
        )
    if pattern != pattern.strip() or "  " in pattern:
        raise Refused("Buang spasi di awal atau akhir pola, dan spasi ganda.", code="SRT-07", field="pattern")
    if not (pattern[0].isalnum() or pattern[0] == "{"):
        raise Refused("Nomor surat diawali huruf atau angka.", code="SRT-07", field="pattern")
    if pattern.upper().startswith(EXERCISE):
        raise Refused("Awalan L- menandai surat latihan. Pakai awalan lain.", code="SRT-07", field="pattern")
    places = [found[0] for found in _PLACE.finditer(pattern)]
    if sum(place.startswith("{nomor") for place in places) != 1:
        raise Refused(
            "Pola memuat {nomor} tepat satu kali; tanpa itu semua surat bernomor sama.", code="SRT-07", field="pattern"
        )
    if "{tahun}" not in places:
        raise Refused(
            "Nomor mulai lagi setiap tahun; tanpa {tahun} dalam pola, nomor tahun lalu terulang.",
            code="SRT-07",
            field="pattern",
        )


def written_number(pattern: str, *, number: int, day: date, regency: str = "", exercise: bool = False) -> str:
    """The number of a letter of `day`: *L-074/PP.08-SD/1203/2024*; `L-` marks an exercise. Raises Refused."""
    check_pattern(pattern)
    if number < 1:
        raise ValueError("a series starts at 1")
    values = {"{wilayah}": regency, "{bulan}": roman_month(day.month), "{tahun}": f"{day.year:04d}"}

    def value(found: re.Match[str]) -> str:
        return values[found[0]] if found[0] in values else f"{number:0{found[1] or 1}d}"

    return (EXERCISE if exercise else "") + _PLACE.sub(value, pattern)


def number_in(pattern: str, written: str, *, regency: str = "") -> tuple[int, int] | None:
    """Number and year for which this pattern writes `written` (a real one, without `L-`); None for no number of it."""
    regex, at, width, is_dated = "", 0, 1, False
    for found in _PLACE.finditer(pattern):
        regex += re.escape(pattern[at : found.start()])
        at = found.end()
        if found[0] == "{tahun}":
            regex += "(?P=year)" if is_dated else "(?P<year>[0-9]{4})"
            is_dated = True
        elif found[0] == "{wilayah}":
            regex += re.escape(regency)
        elif found[0] == "{bulan}":
            regex += f"(?:{'|'.join(ROMAN)})"
        else:
            width = int(found[1] or 1)
            regex += f"(?P<number>[0-9]{{{width},}})"
    said = re.fullmatch(regex + re.escape(pattern[at:]), written)
    if said is None or int(said["number"]) < 1 or f"{int(said['number']):0{width}d}" != said["number"]:
        return None
    return int(said["number"]), int(said["year"])


def could_meet(one: str, other: str, *, regency: str = "") -> bool:
    """Whether two patterns could ever write the same number. Where that is not plain it is said that they could."""
    first, second = _signs(one, regency), _signs(other, regency)
    seen: set[tuple[int, int]] = set()
    waiting = [(0, 0)]
    while waiting:
        place = waiting.pop()
        if place in seen:
            continue
        seen.add(place)
        at, beside = place
        if at == len(first) and beside == len(second):
            return True
        if at < len(first) and first[at].may_miss:
            waiting.append((at + 1, beside))
        if beside < len(second) and second[beside].may_miss:
            waiting.append((at, beside + 1))
        if at < len(first) and beside < len(second) and first[at].signs & second[beside].signs:
            waiting += [
                (onward, besides)
                for onward in {at + 1, at if first[at].repeats else at + 1}
                for besides in {beside + 1, beside if second[beside].repeats else beside + 1}
            ]
    return False


class _Sign(msgspec.Struct, frozen=True):
    """One sign of a written number: which it may be, whether it may be missing or come more than once."""

    signs: frozenset[str]
    may_miss: bool = False
    repeats: bool = False


def _signs(pattern: str, regency: str) -> list[_Sign]:
    signs: list[_Sign] = []
    at = 0
    for found in _PLACE.finditer(pattern):
        signs += [_Sign(frozenset(sign)) for sign in pattern[at : found.start()]]
        at = found.end()
        if found[0] == "{tahun}":
            signs += [_Sign(_DIGITS)] * 4
        elif found[0] == "{wilayah}":
            signs += [_Sign(frozenset(sign)) for sign in regency]
        elif found[0] == "{bulan}":
            # I to XII, and a few that are no months: refusing too much is safe here.
            signs += [_Sign(frozenset("IVX")), *[_Sign(frozenset("IVX"), may_miss=True)] * 3]
        else:
            signs += [_Sign(_DIGITS)] * int(found[1] or 1)
            signs.append(_Sign(_DIGITS, may_miss=True, repeats=True))
    return signs + [_Sign(frozenset(sign)) for sign in pattern[at:]]
