"""Moving voting day: what follows is shown first, then done on both sides; calendars from files; hostile calendars."""

from __future__ import annotations

import io
from datetime import date, timedelta
from typing import Any

import msgspec
import openpyxl
import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as st

from sinergi.features.obligations.due import hangs, last_day
from sinergi.features.obligations.public import Board
from sinergi.features.obligations.views import moving
from sinergi.features.stages import actions, public, rules, sources
from sinergi.features.stages.models import AnnouncedCalendar, CalendarVersion
from sinergi.kernel.errors import Refused
from sinergi.kernel.ids import new_event_id
from sinergi.kernel.obligation import Due
from sinergi.ledger import rebuild
from sinergi.ledger.models import Entry
from tests.nodes.simulator import NOON

PEMILU = sources.calendar("pemilu-2024")
TODAY = NOON.date()
LATER = date(2024, 2, 28)
ASK = {"polling_day": LATER.isoformat(), "calendar": "", "decided_on": "2024-02-05", "law": "PKPU Nomor 9 Tahun 2024"}
PAGE = "/tahapan/pindah/"


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON):
        yield


def moved(day: date = LATER, decided_on: date = TODAY) -> rules.Calendar:
    return rules.postponed(PEMILU, polling_day=day, decided_on=decided_on, law="PKPU Nomor 9 Tahun 2024")


def announce(calendar: rules.Calendar, **changes: Any) -> Any:
    given = {"id": new_event_id(NOON), "by": None, "at": NOON, "decided_on": TODAY, "today": TODAY} | changes
    return actions.announce_calendar(calendar=calendar, **given)


def stage(calendar: rules.Calendar, code: str) -> rules.Stage:
    return next(one for one in calendar.stages if one.code == code)


@given(st.dates(PEMILU.polling_day + timedelta(days=1), date(2030, 12, 31)) | st.just(date(2024, 2, 13)))
def test_a_moved_day_keeps_what_is_over_and_moves_what_has_not_begun(day):
    after, days = moved(day), day - PEMILU.polling_day
    assert after.version == PEMILU.version + 1 and rules.flaw(after) is None
    for old in PEMILU.stages:
        new = stage(after, old.code)
        if old.ends_on < TODAY:
            assert (new.starts_on, new.ends_on) == (old.starts_on, old.ends_on)
        elif old.starts_on is not None and old.starts_on > TODAY:
            assert (new.starts_on, new.ends_on) == (old.starts_on + days, old.ends_on + days)
        else:
            assert new.starts_on == old.starts_on and new.ends_on == max(old.ends_on + days, TODAY)


@pytest.mark.parametrize(
    ("day", "decided_on", "code"),
    [
        (PEMILU.polling_day, TODAY, "TAH-04"),
        (date(2044, 1, 1), TODAY, "TAH-02"),
        (TODAY, TODAY, "TAH-05"),
        # The campaign that runs would have to end before this day.
        (TODAY + timedelta(days=1), TODAY, "TAH-19"),
        (date(2024, 3, 20), date(2024, 2, 14), "TAH-23"),
    ],
)
def test_a_day_that_cannot_be_is_refused(day, decided_on, code):
    with pytest.raises(Refused) as refusal:
        moved(day, decided_on)
    assert refusal.value.code == code and refusal.value.field == "polling_day"


def test_a_leap_day_may_be_voting_day():
    after = moved(date(2028, 2, 29))
    assert stage(after, "quiet_period").ends_on == date(2028, 2, 28)


def changed(which: str, **days: Any) -> rules.Calendar:
    stages = [msgspec.structs.replace(one, **days) if one.code == which else one for one in PEMILU.stages]
    return msgspec.structs.replace(PEMILU, stages=tuple(stages))


