"""Holidays of a year: announced by the commission, counted alike by both, nothing that has come changes."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from itertools import permutations
from typing import Any

import msgspec
import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from sinergi.features.obligations.due import last_day
from sinergi.features.stages import actions, closures, public, sources
from sinergi.features.stages.closures import Closures, Told
from sinergi.features.stages.models import AnnouncedHolidays
from sinergi.features.stages.rules import Holiday
from sinergi.kernel.errors import Refused
from sinergi.kernel.ids import new_event_id
from sinergi.kernel.obligation import Due
from sinergi.ledger import rebuild
from sinergi.ledger.models import Entry
from tests.nodes.simulator import NOON

TODAY = NOON.date()
LAW = "SKB Tiga Menteri Nomor 855, 3, 4 Tahun 2023"
PAGE = "/kelola/libur/"
KNOWN = tuple(one for one in sources.holiday_list() if one.day.year == 2024)
NEW = date(2024, 2, 12)


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON):
        yield


def holiday(day: date, name: str = "Cuti bersama tambahan") -> Holiday:
    return Holiday(day=day, kind="collective_leave", name=name, source=LAW)


def told(days: tuple[Holiday, ...], *, at: datetime = NOON, **changes: Any) -> Told:
    given = {"year": 2024, "law": LAW, "decided_on": at.date(), "announced_at": at, "days": days} | changes
    return Told(**given)


def announce(days: tuple[Holiday, ...], **changes: Any) -> Any:
    given = {"id": new_event_id(NOON), "by": None, "at": NOON, "year": 2024, "law": LAW, "decided_on": TODAY}
    return actions.announce_holidays(**(given | {"days": days} | changes))


def without(*days: date) -> tuple[Holiday, ...]:
    return tuple(one for one in KNOWN if one.day not in days)


def typed(listed: tuple[Holiday, ...] = (*KNOWN, holiday(NEW)), **changes: str) -> dict[str, str]:
    given = {"id": new_event_id(NOON), "year": "2024", "law": LAW, "decided_on": TODAY.isoformat()}
    return given | {"days": closures.written(listed)} | changes


YEAR = st.dates(date(2024, 1, 1), date(2024, 12, 31))
ANNOUNCED = st.builds(
    lambda days, day, decided, key: told(
        tuple(holiday(one) for one in sorted(days)),
        at=NOON + timedelta(days=day),
        decided_on=TODAY - timedelta(days=decided),
        key=key,
    ),
    st.sets(YEAR, min_size=1, max_size=6),
    st.integers(0, 200),
    st.integers(0, 9),
    st.uuids().map(str),
)


@given(st.lists(ANNOUNCED, min_size=1, max_size=4, unique_by=lambda one: one.key))
@pytest.mark.slow
def test_whatever_arrives_first_everybody_counts_the_same(many):
    expected = Closures(known=KNOWN, told=tuple(many))
    for order in permutations(many):
        found = Closures(known=KNOWN, told=order)
        assert found.holidays() == expected.holidays() and found.spans() == expected.spans()


@pytest.mark.slow
@given(st.lists(ANNOUNCED, max_size=3, unique_by=lambda one: one.key), ANNOUNCED)
def test_an_announcement_changes_no_day_that_has_come(many, last):
    before = Closures(known=KNOWN, told=tuple(many))
    after = closures.with_told(before, last)
    assert [one for one in before.holidays() if one.day <= last.announced_on] == [
        one for one in after.holidays() if one.day <= last.announced_on
    ]


@given(st.sets(YEAR, min_size=1, max_size=40))
def test_a_list_is_read_back_as_it_was_written(days):
    listed = tuple(msgspec.structs.replace(holiday(one), source="") for one in sorted(days))
    assert closures.typed(closures.written(listed)) == (listed, [])


@pytest.mark.parametrize("text", ["12/2/2024\tCuti Bersama\tImlek", "2024-02-12;cuti bersama;Imlek"])
def test_what_is_pasted_from_a_sheet_is_read(text):
    days, wrong = closures.typed(f"\n{text}\n")
    assert not wrong and [(one.day, one.kind, one.name) for one in days] == [(NEW, "collective_leave", "Imlek")]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"days": (*KNOWN, holiday(NEW), holiday(NEW))}, "LBR-06"),
        ({"days": (*KNOWN, holiday(date(2025, 2, 12)))}, "LBR-05"),
        ({"days": without(date(2024, 1, 1))}, "LBR-09"),
        ({"days": KNOWN}, "LBR-10"),
        ({"days": ()}, "LBR-04"),
        ({"days": tuple(holiday(date(2024, 3, 1) + timedelta(days=n)) for n in range(61))}, "LBR-04"),
        ({"days": (*KNOWN, holiday(NEW, "a\u0000b"))}, "LBR-07"),
        ({"law": ""}, "LBR-02"),
        ({"decided_on": TODAY + timedelta(days=1)}, "LBR-03"),
        ({"year": 1900}, "LBR-01"),
    ],
)
def test_an_impossible_list_is_refused_and_nothing_is_stated(agreed, changes, code):
    with pytest.raises(Refused) as refusal:
        announce(**({"days": (*KNOWN, holiday(NEW))} | changes))
    assert refusal.value.code == code and not AnnouncedHolidays.objects.exists()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"law": " "}, "tidak boleh kosong"),
        ({"decided_on": "2024-02-30"}, "tanggal"),
        ({"decided_on": "2024-12-01"}, "LBR-03"),
        ({"days": "31/02/2024; nasional; Hari"}, "LBR-12"),
        ({"days": "29/02/2025; nasional; Hari", "year": "2025"}, "LBR-12"),
        ({"days": "12/02/2024; libur; Hari"}, "LBR-13"),
        ({"days": "12/02/2024"}, "LBR-11"),
        ({"days": "<b>;;"}, "LBR-11"),
        ({"days": closures.written((*KNOWN, holiday(NEW), holiday(NEW)))}, "LBR-06"),
        ({"days": closures.written(without(date(2024, 1, 1)))}, "LBR-09"),
        ({"days": closures.written(KNOWN), "law": KNOWN[0].source}, "LBR-10"),
        ({"year": "20240"}, "LBR-01"),
    ],
)
@pytest.mark.parametrize("step", [{}, {"announce": "1"}])
def test_wrong_input_gets_a_sentence_and_nothing_typed_is_lost(agreed, person, changes, sentence, step):
    client = person("administrator", agreements=[agreed.agreement])
    answer = client.post(PAGE, typed(**changes) | step)
    shown = answer.content.decode()
    assert answer.status_code == 422 and sentence in shown, re.findall(r"class=.*error.*", shown)
    assert "Umumkan hari libur" not in shown and not AnnouncedHolidays.objects.exists()
    assert LAW in shown or "law" in changes


def test_what_moves_is_shown_first_then_it_moves(pact, person):
    items, titles = pact.items()
    asks = Due(rule="stage", stage="voting", edge="starts", days=[-1], kind="working")
    items[0] = msgspec.structs.replace(items[0], dues=[asks])
    pact.agree(pact.propose(items=items, titles=titles))
    code = items[0].code

    def day() -> date:
        return next(last_day(line.occurrence.due_at) for line in pact.board().lines if line.item.code == code)

    assert day() == date(2024, 2, 13)
    client = person("administrator", agreements=[pact.agreement])
    longer = (*KNOWN, holiday(date(2024, 2, 13)))
    shown = client.post(PAGE, typed(longer)).content.decode()
    assert "Umumkan hari libur" in shown and "13 Feb 2024" in shown and "12 Feb 2024" in shown
    assert not AnnouncedHolidays.objects.exists() and day() == date(2024, 2, 13)
    once = typed(longer) | {"announce": "1"}
    assert [client.post(PAGE, once).status_code for _again in range(2)] == [302, 302]
    assert AnnouncedHolidays.objects.count() == 1 and day() == date(2024, 2, 12)
    assert rebuild.check() == []


def test_a_due_keeps_its_day_where_other_holidays_would_put_it_into_the_past(pact):
    items, titles = pact.items()
    asks = Due(rule="stage", stage="voting", edge="starts", days=[-4], kind="working")
    items[0] = msgspec.structs.replace(items[0], dues=[asks])
    pact.agree(pact.propose(items=items, titles=titles))

    def days() -> list[date]:
        found = [line for line in pact.board().lines if line.item.code == items[0].code]
        return [last_day(line.occurrence.due_at) for line in found]

    # Four working days before the 14th is the 6th; with the 12th and 13th closed it would be before today, the 5th.
    assert days() == [date(2024, 2, 6)]
    announce((*KNOWN, holiday(NEW), holiday(date(2024, 2, 13))))
    assert days() == [date(2024, 2, 6)]


@pytest.mark.slow
def test_both_sides_count_by_what_the_commission_announced_and_the_police_announce_none(agreed, person):
    event = closures.announce(told((*KNOWN, holiday(NEW))), public.closures(agreed.agreement), kind="kpu")
    agreed.theirs(event)
    assert Entry.objects.filter(state=Entry.State.INVALID).count() == 1 and not AnnouncedHolidays.objects.exists()
    announce((*KNOWN, holiday(NEW)))
    assert NEW in public.holidays(agreed.agreement) and NEW not in public.holidays("")
    with pytest.raises(Refused) as refusal:
        closures.announce(told(KNOWN), public.closures(agreed.agreement), kind="polri")
    assert refusal.value.code == "LBR-08"
    for role in ("resort_chief", "kpu_staff", "auditor"):
        assert person(role, agreements=["*"]).get(PAGE).status_code == 403


def test_a_node_of_the_police_takes_the_list_over_and_offers_no_form(found_node, person):
    from tests.nodes.fixtures import KPU_TAPSEL, POLRES, enter_and_confirm
    from tests.nodes.simulator import Peer

    found_node(**POLRES)
    kpu = Peer(**KPU_TAPSEL)
    kpu.meet()
    agreement = enter_and_confirm(kpu, None)
    kpu.state(agreement, closures.announce(told((*KNOWN, holiday(NEW))), Closures(known=KNOWN), kind="kpu"))
    assert NEW in public.holidays(agreement)
    client = person("administrator", agreements=[agreement])
    shown = client.get(f"{PAGE}?tahun=2024").content.decode()
    assert "Cuti bersama tambahan" in shown and "kantor ini menerimanya" in shown and "<textarea" not in shown
    assert client.post(PAGE, typed() | {"announce": "1"}).status_code == 422
    assert rebuild.check() == []


@pytest.mark.slow
def test_a_year_that_nobody_asked_for_shows_this_one(agreed, person):
    client = person("administrator", agreements=[agreed.agreement])
    for wrong in ("", "x", "99999", "٢٠٢٤", "1000"):
        assert "Hari libur 2024" in client.get(PAGE, {"tahun": wrong}).content.decode()
