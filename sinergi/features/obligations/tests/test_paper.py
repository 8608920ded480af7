"""An agreement from paper with its list and history from files: hostile files first, then what counts and when."""

from __future__ import annotations

import io
import random
from datetime import UTC, date, datetime, timedelta
from typing import Any

import openpyxl
import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile

from sinergi.features.agreement import public as agreements
from sinergi.features.obligations import actions, events
from sinergi.features.obligations.models import History, HistoryAnswer, ObligationList
from sinergi.features.obligations.tests.conftest import new_id
from sinergi.features.obligations.views.frame import inbox, inbox_count
from sinergi.kernel.errors import Refused
from sinergi.kernel.obligation import Due, Item
from sinergi.ledger import rebuild
from sinergi.ledger.models import Entry
from sinergi.web.models import Upload
from tests.nodes.fixtures import KPU_PALUTA, KPU_TAPSEL, POLRES
from tests.nodes.simulator import NOON, Peer
from tests.nodes.test_any_order import (
    deliver_in_some_order,
    differences,
    following,
    in_force,
    seen,
    snapshot,
    undone,
)
from tests.permissions.fixtures import sign_in_somebody

PAPER = "ab" * 32
LIST_HEAD = "Kode,Kewajiban,Pasal,Ayat,Yang wajib,Yang berhak,Jatuh tempo menurut,Hitungan,Satuan,Bukti\n"
PAST_HEAD = "Peristiwa,Kode,Tenggat,Tanggal dikerjakan,Nomor surat bukti,Sidik bukti (SHA-256),Mengubah,Keterangan\n"
GOOD_LIST = (
    LIST_HEAD + "D-02,Daftar TPS,2,1,KPU Tapsel,Polres Tapsel,setiap bulan,,,daftar\n"
    "M-01,Rakor,2,,semua pihak,,SETIAP TRIWULAN,,,notula\n"
    "M-01,,,,,,setiap pekan,H-30 sampai H-4,,\n"
)


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON):
        yield


@pytest.fixture
def secretary_at(pact, person):
    return person("secretary", agreements=[pact.agreement])


def upload(client: Any, agreement: str, what: str, data: str | bytes, name: str = "berkas.csv") -> Any:
    content = data if isinstance(data, bytes) else data.encode()
    return client.post(f"/kewajiban/{agreement}/unggahan/{what}/", {"file": SimpleUploadedFile(name, content)})


def preview(client: Any, agreement: str, what: str, data: str | bytes, name: str = "berkas.csv") -> Any:
    answer = upload(client, agreement, what, data, name)
    assert answer.status_code == 302, answer.content.decode()
    page = client.get(answer.url)
    page.address = answer.url
    return page


def sentences(page: Any) -> list[str]:
    return [problem.sentence for problem in page.context["checked"].table.problems]


def send(client: Any, page: Any, **changes: Any) -> Any:
    form = {"id": new_id(), "counts_from": "2024-01-08", "remark": ""}
    return client.post(page.address, form | changes)


def past(*rows: str) -> str:
    return PAST_HEAD + "".join(f"{row}\n" for row in rows)


def told(client: Any, pact: Any, *rows: str) -> str:
    """State this history through the page; its key."""
    page = preview(client, pact.agreement, "riwayat", past(*rows))
    assert sentences(page) == []
    assert send(client, page).status_code == 302
    return History.objects.order_by("-stated_at", "-key").values_list("key", flat=True)[0]


# The list.


