"""What happened before an agreement's list counts: who told it, who confirmed it, and every event page by page."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localdate
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from sinergi.access.doors import PersonRequest, open_record, requires
from sinergi.features.agreement import public as agreements
from sinergi.features.obligations import actions
from sinergi.features.obligations.events import Past
from sinergi.features.obligations.forms import AnswerForm, HistoryFilter
from sinergi.features.obligations.models import History
from sinergi.features.obligations.public import Board
from sinergi.kernel.errors import Refused
from sinergi.kernel.ids import new_event_id
from sinergi.ledger.grades import NOTHING, grades
from sinergi.ledger.store import own_agency
from sinergi.sheets import Column, Kind
from sinergi.sheets.writing import export
from sinergi.web.uploads import sheet_answer

TOLD = {
    "kept": ("done", gettext_lazy("dipenuhi")),
    "released": ("accepted", gettext_lazy("dibebaskan")),
    "missed": ("late", gettext_lazy("terlewat")),
    "addendum": ("done", gettext_lazy("adendum ditandatangani")),
}
PER_PAGE = 50


@require_safe
@requires("obligations.read")
def history(request: PersonRequest, agreement: str) -> HttpResponse:
    """Who told of the time before and who confirmed it, newest first; below it what they told, by day."""
    info = agreements.opened(request, agreement, "obligations.read")
    board = Board(agreement, at=request.arrived_at)
    form, found = _asked(request, board)
    own, everybody = own_agency().id, set(board.parties)
    proof = grades([row.key for row in board.histories])
    may_answer = agreements.offers(request.user, "obligations.agree", agreement=agreement)
    context = {
        "info": info,
        "rows": [
            {
                "row": row,
                "by": agreements.short_name(row.agency),
                "count": len(row.entries()),
                "grade": proof.get(row.key, NOTHING),
                "is_agreed": everybody <= {row.agency, *row.agreed_ids},
                "awaited": ", ".join(
                    agreements.short_name(party)
                    for party in board.parties
                    if party not in {row.agency, *row.agreed_ids}
                ),
                "may_answer": may_answer and own not in {row.agency, *row.agreed_ids, *row.returned_ids},
                "form": AnswerForm(auto_id=f"{row.key}_%s", initial={"id": new_event_id(request.arrived_at)}),
            }
            for row in reversed(board.histories)
        ],
        "form": form,
        "page": Paginator(found, PER_PAGE).get_page(request.GET.get("page")),
        "is_filtered": any(request.GET.get(name) for name in form.fields),
        "several": len(board.histories) > 1,
        # What happened under it may still be told once it is over.
        "may_import": info.state not in ("draft", "waiting")
        and agreements.offers(request.user, "obligations.recount", agreement=info.id),
    }
    return render(request, "obligations/history.html", context)


@require_safe
@requires("obligations.read")
def history_sheet(request: PersonRequest, agreement: str) -> HttpResponse:
    """The same events as an Excel file, with the same filter."""
    info = agreements.opened(request, agreement, "obligations.read")
    _form, found = _asked(request, Board(agreement, at=request.arrived_at))
    columns = (
        Column(name="on", label=gettext("Tenggat"), kind=Kind.DATE),
        Column(name="code", label=gettext("Kode"), kind=Kind.CODE),
        Column(name="title", label=gettext("Kewajiban")),
        Column(name="told", label=gettext("Peristiwa")),
        Column(name="done_on", label=gettext("Dikerjakan"), kind=Kind.DATE),
        Column(name="number", label=gettext("Nomor")),
        Column(name="remark", label=gettext("Keterangan")),
        Column(name="document", label=gettext("Sidik berkas (SHA-256)")),
        Column(name="by", label=gettext("Menurut")),
    )
    rows = [
        {
            "on": one["entry"].on,
            "code": one["entry"].code,
            "title": one["title"] if one["entry"].code else gettext("Adendum"),
            "told": str(one["shape"][1]),
            "done_on": one["entry"].done_on,
            "number": one["number"],
            "remark": one["remark"],
            "document": one["entry"].document,
            "by": one["by"],
        }
        for one in found
    ]
    mark = "LATIHAN" if info.exercise else ""
    return sheet_answer(export(columns, rows, sheet=gettext("Riwayat"), mark=mark), "riwayat.xlsx")


@requires("obligations.agree")
@require_POST
def history_answer(request: PersonRequest, key: str) -> HttpResponse:
    """Confirm another party's history, or send it back."""
    row = open_record(request, History.objects.all(), key, "obligations.agree", region=None)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        raise Refused("Pilih jawaban, dengan alasan paling panjang 2.000 huruf.", code="KWJ-36")
    actions.answer_history(
        id=form.cleaned_data["id"],
        by=request.actor,
        at=request.arrived_at,
        history=row.key,
        agrees=form.cleaned_data["agrees"],
        words=form.cleaned_data["words"],
    )
    return redirect("obligations:history", agreement=row.agreement)


def shown(
    entries: list[Past], titles: dict[str, str], numbers: dict[str, str], remarks: dict[str, str]
) -> list[dict[str, Any]]:
    """What happened as the pages show it, by the day it was due."""
    found = [
        {
            "entry": entry,
            "title": titles.get(entry.code, entry.code),
            "shape": TOLD[entry.told],
            "late": bool(entry.told == "kept" and entry.done_on and entry.done_on > entry.on),
            "number": numbers.get(str(place), ""),
            "remark": remarks.get(str(place), ""),
            "amends": None if entry.amends is None else numbers.get(str(entry.amends), ""),
            "document": entry.document[:16],
        }
        for place, entry in enumerate(entries)
    ]
    return sorted(found, key=_by_day)


def _asked(request: PersonRequest, board: Board) -> tuple[HistoryFilter, list[dict[str, Any]]]:
    """Every event of every statement that the filter asks for, by the day it was due."""
    titles = {row.key: row.titles or {} for row in board.lists}
    found = [
        one | {"key": row.key, "by": agreements.short_name(row.agency)}
        for row in board.histories
        for one in shown(row.entries(), titles.get(row.list_key, {}), row.numbers or {}, row.remarks or {})
    ]
    codes = sorted({one["entry"].code for one in found} - {""})
    form = HistoryFilter(
        request.GET or None,
        choices={
            "statement": [
                (row.key, f"{agreements.short_name(row.agency)}, {localdate(row.stated_at):%d/%m/%Y}")
                for row in board.histories
            ],
            "told": [(told, word) for told, (_shape, word) in TOLD.items()],
            "code": [(code, code) for code in codes],
        },
    )
    given = form.cleaned_data if form.is_bound and form.is_valid() else {}
    wanted = [
        one
        for one in found
        if given.get("statement") in (None, "", one["key"])
        and given.get("told") in (None, "", one["entry"].told)
        and given.get("code") in (None, "", one["entry"].code)
    ]
    return form, sorted(wanted, key=_by_day)


def _by_day(one: dict[str, Any]) -> tuple[date, str]:
    return one["entry"].on, one["entry"].code
