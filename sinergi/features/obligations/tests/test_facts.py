"""Obligations over two agencies: agreeing on a list, work and statements, wrong speakers, any order of arrival."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sinergi.features.agreement.actions import answer_matter
from sinergi.features.agreement.events import ChangeProposed
from sinergi.features.obligations import actions, events
from sinergi.features.obligations.due import last_day
from sinergi.features.obligations.models import ObligationList, Statement
from sinergi.features.obligations.tests.conftest import Pact
from sinergi.features.places.demo import load_demo_regions, publish_demo_stations
from sinergi.kernel.errors import Refused
from sinergi.kernel.obligation import MOST_DAYS, MOST_DUES, MOST_ITEMS, Due
from sinergi.ledger import rebuild
from sinergi.ledger.models import Entry, FoldedTable
from tests.nodes.simulator import NOON

LATER = NOON + timedelta(days=3)


def codes(board: Any) -> set[str]:
    return {item.code for item in board.items}


def test_a_list_holds_once_the_other_party_agreed(pact):
    key = pact.propose()
    assert pact.board().held is None and [row.key for row in pact.board().open_lists] == [key]
    pact.agree(key)
    board = pact.board()
    assert board.held.key == key and board.open_lists == [] and {"D-02", "P-02", "M-01"} <= codes(board)
    assert "L-02" not in codes(board)  # its article is not in this agreement
    assert rebuild.check() == []


def test_a_list_whose_words_came_out_of_a_form_is_stated_in_its_one_form(pact):
    """The default words of a rule, as other objects than the ones that the program holds."""
    [first, *_], titles = pact.items()
    due = Due(rule="stage", stage="voting", edge=_typed("starts"), days=[-7], kind=_typed("calendar"))
    pact.propose(items=[msgspec.structs.replace(first, dues=[due])], titles=titles)
    [stated] = ObligationList.objects.get().items_json
    assert stated["dues"] == [{"rule": "stage", "stage": "voting", "days": [-7]}]
    # Everything is read anew from its bytes, as a partner reads it.
    assert rebuild.check() == []


def test_a_list_too_long_for_one_record_is_refused_in_a_sentence(pact):
    """A header has 64 KB; the rules alone would allow more."""
    [first, *_], _titles = pact.items()
    due = Due(rule="stage", stage="voting", days=list(range(-MOST_DAYS - 1_000, -1_000)))
    codes = [f"A-{number:02d}" for number in range(MOST_ITEMS)]
    items = [msgspec.structs.replace(first, code=code, dues=[due] * MOST_DUES) for code in codes]
    with pytest.raises(Refused) as refused:
        pact.propose(items=items, titles=dict.fromkeys(codes, "Daftar"))
    assert refused.value.code == "K-118" and not ObligationList.objects.exists()


def _typed(word: str) -> Any:
    return "".join(list(word))


def test_a_list_sent_back_does_not_hold_and_a_new_one_can(pact):
    first = pact.propose()
    pact.theirs(events.ObligationAnswered(about=first, agrees=False, text=events.Words(words="D-05 belum siap")))
    assert pact.board().held is None and pact.board().open_lists == []
    second = pact.propose()
    pact.agree(second)
    assert pact.board().held.key == second


def test_two_lists_agreed_on_while_apart_never_merge(agreed):
    base = agreed.board().held.key
    items, titles = agreed.items()
    ours = agreed.propose(items=items[:3], titles=titles)
    text = events.ListText(titles=titles)
    theirs = agreed.theirs(
        events.ObligationsProposed(items=items[:2], counts_from=date(2024, 1, 8), replaces=base, text=text)
    )
    agreed.agree(ours)
    # The police answered ours; we had not yet seen that when we agreed to theirs: both are fully agreed.
    answer = events.ObligationAnswered(about=theirs, agrees=True)
    with pytest.raises(Refused, match="tidak berlaku lagi"):
        agreed.do(actions.answer_list, list_key=theirs, agrees=True)
    from sinergi.ledger.writer import Writing, run

    run(lambda: Writing(id=_id(), by=None, at=NOON).append(agreed.agreement, answer))
    board = agreed.board()
    assert board.held.key == min(ours, theirs) and board.lost == [max(ours, theirs)]
    assert rebuild.check() == []


def _id() -> str:
    from sinergi.features.obligations.tests.conftest import new_id

    return new_id()


@pytest.mark.slow
def test_work_that_names_an_obligation_is_its_evidence(agreed, secretary):
    load_demo_regions(["1203"])
    assert agreed.state("D-02", "H-7") == "open"
    publish_demo_stations(id=_id(), by=secretary, at=NOON, agreement=agreed.agreement, regency="1203")
    line = agreed.board().line("D-02", "H-7")
    # H-30 came before and was missed: the list that is here now is that one, late.
    assert agreed.state("D-02", "H-30") == "met" and line.found.state == "open"
    assert not agreed.board().line("D-02", "H-30").found.is_on_time
    assert rebuild.check() == []


def test_a_statement_of_the_debtor_is_confirmed_by_the_creditor(agreed):
    given = {
        "agreement": agreed.agreement,
        "statement": "done",
        "code": "P-06",
        "mark": "H-3",
        "words": "Daftar dikirim",
    }
    key = agreed.do(actions.state_about, **given)
    assert agreed.state("P-06", "H-3") == "awaiting_proof"
    with pytest.raises(Refused, match="masih menunggu"):
        agreed.do(actions.state_about, **given)
    agreed.agree(key)
    assert agreed.state("P-06", "H-3") == "met"
    with pytest.raises(Refused, match="sudah selesai"):
        agreed.do(actions.state_about, **given | {"statement": "release"})


def test_release_asked_by_the_police_needs_our_consent(agreed):
    of_list = agreed.board().held.key
    asked = agreed.theirs(
        events.ObligationStated(
            of_list=of_list, statement="release", code="D-05", mark="H-30", text=events.Words(words="Menunggu Polda")
        )
    )
    assert agreed.state("D-05", "H-30") == "late"
    agreed.do(actions.answer_statement, statement=asked, agrees=True)
    assert agreed.state("D-05", "H-30") == "released"
    with pytest.raises(Refused, match="sudah Anda jawab"):
        agreed.do(actions.answer_statement, statement=asked, agrees=False, words="tidak jadi")


def test_a_dispute_is_raised_by_the_creditor_and_taken_back_by_the_same(agreed):
    with pytest.raises(Refused, match="pihak yang berhak"):
        about = {"agreement": agreed.agreement, "statement": "dispute", "code": "D-02", "mark": "H-30"}
        agreed.do(actions.state_about, **about, words="Bukan begitu")
    key = agreed.do(
        actions.state_about,
        agreement=agreed.agreement, statement="dispute", code="D-05", mark="H-30", words="Isinya kosong",
    )  # fmt: skip
    assert agreed.state("D-05", "H-30") == "disputed"
    with pytest.raises(Refused, match="ditarik oleh pihak"):
        agreed.do(actions.answer_statement, statement=key, agrees=True)
    agreed.do(actions.answer_statement, statement=key, agrees=False, words="Sudah dilengkapi")
    assert agreed.state("D-05", "H-30") == "late"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"items": []}, "sedikitnya satu"),
        ({"counts_from": date(2029, 1, 1)}, "jangka waktu"),
        ({"titles": {}}, "butuh nama"),
        ({"remark": "x" * 2001}, "2.000 huruf"),
    ],
)
def test_an_impossible_list_is_refused_with_a_sentence(pact, changes, sentence):
    with pytest.raises(Refused, match=sentence):
        pact.propose(**changes)
    assert not ObligationList.objects.exists()


@pytest.mark.parametrize(
    ("about", "sentence"),
    [
        ({"code": "d-02"}, "satu huruf besar"),
        ({"article": 0}, "pasal dan ayat"),
        ({"debtors": ["f" * 64]}, "pihak dalam perjanjian"),
        ({"debtors": []}, "pihak dalam perjanjian"),
        ({"dues": []}, "kapan"),
        ({"debtors": ["own"], "creditors": ["own"]}, "dirinya sendiri"),
        ({"dues": [Due(rule="stage", stage="voting", days=[])]}, "nama tahapan"),
        ({"dues": [Due(rule="stage", stage="voting", days=[-7, -7])]}, "dua kali"),
        ({"dues": [Due(rule="stage", stage="voting", days=[-9999])]}, "1.500"),
        ({"dues": [Due(rule="each", trigger="x", days=[1], hours=2)]}, "satu jumlah"),
        ({"dues": [Due(rule="each", trigger="x", hours=99999)]}, "1.440"),
        ({"dues": [Due(rule="recurring")]}, "jangkanya"),
        ({"dues": [Due(rule="recurring", every="day", from_day=3, until_day=-3)]}, "sebelum akhirnya"),
        ({"dues": [Due(rule="standing", days=[1])]}, "sepanjang masa"),
    ],
)
def test_an_impossible_obligation_is_refused_with_a_sentence_and_ignored_from_others(pact, about, sentence):
    items, titles = pact.items()
    about = {name: [pact.kpu] if value == ["own"] else value for name, value in about.items()}
    wrong = msgspec.structs.replace(items[1], **about)
    titles = titles | {wrong.code: "Nama"}
    with pytest.raises(Refused, match=sentence):
        pact.propose(items=[wrong], titles=titles)
    pact.theirs(events.ObligationsProposed(items=[wrong], counts_from=date(2024, 1, 8)))
    assert not ObligationList.objects.exists()
    assert Entry.objects.filter(state=Entry.State.INVALID).count() == 1


def test_facts_of_the_wrong_speaker_stay_evidence_and_change_nothing(agreed):
    held = agreed.board().held.key
    ours = agreed.do(
        actions.state_about,
        agreement=agreed.agreement, statement="done", code="P-06", mark="H-3", words="Sudah",
    )  # fmt: skip
    agreed.theirs(events.ObligationStated(of_list=held, statement="done", code="P-06", mark="H-3"))
    agreed.theirs(events.ObligationStated(of_list=held, statement="dispute", code="D-05", mark="H-30"))
    agreed.theirs(events.ObligationStated(of_list=held, statement="done", code="Z-99", mark="H-3"))
    agreed.theirs(events.ObligationStated(of_list=ours, statement="done", code="D-05", mark="H-30"))
    agreed.theirs(events.ObligationStated(of_list=held, statement="done", code="D-05", mark="H 30\n"))
    agreed.theirs(events.ObligationAnswered(about=held, agrees=True))
    assert Entry.objects.filter(state=Entry.State.INVALID).count() == 6
    assert Statement.objects.count() == 1
    assert rebuild.check() == []


def test_nobody_answers_themselves_or_twice_or_for_others(agreed):
    def refused(expected: str, action: Any, **given: Any) -> None:
        with pytest.raises(Refused) as refusal:
            agreed.do(action, **given)
        assert refusal.value.code == expected

    held = agreed.board().held.key
    own_list = agreed.propose()
    refused("KWJ-11", actions.answer_list, list_key=own_list, agrees=True)
    items, titles = agreed.items()
    text = events.ListText(titles=titles)
    theirs = agreed.theirs(
        events.ObligationsProposed(items=items, counts_from=date(2024, 1, 8), replaces=held, text=text)
    )
    agreed.do(actions.answer_list, list_key=theirs, agrees=False, words="Belum")
    refused("KWJ-12", actions.answer_list, list_key=theirs, agrees=False, words="Belum")
    about = {"agreement": agreed.agreement, "code": "P-06", "mark": "H-3", "words": "Kata"}
    ours = agreed.do(actions.state_about, statement="release", **about)
    refused("KWJ-33", actions.answer_statement, statement=ours, agrees=True)
    refused("KWJ-27", actions.state_about, statement="release", **about)
    dispute = about | {"code": "D-05", "mark": "H-30", "statement": "dispute"}
    agreed.do(actions.state_about, **dispute)
    refused("KWJ-28", actions.state_about, **dispute)
    said = agreed.theirs(events.ObligationStated(of_list=held, statement="done", code="D-05", mark="H-7"))
    agreed.theirs(events.ObligationAnswered(about=said, agrees=True))
    agreed.theirs(events.ObligationAnswered(about=theirs, agrees=True))
    assert Entry.objects.filter(state=Entry.State.INVALID).count() == 2
    assert agreed.state("D-05", "H-7") == "awaiting_proof"
    assert rebuild.check() == []


def test_a_list_replaces_only_a_list_and_a_dispute_is_taken_back_by_its_author_with_a_no(agreed):
    held = agreed.board().held.key
    items, titles = agreed.items()
    ours = agreed.do(
        actions.state_about,
        agreement=agreed.agreement, statement="dispute", code="D-05", mark="H-30", words="Belum",
    )  # fmt: skip
    text = events.ListText(titles=titles)
    agreed.theirs(events.ObligationsProposed(items=items, counts_from=date(2024, 1, 8), replaces=ours, text=text))
    agreed.theirs(events.ObligationAnswered(about=ours, agrees=False))
    theirs = agreed.theirs(events.ObligationStated(of_list=held, statement="dispute", code="P-06", mark="H-3"))
    agreed.theirs(events.ObligationAnswered(about=theirs, agrees=True))
    assert Entry.objects.filter(state=Entry.State.INVALID).count() == 3
    assert agreed.state("P-06", "H-3") == "disputed" == agreed.state("D-05", "H-30")
    agreed.theirs(events.ObligationAnswered(about=theirs, agrees=False))
    assert agreed.state("P-06", "H-3") != "disputed"
    assert rebuild.check() == []


@pytest.mark.slow
@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(data=st.data())
def test_any_order_of_delivery_gives_the_same_tables(pact, data):
    """The police's facts and ours, stated with or without having seen each other, delivered in pieces."""
    from django.db import transaction

    with transaction.atomic():
        pact.police.logs = {name: _copy(log) for name, log in _kept(pact).items()}
        key = pact.propose()
        steps = data.draw(
            st.lists(st.sampled_from(["agree", "theirs", "done", "release", "dispute", "no"]), max_size=7)
        )
        for step in steps:
            deliver = data.draw(st.booleans())
            _act(pact, key, step, deliver)
        pact.police.deliver(pact.police.log(pact.agreement))
        live = {table._meta.label: table.content() for table in FoldedTable.tables()}
        assert rebuild.check() == []
        assert live == {table._meta.label: table.content() for table in FoldedTable.tables()}
        transaction.set_rollback(True)


