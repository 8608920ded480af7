"""Joint training: proposed, agreed by the other side, held; whatever a partner states in whatever order."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial

import pytest

from sinergi.features.obligations.models import WorkRecord
from sinergi.features.stages.sources import calendar
from sinergi.features.standing_duties import events, rules
from sinergi.features.standing_duties.models import SessionReport, TrainingSession
from sinergi.features.standing_duties.views import training
from sinergi.kernel.errors import Refused
from sinergi.ledger import rebuild
from tests.nodes.simulator import NOON

TODAY = NOON.date()
TOMORROW = TODAY + timedelta(days=1)


@dataclass
class Move:
    key: str
    agency: str
    step: int
    on: date
    said: list[tuple[str, bool]] = field(default_factory=list)


@dataclass
class Session:
    key: str = "a" * 26
    agency: str = "kpu"
    on: date = TODAY
    said: list[tuple[str, bool]] = field(default_factory=list)
    is_held: bool = False
    moved: list[Move] = field(default_factory=list)


@pytest.mark.parametrize(
    ("said", "is_held", "state"),
    [
        ([], False, "proposed"),
        ([("polres", True)], False, "planned"),
        ([("polres", False)], False, "declined"),
        ([("polres", True), ("kpu", False)], False, "withdrawn"),
        ([("polres", True), ("polda", False)], False, "declined"),
        ([("polres", True)], True, "held"),
        ([("polres", True), ("kpu", False)], True, "held"),
        ([], True, "proposed"),
        ([("polres", False)], True, "declined"),
        ([("kpu", False)], True, "withdrawn"),
    ],
)
def test_where_a_session_stands(said, is_held, state):
    for order in itertools.permutations(said):
        assert rules.session_state(Session(said=list(order), is_held=is_held)) == state


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"on": TODAY - timedelta(days=1)}, "TGS-20"),
        ({"on": TODAY + timedelta(days=801)}, "TGS-20"),
        ({"arranger": "bawaslu"}, "TGS-21"),
        ({"topic": " \x00"}, "TGS-22"),
        ({"people": 0}, "TGS-23"),
        ({"people": 10_001}, "TGS-23"),
    ],
)
def test_a_proposal_that_cannot_be_is_refused(changes, code):
    given = {"on": TODAY, "people": 30, "arranger": "kpu", "topic": "Bimtek", "place": "Aula"} | changes
    with pytest.raises(Refused) as refused:
        rules.propose_session(parties=["kpu", "polres"], today=TODAY, **given)
    assert refused.value.code == code


def test_only_what_is_planned_is_reported_and_nobody_agrees_to_the_own_one():
    planned = Session(said=[("polres", True)])
    held = Session(said=[("polres", True)], is_held=True)
    for wrong, code in (
        (lambda: rules.report_session(Session(), held_on=TODAY, commission=1, police=1, today=TODAY), "TGS-26"),
        (lambda: rules.report_session(planned, held_on=TOMORROW, commission=1, police=1, today=TODAY), "TGS-27"),
        (lambda: rules.report_session(planned, held_on=TODAY, commission=0, police=0, today=TODAY), "TGS-28"),
        (lambda: rules.answer_session(planned, agency="kpu", agrees=True), "TGS-25"),
        (lambda: rules.answer_session(held, agency="polres", agrees=True), "TGS-24"),
    ):  # fmt: skip
        with pytest.raises(Refused) as refused:
            wrong()
        assert refused.value.code == code


LATER, LATEST = TODAY + timedelta(days=7), TODAY + timedelta(days=14)


@pytest.mark.parametrize(
    ("moves", "day", "waits"),
    [
        ([], TODAY, None),
        ([Move("1", "kpu", 1, LATER)], TODAY, "1"),
        ([Move("1", "kpu", 1, LATER, [("polres", True)])], LATER, None),
        ([Move("1", "kpu", 1, LATER, [("polres", False)])], TODAY, None),
        ([Move("1", "kpu", 1, LATER, [("kpu", True)])], TODAY, None),
        ([Move("1", "kpu", 1, LATER, [("polres", True), ("kpu", False)])], TODAY, None),
        ([Move("1", "kpu", 1, LATER, [("polres", True), ("polda", False)])], TODAY, None),
        ([Move("1", "kpu", 1, LATER, [("polres", True)]), Move("2", "polres", 2, LATEST)], LATER, "2"),
        ([Move("1", "kpu", 1, LATER), Move("2", "polres", 2, LATEST, [("kpu", True)])], LATEST, None),
        (
            [Move("1", "kpu", 1, LATER, [("polres", True)]), Move("2", "polres", 2, LATEST, [("kpu", True)])],
            LATEST,
            None,
        ),
    ],
)
def test_the_newest_day_agreed_on_counts_in_whatever_order_the_words_arrive(moves, day, waits):
    for order in itertools.permutations(moves):
        session = Session(said=[("polres", True)], moved=list(order))
        waiting = rules.open_move(session)
        assert (rules.day_of_session(session), waiting and waiting.key) == (day, waits)


def test_a_move_that_cannot_be_is_refused():
    waits = Session(said=[("polres", True)], moved=[Move("1", "kpu", 1, LATER)])
    held = Session(said=[("polres", True)], is_held=True, moved=[Move("1", "kpu", 1, LATER)])
    withdrawn = Session(said=[("kpu", False)])
    for wrong, code in (
        (lambda: rules.move_session(held, on=LATER, today=TODAY), "TGS-24"),
        (lambda: rules.move_session(withdrawn, on=LATER, today=TODAY), "TGS-24"),
        (lambda: rules.move_session(waits, on=TODAY - timedelta(days=1), today=TODAY), "TGS-20"),
        (lambda: rules.move_session(waits, on=TODAY + timedelta(days=801), today=TODAY), "TGS-20"),
        (lambda: rules.move_session(waits, on=TODAY, today=TODAY), "TGS-31"),
        (lambda: rules.move_session(waits, on=LATER, today=TODAY), "TGS-32"),
        (lambda: rules.answer_move(waits, "2", agency="polres", agrees=True), "TGS-33"),
        (lambda: rules.answer_move(held, "1", agency="polres", agrees=True), "TGS-33"),
        (lambda: rules.answer_move(waits, "1", agency="kpu", agrees=True), "TGS-25"),
    ):
        with pytest.raises(Refused) as refused:
            wrong()
        assert refused.value.code == code
    assert rules.move_session(waits, on=LATEST, today=TODAY).on == LATEST


@pytest.mark.slow
def test_a_session_changes_its_day_once_the_other_side_agrees(kpu):
    key = kpu.state(events.SessionProposed(on=date(2024, 2, 1), people=30, arranger=kpu.partner.id))
    assert kpu.post("secretary", f"/latihan/{key}/hari/", on="2024-02-30").status_code == 422
    assert kpu.post("secretary", f"/latihan/{key}/hari/", on="2024-02-12").status_code == 302
    mine = TrainingSession.objects.get()
    page = kpu.person("secretary").get("/latihan/").content.decode()
    assert "Senin, 12 Februari 2024" in page and "semula Kamis, 1 Februari 2024" in page and "Tarik usul hari" in page
    assert (mine.day, mine.state) == (date(2024, 2, 1), "proposed")
    kpu.state(events.SessionMoveAnswered(move=mine.moved[0].key, agrees=True))
    mine = TrainingSession.objects.get()
    # We offered a day for their session, and they took it: both want it.
    assert (mine.day, mine.state) == (date(2024, 2, 12), "planned")
    theirs = kpu.state(events.SessionMoved(session=key, on=date(2024, 2, 13), follows=mine.moved[0].key))
    assert "Jawab usul hari lain latihan bersama" in kpu.person("secretary").get("/kotak/").content.decode()
    stale = kpu.post("secretary", f"/latihan/{key}/hari/jawaban/", move=mine.moved[0].key, agrees="yes")
    assert stale.status_code == 422
    assert kpu.post("secretary", f"/latihan/{key}/hari/jawaban/", move=theirs, agrees="yes").status_code == 302
    assert TrainingSession.objects.get().day == date(2024, 2, 13)
    assert rebuild.check() == []


@pytest.mark.slow
def test_a_session_goes_from_proposal_to_attendance_and_closes_its_obligation(kpu):
    given = {"agreement": kpu.agreement, "topic": "Bimtek <b>Pam TPS</b>", "on": "2024-02-05", "people": "40"}
    given |= {"place": "Aula", "arranger": kpu.partner.id}
    wrong = kpu.post("secretary", "/latihan/usul/", **given | {"on": "2024-02-30"})
    assert wrong.status_code == 422 and "Bimtek &lt;b&gt;" in wrong.content.decode()
    assert kpu.post("secretary", "/latihan/usul/", **given).status_code == 302
    row = TrainingSession.objects.get()
    assert "diusulkan" in kpu.person("auditor").get("/latihan/").content.decode()
    kpu.state(events.SessionAnswered(session=row.key, agrees=True))
    page = kpu.person("secretary").get("/latihan/").content.decode()
    assert "direncanakan" in page and "Laporkan pelaksanaan" in page and "<b>Pam" not in page
    path = f"/latihan/{row.key}/laporan/"
    wrong = kpu.post("secretary", path, held_on="2024-02-05", commission="0", police="0")
    assert wrong.status_code == 422 and "tidak boleh nol semua" in wrong.content.decode()
    assert kpu.post("secretary", path, held_on="2024-02-05", commission="18", police="21").status_code == 302
    assert "hadir 18 dari KPU dan 21 dari Polri" in kpu.person("secretary").get("/latihan/").content.decode()
    assert WorkRecord.objects.get().code == "H-01"
    assert "Perbaiki laporan" in kpu.person("secretary").get("/latihan/").content.decode()
    assert kpu.post("secretary", path, held_on="2024-02-05", commission="19", police="21").status_code == 302
    assert "hadir 19 dari KPU" in kpu.person("secretary").get("/latihan/").content.decode()
    assert rebuild.check() == []


def test_the_inbox_asks_for_an_answer_and_the_other_s_may_be_declined(polres):
    key = polres.state(
        events.SessionProposed(
            on=date(2024, 3, 1), people=30, arranger=polres.partner.id, text=events.SessionText(topic="Sispamkota")
        )
    )
    head = polres.person("operations_head")
    assert "Jawab usul latihan bersama" in head.get("/kotak/").content.decode()
    moved = partial(training.staying, [polres.agreement], calendar("pemilu-2024"), TODAY)
    assert [(move.what, move.before) for move in moved(NOON)] == [("Latihan bersama: Sispamkota", date(2024, 3, 1))]
    assert moved(NOON + timedelta(days=40)) == []
    assert polres.post("operations_head", f"/latihan/{key}/jawaban/", agrees="no").status_code == 302
    assert "Jawab usul latihan bersama" not in head.get("/kotak/").content.decode() and moved(NOON) == []
    assert "tidak disepakati" in head.get("/latihan/").content.decode()


def test_what_a_partner_may_not_state_changes_nothing(polres):
    other = polres.more["other"]
    key = other.state(events.SessionProposed(on=date(2024, 3, 1), people=30, arranger=other.partner.id))
    polres.state(events.SessionProposed(on=date(2024, 3, 1), people=0, arranger=polres.partner.id))
    polres.state(events.SessionAnswered(session=key, agrees=True))
    other.state(events.SessionAnswered(session=key, agrees=True))
    other.state(events.SessionHeld(session=key, held_on=date(2024, 3, 1), commission=-1, police=99_999))
    row = TrainingSession.objects.get()
    assert (row.key, row.state) == (key, "proposed") and not SessionReport.objects.exists()
    other.state(events.SessionHeld(session=key, held_on=date(2024, 3, 1), commission=9, police=9))
    assert TrainingSession.objects.get().state == "proposed"
    assert "Dilaksanakan" not in polres.person("operations_head").get("/latihan/").content.decode()