def test_a_list_from_a_file_is_looked_at_proposed_and_holds_once_the_police_agree(pact, secretary_at):
    page = preview(secretary_at, pact.agreement, "daftar", GOOD_LIST)
    shown = page.content.decode()
    assert sentences(page) == [] and "Usulkan 2 kewajiban" in shown and not ObligationList.objects.exists()
    assert send(secretary_at, page).status_code == 302
    assert Upload.objects.count() == 0
    row = ObligationList.objects.get()
    items = {item.code: item for item in row.items()}
    assert (items["D-02"].debtors, items["D-02"].creditors, items["D-02"].clause) == ([pact.kpu], [pact.police.id], 1)
    assert [due.every for due in items["M-01"].dues] == ["quarter", "week"]
    assert (items["M-01"].dues[1].from_day, items["M-01"].dues[1].until_day) == (-30, -4)
    pact.agree(row.key)
    assert pact.board().held.key == row.key and pact.board().titles["D-02"] == "Daftar TPS"


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ("D-2,Nama,2,,KPU Tapsel,,setiap bulan,,,daftar", "seperti D-02"),
        ("D-02,Nama,39,,KPU Tapsel,,setiap bulan,,,daftar", "Pasal 39 tidak ada"),
        ("D-02,Nama,2,,KPU Medan,,setiap bulan,,,daftar", "Pilih salah satu: KPU Tapsel"),
        ("D-02,Nama,2,,KPU Tapsel,KPU Tapsel,setiap bulan,,,daftar", "kepada dirinya sendiri"),
        ("D-02,Nama,2,,KPU Tapsel,,setiap dua bulan,,,daftar", "Pilih salah satu"),
        ("D-02,Nama,2,,KPU Tapsel,,permohonan pengamanan,banyak,,daftar", "Tulis satu angka"),
        ("D-02,Nama,2,,KPU Tapsel,,sepanjang masa perjanjian,3,,daftar", "tidak punya hitungan"),
        ("D-02,Nama,2,,KPU Tapsel,,setiap bulan,H-4 sampai H-30,,daftar", "sebelum akhirnya"),
        ("D-02,,2,,KPU Tapsel,,setiap bulan,,,daftar", "Kewajiban wajib diisi"),
        ("D-02,=CMD(),2,,KPU Tapsel,,setiap bulan,,,daftar", "berisi rumus"),
        (f"D-02,{'x' * 161},2,,KPU Tapsel,,setiap bulan,,,daftar", "paling panjang 160"),
        ("D-02,Nama,2,,KPU Tapsel,,setiap bulan,,,daftar\nD-02,,,,,,setiap bulan,,,", "Sudah ada di baris 2"),
        (
            "D-02,Nama,2,,KPU Tapsel,,setiap bulan,,,daftar\nD-02,,2,,Polres Tapsel,,setiap pekan,,,",
            "Lain dari baris 2",
        ),
        (",Nama,2,,KPU Tapsel,,setiap bulan,,,daftar", "Kode wajib diisi"),
    ],
)
@pytest.mark.slow
def test_wrong_cells_of_a_list_stop_all_of_it_and_come_back_marked(pact, secretary_at, rows, sentence):
    page = preview(secretary_at, pact.agreement, "daftar", LIST_HEAD + rows + "\n")
    assert any(sentence in said for said in sentences(page)), sentences(page)
    assert "Usulkan" not in page.content.decode() and send(secretary_at, page).status_code == 422
    assert not ObligationList.objects.exists()
    sheet = openpyxl.load_workbook(io.BytesIO(secretary_at.get(page.address + "perbaikan.xlsx").content)).active
    assert sentence in str([row[0].value for row in sheet.iter_rows()])


@pytest.mark.parametrize("what", ["daftar", "riwayat"])
@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"", "kosong.csv"),
        (b"%PDF-1.7", "x.xlsx"),
        (b"Kode,Kewajiban\n\xff\xfe\x00\x81", "x.csv"),
        (b"Kode,NIK\nD-02,\n", "x.csv"),
        (b"Lain,Sekali\n1,2\n", "x.csv"),
        ((LIST_HEAD + "D-02,a,2,,KPU Tapsel,,setiap bulan,,,daftar\n" * 10_000).encode(), "x.csv"),
        (past(*["dipenuhi,D-02,31/12/2023,31/12/2023,,,,"] * 10_000).encode(), "x.csv"),
    ],
    ids=["empty", "pdf", "encoding", "identity", "columns", "ten thousand", "ten thousand dues"],
)
def test_a_file_that_cannot_be_one_is_refused_as_a_whole_and_nothing_is_kept(agreed, person, what, data, name):
    client = person("secretary", agreements=[agreed.agreement])
    answer = upload(client, agreed.agreement, what, data, name)
    assert answer.status_code == 422 and "Traceback" not in answer.content.decode()
    assert Upload.objects.count() == 0 and not History.objects.exists()


