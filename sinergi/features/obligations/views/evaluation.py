"""Evaluation (anev): how the share kept on time went by year and by stage, and the report of each."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from sinergi.access.doors import PersonRequest, requires
from sinergi.documents import Letter, letter_docx, letter_pdf
from sinergi.features.agreement import public as agreements
from sinergi.features.obligations import standing
from sinergi.features.obligations.due import last_day
from sinergi.features.obligations.public import Board, Line
from sinergi.features.obligations.views import printing
from sinergi.ledger.store import own_agency

# Two years show a tendency; more is in the yearly reports.
MOST_MONTHS = 24
PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@require_safe
@requires("obligations.read")
def evaluation(request: PersonRequest, agreement: str) -> HttpResponse:
    """Shares by year and by stage, of all and of each party, with the reports."""
    info = agreements.opened(request, agreement, "obligations.read")
    board = Board(agreement, at=request.arrived_at)
    rows = []
    for period in printing.periods(board):
        lines = period.of(board.lines)
        of_party = [[line.found for line in lines if party in line.item.debtors] for party in board.parties]
        rows.append(
            {
                "period": period,
                "whole": standing.tally((line.found for line in lines), at=board.at),
                "parties": [standing.tally(found, at=board.at) for found in of_party],
            }
        )
    names = [agreements.short_name(party) for party in board.parties]
    context = {"info": info, "rows": rows, "names": names, "months": _months(board)}
    return render(request, "obligations/evaluation.html", context)


@require_safe
@requires("obligations.read")
def report_pdf(request: PersonRequest, agreement: str, period: str) -> HttpResponse:
    """The report as PDF: one page, or `?panjang=1` with every due behind it."""
    return _file(request, agreement, period, letter_pdf, PDF, "pdf")


@require_safe
@requires("obligations.read")
def report_docx(request: PersonRequest, agreement: str, period: str) -> HttpResponse:
    """The same report as DOCX."""
    return _file(request, agreement, period, letter_docx, DOCX, "docx")


def _months(board: Board) -> list[dict[str, Any]]:
    """How the share kept on time went, month by month, newest last; months in which nothing was due are left out."""
    by_month: dict[date, list[Line]] = {}
    for line in board.lines:
        if line.occurrence.due_at <= board.at:
            by_month.setdefault(last_day(line.occurrence.due_at).replace(day=1), []).append(line)
    return [
        {
            "month": month,
            "parties": [
                {
                    "id": party,
                    "tally": standing.tally((line.found for line in lines if party in line.item.debtors), at=board.at),
                }
                for party in board.parties
            ],
        }
        for month, lines in sorted(by_month.items())[-MOST_MONTHS:]
    ]


def _file(
    request: PersonRequest, agreement: str, code: str, made: Callable[[Letter], bytes], media_type: str, form: str
) -> HttpResponse:
    info = agreements.opened(request, agreement, "obligations.read")
    board = Board(agreement, at=request.arrived_at)
    period = next((one for one in printing.periods(board) if one.code == code), None)
    if period is None:
        raise Http404
    is_long = request.GET.get("panjang") == "1"
    data = made(printing.report(board, info, period, is_long=is_long, own=own_agency().id))
    size = "-lengkap" if is_long else ""
    headers = {"Content-Disposition": f'attachment; filename="anev-{code}{size}.{form}"'}
    return HttpResponse(data, content_type=media_type, headers=headers)
