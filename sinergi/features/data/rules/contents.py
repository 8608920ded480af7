"""What a delivered table may hold, and the one form in which it is sealed. What was not checked does not travel.

The file that somebody uploads is never sent: its cells are read, judged against the columns that were agreed, and only
those are written into the table that is sealed. So no hidden sheet, macro, author's name or further column goes along.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence

from sinergi.features.data.events import Field
from sinergi.kernel.errors import Refused
from sinergi.sheets.columns import Column, Kind, Value
from sinergi.sheets.forbidden import FEW
from sinergi.sheets.reading import Cells
from sinergi.sheets.table import Table, table_of


def columns_of(fields: Iterable[Field], labels: Mapping[str, str]) -> tuple[Column, ...]:
    """The columns of a table with these fields."""
    return tuple(
        Column(
            name=field.name,
            label=labels.get(field.name, field.name),
            kind=Kind.INTEGER if field.people else Kind.TEXT,
            least=0 if field.people else None,
            longest=2_000,
        )
        for field in fields
    )


def table(cells: Cells, fields: Sequence[Field], labels: Mapping[str, str]) -> Table:
    """The table; it may be delivered if it has no problems. Raises Unreadable or Refused where a column may not be."""
    found = table_of(cells, columns_of(fields, labels))
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
    writer.writerows(["" if row.values[name] is None else row.values[name] for name in names] for row in found.rows)
    return text.getvalue().encode()


def unpacked(pieces: Iterable[bytes], fields: Sequence[Field]) -> Iterator[dict[str, Value]]:
    """The rows of a table that was sealed, by field. Raises ValueError where it is none."""
    people = {field.name for field in fields if field.people}
    lines = csv.DictReader(io.TextIOWrapper(io.BytesIO(b"".join(pieces)), "utf-8", newline=""), strict=True)
    if list(lines.fieldnames or []) != [field.name for field in fields]:
        raise ValueError("a table with other columns than its fact says")
    for line in lines:
        if None in line or None in line.values():
            raise ValueError("a row of another width")
        yield {name: int(text) if name in people and text else text for name, text in line.items()}
