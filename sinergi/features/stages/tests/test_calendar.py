"""The calendar: days of the law, labels, working days, and a second opinion about holidays."""

from __future__ import annotations

from datetime import date, timedelta

import holidays as other_table
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sinergi.features.stages import public, rules, sources
from sinergi.features.stages.actions import use_calendar
from sinergi.kernel.errors import Refused
from sinergi.kernel.instants import working_days_before

VOTING = date(2024, 2, 14)


def test_polling_days_are_those_of_the_law():
    assert sources.calendar("pemilu-2024").polling_day == VOTING
    assert sources.calendar("pilkada-2024").polling_day == date(2024, 11, 27)


def test_every_calendar_names_its_law_and_has_voting_on_polling_day():
    for calendar in sources.calendars().values():
        voting = next(stage for stage in calendar.stages if stage.code == "voting")
        assert voting.starts_on == voting.ends_on == calendar.polling_day
        assert calendar.law.startswith("PKPU")
        assert all(stage.law == calendar.law for stage in calendar.stages)
        assert all(stage.starts_on is None or stage.starts_on <= stage.ends_on for stage in calendar.stages)
        assert len({stage.code for stage in calendar.stages}) == len(calendar.stages)


@pytest.mark.parametrize("year", [2023, 2024, 2025, 2026])
def test_holidays_agree_with_an_independent_table(year):
    theirs = set(other_table.Indonesia(years=year, categories=("public", "government")))
    assert {holiday.day for holiday in sources.holiday_list() if holiday.day.year == year} == theirs


def test_collective_leave_agrees_with_an_independent_table():
    theirs = set(other_table.Indonesia(years=range(2023, 2027), categories=("government",)))
    ours = {holiday.day for holiday in sources.holiday_list() if holiday.kind == "collective_leave"}
    assert {day for day in ours if day.year < 2027} == theirs


def test_national_holidays_of_2027_agree_and_say_that_no_decree_was_compared():
    theirs = set(other_table.Indonesia(years=2027))
    rows = [holiday for holiday in sources.holiday_list() if holiday.day.year == 2027]
    assert {holiday.day for holiday in rows if holiday.kind == "national"} == theirs
    assert all(holiday.source.startswith("Belum dicocokkan") for holiday in rows)


def test_each_day_is_listed_once_with_its_decree():
    days = [holiday.day for holiday in sources.holiday_list()]
    assert days == sorted(set(days))
    assert all(holiday.source and holiday.name for holiday in sources.holiday_list())


def test_three_working_days_before_voting_skip_the_long_holiday():
    # 8 (Isra Mikraj), 9 (collective leave) and 10–11 February 2024 (weekend) are no working days.
    assert working_days_before(VOTING, 3, public.holidays("")) == date(2024, 2, 7)


def test_label_counts_from_polling_day():
    assert [rules.label(VOTING + timedelta(days=days), VOTING) for days in (-9, 0, 2)] == ["H-9", "Hari H", "H+2"]


def test_campaign_is_what_people_mean_on_a_campaign_day():
    stages = sources.calendar("pemilu-2024").stages
    assert rules.current(stages, date(2024, 1, 10)).code == "campaign"
    assert rules.current(stages, date(2024, 2, 12)).code == "quiet_period"
    assert rules.current(stages, VOTING).code == "voting"
    assert rules.current(stages, date(2030, 1, 1)) is None


@given(st.dates(date(2020, 1, 1), date(2035, 1, 1)))
def test_shifted_calendar_keeps_every_distance_to_polling_day(polling_day):
    law = sources.calendar("pemilu-2024")
    for before, after in zip(law.stages, law.moved_to(polling_day).stages, strict=True):
        assert rules.label(before.ends_on, law.polling_day) == rules.label(after.ends_on, polling_day)


@pytest.mark.django_db
def test_node_without_a_calendar_knows_no_days():
    assert public.polling_day() is None
    assert public.label(VOTING) == ""
    assert public.stage_list() == ()
    assert public.current_stage(VOTING) is None


@pytest.mark.django_db
def test_exercise_calendar_stands_nine_days_before_voting():
    today = date(2026, 11, 24)
    use_calendar("pemilu-2024", polling_day=today + timedelta(days=9))
    assert public.label(today) == "H-9"
    assert public.current_stage(today).code == "campaign"
    assert public.current_stage(today + timedelta(days=7)).code == "quiet_period"


@pytest.mark.django_db
def test_choosing_again_replaces_the_choice():
    use_calendar("pemilu-2024")
    use_calendar("pilkada-2024")
    assert public.polling_day() == date(2024, 11, 27)


@pytest.mark.django_db
@pytest.mark.parametrize(("code", "day"), [("pemilu-1999", None), ("pemilu-2024", date(2099, 1, 1))])
def test_unknown_calendars_and_absurd_days_are_refused(code, day):
    with pytest.raises(Refused):
        use_calendar(code, polling_day=day)
    assert public.polling_day() is None
