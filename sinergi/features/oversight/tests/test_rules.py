"""Counting equal treatment: no share from few answers, and whoever is promised far less stands out."""

from __future__ import annotations

from sinergi.features.oversight import rules
from sinergi.features.security.public import Treated


def one(contestant: int, outcome: str, *, given: int = 0, hours: float | None = None, late: bool = False) -> Treated:
    return Treated(
        agreement="a",
        district="120304",
        contestant=contestant,
        outcome=outcome,  # type: ignore[arg-type]
        officers=10,
        given=given,
        hours=hours,
        is_late=late,
    )


def by_contestant(rows):
    return rules.shares(rows, lambda row: row.contestant)


def test_what_waits_or_was_withdrawn_counts_as_asked_and_not_as_promised():
    rows = [one(1, "agreed", given=10, hours=2), one(1, "waiting", late=True), one(1, "withdrawn")]
    (share,) = by_contestant(rows)
    assert (share.asked, share.agreed, share.waiting, share.withdrawn, share.late) == (3, 1, 1, 1, 1)
    assert (share.officers, share.given, share.hours, share.percent) == (10, 10, 2, None)


def test_far_less_stands_out_only_with_enough_answers():
    well = [one(1, "agreed", given=10, hours=3)] * rules.FEW
    badly = [one(2, "refused", hours=30)] * rules.FEW
    few = [one(3, "refused", hours=30)] * (rules.FEW - 1)
    near = [one(4, "offered", given=8, hours=4)] * rules.FEW
    found = by_contestant([*badly, *few, *near, *well])
    assert [share.group for share in found] == [1, 2, 3, 4]
    assert rules.stands_out(found) == {2}
    assert rules.stands_out([]) == set()


def test_the_median_is_of_answers_that_came():
    (share,) = by_contestant([one(1, "agreed", hours=hours) for hours in (1, 2, 30)] + [one(1, "waiting")])
    assert share.hours == 2