@pytest.mark.parametrize(
    ("calendar", "code"),
    [
        (changed("campaign", ends_on=date(2024, 2, 11)), "TAH-19"),
        (changed("campaign", ends_on=date(2024, 2, 9)), "TAH-20"),
        (changed("quiet_period", starts_on=None), "TAH-19"),
        (changed("campaign", starts_on=date(2024, 2, 11)), "TAH-15"),
        (changed("campaign", code="voting"), "TAH-18"),
        (changed("voting", code="vote"), "TAH-16"),
        (changed("voting", ends_on=date(2024, 2, 15)), "TAH-18"),
        (changed("planning", ends_on=date(2094, 1, 1)), "TAH-17"),
        (changed("planning", name=" "), "TAH-13"),
        (changed("planning", name="a\u0000b"), "TAH-13"),
        (msgspec.structs.replace(PEMILU, stages=PEMILU.stages * 2), "TAH-14"),
        (msgspec.structs.replace(PEMILU, stages=()), "TAH-12"),
        (msgspec.structs.replace(PEMILU, law=""), "TAH-11"),
        (msgspec.structs.replace(PEMILU, code="Pemilu 2024"), "TAH-10"),
        (msgspec.structs.replace(PEMILU, version=0), "TAH-10"),
    ],
)
def test_an_impossible_calendar_is_refused_here_and_ignored_from_others(agreement, police, calendar, code):
    with pytest.raises(Refused) as refusal:
        actions.import_calendar(calendar, at=NOON)
    assert refusal.value.code == code
    assert not CalendarVersion.objects.exists()


def test_every_calendar_of_this_program_has_no_flaw():
    assert [rules.flaw(calendar) for calendar in sources.calendars().values()] == [None, None]


def test_what_follows_is_shown_first_and_nothing_changes(agreed, person):
    client = person("secretary", agreements=[agreed.agreement])
    shown = client.get(PAGE, ASK | {"id": new_event_id(NOON)}).content.decode()
    assert "Rencana penjagaan Polres tidak terlihat" in shown
    assert "D-02" in shown and ", H-7<" in shown and "21 Feb 2024" in shown and "Umumkan dan pakai" in shown
    assert not AnnouncedCalendar.objects.exists() and public.polling_day() == PEMILU.polling_day


@pytest.mark.slow
def test_moving_voting_day_moves_the_dues_and_shows_itself_as_evidence(agreed, person):
    before = agreed.board().line("D-02", "H-7").occurrence.due_at
    client = person("secretary", agreements=[agreed.agreement])
    answer = client.post(PAGE, ASK | {"id": new_event_id(NOON)})
    assert answer.status_code == 302, answer.content.decode()
    assert agreed.board().line("D-02", "H-7").occurrence.due_at - before == timedelta(days=14)
    assert public.polling_day() == LATER
    row = AnnouncedCalendar.objects.get()
    line = agreed.board().line("D-01", row.key)
    assert line.found.state == "met" and line.found.proof == row.key and line.found.is_on_time
    assert rebuild.check() == []


def test_what_was_due_before_the_decision_stays_as_it_was(agreed):
    def past() -> list[Any]:
        return [
            line.found for line in agreed.board().lines if line.occurrence.due_at <= NOON and line.item.code != "D-01"
        ]

    before, tally = past(), agreed.board().tally(article=5)
    assert any(one.state == "late" for one in before)
    announce(moved())
    assert past() == before and agreed.board().tally(article=5) == tally
    announce(rules.postponed(moved(), polling_day=date(2024, 4, 3), decided_on=TODAY, law="PKPU Nomor 10 Tahun 2024"))
    assert past() == before and agreed.board().line("D-02", "H-7").occurrence.due_at.date() == date(2024, 3, 27)
    assert rebuild.check() == []


def test_the_move_counts_once_and_a_stale_page_is_refused(agreed):
    once = new_event_id(NOON)
    assert announce(moved(), id=once) == announce(moved(), id=once)
    assert AnnouncedCalendar.objects.count() == 1
    with pytest.raises(Refused) as refusal:
        announce(moved(date(2024, 3, 6)))
    assert refusal.value.code == "TAH-08" and AnnouncedCalendar.objects.count() == 1


def test_announcing_late_is_late(agreed):
    row = announce(moved(decided_on=date(2024, 1, 30)), decided_on=date(2024, 1, 30))
    line = agreed.board().line("D-01", row.key)
    assert line.found.state == "met" and not line.found.is_on_time


