"""Patterns of number series: what they print, what is refused, and that no number can come twice."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sinergi.documents.numbers import roman_month
from sinergi.documents.series import check_pattern, could_meet, number_in, written_number
from sinergi.kernel.errors import Refused

DAY = date(2026, 3, 5)
PIECES = ["{bulan}", "{tahun}", "{wilayah}", "/", "-", "B", "I", "V", "X", "1", "20", "PR.07"]
patterns = (
    st.tuples(st.lists(st.sampled_from(PIECES), max_size=5), st.sampled_from(["{nomor}", "{nomor:3}"]))
    .flatmap(lambda drawn: st.permutations([*drawn[0], drawn[1], "{tahun}"]))
    .map(lambda one: "".join(one).lstrip("/-"))
)
days = st.dates(date(2020, 1, 1), date(2035, 12, 31))


def test_both_offices_write_their_numbers_as_they_know_them():
    said = {"number": 123, "day": DAY, "regency": "1203"}
    assert written_number("{nomor}/PR.07-SD/{wilayah}/{tahun}", **said) == "123/PR.07-SD/1203/2026"
    assert (
        written_number("B/{nomor}/{bulan}/HUK.8.1./{tahun}/Res Tapsel", **said) == "B/123/III/HUK.8.1./2026/Res Tapsel"
    )
    assert written_number("{nomor:3}/PP/{tahun}", number=7, day=DAY) == "007/PP/2026"
    assert written_number("{nomor:3}/PP/{tahun}", number=1007, day=DAY) == "1007/PP/2026"
    assert written_number("{nomor:3}/PP/{tahun}", number=7, day=DAY, exercise=True) == "L-007/PP/2026"


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("", "1 sampai 60"),
        ("{nomor}/{tahun}" + "x" * 60, "1 sampai 60"),
        ("{tahun}/B", "{nomor} tepat satu kali"),
        ("{nomor}/{nomor}/{tahun}", "{nomor} tepat satu kali"),
        # Numbers begin anew each year.
        ("{nomor}/PR.07", "{tahun}"),
        ("{nomor}/2026", "{tahun}"),
        ("{nomor:9}/{tahun}", "kurung kurawal"),
        ("{nomor:٣}/{tahun}", "kurung kurawal"),
        ("{number}/{year}", "kurung kurawal"),
        ("{nomor.__class__}/{nomor}/{tahun}", "kurung kurawal"),
        ("{{nomor}}/{nomor}/{tahun}", "kurung kurawal"),
        ("{nomor}/{tahun}}", "kurung kurawal"),
        ("{nomor}/{tahun}\n", "tanda"),
        ("{nomor}/{tahun}\x00", "tanda"),
        ("<b>{nomor}</b>/{tahun}", "tanda <"),
        ('"{nomor}"/{tahun}', 'tanda "'),
        ("{nomor}/{tahun}/\u202egnp", "tanda"),
        ("{nomor}/Ⅳ/{tahun}", "tanda Ⅳ"),
        # A cyrillic А looks like ours and is another number.
        ("А/{nomor}/{tahun}", "tanda А"),
        ("=1+1/{nomor}/{tahun}", "tanda ="),
        ("-{nomor}/{tahun}", "diawali"),
        ("/{nomor}/{tahun}", "diawali"),
        (" {nomor}/{tahun}", "spasi"),
        ("{nomor}  {tahun}", "spasi"),
        # An exercise is marked so.
        ("L-{nomor}/{tahun}", "latihan"),
        ("l-{nomor}/{tahun}", "latihan"),
    ],
)
def test_a_pattern_that_would_repeat_or_print_something_unforeseen_is_refused(pattern, words):
    with pytest.raises(Refused) as refusal:
        check_pattern(pattern)
    assert refusal.value.field == "pattern" and words in refusal.value.sentence


def test_what_a_regency_is_called_is_never_read_as_a_pattern():
    assert written_number("{nomor}/{wilayah}/{tahun}", number=1, day=DAY, regency="{tahun}") == "1/{tahun}/2026"


@pytest.mark.slow
@given(patterns, st.integers(1, 9999), st.integers(1, 9999), days, days)
def test_one_series_never_gives_a_number_twice(pattern, one, other, day, later):
    first = written_number(pattern, number=one, day=day, regency="1203")
    second = written_number(pattern, number=other, day=later, regency="1203")
    assert first != second or (one, day.year) == (other, later.year)


@pytest.mark.slow
@given(patterns, st.integers(100, 9999), days, st.booleans(), st.booleans())
def test_two_series_that_wrote_the_same_number_were_told(one, number, day, says_month, says_more):
    """The other pattern says in plain letters what this one fills in: nothing that meets is missed."""
    other = one.replace("{nomor}", "{nomor:3}").replace("{wilayah}", "1203")
    other = other.replace("{bulan}", roman_month(day.month)) if says_month else other
    other = other.replace("{nomor:3}", f"{{nomor}}{number % 10}", 1) if says_more else other
    second = number // 10 if says_more else number
    said = {"day": day, "regency": "1203"}
    assert written_number(one, number=number, **said) == written_number(other, number=second, **said)
    assert could_meet(one, other, regency="1203") and could_meet(other, one, regency="1203")


@pytest.mark.parametrize(
    ("one", "other", "meets"),
    [
        ("{nomor}/PR/{tahun}", "{nomor}/PR/{tahun}", True),
        # 123 is written alike with and without leading zeros.
        ("{nomor}/PR/{tahun}", "{nomor:3}/PR/{tahun}", True),
        ("{nomor}/{bulan}/{tahun}", "{nomor}/IV/{tahun}", True),
        ("{nomor}/{wilayah}/{tahun}", "{nomor}/1203/{tahun}", True),
        ("1{nomor}/{tahun}", "{nomor}/{tahun}", True),
        ("{nomor}{tahun}", "{tahun}{nomor}", True),
        ("{nomor}/PR/{tahun}", "{nomor}/PP/{tahun}", False),
        ("B/{nomor}/{bulan}/OPS.1.3/{tahun}", "B/{nomor}/{bulan}/HUK.8.1./{tahun}", False),
        ("{nomor}/{wilayah}/{tahun}", "{nomor}/1204/{tahun}", False),
        ("{nomor}/{bulan}/{tahun}", "{nomor}/C/{tahun}", False),
    ],
)
def test_series_that_could_give_one_number_are_found(one, other, meets):
    assert could_meet(one, other, regency="1203") is could_meet(other, one, regency="1203") is meets


@pytest.mark.slow
@given(patterns, st.integers(1, 99999), days)
def test_the_number_is_read_back_from_what_was_written(pattern, number, day):
    assert number_in(pattern, written_number(pattern, number=number, day=day, regency="1203"), regency="1203") == (
        number,
        day.year,
    )


@pytest.mark.parametrize("written", ["", "007/PP", "07/PP/2026", "0/PP/2026", "x7/PP/2026", "٧/PP/2026", "7/PP/2026 "])
def test_what_another_pattern_wrote_is_no_number_of_this_one(written):
    assert number_in("{nomor}/PP/{tahun}", written) is None
