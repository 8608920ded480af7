"""Asked for, granted, sealed, received, used, destroyed; what may not travel; nothing left of what was destroyed."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date, timedelta
from itertools import permutations
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile

from sinergi.features.data import actions, events, objects, rules, sealing
from sinergi.features.data.models import (
    DataAnswer,
    DataDelivery,
    DataDestruction,
    DataOccasion,
    DataReceipt,
    DataRequest,
    Dataset,
    DataUse,
)
from sinergi.features.data.tests.test_catalogue import listed
from sinergi.features.obligations.due import Occurrence
from sinergi.features.obligations.models import WorkRecord
from sinergi.features.obligations.standing import Work, fulfilments
from sinergi.features.security.tests.conftest import new_id
from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Refused
from sinergi.kernel.obligation import Due, Item
from sinergi.ledger import rebuild, sealed, store
from sinergi.ledger.envelope import Official
from sinergi.ledger.models import Entry, Key, Party
from sinergi.ledger.store import own_agency
from sinergi.sheets import Cells
from sinergi.sync import objects as kept
from sinergi.web.models import Upload
from tests.nodes.simulator import NOON

TODAY = NOON.date()
UNTIL = TODAY + timedelta(days=30)
SECRETARY = Official(id="5" * 16, office="secretary")
# In no other place of the node: what is left of it is found.
SENTINEL = "Simpang Tiga Penjaga 8f2c"
FIELDS = [
    events.Field(name="kode_tps", cls="terbuka"),
    events.Field(name="alamat", cls="terbuka"),
    events.Field(name="pemilih", cls="terbatas", people=True),
]
LABELS = {"kode_tps": "Kode TPS", "alamat": "Alamat", "pemilih": "Pemilih"}


@pytest.fixture(autouse=True)
def data(settings: Any, tmp_path: Path) -> Path:
    """A folder of this test's own for sealed objects."""
    settings.DATA = tmp_path
    return tmp_path


def stations(**changes: Any) -> events.DatasetListed:
    text = events.DatasetText(title="Daftar TPS", purpose="Pengamanan", legal_basis="UU 7/2017", labels=LABELS)
    return listed(**{"code": "D-02", "obligation": "D-02", "fields": FIELDS, "text": text} | changes)


def sheet(*rows: str, header: str = "Kode TPS,Alamat,Pemilih") -> SimpleUploadedFile:
    return SimpleUploadedFile("tps.csv", "\n".join([header, *rows]).encode())


def give(kpu: Any, form: str, *, file: SimpleUploadedFile, recipient: str) -> Any:
    """Upload a table, look at it, and deliver it; what the last of these steps answered."""
    chosen = kpu.post("kpu_staff", form, recipient=recipient, file=file)
    if chosen.status_code != 302:
        return chosen
    path, _mark, query = chosen.url.partition("?")
    looked = kpu.person("kpu_staff").get(chosen.url)
    if b"Segel dan serahkan" not in looked.content:
        return looked
    return kpu.post("kpu_staff", f"{path}segel/?{query}", recipient=recipient)


def own_set(kpu: Any) -> Dataset:
    """This commission's list of polling stations in its catalogue."""

    actions.list_dataset(
        id=new_id(),
        by=Actor(id="5ec5ec5ec5ec5ec5", office="secretary"),
        at=NOON,
        agreement=kpu.agreement,
        code="TPS-1",
        title="Daftar TPS",
        purpose="Pengamanan",
        legal_basis="UU 7/2017",
        cls="terbatas",
        refresh="on_change",
        retention_days=90,
        obligation="D-02",
        fields=[rules.Typed(label=LABELS[one.name], cls=one.cls, people=one.people) for one in FIELDS],
    )
    return Dataset.objects.get()


def handed_over(polres: Any, *, until: date = UNTIL, plain: bytes | None = None, **changes: Any) -> str:
    """The commission lists its stations and delivers them to this police node; the object lies here already."""
    dataset = polres.state(stations(), actor=SECRETARY)
    plain = plain or f"kode_tps,alamat,pemilih\n001,{SENTINEL},250\n002,Pasar,180\n".encode()
    names = [one.name for one in FIELDS]
    bound = {
        "agreement": polres.agreement,
        "dataset": dataset,
        "answer": "",
        "recipient": own_agency().id,
        "fields": names,
        "uses_until": until.isoformat(),
    }
    own = Key.objects.get(agency_id=own_agency().id, use="encryption")
    with kept.drafted() as (file, path):
        digest, size = sealed.seal(io.BytesIO(plain), file, recipient=bytes(own.public), terms=sealing.terms(**bound))
        kept.keep(file, path, digest)
    event = events.DataDelivered(
        **{
            "dataset": dataset, "recipient": own_agency().id, "object": digest, "size": size, "rows": 2,
            "fields": names, "uses_until": until,
        } | changes
    )  # fmt: skip
    key = polres.state(event, actor=SECRETARY)
    kept.path_of(digest).rename(kept.path_of(key))
    return key


