"""What counts as today is said by the clock of the place, for the figure and its list alike."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

from sinergi.features.security.views.showing import runs_on
from sinergi.kernel.instants import ZONES

DAWN = datetime(2024, 2, 5, 23, 54, tzinfo=UTC)  # 06.54 WIB on 6 February
TODAY = DAWN.astimezone(ZONES["WIB"]).date()


def row(hours, state="agreed"):
    starts_at = DAWN + timedelta(hours=hours)
    return SimpleNamespace(
        state=state, request=SimpleNamespace(key="r", starts_at=starts_at, ends_at=starts_at + timedelta(hours=4))
    )


def test_what_begins_after_dawn_is_of_today_although_it_is_yesterday_in_greenwich():
    assert [bool(runs_on([row(hours)], TODAY)) for hours in (-24, -8, 0.1, 16, 18)] == [False, True, True, True, False]


def test_what_nobody_agreed_to_is_no_duty():
    assert runs_on([row(1, "requested"), row(1, "refused")], TODAY) == []
