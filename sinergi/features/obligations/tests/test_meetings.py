"""Meetings: agenda from what is late, minutes signed by both, decisions that become dues; hostile minutes."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import msgspec
import pytest
import time_machine

from sinergi.features.obligations import actions, events
from sinergi.features.obligations.models import Minutes
from sinergi.features.obligations.tests.conftest import new_id
from sinergi.features.obligations.views.frame import inbox, inbox_count
from sinergi.kernel.errors import Refused
from sinergi.kernel.obligation import Due, Item
from sinergi.ledger import rebuild
from sinergi.ledger.models import Entry
from tests.nodes.simulator import NOON

TODAY, DUE = NOON.date(), NOON.date() + timedelta(days=3)


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON):
        yield


def state(pact: Any, *decisions: actions.Decision, **changes: Any) -> str:
    given = {"held_on": TODAY, "meeting": "coordination", "words": "Membahas D-05.", "on": TODAY}
    return pact.do(actions.state_minutes, agreement=pact.agreement, decisions=list(decisions), **given | changes)


def decision(pact: Any, title: str = "Peta kerawanan dikirim ulang", **changes: Any) -> actions.Decision:
    return actions.Decision(**{"title": title, "debtors": [pact.police.id], "due_on": DUE} | changes)


def sign(pact: Any, key: str, **changes: Any) -> str:
    return pact.theirs(events.MinutesAnswered(**{"minutes": key, "agrees": True} | changes), obligation="M-01")


def test_a_decision_obliges_once_both_have_signed_and_the_minutes_show_the_meeting(agreed):
    key = state(
        agreed, decision(agreed), decision(agreed, "Rapat berikut di Mapolres", debtors=[agreed.kpu, agreed.police.id])
    )
    assert agreed.board().line("T-01", DUE.isoformat()) is None
    met = [line for line in agreed.board().lines if line.item.code == "M-01" and line.found.state == "met"]
    assert met == []
    sign(agreed, key)
    line = agreed.board().line("T-01", DUE.isoformat())
    assert (line.title, line.item.debtors, line.found.state) == (
        "Peta kerawanan dikirim ulang",
        [agreed.police.id],
        "open",
    )
    assert agreed.board().line("T-02", DUE.isoformat()).item.creditors == list(agreed.board().parties)
    met = [line for line in agreed.board().lines if line.item.code == "M-01" and line.found.state == "met"]
    assert len(met) == 1
    said = agreed.theirs(
        events.ObligationStated(
            of_list=key, statement="done", code="T-01", mark=DUE.isoformat(), text=events.Words(words="Sudah")
        )
    )
    assert agreed.state("T-01", DUE.isoformat()) == "awaiting_proof"
    agreed.do(actions.answer_statement, statement=said, agrees=True)
    assert agreed.state("T-01", DUE.isoformat()) == "met"
    assert rebuild.check() == []


def test_codes_go_on_from_meeting_to_meeting_and_never_repeat(agreed):
    sign(agreed, state(agreed, decision(agreed)))
    state(agreed, decision(agreed))
    assert sorted(item.code for row in agreed.board().minutes for item in row.items()) == ["T-01", "T-02"]
    item = agreed.board().items[-1]
    key = agreed.theirs(events.MinutesStated(held_on=TODAY, meeting="coordination", decisions=[item]))
    with pytest.raises(Refused) as refusal:
        agreed.do(actions.answer_minutes, minutes=key, agrees=True)
    assert refusal.value.code == "KWJ-47"


def test_minutes_sent_back_oblige_nobody(agreed):
    key = state(agreed, decision(agreed))
    sign(agreed, key, agrees=False, text=events.Words(words="Bukan begitu"))
    assert agreed.board().line("T-01", DUE.isoformat()) is None
    sign(agreed, key)
    assert Entry.objects.filter(state=Entry.State.INVALID).count() == 1


def test_nobody_signs_their_own_minutes_or_twice(agreed):
    ours = state(agreed)
    theirs = agreed.theirs(events.MinutesStated(held_on=TODAY, meeting="evaluation"))
    for key, agrees, words, code in [
        (ours, True, "", "KWJ-45"),
        (theirs, False, " ", "KWJ-34"),
        ("x" * 26, True, "", "KWJ-49"),
    ]:
        with pytest.raises(Refused) as refusal:
            agreed.do(actions.answer_minutes, minutes=key, agrees=agrees, words=words)
        assert refusal.value.code == code
    agreed.do(actions.answer_minutes, minutes=theirs, agrees=True)
    with pytest.raises(Refused) as refusal:
        agreed.do(actions.answer_minutes, minutes=theirs, agrees=True)
    assert refusal.value.code == "KWJ-46"
    agreed.theirs(events.MinutesAnswered(minutes=theirs, agrees=True))
    agreed.theirs(events.MinutesAnswered(minutes=agreed.board().held.key, agrees=True))
    assert Entry.objects.filter(state=Entry.State.INVALID).count() == 2


@pytest.mark.parametrize(
    ("changes", "about", "code"),
    [
        ({"held_on": TODAY + timedelta(days=1)}, {}, "KWJ-41"),
        ({"words": " "}, {}, "KWJ-42"),
        ({"words": "x" * 8001}, {}, "KWJ-42"),
        ({}, {"title": " "}, "KWJ-43"),
        ({}, {"title": "x" * 161}, "KWJ-43"),
        ({}, {"due_on": TODAY - timedelta(days=1)}, "KWJ-44"),
        ({}, {"due_on": date(2090, 1, 1)}, "KWJ-44"),
        ({}, {"debtors": ["f" * 64]}, "KWJ-44"),
        ({}, {"debtors": []}, "KWJ-44"),
    ],
)
def test_impossible_minutes_are_refused(agreed, changes, about, code):
    with pytest.raises(Refused) as refusal:
        state(agreed, decision(agreed, **about), **changes)
    assert refusal.value.code == code and not Minutes.objects.exists()


def test_impossible_minutes_of_others_change_nothing_and_a_list_has_no_day_of_its_own(agreed):
    once = Due(rule="once", on=DUE)
    item = Item(
        code="T-01", article=12, debtors=[agreed.kpu], creditors=[agreed.police.id], dues=[once], evidence="report"
    )
    wrong = [
        {"code": "D-02"},
        {"article": 4},
        {"dues": [Due(rule="standing")]},
        {"dues": [Due(rule="once")]},
        {"dues": [msgspec.structs.replace(once, days=[1])]},
        {"debtors": ["f" * 64]},
    ]
    for about in wrong:
        decided = msgspec.structs.replace(item, **about)
        agreed.theirs(events.MinutesStated(held_on=TODAY, meeting="coordination", decisions=[decided]))
    agreed.theirs(events.MinutesStated(held_on=TODAY, meeting="coordination", decisions=[item, item]))
    agreed.theirs(events.ObligationsProposed(items=[item], counts_from=date(2024, 1, 8)))
    assert Entry.objects.filter(state=Entry.State.INVALID).count() == len(wrong) + 2
    assert not Minutes.objects.exists() and rebuild.check() == []


def test_the_page_begins_with_what_is_late_and_takes_decisions(agreed, person):
    client = person("secretary", agreements=[agreed.agreement])
    pages = f"/kewajiban/{agreed.agreement}/notula/"
    assert "Belum ada notula" in client.get(pages).content.decode()
    address = f"{pages}baru/"
    shown = client.get(address)
    assert "D-05" in shown.context["form"].initial["words"]
    form = {
        "id": new_id(),
        "meeting": "coordination",
        "held_on": TODAY.isoformat(),
        "words": "Isi <script>alert(1)</script>",
    }
    bad = form | {"title1": "Kirim peta", "due2": DUE.isoformat(), "due1": "2024-02-30"}
    answer = client.post(address, bad)
    assert (
        answer.status_code == 422
        and "Tulis keputusannya" in answer.content.decode()
        and "Kirim peta" in answer.content.decode()
    )
    assert client.post(address, form | {"title1": "Kirim peta", "due1": DUE.isoformat()}).status_code == 302
    shown = client.get(pages).content.decode()
    assert "T-01" in shown and "menunggu tanda tangan" in shown and "<script>alert" not in shown
    assert person("auditor").post(address, form).status_code == 403
    assert person("secretary", agreements=["b" * 64]).get(address).status_code == 404


@pytest.mark.slow
def test_minutes_of_the_police_wait_for_our_signature(agreed, person):
    item = Item(
        code="T-01",
        article=12,
        debtors=[agreed.kpu],
        creditors=[agreed.police.id],
        dues=[Due(rule="once", on=DUE)],
        evidence="report",
    )
    text = events.MinutesText(words="Isi rapat", titles={"T-01": "Kirim daftar"})
    key = agreed.theirs(events.MinutesStated(held_on=TODAY, meeting="coordination", decisions=[item], text=text))
    client = person("secretary", agreements=[agreed.agreement])
    assert any("notula" in one.title for one in inbox(client.user, NOON))
    assert inbox_count(client.user, NOON) == len(inbox(client.user, NOON))
    address = f"/kewajiban/notula/{key}/jawaban/"
    assert (
        person("secretary", agreements=["b" * 64]).post(address, {"id": new_id(), "agrees": "yes"}).status_code == 404
    )
    assert client.post(address, {"id": new_id(), "agrees": "yes"}).status_code == 302
    assert agreed.board().line("T-01", DUE.isoformat()).title == "Kirim daftar"
    assert not any("notula" in one.title for one in inbox(client.user, NOON))
    assert client.get(f"/kewajiban/{agreed.agreement}/T-01/{DUE.isoformat()}/").status_code == 200
    assert client.get(f"/kewajiban/{agreed.agreement}/daftar/usul/").status_code == 200