@pytest.mark.slow
@pytest.mark.parametrize("what", ["daftar", "riwayat"])
def test_the_template_goes_in_as_it_is_and_is_empty(agreed, person, what):
    client = person("secretary", agreements=[agreed.agreement])
    made = client.get(f"/kewajiban/{agreed.agreement}/unggahan/{what}/templat.xlsx")
    page = preview(client, agreed.agreement, what, made.content, "templat.xlsx")
    assert "belum berisi satu baris pun" in page.content.decode()
    assert send(client, page).status_code == 422


def test_html_in_a_file_is_words_and_latin_letters_of_windows_are_read(pact, secretary_at):
    rows = "D-02,<script>alert(1)</script> r\xe9sum\xe9,2,,KPU Tapsel,,setiap bulan,,,daftar\n"
    page = preview(secretary_at, pact.agreement, "daftar", (LIST_HEAD + rows).encode("cp1252"))
    shown = page.content.decode()
    assert "<script>alert" not in shown and "résumé" in shown and "Windows-1252" in shown


def test_nobody_else_opens_an_upload(pact, secretary_at, person):
    page = preview(secretary_at, pact.agreement, "daftar", GOOD_LIST)
    for other in (person("secretary", agreements=[pact.agreement]), person("chair", agreements=["b" * 64])):
        assert other.get(page.address).status_code == 404
    assert person("auditor").get(page.address).status_code == 403
    assert secretary_at.get(f"/kewajiban/{pact.agreement}/unggahan/lain/").status_code == 404
    assert secretary_at.post(page.address + "batal/").status_code == 302 and Upload.objects.count() == 0


# The history.


@pytest.mark.slow
def test_history_of_one_side_is_shown_as_such_and_counts_only_once_the_other_confirms(agreed, person):
    client = person("secretary", agreements=[agreed.agreement])
    before = agreed.board().tally()
    key = told(
        client,
        agreed,
        f"dipenuhi,D-02,31/12/2023,30/12/2023,B/1/2023,{PAPER.upper()},,Diantar",
        "dipenuhi,D-02,30/11/2023,05/12/2023,,,,",
        "terlewat,M-01,31/12/2023,,,,,",
        "dibebaskan,M-01,30/11/2023,29/11/2023,,,,",
        f"adendum,,15/12/2023,,AD-1,{PAPER},,",
        "adendum,,20/12/2023,,AD-2,,AD-1,",
    )
    assert agreed.board().tally() == before
    page = client.get(f"/kewajiban/{agreed.agreement}/riwayat/").content.decode()
    assert "baru menurut satu pihak" in page and "AD-2" in page and "mengubah AD-1" in page and PAPER[:16] in page
    agreed.theirs(events.HistoryAnswered(history=key, agrees=True))
    board = agreed.board()
    now_counted = board.tally()
    assert now_counted.due == before.due + 3
    assert now_counted.on_time == before.on_time + 1
    assert now_counted.afterwards == before.afterwards + 1
    assert now_counted.missing == before.missing + 1
    assert board.line("M-01", "2023-11-30").found.state == "released"
    missed = board.line("M-01", "2023-12-31")
    assert missed.found.state == "missed"
    late = client.get(f"/kewajiban/{agreed.agreement}/?keadaan=late&semua=closed").content.decode()
    assert f"/M-01/{missed.occurrence.mark}/" in late
    due = client.get(f"/kewajiban/{agreed.agreement}/D-02/2023-12-31/")
    assert due.status_code == 200 and "Nyatakan sudah dikerjakan" not in due.content.decode()
    assert f"#riwayat-{key}" in due.content.decode() and "Belum ada bukti" not in due.content.decode()
    with pytest.raises(Refused) as refusal:
        agreed.do(
            actions.state_about,
            agreement=agreed.agreement,
            statement="done",
            code="M-01",
            mark="2023-12-31",
            words="Menyusul",
        )
    assert refusal.value.code == "KWJ-29"
    assert "dibenarkan semua pihak" in client.get(f"/kewajiban/{agreed.agreement}/riwayat/").content.decode()
    assert not any("2023" in one.title for one in inbox(client.user, NOON))
    assert rebuild.check() == []