@pytest.mark.slow
def test_an_office_asks_and_the_other_decides_and_delivers_only_what_was_granted(kpu):
    dataset = own_set(kpu)
    key = kpu.state(
        events.DataRequested(
            dataset=dataset.key,
            fields=["kode_tps", "alamat", "pemilih"],
            uses_from=TODAY,
            uses_until=UNTIL,
            text=events.RequestText(purpose="Menempatkan petugas <b>", legal_basis="Pasal 4"),
        )
    )
    assert "Putuskan permintaan data" in kpu.person("secretary").get("/kotak/").content.decode()
    page = kpu.person("secretary").get(f"/data/permintaan/{key}/").content.decode()
    assert "petugas &lt;b&gt;" in page and "Setujui" in page
    assert "Setujui" not in kpu.person("kpu_staff").get(f"/data/permintaan/{key}/").content.decode()
    path = f"/data/permintaan/{key}/jawaban/"
    longer = {"agrees": "yes", "fields_chosen": ["kode_tps"], "uses_until": "2024-04-30"}
    wrong = kpu.post("secretary", path, **longer)
    assert wrong.status_code == 422 and "tidak lebih lama" in wrong.content.decode()
    assert kpu.post("secretary", path, agrees="no").status_code == 422  # a no says why
    granted = {"agrees": "yes", "fields_chosen": ["kode_tps", "pemilih"], "uses_until": "2024-02-20"}
    assert kpu.post("secretary", path, **granted, words="Hanya untuk Kabag Ops").status_code == 302
    assert kpu.post("secretary", path, **granted).status_code == 422
    said = DataAnswer.objects.get()
    assert (said.fields_json, said.uses_until) == (["kode_tps", "pemilih"], date(2024, 2, 20))
    assert "Serahkan data yang disetujui" in kpu.person("kpu_staff").get("/kotak/").content.decode()
    form = f"/data/kumpulan/{dataset.key}/serahkan/?jawaban={said.key}"
    given = {"recipient": kpu.partner.id}
    more = give(kpu, form, **given, file=sheet("001,Pasar,250"))
    assert more.status_code == 422 and "tidak termasuk yang disetujui" in more.content.decode()
    two = sheet("001,250", header="Kode TPS,Pemilih")
    assert give(kpu, form, **given, file=two).status_code == 302
    row = DataDelivery.objects.get()
    assert (row.fields_json, row.uses_until, row.answer) == (["kode_tps", "pemilih"], date(2024, 2, 20), said.key)
    # The police open it with their key, under the terms of the fact.
    with kept.path_of(row.object).open("rb") as file:
        pieces = list(sealed.unseal(file, key=kpu.partner.ring["encryption"], terms=sealing.terms_of(row)))
    assert b"".join(pieces) == b"kode_tps,pemilih\n001,250\n"
    assert "Serahkan data yang disetujui" not in kpu.person("kpu_staff").get("/kotak/").content.decode()
    assert rebuild.check() == []


@pytest.mark.parametrize(
    ("words", "more", "cells"),
    [
        ("tidak termasuk", "Catatan", "x"),
        ("NIK", "NIK", "x"),
        ("kartu keluarga", "No KK", "x"),
        ("nama pemilih", "Nama Pemilih", "x"),
        ("perolehan suara", "Suara", "9"),
        ("partai", "Partai", "x"),
        ("16 angka", "Alamat lain", "1203044101010001"),
        ("16 angka", "Alamat lain", "1203 0441 0101 0001"),
    ],
)
def test_a_table_with_what_may_not_travel_is_refused_naming_the_column(words, more, cells):
    with pytest.raises(Refused) as refused:
        rules.table(read_here([["001", "Pasar", 90, cells]], [*LABELS.values(), more]), FIELDS, LABELS)
    assert words in refused.value.sentence and more in refused.value.sentence


@pytest.mark.parametrize(
    ("count", "code"), [(0, ""), (1, "few"), (4, "few"), (5, ""), ("banyak", "integer"), (-1, "least")]
)
def test_few_people_are_not_delivered(count, code):
    found = rules.table(read_here([["001", "Pasar", count]], list(LABELS.values())), FIELDS, LABELS)
    assert [problem.code for problem in found.problems] == ([code] if code else [])


def test_what_is_packed_comes_out_as_it_was_and_nothing_else():
    rows = [["001", '=1+1 "a", b', 250], ["002", "baris; dua", 0]]
    found = rules.table(read_here([["001", 'a "b", c', 250], ["002", "", ""]], list(LABELS.values())), FIELDS, LABELS)
    data = rules.packed(found)
    assert rules.unpacked([data[:9], data[9:]], FIELDS, rows=2) == [
        {"kode_tps": "001", "alamat": 'a "b", c', "pemilih": 250},
        {"kode_tps": "002", "alamat": "", "pemilih": ""},
    ]
    # A formula never travels as one.
    assert rules.table(read_here([*rows[:1], ["1", "=1+1", 9]], list(LABELS.values())), FIELDS, LABELS).problems


