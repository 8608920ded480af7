from datetime import UTC, datetime

import msgspec
import pytest

from sinergi.documents import (
    Annex,
    Chapter,
    Column,
    Item,
    Letterhead,
    Order,
    Part,
    Signature,
    order_docx,
    order_pdf,
)
from sinergi.documents.tests.samples import LETTER, docx_words, pdf_pages, pdf_sizes
from sinergi.kernel.errors import Refused

ORDER = Order(
    letterhead=Letterhead(agency=("KEPOLISIAN NEGARA REPUBLIK INDONESIA", "DAERAH CONTOH", "RESOR CONTOH")),
    title="SURAT PERINTAH",
    number="Sprin/45/II/OPS.1.3./2024",
    place="Contoh",
    day="5 Februari 2024",
    grounds=(
        Part(label="Pertimbangan", lines=("bahwa perlu menugaskan personel.",)),
        Part(label="Dasar", lines=("UU 2/2002;", "UU 7/2017.")),
    ),
    command="DIPERINTAHKAN",
    orders=(
        Part(label="Kepada", items=(Item("Nama", "Budi Contoh"), Item("Pangkat/NRP", "Bripka / 00900123"))),
        Part(label="Untuk", lines=("menjaga TPS 001;", "melapor kepada Padal.")),
    ),
    closing="Selesai.",
    signature=Signature(
        office="Kepala Kepolisian Resor Contoh",
        name="Nama Contoh",
        rank="AKBP NRP 00000001",
        electronic=("Kunci sandi",),
    ),
    copies=("Kapolda Contoh",),
    check=LETTER.check,
    issued_at=datetime(2024, 2, 5, 3, 20, tzinfo=UTC),
)
IN_READING_ORDER = (
    "KEPOLISIAN NEGARA REPUBLIK INDONESIA",
    "SURAT PERINTAH",
    "Sprin/45/II/OPS.1.3./2024",
    "Pertimbangan",
    "Dasar",
    "UU 7/2017",
    "DIPERINTAHKAN",
    "Kepada",
    "00900123",
    "Untuk",
    "menjaga TPS 001",
    "Selesai.",
    "Dikeluarkan di",
    "5 Februari 2024",
    "KEPALA KEPOLISIAN RESOR CONTOH",
    "NAMA CONTOH",
    "AKBP NRP 00000001",
)
BESIDE = ("PAM-0074", "Kapolda Contoh")


@pytest.mark.parametrize(
    "read", [lambda order: pdf_pages(order_pdf(order))[0], lambda order: " ".join(docx_words(order_docx(order)))]
)
def test_an_order_is_read_in_the_layout_of_the_police(read):
    text = read(ORDER)
    places = [text.index(words) for words in IN_READING_ORDER]
    assert places == sorted(places)
    assert all(words in text for words in BESIDE)


def test_an_annex_has_its_own_head_and_signature_and_may_lie_on_its_side():
    annex = Annex(title="Daftar personel", columns=(Column("Nama"),), rows=(("Budi Contoh",),), is_landscape=True)
    order = msgspec.structs.replace(ORDER, annexes=(annex,), annex_head=("LAMPIRAN SURAT PERINTAH",))
    file = order_pdf(order)
    assert pdf_sizes(file)[1] == (297, 210)
    for words in ("RESOR CONTOH", "LAMPIRAN SURAT PERINTAH", "DAFTAR PERSONEL", "Budi Contoh", "NAMA CONTOH"):
        assert words in pdf_pages(file)[1]
    assert "LAMPIRAN SURAT PERINTAH" in docx_words(order_docx(order))


def test_the_points_of_a_plan_are_counted_through_its_chapters():
    chapters = (
        Chapter(title="Pendahuluan", points=(Part(label="Umum", lines=("Satu.",)),)),
        Chapter(title="Pelaksanaan", points=(Part(label="Kekuatan", lines=("Dua.", "Tiga.")),)),
    )
    plan = msgspec.structs.replace(
        ORDER, orders=(), grounds=(), command="", chapters=chapters, classification="Rahasia"
    )
    text = pdf_pages(order_pdf(plan))[0]
    assert "RAHASIA" in text and "II. PELAKSANAAN" in text
    assert text.index("1. Umum") < text.index("2. Kekuatan") < text.index("b. Tiga.")


def test_the_same_order_is_the_same_file():
    assert order_pdf(ORDER) == order_pdf(ORDER) and order_docx(ORDER) == order_docx(ORDER)


def test_what_a_person_typed_is_never_read_as_an_instruction():
    order = msgspec.structs.replace(
        ORDER, orders=(Part(label="Untuk", lines=('#read("/etc/passwd") *tebal*', "a\u202eb")),), exercise=True
    )
    assert '#read("/etc/passwd") *tebal*' in pdf_pages(order_pdf(order))[0]
    assert any("ab" in line for line in docx_words(order_docx(order)))


@pytest.mark.parametrize(
    ("field", "value"), [("number", ""), ("place", " "), ("orders", ()), ("letterhead", Letterhead(agency=("",)))]
)
def test_an_order_without_a_needed_part_is_refused(field, value):
    with pytest.raises(Refused, match="Isi"):
        order_pdf(msgspec.structs.replace(ORDER, **{field: value}))
