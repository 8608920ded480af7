"""Inserting, changing and looking up single rows of a model with statements that are composed once and kept.

Folding does this several times for every fact; Django composes the same statement anew each time, which costs several
times what the database needs to run it. Columns go by their name in the table (`request_id`, not `request`).
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeAlias, TypeVar

from django.db import connection, models
from django.db.models.expressions import Col

Table = type[models.Model]
Row = TypeVar("Row", bound=models.Model)
Field: TypeAlias = "models.Field[Any, Any]"

_AS_IT_IS = (models.CharField, models.TextField, models.IntegerField, models.BooleanField, models.ForeignKey)


def insert(table: Table, columns: dict[str, Any]) -> None:
    """Insert one row: `columns`, and the others with their defaults."""
    fields, statement = _insertion(table)
    names = {field.attname for field in fields}
    if not columns.keys() <= names:
        raise TypeError(f"{table.__name__} has no {', '.join(sorted(columns.keys() - names))}")
    values = [
        _prepared(field, columns[field.attname] if field.attname in columns else field.get_default())
        for field in fields
    ]
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def change(table: Table, where: dict[str, Any], columns: dict[str, Any]) -> None:
    """Set `columns` in the rows whose columns equal `where` (no None there)."""
    fields, conditions, statement = _changing(table, tuple(columns), tuple(where))
    values = [_prepared(field, columns[field.attname]) for field in fields]
    values += [_prepared(field, where[field.attname]) for field in conditions]
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def look(table: Table, columns: tuple[str, ...], where: dict[str, Any], order: str) -> tuple[Any, ...] | None:
    """These columns of the first row that equals `where`, in the order of one column (`-place`: from the end)."""
    conditions, converters, statement = _looking(table, columns, tuple(where), order)
    with connection.cursor() as cursor:
        cursor.execute(statement, [_prepared(field, where[field.attname]) for field in conditions])
        row = cursor.fetchone()
    return None if row is None else tuple(convert(value) for convert, value in zip(converters, row, strict=True))


def every(table: type[Row], where: dict[str, Any]) -> list[Row]:
    """All rows that equal `where` (all of the table if it is empty), whole, in the order of their primary key."""
    columns = _columns(table)
    conditions, converters, statement = _looking(table, columns, tuple(where), str(table._meta.pk.attname), many=True)
    return _whole(
        table, columns, converters, statement, [_prepared(field, where[field.attname]) for field in conditions]
    )


def under(table: type[Row], agreements: list[str]) -> dict[str, list[Row]]:
    """All rows of each of these agreements, whole, in the order of their primary key; the table names its agreement."""
    found: dict[str, list[Row]] = {agreement: [] for agreement in agreements}
    columns = _columns(table)
    _conditions, converters, statement = _looking(table, columns, (), "", many=True)
    (field,), (key,) = _fields(table, ("agreement",)), _fields(table, (str(table._meta.pk.attname),))
    marks = ", ".join(["%s"] * len(agreements))
    statement += f" WHERE {_quoted(field)} IN ({marks}) ORDER BY {_quoted(key)}"
    for row in _whole(table, columns, converters, statement, agreements) if agreements else []:
        found[row.agreement].append(row)  # type: ignore[attr-defined]
    return found


def _columns(table: Table) -> tuple[str, ...]:
    return tuple(field.attname for field in table._meta.concrete_fields)


def _whole(
    table: type[Row],
    columns: tuple[str, ...],
    converters: list[Callable[[Any], Any]],
    statement: str,
    values: list[Any],
) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        rows = cursor.fetchall()
    alias = connection.alias
    return [
        table.from_db(alias, columns, [convert(value) for convert, value in zip(converters, row, strict=True)])
        for row in rows
    ]


def rows(table: Table) -> list[tuple[Any, ...]]:
    """Every row, as the database keeps it and in no order, without the numbers it invented."""
    with connection.cursor() as cursor:
        cursor.execute(_everything(table))
        return [tuple(row) for row in cursor.fetchall()]


def _prepared(field: Field, value: Any) -> Any:
    # Text, numbers and keys need no preparing, and most columns are one of them.
    return value if isinstance(field, _AS_IT_IS) else field.get_db_prep_save(value, connection)


@functools.cache
def _insertion(table: Table) -> tuple[list[Field], str]:
    fields = [field for field in table._meta.concrete_fields if not isinstance(field, models.AutoField)]
    names = ", ".join(_quoted(field) for field in fields)
    marks = ", ".join(["%s"] * len(fields))
    return fields, f"INSERT INTO {_name(table)} ({names}) VALUES ({marks})"


@functools.cache
def _everything(table: Table) -> str:
    fields = [field for field in table._meta.concrete_fields if not isinstance(field, models.AutoField)]
    return f"SELECT {', '.join(map(_quoted, fields))} FROM {_name(table)}"


@functools.cache
def _changing(table: Table, columns: tuple[str, ...], where: tuple[str, ...]) -> tuple[list[Field], list[Field], str]:
    fields, conditions = _fields(table, columns), _fields(table, where)
    assignments = ", ".join(f"{_quoted(field)} = %s" for field in fields)
    return fields, conditions, f"UPDATE {_name(table)} SET {assignments} WHERE {_equal(conditions)}"


@functools.cache
def _looking(
    table: Table, columns: tuple[str, ...], where: tuple[str, ...], order: str, *, many: bool = False
) -> tuple[list[Field], list[Callable[[Any], Any]], str]:
    fields, conditions = _fields(table, columns), _fields(table, where)
    statement = f"SELECT {', '.join(map(_quoted, fields))} FROM {_name(table)}"
    if conditions:
        statement += f" WHERE {_equal(conditions)}"
    if order:
        (field,) = _fields(table, (order.removeprefix("-"),))
        statement += f" ORDER BY {_quoted(field)} {'DESC' if order.startswith('-') else 'ASC'}"
    return conditions, [_converter(table, field) for field in fields], statement if many else f"{statement} LIMIT 1"


def _converter(table: Table, field: Field) -> Callable[[Any], Any]:
    # What Django would do with the column's value; SQLite, for one, has neither instants nor booleans.
    column = Col(table._meta.db_table, field)
    steps = [*connection.ops.get_db_converters(column), *field.get_db_converters(connection)]

    if not steps:
        return _unchanged

    def convert(value: Any) -> Any:
        for step in steps:
            value = step(value, column, connection)
        return value

    return convert


def _unchanged(value: Any) -> Any:
    return value


def _fields(table: Table, names: tuple[str, ...]) -> list[Field]:
    by_name = {field.attname: field for field in table._meta.concrete_fields}
    missing = [name for name in names if name not in by_name]
    if missing:
        raise TypeError(f"{table.__name__} has no {', '.join(missing)}")
    return [by_name[name] for name in names]


def _equal(fields: list[Field]) -> str:
    return " AND ".join(f"{_quoted(field)} = %s" for field in fields)


def _quoted(field: Field) -> str:
    return connection.ops.quote_name(str(field.column))


def _name(table: Table) -> str:
    return connection.ops.quote_name(table._meta.db_table)
