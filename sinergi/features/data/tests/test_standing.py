"""Standing exchanges: delivered from what Sinergi knows, in versions, and what closes their obligations."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from sinergi.features.data import actions, delivering, events, objects, public, rules, sealing, template, versions
from sinergi.features.data.models import DataDelivery, DataOccasion, Dataset, DataUse, DeliverySummary
from sinergi.features.data.tests.test_exchanges import SECRETARY, give, handed_over, sheet
from sinergi.features.obligations.due import Days, occurrences
from sinergi.features.obligations.models import WorkRecord
from sinergi.features.security.tests.conftest import new_id
from sinergi.kernel.actors import Actor
from sinergi.kernel.obligation import Due, Item
from sinergi.ledger import rebuild
from sinergi.ledger.models import Entry
from sinergi.ledger.store import own_agency
from sinergi.sheets import Cells
from sinergi.sync import objects as kept
from tests.nodes.simulator import NOON

KEY = ("kode_tps",)
FIELDS = [events.Field(name="kode_tps", cls="terbuka"), events.Field(name="alamat", cls="terbatas")]
OWNER = Actor(id="5ec5ec5ec5ec5ec5", office="secretary")


@pytest.fixture(autouse=True)
def data(settings: Any, tmp_path: Path) -> Path:
    """A folder of this test's own for sealed objects."""
    settings.DATA = tmp_path
    return tmp_path


def rows(*told: tuple[str, str]) -> list[dict[str, Any]]:
    return [{"kode_tps": code, "alamat": where} for code, where in told]


def adopted(kpu: Any, code: str) -> Dataset:
    """A standing exchange of the template in this commission's catalogue."""
    actions.adopt(id=new_id(), by=OWNER, at=NOON, agreement=kpu.agreement, codes=[code])
    return Dataset.objects.get(code=code, agency=own_agency().id)


def test_a_version_tells_what_is_new_gone_and_changed_whatever_the_order_of_rows():
    before = rows(("1", "a"), ("2", "b"), ("3", "c"), ("3", "d"))
    for after in permutations(rows(("1", "a"), ("2", "x"), ("4", "e"), ("3", "d"))):
        found = rules.changes(before, list(after), KEY)
        assert sorted((one.sign, one.row["kode_tps"], one.fields) for one in found) == [
            ("added", "4", ()),
            ("changed", "2", ("alamat",)),
            ("removed", "3", ()),
        ]
    assert rules.changes(before, before[::-1], KEY) == []


def test_what_is_told_of_a_version_without_opening_it_holds_no_word_that_is_not_open():
    before, after = rows(("1", "Rahasia lama"), ("2", "b")), rows(("1", "Rahasia baru"), ("2", ""))
    told = rules.summary(after, FIELDS, KEY, before=before, compared="k")
    assert (told.changed, told.fields, told.empty) == (2, {"alamat": 2}, {"alamat": 1})
    assert [(one.name, one.fields) for one in told.named] == [("1", ("alamat",)), ("2", ("alamat",))]
    assert told.stations == ("1", "2") and "Rahasia" not in repr(told)
    closed = [events.Field(name="kode_tps", cls="terbatas"), FIELDS[1]]
    told = rules.summary(after, closed, KEY, before=before, compared="k")
    assert [one.name for one in told.named] == ["", ""] and told.stations == ()


@pytest.mark.parametrize(
    ("typed", "sealed"), [("1.418000", "1.418"), ("1,418", "1.418"), ("-0.50", "-0.5"), ("7", "7")]
)
def test_a_degree_is_sealed_the_same_however_many_zeros_it_was_typed_with(typed, sealed):
    field = events.Field(name="lintang", cls="terbuka")
    read = Cells(header=["Lintang"], rows=[(2, [typed])], form="csv")
    found = rules.table(read, [field], {"lintang": "Lintang"}, template.expected("D-02"))
    assert rules.packed(found) == f"lintang\n{sealed}\n".encode()