def _kept(pact: Pact) -> dict[str, Any]:
    if not hasattr(pact, "_kept"):
        pact._kept = {name: _copy(log) for name, log in pact.police.logs.items()}
    return pact._kept


def _copy(log: Any) -> Any:
    import copy

    twin = copy.copy(log)
    twin.entries, twin.bodies = list(log.entries), dict(log.bodies)
    return twin


def _act(pact: Pact, key: str, step: str, deliver: bool) -> None:
    words = events.Words(words="kata")
    about = {"of_list": key, "code": "D-05", "mark": "H-30", "text": words}
    if step == "agree":
        pact.theirs(events.ObligationAnswered(about=key, agrees=True), deliver=deliver)
    elif step == "no":
        pact.theirs(events.ObligationAnswered(about=key, agrees=False, text=words), deliver=deliver)
    elif step == "theirs":
        items, titles = pact.items()
        text = events.ListText(titles=titles)
        pact.theirs(
            events.ObligationsProposed(items=items[:3], counts_from=date(2024, 1, 8), text=text), deliver=deliver
        )
    elif step in ("done", "release"):
        pact.theirs(events.ObligationStated(statement=step, **about), deliver=deliver)
    else:
        held = pact.board().line("D-05", "H-30")
        if held is not None and held.found.state != "disputed":
            pact.do(
                actions.state_about,
                agreement=pact.agreement, statement="dispute", code="D-05", mark="H-30", words="Tidak",
            )  # fmt: skip


