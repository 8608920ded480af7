"""How a standing exchange stands: its newest version, and when its obligation is due next."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils.timezone import localdate

from sinergi.access.doors import PersonRequest, visible
from sinergi.features.agreement import public as agreements
from sinergi.features.data.models import DataDelivery, DataReceipt, Dataset
from sinergi.features.obligations import public as obligations

# What is still to be done comes before what was done.
_OPEN = ("late", "open", "scheduled", "awaiting_proof", "disputed")


def newest(request: PersonRequest, rows: Iterable[Dataset]) -> dict[tuple[str, str, str], dict[str, Any]]:
    """The newest version of each data set (agreement, agency, code) that this person may read, with its number."""
    shown = list(rows)
    named = {
        row.key: (row.agreement, row.agency, row.code)
        for row in Dataset.objects.filter(agreement__in={row.agreement for row in shown})
    }
    sent = visible(request.user, DataDelivery.objects.filter(answer=""), "data.read", region=None, scope=request.scope)
    found: dict[tuple[str, str, str], dict[str, Any]] = {}
    counts: dict[tuple[Any, ...], int] = {}
    for one in sent.filter(dataset__in=list(named)).order_by("delivered_at", "key"):
        code = named[one.dataset]
        counts[*code, one.recipient] = number = counts.get((*code, one.recipient), 0) + 1
        found[code] = {"row": one, "number": number}
    arrived = set(
        DataReceipt.objects.filter(delivery__in=[one["row"].key for one in found.values()]).values_list(
            "delivery", flat=True
        )
    )
    for line in found.values():
        line["arrived"] = line["row"].key in arrived
    return found


def dues(request: PersonRequest, rows: Iterable[Dataset], at: datetime) -> dict[tuple[str, str, str], dict[str, Any]]:
    """For each data set (agreement, agency, code) the due of its obligation that matters now, where it has any."""
    shown = [row for row in rows if row.obligation]
    ids = dict.fromkeys(row.agreement for row in shown if request.user.can("obligations.read", agreement=row.agreement))
    found = {}
    for board in obligations.boards(ids, at=at):
        by_code: dict[str, list[obligations.Line]] = {}
        for line in board.lines:
            by_code.setdefault(line.item.code, []).append(line)
        for row in (row for row in shown if row.agreement == board.agreement):
            lines = [line for line in by_code.get(row.obligation, []) if row.agency in line.item.debtors]
            if lines:
                line = next((line for line in lines if line.found.state in _OPEN), lines[-1])
                found[row.agreement, row.agency, row.code] = {
                    "line": line,
                    "day": localdate(line.occurrence.due_at - timedelta(microseconds=1)),
                    "shape": obligations.shape(line.found),
                    "url": reverse("obligations:due", args=[row.agreement, row.obligation, line.occurrence.mark]),
                }
    return found


def versions(rows: list[DataDelivery], summaries: Any, words: Any) -> list[dict[str, Any]]:
    """The versions of a data set for its page, newest first, each with what it changed."""
    counts: dict[str, int] = {}
    lines = []
    for one in rows:
        counts[one.recipient] = counts.get(one.recipient, 0) + 1
        told = summaries.get(one.key)
        lines.append(
            {
                "row": one,
                "number": counts[one.recipient],
                "to": agreements.short_name(one.recipient),
                "changed": words(told) if told and told.before else "",
            }
        )
    return lines[::-1]