def test_a_stage_that_obligations_hang_on_cannot_go(pact, person):
    items, titles = pact.items()
    hangs = Due(rule="stage", stage="recapitulation", edge="ends", days=[2])
    items[0] = msgspec.structs.replace(items[0], dues=[hangs])
    pact.agree(pact.propose(items=items, titles=titles))
    without = [one for one in moved().stages if one.code != "recapitulation"]
    calendar = msgspec.structs.replace(moved(), stages=tuple(without))
    with pytest.raises(Refused, match="bergantung pada tahapan Rekapitulasi") as refusal:
        announce(calendar)
    assert refusal.value.code == "TAH-21" and not AnnouncedCalendar.objects.exists()
    actions.import_calendar(calendar, at=NOON)
    client = person("chair", agreements=[pact.agreement])
    ask = {"calendar": "pemilu-2024", "polling_day": "", "decided_on": "2024-02-05", "id": new_event_id(NOON)}
    shown = client.get(PAGE, ask).content.decode()
    assert "bergantung pada tahapan" in shown and "Umumkan dan pakai" not in shown
    assert client.post(PAGE, ask).status_code == 422


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"polling_day": "2029-02-29"}, "tanggal"),
        ({"polling_day": ""}, "Isi hari yang baru"),
        ({"calendar": "pilkada-2024"}, "satu saja"),
        ({"polling_day": "", "calendar": "pemilu-1999"}, "pemilu-1999"),
        ({"law": " "}, "Tulis keputusan"),
        ({"decided_on": "2024-02-06"}, "belum tiba"),
        ({"decided_on": ""}, "wajib"),
        ({"polling_day": "2024-02-14"}, "tidak berubah"),
    ],
)
def test_a_move_that_makes_no_sense_is_refused_and_nothing_typed_is_lost(agreed, person, changes, sentence):
    client = person("secretary", agreements=[agreed.agreement])
    answer = client.post(PAGE, ASK | {"id": new_event_id(NOON)} | changes)
    assert answer.status_code == 422 and sentence in answer.content.decode()
    assert "PKPU Nomor 9" in answer.content.decode() or "law" in changes
    assert not AnnouncedCalendar.objects.exists()


def test_the_police_do_not_set_election_days(agreed, person):
    event = rules.announce(moved(), kind="kpu", decided_on=TODAY, on=TODAY)
    agreed.theirs(event)
    assert Entry.objects.filter(state=Entry.State.INVALID).count() == 1 and not AnnouncedCalendar.objects.exists()
    for role in ("resort_chief", "kpu_staff", "auditor"):
        assert person(role, agreements=["*"]).post(PAGE, ASK).status_code == 403


@pytest.mark.slow
def test_a_resort_counts_by_what_its_commission_announced_and_adopts_it(found_node, person):
    from sinergi.features.stages.actions import use_calendar
    from tests.nodes.fixtures import KPU_TAPSEL, POLRES, enter_and_confirm
    from tests.nodes.simulator import Peer

    found_node(**POLRES)
    use_calendar("pemilu-2024")
    kpu = Peer(**KPU_TAPSEL)
    kpu.meet()
    agreement = enter_and_confirm(kpu, None)
    key = kpu.state(agreement, rules.announce(moved(), kind="kpu", decided_on=TODAY, on=TODAY))
    # Decided before it, though it arrives after it: the later decision counts.
    kpu.state(
        agreement,
        rules.announce(moved(date(2024, 5, 1), date(2024, 2, 1)), kind="kpu", decided_on=date(2024, 2, 1), on=TODAY),
    )
    assert public.calendar_of(agreement).polling_day == LATER and public.polling_day() == PEMILU.polling_day
    client, chief = person("administrator"), person("resort_chief", agreements=[agreement])
    address = f"/kelola/kalender/diumumkan/{key}/"
    assert (
        "mengumumkan kalender lain" in person("resort_chief", agreements=[agreement]).get("/tahapan/").content.decode()
    )
    assert person("resort_chief", agreements=[agreement]).post(address).status_code == 403
    assert client.post(address).status_code == 302
    assert public.polling_day() == LATER and public.calendar() == public.calendar_of(agreement)
    assert "mengumumkan kalender lain" not in chief.get("/tahapan/").content.decode()
    assert rebuild.check() == [] and Board(agreement, at=NOON).lines == []


def sheet(rows: list[tuple[Any, ...]]) -> SimpleUploadedFile:
    book = openpyxl.Workbook()
    book.active.append(["Kode", "Tahapan", "Tahapan (Inggris)", "Mulai", "Hari terakhir", "Cadangan"])
    for row in rows:
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return SimpleUploadedFile("kalender.xlsx", stream.getvalue())


HEAD = {
    "name": "Pemilu nasional 2029",
    "name_en": "National election 2029",
    "code": "pemilu-2029",
    "version": "1",
    "law": "PKPU Nomor 1 Tahun 2028",
    "polling_day": "2029-02-14",
}
ROWS = [
    ("campaign", "Kampanye", "Campaign", date(2028, 11, 28), date(2029, 2, 10), "tidak"),
    ("quiet_period", "Masa tenang", "Quiet period", date(2029, 2, 11), date(2029, 2, 13), "tidak"),
    ("voting", "Pemungutan suara", "Voting", date(2029, 2, 14), date(2029, 2, 14), "tidak"),
]


