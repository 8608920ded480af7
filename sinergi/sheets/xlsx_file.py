"""XLSX through openpyxl, after the package has been looked at from outside: size, macros, links, entities."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

import openpyxl

from sinergi.sheets.columns import Cell
from sinergi.sheets.reading import Cells, Limits, Unreadable, as_stream, gather

# The sheet that templates name; another workbook's first visible sheet is read.
DATA_SHEET = "Isian"

_ACTIVE = re.compile(
    r"vbaproject|macrosheets|activex|externallinks/|embeddings/|oleobject|xl/connections|querytables/|customui",
    re.IGNORECASE,
)


def xlsx_cells(data: bytes, limits: Limits) -> Cells:
    """The cells of the data sheet. Raises Unreadable."""
    _inspect(data, limits)
    try:
        book = openpyxl.load_workbook(as_stream(data), read_only=True, data_only=False, keep_links=False)
        sheet = _data_sheet(book)
        # The file's own claim of its size is not believed: a forged one would make millions of empty cells.
        sheet.reset_dimensions()
        header, rows = gather(_records(sheet), limits)
        return Cells(header=header, rows=rows, form="xlsx", sheet=sheet.title)
    except (Unreadable, MemoryError):
        raise
    except Exception as error:  # openpyxl raises whatever its XML happens to break
        raise Unreadable("broken_xlsx", "Berkas Excel ini rusak. Buka dan simpan ulang sebagai .xlsx.") from error


def _data_sheet(book: Any) -> Any:
    visible = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    if not visible:
        raise Unreadable("empty", "Berkas ini kosong. Isi templat, lalu unggah lagi.")
    return next((sheet for sheet in visible if sheet.title == DATA_SHEET), visible[0])


def _records(sheet: Any) -> Iterator[tuple[int, list[Cell]]]:
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        yield number, [_cell(cell) for cell in cells]


def _cell(cell: Any) -> Cell:
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "ya" if value else "tidak"
    if isinstance(value, int | float):
        # A format of zeros only (000) says how many digits the code has.
        shown = cell.number_format
        if shown and set(shown) == {"0"} and len(shown) > 1 and float(value).is_integer() and value >= 0:
            return str(int(value)).zfill(len(shown))
        return value if abs(value) < 2**53 else str(value)
    if isinstance(value, datetime):
        return value.isoformat(sep=" ") if value.time() != time() else value.date().isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    # An array formula or a data table: read as a formula, refused beside the cell.
    return "=" + type(value).__name__


def _inspect(data: bytes, limits: Limits) -> None:
    """Refuse the package before any XML of it is parsed."""
    try:
        with zipfile.ZipFile(as_stream(data)) as package:
            members = package.infolist()
            names = {member.filename for member in members}
            if "[Content_Types].xml" not in names or not any(name.startswith("xl/") for name in names):
                raise Unreadable("not_xlsx_zip", "Arsip ini bukan Excel. Simpan tabel sebagai .xlsx.")
            if len(members) > limits.members or len(names) != len(members):
                raise Unreadable("members", "Susunan berkas Excel ini tidak wajar. Simpan ulang sebagai .xlsx.")
            if any(_ACTIVE.search(name) for name in names):
                raise Unreadable(
                    "active",
                    "Berkas Excel ini berisi makro atau tautan luar. Simpan sebagai .xlsx tanpa itu.",
                )
            unpacked = sum(member.file_size for member in members)
            if unpacked > limits.unpacked or any(_swollen(member, limits) for member in members):
                raise Unreadable("bomb", "Isi berkas Excel ini mengembang tidak wajar. Salin tabelnya ke berkas baru.")
            for member in members:
                _inspect_member(package, member)
    except (
        zipfile.BadZipFile,
        zlib.error,
        NotImplementedError,
        RuntimeError,
        EOFError,
        OSError,
        ValueError,
    ) as error:
        raise Unreadable("broken_xlsx", "Berkas Excel ini rusak. Buka dan simpan ulang sebagai .xlsx.") from error


def _swollen(member: zipfile.ZipInfo, limits: Limits) -> bool:
    return member.file_size > 1024**2 and member.file_size > limits.ratio * max(member.compress_size, 1)


def _inspect_member(package: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    """No document type (no entities) and no macro content type.

    XML in a spelling that hides one is refused too.
    """
    if not member.filename.lower().endswith((".xml", ".rels", ".vml")):
        return
    tail = b""
    with package.open(member) as stream:
        while piece := stream.read(1024**2):
            if b"\x00" in piece:
                raise Unreadable("xml_encoding", "Susunan berkas Excel ini tidak wajar. Simpan ulang sebagai .xlsx.")
            window = tail + piece
            if b"<!DOCTYPE" in window or b"<!ENTITY" in window:
                raise Unreadable("entities", "Berkas Excel ini berisi entitas XML. Simpan ulang sebagai .xlsx.")
            if member.filename == "[Content_Types].xml" and b"macroEnabled" in window:
                raise Unreadable(
                    "active",
                    "Berkas Excel ini berisi makro atau tautan luar. Simpan sebagai .xlsx tanpa itu.",
                )
            tail = piece[-16:]
