"""Evaluation (anev): how the share kept on time went by year and by stage, and the report of each."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from sinergi.access.doors import PersonRequest, open_record, requires
from sinergi.access.models import User
from sinergi.documents import letter_docx
from sinergi.features.agreement import public as agreements
from sinergi.features.letters import public as letters
from sinergi.features.obligations import actions, reports, standing
from sinergi.features.obligations.forms import ReportForm
from sinergi.features.obligations.models import EvaluationReport
from sinergi.features.obligations.public import Board, Line
from sinergi.features.obligations.views import printing, words
from sinergi.kernel.errors import Refused
from sinergi.kernel.ids import new_event_id
from sinergi.ledger.grades import NOTHING, grades
from sinergi.ledger.store import own_agency
from sinergi.ledger.writer import Receipt

# Two years show a tendency; more is in the yearly reports.
MOST_MONTHS = 24
TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


@require_safe
@requires("obligations.read")
def evaluation(request: PersonRequest, agreement: str) -> HttpResponse:
    """Shares by year and by stage, of all and of each party, with the reports."""
    return _page(request, agreement)


@requires("obligations.report")
@require_POST
def issue(request: PersonRequest, agreement: str) -> HttpResponse:
    """Draw a report up with the office's next number and state it."""
    info = agreements.opened(request, agreement, "obligations.report")
    board = Board(agreement, at=request.arrived_at)
    known = {one.code: one for one in printing.periods(board)}
    form = ReportForm(request.POST, periods=_choices(known.values()))
    if not form.is_valid():
        return _page(request, agreement, form)
    given = form.cleaned_data
    period, is_long, id = known[given["period"]], given["size"] == "long", given["id"]
    check = letters.check(request.build_absolute_uri(reverse("letters:check")), letters.letter_key(agreement, id))

    def draw(number: letters.Number) -> tuple[bytes, bytes]:
        signature = letters.signature(request.actor)
        issuing = printing.Issuing(number=number.written, signature=signature, check=check)
        letter, pdf = printing.drawn(board, info, period, is_long=is_long, issuing=issuing)
        return pdf, letter_docx(letter)

    def state(number: letters.Number, files: tuple[bytes, bytes]) -> Receipt:
        pdf, docx = files
        return actions.issue_evaluation(
            id=id,
            by=request.actor,
            at=request.arrived_at,
            agreement=agreement,
            period=period.code,
            whole=is_long,
            number=number,
            pdf=pdf,
            docx=docx,
        )

    try:
        agreements.require(agreement)
        letters.issue(reports.SERIES, at=request.arrived_at, exercise=info.exercise, draw=draw, state=state)
    except Refused as refusal:
        form.refuse(refusal)
        return _page(request, agreement, form)
    messages.success(request, gettext("Laporan terbit dan dikirim kepada semua pihak."))
    return redirect("obligations:evaluation", agreement=agreement)


@require_safe
@requires("obligations.read")
def report_pdf(request: PersonRequest, agreement: str, period: str) -> HttpResponse:
    """The report as a draft in PDF: one page, or `?panjang=1` with every due behind it."""
    return _draft(request, agreement, period, "pdf")


@require_safe
@requires("obligations.read")
def report_docx(request: PersonRequest, agreement: str, period: str) -> HttpResponse:
    """The same draft as DOCX."""
    return _draft(request, agreement, period, "docx")


@require_safe
@requires("obligations.read")
def issued_pdf(request: PersonRequest, key: str) -> HttpResponse:
    """A report that was issued, as PDF."""
    return _issued(request, key, "pdf")


@require_safe
@requires("obligations.read")
def issued_docx(request: PersonRequest, key: str) -> HttpResponse:
    """A report that was issued, as DOCX."""
    return _issued(request, key, "docx")


