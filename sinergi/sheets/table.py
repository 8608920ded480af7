"""Cells against columns: typed rows, and a sentence beside every cell that is wrong."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

import msgspec

from sinergi.sheets.columns import Cell, Column, Value, WrongCell, header_key, text_of, value_of
from sinergi.sheets.forbidden import column_with_identity_number, forbidden_header
from sinergi.sheets.reading import Cells, Limits, Unreadable
from sinergi.sheets.sandbox import read_cells

# The column that a corrected file carries; it comes back when people upload that file again.
ERROR_COLUMN = "Kesalahan"


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """One wrong cell: row number in the file, column label, the value as written, and one sentence.

    `column` is empty where the whole row is meant. `position` counts the file's own columns from 0 (None:
    the row). `pattern % words` is the sentence; views translate the pattern.
    """

    row: int
    column: str
    value: str
    code: str
    pattern: str
    words: dict[str, str | int] = {}
    position: int | None = None

    @property
    def sentence(self) -> str:
        """The sentence in Indonesian."""
        return self.pattern % self.words


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One row: its number in the file and its values by column name; a wrong or empty cell is None."""

    number: int
    values: dict[str, Value]


class Table(msgspec.Struct, kw_only=True):
    """A file compared with its columns. Usable as a whole or not at all: import only where `problems` is
    empty.

    `ignored` names columns of the file that nobody reads; `skipped_examples` counts example rows of the
    template.
    """

    columns: tuple[Column, ...]
    cells: Cells
    rows: list[Row]
    problems: list[Problem]
    ignored: list[str]
    positions: dict[str, int]
    skipped_examples: int = 0

    def add(self, row: int, name: str, code: str, pattern: str, /, **words: str | int) -> None:
        """Add a problem that only the feature can see, such as a code it does not know."""
        column = next(column for column in self.columns if column.name == name)
        position = self.positions.get(name)
        index = bisect_left(self.cells.rows, row, key=lambda found: found[0])
        value = _at(self.cells.rows[index][1], position)
        self.problems.append(
            Problem(
                row=row,
                column=column.label,
                value=text_of(value)[:80],
                code=code,
                pattern=pattern,
                words=words,
                position=position,
            )
        )


def read_table(data: bytes, columns: Sequence[Column], *, name: str = "", limits: Limits | None = None) -> Table:
    """Read an uploaded file in the sandbox and compare it with `columns`.

    Raises Unreadable for the whole file.
    """
    return table_of(read_cells(data, name=name, limits=limits or Limits()), columns)


def table_of(cells: Cells, columns: Sequence[Column]) -> Table:
    """Compare cells that were read before with `columns`. Raises Unreadable for the whole file."""
    columns = tuple(columns)
    _refuse_forbidden(cells)
    positions = _positions(cells.header, columns)
    read = set(positions.values())
    table = Table(
        columns=columns,
        cells=cells,
        rows=[],
        problems=[],
        positions=positions,
        ignored=[
            header
            for position, header in enumerate(cells.header)
            if header and position not in read and header_key(header) != header_key(ERROR_COLUMN)
        ],
    )
    first_seen: dict[tuple[str, Value], int] = {}
    for number, row in cells.rows:
        if _is_example(row, positions, columns):
            table.skipped_examples += 1
            continue
        if len(row) > len(cells.header):
            table.problems.append(
                Problem(
                    row=number,
                    column="",
                    value="",
                    code="width",
                    pattern="Baris ini punya %(cells)s sel, judul hanya %(headers)s kolom.",
                    words={"cells": len(row), "headers": len(cells.header)},
                )
            )
        table.rows.append(Row(number=number, values=_values(table, number, row, positions, first_seen)))
    return table


def _values(
    table: Table,
    number: int,
    row: list[Cell],
    positions: dict[str, int],
    first_seen: dict[tuple[str, Value], int],
) -> dict[str, Value]:
    values: dict[str, Value] = {}
    for column in table.columns:
        position = positions.get(column.name)
        cell = _at(row, position)
        try:
            value = values[column.name] = value_of(cell, column)
            if column.unique and value is not None:
                earlier = first_seen.setdefault((column.name, value), number)
                if earlier != number:
                    raise WrongCell("twice", "Sudah ada di baris %(earlier)s.", earlier=earlier)
        except WrongCell as wrong:
            values[column.name] = None
            table.problems.append(
                Problem(
                    row=number,
                    column=column.label,
                    value=text_of(cell)[:80],
                    code=wrong.code,
                    pattern=wrong.pattern,
                    words=wrong.words,
                    position=position,
                )
            )
    return values


def _refuse_forbidden(cells: Cells) -> None:
    for header in cells.header:
        if why := forbidden_header(header):
            raise Unreadable(
                "forbidden",
                "Kolom “%(header)s” (%(why)s) tidak boleh masuk Sinergi. Hapus kolom itu, lalu unggah lagi.",
                header=header[:60],
                why=why,
            )
    if any(len(header) >= 16 for header in cells.header) and column_with_identity_number([(1, list(cells.header))]):
        raise Unreadable("identity", "Judul kolom berisi 16 angka seperti NIK. Hapus, lalu unggah lagi.")
    if found := column_with_identity_number(cells.rows):
        row, position = found
        header = cells.header[position] if position < len(cells.header) else str(position + 1)
        raise Unreadable(
            "identity",
            "Kolom “%(header)s” baris %(row)s berisi 16 angka seperti NIK. Hapus kolom itu.",
            header=header[:60],
            row=row,
        )


def _positions(header: list[str], columns: tuple[Column, ...]) -> dict[str, int]:
    """Where in the file each column stands.

    Raises Unreadable for a header given twice or a column that is missing.
    """
    at: dict[str, int] = {}
    for position, text in enumerate(header):
        key = header_key(text)
        if key and key in at:
            raise Unreadable("headers_twice", "Judul kolom “%(header)s” ada dua kali.", header=text[:60])
        at[key] = position
    positions: dict[str, int] = {}
    for column in columns:
        names = {header_key(spelling) for spelling in (column.name, column.label, *column.also)}
        found = [position for key, position in at.items() if key in names]
        if len(found) > 1:
            raise Unreadable("headers_twice", "Judul kolom “%(header)s” ada dua kali.", header=header[found[1]][:60])
        if found:
            positions[column.name] = found[0]
    missing = [column.label for column in columns if column.required and column.name not in positions]
    if missing:
        raise Unreadable(
            "missing",
            "Kolom ini belum ada: %(labels)s. Pakai templat agar judulnya tepat.",
            labels=", ".join(missing),
        )
    return positions


def _is_example(row: list[Cell], positions: dict[str, int], columns: tuple[Column, ...]) -> bool:
    """Whether this is the template's example row, left in by mistake."""
    examples = [column for column in columns if column.example and column.name in positions]
    return len(examples) > 1 and all(text_of(_at(row, positions[column.name])) == column.example for column in examples)


def _at(row: list[Cell], position: int | None) -> Cell:
    return row[position] if position is not None and position < len(row) else ""
