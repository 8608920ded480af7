"""When the pattern of a number series may change, and which number comes next. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from sinergi.documents.series import EXERCISE, LARGEST_NUMBER, check_pattern, could_meet, number_in
from sinergi.kernel.errors import Refused


class Numbering(msgspec.Struct, frozen=True, kw_only=True):
    """How a series is numbered: its pattern, and the number it begins at in one year (0: at 1)."""

    pattern: str
    first: int = 0
    year: int = 0


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """A number that a letter of this office bears."""

    series: str
    number: int
    year: int
    written: str
    exercise: bool


def following(numbering: Numbering, *, last: int, year: int) -> int:
    """The number after `last`, the largest that was used in that year (0: none yet)."""
    return max(last + 1, numbering.first if numbering.year == year else 0)


def change(
    series: str,
    wanted: Numbering,
    *,
    now: Numbering,
    others: Mapping[str, tuple[str, str]],
    letters: Iterable[Written],
    exercise: bool,
    regency: str,
) -> None:
    """Refuse what could repeat a number. `others`: label and pattern of the other series, by their code.

    `letters`: every letter of this office. `exercise`: whether all the office does is an exercise; the first number is
    judged by that count.
    """
    check_pattern(wanted.pattern)
    if "{wilayah}" in wanted.pattern and not regency:
        raise Refused(
            "Kantor ini mencakup beberapa kabupaten; tulis kode kantor apa adanya, tanpa {wilayah}.",
            code="NOM-01",
            field="pattern",
        )
    letters = list(letters)
    _refuse_first(series, wanted, letters, exercise=exercise)
    for label, pattern in (one for code, one in others.items() if code != series):
        if could_meet(wanted.pattern, pattern, regency=regency):
            raise Refused(
                "Pola ini dapat memberi nomor yang sama dengan seri %(other)s (%(pattern)s). Bedakan kodenya.",
                code="NOM-03",
                field="pattern",
                words={"other": label, "pattern": pattern},
            )
    _refuse_repeating(series, wanted, letters, regency=regency)
    if (wanted.pattern, wanted.first) == (now.pattern, now.first if now.year == wanted.year else 0):
        raise Refused("Pola ini sudah berlaku; tidak ada yang diubah.", code="NOM-05", field="pattern")


def _refuse_first(series: str, wanted: Numbering, letters: list[Written], *, exercise: bool) -> None:
    if not wanted.first:
        return
    last = largest(letters, series, year=wanted.year, exercise=exercise)
    if not last < wanted.first <= LARGEST_NUMBER:
        raise Refused(
            "Nomor pertama tahun ini harus dari %(least)d sampai %(most)d; yang di bawahnya sudah terbit.",
            code="NOM-02",
            field="first",
            words={"least": last + 1, "most": LARGEST_NUMBER},
        )


def _refuse_repeating(series: str, wanted: Numbering, letters: list[Written], *, regency: str) -> None:
    """No letter that was issued under any pattern may bear a number that this one would still give."""
    nexts: dict[tuple[int, bool], int] = {}
    for letter in letters:
        said = number_in(
            wanted.pattern,
            letter.written.removeprefix(EXERCISE) if letter.exercise else letter.written,
            regency=regency,
        )
        if said is None or said[1] < wanted.year:
            continue
        number, year = said
        place = (year, letter.exercise)
        if place not in nexts:
            last = largest(letters, series, year=year, exercise=letter.exercise)
            nexts[place] = following(wanted, last=last, year=year)
        if number >= nexts[place]:
            raise Refused(
                "Dengan pola ini nomor %(written)s akan terbit sekali lagi. Pakai pola lain.",
                code="NOM-04",
                field="pattern",
                words={"written": letter.written},
            )


def largest(letters: Iterable[Written], series: str, *, year: int, exercise: bool) -> int:
    """The largest number that a series used in a year; 0 where it used none."""
    wanted = (series, year, exercise)
    return max((one.number for one in letters if (one.series, one.year, one.exercise) == wanted), default=0)