@pytest.mark.slow
def test_an_administrator_takes_in_a_calendar_and_chooses_it(node, person):
    client = person("administrator")
    answer = client.post("/kelola/kalender/baru/", HEAD | {"file": sheet(ROWS)})
    assert answer.status_code == 302, [answer.context["problems"], answer.context["form"].errors]
    assert client.post("/kelola/kalender/baru/", HEAD | {"file": sheet(ROWS)}).status_code == 302
    assert CalendarVersion.objects.count() == 1 and public.polling_day() is None
    assert client.post("/kelola/kalender/", {"calendar": "pemilu-2029"}).status_code == 302
    assert public.polling_day() == date(2029, 2, 14)
    answer = client.post("/kelola/kalender/baru/", HEAD | {"law": "PKPU lain", "file": sheet(ROWS)})
    assert answer.status_code == 422 and "isi lain" in answer.content.decode()
    template = openpyxl.load_workbook(io.BytesIO(client.get("/kelola/kalender/baru/contoh.xlsx").content))
    assert template.worksheets


NO_CALENDARS = [
    ({}, [*ROWS[:2]], "pemungutan suara"),
    ({}, [ROWS[0], ROWS[1], (*ROWS[2][:3], "29/02/2029", "29/02/2029", "")], "ditulis seperti"),
    ({}, [(*ROWS[0][:4], date(2029, 2, 12), ""), *ROWS[1:]], "bertumpuk"),
    ({}, [(*ROWS[0][:4], date(2029, 2, 1), ""), *ROWS[1:]], "hari kosong"),
    ({}, [ROWS[0], *ROWS], "Sudah ada"),
    ({"polling_day": "2029-02-29"}, ROWS, "tanggal"),
    ({"polling_day": "2029-02-15"}, ROWS, "tepat pada hari"),
    ({"code": "Pemilu 2029"}, ROWS, "Kode"),
    ({"version": "0"}, ROWS, "Versi"),
    ({"law": " "}, ROWS, "Dasar hukum"),
    ({}, [], "tahapan"),
]


@pytest.mark.slow
def test_a_file_that_is_no_calendar_is_refused_whole(node, person, subtests):
    client = person("administrator")
    for head, rows, sentence in NO_CALENDARS:
        with subtests.test(sentence):
            answer = client.post("/kelola/kalender/baru/", HEAD | head | {"file": sheet(rows)})
            assert answer.status_code == 422 and sentence in answer.content.decode()
            assert not CalendarVersion.objects.exists()


def test_a_calendar_of_a_partner_that_cannot_be_changes_nothing(found_node):
    from tests.nodes.fixtures import KPU_TAPSEL, POLRES, enter_and_confirm
    from tests.nodes.simulator import Peer

    found_node(**POLRES)
    kpu = Peer(**KPU_TAPSEL)
    kpu.meet()
    agreement = enter_and_confirm(kpu, None)
    whole = rules.announce(moved(), kind="kpu", decided_on=TODAY, on=TODAY)
    kpu.state(agreement, msgspec.structs.replace(whole, polling_day=date(2024, 3, 1)))
    assert not AnnouncedCalendar.objects.exists() and public.calendar_of(agreement) is None
    kpu.state(agreement, whole)
    assert public.calendar_of(agreement) == moved()
    assert rebuild.check() == []


@pytest.mark.parametrize("days", [-3, 1, 14, 60])
def test_the_preview_of_what_hangs_on_the_calendar_is_that_of_all_obligations(agreed, days):
    calendar = PEMILU.moved_to(PEMILU.polling_day + timedelta(days=days))
    board = agreed.board()
    own = public.calendars_of(agreed.agreement)
    was, will = (
        {
            (line.item.code, line.occurrence.mark): last_day(line.occurrence.due_at)
            for line in board.lines_by(calendars, board.items)
        }
        for calendars in (own, [*own, (TODAY, calendar)])
    )
    changed = [(was.get(key), will.get(key)) for key in {**was, **will} if was.get(key) != will.get(key)]
    found = moving.moved([agreed.agreement], calendar, TODAY, NOON)
    assert sorted(map(repr, changed)) == sorted(repr((move.before, move.after)) for move in found)
    assert changed and any(not hangs(item) for item in board.items)