def test_after_the_term_its_history_may_still_be_told_and_no_new_list_proposed(agreed):
    with time_machine.travel(datetime(2025, 1, 2, 3, tzinfo=UTC)):
        client = sign_in_somebody("secretary", agreements=[agreed.agreement])
        page = client.get(f"/kewajiban/{agreed.agreement}/riwayat/").content.decode()
        assert f"/kewajiban/{agreed.agreement}/unggahan/riwayat/" in page
        assert (
            f"/kewajiban/{agreed.agreement}/unggahan/daftar/"
            not in client.get(f"/kewajiban/{agreed.agreement}/daftar/").content.decode()
        )
        told(client, agreed, "terlewat,M-01,31/12/2023,,,,,")


def test_a_long_history_is_read_page_by_page_filtered_and_taken_along(agreed, person):
    held = agreed.board().held
    days = [held.counts_from - timedelta(days=1 + n) for n in range(60)]
    entries = [
        events.Past(told="missed", code="M-01", on=day) if n % 6 else events.Past(told="addendum", on=day)
        for n, day in enumerate(days)
    ]
    agreed.theirs(events.HistoryStated(of_list=held.key, entries=entries))
    client, page = person("auditor", agreements=[agreed.agreement]), f"/kewajiban/{agreed.agreement}/riwayat/"

    def shown(**asked):
        return client.get(page, asked).content.decode()

    row = '<td data-label="Tenggat">'
    assert [shown(page=page).count(row) for page in (1, 2)] == [50, 10]
    assert shown(told="addendum").count(row) == 10 and "riwayat.xlsx?told=addendum" in shown(told="addendum")
    sheet = openpyxl.load_workbook(io.BytesIO(client.get(page[:-1] + ".xlsx", {"told": "addendum"}).content)).active
    assert sheet.max_row == 11
    assert "Tidak ada yang cocok" in shown(told="kept")


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        (["dipenuhi,X-99,31/12/2023,31/12/2023,,,,"], "tidak ada dalam daftar"),
        # Another wrong cell of the row hides it no longer.
        (["dipenuhi,X-99,29/02/2023,,,,,=1"], "tidak ada dalam daftar"),
        (["dipenuhi,,31/12/2023,31/12/2023,,,,"], "Kode wajib diisi"),
        (["dipenuhi,D-02,29/02/2023,01/01/2023,,,,"], "ditulis seperti 14/02/2024"),
        (["dipenuhi,D-02,31/12/2003,31/12/2003,,,,"], "Sebelum perjanjian berlaku"),
        (["dipenuhi,D-02,31/12/2023,31/12/2003,,,,"], "Sebelum perjanjian berlaku"),
        (["dipenuhi,D-02,31/12/2033,31/12/2023,,,,"], "Tanggal ini belum tiba"),
        (["dipenuhi,D-02,31/12/2023,31/12/2033,,,,"], "Tanggal ini belum tiba"),
        (["dipenuhi,D-02,31/01/2024,31/01/2024,,,,"], "Sejak 08/01/2024 Sinergi menghitung sendiri"),
        (["dipenuhi,D-02,31/12/2023,,,,,"], "Tanggal dikerjakan wajib diisi"),
        (["terlewat,D-02,31/12/2023,31/12/2023,,,,"], "tidak punya tanggal dikerjakan"),
        (["hilang,D-02,31/12/2023,31/12/2023,,,,"], "Pilih salah satu: dipenuhi"),
        (["dipenuhi,D-02,31/12/2023,31/12/2023,,xyz,,"], "tidak dikenal bentuknya"),
        (["dipenuhi,D-02,31/12/2023,31/12/2023,,,AD-1,"], "Hanya adendum"),
        (["dipenuhi,D-02,31/12/2023,31/12/2023,,,,=1+1"], "berisi rumus"),
        (["dipenuhi,D-02,31/12/2023,31/12/2023,,,,", "terlewat,D-02,31/12/2023,,,,,"], "Sudah ada di baris 2"),
        (["adendum,,31/12/2023,,,,,"], "Nomor surat bukti wajib diisi"),
        (["adendum,D-02,31/12/2023,,AD-1,,,"], "Adendum tidak punya kode"),
        (["adendum,,31/12/2023,,AD-1,,AD-1,"], "lebih dahulu"),
        (["adendum,,30/12/2023,,AD-1,,AD-2,", "adendum,,31/12/2023,,AD-2,,AD-1,"], "lebih dahulu"),
        (["adendum,,31/12/2023,,AD-1,,,", "adendum,,31/12/2023,,AD-1,,,"], "Sudah ada di baris 2"),
        (["adendum,,31/12/2033,,AD-1,,,"], "Tanggal ini belum tiba"),
    ],
)
@pytest.mark.slow
def test_wrong_cells_of_a_history_stop_all_of_it(agreed, person, rows, sentence):
    client = person("secretary", agreements=[agreed.agreement])
    page = preview(client, agreed.agreement, "riwayat", past("dipenuhi,M-01,31/12/2023,31/12/2023,,,,", *rows))
    found = [said.replace("baris 3", "baris 2") for said in sentences(page)]
    assert any(sentence in said for said in found), sentences(page)
    assert send(client, page).status_code == 422 and not History.objects.exists()


