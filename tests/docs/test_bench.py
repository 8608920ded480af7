"""The page of measurements says what the results say."""

from __future__ import annotations

from bench import table


def test_the_tables_of_the_bench_page_are_taken_from_the_results():
    said = table.README.read_text()
    assert table.page(said) == said, "run: .venv/bin/python -m bench.table"


def test_a_lost_bar_is_printed_as_lost():
    name = "EX-3 admitting a partner's facts / signature check"
    kept = table.line("ledger", name, table.BARS["ledger", name][0] / 2)
    assert "**lost**" in kept
