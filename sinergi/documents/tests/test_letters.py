import os
import subprocess
import sys
from io import BytesIO
from zipfile import ZipFile

import docx
import pikepdf
import pytest
import zxingcpp
from PIL import Image

from sinergi.documents import Annex, Column, Item, Letterhead, Signature, letter_docx, letter_pdf, page_count
from sinergi.documents.letter import letter_of
from sinergi.documents.tests.samples import (
    LETTER,
    ROSTER,
    changed,
    docx_part,
    docx_words,
    pdf_pages,
    pdf_picture,
    pdf_sizes,
)

IN_READING_ORDER = (
    "KOMISI PEMILIHAN UMUM",
    "KABUPATEN CONTOH",
    "074/PP.08-SD/9999/2024",
    "Contoh, 5 Februari 2024",
    "Segera",
    "1 (satu) lembar",
    "Permohonan pengamanan distribusi logistik",
    "Yth. Kepala Kepolisian Resor Contoh",
    "Dasar: Perjanjian Kerja Sama",
    "Pergeseran logistik",
    "05.00 sampai 13.00 WIB",
    "kami ucapkan terima kasih",
    "PAM-0074",
    "a.n. Ketua",
    "Sekretaris,",
    "Ditandatangani secara elektronik",
    "Nama Contoh",
    "NIP 19000101 200001 1 001",
    "Ketua KPU Provinsi Contoh",
)


def test_pdf_is_read_in_the_official_order():
    text = pdf_pages(letter_pdf(LETTER))[0]
    places = [text.index(words) for words in IN_READING_ORDER]
    assert places == sorted(places)


def test_docx_holds_the_same_words_in_the_same_order():
    text = " ".join(docx_words(letter_docx(LETTER)))
    places = [text.index(words) for words in IN_READING_ORDER]
    assert places == sorted(places)


def test_pdf_is_archival_tagged_and_carries_its_fonts():
    with pikepdf.open(BytesIO(letter_pdf(LETTER))) as book:
        about = book.open_metadata()
        assert (about["pdfaid:part"], about["pdfaid:conformance"], about["pdfuaid:part"]) == ("2", "A", "1")
        assert about["dc:title"] == LETTER.subject
        assert str(book.Root.Lang).startswith("id")
        described = [part for part in book.objects if isinstance(part, pikepdf.Dictionary)]
        fonts = [part for part in described if part.get("/Type") == "/FontDescriptor"]
        assert fonts and all("/FontFile3" in font for font in fonts)
        assert {str(font.FontName).split("+")[1].split("-")[0] for font in fonts} == {"TeXGyreBonum", "TeXGyreHeros"}


@pytest.mark.slow
@pytest.mark.parametrize("write", [letter_pdf, letter_docx])
def test_the_same_letter_gives_the_same_bytes_in_every_process(write):
    program = (
        "import hashlib; from sinergi.documents import *; from sinergi.documents.tests.samples import *;"
        f"print(hashlib.sha256({write.__name__}(changed(annexes=(ROSTER,), exercise=True))).hexdigest())"
    )
    seen = set()
    for seed, zone in (("1", "Asia/Jakarta"), ("2", "UTC")):
        about = os.environ | {"PYTHONHASHSEED": seed, "TZ": zone}
        seen.add(subprocess.run([sys.executable, "-c", program], env=about, capture_output=True, check=True).stdout)
    assert len(seen) == 1 and len(seen.pop()) == 65


@pytest.mark.parametrize("write", [letter_pdf, letter_docx])
def test_another_letter_gives_other_bytes(write):
    assert write(LETTER) != write(changed(number="075/PP.08-SD/9999/2024"))


@pytest.mark.slow
def test_the_code_on_paper_leads_to_the_check_page():
    found = zxingcpp.read_barcodes(pdf_picture(letter_pdf(changed(exercise=True))))
    assert [code.text for code in found] == [LETTER.check.url]
    picture = next(
        part.blob
        for part in docx.Document(BytesIO(letter_docx(LETTER))).part.package.iter_parts()
        if part.partname.startswith("/word/media/")
    )
    drawn = Image.new("L", (600, 600), 255)
    drawn.paste(Image.open(BytesIO(picture)).convert("L"), (60, 60))
    assert [code.text for code in zxingcpp.read_barcodes(drawn)] == [LETTER.check.url]


def test_a_letter_is_black_and_white():
    picture = pdf_picture(letter_pdf(changed(exercise=True, annexes=(ROSTER,))))
    assert all(red == green == blue for _, (red, green, blue) in picture.convert("RGB").getcolors(1_000_000))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("marks", "across"), [({"draft": True}, b"KONSEP"), ({"exercise": True, "draft": True}, b"KONSEP LATIHAN")]
)
def test_a_draft_is_marked_on_every_page_beside_what_else_it_is(marks, across):
    marked = changed(annexes=(ROSTER,), **marks)
    pages = pdf_pages(letter_pdf(marked))
    assert len(pages) == page_count(letter_pdf(marked)) > 1
    for page in pages:
        assert "KONSEP, belum diterbitkan." in page and ("bukan surat nyata" in page) == ("exercise" in marks)
    file = letter_docx(marked)
    assert any(b'string="' + across + b'"' in docx_part(file, name) for name in _parts(file))
    assert page_count(letter_pdf(LETTER)) == 1 and not any("KONSEP" in page for page in pdf_pages(letter_pdf(LETTER)))


