"""The board of one agreement, one due of it, and all agreements side by side."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from functools import lru_cache
from html import escape
from typing import Any
from urllib.parse import urlencode

import msgspec
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from sinergi.access.doors import PersonRequest, open_record, requires
from sinergi.features.agreement import public as agreements
from sinergi.features.obligations import actions
from sinergi.features.obligations.due import Occurrence
from sinergi.features.obligations.forms import AnswerForm, StatementForm
from sinergi.features.obligations.models import Statement, WorkRecord
from sinergi.features.obligations.public import STATES, Board, Counts, Line, counts, shape
from sinergi.features.obligations.views import words
from sinergi.kernel.errors import Refused
from sinergi.kernel.ids import new_event_id
from sinergi.kernel.instants import say_instant
from sinergi.ledger.grades import NOTHING, Grade, grades
from sinergi.ledger.store import own_agency
from sinergi.sheets import Column, Kind
from sinergi.sheets.writing import XLSX, export
from sinergi.web import records

SOON = timedelta(days=7)
GROUPS = {
    "late": gettext_lazy("Terlambat"),
    "soon": gettext_lazy("Jatuh tempo 7 hari ke depan"),
    "awaiting": gettext_lazy("Menunggu bukti"),
    "disputed": gettext_lazy("Disengketakan"),
    "later": gettext_lazy("Kemudian"),
    "closed": gettext_lazy("Sudah selesai"),
}
# What lies further ahead, what is long done, and more late dues than anybody reads in one go, open on demand.
MOST_SHOWN = {"late": 50, "later": 12, "closed": 8}


@require_safe
@requires("obligations.read")
def overview(request: PersonRequest) -> HttpResponse:
    """All agreements side by side: the share kept on time by article."""
    infos = agreements.in_force_for(request.user, "obligations.read", scope=request.scope, on=request.arrived_at)
    at = request.arrived_at
    counted = counts([info.id for info in infos], at)
    titles = agreements.article_titles(info.id for info in infos)
    numbers = sorted({number for one in counted.values() for number in one.articles})
    context = {
        "articles": [{"number": number, "title": titles.get(number, "")} for number in numbers],
        "rows": list(_heat(infos, counted, numbers, at)),
    }
    return render(request, "obligations/overview.html", context)


def _heat(
    infos: list[agreements.AgreementInfo], counted: dict[str, Counts], numbers: list[int], at: datetime
) -> Iterator[dict[str, Any]]:
    """The rows of the table. There may be hundreds: the cells of each are one piece that a template only lays down."""
    article_label, late_label = escape(gettext("Pasal")), escape(gettext("Terlambat"))
    for info in infos:
        one, url = counted[info.id], reverse("obligations:board", args=[info.id])
        cells = []
        for number in numbers:
            share = one.tally(at, article=number).percent
            said = "–" if share is None else f'<a href="{url}?pasal={number}">{share}%</a>'
            cells.append(f'<td class="number heat-{_step(share)}" data-label="{article_label} {number}">{said}</td>')
        late = one.late(at)
        said = f'<a class="bad" href="{url}?keadaan=late">{late}</a>' if late else "0"
        cells.append(f'<td class="number" data-label="{late_label}">{said}</td>')
        yield {
            "name": info.name,
            "exercise": info.exercise,
            "has_list": one.has_list,
            "url": url,
            "whole": _said_percent(one.tally(at).percent) or "–",
            "cells": mark_safe("".join(cells)),  # noqa: S308  numbers, addresses of ours, and two words escaped above
        }


def _said_percent(share: int | None) -> str:
    return "" if share is None else f"{share}%"


def _step(share: int | None) -> str:
    """The end of the class that colours a share."""
    if share is None:
        return "none none"
    return next(step for least, step in ((90, "0"), (75, "1"), (50, "2"), (0, "3")) if share >= least)


@require_safe
@requires("obligations.read")
def board(request: PersonRequest, agreement: str) -> HttpResponse:
    """The dues of one agreement, late first; by article and by party; the first of them, or the chosen one, beside."""
    info = agreements.opened(request, agreement, "obligations.read")
    found = Board(agreement, at=request.arrived_at)
    chosen = _chosen(request, found)
    lines = [line for line in found.lines if chosen.fits(line)]
    proof = grades([line.found.proof or line.found.statement for line in lines])
    # A number of late dues opens all of them.
    whole = request.GET.get("semua", "") or chosen.state
    context = {
        "info": info,
        "board": found,
        "parties": [_share(found, who) for who in found.parties],
        "whole": found.tally(),
        "witnessed": _witnessed(found.lines, None if chosen.narrows else proof),
        "articles": _articles(found),
        "groups": _groups(lines, found, proof, whole),
        "chosen": chosen,
        "chosen_party": agreements.short_name(chosen.party) if chosen.party else "",
        "open_lists": found.open_lists,
        "standing": [
            {"code": item.code, "title": found.titles[item.code]}
            for item in found.items
            if all(due.rule == "standing" for due in item.dues)
        ],
        "ours": None if info.state == "suspended" else _ours(lines, found.at),
        "may_propose": info.state == "in_force"
        and agreements.offers(request.user, "obligations.propose", agreement=agreement),
    }
    return render(request, "obligations/board.html", context)


@require_safe
@requires("obligations.read")
def board_sheet(request: PersonRequest, agreement: str) -> HttpResponse:
    """The same dues as an Excel file."""
    info = agreements.opened(request, agreement, "obligations.read")
    found = Board(agreement, at=request.arrived_at)
    chosen = _chosen(request, found)
    columns = (
        Column(name="code", label=gettext("Kode"), kind=Kind.CODE),
        Column(name="title", label=gettext("Kewajiban")),
        Column(name="article", label=gettext("Pasal")),
        Column(name="parties", label=gettext("Wajib → berhak")),
        Column(name="mark", label=gettext("Kali ini")),
        Column(name="due", label=gettext("Tenggat")),
        Column(name="state", label=gettext("Keadaan")),
        Column(name="done", label=gettext("Dikerjakan")),
    )
    rows = [
        {
            "code": line.item.code,
            "title": line.title,
            "article": str(line.item.article),
            "parties": words.parties(line.item),
            "mark": words.mark(line.occurrence),
            "due": say_instant(line.occurrence.due_at, line.occurrence.zone),
            "state": shape(line.found)[1],
            "done": "" if line.found.done_at is None else say_instant(line.found.done_at, line.occurrence.zone),
        }
        for line in found.lines
        if chosen.fits(line)
    ]
    data = export(columns, rows, sheet=gettext("Kewajiban"), mark="LATIHAN" if info.exercise else "")
    headers = {"Content-Disposition": 'attachment; filename="kewajiban.xlsx"'}
    return HttpResponse(data, content_type=XLSX, headers=headers)


@require_safe
@requires("obligations.read")
def one_due(request: PersonRequest, agreement: str, code: str, mark: str) -> HttpResponse:
    """One due: what the article says, who owes it, what was done, and what this person can state or answer."""
    info = agreements.opened(request, agreement, "obligations.read")
    return render(request, "obligations/due.html", _due_context(request, info, code, mark))


@requires("obligations.state")
@require_POST
def statement(request: PersonRequest, agreement: str, code: str, mark: str) -> HttpResponse:
    """State that it was done, ask to be released, or dispute it."""
    agreements.opened(request, agreement, "obligations.state")
    form = StatementForm(request.POST)
    if not form.is_valid():
        raise Refused("Tulis keterangannya, paling panjang 2.000 huruf.", code="KWJ-25", field="words")
    actions.state_about(
        id=form.cleaned_data["id"],
        by=request.actor,
        at=request.arrived_at,
        agreement=agreement,
        statement=form.cleaned_data["statement"],
        code=code,
        mark=mark,
        words=form.cleaned_data["words"],
    )
    return redirect("obligations:due", agreement=agreement, code=code, mark=mark)


@requires("obligations.answer")
@require_POST
def answer(request: PersonRequest, key: str) -> HttpResponse:
    """Confirm or refuse what another party stated; take one's own dispute back."""
    row = open_record(request, Statement.objects.all(), key, "obligations.answer", region=None)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        raise Refused("Pilih jawaban, dengan alasan paling panjang 2.000 huruf.", code="KWJ-36")
    actions.answer_statement(
        id=form.cleaned_data["id"],
        by=request.actor,
        at=request.arrived_at,
        statement=row.key,
        agrees=form.cleaned_data["agrees"],
        words=form.cleaned_data["words"],
    )
    return redirect("obligations:due", agreement=row.agreement, code=row.code, mark=row.mark)