def _page(request: PersonRequest, agreement: str, form: ReportForm | None = None) -> HttpResponse:
    info = agreements.opened(request, agreement, "obligations.read")
    board = Board(agreement, at=request.arrived_at)
    rows, periods = [], printing.periods(board)
    for period in periods:
        lines = period.of(board.lines)
        of_party = [[line.found for line in lines if party in line.item.debtors] for party in board.parties]
        rows.append(
            {
                "period": period,
                "whole": standing.tally((line.found for line in lines), at=board.at),
                "parties": [standing.tally(found, at=board.at) for found in of_party],
            }
        )
    may_issue = info.state == "in_force" and agreements.offers(request.user, "obligations.report", agreement=agreement)
    initial = {"id": new_event_id(request.arrived_at), "size": "short", "period": periods[0].code if periods else ""}
    context = {
        "info": info,
        "rows": rows,
        "names": [agreements.short_name(party) for party in board.parties],
        "months": _months(board),
        "form": form or ReportForm(periods=_choices(periods), initial=initial),
        "may_issue": may_issue and bool(periods),
        "has_signer": letters.has_signer(),
        "may_letterhead": request.user.can("letters.letterhead"),
        "reports": _reports(agreement),
    }
    return render(request, "obligations/evaluation.html", context, status=422 if form is not None else 200)


def _choices(periods: Iterable[printing.Period]) -> list[tuple[str, str]]:
    return [(one.code, one.name[:1].upper() + one.name[1:]) for one in periods]


def _reports(agreement: str) -> list[dict[str, Any]]:
    """What was issued, newest first: by whom, with which number."""
    rows = list(EvaluationReport.objects.filter(agreement=agreement).defer("pdf", "docx").order_by("-issued_at", "key"))
    files = set(EvaluationReport.objects.filter(agreement=agreement, pdf__isnull=False).values_list("key", flat=True))
    names = {one.actor_id: one.get_full_name() for one in User.objects.filter(actor_id__in={row.actor for row in rows})}
    own, proof = own_agency().id, grades([row.key for row in rows])
    return [
        {
            "row": row,
            "period": words.period_name(row.period),
            "agency": agreements.short_name(row.agency),
            "name": names.get(row.actor, "") if row.agency == own else "",
            "office": words.office(row.office, acting=row.acting),
            "has_files": row.key in files,
            "grade": proof.get(row.key, NOTHING),
        }
        for row in rows
    ]


def _months(board: Board) -> list[dict[str, Any]]:
    """How the share kept on time went, month by month, newest last; months in which nothing was due are left out."""
    by_month: dict[date, list[Line]] = {}
    for line in board.lines:
        if line.occurrence.due_at <= board.at:
            by_month.setdefault(line.occurrence.last_day.replace(day=1), []).append(line)
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


def _draft(request: PersonRequest, agreement: str, code: str, form: str) -> HttpResponse:
    info = agreements.opened(request, agreement, "obligations.read")
    board = Board(agreement, at=request.arrived_at)
    period = next((one for one in printing.periods(board) if one.code == code), None)
    if period is None:
        raise Http404
    is_long = request.GET.get("panjang") == "1"
    letter, pdf = printing.drawn(board, info, period, is_long=is_long)
    size = "-lengkap" if is_long else ""
    return _file(pdf if form == "pdf" else letter_docx(letter), f"konsep-anev-{code}{size}", form)


def _issued(request: PersonRequest, key: str, form: str) -> HttpResponse:
    row = open_record(request, EvaluationReport.objects.all(), key, "obligations.read", region=None)
    data = getattr(row, form)
    if data is None:
        raise Http404
    # The number of another office is its own word: only what a file name takes.
    return _file(bytes(data), re.sub(r"[^A-Za-z0-9.()_-]+", "-", row.written), form)


def _file(data: bytes, name: str, form: str) -> HttpResponse:
    headers = {
        "Content-Disposition": f'attachment; filename="{name}.{form}"',
        "Content-Security-Policy": "sandbox",
        "X-Content-Type-Options": "nosniff",
    }
    return HttpResponse(data, content_type=TYPES[form], headers=headers)
