"""From a table to a delivery: judged, compared with the version before, sealed, stated."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime

import msgspec
from django.utils.timezone import localdate
from django.utils.translation import gettext

from sinergi.features.data import actions, rules, sealing, template, versions
from sinergi.features.data.events import Field
from sinergi.features.data.models import DataAnswer, DataDelivery, Dataset
from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Refused
from sinergi.ledger.store import own_agency
from sinergi.ledger.writer import Receipt
from sinergi.sheets import Cells, Column, Table
from sinergi.sheets.columns import Cell, Value
from sinergi.sync import objects


class Checked(msgspec.Struct, kw_only=True):
    """A table as it would be delivered: with its wrong cells, or what it changes since the version before."""

    table: Table
    fields: list[Field]
    rows: list[dict[str, Value]] = []
    summary: rules.Summary | None = None
    changes: list[rules.Change] = []


def fields_for(row: Dataset, said: DataAnswer | None) -> list[Field]:
    """The fields that are delivered: all of a standing exchange, those granted of what was asked for."""
    names = said.fields_json if said else [field.name for field in row.columns()]
    return [field for field in row.columns() if field.name in names]


def columns_for(row: Dataset, said: DataAnswer | None) -> tuple[Column, ...]:
    """The columns that a table for it must have."""
    fields = fields_for(row, said)
    return rules.columns_of(
        fields, {field.name: row.label(field.name) for field in fields}, template.expected(row.code)
    )


def cells_of(row: Dataset, said: DataAnswer | None, known: Iterable[Mapping[str, Value]]) -> Cells:
    """Rows that Sinergi knows, by field, as if somebody had typed them into the table; unknown fields stay empty."""
    columns = columns_for(row, said)
    return Cells(
        header=[column.label for column in columns],
        rows=[(number, [_cell(one.get(column.name)) for column in columns]) for number, one in enumerate(known, 2)],
        form="csv",
    )


def check(row: Dataset, said: DataAnswer | None, recipient: str, cells: Cells) -> Checked:
    """Judge a table and compare it with the last version. Raises Refused or sheets.Unreadable for the whole of it."""
    fields = fields_for(row, said)
    labels = {field.name: row.label(field.name) for field in fields}
    table = rules.table(cells, fields, labels, template.expected(row.code))
    if table.problems:
        return Checked(table=table, fields=fields)
    # As the recipient's node will judge it: what that would throw away is refused here, in words.
    rows = rules.unpacked([rules.packed(table)], fields, rows=len(table.rows))
    older = next(reversed(versions.of_dataset(row, recipient)), None) if said is None else None
    summary, known = versions.summary(row, fields, rows, older), versions.rows_of(older)
    key = rules.key_in(fields, template.key_of(row.code))
    changes = rules.changes(known, rows, key) if known is not None else []
    return Checked(table=table, fields=fields, rows=rows, summary=summary, changes=changes)


def deliver(
    *, id: str, by: Actor | None, at: datetime, row: Dataset, recipient: str, said: DataAnswer | None, cells: Cells
) -> Receipt:
    """Judge the table `cells`, seal it for `recipient` and state that; under the answer `said`, or as a standing
    exchange. Raises Refused or sheets.Unreadable, and then nothing stays here."""
    checked = check(row, said, recipient, cells)
    if checked.table.problems:
        first = checked.table.problems[0]
        raise Refused(
            "Baris %(row)d, kolom “%(column)s”: %(why)s Sel yang salah: %(count)d.",
            code="DAT-31",
            field="file",
            words={
                "row": first.row,
                "column": first.column or "–",
                "why": gettext(first.pattern) % first.words,
                "count": len(checked.table.problems),
            },
        )
    data = rules.packed(checked.table)
    until = until_of(row, said, localdate(at))
    told = {
        "dataset": row.key,
        "answer": said.key if said else "",
        "recipient": recipient,
        "fields": [field.name for field in checked.fields],
    }
    digest, size = sealing.seal(data, agreement=row.agreement, uses_until=until.isoformat(), **told)
    try:
        receipt = actions.deliver(
            id=id, by=by, at=at, digest=digest, size=size, rows=len(checked.rows), uses_until=until, **told
        )
    finally:
        # Refused, not stored, or sent twice (the first one counts): nothing stays that no fact names.
        if not DataDelivery.objects.filter(agency=own_agency().id, object=digest).exists():
            objects.drop(digest)
    made = DataDelivery.objects.filter(key=receipt.key, object=digest).first()
    if made is not None and said is None:
        sealing.keep_copy(made, data)
        versions.remember(made, checked.rows)
    return receipt


def until_of(row: Dataset, said: DataAnswer | None, on: date) -> date:
    """The last day on which what is delivered on the day `on` may be used."""
    return rules.kept_until(on, retention_days=row.retention_days, granted_until=said.uses_until if said else None)


def _cell(value: Value) -> Cell:
    if isinstance(value, bool):
        return "ya" if value else "tidak"
    if value is None or isinstance(value, int):
        return "" if value is None else value
    return value.isoformat() if isinstance(value, date) else str(value)