def url_of(agreement: str, due: Occurrence) -> str:
    """Where one due opens."""
    return _address(due.code, due.mark).replace("/-/", f"/{agreement}/", 1)


# Composing an address costs more than all else about a line, and agreements have the same codes and marks.
@lru_cache(maxsize=8192)
def _address(code: str, mark: str) -> str:
    return reverse("obligations:due", args=["-", code, mark])


def _due_context(request: PersonRequest, info: agreements.AgreementInfo, code: str, mark: str) -> dict[str, Any]:
    found = Board(info.id, at=request.arrived_at)
    line = found.line(code, mark)
    if line is None:
        raise Http404
    own = own_agency().id
    item, state = line.item, line.found.state
    article = next((a for a in agreements.articles_of(info.id) if a["number"] == item.article), None)
    may_state = agreements.offers(request.user, "obligations.state", agreement=info.id)
    may_answer = agreements.offers(request.user, "obligations.answer", agreement=info.id)
    fresh = {"id": new_event_id(request.arrived_at)}
    said = _said(info.id, line, own, may_answer, request.arrived_at)
    is_open = state not in ("met", "released", "awaiting_proof", "missed")
    waits = any(one["may_answer"] or one["is_waiting"] for one in said)
    return {
        "info": info,
        "line": line,
        "mark": words.mark(line.occurrence),
        "limit": words.limit(line.occurrence),
        "rule": words.rules(item),
        "short_rule": words.short_rule(line.occurrence),
        "parties": words.parties(item),
        "evidence": words.EVIDENCE[item.evidence],
        "shape": shape(line.found),
        "article": article,
        "clause": _clause(article, item.clause),
        "work": _work(request.user, info.id, line),
        "said": said,
        "may_done": may_state and own in item.debtors and is_open and not waits,
        "may_release": may_state and own in item.debtors and is_open and not waits,
        "may_dispute": may_state
        and own in item.creditors
        and state in ("met", "late", "released")
        and not line.found.history,
        "done_form": StatementForm(auto_id="done_%s", initial=fresh | {"statement": "done"}),
        "release_form": StatementForm(auto_id="release_%s", initial=fresh | {"statement": "release"}),
        "dispute_form": StatementForm(auto_id="dispute_%s", initial=fresh | {"statement": "dispute"}),
        "history_grade": grades([line.found.history]).get(line.found.history, NOTHING) if line.found.history else None,
        "now": request.arrived_at,
    }