def test_many_rows_of_one_name_are_compared_in_a_moment():
    before = rows(*(("1", str(number)) for number in range(20_000)))
    after = rows(*(("1", str(number)) for number in range(1, 20_001)))
    assert [one.fields for one in rules.changes(before, after, KEY)] == [("alamat",)]


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        (["SKCK/12/II/2026", "sah"], ""),
        (["SKCK/12/II/2026", "pernah dihukum"], "choice"),
        (["SKCK 12 atas nama Budi", "sah"], "pattern"),
        (["", "tidak sah"], "empty"),
    ],
)
def test_of_a_police_clearance_nothing_but_number_and_validity_has_a_place(cells, code):
    entry = next(draft for draft in template.drafts() if draft.code == "SKCK-2").entry(article=4)
    labels = ["Nomor SKCK", "Keadaan SKCK"]
    read = Cells(header=labels, rows=[(2, cells)], form="csv")
    found = rules.table(read, entry.fields, dict(zip(("nomor_skck", "keadaan_skck"), labels, strict=True)))
    assert [problem.code for problem in found.problems] == ([code] if code else [])
    more = [*entry.fields, events.Field(name="catatan", cls="terbatas")]
    assert rules.listing_flaw(events.DatasetListed(**{**_told(entry), "fields": more}))


def _told(entry: events.DatasetListed) -> dict[str, Any]:
    return {name: getattr(entry, name) for name in entry.__struct_fields__}


@pytest.mark.slow
def test_the_owner_delivers_what_sinergi_knows_then_a_file_and_both_say_what_changed(kpu, data, monkeypatch):
    dataset = adopted(kpu, "D-02")
    form = f"/data/kumpulan/{dataset.key}/serahkan/"
    staff = kpu.person("kpu_staff")
    assert "Dari Sinergi" not in staff.get(form).content.decode()  # nothing is known yet
    assert kpu.post("kpu_staff", f"{form}sinergi/", recipient=kpu.partner.id).status_code == 422
    known = [{"kode_tps": f"120301100100{n}", "alamat": f"Balai {n}", "lokasi_khusus": False} for n in (1, 2, 3)]
    monkeypatch.setitem(public._known, "D-02", lambda *_: public.Known(rows=known, source="daftar"))
    page = staff.get(form).content.decode()
    assert "Serahkan 3 baris kepada" in page and "Lintang kosong di 3 baris." in page
    assert kpu.post("kpu_staff", f"{form}sinergi/", recipient=own_agency().id).status_code == 422
    assert kpu.post("kpu_staff", f"{form}sinergi/", recipient=kpu.partner.id).status_code == 302
    one = DataDelivery.objects.get()
    assert WorkRecord.objects.get(key=one.key).code == "D-02"
    header = ",".join(column.label for column in delivering.columns_for(dataset, None))
    lines = ("1203011001001,,Balai 1,,,,,tidak,", "1203011001002,,Lapangan,,,,,tidak,", "1203011001009,,,,,,,,")
    wrong = give(kpu, form, recipient=kpu.partner.id, file=sheet("12,,,,,,3,,", header=header)).content.decode()
    assert "Kode TPS harus 13 angka" in wrong and "Jumlah 1 sampai 4" in wrong
    done = give(kpu, form, recipient=kpu.partner.id, file=sheet(*lines, header=header))
    assert done.status_code == 302
    two = DataDelivery.objects.get(key=done.url.split("/")[-2])
    page = staff.get(f"/data/penyerahan/{two.key}/").content.decode()
    assert "1 baru, 1 dihapus, 1 berubah (Alamat 1)" in page and "<ins>Lapangan</ins>" in page
    assert "Versi 2 untuk" in staff.get(f"/data/kumpulan/{dataset.key}/").content.decode()
    assert versions.before(two) == one and DeliverySummary.objects.count() == 2
    # What the owner keeps to compare with lies sealed, and goes once the recipient attests the destruction.
    assert kept.is_here(sealing.name_of_copy(one.key)) and b"Balai 1" not in kept.path_of(f"copy{one.key}").read_bytes()
    kpu.state(events.DataReceived(delivery=one.key))
    kpu.state(events.DataDestroyed(delivery=one.key))
    objects.delete_destroyed()
    assert not kept.is_here(sealing.name_of_copy(one.key)) and DeliverySummary.objects.get().delivery == two.key
    assert "1 baru, 1 dihapus" in staff.get(f"/data/penyerahan/{two.key}/").content.decode()