@pytest.mark.slow
def test_the_same_file_again_changes_nothing_and_another_word_about_a_due_is_an_error(agreed, person):
    client = person("secretary", agreements=[agreed.agreement])
    rows = ["dipenuhi,D-02,31/12/2023,30/12/2023,B/1,,,", "adendum,,31/12/2023,,AD-1,,,"]
    told(client, agreed, *rows)
    again = preview(client, agreed.agreement, "riwayat", past(*rows))
    assert "sudah ada dalam riwayat" in again.content.decode()
    assert send(client, again).status_code == 422 and History.objects.count() == 1
    more = preview(client, agreed.agreement, "riwayat", past(*rows, "terlewat,D-02,30/11/2023,,,,,"))
    assert len(more.context["checked"].entries) == 1 and send(client, more).status_code == 302
    other = preview(client, agreed.agreement, "riwayat", past("terlewat,D-02,31/12/2023,,,,,"))
    assert sentences(other) == ["Riwayat tenggat ini sudah dinyatakan lain sebelumnya."]


def test_a_leap_day_before_the_agreement_counts_is_a_day_like_any(agreed, person):
    page = preview(
        person("secretary", agreements=[agreed.agreement]),
        agreed.agreement,
        "riwayat",
        past("dipenuhi,D-02,29 Februari 2020,29/02/2020,,,,"),
    )
    assert all("Sebelum perjanjian berlaku" in said for said in sentences(page)) and len(sentences(page)) == 2


def test_history_of_the_police_waits_for_the_chair_and_is_answered_once(agreed, person):
    entry = events.Past(told="kept", code="P-02", on=date(2023, 12, 31), done_on=date(2023, 12, 31))
    key = agreed.theirs(events.HistoryStated(of_list=agreed.board().held.key, entries=[entry]))
    chair = person("chair", agreements=[agreed.agreement])
    assert any("riwayat" in one.title for one in inbox(chair.user, NOON))
    assert inbox_count(chair.user, NOON) == len(inbox(chair.user, NOON))
    address = f"/kewajiban/riwayat/{key}/jawaban/"
    assert person("secretary", agreements=[agreed.agreement]).post(address).status_code == 403
    assert person("chair", agreements=["b" * 64]).post(address, {"id": new_id(), "agrees": "yes"}).status_code == 404
    assert chair.post(address, {"id": new_id(), "agrees": "no"}).status_code == 422
    assert chair.post(address, {"id": new_id(), "agrees": "yes"}).status_code == 302
    assert chair.post(address, {"id": new_id(), "agrees": "yes"}).status_code == 422
    assert agreed.state("P-02", "2023-12-31") == "met"
    assert not any("riwayat" in one.title for one in inbox(chair.user, NOON))


