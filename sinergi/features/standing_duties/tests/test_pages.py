"""Standing duties on screen: reported, answered, corrected; contacts; what a hostile partner sends."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from sinergi.features.obligations.models import WorkRecord
from sinergi.features.security.tests.conftest import new_id
from sinergi.features.standing_duties import events
from sinergi.features.standing_duties.models import ContactList, MemberChanges, VoterUpdate
from sinergi.ledger import rebuild
from sinergi.ledger.models import Entry
from tests.permissions.fixtures import sign_in_somebody

REPORT = "/data-pemilih/lapor/"


def typed(side: Any, **changes: Any) -> dict[str, Any]:
    return {
        "agreement": side.agreement,
        "quarter": "2023-4",
        "letter_number": "7/PL.01/1203/2024",
        "letter_dated": "2024-01-08",
        "file": SimpleUploadedFile("surat.pdf", b"%PDF-1.7 surat"),
        "new": "120",
        "gone": "30",
        "changed": "3",
    } | changes


def reported(**changes: Any) -> events.VoterUpdateReported:
    return events.VoterUpdateReported(
        **{
            "year": 2023, "quarter": 4, "new": 120, "gone": 30, "changed": 3, "letter_number": "7/PL.01/1203/2024",
            "letter_dated": date(2024, 1, 8), "letter": "a" * 64, "letter_size": 14,
        } | changes
    )  # fmt: skip


@pytest.mark.slow
def test_a_commission_reports_a_quarter_and_reporting_again_corrects_it(kpu):
    page = kpu.person("kpu_staff").get(REPORT).content.decode()
    assert "Triwulan 1 tahun 2024" in page and "Sipirok" in page
    answer = kpu.post("kpu_staff", REPORT, **typed(kpu))
    row = VoterUpdate.objects.get()
    assert answer.status_code == 302 and (row.new, row.gone, row.changed, row.letter_size) == (120, 30, 3, 14)
    assert WorkRecord.objects.get().code == "D-08"
    assert f"/data-pemilih/{row.key}/" in kpu.person("secretary").get(f"/siapa-punya-apa/{row.key}/").content.decode()
    kpu.post("kpu_staff", REPORT, **typed(kpu, new="121"))
    shown = kpu.person("secretary").get("/data-pemilih/").content.decode()
    assert shown.count("Triwulan 4/2023") == 1 and "121" in shown
    assert "sudah dilaporkan lagi" in kpu.person("secretary").get(f"/data-pemilih/{row.key}/").content.decode()
    assert rebuild.check() == []


@pytest.mark.slow
def test_wrong_reports_are_said_and_nothing_is_stated(kpu, subtests):
    before = Entry.objects.count()
    wrong = [
        ({"letter_dated": "2024-02-30"}, "tanggal"),
        ({"letter_dated": "2024-02-06"}, "belum tiba"),
        ({"quarter": "2024-2"}, "pilihan yang tersedia"),
        ({"new": "-1"}, "0"),
        ({"new": "1e9"}, "bilangan"),
        ({"file": SimpleUploadedFile("a.pdf", b"<html>")}, "bukan PDF"),
        ({"file": ""}, "tidak boleh kosong"),
        ({"new-120304": "100"}, "Isi semua kecamatan"),
        ({"agreement": "x"}, "pilihan yang tersedia"),
    ]
    for changes, sentence in wrong:
        with subtests.test(str(changes)[:60]):
            answer = kpu.post("secretary", REPORT, **typed(kpu, **changes))
            assert answer.status_code == 422 and sentence in answer.content.decode()
            assert "7/PL.01/1203/2024" in answer.content.decode()
            assert Entry.objects.count() == before


def test_small_counts_of_a_district_never_leave_the_office(kpu):
    def report(*rows: tuple[str, str, str], changed: str) -> VoterUpdate:
        filled = {
            f"{name}-{code}": value
            for code, values in zip(("120303", "120304"), rows, strict=True)
            for name, value in zip(("new", "gone", "changed"), values, strict=True)
        }
        assert kpu.post("secretary", REPORT, **typed(kpu, changed=changed, **filled)).status_code == 302
        return VoterUpdate.objects.order_by("seq").last()

    # 28 beside a sum of thirty would tell of two people, so it is withheld with them.
    row = report(("100", "2", "5"), ("20", "28", "0"), changed="5")
    assert [(one.new, one.gone, one.changed) for one in row.districts()] == [(100, None, 5), (20, None, 0)]
    assert "disamarkan" in kpu.person("secretary").get(f"/data-pemilih/{row.key}/").content.decode()
    # Three in one district and none in the other: nothing can be withheld that would hide them.
    assert report(("100", "2", "3"), ("20", "28", "0"), changed="3").districts() == []


@pytest.mark.slow
def test_counts_come_from_a_table_that_is_looked_at_first(kpu):
    staff = kpu.person("kpu_staff")
    upload = "/data-pemilih/berkas/"
    sheet = openpyxl.load_workbook(io.BytesIO(staff.get(upload + "jumlah.xlsx").content)).active
    codes = [row[0] for row in sheet.iter_rows(min_row=2, values_only=True)]
    assert codes == ["120303", "120304"]

    def sent(*rows, head="Kode kecamatan,Kecamatan,Pemilih baru,TMS,Perbaikan"):
        table = "\n".join([head, *rows]).encode()
        return staff.post(upload, {"file": SimpleUploadedFile("jumlah.csv", table)}, follow=True)

    good = [f"{code},x,{10 + place},{5 + place},0" for place, code in enumerate(codes)]
    page = sent(*good).content.decode()
    total = sum(10 + place for place in range(len(codes)))
    assert (
        f'name="new" value="{total}"' in page
        and 'name="new-120304" value="' in page
        and "belum ada yang dilaporkan" in page
    )
    for rows, said in (
        (good[:-1], "Kecamatan yang belum ada dalam berkas"),
        ([*good[:-1], good[-1].replace(codes[-1], "320101")], "bukan wilayah kantor Anda"),
        ([*good, good[0]], "Sudah ada di baris 2"),
        ([good[0].replace(",x,", ",=1+1,").replace(",0", ",-3"), *good[1:]], "-3"),
    ):
        page = sent(*rows).content.decode()
        assert said in page and "Unduh berkas perbaikan" in page and 'pemutakhiran"' not in page, said
    refused = sent("120304,x,3201014501900001,1,1,1", head="Kode kecamatan,Kecamatan,NIK,Pemilih baru,TMS,Perbaikan")
    assert refused.status_code == 422 and "NIK" in refused.content.decode()
    assert "tidak memuat baris" in sent().content.decode() or sent().status_code == 422
    assert not VoterUpdate.objects.exists()
    counts = {
        f"{key}-{code}": n
        for place, code in enumerate(codes)
        for key, n in {"new": 10 + place, "gone": 5 + place, "changed": 0}.items()
    }
    gone = sum(5 + place for place in range(len(codes)))
    answer = kpu.post("kpu_staff", REPORT, **typed(kpu, new=total, gone=gone, changed=0, **counts))
    assert answer.status_code == 302 and len(VoterUpdate.objects.get().districts()) == len(codes)


def test_the_police_answer_and_the_inbox_asks_until_then(polres):
    key = polres.state(reported())
    staff = polres.person("operations_staff")
    assert "Jawab pemutakhiran data pemilih" in staff.get("/kotak/").content.decode()
    told = {"joined": "4", "left": "9", "letter_number": "B/12/I/2024", "letter_dated": "2024-01-12"}
    path = f"/data-pemilih/{key}/jawaban/"
    wrong = polres.post("operations_staff", path, **told | {"joined": "banyak"})
    assert wrong.status_code == 422 and "B/12/I/2024" in wrong.content.decode()
    assert polres.post("operations_staff", path, **told).status_code == 302
    row = MemberChanges.objects.get()
    assert (row.update, row.joined, row.left) == (key, 4, 9)
    assert "Jawab pemutakhiran data pemilih" not in staff.get("/kotak/").content.decode()
    assert rebuild.check() == []


def test_what_a_partner_may_not_state_changes_nothing(polres):
    other = polres.more["other"]
    polres.state(reported(districts=[events.DistrictCounts("120304", 3, 0, 0)]))
    polres.state(reported(districts=[events.DistrictCounts("122001", 10, 0, 0)]))
    polres.state(reported(quarter=5))
    polres.state(reported(letter_number=" x\n"))
    key = other.state(reported())
    polres.state(events.MemberChangesReported(
        update=key, joined=1, left=1, letter_number="1", letter_dated=date(2024, 1, 1)))  # fmt: skip
    assert [row.key for row in VoterUpdate.objects.all()] == [key]
    assert not MemberChanges.objects.exists()
    # The other commission's update is none of this person's.
    assert polres.person("operations_staff").get(f"/data-pemilih/{key}/").status_code == 404


def test_contacts_are_sent_shown_to_call_and_replaced(kpu):
    path = f"/kontak/{kpu.agreement}/"
    first = {"kontak-0-post": "Piket", "kontak-0-phone": "0811 1", "kontak-1-post": "Gudang", "kontak-1-phone": "0812"}
    assert kpu.post("kpu_staff", path, **first).status_code == 302
    page = kpu.person("secretary").get("/kontak/").content.decode()
    assert 'href="tel:08111"' in page and "Gudang" in page
    again = {"kontak-0-post": "Piket", "kontak-0-phone": "0811 2"}
    assert kpu.post("kpu_staff", path, **again).status_code == 302
    page = kpu.person("secretary").get("/kontak/").content.decode()
    assert "Berubah: Piket" in page and "Tidak lagi: Gudang" in page
    same = kpu.post("kpu_staff", path, **again)
    assert same.status_code == 422 and "sama dengan yang sudah berlaku" in same.content.decode()
    assert ContactList.objects.count() == 2
    assert WorkRecord.objects.filter(code="D-09").count() == 2


def test_contacts_that_ended_are_not_shown_and_upcoming_ones_are_named(kpu):
    rows = [
        events.Contact(post="Lama", phone="0811 1", until=date(2024, 2, 4)),
        events.Contact(post="Kini", phone="0811 2", until=date(2024, 2, 5)),
        events.Contact(post="Nanti", phone="0811 3", since=date(2024, 2, 6)),
    ]
    kpu.state(events.ContactsPublished(count=3, text=events.ContactsText(rows=rows)))
    page = kpu.person("secretary").get("/kontak/").content.decode()
    assert "0811 1" not in page and "0811 2" in page and "0811 3" in page
    assert page.count("belum bertugas") == 1 and "mulai Selasa, 6 Februari 2024" in page


def test_nobody_overwrites_a_list_they_have_not_read_and_every_typed_line_stays(kpu):
    path = f"/kontak/{kpu.agreement}/"
    kpu.post("kpu_staff", path, **{"kontak-0-post": "Piket", "kontak-0-phone": "0811 1"})
    read = ContactList.objects.get().key
    kpu.post("secretary", path, **{"seen": read, "kontak-0-post": "Piket", "kontak-0-phone": "0811 2"})
    lines = {f"kontak-{number}-post": f"Petugas {number}" for number in range(12)}
    lines |= {f"kontak-{number}-phone": "0812" for number in range(12)}
    late = kpu.post("kpu_staff", path, seen=read, **lines)
    assert late.status_code == 422 and "diperbarui orang lain" in late.content.decode()
    assert "Petugas 11" in late.content.decode() and ContactList.objects.count() == 2
    fresh = ContactList.objects.order_by("seq").last().key
    assert kpu.post("kpu_staff", path, seen=fresh, **lines).status_code == 302
    assert ContactList.objects.order_by("seq").last().count == 12


def test_a_partner_s_hostile_contacts_are_harmless(kpu):
    rows = [events.Contact(post="<script>alert(1)</script>\n" * 40, phone="javascript:alert(1)", region="zz")] * 90
    kpu.state(events.ContactsPublished(count=60, text=events.ContactsText(rows=rows)))
    page = kpu.person("secretary").get("/kontak/").content.decode()
    assert "<script>alert" not in page and "javascript:" not in page
    assert len(ContactList.objects.get().rows()) == 60


def test_who_has_no_duty_here_sees_no_phone_number(kpu):
    kpu.post("kpu_staff", f"/kontak/{kpu.agreement}/", **{"kontak-0-post": "Piket", "kontak-0-phone": "0811"})
    assert "0811" not in sign_in_somebody("secretary", agreements=["b" * 64]).get("/kontak/").content.decode()


def test_an_id_sent_twice_counts_once(kpu):
    same = {"id": new_id()}
    first, second = (kpu.person("secretary").post(REPORT, typed(kpu) | same) for _ in range(2))
    assert (first.status_code, second.status_code, VoterUpdate.objects.count()) == (302, 302, 1)
