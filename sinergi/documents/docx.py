"""A letter as DOCX, for the office that edits before it signs: the same parts and the same look as the PDF.

The measures are those of `letter.typ`; Word counts line pitch where the typesetter counts the gap.
"""

from __future__ import annotations

from io import BytesIO
from typing import Any

from docx import Document
from docx.document import Document as Draft
from docx.enum.section import WD_SECTION
from docx.enum.table import WD_ALIGN_VERTICAL
from docx.enum.text import WD_TAB_ALIGNMENT
from docx.image.exceptions import InvalidImageStreamError, UnexpectedEndOfFileError, UnrecognizedImageError
from docx.shared import Mm
from docx.text.paragraph import Paragraph

from sinergi.documents.letter import WORDS, Annex, Letter, letter_of, reference_lines
from sinergi.documents.text import ready
from sinergi.documents.word_lines import (
    check_cells,
    describe,
    electronic_box,
    gap,
    put,
    same_bytes_every_time,
    set_up,
    sheet,
    text_width,
    write,
)
from sinergi.documents.word_xml import annex_table, borders, columns
from sinergi.kernel.errors import Refused


def letter_docx(letter: Letter) -> bytes:
    """The letter as a DOCX file. Raises Refused where `text.ready` does, or when the emblem is no picture."""
    letter = ready(letter)
    draft = Document()
    set_up(draft, letter, title=letter.subject)
    _letterhead(draft, letter)
    _reference(draft, letter)
    for addressed in letter.addressee:
        put(draft, addressed)
    gap(draft, 10)
    for paragraph in letter.opening:
        put(draft, paragraph, after=4.7)
    _items(draft, letter)
    for paragraph in letter.closing:
        put(draft, paragraph, after=4.7)
    _signature(draft, letter)
    _copies(draft, letter)
    for annex in letter.annexes:
        _annex(draft, letter, annex)
    return same_bytes_every_time(draft)


def _letterhead(draft: Draft, letter: Letter) -> None:
    head: Any = draft
    first: Paragraph | None = None
    if letter.letterhead.emblem:
        side = Mm(22)
        table = columns(draft, [side, text_width(draft.sections[0]) - 2 * side, side])
        picture = table.cell(0, 0).paragraphs[0]
        try:
            shape = picture.add_run().add_picture(BytesIO(letter.letterhead.emblem), height=Mm(21))
        except (
            InvalidImageStreamError, UnexpectedEndOfFileError, UnrecognizedImageError, ZeroDivisionError
        ) as problem:  # fmt: skip
            raise Refused("Berkas lambang tidak dapat dibaca.", code="SRT-06", field="emblem") from problem
        if shape.width > Mm(20):
            shape.width, shape.height = Mm(20), round(shape.height * Mm(20) / shape.width)
        describe(shape, " ".join(letter.letterhead.agency))
        head = table.cell(0, 1)
        head.vertical_alignment = WD_ALIGN_VERTICAL.CENTER
        first = head.paragraphs[0]
    for line in letter.letterhead.agency:
        put(head, line, into=first, size=14, is_bold=True, pitch=17.5, is_centred=True)
        first = None
    if letter.letterhead.address:
        put(head, letter.letterhead.address, size=9.5, pitch=14, is_centred=True)
    rule = put(draft, "", size=1, pitch=3, after=8.5)
    borders(rule, bottom=("thickThinSmallGap", 24))


def _reference(draft: Draft, letter: Letter) -> None:
    """Nomor, sifat, lampiran, perihal on tab stops; place and date at the right of the first line."""
    lines = [*reference_lines(letter), (WORDS[letter.language].subject, letter.subject)]
    for at, (name, value) in enumerate(lines):
        paragraph = put(draft, f"{name}\t:\t", pitch=15.4)
        layout = paragraph.paragraph_format
        layout.left_indent, layout.first_line_indent = Mm(23.5), -Mm(23.5)
        layout.tab_stops.add_tab_stop(Mm(21))
        layout.tab_stops.add_tab_stop(Mm(23.5))
        layout.tab_stops.add_tab_stop(text_width(draft.sections[0]), WD_TAB_ALIGNMENT.RIGHT)
        write(paragraph, value, is_bold=at == len(lines) - 1)
        if at == 0:
            write(paragraph, f"\t{letter.dateline}")
    gap(draft, 11.5)


def _items(draft: Draft, letter: Letter) -> None:
    if not letter.items:
        return
    longest = max(len(item.label) for item in letter.items)
    label = Mm(min(60, max(30, longest * 2.35)))
    widths = [Mm(9), label, Mm(2.5), text_width(draft.sections[0]) - Mm(11.5) - label]
    table = columns(draft, widths, rows=len(letter.items))
    for at, (item, row) in enumerate(zip(letter.items, table.rows, strict=True)):
        for cell, words in zip(row.cells, (f"{letter_of(at)}.", item.label, ":", item.value), strict=True):
            put(cell, words, into=cell.paragraphs[0], after=2.5)
    gap(draft, 3)


def _signature(draft: Draft, letter: Letter) -> None:
    """Check page at the left, signature at the right, in one row that no page break can part."""
    gap(draft, 9)
    width = text_width(draft.sections[0])
    table = columns(draft, [Mm(30), width - Mm(107), Mm(77)])
    code, beside, signed = table.rows[0].cells
    check_cells(letter, code, beside)
    person, first = letter.signature, signed.paragraphs[0]
    if person.acting:
        put(signed, person.acting, into=first)
    put(signed, f"{person.office},", into=None if person.acting else first)
    electronic_box(signed, person)
    put(signed, person.name, is_bold=True)
    if person.rank:
        put(signed, person.rank)


def _copies(draft: Draft, letter: Letter) -> None:
    if not letter.copies:
        return
    gap(draft, 14)
    put(draft, WORDS[letter.language].copies, size=9.5, pitch=14, is_bold=True)
    for at, copy in enumerate(letter.copies, start=1):
        paragraph = put(draft, f"{at}.\t{copy}", size=9.5, pitch=13)
        layout = paragraph.paragraph_format
        layout.left_indent, layout.first_line_indent = Mm(7), -Mm(6)
        layout.tab_stops.add_tab_stop(Mm(7))


def _annex(draft: Draft, letter: Letter, annex: Annex) -> None:
    section = draft.add_section(WD_SECTION.NEW_PAGE)
    sheet(section, letter, is_landscape=annex.is_landscape)
    put(draft, f"{WORDS[letter.language].annex_of} {letter.number}", size=9, pitch=14)
    put(draft, annex.title, size=11.5, pitch=16, after=6, is_bold=True)
    whole = sum(column.weight for column in annex.columns)
    annex_table(
        draft,
        widths=[text_width(section) * column.weight // whole for column in annex.columns],
        head=[column.title for column in annex.columns],
        rows=annex.rows,
        numbers=[column.is_number for column in annex.columns],
    )
    # Word wants a paragraph behind a table that ends a section.
    put(draft, "", size=1, pitch=1)