@pytest.mark.slow
def test_a_recipient_reads_what_rows_changed_and_opens_their_words_only_as_a_use(polres, monkeypatch):
    first = handed_over(polres)
    objects.deliveries.arrived(first)
    dataset = DataDelivery.objects.get(key=first).dataset
    plain = b"kode_tps,alamat,pemilih\n001,Simpang Empat,250\n002,Pasar,180\n"
    second = handed_over(polres, plain=plain)
    assert DataDelivery.objects.get(key=second).dataset != dataset  # a newer entry of the same data set
    objects.deliveries.arrived(second)
    asked: list[Any] = []
    plan = public.Touched(title="Rencana A", url="/penjagaan/x/", stations=1)
    monkeypatch.setattr(public, "_plans", [lambda stations, user: asked.append(set(stations)) or [plan]])
    path = f"/data/penyerahan/{second}/"
    page = polres.person("operations_staff").get(path).content.decode()
    assert "1 berubah (Alamat 1)" in page and "001" in page and "Simpang Empat" not in page
    assert "Rencana A" in page and asked == [{"001"}] and not DataUse.objects.exists()
    opened = polres.post("operations_staff", f"{path}pemakaian/", words="Memeriksa", perubahan="1")
    assert "<ins>Simpang Empat</ins>" in opened.content.decode() and opened.status_code == 200
    assert DataUse.objects.get().rows == 2
    stranger = polres.person("operations_head", agreements=[polres.more["other"].agreement])
    assert stranger.get(path).status_code == 404


def test_a_version_that_comes_before_the_older_one_is_compared_once_that_is_here(polres):
    first = handed_over(polres)
    second = handed_over(polres, plain=b"kode_tps,alamat,pemilih\n001,Simpang Empat,250\n002,Pasar,180\n")
    late = kept.path_of(first).read_bytes()
    kept.drop(first)
    objects.deliveries.arrived(second)
    assert versions.told([second])[second].before == ""
    kept.path_of(first).write_bytes(late)
    objects.deliveries.arrived(first)
    told = versions.told([first, second])
    assert (told[first].before, told[second].before, told[second].changed) == ("", first, 1)


def test_an_occasion_makes_its_delivery_due_and_only_the_delivery_that_names_it_closes_it(kpu):
    dataset = adopted(kpu, "D-04")
    said = {"happens_on": NOON.date().isoformat(), "words": "Pleno penetapan peserta"}
    path = f"/data/kumpulan/{dataset.key}/kejadian/"
    assert kpu.post("kpu_staff", path, **said | {"happens_on": "2031-01-01"}).status_code == 422
    assert kpu.post("kpu_staff", path, **said | {"words": "NIK 1203044101010001"}).status_code == 422
    assert kpu.post("kpu_staff", path, **said).status_code == 302
    occasion = DataOccasion.objects.get()
    item = Item(
        code="D-04",
        article=4,
        debtors=[own_agency().id],
        creditors=[kpu.partner.id],
        evidence="dataset",
        dues=[Due(rule="each", trigger="contestants.decided", days=[1])],
    )
    days = Days(stages={}, polling_day=None, holidays=())
    since = NOON.date() - timedelta(days=3)
    due = occurrences(
        item,
        days,
        counts_from=since,
        until=since + timedelta(days=30),
        happenings=public.happenings(kpu.agreement),
    )
    assert [(one.record, one.title) for one in due] == [(occasion.key, "Pleno penetapan peserta")]
    assert (due[0].due_at - NOON).days == 1
    told = {"dataset": dataset.key, "recipient": kpu.partner.id, "answer": "", "digest": "a" * 64, "size": 9}
    told |= {"rows": 1, "fields": ["tanggal"], "uses_until": NOON.date()}
    actions.deliver(id=new_id(), by=OWNER, at=NOON, **told)
    assert DataDelivery.objects.get().occasions_json == [occasion.key]
    actions.deliver(id=new_id(), by=OWNER, at=NOON, **told | {"digest": "b" * 64})
    assert DataDelivery.objects.latest("key").occasions_json in ([], [occasion.key])
    assert sum(bool(row.occasions_json) for row in DataDelivery.objects.all()) == 1
    # Nobody names another's occasion, nor makes a delivery due by a data set that falls due otherwise.
    theirs = kpu.state(events.DataOccasionStated(dataset=dataset.key, on=NOON.date()), actor=SECRETARY)
    assert Entry.objects.get(key=theirs).state == Entry.State.INVALID
    assert rebuild.check() == []
