"""Passwords may be tried slower and slower, never more than the budget, and time heals everything."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sinergi.access.throttle import FREE, LONGEST_PAUSE, TRIES_PER_ACCOUNT, WINDOW, wait

AT = datetime(2024, 2, 14, 1, 0, tzinfo=UTC)


def tried(*seconds_ago: int) -> list[datetime]:
    return [AT - timedelta(seconds=ago) for ago in sorted(seconds_ago, reverse=True)]


def test_the_first_tries_are_free():
    assert wait([], at=AT, budget=10) == timedelta()
    assert wait(tried(*range(1, FREE + 1)), at=AT, budget=10) == timedelta()


def test_each_further_failure_doubles_the_pause():
    pauses = [wait(tried(*[0] * count), at=AT, budget=100) for count in range(FREE + 1, FREE + 5)]
    assert [pause.total_seconds() for pause in pauses] == [2, 4, 8, 16]
    assert wait(tried(*[0] * 50), at=AT, budget=100) == LONGEST_PAUSE


def test_a_spent_budget_comes_back_as_its_failures_age():
    failures = tried(*range(100, 100 + TRIES_PER_ACCOUNT))
    assert wait(failures, at=AT, budget=TRIES_PER_ACCOUNT) == WINDOW - timedelta(seconds=109)
    assert wait(failures, at=AT + WINDOW, budget=TRIES_PER_ACCOUNT) == timedelta()


@pytest.mark.slow
@given(st.lists(st.integers(0, 20_000), max_size=40), st.integers(1, 12))
def test_whoever_obeys_never_exceeds_the_budget_in_any_hour(steps, budget):
    at, made = AT, []
    for step in steps:
        at += timedelta(seconds=step % 600)
        if not wait(made, at=at, budget=budget):
            made.append(at)
        assert sum(at - moment < WINDOW for moment in made) <= budget


@given(st.lists(st.integers(0, 7200), max_size=30))
def test_nobody_waits_longer_than_an_hour(ages):
    assert wait(tried(*ages), at=AT, budget=10) <= WINDOW
