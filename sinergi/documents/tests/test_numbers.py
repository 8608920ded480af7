from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sinergi.documents.numbers import (
    check_pattern,
    counted,
    date_in_words,
    roman_month,
    say_number,
    series_number,
)
from sinergi.kernel.errors import Refused


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "nol"),
        (1, "satu"),
        (11, "sebelas"),
        (12, "dua belas"),
        (40, "empat puluh"),
        (100, "seratus"),
        (111, "seratus sebelas"),
        (516, "lima ratus enam belas"),
        (1000, "seribu"),
        (1001, "seribu satu"),
        (2024, "dua ribu dua puluh empat"),
        (100_000, "seratus ribu"),
        (1_000_000, "satu juta"),
        (1_500_000_000, "satu miliar lima ratus juta"),
        (10**12, "satu triliun"),
    ],
)
def test_numbers_are_said(number, words):
    assert say_number(number) == words


@given(st.integers(0, 10**15 - 1), st.integers(0, 10**15 - 1))
def test_two_numbers_are_never_said_alike(one, other):
    assert (say_number(one) == say_number(other)) == (one == other)


@pytest.mark.parametrize("number", [-1, 10**15])
def test_what_has_no_words_is_an_error(number):
    with pytest.raises(ValueError, match="no words"):
        say_number(number)


def test_counts_months_and_days_are_said():
    assert counted(1, "lembar") == "1 (satu) lembar"
    assert [roman_month(month) for month in (1, 4, 9, 12)] == ["I", "IV", "IX", "XII"]
    assert date_in_words(date(2024, 2, 5)) == "Senin tanggal lima bulan Februari tahun dua ribu dua puluh empat"


def test_series_of_both_agencies():
    day = date(2024, 2, 5)
    commission = "{number:03d}/PP.08-SD/{regency}/{year}"
    assert series_number(commission, number=74, day=day, regency="1203") == "074/PP.08-SD/1203/2024"
    assert series_number(commission, number=74, day=day, regency="1203", exercise=True).startswith("L-074/")
    assert series_number("B/{number:03d}/{month}/{year}", number=1011, day=date(2023, 3, 1)) == "B/1011/III/2023"


@pytest.mark.parametrize(
    "pattern",
    [
        "",
        "{year}",
        "{number}",
        "{number}/{number}/{year}",
        "{number:999999999d}/{year}",
        "{number.__class__}/{number}/{year}",
        "{0}/{number}/{year}",
        "{{number}}/{number}/{year}",
        "{number}/{year}\n",
        "{number}/{year}" + "x" * 60,
        "{number}/{year}}",
    ],
)
def test_a_pattern_that_is_unsafe_or_ambiguous_is_refused(pattern):
    with pytest.raises(Refused) as refusal:
        check_pattern(pattern)
    assert refusal.value.code == "D-07"


def test_what_a_regency_is_called_is_never_read_as_a_pattern():
    assert (
        series_number("{number}/{regency}/{year}", number=1, day=date(2024, 1, 1), regency="{year}") == "1/{year}/2024"
    )