@pytest.mark.parametrize(
    "line",
    [
        "1,2", "1,2,3,4", '1,"2,90', '1,"2"x,90', "1,b,+90", "1,b, 90", '1,"=""2""",90', "1,b ,90", "",
        "1,b,90\n2,c,90", "1," + "b" * 200_000 + ",90", "1,\0,90\r2,b,90",
    ],
)  # fmt: skip
def test_what_is_not_written_as_tables_are_sealed_is_no_table(line):
    with pytest.raises(ValueError):
        rules.unpacked([b"kode_tps,alamat,pemilih\n", line.encode(), b"\n"], FIELDS, rows=1)


@pytest.mark.parametrize(
    ("line", "words"),
    [("1,1203044101010001,90", "16 angka"), ("1,Pasar,٩٠", "bilangan bulat"),
     ("1,Pasar,4", "Jumlah 1 sampai 4"), ("1,=1+1,90", "rumus"),
     ("1,Pasar,banyak", "bilangan bulat"), ("1,Pasar,-9", "paling kecil")],
)  # fmt: skip
def test_what_may_not_travel_is_not_taken_in_either(line, words):
    with pytest.raises(Refused) as refused:
        rules.unpacked([b"kode_tps,alamat,pemilih\n", line.encode(), b"\n"], FIELDS, rows=1)
    assert words in refused.value.sentence


def test_a_column_that_was_granted_and_is_missing_is_refused():
    with pytest.raises(Refused) as refused:
        rules.table(read_here([["001", 90]], ["Kode TPS", "Pemilih"]), FIELDS, LABELS)
    assert refused.value.code == "DAT-33" and "Alamat" in refused.value.sentence


def read_here(rows: list[list[Any]], header: list[str]) -> Cells:
    """Cells as the reading child gives them."""
    return Cells(header=header, rows=[(number, row) for number, row in enumerate(rows, 2)], form="csv")


@pytest.mark.slow
def test_a_file_with_what_may_not_travel_leaves_nothing(kpu, data, subtests):
    dataset, entries = own_set(kpu), Entry.objects.count()
    wrong = [
        # The preview says it beside the cell; delivering it all the same is refused below.
        (200, "perbaikan.xlsx", "Jumlah 1 sampai 4", sheet("001,Pasar,4", "002,Pasar,90")),
        (422, "DAT-32", "belum berisi", sheet()),
        # Two spaces hide the number until the table is written as it is sealed.
        (422, "16 angka", "alamat", sheet("001,1203  0441 0101 0001,90")),
    ]
    for status, code, words, file in wrong:
        with subtests.test(words):
            form = f"/data/kumpulan/{dataset.key}/serahkan/"
            answer = give(kpu, form, recipient=kpu.partner.id, file=file)
            text = answer.content.decode()
            assert answer.status_code == status and words in text and code in text
    draft = Upload.objects.get(purpose=f"data:{dataset.key}").id
    forced = kpu.post("kpu_staff", f"{form}{draft}/segel/", recipient=kpu.partner.id)
    assert forced.status_code == 422 and "DAT-31" in forced.content.decode()
    assert Entry.objects.count() == entries and not list((data / "blobs").rglob("*"))


@pytest.mark.slow
def test_a_standing_delivery_closes_its_obligation_once_the_other_node_has_it(kpu):

    dataset = own_set(kpu)
    form = f"/data/kumpulan/{dataset.key}/serahkan/"
    nobody = give(kpu, form, recipient=own_agency().id, file=sheet("001,Pasar,90"))
    assert nobody.status_code == 422
    assert give(kpu, form, recipient=kpu.partner.id, file=sheet("001,Pasar,90")).status_code == 302
    row = DataDelivery.objects.get()
    item = Item(
        code="D-02", article=4, debtors=[own_agency().id], creditors=[kpu.partner.id], dues=[], evidence="dataset"
    )
    due = Occurrence(
        code="D-02",
        mark="H-7",
        opens_at=NOON - timedelta(days=9),
        due_at=NOON + timedelta(days=1),
        due=Due(rule="standing"),
    )

    def stands() -> str:
        work = [
            Work(key=one.key, kind=one.kind, agency=one.agency, at=one.stated_at, about=frozenset(one.about))
            for one in WorkRecord.objects.filter(code="D-02")
        ]
        return fulfilments(item, [due], work, [], at=NOON)[0].state

    assert (WorkRecord.objects.get().key, stands()) == (row.key, "open")
    assert "dalam perjalanan" in kpu.person("secretary").get("/data/pertukaran/").content.decode()
    kpu.state(events.DataReceived(delivery=row.key), obligation="D-02")
    assert stands() == "met"
    page = kpu.person("secretary").get(f"/data/penyerahan/{row.key}/").content.decode()
    assert "diterima" in page and "Buka sebagai Excel" not in page
    kpu.state(events.DataUsed(delivery=row.key, rows=1, text=events.Words(words="Rencana Pam TPS")))
    page = kpu.person("auditor").get(f"/data/penyerahan/{row.key}/").content.decode()
    assert "Rencana Pam TPS" in page and "Kabag Ops" not in page.split("Rencana Pam TPS")[0][-200:]


