from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sinergi.documents.numbers import counted, date_in_words, roman_month, say_number


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
