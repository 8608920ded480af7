"""The catalogue of exchanged data: what may stand in it, taking standing exchanges in, changing one, exporting."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
import pypdfium2
import pytest

from sinergi.features.data import events, rules, template
from sinergi.features.data.models import Dataset
from sinergi.features.obligations import template as obligations
from sinergi.kernel.errors import Refused
from sinergi.ledger import rebuild
from sinergi.ledger.models import Entry
from sinergi.sheets.forbidden import identity_number_in

FIELD = events.Field(name="kode_tps", cls="terbuka")


def told(**changes: Any) -> dict[str, Any]:
    return {
        "code": "D-02",
        "title": "Daftar TPS",
        "purpose": "Menempatkan petugas",
        "legal_basis": "UU 7/2017",
        "cls": "terbatas",
        "refresh": "on_change",
        "retention_days": 90,
        "fields": [rules.Typed(label="Kode TPS", cls="terbuka")],
    } | changes


def listed(**changes: Any) -> events.DatasetListed:
    text = events.DatasetText(
        title="Kelas kerawanan TPS", purpose="x", legal_basis="y", labels={"kode_tps": "Kode TPS"}
    )
    given = {"code": "D-05", "cls": "terbatas", "refresh": "on_change", "retention_days": 90, "fields": [FIELD]}
    return events.DatasetListed(**{**given, "obligation": "D-05", "text": text} | changes)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"code": "TPS"}, "DAT-01"),
        ({"title": " "}, "DAT-02"),
        ({"purpose": "x" * 1_001}, "DAT-02"),
        ({"purpose": "untuk pemilih 1203044101010001"}, "DAT-06"),
        ({"legal_basis": "nomor 1203.0441.0101.0001 itu"}, "DAT-06"),
        ({"cls": "dikecualikan"}, "DAT-03"),
        ({"consequence_test": "12/2024"}, "DAT-04"),
        ({"retention_days": 0}, "DAT-05"),
        ({"retention_days": 3_651}, "DAT-05"),
        ({"fields": []}, "DAT-10"),
        ({"fields": [rules.Typed(label=f"a{n}", cls="terbuka") for n in range(41)]}, "DAT-10"),
        ({"fields": [rules.Typed(label="NIK pemilih", cls="pribadi")]}, "DAT-07"),
        ({"fields": [rules.Typed(label="Nama pemilih", cls="pribadi")]}, "DAT-07"),
        ({"fields": [rules.Typed(label="Perolehan suara", cls="terbuka")]}, "DAT-07"),
        ({"fields": [rules.Typed(label="Partai", cls="terbuka")]}, "DAT-07"),
        ({"fields": [rules.Typed(label="!!", cls="terbuka")]}, "DAT-08"),
        ({"fields": [rules.Typed(label=label, cls="terbuka") for label in ("Kode TPS", "kode_tps")]}, "DAT-09"),
    ],
)
def test_what_may_not_stand_in_a_catalogue_is_refused_in_words(changes, code):
    with pytest.raises(Refused) as refused:
        rules.listing(**told(**changes))
    assert refused.value.code == code


def test_excluded_information_names_its_consequence_test():
    entry = rules.listing(**told(cls="dikecualikan", consequence_test="07/UK/2024"))
    assert (entry.cls, entry.consequence_test) == ("dikecualikan", "07/UK/2024")


def test_every_standing_exchange_is_a_possible_entry_with_its_own_obligation():
    found = {draft.code: draft.entry(article=4) for draft in template.drafts()}
    assert list(found)[:8] == [f"D-0{n}" for n in range(1, 9)]
    owed = {draft.code for draft in obligations.drafts() if draft.scope == "data"}
    for draft in template.drafts():
        entry = found[draft.code]
        assert entry.obligation in owed and set(draft.key) <= {field.name for field in entry.fields}
    # Of a police clearance there is a number and whether it is valid, and no third field can be added.
    assert [field.name for field in found["SKCK-2"].fields] == ["nomor_skck", "keadaan_skck"]
    more = [rules.Typed(label=label, cls="terbatas") for label in ("Nomor SKCK", "Catatan")]
    with pytest.raises(Refused, match="sah atau tidak sah"):
        rules.listing(**told(fields=more))


def test_an_official_s_number_is_no_identity_number():
    assert not identity_number_in("NIP 198001012005011001 dan 19800101 200501 1 001")
    assert not identity_number_in("berita acara 9999999999999999")
    assert identity_number_in("NIK 1203 0441 0101 0001.")


@pytest.mark.slow
def test_an_office_takes_the_standing_exchanges_in_once_and_changes_one(kpu):
    page = kpu.person("secretary").get("/data/").content.decode()
    assert "Daftar TPS" in page and "Kelas kerawanan TPS" not in page
    given = {"code": ["D-01", "D-02", "D-05"]}
    baku = f"/data/kumpulan/baku/{kpu.agreement}/"
    assert kpu.post("secretary", baku, **given).status_code == 302
    assert sorted(Dataset.objects.values_list("code", flat=True)) == ["D-01", "D-02"]
    assert kpu.post("secretary", baku, **given).status_code == 422
    row = Dataset.objects.get(code="D-02")
    assert (row.obligation, row.label("kode_tps")) == ("D-02", "Kode TPS")
    form = kpu.person("secretary").get(f"/data/kumpulan/?dari={row.key}").content.decode()
    assert "Pemilih perempuan" in form and f'value="{row.key}"' in form
    typed = {
        **{name: value for name, value in told(title="Daftar TPS <b>akhir").items() if name != "fields"},
        "agreement": kpu.agreement,
        "seen": row.key,
        "kolom-0-label": "Kode TPS",
        "kolom-0-cls": "terbuka",
        "kolom-1-label": "Pemilih",
        "kolom-1-cls": "terbatas",
        "kolom-1-people": "on",
    }
    wrong = kpu.post("secretary", f"/data/kumpulan/?dari={row.key}", **typed | {"kolom-1-label": "NKK"})
    assert wrong.status_code == 422 and "tidak boleh masuk Sinergi" in wrong.content.decode()
    assert "Menempatkan petugas" in wrong.content.decode()
    assert kpu.post("secretary", f"/data/kumpulan/?dari={row.key}", **typed).status_code == 302
    # Whoever began from the old version undoes nothing.
    assert kpu.post("secretary", f"/data/kumpulan/?dari={row.key}", **typed).status_code == 422
    page = kpu.person("kpu_staff").get("/data/").content.decode()
    assert "Daftar TPS &lt;b&gt;akhir" in page and page.count("D-02") < 3
    assert "versi yang lebih baru" in kpu.person("auditor").get(f"/data/kumpulan/{row.key}/").content.decode()
    newest = Dataset.objects.get(title="Daftar TPS <b>akhir")
    assert (newest.obligation, newest.columns()[1].people) == ("D-02", True)
    assert rebuild.check() == []


def test_the_list_filters_and_exports_what_it_shows(kpu):
    kpu.post("secretary", f"/data/kumpulan/baku/{kpu.agreement}/", code=["D-01", "D-02", "D-04"])
    staff = kpu.person("kpu_staff")
    assert "Jadwal tahapan" not in staff.get("/data/?cls=terbatas").content.decode()
    assert "Tidak ada yang cocok" in staff.get("/data/?q=kapal").content.decode()
    book = openpyxl.load_workbook(io.BytesIO(staff.get("/data/katalog.xlsx?q=kampanye").content))
    rows = list(book.active.iter_rows(values_only=True))
    assert len(rows) == 6 and {row[0] for row in rows[1:]} == {"D-04"} and rows[1][10] == "Nomor urut peserta"


def test_each_commission_sees_only_what_is_under_its_own_agreement(polres):
    polres.state(listed(code="D-02", obligation="D-02"))
    other = polres.more["other"]
    hidden = other.state(listed(code="D-04", text=None))
    reader = polres.person("operations_head")
    page = reader.get("/data/").content.decode()
    assert "Kelas kerawanan TPS" in page and hidden not in page
    assert reader.get(f"/data/kumpulan/{hidden}/").status_code == 404
    assert hidden not in reader.get("/data/katalog.jsonld").content.decode()


@pytest.mark.parametrize(
    "changes",
    [
        {"fields": []},
        {"fields": [FIELD, FIELD]},
        {"fields": [events.Field(name="nik", cls="pribadi")]},
        {"fields": [events.Field(name="Kode TPS", cls="terbuka")]},
        {"cls": "dikecualikan"},
        {"consequence_test": "1"},
        {"retention_days": 10**9},
        {"code": "<b>"},
        {"article": 0},
        {"obligation": "x"},
    ],
)
def test_an_entry_that_cannot_be_changes_nothing(kpu, changes):
    key = kpu.state(listed(**changes))
    assert Entry.objects.get(key=key).state == Entry.State.INVALID and not Dataset.objects.exists()


def test_words_that_are_not_here_leave_the_entry_readable(kpu):
    key = kpu.state(listed(text=None))
    page = kpu.person("secretary").get(f"/data/kumpulan/{key}/").content.decode()
    assert "belum sampai atau sudah dihapus" in page and "kode_tps" in page


@pytest.mark.slow
def test_the_register_of_processing_follows_the_catalogue_and_what_was_granted(kpu):
    kpu.post("secretary", f"/data/kumpulan/baku/{kpu.agreement}/", code=["D-02", "D-07"])
    page = kpu.person("secretary")
    shown = page.get("/data/pemrosesan/").content.decode()
    # Contacts carry names; the list of stations carries nothing personal; what the police keep is no act of ours.
    assert "D-07 Narahubung data" in shown and "D-02" not in shown and "Kekuatan personel" not in shown
    assert "belum ada (0 penyerahan belum dimusnahkan)" in shown and "Jejak pembacaan" in shown
    assert page.get("/data/pemrosesan/register.xlsx").status_code == 200
    text = pypdfium2.PdfDocument(page.get("/data/pemrosesan/register.pdf").content)
    told = " ".join("\n".join(one.get_textpage().get_text_range() for one in text).split())
    assert "Pasal 31" in told and "Narahubung" in told