def _said(agreement: str, line: Line, own: str, may_answer: bool, at: datetime) -> list[dict[str, Any]]:
    rows = Statement.objects.filter(agreement=agreement, code=line.item.code, mark=line.occurrence.mark)
    rows = rows.prefetch_related("answers").order_by("stated_at", "key")
    proof = grades([row.key for row in rows])
    answerers = {*line.item.creditors, *line.item.debtors}
    shown = []
    for row in rows:
        answers = sorted(row.answers.all(), key=lambda one: (one.answered_at, one.key))
        is_dispute = row.statement == "dispute"
        asked = {row.agency} if is_dispute else answerers - {row.agency}
        open_to_us = own in asked and own not in row.answered_ids
        shown.append(
            {
                "row": row,
                "by": agreements.short_name(row.agency),
                "what": words.STATEMENTS[row.statement],
                "grade": proof.get(row.key, NOTHING),
                "answers": [{"row": one, "by": agreements.short_name(one.agency)} for one in answers],
                "is_dispute": is_dispute,
                "is_waiting": not answers,
                "may_answer": may_answer and open_to_us,
                "form": AnswerForm(auto_id=f"{row.key}_%s", initial={"id": new_event_id(at)}),
            }
        )
    return shown


def _work(user: Any, agreement: str, line: Line) -> list[dict[str, Any]]:
    """The facts of ordinary work that count for this due: all about its happening, or the one that closed it."""
    rows = WorkRecord.objects.filter(agreement=agreement, code=line.item.code).order_by("stated_at", "key")
    kept = [
        row
        for row in rows
        if (line.occurrence.record in row.about if line.occurrence.record else row.key == line.found.proof)
    ]
    pages = records.pages(user, [(row.kind, row.key) for row in kept])
    proof = grades([row.key for row in kept])
    return [
        {
            "row": row,
            "what": records.word(row.kind),
            "by": agreements.short_name(row.agency),
            "page": pages.get(row.key),
            "grade": proof.get(row.key, NOTHING),
        }
        for row in kept
    ]


def _clause(article: dict[str, Any] | None, clause: int | None) -> str:
    """The words of the clause; of the whole article where it has no clauses; nothing where the words are not here."""
    text = (article or {}).get("text") or ""
    if clause is None:
        return str(text)
    return next((line for line in str(text).split("\n") if line.startswith(f"({clause})")), str(text))


