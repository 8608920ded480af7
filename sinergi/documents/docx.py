"""A letter as DOCX, for the office that edits before it signs: the same parts and the same look as the PDF.

The measures are those of `letter.typ`; Word counts line pitch where the typesetter counts the gap.
"""

from __future__ import annotations

from datetime import UTC
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from docx import Document
from docx.document import Document as Draft
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.table import WD_ALIGN_VERTICAL
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING, WD_TAB_ALIGNMENT
from docx.image.exceptions import InvalidImageStreamError, UnexpectedEndOfFileError, UnrecognizedImageError
from docx.section import Section
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph

from sinergi.documents.letter import WORDS, Annex, Letter, across, footer_lines, letter_of, reference_lines
from sinergi.documents.qr import qr_png
from sinergi.documents.text import ready
from sinergi.documents.word_xml import SANS, annex_table, borders, columns, field, name_face, name_fonts, watermark
from sinergi.kernel.errors import Refused

SHEETS = {"A4": (Mm(210), Mm(297)), "F4": (Mm(215), Mm(330))}
LEFT, RIGHT = Mm(25), Mm(20)


def letter_docx(letter: Letter) -> bytes:
    """The letter as a DOCX file. Raises Refused where `text.ready` does, or when the emblem is no picture."""
    letter = ready(letter)
    draft = Document()
    _set_up(draft, letter)
    _letterhead(draft, letter)
    _reference(draft, letter)
    for line in letter.addressee:
        _line(draft, line)
    _gap(draft, 10)
    for paragraph in letter.opening:
        _line(draft, paragraph, after=4.7)
    _items(draft, letter)
    for paragraph in letter.closing:
        _line(draft, paragraph, after=4.7)
    _signature(draft, letter)
    _copies(draft, letter)
    for annex in letter.annexes:
        _annex(draft, letter, annex)
    return _same_bytes_every_time(draft)


def _set_up(draft: Draft, letter: Letter) -> None:
    name_fonts(draft, letter.language)
    draft.styles["Normal"].font.size = Pt(11)
    about = draft.core_properties
    about.title, about.author = letter.subject[:255], " ".join(letter.letterhead.agency)[:255]
    about.created = about.modified = letter.issued_at.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    about.last_modified_by, about.comments, about.revision = "", "", 1
    section = draft.sections[0]
    _sheet(section, letter)
    _space(section.header.paragraphs[0], pitch=1)
    if across(letter):
        watermark(section.header.paragraphs[0], across(letter))


def _sheet(section: Section, letter: Letter, *, is_landscape: bool = False) -> None:
    """Paper, margins and the foot of the page."""
    width, height = SHEETS[letter.paper]
    section.orientation = WD_ORIENT.LANDSCAPE if is_landscape else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = (height, width) if is_landscape else (width, height)
    section.left_margin, section.right_margin = LEFT, RIGHT
    section.top_margin, section.bottom_margin = Mm(17), Mm(26)
    section.header_distance, section.footer_distance = Mm(8), Mm(11)
    words = WORDS[letter.language]
    footer = section.footer
    footer.is_linked_to_previous = False
    lines = footer_lines(letter) or ("",)
    for at, line in enumerate(lines):
        paragraph = footer.paragraphs[0] if at == 0 else footer.add_paragraph()
        # The template's own footer style has tab stops in the middle, where a short line would end up.
        paragraph.style = "Normal"
        _space(paragraph, pitch=10)
        paragraph.paragraph_format.tab_stops.add_tab_stop(_text_width(section), WD_TAB_ALIGNMENT.RIGHT)
        _write(paragraph, line, size=8, is_sans=True)
        if at == 0:
            borders(paragraph, top=("single", 4))
            _write(paragraph, f"\t{words.page} ", size=8, is_sans=True)
            field(paragraph, "PAGE", size=8)
            _write(paragraph, f" {words.of} ", size=8, is_sans=True)
            field(paragraph, "NUMPAGES", size=8)