@pytest.mark.slow
def test_received_used_and_destroyed_with_nothing_left(polres, data):
    key = handed_over(polres)
    row = DataDelivery.objects.get(key=key)
    partner = polres.partner.id
    assert [(one.name, one.digest) for one in objects.deliveries.wanted(partner)] == [(key, row.object)]
    assert objects.deliveries.wanted(polres.more["other"].partner.id) == []
    assert (
        "belum sampai"
        in polres.post("operations_head", f"/data/penyerahan/{key}/pemakaian/", words="x").content.decode()
    )
    objects.deliveries.arrived(key)
    objects.deliveries.arrived(key)
    assert DataReceipt.objects.get().delivery == key and objects.deliveries.wanted(partner) == []
    nothing = polres.post("operations_staff", f"/data/penyerahan/{key}/pemakaian/", words=" ")
    assert nothing.status_code == 422 and not DataUse.objects.exists()
    # To a spreadsheet & in a header begins a command: this one would show the page's number in white.
    words = "Menempatkan petugas &P &KFFFFFF"
    answer = polres.post("operations_staff", f"/data/penyerahan/{key}/pemakaian/", words=words)
    page = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    rows = list(page.iter_rows(values_only=True))
    assert rows == [("Kode TPS", "Alamat", "Pemilih"), ("001", SENTINEL, 250), ("002", "Pasar", 180)]
    with zipfile.ZipFile(io.BytesIO(answer.content)) as parts:
        head = re.search(r"<oddHeader>(.*?)</oddHeader>", parts.read("xl/worksheets/sheet1.xml").decode())
    assert head is not None
    told = head[1].replace("&amp;", "&")
    assert "Salinan untuk Polres" in told and "dibuka" in told and "Februari 2024" in told
    assert told.endswith(": Menempatkan petugas &&P &&KFFFFFF")
    assert (DataUse.objects.get().rows, DataUse.objects.get().office) == (2, "operations_staff")
    # Sealed, the words lie nowhere as such; destroyed, the sealed ones are gone too.
    assert found_in(data, SENTINEL.encode()) == [] and kept.is_here(key)
    assert (
        polres.post("operations_head", f"/data/penyerahan/{key}/pemusnahan/", words="BA/7/II/2024").status_code == 302
    )
    assert not kept.is_here(key) and list((data / "blobs" / "sealed").iterdir()) == []
    destroyed = DataDestruction.objects.get()
    assert WorkRecord.objects.get(key=destroyed.key).code == "D-07"
    assert polres.post("operations_head", f"/data/penyerahan/{key}/pemusnahan/", words="lagi").status_code == 422
    assert polres.post("operations_head", f"/data/penyerahan/{key}/pemakaian/", words="lagi").status_code == 422
    assert "BA/7/II/2024" in polres.person("auditor").get(f"/data/penyerahan/{key}/").content.decode()
    assert rebuild.check() == []


@pytest.mark.slow
def test_who_left_deletes_what_it_can_no_longer_attest(polres):
    key = handed_over(polres, until=TODAY)
    objects.deliveries.arrived(key)
    coming = handed_over(polres)
    leave(polres)
    # What could not be stated as received is not fetched.
    assert objects.deliveries.wanted(polres.partner.id) == [] and coming != key
    with time_machine.travel(NOON + timedelta(days=9)):
        again(polres, "operations_head")
        head = polres.person("operations_head")
        assert "Musnahkan data" in head.get("/kotak/").content.decode()
        path = f"/data/penyerahan/{key}/"
        assert polres.post("operations_head", f"{path}pemusnahan/", words=" ").status_code == 422
        assert kept.is_here(key)
        answer = head.post(f"{path}pemusnahan/", {"id": new_id(), "words": "BA/1"}, follow=True).content.decode()
        assert "tidak dapat dicatat" in answer and "tidak ada lagi di simpul ini" in answer
        assert not kept.is_here(key) and not DataDestruction.objects.exists()
        assert "Musnahkan data" not in head.get("/kotak/").content.decode()


