"""Calendars people subscribe to: read by two parsers, worth what the owner may see, taken back at once."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import icalendar
import ics
import pytest
import time_machine
from django.test import Client

from sinergi.features.home.models import FeedAddress
from sinergi.features.obligations.tests.conftest import agreed, pact  # noqa: F401
from sinergi.features.stages import actions, rules, sources
from sinergi.kernel.ids import new_event_id
from tests.ledger.test_query_counts import ask
from tests.nodes.simulator import NOON

PAGE = "/langganan/"


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON):
        yield


def address(client: Any, agreement: str = "") -> str:
    answer = client.post(PAGE, {"agreement": agreement})
    assert answer.status_code == 200 and answer["Cache-Control"] == "no-store"
    return re.search(r"/langganan/[A-Za-z0-9_-]{43}\.ics", answer.content.decode())[0]


def events(path: str) -> dict[str, Any]:
    answer = Client().get(path)
    assert answer.status_code == 200 and answer["Content-Type"] == "text/calendar; charset=utf-8"
    calendar = icalendar.Calendar.from_ical(answer.content)
    return {str(event["summary"]): event for event in calendar.walk("VEVENT")}


@pytest.mark.slow
def test_both_parsers_read_the_same_days(agreed, person, secretary):  # noqa: F811
    ask(secretary, agreed.agreement)
    path = address(person("secretary", agreements=[agreed.agreement]), agreed.agreement)
    ours = events(path)
    data = Client().get(path).content
    theirs = {event.name: event for event in ics.Calendar(data.decode()).events}
    assert ours.keys() == theirs.keys() and len(ours) > 20
    for title, event in ours.items():
        starts = event["dtstart"].dt
        if type(starts) is date:
            assert theirs[title].all_day and theirs[title].begin.date() == starts
        else:
            assert theirs[title].begin == starts and theirs[title].end == event["dtend"].dt
        assert theirs[title].uid == event["uid"]
    due = next(event for title, event in ours.items() if title.startswith("D-02") and "H-7" in title)
    assert due["dtstart"].dt == date(2024, 2, 7) and due["dtend"].dt == date(2024, 2, 8)
    assert ours["Pemungutan suara"]["dtstart"].dt == date(2024, 2, 14)
    assert len({event["uid"] for event in ours.values()}) == len(ours)
    assert b"\r\n" in data and all(len(line) <= 75 for line in data.split(b"\r\n"))


def test_a_moved_day_keeps_the_name_of_the_entry(agreed, person):  # noqa: F811
    path = address(person("secretary", agreements=[agreed.agreement]))

    def due() -> Any:
        return next(event for title, event in events(path).items() if title.startswith("D-02") and "H-7" in title)

    before = due()
    moved = rules.postponed(
        sources.calendar("pemilu-2024"), polling_day=date(2024, 2, 28), decided_on=NOON.date(), law="PKPU 9"
    )
    given = {"decided_on": NOON.date(), "today": NOON.date()}
    actions.announce_calendar(id=new_event_id(NOON), by=None, at=NOON, calendar=moved, **given)
    after = due()
    assert after["uid"] == before["uid"] and after["dtstart"].dt - before["dtstart"].dt == timedelta(days=14)


def test_no_free_words_leave_in_a_feed(agreed, person, secretary):  # noqa: F811
    ask(secretary, agreed.agreement)
    data = Client().get(address(person("secretary", agreements=[agreed.agreement]))).content.decode()
    assert "PAM-" in data
    for words in ("Kawal logistik", "Gudang", "Pargarutan"):
        assert words not in data


@pytest.mark.slow
def test_an_address_is_worth_what_its_owner_may_see_now(agreed, person):  # noqa: F811
    client = person("secretary", agreements=[agreed.agreement])
    mine, all_of_mine = address(client, agreed.agreement), address(client)
    strange = person("secretary", agreements=["b" * 64])
    assert client.post(PAGE, {"agreement": "b" * 64}).status_code == 422
    assert strange.post(PAGE, {"agreement": agreed.agreement}).status_code == 422
    assert events(address(strange)) == {}
    assert agreed.agreement[:16] not in Client().get(address(strange)).content.decode()
    client.duty.ends_at = NOON - timedelta(hours=1)
    client.duty.save()
    assert [Client().get(path).status_code for path in (mine, all_of_mine)] == [404, 404]


@pytest.mark.slow
def test_a_revoked_address_and_a_suspended_owner_open_nothing(agreed, person):  # noqa: F811
    client = person("kpu_staff", agreements=[agreed.agreement])
    first, second = address(client), address(client)
    assert Client().get(first).status_code == 200
    row = FeedAddress.objects.order_by("pk").first()
    assert row.read_on == NOON.date()
    shown = client.get(PAGE).content.decode()
    assert "terakhir dibaca" in shown and first not in shown
    other = person("kpu_staff", agreements=[agreed.agreement])
    assert other.post(f"{PAGE}{row.pk}/pencabutan/").status_code == 404
    assert client.post(f"{PAGE}{row.pk}/pencabutan/").status_code == 302
    assert [Client().get(path).status_code for path in (first, second)] == [404, 200]
    client.user.is_suspended = True
    client.user.save()
    assert Client().get(second).status_code == 404


@pytest.mark.parametrize("secret", ["x", "a" * 43, "%00", "..", "a" * 3000])
def test_a_guess_opens_nothing(node, secret):
    assert Client().get(f"/langganan/{secret}.ics").status_code == 404


@pytest.mark.slow
def test_twenty_addresses_are_enough(agreed, person):  # noqa: F811
    client = person("secretary", agreements=[agreed.agreement])
    for _ in range(20):
        address(client)
    answer = client.post(PAGE, {"agreement": ""})
    assert answer.status_code == 422 and "paling banyak 20" in answer.content.decode()
    assert FeedAddress.objects.count() == 20