def _letterhead(draft: Draft, letter: Letter) -> None:
    head: Any = draft
    first: Paragraph | None = None
    if letter.letterhead.emblem:
        side = Mm(22)
        table = columns(draft, [side, _text_width(draft.sections[0]) - 2 * side, side])
        picture = table.cell(0, 0).paragraphs[0]
        try:
            shape = picture.add_run().add_picture(BytesIO(letter.letterhead.emblem), height=Mm(21))
        except (
            InvalidImageStreamError, UnexpectedEndOfFileError, UnrecognizedImageError, ZeroDivisionError
        ) as problem:  # fmt: skip
            raise Refused("Berkas lambang tidak dapat dibaca.", code="SRT-06", field="emblem") from problem
        if shape.width > Mm(20):
            shape.width, shape.height = Mm(20), round(shape.height * Mm(20) / shape.width)
        _describe(shape, " ".join(letter.letterhead.agency))
        head = table.cell(0, 1)
        head.vertical_alignment = WD_ALIGN_VERTICAL.CENTER
        first = head.paragraphs[0]
    for line in letter.letterhead.agency:
        _line(head, line, into=first, size=14, is_bold=True, pitch=17.5, is_centred=True)
        first = None
    if letter.letterhead.address:
        _line(head, letter.letterhead.address, size=9.5, pitch=14, is_centred=True)
    rule = _line(draft, "", size=1, pitch=3, after=8.5)
    borders(rule, bottom=("thickThinSmallGap", 24))


def _reference(draft: Draft, letter: Letter) -> None:
    """Nomor, sifat, lampiran, perihal on tab stops; place and date at the right of the first line."""
    lines = [*reference_lines(letter), (WORDS[letter.language].subject, letter.subject)]
    for at, (name, value) in enumerate(lines):
        paragraph = _line(draft, f"{name}\t:\t", pitch=15.4)
        layout = paragraph.paragraph_format
        layout.left_indent, layout.first_line_indent = Mm(23.5), -Mm(23.5)
        layout.tab_stops.add_tab_stop(Mm(21))
        layout.tab_stops.add_tab_stop(Mm(23.5))
        layout.tab_stops.add_tab_stop(_text_width(draft.sections[0]), WD_TAB_ALIGNMENT.RIGHT)
        _write(paragraph, value, is_bold=at == len(lines) - 1)
        if at == 0:
            _write(paragraph, f"\t{letter.dateline}")
    _gap(draft, 11.5)


def _items(draft: Draft, letter: Letter) -> None:
    if not letter.items:
        return
    longest = max(len(item.label) for item in letter.items)
    label = Mm(min(60, max(30, longest * 2.35)))
    widths = [Mm(9), label, Mm(2.5), _text_width(draft.sections[0]) - Mm(11.5) - label]
    table = columns(draft, widths, rows=len(letter.items))
    for at, (item, row) in enumerate(zip(letter.items, table.rows, strict=True)):
        for cell, words in zip(row.cells, (f"{letter_of(at)}.", item.label, ":", item.value), strict=True):
            _line(cell, words, into=cell.paragraphs[0], after=2.5)
    _gap(draft, 3)


def _signature(draft: Draft, letter: Letter) -> None:
    """Check page at the left, signature at the right, in one row that no page break can part."""
    _gap(draft, 9)
    width = _text_width(draft.sections[0])
    table = columns(draft, [Mm(30), width - Mm(107), Mm(77)])
    code, beside, signed = table.rows[0].cells
    if letter.check is not None:
        words = WORDS[letter.language]
        shape = code.paragraphs[0].add_run().add_picture(BytesIO(qr_png(letter.check.url)), width=Mm(26))
        _describe(shape, letter.check.url)
        _line(beside, words.genuine, into=beside.paragraphs[0], size=8.5, pitch=11.3, is_bold=True, is_sans=True)
        beside.paragraphs[0].paragraph_format.space_before = Pt(14)
        for line in (words.scan, letter.check.address):
            _line(beside, line, size=8.5, pitch=11.3, is_sans=True)
        last = _line(beside, f"{words.type_code} ", size=8.5, pitch=11.3, is_sans=True)
        _write(last, letter.check.code, size=8.5, is_bold=True, is_sans=True)
    person, first = letter.signature, signed.paragraphs[0]
    if person.acting:
        _line(signed, person.acting, into=first)
    _line(signed, f"{person.office},", into=None if person.acting else first)
    if person.electronic:
        _gap(signed, 6)
        for line in person.electronic:
            box = _line(signed, line, size=8.5, pitch=11.3, is_sans=True)
            box.paragraph_format.left_indent, box.paragraph_format.right_indent = Mm(4.5), Mm(2)
            borders(box, top=("single", 4), left=("single", 18), bottom=("single", 4), right=("single", 4))
        _gap(signed, 6)
    else:
        _gap(signed, 62)
    _line(signed, person.name, is_bold=True)
    if person.rank:
        _line(signed, person.rank)


