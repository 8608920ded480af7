"""The clocks of a request: working days, the author's clock or the witness's, and what a page says of them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine

from sinergi.features.security import rules
from sinergi.features.security.models import Answer, Request
from sinergi.features.security.tests.conftest import answered, asked_here, asked_of_police, new_id
from sinergi.features.stages import public as stages
from sinergi.kernel.instants import ZONES
from sinergi.ledger.models import Cosignature, Entry
from tests.nodes.simulator import NOON

HOUR = timedelta(hours=1)


def wib(day: int, hour: int, minute: int = 0, month: int = 2, year: int = 2024) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=ZONES["WIB"])


@pytest.mark.parametrize(
    ("stored", "counts"),
    [
        (NOON + timedelta(minutes=1), NOON),
        (NOON + 24 * HOUR, NOON),
        (NOON + 24 * HOUR + timedelta(microseconds=1), NOON + 24 * HOUR + timedelta(microseconds=1)),
        (NOON + 90 * HOUR, NOON + 90 * HOUR),
        # The author's clock is ahead of the other node's: it hurts only the author.
        (NOON - 3 * HOUR, NOON),
        (None, None),
    ],
)
def test_the_authors_clock_counts_if_another_node_stored_it_within_a_day(stored, counts):
    assert rules.counts_from(NOON, stored) == counts


def told(**changes: Any) -> Any:
    base = {"emergency": False, "starts_at": wib(12, 5), "asked_at": wib(5, 12)}
    return SimpleNamespace(**(base | changes))


@pytest.mark.parametrize(
    ("asked", "due"),
    [
        # Wednesday the 7th; Thursday to Saturday are holidays: the next working day is Monday.
        (wib(7, 0, 1), wib(13, 0)),
        (wib(7, 23, 59), wib(13, 0)),
        # A minute past midnight in Jakarta is still yesterday in UTC: the day of the place counts.
        (wib(6, 0, 1), wib(8, 0)),
        (wib(2, 16), wib(6, 0)),
        (wib(3, 9), wib(6, 0)),
        # Polling day is a holiday.
        (wib(13, 9), wib(16, 0)),
        (wib(29, 9, month=12, year=2023), wib(3, 0, month=1, year=2024)),
    ],
)
def test_the_answer_is_due_at_the_end_of_the_next_working_day(asked, due):
    assert rules.due_after(asked, emergency=False, holidays=stages.holidays("")) == due


def test_an_emergency_is_due_within_the_hour_on_any_day():
    assert rules.due_after(wib(10, 3), emergency=True, holidays=stages.holidays("")) == wib(10, 4)


@pytest.mark.parametrize(
    ("asked", "answered_at", "kept"),
    [
        (NOON, wib(6, 23, 59), True),
        (NOON, wib(7, 0), True),
        (NOON, wib(7, 0) + timedelta(microseconds=1), False),
        # Asked on Monday, but the police's node had it only on Wednesday: the clock starts there.
        (wib(7, 9), wib(12, 9), True),
        (None, wib(6, 9), None),
        (NOON, None, None),
    ],
)
def test_an_answer_is_in_time_by_the_instants_that_count(asked, answered_at, kept):
    assert rules.answered_in_time(told(), stages.holidays(""), asked=asked, answered=answered_at) is kept


def test_a_request_is_early_enough_on_its_last_day_and_late_the_day_after():
    holidays = {date(2024, 2, 8), date(2024, 2, 9)}
    assert rules.last_day_to_ask(wib(12, 5), holidays) == date(2024, 2, 5)
    assert rules.asked_in_time(told(), holidays, asked=wib(5, 23, 59)) is True
    assert rules.asked_in_time(told(), holidays, asked=wib(6, 0, 1)) is False
    assert rules.asked_in_time(told(), holidays, asked=None) is None
    assert rules.asked_in_time(told(emergency=True), holidays, asked=wib(12, 4)) is True


def test_a_spoken_order_has_a_day():
    answer: Any = SimpleNamespace(answered_at=NOON)
    assert rules.confirmed_in_time(answer, confirmed=NOON + 24 * HOUR) is True
    assert rules.confirmed_in_time(answer, confirmed=NOON + 24 * HOUR + timedelta(seconds=1)) is False
    assert rules.confirmed_in_time(answer, confirmed=None) is None


def store_elsewhere(key: str, at: datetime) -> None:
    """The other party's node says when it had stored this fact."""
    log = Entry.objects.get(key=key).log
    agency = Entry.objects.exclude(log__agency=log.agency).first().log.agency
    Cosignature.objects.create(
        log=log, agency=agency, use="mirror", size=log.size, root=log.root, signed_at=at, line=b"", note=b""
    )


def page(side: Any, role: str, key: str) -> str:
    return side.person(role).get(f"/pengamanan/{key}/").content.decode()


def test_a_late_answer_is_called_late_and_a_punctual_one_punctual(kpu):
    late, punctual = asked_here(kpu), asked_here(kpu)
    store_elsewhere(punctual, NOON + HOUR)
    for key, at in ((punctual, wib(6, 9)), (late, wib(9, 9))):
        kpu.partner.clock = at.astimezone(UTC)
        store_elsewhere(kpu.state(answered(key)), at + HOUR)
    assert "Dijawab dalam batas," in page(kpu, "secretary", punctual)
    assert "Dijawab lewat batas," in page(kpu, "secretary", late)


def test_a_backdated_answer_counts_from_its_witness(kpu):
    key = asked_here(kpu)
    store_elsewhere(key, NOON + HOUR)
    kpu.partner.clock = NOON + HOUR
    store_elsewhere(kpu.state(answered(key)), wib(9, 9))
    assert Answer.objects.get().answered_at < NOON + 2 * HOUR
    assert "Dijawab lewat batas," in page(kpu, "secretary", key)


def test_what_nobody_else_holds_is_not_called_punctual(kpu):
    key = asked_here(kpu)
    kpu.state(answered(key))
    assert "Belum disaksikan pihak lain" in page(kpu, "secretary", key)


def test_a_request_after_the_limit_is_called_so_once_it_is_known(kpu):
    key = asked_here(kpu, starts_at=wib(7, 5), ends_at=wib(7, 9))
    assert "setelah batas Pasal 5" not in page(kpu, "secretary", key)
    store_elsewhere(key, NOON + HOUR)
    assert "setelah batas Pasal 5" in page(kpu, "secretary", key)


def test_the_clock_of_a_spoken_order_runs_on_the_page_and_passes(polres):
    key = asked_of_police(polres, emergency=True)
    polres.post("operations_head", f"/pengamanan/{key}/perintah-lisan/", decision="agreed")
    assert "batas penegasan" in page(polres, "resort_chief", key)
    with time_machine.travel(NOON + 25 * HOUR):
        chief = polres.person("resort_chief", starts_at=NOON)
        assert "lewat" in chief.get("/").content.decode()
        assert chief.post(f"/pengamanan/{key}/penegasan-lisan/", {"id": new_id()}).status_code == 302
        store_elsewhere(Entry.objects.get(kind="security.spoken_order_confirmed").key, NOON + 25 * HOUR)
        shown = chief.get(f"/pengamanan/{key}/").content.decode()
        assert "lewat 24 jam" in shown and "ditegaskan tertulis" in shown


def test_the_number_of_late_answers_stands_on_the_start_page(polres):
    asked_of_police(polres)
    with time_machine.travel(wib(8, 9)):
        start = polres.person("operations_head", starts_at=NOON).get("/").content.decode()
    assert "1 lewat batas" in start and "lewat 33 jam" in start
    assert Request.objects.get().state == "requested"
