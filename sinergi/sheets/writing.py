"""XLSX out:

templates to fill in, exports of lists, and an uploaded file given back with its errors marked.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.comments import Comment
from openpyxl.packaging.custom import StringProperty
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation

from sinergi.sheets import marking
from sinergi.sheets.columns import Column, Kind, Value, text_of
from sinergi.sheets.table import ERROR_COLUMN, Table
from sinergi.sheets.xlsx_file import DATA_SHEET

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

# Of header and footer, with the command before it.
LONGEST_MARK = 240
# Rows of a template that get drop-down lists and text format.
TEMPLATE_ROWS = 20_000
# A comment costs a drawing; past this many the error column alone tells.
MOST_COMMENTS = 2_000

_HEAD = PatternFill("solid", fgColor="FFE0ECF0")
_WRONG = PatternFill("solid", fgColor="FFFBE3E1")
_BOLD = Font(bold=True)
_EXAMPLE = Font(italic=True, color="FF5B6863")
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")
_UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


def template(columns: Sequence[Column], *, title: str, notes: Sequence[str] = ()) -> bytes:
    """An XLSX to fill in:

    header with notes, one example row, drop-down lists, codes as text, a sheet of instructions.
    """
    book = Workbook()
    sheet = book.active
    sheet.title = DATA_SHEET
    for position, column in enumerate(columns, start=1):
        letter = get_column_letter(position)
        head = sheet.cell(row=1, column=position, value=column.label)
        head.font, head.fill, head.alignment = _BOLD, _HEAD, Alignment(wrap_text=True, vertical="top")
        head.comment = Comment(_explained(column), "Sinergi", width=260, height=120)
        sheet.column_dimensions[letter].width = max(12, min(40, len(column.label) + 4))
        if column.kind in (Kind.CODE, Kind.TEXT):
            sheet.column_dimensions[letter].number_format = "@"
        if column.example:
            example = sheet.cell(row=2, column=position, value=column.example)
            example.font, example.data_type = _EXAMPLE, "s"
            if column.kind in (Kind.CODE, Kind.TEXT):
                example.number_format = "@"
        if allowed := column.choices or (("ya", "tidak") if column.kind is Kind.BOOLEAN else ()):
            sheet.add_data_validation(
                _drop_down(book, allowed, letter, column.label, f"{letter}2:{letter}{TEMPLATE_ROWS}")
            )
    sheet.freeze_panes = "A2"
    guide = book.create_sheet("Petunjuk")
    guide.column_dimensions["A"].width, guide.column_dimensions["B"].width = 28, 90
    guide.append([title])
    guide["A1"].font = _BOLD
    for note in (
        "Isi lembar Isian mulai baris 2. Baris contoh boleh dibiarkan; baris itu tidak ikut dibaca.",
        "Jangan menambah NIK, NKK, nama pemilih, partai, atau perolehan suara. Berkas seperti itu ditolak.",
        *notes,
    ):
        guide.append(["", note])
    for column in columns:
        guide.append([column.label + (" (wajib)" if column.required else ""), _explained(column)])
    return _saved(book)


def _explained(column: Column) -> str:
    kind = {
        Kind.CODE: "Kode, ditulis sebagai teks",
        Kind.TEXT: "Teks",
        Kind.INTEGER: "Bilangan bulat tanpa titik",
        Kind.DECIMAL: "Angka, koma atau titik desimal",
        Kind.BOOLEAN: "ya atau tidak",
        Kind.DATE: "Tanggal, misalnya 14/02/2024 atau 2024-02-14",
    }[column.kind]
    length = f", {column.digits} angka" if column.digits else ""
    need = "Wajib diisi." if column.required else "Boleh kosong."
    return f"{kind}{length}. {need}{' ' + column.hint if column.hint else ''}"


def _drop_down(book: Workbook, allowed: Sequence[str], letter: str, label: str, cells: str) -> DataValidation:
    listed = ",".join(allowed)
    if len(listed) <= 250 and not any("," in word for word in allowed):
        formula = f'"{listed}"'
    else:
        sheet = book["Pilihan"] if "Pilihan" in book.sheetnames else book.create_sheet("Pilihan")
        sheet.sheet_state = "hidden"
        for row, word in enumerate(allowed, start=1):
            sheet[f"{letter}{row}"] = word
        formula = f"Pilihan!${letter}$1:${letter}${len(allowed)}"
    rule = DataValidation(type="list", formula1=formula, allow_blank=True, showErrorMessage=True)
    rule.errorTitle, rule.error = label[:32], "Pilih salah satu isi daftar."
    rule.add(cells)
    return rule


def export(
    columns: Sequence[Column],
    rows: Iterable[Mapping[str, Value | datetime | float]],
    *,
    sheet: str = "Data",
    mark: str = "",
) -> bytes:
    """An XLSX of `rows` with the columns in the given order, header frozen, filters on.

    Text is never a formula, whatever it begins with. `mark` (LATIHAN for exercises) goes into the sheet's
    name, its header and footer. Where it leaves for somebody it bears their
    marks (`marking`). Instants must be given in the zone people should read, without one.
    """
    book = Workbook(write_only=True)
    page: Any = book.create_sheet(_sheet_name(f"{mark} {sheet}".strip()))
    page.freeze_panes = "A2"
    for position, column in enumerate(columns, start=1):
        page.column_dimensions[get_column_letter(position)].width = max(10, min(44, len(column.label) + 6))
    recipient = marking.recipient()
    foot = f"{mark} · {recipient.shown}".strip(" ·") if recipient else mark
    if foot:
        page.oddFooter.center.text = foot.replace("&", "&&")[:LONGEST_MARK]
    if mark:
        # In a header & begins a command (page number, colour); doubled it is the sign itself. Excel takes 255 letters.
        page.oddHeader.center.text = mark.replace("&", "&&")[:LONGEST_MARK]
    page.append([_styled(page, column.label, font=_BOLD, fill=_HEAD) for column in columns])
    told: list[list[Any]] = [[column.label for column in columns]]
    count = 1
    for row in rows:
        values = [row.get(column.name) for column in columns]
        page.append([_written(page, value, column) for value, column in zip(values, columns, strict=True)])
        count += 1
        if recipient:
            told.append([_UNWRITABLE.sub("\ufffd", value) if isinstance(value, str) else value for value in values])
    page.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{count}"
    if recipient:
        _hide(book, recipient.token(marking.content(told)))
    return _saved(book)


def _hide(book: Workbook, token: str) -> None:
    """Three places, so that a program that drops one still keeps another."""
    book.custom_doc_props.append(StringProperty(name=marking.PROPERTY, value=token))
    book.properties.keywords = token
    book.defined_names.add(DefinedName(f"_{marking.PROPERTY}", attr_text=f'"{token}"', hidden=True))


def corrected(table: Table) -> bytes:
    """The uploaded rows, first what is wrong with each, and wrong cells in red with a comment."""
    wrong: dict[int, list[Any]] = {}
    for problem in table.problems:
        wrong.setdefault(problem.row, []).append(problem)
    book = Workbook(write_only=True)
    page: Any = book.create_sheet(DATA_SHEET)
    page.freeze_panes = "B2"
    page.column_dimensions["A"].width = 60
    shown = [position for position, text in enumerate(table.cells.header) if text != ERROR_COLUMN]
    for place in range(len(shown)):
        page.column_dimensions[get_column_letter(place + 2)].width = 18
    page.append(
        [
            _styled(page, text, font=_BOLD, fill=_HEAD)
            for text in (ERROR_COLUMN, *(table.cells.header[position] for position in shown))
        ]
    )
    comments = 0
    for number, cells in table.cells.rows:
        problems = wrong.get(number, [])
        sentences = [
            f"{problem.column}: {problem.sentence}" if problem.column else problem.sentence for problem in problems
        ]
        line = [_styled(page, "; ".join(sentences)[:2000], fill=_WRONG if sentences else None)]
        by_position: dict[int | None, list[str]] = {}
        for problem in problems:
            by_position.setdefault(problem.position, []).append(problem.sentence)
        for position in shown:
            text = text_of(cells[position]) if position < len(cells) else ""
            said = by_position.get(position)
            cell = _styled(page, text, fill=_WRONG if said else None)
            cell.number_format = "@"
            if said and comments < MOST_COMMENTS:
                cell.comment = Comment("\n".join(said), "Sinergi", width=260, height=90)
                comments += 1
            line.append(cell)
        page.append(line)
    return _saved(book)


def _written(page: Any, value: Any, column: Column) -> Any:
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "ya" if value else "tidak"
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, int | float):
        return value if column.kind is not Kind.CODE else _styled(page, str(value), as_text=True)
    if isinstance(value, datetime):
        cell = WriteOnlyCell(page, value.replace(tzinfo=None, microsecond=0))
        cell.number_format = "yyyy-mm-dd hh:mm"
        return cell
    if isinstance(value, date):
        cell = WriteOnlyCell(page, value)
        cell.number_format = "yyyy-mm-dd"
        return cell
    text = str(value)
    # Plain text needs no cell object; that halves the time of a long list.
    plain = column.kind is not Kind.CODE and not text.startswith(_DANGEROUS) and not _UNWRITABLE.search(text)
    return text[:32_000] if plain else _styled(page, text, as_text=True)


def _styled(
    page: Any, text: str, *, font: Font | None = None, fill: PatternFill | None = None, as_text: bool = False
) -> Any:
    cell = WriteOnlyCell(page, _UNWRITABLE.sub("\ufffd", text)[:32_000])
    # openpyxl takes a leading = for a formula; the type says that it is not one.
    cell.data_type = "s"
    if text.startswith(_DANGEROUS):
        cell.quotePrefix = True
    if as_text:
        cell.number_format = "@"
    if font:
        cell.font = font
    if fill:
        cell.fill = fill
    return cell


def _sheet_name(text: str) -> str:
    return re.sub(r"[\[\]:*?/\\']", " ", text)[:31] or "Data"


def _saved(book: Workbook) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()
