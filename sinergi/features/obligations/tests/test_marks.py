"""A mark in words, without the obligation it belongs to."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils.translation import override

from sinergi.features.obligations import marks
from sinergi.features.obligations.due import _period


@pytest.mark.parametrize(
    ("mark", "words", "english"),
    [
        ("H-7", "H-7", "H-7"),
        ("2026-W48", "pekan 48 tahun 2026", "week 48 of 2026"),
        ("2026-W05", "pekan 5 tahun 2026", "week 5 of 2026"),
        ("2026-Q4", "triwulan 4 tahun 2026", "quarter 4 of 2026"),
        ("2026-02", "Februari 2026", "February 2026"),
        ("2026-02-09", "Senin, 9 Februari 2026", "Monday, 9 February 2026"),
        ("2026", "tahun 2026", "year 2026"),
        ("a" * 26, "satu kejadian", "one occasion"),
        # What no rule makes is said like a record's mark, never an error.
        ("2026-13", "satu kejadian", "one occasion"),
        ("2026-02-30", "satu kejadian", "one occasion"),
        ("", "satu kejadian", "one occasion"),
    ],
)
def test_a_mark_is_said(mark, words, english):
    with override("id"):
        assert marks.said(mark) == words
    with override("en"):
        assert marks.said(mark) == english


@pytest.mark.parametrize("every", ["day", "week", "month", "quarter", "year"])
def test_every_period_that_a_rule_makes_has_words(every):
    with override("id"):
        assert marks.said(_period(date(2026, 11, 27), every)) != "satu kejadian"
