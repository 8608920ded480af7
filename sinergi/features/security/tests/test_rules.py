"""Decisions about security assistance, without a database."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from sinergi.features.security import rules
from sinergi.features.security.events import AnswerText, RequestText, Spot
from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Refused

AT = datetime(2024, 2, 5, 3, 20, tzinfo=UTC)
CHIEF = Actor(id="c", office="resort_chief")
HEAD = Actor(id="h", office="operations_head")


def asked(**changes: Any) -> Any:
    base = {
        "key": "r" * 26,
        "version": "r" * 26,
        "number": 74,
        "year": 2024,
        "starts_at": AT + timedelta(days=6),
        "ends_at": AT + timedelta(days=6, hours=8),
        "officers": 12,
        "vehicles": 3,
        "emergency": False,
        "asked_at": AT,
        "withdrawn_at": None,
        "assigned_at": None,
        "assignment": "",
        "completed_at": None,
        "completion": "",
        "confirmed_at": None,
    }
    return SimpleNamespace(**(base | changes))


def answered(decision: str = "agreed", **changes: Any) -> Any:
    base = {
        "key": "a" * 26,
        "version": "r" * 26,
        "decision": decision,
        "spoken": False,
        "spoken_confirmed_at": None,
        "accepted_at": None,
        "declined_at": None,
    }
    return SimpleNamespace(**(base | changes))


def ask(**changes: Any) -> Any:
    base: dict[str, Any] = {
        "number": 1,
        "at": AT,
        "service": "escort",
        "starts_at": AT + timedelta(days=6),
        "ends_at": AT + timedelta(days=6, hours=8),
        "spot": Spot(region="1203022001"),
        "people": 40,
        "officers": 12,
        "vehicles": 3,
        "destination": None,
        "risks": ["road", "road"],
        "emergency": False,
        "text": RequestText(activity="Kawal logistik", place="Gudang Pargarutan"),
        "area": "1203",
    }
    return rules.request(**(base | changes))


def reply(request: Any = None, current: Any = None, **changes: Any) -> Any:
    base: dict[str, Any] = {
        "by": CHIEF,
        "decision": "agreed",
        "officers": 0,
        "vehicles": 0,
        "starts_at": None,
        "ends_at": None,
        "spoken": False,
        "text": AnswerText(sentence="Siap."),
    }
    return rules.answer(request or asked(), current, **(base | changes))


@pytest.mark.parametrize(
    ("request_", "answer", "expected"),
    [
        (asked(), None, "requested"),
        (asked(), answered("agreed"), "agreed"),
        (asked(), answered("refused"), "refused"),
        (asked(), answered("adjusted"), "offered"),
        (asked(), answered("partly", accepted_at=AT), "agreed"),
        (asked(), answered("adjusted", declined_at=AT), "declined"),
        (asked(version="v" * 26), answered("agreed"), "requested"),
        (asked(assigned_at=AT), answered("agreed"), "assigned"),
        (asked(completed_at=AT), answered("agreed"), "completed"),
        (asked(completed_at=AT, confirmed_at=AT), answered("agreed"), "confirmed"),
        (asked(withdrawn_at=AT), None, "withdrawn"),
        (asked(withdrawn_at=AT), answered("agreed"), "withdrawn"),
        (asked(withdrawn_at=AT, completed_at=AT), answered("agreed"), "completed"),
    ],
)
def test_state_is_a_rule_over_what_both_sides_said(request_, answer, expected):
    assert rules.state(request_, answer) == expected


def test_withdrawal_and_consent_that_crossed_are_both_visible():
    assert rules.crossed(asked(withdrawn_at=AT), answered("agreed"))
    assert not rules.crossed(asked(withdrawn_at=AT), answered("refused"))
    assert not rules.crossed(asked(), answered("agreed"))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"ends_at": AT}, "PAM-01"),
        ({"ends_at": AT + timedelta(days=200)}, "PAM-02"),
        ({"starts_at": AT - timedelta(days=2), "ends_at": AT - timedelta(days=1)}, "PAM-03"),
        ({"spot": Spot(region="1220012001")}, "PAM-04"),
        ({"destination": Spot(region="1220012001")}, "PAM-04"),
        ({"people": -1}, "PAM-05"),
        ({"officers": 10**6}, "PAM-06"),
        ({"text": RequestText(activity=" ", place="x")}, "PAM-07"),
        ({"text": RequestText(activity="a", place="x" * 5000)}, "PAM-08"),
    ],
)
def test_impossible_request_is_refused_with_its_reason(changes, code):
    with pytest.raises(Refused) as refusal:
        ask(**changes)
    assert refusal.value.code == code


def test_risks_are_named_once():
    assert ask().risks == ["road"]


def test_request_that_was_carried_out_is_not_corrected():
    with pytest.raises(Refused, match="permohonan baru"):
        ask(corrects=asked(assigned_at=AT), answer=answered("agreed"))


def test_only_the_kapolres_binds():
    with pytest.raises(Refused, match="disposisi"):
        reply(by=HEAD)
    assert reply().decision == "agreed"


def test_consent_repeats_what_was_asked():
    event = reply()
    assert (event.officers, event.vehicles, event.starts_at) == (12, 3, asked().starts_at)


def test_spoken_order_is_for_emergencies_and_is_confirmed_within_a_day():
    with pytest.raises(Refused, match="darurat"):
        reply(by=HEAD, spoken=True)
    assert reply(asked(emergency=True), by=HEAD, spoken=True).spoken
    assert rules.spoken_due(AT) == AT + timedelta(hours=24)
    waiting = answered("agreed", spoken=True)
    assert rules.confirm_spoken(asked(), waiting, by=CHIEF).answer == waiting.key
    with pytest.raises(Refused, match="Hanya Kapolres"):
        rules.confirm_spoken(asked(), waiting, by=HEAD)


def test_refusal_needs_a_reason():
    with pytest.raises(Refused, match="wajib beralasan"):
        reply(decision="refused", text=AnswerText(sentence=" "))


def test_offer_that_offers_what_was_asked_is_consent():
    with pytest.raises(Refused, match="Sanggupi"):
        reply(decision="adjusted", officers=12, vehicles=3)


@pytest.mark.parametrize("state", ["agreed", "refused", "adjusted"])
def test_request_is_answered_once(state):
    with pytest.raises(Refused, match="sudah dijawab"):
        reply(asked(), answered(state))


def test_declined_offer_may_be_followed_by_another():
    event = reply(asked(), answered("adjusted", declined_at=AT), decision="adjusted", officers=10, vehicles=3)
    assert event.corrects == "a" * 26


def test_withdrawn_request_cannot_be_accepted():
    with pytest.raises(Refused, match="ditarik"):
        reply(asked(withdrawn_at=AT))


def test_answer_is_due_at_the_end_of_the_next_working_day():
    # Thursday 8 to Saturday 10 February 2024: Isra Mikraj, leave, Lunar New Year.
    holidays = {date(2024, 2, 8), date(2024, 2, 9), date(2024, 2, 10)}
    wednesday = datetime(2024, 2, 7, 2, 0, tzinfo=UTC)
    due = rules.answer_due(asked(asked_at=wednesday), holidays)
    assert due == datetime(2024, 2, 12, 17, 0, tzinfo=UTC)
    assert rules.answer_due(asked(asked_at=wednesday, emergency=True), holidays) == wednesday + timedelta(hours=1)


def test_last_day_to_ask_counts_working_days_back():
    holidays = {date(2024, 2, 8), date(2024, 2, 9)}
    assert rules.last_day_to_ask(datetime(2024, 2, 11, 0, 0, tzinfo=UTC), holidays) == date(2024, 2, 5)


def test_report_is_made_after_the_work():
    with pytest.raises(Refused, match="belum selesai"):
        rules.complete(
            asked(),
            answered("agreed"),
            at=AT,
            started_at=AT + timedelta(days=6),
            ended_at=AT + timedelta(days=7),
            officers=4,
            incidents=0,
            words="",
        )


def test_difference_is_said_in_words():
    with pytest.raises(Refused, match="berbeda"):
        rules.confirm_completion(
            asked(completed_at=AT, completion="c" * 26), answered("agreed"), as_reported=False, words=""
        )