@pytest.mark.slow
def test_an_exercise_is_marked_on_every_page_and_a_real_letter_is_not():
    marked = changed(exercise=True, annexes=(ROSTER,))
    assert all("LATIHAN, bukan surat nyata." in page for page in pdf_pages(letter_pdf(marked)))
    assert not any("LATIHAN" in page for page in pdf_pages(letter_pdf(LETTER)))
    file = letter_docx(marked)
    headers = [name for name in _parts(file) if name.startswith("word/header")]
    assert [b'string="LATIHAN"' in docx_part(file, name) for name in headers] == [True]
    real = letter_docx(LETTER)
    assert not any(b"LATIHAN" in docx_part(real, name) for name in _parts(real))


def test_the_watermark_is_drawn_and_never_mixes_with_the_text():
    plain, marked = (pdf_pages(letter_pdf(changed(exercise=exercise)))[0] for exercise in (False, True))
    assert marked.replace("LATIHAN, bukan surat nyata. ", "") == plain
    dark = [
        sum(pdf_picture(letter_pdf(changed(exercise=exercise))).convert("L").histogram()[:230])
        for exercise in (False, True)
    ]
    assert dark[1] > dark[0] + 3000


def test_every_page_is_numbered_and_every_annex_page_has_its_head():
    pages = pdf_pages(letter_pdf(changed(annexes=(ROSTER,))))
    assert len(pages) >= 3
    for at, page in enumerate(pages, start=1):
        assert f"Halaman {at} dari {len(pages)}" in page
        assert at == 1 or "No. Tempat" in page
    assert "Tempat 120" in pages[-1]
    xml = docx_part(letter_docx(changed(annexes=(ROSTER,))), "word/document.xml")
    assert xml.count(b"<w:tblHeader/>") == 1


def test_paper_is_a4_or_f4_and_a_wide_annex_lies_across():
    wide = Annex(title="Jadwal", columns=(Column("A"),), rows=(("1",),), is_landscape=True)
    assert pdf_sizes(letter_pdf(LETTER)) == [(210, 297)]
    assert pdf_sizes(letter_pdf(changed(paper="F4", annexes=(wide,)))) == [(215, 330), (330, 215)]
    sections = docx.Document(BytesIO(letter_docx(changed(paper="F4", annexes=(wide,))))).sections
    assert [(round(part.page_width.mm), round(part.page_height.mm)) for part in sections] == [(215, 330), (330, 215)]


def test_an_english_letter_has_english_words():
    page = pdf_pages(letter_pdf(changed(language="en", classification="Restricted")))[0]
    assert "Subject" in page and "Restricted, Segera" in page and "Page 1 of 1" in page and "Perihal" not in page


def test_a_letter_without_its_optional_parts_is_still_a_letter():
    bare = changed(
        urgency="", attachments="", items=(), closing=(), copies=(), check=None, evidence="", fingerprint="",
        signature=Signature(office="Ketua", name="Nama Contoh"),
        letterhead=Letterhead(agency=("KPU",)),
    )  # fmt: skip
    page = pdf_pages(letter_pdf(bare))[0]
    assert "Sifat" not in page and "Tembusan" not in page and "Nama Contoh" in page
    assert "Nama Contoh" in docx_words(letter_docx(bare))


def test_an_emblem_is_printed_by_both():
    drawn = BytesIO()
    Image.new("L", (90, 120), 0).save(drawn, "PNG")
    letter = changed(letterhead=Letterhead(agency=("KPU",), emblem=drawn.getvalue()), check=None)
    corner = pdf_picture(letter_pdf(letter)).convert("L").crop((200, 150, 300, 250))
    assert corner.getextrema()[0] == 0
    assert any(name.startswith("word/media/") for name in _parts(letter_docx(letter)))


def test_items_are_lettered_past_z():
    assert [letter_of(at) for at in (0, 25, 26, 51, 52)] == ["a", "z", "aa", "az", "ba"]
    many = tuple(Item(f"Butir {at}", "isi") for at in range(30))
    text = " ".join(pdf_pages(letter_pdf(changed(items=many))))
    assert "z. Butir 25" in text and "ad. Butir 29" in text


@pytest.mark.slow
def test_two_thousand_rows_are_printed_whole():
    roster = Annex(title="Daftar", columns=ROSTER.columns, rows=tuple((str(at), f"T{at}") for at in range(2000)))
    pages = pdf_pages(letter_pdf(changed(annexes=(roster,))))
    assert len(pages) > 40 and pages[-1].count("T1999") == 1
    assert sum(words.startswith("T") for words in docx_words(letter_docx(changed(annexes=(roster,))))) >= 2000


def _parts(file: bytes) -> list[str]:
    with ZipFile(BytesIO(file)) as parts:
        assert all(part.date_time == (1980, 1, 1, 0, 0, 0) for part in parts.infolist())
        return parts.namelist()
