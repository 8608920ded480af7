"""Pages of obligations: owner, partner's facts, strangers; what waits for whom; refusals lose nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from typing import Any

import msgspec
import openpyxl
import pytest
import time_machine
from django.urls import reverse

from sinergi.features.obligations import events
from sinergi.features.obligations.models import ObligationList, Statement
from sinergi.features.obligations.tests.conftest import Pact, new_id
from sinergi.features.obligations.views.board import url_of
from sinergi.features.obligations.views.frame import figures, inbox, inbox_count
from sinergi.kernel.obligation import Due
from tests.nodes.simulator import NOON


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOON):
        yield


def page(pact: Pact, person, role: str, path: str = "", **about):
    client = person(role, agreements=[pact.agreement], **about)
    return client.get(f"/kewajiban/{pact.agreement}/{path}")


def statement(pact: Pact, client, code: str, mark: str, **data):
    given = {"id": new_id(), "statement": "done", "words": "Sudah, notula 12"} | data
    return client.post(f"/kewajiban/{pact.agreement}/{code}/{mark}/pernyataan/", given)


def test_without_a_list_the_board_says_what_to_do(pact, person):
    shown = page(pact, person, "secretary").content.decode()
    assert "Belum ada daftar kewajiban yang disepakati." in shown and "Usulkan daftar" in shown
    assert "Usulkan daftar</a>" not in page(pact, person, "auditor").content.decode()


def test_the_board_puts_late_dues_first_and_each_opens(agreed, person):
    shown = page(agreed, person, "kpu_staff").content.decode()
    assert shown.index("Terlambat") < shown.index("Jatuh tempo 7 hari ke depan") < shown.index("Kemudian")
    assert f"/kewajiban/{agreed.agreement}/D-05/H-30/" in shown and "lewat 20 hari" in shown
    due = page(agreed, person, "kpu_staff", "D-05/H-30/").content.decode()
    assert "Kelas kerawanan TPS" in due and "24.00 WIB" in due and "Sengketakan" in due


@pytest.mark.slow
def test_the_board_is_narrowed_and_taken_along_as_a_sheet(agreed, person):
    client = person("secretary", agreements=[agreed.agreement])
    base = f"/kewajiban/{agreed.agreement}/"
    only = client.get(f"{base}?pasal=5").content.decode()
    assert "P-06" in only and "D-05</span>" not in only
    for odd in (
        "pasal=x",
        "pasal=²",
        "pihak=" + "f" * 64,
        "keadaan=gone",
        "semua=%00",
        "pasal=99",
        "bulan=2024-13",
        "bulan=%00",
    ):
        assert client.get(f"{base}?{odd}").status_code == 200, odd
    sheet = openpyxl.load_workbook(BytesIO(client.get(f"{base}kewajiban.xlsx?keadaan=late").content)).active
    codes = {row[0].value for row in sheet.iter_rows()}
    assert "D-05" in codes and "P-06" not in codes


def typed(client, pact) -> dict[str, Any]:
    """The proposal as the page offers it."""
    data = {"id": new_id(), "counts_from": "2024-01-08", "remark": ""}
    for row in client.get(f"/kewajiban/{pact.agreement}/daftar/usul/").context["rows"]:
        for form in (row.form, *row.dues):
            data |= {form.add_prefix(name): form.initial.get(name, "") for name in form.fields}
        data[f"{row.item.code}-included"] = "on"
    return data


@pytest.mark.slow
def test_the_proposal_sent_as_it_is_offered_changes_no_rule(agreed, person):
    client = person("secretary", agreements=[agreed.agreement])
    assert client.post(f"/kewajiban/{agreed.agreement}/daftar/usul/", typed(client, agreed)).status_code == 302
    [row] = agreed.board().open_lists
    assert [item for item in row.items() if item.article != 2] == agreed.items()[0]


@pytest.mark.slow
def test_every_rule_of_an_obligation_can_be_changed_added_and_taken_out(agreed, person):
    client = person("secretary", agreements=[agreed.agreement])
    data = typed(client, agreed) | {
        "M-01-0-basis": "recurring:quarter",
        "M-01-1-count": "H-20 sampai h-2",
        "M-01-2-basis": "",
        "M-01-2-count": "",
        "P-06-1-basis": "stage:campaign:ends",
        "P-06-1-count": "2",
        "P-06-1-kind": "working",
        "P-02-0-basis": "each:security.request",
        "P-02-0-count": "36",
        "P-02-0-kind": "hours",
    }
    assert client.post(f"/kewajiban/{agreed.agreement}/daftar/usul/", data).status_code == 302
    proposed = {item.code: item.dues for item in agreed.board().open_lists[0].items()}
    assert proposed["M-01"] == [
        Due(rule="recurring", every="quarter"),
        Due(rule="recurring", every="week", from_day=-20, until_day=-2),
    ]
    assert proposed["P-06"][1] == Due(rule="stage", stage="campaign", edge="ends", days=[2], kind="working")
    assert proposed["P-02"][0] == Due(rule="each", trigger="security.request", hours=36)


@pytest.mark.slow
def test_a_rule_on_a_stage_that_the_calendar_lost_is_shown_and_kept(pact, person):
    items, titles = pact.items()
    gone = Due(rule="stage", stage="second_round", days=[-7])
    items[0] = msgspec.structs.replace(items[0], dues=[gone])
    pact.agree(pact.propose(items=items, titles=titles))
    client = person("secretary", agreements=[pact.agreement])
    assert (
        "second_round (tidak ada dalam kalender ini)"
        in client.get(f"/kewajiban/{pact.agreement}/daftar/usul/").content.decode()
    )
    assert client.post(f"/kewajiban/{pact.agreement}/daftar/usul/", typed(client, pact)).status_code == 302
    assert ObligationList.objects.latest("proposed_at", "key").items()[0].dues == [gone]


def test_a_secretary_proposes_with_other_days_and_leaves_one_out(pact, person):
    client = person("secretary", agreements=[pact.agreement])
    data = typed(client, pact)
    del data["P-03-included"]
    data["P-06-0-count"] = "H-45, H-5"
    assert client.post(f"/kewajiban/{pact.agreement}/daftar/usul/", data).status_code == 302
    row = ObligationList.objects.get()
    proposed = {item.code: item for item in row.items()}
    assert "P-03" not in proposed and proposed["P-06"].dues[0].days == [-45, -5]


WRONG = [
    ({"P-06-0-count": "besok"}, "Tulis jumlah hari"),
    ({"P-06-0-count": "H-99999"}, "1.500"),
    ({"P-06-0-count": "H-3, -3"}, "dua kali"),
    ({"P-06-0-count": ""}, "Tulis jumlah hari"),
    ({"P-06-0-basis": ""}, "Pilih apa yang menjadi patokan"),
    ({"P-06-0-basis": "", "P-06-0-count": ""}, "Tentukan kapan"),
    ({"P-06-0-basis": "stage:gone:starts"}, "Pilih dari daftar"),
    ({"P-06-0-kind": "hours"}, "Tulis jumlah hari"),
    ({"P-06-0-basis": "each:security.request", "P-06-0-count": "1, 2"}, "Tulis satu angka"),
    ({"P-06-0-basis": "each:security.request", "P-06-0-count": "-3", "P-06-0-kind": "hours"}, "Tulis satu angka"),
    ({"P-06-0-basis": "recurring:week", "P-06-0-count": "H-4 sampai H-30"}, "sebelum akhirnya"),
    ({"P-06-0-basis": "recurring:week", "P-06-0-count": "31/02"}, "Kosongkan"),
    ({"P-06-0-basis": "standing"}, "tidak punya hitungan"),
    ({"P-06-title": " "}, "wajib"),
    ({"counts_from": "2030-02-29"}, "tanggal"),
    ({"counts_from": "2031-01-01"}, "jangka waktu"),
]


@pytest.mark.slow
def test_a_wrong_proposal_comes_back_with_the_sentence_and_everything_typed(pact, person, subtests):
    items, titles = pact.items()
    one = next(item for item in items if item.code == "P-06")
    held = pact.propose(items=[one], titles={"P-06": titles["P-06"]})
    pact.agree(held)
    client = person("chair", agreements=[pact.agreement])
    data = typed(client, pact) | {"remark": "Catatan yang tidak hilang"}
    for changes, sentence in WRONG:
        with subtests.test(str(changes)[:80]):
            answer = client.post(f"/kewajiban/{pact.agreement}/daftar/usul/", data | changes)
            shown = answer.content.decode()
            assert answer.status_code == 422 and sentence in shown and "Catatan yang tidak hilang" in shown
            assert ObligationList.objects.get().key == held


def test_the_chair_agrees_to_the_polices_list_and_the_secretary_may_not(pact, person):
    items, titles = pact.items()
    text = events.ListText(titles=titles | {"D-02": "<script>alert(1)</script> =1+1"})
    key = pact.theirs(events.ObligationsProposed(items=items, counts_from=items and NOON.date(), text=text))
    shown = page(pact, person, "chair", "daftar/").content.decode()
    assert "Setujui daftar ini" in shown and "<script>alert" not in shown
    path, data = f"/kewajiban/usul/{key}/jawaban/", {"id": new_id(), "agrees": "yes"}
    assert person("secretary", agreements=[pact.agreement]).post(path, data).status_code == 403
    assert person("chair", agreements=["b" * 64]).post(path, data).status_code == 404
    assert person("chair", agreements=[pact.agreement]).post(path, data).status_code == 302
    assert pact.board().held.key == key


def test_staff_state_what_was_done_and_the_police_confirm(agreed, person):
    staff = person("kpu_staff", agreements=[agreed.agreement])
    assert statement(agreed, staff, "P-06", "H-3").status_code == 302
    shown = staff.get(f"/kewajiban/{agreed.agreement}/P-06/H-3/").content.decode()
    assert "Menunggu jawaban pihak lain." in shown and "Nyatakan sudah dikerjakan" not in shown
    agreed.agree(Statement.objects.get().key)
    shown = staff.get(f"/kewajiban/{agreed.agreement}/P-06/H-3/").content.decode()
    assert "membenarkan" in shown and "dipenuhi" in shown


@pytest.mark.parametrize(
    ("code", "mark", "data", "status"),
    [
        ("P-06", "H-3", {"words": ""}, 422),
        ("P-06", "H-3", {"words": "x" * 2001}, 422),
        ("P-06", "H-3", {"statement": "gone"}, 422),
        ("P-06", "H-4", {}, 422),
        ("D-05", "H-30", {}, 422),  # the police owe it
        ("P-06", "H-3", {"statement": "dispute"}, 422),  # we owe it
        ("P-06", "H-3", {"id": "x"}, 422),
    ],
)
def test_a_wrong_statement_gets_a_sentence_and_leaves_nothing(agreed, person, code, mark, data, status):
    secretary = person("secretary", agreements=[agreed.agreement])
    answer = statement(agreed, secretary, code, mark, **data)
    assert answer.status_code == status and not Statement.objects.exists()


def test_the_same_statement_sent_twice_counts_once(agreed, person):
    secretary, id = person("secretary", agreements=[agreed.agreement]), new_id()
    for _ in range(2):
        assert statement(agreed, secretary, "P-06", "H-3", id=id).status_code == 302
    assert Statement.objects.count() == 1


def test_strangers_get_nothing(agreed, person):
    for path in ("", "daftar/", "kewajiban.xlsx", "P-06/H-3/"):
        stranger = person("secretary", agreements=["b" * 64])
        assert stranger.get(f"/kewajiban/{agreed.agreement}/{path}").status_code == 404, path
    stranger = person("secretary", agreements=["b" * 64])
    assert agreed.agreement not in stranger.get("/kewajiban/").content.decode()
    assert person("administrator").get("/kewajiban/").status_code == 403
    assert page(agreed, person, "secretary", "Z-99/H-3/").status_code == 404


def test_the_liaison_is_reminded_and_whoever_signs_only_when_it_is_a_week_late(agreed, person):
    secretary = person("secretary", agreements=[agreed.agreement]).user
    chair = person("chair", agreements=[agreed.agreement]).user
    of = {item.code for item in inbox(secretary, NOON)}
    assert {"D-02", "P-06"} <= of and "D-05" not in of  # D-05 is owed by the police
    late = {item.key.split(".")[1] for item in inbox(chair, NOON) if item.code == "D-02"}
    assert late == {"H-30"}
    for user in (secretary, chair):
        assert inbox_count(user, NOON) == len(inbox(user, NOON)) > 0
    assert figures(secretary, NOON, "")[0].value > 0


def test_the_address_of_a_due_is_the_one_that_opens_it(agreed):
    for line in agreed.board().lines:
        listed = reverse("obligations:due", args=[agreed.agreement, line.item.code, line.occurrence.mark])
        assert url_of(agreed.agreement, line.occurrence) == listed


def test_what_the_police_state_waits_for_our_answer(agreed, person):
    held = agreed.board().held.key
    words = events.Words(words="Menunggu Polda")
    agreed.theirs(events.ObligationStated(of_list=held, statement="release", code="D-05", mark="H-30", text=words))
    secretary = person("secretary", agreements=[agreed.agreement])
    assert "D-05" in {item.code for item in inbox(secretary.user, NOON)}
    assert inbox_count(secretary.user, NOON) == len(inbox(secretary.user, NOON))
    shown = page(agreed, person, "secretary", "D-05/H-30/").content.decode()
    assert "Setuju dibebaskan" in shown and "Menunggu Polda" in shown
    path = f"/kewajiban/pernyataan/{Statement.objects.get().key}/jawaban/"
    assert secretary.post(path, {"id": new_id(), "agrees": "no", "words": ""}).status_code == 422
    assert secretary.post(path, {"id": new_id(), "agrees": "yes"}).status_code == 302
    assert agreed.state("D-05", "H-30") == "released"


def test_english_pages_speak_english(agreed, person):
    client = person("secretary", agreements=[agreed.agreement], language="en")
    shown = client.get(f"/kewajiban/{agreed.agreement}/", headers={"Accept-Language": "en"}).content.decode()
    assert "Due within 7 days" in shown and "Jatuh tempo" not in shown


def test_all_agreements_stand_side_by_side(agreed, person):
    shown = person("secretary", agreements=[agreed.agreement]).get("/kewajiban/").content.decode()
    assert "Pasal 12" in shown or "Pasal 2" in shown
    assert f"/kewajiban/{agreed.agreement}/?keadaan=late" in shown


def test_on_time_counts_by_the_partners_clock_when_it_came_a_day_late(agreed):
    """Not an exercise: a statement that reached nobody within 24 hours counts from when it did."""
    board = agreed.board(NOON + timedelta(days=10))
    assert board.tally().due > 0 and board.tally(party=agreed.kpu).percent == 0
