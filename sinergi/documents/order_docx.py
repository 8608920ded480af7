"""An order of the police as DOCX: the same parts and the same look as the PDF (`order.typ`)."""

from __future__ import annotations

from typing import Any

from docx import Document
from docx.document import Document as Draft
from docx.enum.section import WD_SECTION
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Mm

from sinergi.documents.letter import WORDS, Annex, letter_of
from sinergi.documents.order import ISSUED_AT, ISSUED_ON, Order, Part, counted_points
from sinergi.documents.text import ready_order
from sinergi.documents.word_lines import (
    check_cells,
    electronic_box,
    gap,
    put,
    same_bytes_every_time,
    set_up,
    sheet,
    text_width,
)
from sinergi.documents.word_xml import annex_table, borders, columns

SIGNED = Mm(78)


def order_docx(order: Order) -> bytes:
    """The order or plan as a DOCX file. Raises Refused where `text.ready_order` does."""
    order = ready_order(order)
    draft = Document()
    set_up(draft, order, title=f"{order.title} {order.number}")
    _head(draft, order, beside=order.classification.upper(), address=order.letterhead.address)
    gap(draft, 18)
    put(draft, order.title, size=12.5, pitch=17, is_bold=True, is_centred=True).runs[0].underline = True
    put(draft, f"{WORDS[order.language].number}: {order.number}", is_centred=True, after=4)
    for line in order.about:
        put(draft, line, is_bold=True, is_centred=True)
    gap(draft, 14)
    _named(draft, order.grounds)
    if order.command:
        gap(draft, 8)
        put(draft, order.command, is_bold=True, is_centred=True, after=10)
    _named(draft, order.orders)
    _chapters(draft, order)
    if order.closing:
        put(draft, order.closing, after=8)
    _signature(draft, order)
    if order.copies:
        gap(draft, 14)
        put(draft, WORDS[order.language].copies, size=9.5, pitch=14).runs[0].underline = True
        for at, copy in enumerate(order.copies, start=1):
            put(draft, f"{at}.  {copy}", size=9.5, pitch=13).paragraph_format.left_indent = Mm(1)
    for annex in order.annexes:
        _annex(draft, order, annex)
    return same_bytes_every_time(draft)


def _head(draft: Draft, order: Order, *, beside: str = "", address: str = "", lines: tuple[str, ...] = ()) -> None:
    """The office at the left, centred above its rule; at the right the class, or what an annex belongs to."""
    width = text_width(draft.sections[-1])
    table = columns(draft, [Mm(84), width - Mm(84) - Mm(80 if lines else 60), Mm(80 if lines else 60)])
    head, _, right = table.rows[0].cells
    first: Any = head.paragraphs[0]
    told = [(name, 10.5) for name in order.letterhead.agency] + ([(address, 8.5)] if address else [])
    for name, size in told:
        last = put(head, name, into=first, size=size, pitch=13, is_centred=True)
        first = None
    borders(last, bottom=("single", 6))
    first = right.paragraphs[0]
    for line in (beside,) if beside else lines:
        last = put(right, line, into=first, is_bold=bool(beside), size=11 if beside else 9.5, pitch=13)
        first = None
        if beside:
            last.alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _named(draft: Draft, parts: tuple[Part, ...]) -> None:
    if not parts:
        return
    widths = [Mm(29), Mm(4), text_width(draft.sections[0]) - Mm(33)]
    table = columns(draft, widths, rows=len(parts))
    for part, row in zip(parts, table.rows, strict=True):
        name, colon, body = row.cells
        put(name, part.label, into=name.paragraphs[0])
        put(colon, ":", into=colon.paragraphs[0])
        _content(body, part, mark=lambda at: f"{at + 1}.", first=body.paragraphs[0], label=Mm(30))


def _content(place: Any, part: Part, *, mark: Any, first: Any, label: int) -> None:
    """Labelled lines on a tab stop, then the counted lines with a hanging number."""
    for item in part.items:
        paragraph = put(place, f"{item.label}\t: {item.value}", into=first, after=2.5)
        layout = paragraph.paragraph_format
        layout.left_indent, layout.first_line_indent = label + Mm(2), -label - Mm(2)
        layout.tab_stops.add_tab_stop(label)
        first = None
    for at, line in enumerate(part.lines):
        is_alone = len(part.lines) == 1
        paragraph = put(place, line if is_alone else f"{mark(at)}\t{line}", into=first, after=4)
        paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
        if not is_alone:
            layout = paragraph.paragraph_format
            layout.left_indent, layout.first_line_indent = Mm(7), -Mm(7)
            layout.tab_stops.add_tab_stop(Mm(7))
        first = None
    if first is not None:
        put(place, "", into=first)


def _chapters(draft: Draft, order: Order) -> None:
    for number, title, points in counted_points(order):
        put(draft, f"{number}.   {title.upper()}", is_bold=True, after=5).paragraph_format.keep_with_next = True
        widths = [Mm(11), Mm(9), text_width(draft.sections[0]) - Mm(20)]
        table = columns(draft, widths, rows=len(points))
        for (at, part), row in zip(points, table.rows, strict=True):
            _, counted, body = row.cells
            put(counted, f"{at}.", into=counted.paragraphs[0])
            put(body, part.label, into=body.paragraphs[0], is_bold=True, after=3)
            _content(body, part, mark=lambda at: f"{letter_of(at)}.", first=None, label=Mm(45))
        gap(draft, 8)


def _signature(draft: Draft, order: Order) -> None:
    gap(draft, 12)
    table = columns(draft, [Mm(30), text_width(draft.sections[0]) - Mm(30) - SIGNED, SIGNED])
    code, beside, signed = table.rows[0].cells
    check_cells(order, code, beside)
    person = order.signature
    put(signed, f"{ISSUED_AT} : {order.place}", into=signed.paragraphs[0])
    borders(put(signed, f"{ISSUED_ON}   : {order.day}", after=3), bottom=("single", 6))
    if person.acting:
        put(signed, person.acting, is_centred=True)
    put(signed, person.office.upper(), is_centred=True)
    electronic_box(signed, person)
    _person(signed, order)


def _person(place: Any, order: Order) -> None:
    put(place, order.signature.name.upper(), is_bold=True, is_centred=True).runs[0].underline = True
    if order.signature.rank:
        put(place, order.signature.rank, is_centred=True)


def _annex(draft: Draft, order: Order, annex: Annex) -> None:
    section = draft.add_section(WD_SECTION.NEW_PAGE)
    sheet(section, order, is_landscape=annex.is_landscape)
    _head(draft, order, lines=order.annex_head)
    gap(draft, 14)
    put(draft, annex.title.upper(), is_bold=True, is_centred=True, after=8)
    whole = sum(column.weight for column in annex.columns)
    annex_table(
        draft,
        widths=[text_width(section) * column.weight // whole for column in annex.columns],
        head=[column.title for column in annex.columns],
        rows=annex.rows,
        numbers=[column.is_number for column in annex.columns],
    )
    gap(draft, 14)
    table = columns(draft, [text_width(section) - SIGNED, SIGNED])
    signed = table.rows[0].cells[1]
    put(signed, order.signature.acting or order.signature.office.upper(), into=signed.paragraphs[0], is_centred=True)
    if order.signature.acting:
        put(signed, order.signature.office.upper(), is_centred=True)
    gap(signed, 12 if order.signature.electronic else 50)
    _person(signed, order)
    put(draft, "", size=1, pitch=1)
