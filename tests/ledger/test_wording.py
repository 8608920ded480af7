"""What nobody may write is refused in every text of every kind of fact, and harmless words are not."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from django import forms

from sinergi.kernel.errors import Refused
from sinergi.ledger import catalog, wording
from sinergi.ledger.events import text_type
from sinergi.sheets.forbidden import forbidden_words, intelligence_in
from tests.nodes.invent import Inventor

NIK = "hubungi NIK 1203011107900001"
FORBIDDEN = {
    NIK: "NIK",
    "nkk 1203 0111 0790 0001": "NIK",
    "Paslon 02 unggul 1.204 suara di desa ini": "perolehan suara",
    "nomor urut 1 memperoleh 56,2 persen": "perolehan suara",
    "hasil suara TPS 4 sudah 212 untuk yang satu": "perolehan suara",
    "pemilih bernama Sahrul belum datang": "nama pemilih",
    "Pemilih a.n. Rosma H. menolak": "nama pemilih",
    "Sahrul adalah kader Partai Contoh": "partai seseorang",
    "anggota partai Contoh bernama Sahrul": "partai seseorang",
}
HARMLESS = (
    "NIP 197906032005011001 Rosma Harahap",
    "kurang 120 surat suara dan 2 kotak suara untuk TPS 004",
    "pemungutan suara pukul 07.00, penghitungan suara pukul 13.00",
    "Paslon nomor urut 2 berkampanye di lapangan, 300 orang, 12 personel",
    "Partai Contoh mengadakan rapat umum; penanggung jawab Rosma Harahap",
    "bukan anggota partai politik selama lima tahun",
    "pemilih laki-laki 120, pemilih perempuan 131",
    "Sekretaris mengingatkan tahapan 3, menang kontrak 50%; lelang",
    "surat suara cadangan 2 persen dari DPT",
    "0811-0000-0000, NRP 71020304, Sprin/74/II/2024",
)


@pytest.mark.parametrize(("words", "why"), FORBIDDEN.items())
def test_what_nobody_may_write_is_found(words, why):
    assert forbidden_words(words) == why


@pytest.mark.parametrize("words", HARMLESS)
def test_words_of_the_work_are_not_taken_for_it(words):
    assert forbidden_words(words) is None and not intelligence_in(words)


def test_every_text_of_every_kind_refuses_it_whichever_way_it_came_in():
    inventor, kinds, places = _inventor(), 0, 0
    for kind in catalog.kinds().values():
        shape = text_type(kind)
        if shape is None:
            continue
        kinds += 1
        # What holds nothing by chance is invented again, until there is something to write into.
        told = set()
        for _ in range(12):
            for place, event in _bent(inventor.event(kind), shape, NIK):
                with pytest.raises(Refused) as refused:
                    wording.refuse(event, agreement="a" * 64)
                assert refused.value.code == "K-130" and refused.value.field == place[0]
                told.add(place)
        assert told, f"{kind.kind}: no text was written into"
        places += len(told)
    assert kinds > 30 and places > 60


def test_intelligence_stays_out_of_an_agreement_and_may_stand_inside(node):
    shape = next(kind for name, kind in catalog.kinds().items() if name[0] == "security.assistance_requested")
    for words in ("sesuai Kirsus Kasat Intelkam", "lihat RENOPS Mantap Brata", "personel cadangan 30 di Mako"):
        assert intelligence_in(words)
        event = next(event for _, event in _bent(_asked(shape), text_type(shape), words))
        with pytest.raises(Refused) as refused:
            wording.refuse(event, agreement="a" * 64)
        assert refused.value.code == "K-131"
        wording.refuse(event, agreement="")


def test_every_upload_is_a_table_that_is_checked_or_a_paper_that_is_only_kept():
    """A new upload fails here until somebody has said which of the two it is; tables refuse by `table_of`."""
    from importlib import import_module
    from importlib.util import find_spec

    from django.conf import settings

    import_module("sinergi.sync.forms")
    for feature in settings.FEATURES:
        if find_spec(f"{feature}.forms"):
            import_module(f"{feature}.forms")
    found = {
        f"{form.__module__.removeprefix('sinergi.features.')}.{form.__name__}.{name}"
        for form in _below(forms.BaseForm)
        if form.__module__.startswith("sinergi.")
        for name, field in getattr(form, "base_fields", {}).items()
        if isinstance(field, forms.FileField)
    }
    assert found == TABLES | KEPT
    for name in TABLES:
        files = (FEATURES / name.split(".")[0]).rglob("*.py")
        assert any("table_of(" in path.read_text() for path in files), (
            f"{name}: nobody looks for what no table may hold"
        )


FEATURES = Path(catalog.__file__).parents[1] / "features"
TABLES = {
    "data.forms.DeliverForm.file",
    "obligations.forms.PaperForm.file",
    "people.forms.Upload.file",
    "places.forms.RegionFile.file",
    "places.forms.Upload.file",
    "risk.forms.Upload.file",
    "standing_duties.forms.CountsFile.file",
}
# Scans and letters that are kept as they are, a calendar of stages, and a file that is read and not kept.
KEPT = {
    "agreement.forms.BindingForm.scan",
    "agreement.forms.ConfirmationForm.scan",
    "agreement.forms.EntryForm.scan",
    "agreement.forms.GateForm.scan",
    "agreement.forms.ScanForm.scan",
    "agreement.forms.StepPaperForm.scan",
    "rights.forms.TraceForm.file",
    "sinergi.sync.forms.Letter.file",
    "stages.forms.CalendarFile.file",
    "standing_duties.forms.UpdateForm.file",
}


def _asked(shape: Any) -> Any:
    inventor = _inventor()
    return next(event for event in (inventor.event(shape) for _ in range(50)) if event.text is not None)


def _inventor() -> Inventor:
    inventor = Inventor(random.Random(7), ("a" * 64, "b" * 64))
    inventor.records = [("some.kind", "a" * 26)]
    return inventor


def _bent(event: Any, shape: Any, words: str) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """The event once for each of its texts, with these words in its place; what takes no words is left out."""
    if event.text is None:
        return
    plain = msgspec.to_builtins(event.text)
    for place in list(_places(plain)):
        try:
            text = msgspec.convert(_with(plain, place, words), type=shape)
        except msgspec.ValidationError:
            continue
        yield place, msgspec.structs.replace(event, text=text)


def _places(value: Any, above: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, str):
        yield above
    for key, part in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from _places(part, (*above, key))


def _with(value: Any, place: tuple[Any, ...], words: str) -> Any:
    if not place:
        return words
    copy = value.copy()
    copy[place[0]] = _with(value[place[0]], place[1:], words)
    return copy


def _below(kind: type) -> Iterator[type]:
    for child in kind.__subclasses__():
        yield child
        yield from _below(child)