@pytest.mark.slow
def test_impossible_histories_of_others_are_kept_as_invalid(agreed):
    held, day = agreed.board().held.key, date(2023, 12, 31)
    kept = events.Past(told="kept", code="D-02", on=day, done_on=day)
    addendum = events.Past(told="addendum", on=day)
    wrong = [
        [],
        [kept, kept],
        [kept] * 301,
        [events.Past(told="kept", code="D-02", on=day)],
        [events.Past(told="missed", code="D-02", on=day, done_on=day)],
        [events.Past(told="kept", code="X-01", on=day, done_on=day)],
        [events.Past(told="kept", code="D-02", on=date(2024, 1, 8), done_on=day)],
        [events.Past(told="kept", code="D-02", on=day, done_on=NOON.date() + timedelta(days=1))],
        [events.Past(told="kept", code="D-02", on=day, done_on=day, document="xy")],
        [events.Past(told="addendum", on=NOON.date() + timedelta(days=1))],
        [events.Past(told="addendum", on=day, amends=0)],
        [addendum, events.Past(told="addendum", on=day, amends=2)],
        [kept, events.Past(told="addendum", on=day, amends=0)],
    ]
    for entries in wrong:
        agreed.theirs(events.HistoryStated(of_list=held, entries=entries))
    key = agreed.theirs(events.HistoryStated(of_list=held, entries=[kept]))
    agreed.theirs(events.HistoryAnswered(history=key, agrees=True))
    agreed.theirs(events.HistoryStated(of_list=key, entries=[kept]))
    assert Entry.objects.filter(state=Entry.State.INVALID).count() == len(wrong) + 2
    assert History.objects.count() == 1 and not HistoryAnswer.objects.exists() and rebuild.check() == []


def test_history_before_any_list_is_refused_in_words(pact, secretary_at):
    answer = upload(secretary_at, pact.agreement, "riwayat", past("terlewat,D-02,31/12/2023,,,,,"))
    assert answer.status_code == 422 and "KWJ-68" in answer.content.decode()
    pact.propose()
    page = preview(secretary_at, pact.agreement, "riwayat", past("terlewat,D-02,31/12/2023,,,,,"))
    assert sentences(page) == [] and send(secretary_at, page).status_code == 302
    assert agreements.in_force(pact.agreement)


@pytest.mark.slow
def test_list_history_and_answers_from_two_partners_fold_alike_in_any_order(found_node, secretary):
    own = found_node(**KPU_PALUTA)
    police, commission = peers = (Peer(**POLRES), Peer(**KPU_TAPSEL))
    for peer in peers:
        peer.meet()
    chance, early = random.Random(11), 0
    agreement = in_force(police, commission, own.id, secretary, chance)

    def says(peer: Peer, other: Peer, event: Any) -> str:
        marks = seen(agreement, other.log(agreement), len(other.log(agreement).entries))
        return peer.state(agreement, event, deliver=False, **following(peer, agreement, marks))

    item = Item(
        code="D-02",
        article=4,
        debtors=[commission.id],
        creditors=[police.id, own.id],
        dues=[Due(rule="recurring", every="month")],
        evidence="list",
    )
    listed = says(commission, police, events.ObligationsProposed(items=[item], counts_from=date(2024, 1, 8)))
    says(police, commission, events.ObligationAnswered(about=listed, agrees=True))
    for teller, other, day in ((commission, police, 30), (police, commission, 31), (commission, police, 31)):
        entry = events.Past(told="missed", code="D-02", on=date(2023, 12, day))
        text = events.HistoryText(remarks={"0": "Kata"})
        key = says(teller, other, events.HistoryStated(of_list=listed, entries=[entry], text=text))
        says(other, teller, events.HistoryAnswered(history=key, agrees=True))
        says(other, teller, events.HistoryAnswered(history=key, agrees=False))
    outcomes = []
    for _ in range(6):
        with undone():
            early += deliver_in_some_order(chance, peers, agreement)
            outcomes.append(snapshot())
            assert (History.objects.count(), HistoryAnswer.objects.count()) == (3, 3)
            assert rebuild.check() == []
    for outcome in outcomes:
        assert differences(outcomes[0], outcome) == []
    assert early
