"""Versions of a standing exchange: which is which, and what each changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import msgspec

from sinergi.features.data import rules, sealing, template
from sinergi.features.data.events import Field
from sinergi.features.data.models import DataDelivery, Dataset, DeliverySummary
from sinergi.kernel.errors import Refused
from sinergi.ledger import sealed
from sinergi.sheets.columns import Value

Rows = list[dict[str, Value]]


def of_dataset(row: Dataset, recipient: str = "") -> list[DataDelivery]:
    """The versions of a standing exchange, oldest first: what was delivered without being asked for, under any entry of
    the catalogue with this code."""
    same = Dataset.objects.filter(agreement=row.agreement, agency=row.agency, code=row.code).values("key")
    found = DataDelivery.objects.filter(dataset__in=same, answer="")
    return list((found.filter(recipient=recipient) if recipient else found).order_by("delivered_at", "key"))


def before(row: DataDelivery) -> DataDelivery | None:
    """The version before this one to the same recipient."""
    if row.answer:
        return None
    older = None
    for one in of_dataset(Dataset.objects.get(key=row.dataset), row.recipient):
        if one.key == row.key:
            return older
        older = one
    return None


def rows_of(row: DataDelivery | None) -> Rows | None:
    """The rows of a version that can be read here; None where it is not here any more or broken."""
    if row is None:
        return None
    try:
        return sealing.rows_of(row)
    except (OSError, ValueError, sealed.BadSeal, Refused):
        return None


def summary(row: Dataset, fields: Sequence[Field], rows: Rows, older: DataDelivery | None) -> rules.Summary:
    """What can be told of a table without opening it, compared with the version `older`."""
    known = rows_of(older)
    compared = "" if older is None or known is None else older.key
    return rules.summary(rows, fields, template.key_of(row.code), before=known, compared=compared)


def changes(row: DataDelivery) -> list[rules.Change]:
    """Every row that this version changed, with what it said before; none where either cannot be read here."""
    now, older = rows_of(row), before(row)
    known = rows_of(older)
    if now is None or known is None:
        return []
    code = Dataset.objects.get(key=row.dataset).code
    return rules.changes(known, now, rules.key_in(sealing.fields_of(row), template.key_of(code)))


def remember(row: DataDelivery, rows: Rows) -> None:
    """Keep what can be told of a delivery, whose rows were just read."""
    told = summary(Dataset.objects.get(key=row.dataset), sealing.fields_of(row), rows, before(row))
    DeliverySummary.objects.update_or_create(delivery=row.key, defaults={"told": msgspec.to_builtins(told)})


def remember_next(row: DataDelivery) -> None:
    """Compare the version after this one with it, where its rows came first: tables arrive in any order."""
    if row.answer:
        return
    every = of_dataset(Dataset.objects.get(key=row.dataset), row.recipient)
    following = next((later for one, later in pairwise(every) if one.key == row.key), None)
    if following is not None and (known := rows_of(following)) is not None:
        remember(following, known)


def told(keys: Sequence[str]) -> Mapping[str, rules.Summary]:
    """What is known of these deliveries."""
    return {row.delivery: row.summary() for row in DeliverySummary.objects.filter(delivery__in=keys)}