def _copies(draft: Draft, letter: Letter) -> None:
    if not letter.copies:
        return
    _gap(draft, 14)
    _line(draft, WORDS[letter.language].copies, size=9.5, pitch=14, is_bold=True)
    for at, copy in enumerate(letter.copies, start=1):
        paragraph = _line(draft, f"{at}.\t{copy}", size=9.5, pitch=13)
        layout = paragraph.paragraph_format
        layout.left_indent, layout.first_line_indent = Mm(7), -Mm(6)
        layout.tab_stops.add_tab_stop(Mm(7))


def _annex(draft: Draft, letter: Letter, annex: Annex) -> None:
    section = draft.add_section(WD_SECTION.NEW_PAGE)
    _sheet(section, letter, is_landscape=annex.is_landscape)
    _line(draft, f"{WORDS[letter.language].annex_of} {letter.number}", size=9, pitch=14)
    _line(draft, annex.title, size=11.5, pitch=16, after=6, is_bold=True)
    whole = sum(column.weight for column in annex.columns)
    annex_table(
        draft,
        widths=[_text_width(section) * column.weight // whole for column in annex.columns],
        head=[column.title for column in annex.columns],
        rows=annex.rows,
        numbers=[column.is_number for column in annex.columns],
    )
    # Word wants a paragraph behind a table that ends a section.
    _line(draft, "", size=1, pitch=1)


def _line(
    place: Any,
    words: str,
    *,
    into: Paragraph | None = None,
    size: float = 11,
    pitch: float = 14.3,
    after: float = 0,
    is_bold: bool = False,
    is_sans: bool = False,
    is_centred: bool = False,
) -> Paragraph:
    """A paragraph of one look, at the end of `place` or written `into` an empty one. Measures in points."""
    paragraph: Paragraph = into if into is not None else place.add_paragraph()
    _space(paragraph, pitch=pitch, after=after)
    if is_centred:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _write(paragraph, words, size=size, is_bold=is_bold, is_sans=is_sans)
    return paragraph


def _gap(place: Any, height: float) -> None:
    _line(place, "", size=2, pitch=height)


def _space(paragraph: Paragraph, *, pitch: float, after: float = 0) -> None:
    layout = paragraph.paragraph_format
    layout.space_before, layout.space_after = Pt(0), Pt(after)
    layout.line_spacing_rule, layout.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(pitch)
    layout.widow_control = True


def _write(paragraph: Paragraph, words: str, *, size: float = 11, is_bold: bool = False, is_sans: bool = False) -> None:
    run = paragraph.add_run(words)
    run.font.size, run.bold = Pt(size), is_bold or None
    if is_sans:
        name_face(run._r.get_or_add_rPr(), SANS)


def _describe(shape: Any, words: str) -> None:
    """What a picture shows, for those who hear the letter; and no margin, which some readers add by themselves."""
    for side in ("distT", "distB", "distL", "distR"):
        shape._inline.set(side, "0")
    shape._inline.docPr.set("descr", words)


def _text_width(section: Section) -> int:
    assert section.page_width is not None, "the sheet is set before anything is written on it"
    return int(section.page_width) - LEFT - RIGHT


def _same_bytes_every_time(draft: Draft) -> bytes:
    """The file, its parts in order and without the clock that a zip usually carries."""
    written, packed = BytesIO(), BytesIO()
    draft.save(written)
    with ZipFile(written) as source, ZipFile(packed, "w") as target:
        # The content types come first; some readers look only there.
        for name in sorted(source.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
            part = ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            part.compress_type, part.create_system = ZIP_DEFLATED, 3
            target.writestr(part, source.read(name))
    return packed.getvalue()