def leave(side: Any) -> None:
    """This office ends the agreement for itself."""
    Party.objects.filter(agreement_id=side.agreement, agency=own_agency().id).update(left_seq=0)


def test_what_failed_on_arrival_is_said_on_its_page(polres, monkeypatch):
    key = handed_over(polres)
    assert "tidak lolos" not in polres.person("auditor").get(f"/data/penyerahan/{key}/").content.decode()
    why = kept.Untrue("", Refused("Jumlah 1 sampai 4."))
    monkeypatch.setattr(kept, "_failures", {key: kept.Failure(error=why, times=1, until=0)})
    page = polres.person("auditor").get(f"/data/penyerahan/{key}/").content.decode()
    assert "tidak lolos pemeriksaan" in page and "Jumlah 1 sampai 4." in page


@pytest.mark.slow
def test_a_replaced_entry_of_the_catalogue_is_asked_for_and_delivered_no_more(kpu):
    old = own_set(kpu)
    told = {"fields": ["kode_tps"], "uses_from": TODAY, "uses_until": UNTIL, "purpose": "x", "legal_basis": "y"}
    theirs = kpu.state(listed(code="X-1", obligation="D-02"))
    replaced = {"recipient": own_agency().id, "rows": 1, "size": 9, "fields": ["kode_tps"], "uses_until": UNTIL}
    before = kpu.state(events.DataDelivered(**replaced, dataset=theirs, object="a" * 64))
    asked = kpu.state(events.DataRequested(dataset=old.key, fields=["kode_tps"], uses_from=TODAY, uses_until=UNTIL))
    kpu.state(listed(code="X-1", obligation="D-02"))
    after = kpu.state(events.DataDelivered(**replaced, dataset=theirs, object="b" * 64))
    assert [Entry.objects.get(key=key).state for key in (before, after)] == [Entry.State.FOLDED, Entry.State.INVALID]
    staff = Actor(id="5" * 16, office="kpu_staff")
    with pytest.raises(Refused, match="sudah diganti"):
        actions.ask(id=new_id(), by=staff, at=NOON, dataset=theirs, **told)
    secretary = Actor(id="5ec5ec5ec5ec5ec5", office="secretary")
    same = {"title": "TPS", "purpose": "x", "legal_basis": "y", "cls": "terbatas", "refresh": "once"}
    fields = [rules.Typed(label=LABELS[one.name], cls=one.cls, people=one.people) for one in FIELDS]
    given = same | {"retention_days": 9, "obligation": "D-02", "fields": fields, "seen": old.key}
    actions.list_dataset(id=new_id(), by=secretary, at=NOON, agreement=kpu.agreement, code="TPS-1", **given)
    form = f"/data/kumpulan/{old.key}/serahkan/"
    sent = give(kpu, form, recipient=kpu.partner.id, file=sheet("1,a,90"))
    assert sent.status_code == 422 and "sudah diganti" in sent.content.decode()
    # What was granted before is still delivered.
    granted = {"agrees": True, "fields": ["kode_tps"], "uses_until": UNTIL, "words": ""}
    yes = actions.answer(id=new_id(), by=secretary, at=NOON, request=asked, **granted).key
    assert give(
        kpu, f"{form}?jawaban={yes}", recipient=kpu.partner.id, file=sheet("1", header="Kode TPS")
    ).status_code == 302  # fmt: skip
    assert rebuild.check() == []


def test_a_request_whose_time_is_past_waits_for_nobody(kpu):
    dataset = own_set(kpu)
    key = kpu.state(events.DataRequested(dataset=dataset.key, fields=["kode_tps"], uses_from=TODAY, uses_until=TODAY))
    assert "Putuskan permintaan data" in kpu.person("secretary").get("/kotak/").content.decode()
    with time_machine.travel(NOON + timedelta(days=1)):
        secretary = again(kpu, "secretary")
        assert "Putuskan permintaan data" not in secretary.get("/kotak/").content.decode()
        late = kpu.post("secretary", f"/data/permintaan/{key}/jawaban/", agrees="yes", fields_chosen=["kode_tps"])
        assert late.status_code == 422 and "DAT-21" in late.content.decode()
    assert not DataAnswer.objects.exists()


def test_whatever_stops_a_delivery_leaves_no_object(kpu, data, monkeypatch):
    dataset = own_set(kpu)

    def deliver(**_given: Any) -> None:
        assert len(list((data / "blobs" / "sealed").iterdir())) == 1
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(actions, "deliver", deliver)
    path = f"/data/kumpulan/{dataset.key}/serahkan/"
    assert give(kpu, path, recipient=kpu.partner.id, file=sheet("1,a,90")).status_code == 500
    assert list((data / "blobs" / "sealed").iterdir()) == []


