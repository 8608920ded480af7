"""The bytes of a CSV or XLSX file into cells.

Runs in the child process of `sandbox`; trusts nothing it reads.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import msgspec

from sinergi.kernel.errors import Refused
from sinergi.sheets.columns import Cell


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """How large a file may be.

    `unpacked` counts the bytes inside an XLSX, `ratio` how often they may be packed.
    """

    bytes: int = 20 * 1024 * 1024
    rows: int = 100_000
    columns: int = 60
    cell: int = 2_000
    unpacked: int = 400 * 1024 * 1024
    ratio: int = 150
    members: int = 500


class Unreadable(Refused):
    """The file as a whole is refused.

    `pattern` is the sentence with named places for `words` (for translation).
    """

    def __init__(self, code: str, pattern: str, /, **words: str | int) -> None:
        super().__init__(pattern % words, code=code, field="file")
        self.pattern, self.words = pattern, words


class Cells(msgspec.Struct, frozen=True, kw_only=True):
    """A file as read: the header and the rows that hold anything, each with its number in the file (header
    is 1).

    `form` is csv or xlsx, `encoding` and `delimiter` are what was found, `sheet` the name of the sheet that
    was read.
    """

    header: list[str]
    rows: list[tuple[int, list[Cell]]]
    form: str
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""


def cells_of(data: bytes, *, name: str = "", limits: dict[str, Any] | None = None) -> Cells:
    """The cells in `data`.

    `name` is the file's name as uploaded, used only to explain a refusal. Raises Unreadable.
    """
    bounds = msgspec.convert(limits or {}, Limits)
    if not data.strip():
        raise Unreadable("empty", "Berkas ini kosong. Isi templat, lalu unggah lagi.")
    if len(data) > bounds.bytes:
        raise Unreadable(
            "bytes",
            "Berkas paling besar %(size)s MB. Pecah menjadi beberapa berkas.",
            size=bounds.bytes // 1024**2,
        )
    _refuse_other_kinds(data)
    if data.startswith(b"PK"):
        # Only here: loading openpyxl takes the child longer than reading a table.
        from sinergi.sheets.xlsx_file import xlsx_cells

        return xlsx_cells(data, bounds)
    if name.lower().endswith((".xlsx", ".xlsm", ".xls", ".ods")):
        raise Unreadable("not_xlsx", "Isi berkas ini bukan Excel walau namanya begitu. Simpan ulang sebagai .xlsx.")
    from sinergi.sheets.csv_file import csv_cells

    return csv_cells(data, bounds)


_OTHER_KINDS = (
    (b"%PDF", "PDF"),
    (b"\xd0\xcf\x11\xe0", "Excel lama atau terkunci sandi"),
    (b"\x89PNG", "gambar"),
    (b"\xff\xd8\xff", "gambar"),
    (b"GIF8", "gambar"),
    (b"Rar!", "arsip"),
    (b"7z\xbc\xaf", "arsip"),
    (b"\x1f\x8b", "arsip"),
    (b"\x7fELF", "program"),
    (b"MZ", "program"),
    (b"{\\rtf", "dokumen"),
    (b"SQLite format 3", "basis data"),
)


def _refuse_other_kinds(data: bytes) -> None:
    for magic, kind in _OTHER_KINDS:
        # A CSV may begin with the letters MZ; a program never goes on with printable text.
        if data.startswith(magic) and not (magic == b"MZ" and data[:64].isascii() and b"\x00" not in data[:64]):
            raise Unreadable("kind", "Berkas ini %(kind)s, bukan tabel. Simpan sebagai .xlsx atau .csv.", kind=kind)
    if data[:512].lstrip(b"\xef\xbb\xbf \r\n\t").lower().startswith((b"<!doctype", b"<html", b"<?xml", b"<table")):
        raise Unreadable(
            "kind", "Berkas ini %(kind)s, bukan tabel. Simpan sebagai .xlsx atau .csv.", kind="halaman web"
        )


def gather(records: Iterator[tuple[int, list[Cell]]], limits: Limits) -> tuple[list[str], list[tuple[int, list[Cell]]]]:
    """Header and non-empty rows of `records`, within the limits. Raises Unreadable."""
    header: list[str] | None = None
    rows: list[tuple[int, list[Cell]]] = []
    blank = 0
    for number, cells in records:
        while cells and cells[-1] == "":
            cells.pop()
        if len(cells) > limits.columns:
            raise Unreadable(
                "columns", "Baris %(row)s punya lebih dari %(most)s kolom.", row=number, most=limits.columns
            )
        for position, cell in enumerate(cells, start=1):
            if isinstance(cell, str) and len(cell) > limits.cell:
                raise Unreadable(
                    "cell",
                    "Sel di baris %(row)s kolom %(column)s lebih panjang dari %(most)s huruf.",
                    row=number,
                    column=position,
                    most=limits.cell,
                )
        if not any(cell.strip() if isinstance(cell, str) else True for cell in cells):
            blank += 1
            if blank > limits.rows:
                raise Unreadable("rows", "Berkas paling banyak %(most)s baris.", most=limits.rows)
            continue
        if header is None:
            header = [str(cell).strip() for cell in cells]
            continue
        if len(rows) >= limits.rows:
            raise Unreadable("rows", "Berkas paling banyak %(most)s baris.", most=limits.rows)
        rows.append((number, cells))
    if header is None:
        raise Unreadable("empty", "Berkas ini kosong. Isi templat, lalu unggah lagi.")
    return header, rows


def as_stream(data: bytes) -> io.BytesIO:
    """The bytes as a file that never touches a disk."""
    return io.BytesIO(data)
