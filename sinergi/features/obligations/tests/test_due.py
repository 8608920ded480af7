"""Due dates: against an independent calculation over five years of holidays, and rule by rule."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import msgspec
import numpy
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sinergi.features.obligations import due as dues
from sinergi.features.obligations.due import Anchor, Days, Happening, occurrences
from sinergi.features.obligations.public import Board
from sinergi.features.stages import public as stages
from sinergi.kernel.actors import Actor
from sinergi.kernel.instants import ZONES, zone_of_first
from sinergi.kernel.obligation import Due, Item
from tests.nodes.fixtures import KPU_TAPSEL, POLRES, enter_and_confirm
from tests.nodes.simulator import NOON, Peer

VOTING = date(2024, 2, 14)
HOLIDAYS = stages.holidays("")
DAYS = Days(stages={"voting": Anchor(starts_on=VOTING, ends_on=VOTING)}, polling_day=VOTING, holidays=HOLIDAYS)
FIRST, LAST = date(2023, 1, 1), date(2027, 12, 31)


def item(*rules: Due) -> Item:
    return Item(code="D-02", article=4, debtors=["a"], creditors=["b"], dues=list(rules), evidence="dataset")


def marks(*rules: Due, start: date = FIRST, until: date = LAST, happened: tuple[Happening, ...] = ()) -> list[str]:
    return [o.mark for o in occurrences(item(*rules), DAYS, counts_from=start, until=until, happenings=happened)]


def wall(at: datetime) -> tuple[date, str]:
    local = at.astimezone(ZONES["WIB"])
    return local.date(), f"{local:%H.%M}"


# Other work on the machine makes the first draws slow; that says nothing about the rule.
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.dates(FIRST, date(2026, 12, 31)), st.integers(-60, 60).filter(bool), st.sampled_from(["calendar", "working"]))
def test_days_are_counted_as_an_independent_table_counts_them(day, count, kind):
    """NumPy's business days over the same five years; it counts from a working day, so ours is rolled to one first."""
    closed = sorted(HOLIDAYS)
    if kind == "calendar":
        expected = day + timedelta(days=count)
    else:
        roll = "preceding" if count > 0 else "following"
        expected = numpy.busday_offset(day, count, roll=roll, holidays=closed).astype(object)
    assert dues.counted(day, count, kind, HOLIDAYS) == expected


def test_a_list_is_due_sixty_thirty_and_seven_days_before_voting_at_midnight():
    found = occurrences(
        item(Due(rule="stage", stage="voting", days=[-60, -30, -7])), DAYS, counts_from=FIRST, until=LAST
    )
    assert [one.mark for one in found] == ["H-60", "H-30", "H-7"]
    assert [wall(one.due_at) for one in found] == [
        (date(2023, 12, 17), "00.00"),
        (date(2024, 1, 16), "00.00"),
        (date(2024, 2, 8), "00.00"),
    ]


RULES = st.builds(
    Due,
    rule=st.sampled_from(["stage", "once", "recurring", "each"]),
    stage=st.just("voting"),
    days=st.lists(st.integers(-60, 60), min_size=1, max_size=1),
    on=st.dates(FIRST, LAST),
    every=st.sampled_from(["day", "week", "month", "quarter", "year"]),
    kind=st.sampled_from(["calendar", "working"]),
    trigger=st.just("security.request"),
)


@given(
    st.lists(RULES, min_size=1, max_size=3),
    st.sampled_from([("WITA", 1), ("WIT", 2)]),
    st.datetimes(datetime(2024, 1, 1), datetime(2024, 3, 1)),
)
def test_east_of_jakarta_the_same_days_end_an_hour_or_two_earlier(rules, east, wall_clock):
    def dated(where):
        asked = wall_clock.replace(tzinfo=ZONES[where]).astimezone(UTC)
        happened = [Happening(kind="security.request", record="r", at=asked)]
        days = msgspec.structs.replace(DAYS, zone=where)
        until = date(2024, 6, 30)
        return occurrences(item(*rules), days, counts_from=date(2023, 12, 1), until=until, happenings=happened)

    (name, hours), west = east, dated("WIB")
    east = dated(name)
    assert [(one.mark, one.last_day) for one in east] == [(one.mark, one.last_day) for one in west]
    earlier = timedelta(hours=hours)
    assert [one.due_at for one in east] == [one.due_at - earlier for one in west]


def test_an_agreement_of_an_eastern_commission_is_counted_there(found_node):
    police = Peer(**POLRES)
    found_node(**{**KPU_TAPSEL, "region": "8171"})
    police.meet()
    agreement = enter_and_confirm(police, Actor(id="5ec5ec5ec5ec5ec5", office="secretary"))
    assert Board(agreement, at=NOON).zone == "WIT"
    assert [zone_of_first(regions) for regions in (["1203", "8171"], ["*", "7301"], ["", "*"], [])] == [
        "WIB",
        "WITA",
        "WIB",
        "WIB",
    ]


def test_a_list_sent_two_months_early_is_not_the_list_of_seven_days_before():
    found = occurrences(item(Due(rule="stage", stage="voting", days=[-60, -7])), DAYS, counts_from=FIRST, until=LAST)
    assert found[1].due_at - found[1].opens_at == dues.LEAD