def test_a_partner_key_that_is_none_is_said_in_words(kpu, data):
    dataset = own_set(kpu)
    Key.objects.filter(agency_id=kpu.partner.id, use="encryption").update(public=b"\xff" * 32)
    path = f"/data/kumpulan/{dataset.key}/serahkan/"
    answer = give(kpu, path, recipient=kpu.partner.id, file=sheet("1,a,90"))
    assert answer.status_code == 422 and "Kunci sandi penerima" in answer.content.decode()
    assert list((data / "blobs" / "sealed").iterdir()) == []


def found_in(folder: Path, words: bytes) -> list[Path]:
    """Files that hold these bytes."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert files
    return [path for path in files if words in path.read_bytes()]


def test_the_scan_for_what_is_left_finds_what_is_left(tmp_path):
    (tmp_path / "x").write_bytes(b"..." + SENTINEL.encode())
    assert found_in(tmp_path, SENTINEL.encode())


@pytest.mark.slow
def test_after_its_time_it_is_to_be_destroyed_and_a_week_later_both_sides_are_alarmed(polres):
    key = handed_over(polres, until=TODAY)
    objects.deliveries.arrived(key)
    head = polres.person("operations_head")
    assert "Musnahkan data" not in head.get("/kotak/").content.decode()
    with time_machine.travel(NOON + timedelta(days=1)):
        head = again(polres, "operations_head")
        assert "Musnahkan data" in head.get("/kotak/").content.decode()
        assert "menunggu pemusnahan" in head.get(f"/data/penyerahan/{key}/").content.decode()
        late = polres.post("operations_head", f"/data/penyerahan/{key}/pemakaian/", words="x")
        assert late.status_code == 422 and not DataUse.objects.exists()
    with time_machine.travel(NOON + timedelta(days=8)):
        head = again(polres, "operations_head")
        assert "belum menyatakan pemusnahan" in head.get(f"/data/penyerahan/{key}/").content.decode()
        assert "pemusnahan terlambat" in head.get("/data/pertukaran/").content.decode()


def again(side: Any, role: str) -> Any:
    """Somebody who signs in on this later day."""
    side.people.clear()
    return side.person(role)


@pytest.mark.slow
def test_the_owner_is_alarmed_too(kpu):
    dataset = own_set(kpu)
    form = f"/data/kumpulan/{dataset.key}/serahkan/"
    give(kpu, form, recipient=kpu.partner.id, file=sheet("001,Pasar,90"))
    with time_machine.travel(NOON + timedelta(days=90 + 7)):
        secretary = again(kpu, "secretary")
        assert "Penerima belum memusnahkan" not in secretary.get("/kotak/").content.decode()
    with time_machine.travel(NOON + timedelta(days=90 + 8)):
        secretary = again(kpu, "secretary")
        assert "Penerima belum memusnahkan" in secretary.get("/kotak/").content.decode()
    row = DataDelivery.objects.get()
    assert kept.is_here(row.object) and objects.deliveries.may_read(kpu.partner.id, row.object)
    assert not objects.deliveries.may_read("f" * 64, row.object)
    kpu.state(events.DataReceived(delivery=row.key))
    kpu.state(events.DataDestroyed(delivery=row.key))
    assert not objects.deliveries.may_read(kpu.partner.id, row.object)
    assert (objects.delete_destroyed(), kept.is_here(row.object), objects.delete_destroyed()) == (2, False, 0)


@pytest.mark.parametrize(
    "plain",
    [
        b"nik,alamat,pemilih\n1,2,3\n",
        b"kode_tps,alamat,pemilih\n001,a,250\n",
        b"\xff\xfe",
        b"kode_tps\n1",
        b'kode_tps,alamat,pemilih\n001,"a,250\n002,b,90\n',
        b"kode_tps,alamat,pemilih\n001,a,250\n002,b,3\n",
    ],
)
def test_an_object_that_is_not_what_its_fact_says_is_not_received(polres, plain):
    key = handed_over(polres, plain=plain)
    with pytest.raises(kept.Untrue):
        objects.deliveries.arrived(key)
    assert not DataReceipt.objects.exists()
    # Nor opened, where it came to lie here all the same; and that was no use of it.
    actions.confirm_receipt(id=new_id(), by=None, at=NOON, delivery=key)
    answer = opened(polres, key)
    assert answer.status_code == 422 and not DataUse.objects.exists()


def opened(polres: Any, key: str, **given: Any) -> Any:
    """Somebody opens a delivery as Excel."""
    return polres.post("operations_staff", f"/data/penyerahan/{key}/pemakaian/", **{"words": "Rencana"} | given)


@pytest.mark.slow
def test_every_opening_is_a_use_of_its_own(polres):
    key, other = handed_over(polres), handed_over(polres, until=TODAY)
    never = handed_over(polres)
    for one in (key, other):
        objects.deliveries.arrived(one)
    used = new_id()
    assert opened(polres, key, id=used).status_code == 200
    # The same id again, for the same delivery, for another one, for one that never came; and an id of another fact.
    wrong = [(key, used), (other, used), (never, used), (never, new_id())]
    stated = new_id()
    actions.confirm_receipt(id=stated, by=None, at=NOON, delivery=handed_over(polres))
    for one, id in [*wrong, (key, stated), (key, "x")]:
        answer = opened(polres, one, id=id)
        assert answer.status_code == 422 and "Rencana" in answer.content.decode()
    assert DataUse.objects.count() == 1
    with time_machine.travel(NOON + timedelta(days=1)):
        again(polres, "operations_staff")
        assert opened(polres, other, id=used).status_code == 422
        assert opened(polres, key).status_code == 200
    assert DataUse.objects.count() == 2
    kept.path_of(key).write_bytes(b"torn")
    torn = opened(polres, key)
    kept.drop(key)
    gone = opened(polres, key)
    assert "rusak" in torn.content.decode() and "tidak ada di simpul" in gone.content.decode()
    assert DataUse.objects.count() == 2


def test_what_was_destroyed_is_gone_in_every_form_and_its_twin_stays(polres, data):
    key = handed_over(polres)
    row = DataDelivery.objects.get()
    # The owner names the same bytes again, under other terms.
    twin = polres.state(
        events.DataDelivered(
            dataset=row.dataset, recipient=row.recipient, object=row.object, size=row.size, rows=2,
            fields=row.fields_json, uses_until=UNTIL - timedelta(days=1),
        ), actor=SECRETARY,
    )  # fmt: skip
    objects.deliveries.arrived(key)
    folder = data / "blobs" / "sealed"
    kept.path_of(twin).write_bytes(kept.path_of(key).read_bytes())
    with pytest.raises(kept.Untrue):
        objects.deliveries.arrived(twin)
    kept.drop(twin)
    assert opened(polres, key).status_code == 200
    (folder / f".{twin}.part").write_bytes(b"half")
    polres.post("operations_head", f"/data/penyerahan/{twin}/pemusnahan/", words="BA/1")
    assert [path.name for path in folder.iterdir()] == [key]
    # A receipt cannot follow.
    with pytest.raises(Refused, match="dimusnahkan"):
        actions.confirm_receipt(id=new_id(), by=None, at=NOON, delivery=twin)
    # What a stop in between left behind goes at the next start; what is still coming stays.
    waiting = handed_over(polres)
    kept.path_of(waiting).rename(folder / f".{waiting}.part")
    for name in (f".{twin}.part", twin, "." + "a" * 16, "f" * 64):
        (folder / name).write_bytes(b"left behind")
    objects.sweep()
    assert {path.name for path in folder.iterdir()} == {key, f".{waiting}.part"}


def test_a_fact_of_another_party_does_not_touch_what_we_sealed(kpu, data):
    dataset = own_set(kpu)
    give(kpu, f"/data/kumpulan/{dataset.key}/serahkan/", recipient=kpu.partner.id, file=sheet("1,a,90"))
    ours = DataDelivery.objects.get()
    theirs = kpu.state(listed(obligation="D-02", fields=FIELDS))
    named = {"dataset": theirs, "object": ours.object, "size": 9, "rows": 1, "fields": ["kode_tps"]}
    key = kpu.state(events.DataDelivered(**named, recipient=own_agency().id, uses_until=UNTIL))
    actions.destroy(id=new_id(), by=Actor(id="5" * 16, office="secretary"), at=NOON, delivery=key, words="BA/1")
    assert objects.delete_destroyed() == 0 and kept.is_here(ours.object)
    objects.sweep()
    assert kept.is_here(ours.object)


def test_every_process_that_exchanges_knows_what_to_fetch():
    assert objects.SOURCE in kept._sources()


def test_one_commission_s_data_is_nothing_to_the_other(polres):
    key = handed_over(polres)
    other = polres.more["other"]
    row = DataDelivery.objects.get()
    assert not objects.deliveries.may_read(other.partner.id, row.object)
    stranger = polres.person("operations_head", agreements=[other.agreement])
    assert stranger.get(f"/data/penyerahan/{key}/").status_code == 404
    assert key not in stranger.get("/data/pertukaran/").content.decode()
    # Nor does its owner say for the recipient that it arrived or is gone.
    for event in (events.DataReceived(delivery=key), events.DataDestroyed(delivery=key)):
        assert Entry.objects.get(key=polres.state(event)).state == Entry.State.INVALID
    # Nor can the other commission speak about it, from its own agreement.
    for event in (events.DataReceived(delivery=key), events.DataDestroyed(delivery=key)):
        said = other.state(event)
        assert Entry.objects.get(key=said).state == Entry.State.INVALID


def test_what_its_speaker_may_not_say_changes_nothing(polres):
    dataset = polres.state(stations(obligation=""), actor=SECRETARY)
    ours = own_agency().id
    good = {"dataset": dataset, "recipient": ours, "object": "a" * 64, "size": 9, "rows": 1, "uses_until": UNTIL}
    wrong = [
        events.DataDelivered(**good, fields=["kode_tps"]),
        events.DataDelivered(**good | {"recipient": polres.partner.id}, fields=["kode_tps"]),
        events.DataDelivered(**good, fields=["nik"]),
        events.DataRequested(dataset=dataset, fields=["kode_tps"], uses_from=TODAY, uses_until=UNTIL),
    ]
    for event in wrong:
        key = polres.state(event, actor=SECRETARY)
        assert Entry.objects.get(key=key).state == Entry.State.INVALID
    assert not DataDelivery.objects.exists() and not DataRequest.objects.exists()


def test_only_who_may_decide_binds_the_office(kpu):
    dataset = kpu.state(listed())

    told = {"fields": ["kode_tps"], "uses_from": TODAY, "uses_until": UNTIL, "purpose": "x", "legal_basis": "y"}
    staff = Actor(id="5" * 16, office="kpu_staff")
    key = actions.ask(id=new_id(), by=staff, at=NOON, dataset=dataset, **told).key
    yes = events.DataAnswered(request=key, agrees=True, fields=["kode_tps"], uses_until=UNTIL)
    head = kpu.state(yes, actor=Official(id="a" * 16, office="operations_head"))
    assert Entry.objects.get(key=head).state == Entry.State.INVALID
    more = kpu.state(events.DataAnswered(request=key, agrees=True, fields=["nama"], uses_until=UNTIL))
    assert Entry.objects.get(key=more).state == Entry.State.INVALID
    kpu.state(yes)
    kpu.state(events.DataAnswered(request=key, agrees=False))
    assert [row.agrees for row in DataAnswer.objects.all()] == [True]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_any_order_of_texts_and_facts_gives_the_same_tables(kpu, order):
    dataset = kpu.state(listed(obligation="D-04"), deliver=False)
    said = events.Words(words="Pleno")
    occasion = kpu.state(events.DataOccasionStated(dataset=dataset, on=TODAY, text=said), deliver=False)
    names = {"dataset": dataset, "recipient": own_agency().id, "rows": 1, "fields": ["kode_tps"], "uses_until": UNTIL}
    kpu.state(events.DataDelivered(**names, object="a" * 64, size=1, occasions=[occasion]), deliver=False)
    log = kpu.partner.log(kpu.agreement)
    start = len(log.entries) - 3
    bodies, log.bodies = dict(log.bodies), {}
    kpu.partner.deliver(log)

    for place in order:
        if start + place in bodies:
            salt, body = bodies[start + place]
            store.admit_body(log.origin, start + place, salt, body)
    assert (Dataset.objects.get().title, DataDelivery.objects.count()) == ("Kelas kerawanan TPS", 1)
    assert (DataOccasion.objects.get().words, DataDelivery.objects.get().occasions_json) == ("Pleno", [occasion])
    assert rebuild.check() == []


@pytest.mark.parametrize(
    ("received", "destroyed", "days", "state"),
    [(False, False, 0, "sent"), (True, False, 0, "kept"), (True, False, 1, "over"), (False, False, 7, "over"),
     (True, False, 8, "overdue"), (True, True, 99, "destroyed")],
)  # fmt: skip
def test_where_a_delivery_stands(received, destroyed, days, state):
    on = TODAY + timedelta(days=days)
    assert rules.state(received=received, destroyed=destroyed, uses_until=TODAY, on=on) == state


def test_a_request_that_cannot_be_is_refused():
    given = {"offered": ["a", "b"], "fields": ["b"], "uses_from": TODAY, "uses_until": UNTIL, "purpose": "x"}
    given |= {"legal_basis": "y", "on": TODAY}
    assert rules.ask("k" * 26, **given).fields == ["b"]
    for changes, code in [
        ({"fields": ["c"]}, "DAT-20"),
        ({"uses_until": TODAY - timedelta(days=1)}, "DAT-21"),
        ({"uses_from": UNTIL + timedelta(days=1)}, "DAT-22"),
        ({"uses_until": TODAY + timedelta(days=4_000)}, "DAT-22"),
        ({"purpose": "1203044101010001"}, "DAT-06"),
    ]:
        with pytest.raises(Refused) as refused:
            rules.ask("k" * 26, **given | changes)
        assert refused.value.code == code


def test_a_delivery_is_never_kept_longer_than_the_catalogue_says():
    until = rules.kept_until(TODAY, retention_days=10, granted_until=UNTIL)
    assert until == TODAY + timedelta(days=10)
    assert rules.kept_until(TODAY, retention_days=90, granted_until=UNTIL) == UNTIL
