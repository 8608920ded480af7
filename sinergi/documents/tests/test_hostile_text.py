import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sinergi.documents import Annex, Check, Column, Letterhead, letter_docx, letter_pdf
from sinergi.documents.tests.samples import changed, docx_part, docx_words, pdf_pages, pdf_picture, with_subject
from sinergi.documents.text import LONGEST_TEXT, clean
from sinergi.kernel.errors import Refused

MARKUP = (
    '#read("/etc/passwd")',
    "#{ panic() }",
    '"; #let it = none; "',
    "$x^2$ *tebal* _miring_ `kode` = Judul @rujukan <label> // komentar",
    "\\u{41} \\ #h(1pt) ~ -- --- ...",
    "<script>alert(1)</script> <b>&amp; &lt;",
    "</w:t></w:r></w:p><w:p><w:instrText>INCLUDETEXT</w:instrText>",
    "=HYPERLINK(0) +1 -1 @SUM",
    "{{ 7*7 }} {% x %} %s {0}",
    "a\\b 'tunggal' \"ganda\"",
)


@pytest.mark.parametrize("words", MARKUP)
def test_markup_is_printed_as_it_was_typed(words):
    letter = with_subject(words)
    page = "".join(pdf_pages(letter_pdf(letter))[0].split())
    assert page.count("".join(words.split())) == 5
    file = letter_docx(letter)
    assert " ".join(docx_words(file)).count(words) == 5
    assert b"<w:instrText" not in docx_part(file, "word/document.xml")


def test_control_and_direction_characters_vanish():
    assert clean("Bri\u202egadir\x00 A\u200b\u2066B\ufeff\tC\r\n D") == "Brigadir AB C D"


def test_undrawable_characters_are_named_not_dropped():
    assert clean("Aman 😀 \U00020000 中") == "Aman ‹U+1F600› ‹U+20000› ‹U+4E2D›"
    page = pdf_pages(letter_pdf(with_subject("Aman 😀")))[0]
    assert "Aman ‹U+1F600›" in page
    assert any("Aman ‹U+1F600›" in words for words in docx_words(letter_docx(with_subject("Aman 😀"))))


def test_broken_text_is_refused():
    with pytest.raises(Refused, match="rusak"):
        letter_pdf(with_subject("a\ud800b"))


def test_a_long_paragraph_and_a_long_word_stay_on_the_paper():
    long = changed(opening=("kata " * 2000,), items=(), subject="M" * 300, number="9" * 200)
    file = letter_pdf(long)
    assert sum(page.count("kata") for page in pdf_pages(file)) == 2000
    picture = pdf_picture(file).convert("L")
    # 12 mm at the right edge stay white: nothing is cut.
    margin = picture.crop((picture.width - round(12 / 25.4 * 72 * 2.5), 0, picture.width, picture.height))
    assert margin.getextrema()[0] > 240
    assert "M" * 300 in "".join(pdf_pages(file)[0].split())
    assert letter_docx(long)


@pytest.mark.parametrize("write", [letter_pdf, letter_docx])
@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"number": ""}, "number"),
        ({"subject": " \x00 "}, "subject"),
        ({"dateline": ""}, "dateline"),
        ({"addressee": ("",)}, "addressee"),
        ({"opening": (), "items": (), "closing": ()}, "opening"),
        ({"letterhead": Letterhead(agency=())}, "letterhead"),
        ({"letterhead": Letterhead(agency=("KPU",), emblem=b"<svg/>")}, "emblem"),
        ({"letterhead": Letterhead(agency=("KPU",), emblem=b"\x89PNG\r\n\x1a\n" + b"rusak" * 9)}, "emblem"),
        ({"letterhead": Letterhead(agency=("KPU",), emblem=b"\xff\xd8\xff" + b"rusak" * 9)}, "emblem"),
        ({"check": Check(url="x" * 500, address="a", code="b")}, "check"),
        ({"annexes": (Annex(title="T", columns=(), rows=()),)}, "annexes"),
        ({"annexes": (Annex(title="T", columns=(Column("A"),), rows=(("1", "2"),)),)}, "annexes"),
        ({"opening": ("x" * (LONGEST_TEXT + 1),)}, ""),
    ],
)
def test_an_impossible_letter_is_refused_in_one_sentence(write, fields, field):
    with pytest.raises(Refused) as refusal:
        write(changed(**fields))
    assert refusal.value.field == field
    assert refusal.value.code.startswith("SRT-")
    assert refusal.value.sentence.count(".") == 1


def test_an_empty_cell_keeps_its_place_in_the_row():
    annex = Annex(title="T", columns=(Column("A"), Column("B")), rows=(("", "ada"), ("satu", "")))
    assert "A B ada satu" in pdf_pages(letter_pdf(changed(annexes=(annex,))))[1]


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(st.text(max_size=200))
def test_any_text_gives_a_letter_or_a_refusal(words):
    letter = changed(opening=(words, "Isi."), addressee=(words, "Yth."), evidence=words)
    try:
        expected = clean(words)
    except Refused:
        return
    assert letter_pdf(letter).startswith(b"%PDF-1.7")
    assert not expected or any(expected in paragraph for paragraph in docx_words(letter_docx(letter)))