def test_meetings_are_monthly_then_weekly_then_daily_and_never_twice_for_one_day():
    rules = (
        Due(rule="recurring", every="month"),
        Due(rule="recurring", every="week", from_day=-30, until_day=-4),
        Due(rule="recurring", every="day", from_day=-3, until_day=0),
    )
    found = marks(*rules, start=date(2023, 12, 1), until=date(2024, 3, 31))
    assert found == [
        # January ends among the weekly ones and week 6 among the daily ones: those took over.
        *("2023-12", "2024-W03", "2024-W04", "2024-W05"),
        *("2024-02-11", "2024-02-12", "2024-02-13", "2024-02-14", "2024-02", "2024-03"),
    ]


@given(
    st.lists(
        st.builds(
            Due,
            rule=st.just("recurring"),
            every=st.sampled_from(["day", "week", "month", "quarter", "year"]),
            from_day=st.none() | st.integers(-40, 0),
            until_day=st.none() | st.integers(0, 40),
        ),
        min_size=1,
        max_size=3,
    ),
    st.dates(date(2023, 12, 1), date(2024, 2, 1)),
    st.integers(1, 200),
)
def test_a_period_is_due_once_and_inside_the_days_asked_for(rules, start, length):
    until = start + timedelta(days=length)
    found = occurrences(item(*rules), DAYS, counts_from=start, until=until)
    assert len({one.mark for one in found}) == len(found)
    assert [one.due_at for one in found] == sorted(one.due_at for one in found)
    for one in found:
        last = wall(one.due_at - timedelta(minutes=1))[0]
        assert start <= last <= until and one.opens_at < one.due_at


def test_a_leap_day_is_a_day_like_any_other():
    found = marks(Due(rule="recurring", every="day"), start=date(2024, 2, 28), until=date(2024, 3, 1))
    assert found == ["2024-02-28", "2024-02-29", "2024-03-01"]
    assert marks(Due(rule="recurring", every="year"), start=date(2024, 2, 29), until=date(2024, 12, 31)) == ["2024"]
    days = Days(
        stages={"voting": Anchor(starts_on=date(2024, 3, 1), ends_on=date(2024, 3, 1))}, polling_day=None, holidays=()
    )
    (one,) = occurrences(item(Due(rule="stage", stage="voting", days=[-1])), days, counts_from=FIRST, until=LAST)
    assert wall(one.due_at)[0] == date(2024, 3, 1)  # the midnight that ends 29 February


def test_a_period_that_has_not_ended_is_not_due():
    assert marks(Due(rule="recurring", every="month"), start=date(2024, 1, 1), until=date(2024, 1, 30)) == []
    assert marks(Due(rule="recurring", every="month"), start=date(2024, 1, 1), until=date(2024, 1, 31)) == ["2024-01"]


ASKED = datetime(2024, 2, 7, 3, 0, tzinfo=UTC)  # Wednesday 10.00 WIB, before the long holiday


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (Due(rule="each", trigger="security.request", days=[1], kind="working"), (date(2024, 2, 13), "00.00")),
        (Due(rule="each", trigger="security.request", days=[1]), (date(2024, 2, 9), "00.00")),
        (Due(rule="each", trigger="security.request", hours=24), (date(2024, 2, 8), "10.00")),
        (Due(rule="each", trigger="security.request", days=[-3], kind="working"), (date(2024, 2, 8), "00.00")),
    ],
)
def test_an_answer_is_due_some_time_after_and_a_request_some_days_before(rule, expected):
    about = datetime(2024, 2, 14, 1, 0, tzinfo=UTC)
    asked = Happening(kind="security.request", record="r1", at=ASKED, about_at=about)
    (one,) = occurrences(item(rule), DAYS, counts_from=FIRST, until=LAST, happenings=[asked])
    assert (one.mark, one.record, wall(one.due_at)) == ("r1", "r1", expected)


def test_what_was_taken_back_and_other_happenings_oblige_nobody():
    rule = Due(rule="each", trigger="security.request", days=[1])
    gone = Happening(kind="security.request", record="r1", at=ASKED, is_void=True)
    other = Happening(kind="law.report", record="r2", at=ASKED)
    assert marks(rule, happened=(gone, other)) == []


def test_a_stage_that_the_calendar_does_not_have_and_standing_duties_have_no_date():
    assert marks(Due(rule="stage", stage="gone", days=[-7]), Due(rule="standing")) == []
    nothing = Days(stages={}, polling_day=None, holidays=())
    rule = Due(rule="recurring", every="week", from_day=-30)
    assert occurrences(item(rule), nothing, counts_from=FIRST, until=LAST) == []


def test_moving_the_voting_day_keeps_the_name_of_every_due():
    later = VOTING + timedelta(days=40)
    moved = Days(stages={"voting": Anchor(starts_on=later, ends_on=later)}, polling_day=later, holidays=HOLIDAYS)
    rule = item(Due(rule="stage", stage="voting", days=[-30, -7]))
    before = occurrences(rule, DAYS, counts_from=FIRST, until=LAST)
    after = occurrences(rule, moved, counts_from=FIRST, until=LAST)
    assert [one.mark for one in before] == [one.mark for one in after]
    assert [b.due_at - a.due_at for a, b in zip(before, after, strict=True)] == [timedelta(days=40)] * 2
