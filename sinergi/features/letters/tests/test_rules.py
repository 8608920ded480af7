"""When the pattern of a series may change: never so that a number comes twice."""

from __future__ import annotations

import pytest

from sinergi.features.letters import rules
from sinergi.features.letters.rules import Numbering, Written
from sinergi.kernel.errors import Refused

HELD = "{nomor:3}/PP.08-SD/{wilayah}/{tahun}"
OTHERS = {"request": ("Permohonan", HELD), "evaluation": ("Anev", "{nomor:3}/PR.07-SD/{wilayah}/{tahun}")}


def letter(number: int, written: str, *, year: int = 2026, series: str = "request", exercise: bool = False) -> Written:
    return Written(series=series, number=number, year=year, written=written, exercise=exercise)


def judge(pattern: str, *letters: Written, first: int = 0, series: str = "request", **changes):
    given = {
        "now": Numbering(pattern=HELD),
        "others": OTHERS,
        "letters": letters,
        "exercise": False,
        "regency": "1203",
    }
    rules.change(series, Numbering(pattern=pattern, first=first, year=2026), **given | changes)


def refused(*given, **more) -> Refused:
    with pytest.raises(Refused) as refusal:
        judge(*given, **more)
    return refusal.value


def test_a_pattern_may_change_in_the_middle_of_a_year():
    judge("{nomor}/PR.07-SD/KPU/{tahun}", letter(1, "001/PP.08-SD/1203/2026"), letter(2, "002/PP.08-SD/1203/2026"))
    # The prefix of what was issued may come back where its numbers are past.
    judge(
        "{nomor}/PP.08-SD/1203/{tahun}",
        letter(100, "100/PP.08-SD/1203/2026"),
        now=Numbering(pattern="{nomor}/X/{tahun}"),
    )


def test_two_series_never_give_one_number():
    refusal = refused("{nomor}/PR.07-SD/1203/{tahun}")
    assert refusal.code == "NOM-03" and "Anev" in refusal.sentence and refusal.field == "pattern"


@pytest.mark.parametrize(
    ("pattern", "letters"),
    [
        # Number 11 would be written as number 1 was.
        ("{nomor}/{tahun}", [letter(1, "11/2026")]),
        # Another series bore these numbers before it changed its pattern.
        ("{nomor}/HK/{tahun}", [letter(7, "7/HK/2026", series="evaluation")]),
        # The register on paper goes on behind a number that another letter bears.
        ("{nomor}/HK/{tahun}", [letter(7, "7/HK/2026", series="evaluation"), letter(2, "2/X/2026")]),
        # A letter of this year that bears a number of the next.
        ("{nomor}/{tahun}/2026", [letter(5, "5/2027/2026")]),
        ("{nomor}/{tahun}", [letter(1, "L-11/2026", exercise=True)]),
    ],
)
def test_a_number_that_a_letter_bears_never_comes_again(pattern, letters):
    assert refused(pattern, *letters).code == "NOM-04"


def test_numbers_that_only_look_alike_stand_in_nobodys_way():
    # An exercise is marked and counts by itself; last year's letters say their year.
    judge("{nomor}/{tahun}", letter(1, "11/2025", year=2025))
    judge("{nomor}/HK/{tahun}", letter(7, "07/HK/2026", series="evaluation"))


@pytest.mark.parametrize(
    ("first", "last", "is_fine"),
    [
        (1, 0, True),
        (124, 0, True),
        (13, 12, True),
        (12, 12, False),
        (1, 12, False),
        (999_999, 0, True),
        (10**6, 0, False),
    ],
)
def test_a_register_on_paper_is_continued_never_repeated(first, last, is_fine):
    letters = [letter(last, f"{last:03d}/PP.08-SD/1203/2026")] if last else []
    if is_fine:
        judge(HELD, *letters, first=first)
    else:
        refusal = refused(HELD, *letters, first=first)
        assert (refusal.code, refusal.field) == ("NOM-02", "first") and f"dari {last + 1}" in refusal.sentence


def test_the_first_number_holds_in_its_year_and_never_goes_back():
    held = Numbering(pattern=HELD, first=124, year=2026)
    assert rules.following(held, last=0, year=2026) == 124
    assert rules.following(held, last=124, year=2026) == 125
    assert rules.following(held, last=0, year=2027) == 1
    assert rules.following(Numbering(pattern=HELD), last=3, year=2026) == 4


def test_an_office_of_several_regencies_writes_its_code_itself():
    assert refused("{nomor}/{wilayah}/{tahun}", regency="").code == "NOM-01"


def test_what_holds_already_is_no_change():
    assert refused(HELD).code == "NOM-05"
    assert refused(HELD, now=Numbering(pattern=HELD, first=9, year=2025)).code == "NOM-05"
    judge(HELD, now=Numbering(pattern=HELD, first=9, year=2026))