class Chosen(msgspec.Struct, frozen=True, kw_only=True):
    """What the address narrows the board to: an article, a party, a state, a month as its first day."""

    article: int | None
    party: str
    state: str
    month: date | None

    @property
    def narrows(self) -> bool:
        """Whether it leaves anything out."""
        return bool(self.article or self.party or self.state or self.month)

    @property
    def query(self) -> str:
        """The address's part that chooses the same again."""
        told = {
            "pasal": self.article,
            "pihak": self.party,
            "keadaan": self.state,
            "bulan": f"{self.month:%Y-%m}" if self.month else "",
        }
        return urlencode({name: value for name, value in told.items() if value})

    def fits(self, line: Line) -> bool:
        """Whether this due is among them."""
        return (
            self.article in (None, line.item.article)
            and (not self.party or self.party in line.item.debtors)
            and (not self.state or line.found.state in _states(self.state))
            and self.month in (None, line.occurrence.last_day.replace(day=1))
        )


def _states(chosen: str) -> tuple[str, ...]:
    """What was missed before the agreement came here belongs to what is late: the figure counts both."""
    return ("late", "missed") if chosen == "late" else (chosen,)


def _chosen(request: PersonRequest, found: Board) -> Chosen:
    """What makes no sense narrows nothing."""
    article = request.GET.get("pasal", "")
    party = request.GET.get("pihak", "")
    state = request.GET.get("keadaan", "")
    month = None
    with contextlib.suppress(ValueError):
        month = date.fromisoformat(request.GET.get("bulan", "") + "-01")
    return Chosen(
        article=int(article) if article.isascii() and article.isdecimal() and len(article) < 4 else None,
        party=party if party in found.parties else "",
        state=state if state in STATES else "",
        month=month,
    )


def _share(found: Board, party: str) -> dict[str, Any]:
    return {"id": party, "name": agreements.agency_name(party), "tally": found.tally(party=party)}


def _witnessed(lines: Iterable[Line], proof: dict[str, Grade] | None) -> dict[str, int]:
    """How many of the proofs are held by the other party too."""
    keys = [line.found.proof for line in lines if line.found.proof]
    known = grades(keys) if proof is None else proof
    strong = sum(known.get(key, NOTHING).steps >= 3 for key in keys)
    return {"of": len(keys), "strong": strong, "weak": len(keys) - strong}


def _articles(found: Board) -> list[dict[str, Any]]:
    titles = {article["number"]: article["title"] for article in agreements.articles_of(found.agreement)}
    return [
        {"number": each, "title": titles.get(each, ""), "tally": found.tally(article=each)} for each in found.articles
    ]


def _groups(lines: list[Line], found: Board, proof: dict[str, Grade], whole: str) -> list[dict[str, Any]]:
    sorted_in: dict[str, list[Line]] = {name: [] for name in GROUPS}
    for line in lines:
        sorted_in[_group(line, found.at)].append(line)
    sorted_in["closed"].reverse()
    shown = []
    for name, inside in sorted_in.items():
        if not inside:
            continue
        kept = inside if whole == name else inside[: MOST_SHOWN.get(name, len(inside))]
        rows = [
            {
                "line": line,
                "url": url_of(found.agreement, line.occurrence),
                "mark": words.mark(line.occurrence),
                "parties": words.parties(line.item),
                "rule": words.short_rule(line.occurrence),
                "limit": words.limit(line.occurrence),
                "shape": shape(line.found),
                "grade": proof.get(line.found.proof or line.found.statement, NOTHING),
            }
            for line in kept
        ]
        shown.append(
            {"name": name, "label": GROUPS[name], "rows": rows, "count": len(inside), "more": len(inside) - len(kept)}
        )
    return shown


def _group(line: Line, at: datetime) -> str:
    state = line.found.state
    if state in ("met", "released", "missed"):
        return "closed"
    if state == "disputed":
        return "disputed"
    if state == "awaiting_proof":
        return "awaiting"
    if state == "late":
        return "late"
    return "soon" if line.occurrence.due_at - at <= SOON else "later"


def _ours(lines: list[Line], at: datetime) -> dict[str, Any] | None:
    """The first due that this office owes now, and how many such there are."""
    own = own_agency().id
    mine = [line for line in lines if own in line.item.debtors and _group(line, at) in ("late", "soon")]
    return {"first": mine[0], "count": len(mine)} if mine else None
