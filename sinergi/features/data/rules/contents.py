"""What a delivered table may hold, and the one form in which it is sealed. What was not checked does not travel.

The file that somebody uploads is never sent: its cells are read, judged against the columns that were agreed, and only
those are written into the table that is sealed. So no hidden sheet, macro, author's name or further column goes along.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType

import msgspec

from sinergi.features.data.events import Field
from sinergi.kernel.errors import Refused
from sinergi.sheets.columns import Cell, Column, Kind, Value
from sinergi.sheets.forbidden import FEW
from sinergi.sheets.reading import Cells
from sinergi.sheets.table import Row, Table, table_of

_PEOPLE = Column(name="", label="", kind=Kind.INTEGER, least=0)
_WORDS = Column(name="", label="", longest=2_000)
# A police clearance (SKCK) tells of crimes: its number and whether it is valid are exchanged, nothing else has a place.
CLEARANCE: Mapping[str, Column] = {
    "nomor_skck": Column(
        name="",
        label="",
        kind=Kind.CODE,
        pattern=r"[A-Za-z0-9./-]{3,60}",
        required=True,
        hint="Hanya nomornya: huruf, angka, garis miring, titik, garis; tanpa spasi.",
    ),
    "keadaan_skck": Column(name="", label="", required=True, choices=("sah", "tidak sah")),
}
Expected = Mapping[str, Column]


def columns_of(
    fields: Iterable[Field], labels: Mapping[str, str], expected: Expected = MappingProxyType({})
) -> tuple[Column, ...]:
    """The columns of a table with these fields; `expected`: what is asked of their cells beyond that, by field."""
    return tuple(
        msgspec.structs.replace(
            CLEARANCE.get(field.name) or (_PEOPLE if field.people else expected.get(field.name, _WORDS)),
            name=field.name,
            label=labels.get(field.name, field.name),
        )
        for field in fields
    )


def table(
    cells: Cells, fields: Sequence[Field], labels: Mapping[str, str], expected: Expected = MappingProxyType({})
) -> Table:
    """The table; it may be delivered if it has no problems. Raises Unreadable or Refused where a column may not be."""
    found = table_of(cells, columns_of(fields, labels, expected))
    missing = [column.label for column in found.columns if column.name not in found.positions]
    if missing:
        raise Refused(
            "Kolom “%(header)s” yang disetujui belum ada dalam tabel. Tambahkan, juga bila isinya kosong.",
            code="DAT-33",
            field="file",
            words={"header": missing[0]},
        )
    if found.ignored:
        raise Refused(
            "Kolom “%(header)s” tidak termasuk yang disetujui. Hapus kolom itu, lalu unggah lagi.",
            code="DAT-30",
            field="file",
            words={"header": found.ignored[0][:60]},
        )
    for row in found.rows:
        for field in fields:
            value = row.values[field.name]
            if field.people and isinstance(value, int) and 0 < value < FEW:
                found.add(row.number, field.name, "few", "Jumlah 1 sampai 4 orang tidak dikirim; gabungkan barisnya.")
    if not found.rows and not found.problems:
        raise Refused("Tabel ini belum berisi baris.", code="DAT-32", field="file")
    return found


def packed(found: Table) -> bytes:
    """The table as it is sealed: CSV in UTF-8, the fields' names first."""
    names = [column.name for column in found.columns]
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names)
    writer.writerows(_written(row, names) for row in found.rows)
    return text.getvalue().encode()


def unpacked(pieces: Iterable[bytes], fields: Sequence[Field], *, rows: int) -> list[dict[str, Value]]:
    """The rows of a table that was sealed, by field. Raises ValueError where it is no table of `rows` such rows, and
    Refused where it holds what `table` would not have let travel: its sender's node is not believed."""
    names = [field.name for field in fields]
    lines = csv.reader(io.TextIOWrapper(io.BytesIO(b"".join(pieces)), "utf-8", newline=""), strict=True)
    try:
        if next(lines, []) != names:
            raise ValueError("a table with other columns than its fact says")
        cells: list[tuple[int, list[Cell]]] = []
        for number, line in enumerate(lines, 2):
            if len(line) != len(names):
                raise ValueError("a row of another width")
            if len(cells) == rows:
                raise ValueError("more rows than its fact says")
            cells.append((number, list(line)))
    except csv.Error as error:
        raise ValueError("no table in CSV") from error
    if len(cells) != rows:
        raise ValueError("fewer rows than its fact says")
    # Under their names: what the sender calls a column must not change which column it is.
    found = table(Cells(header=names, rows=cells, form="csv"), fields, {})
    if found.problems:
        first = found.problems[0]
        raise Refused(
            "Baris %(row)d, kolom “%(column)s”: %(why)s",
            code="DAT-34",
            words={"row": first.row, "column": first.column or "–", "why": first.sentence},
        )
    if [_written(row, names) for row in found.rows] != [line for _number, line in cells]:
        raise ValueError("a value that is not written as tables are sealed")
    return [{name: "" if value is None else value for name, value in row.values.items()} for row in found.rows]


def _written(row: Row, names: Sequence[str]) -> list[str]:
    return [_text(row.values[name]) for name in names]


def _text(value: Value) -> str:
    if isinstance(value, bool):
        return "ya" if value else "tidak"
    if isinstance(value, Decimal):
        # 1.418000 and 1.418 are one place: a version is compared by what it says.
        return format(value.normalize(), "f")
    return "" if value is None else str(value)