def test_what_falls_due_while_the_agreement_is_suspended_is_not_owed(agreed):
    """D-05 at H-7 and D-06 at H-3 stand around a suspension from H-6 to the day before H-2."""
    marks = (("D-05", "H-7"), ("D-06", "H-3"))
    before = agreed.board(LATER).counts()
    assert all(agreed.board().line(*mark) for mark in marks)
    stop = agreed.theirs(ChangeProposed(change="suspension", from_on=date(2024, 2, 8)))
    agreed.do(answer_matter, matter=stop, agrees=True)
    assert [agreed.board().line(*mark) is not None for mark in marks] == [True, False]
    go = agreed.theirs(ChangeProposed(change="resumption", from_on=date(2024, 2, 12), after=stop))
    agreed.do(answer_matter, matter=go, agrees=True)
    assert [agreed.board().line(*mark) is not None for mark in marks] == [True, False]
    late = NOON + timedelta(days=30)
    assert agreed.board(late).counts().tally(late).due == before.tally(late).due - len(
        [one for one in agreed_days(before) if date(2024, 2, 8) <= one < date(2024, 2, 12)]
    )
    assert rebuild.check() == []


def agreed_days(counts: Any) -> list[date]:
    """The last days of every counted due."""
    return [last_day(datetime.fromtimestamp(at, UTC)) for dues in counts.due.values() for at in dues]
