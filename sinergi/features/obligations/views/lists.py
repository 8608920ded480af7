"""The list of obligations: what holds, what is proposed, proposing and answering."""

from __future__ import annotations

from typing import Any

import msgspec
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sinergi.access.doors import PersonRequest, open_record, requires
from sinergi.features.agreement import public as agreements
from sinergi.features.obligations import actions, office_templates, template
from sinergi.features.obligations.forms import AnswerForm, DueForm, ItemForm, ProposalForm
from sinergi.features.obligations.held import Held, SignedList
from sinergi.features.obligations.models import ObligationList, OfficeTemplate
from sinergi.features.obligations.public import Board
from sinergi.features.obligations.views import words
from sinergi.kernel import obligation
from sinergi.kernel.errors import Refused
from sinergi.kernel.ids import new_event_id
from sinergi.kernel.obligation import Item
from sinergi.ledger.grades import NOTHING, grades
from sinergi.ledger.store import own_agency
from sinergi.web.comparison import compared
from sinergi.web.forms import said_with_code


@require_safe
@requires("obligations.read")
def obligation_list(request: PersonRequest, agreement: str) -> HttpResponse:
    """The list that holds, and every proposal that waits."""
    info = agreements.opened(request, agreement, "obligations.read")
    board = Board(agreement, at=request.arrived_at)
    own = own_agency().id
    proof = grades([row.key for row in board.lists] + ([] if board.held is None else [board.held.key]))
    may_answer = agreements.offers(request.user, "obligations.agree", agreement=agreement)
    open_lists = [
        {
            "row": row,
            "by": agreements.short_name(row.agency),
            "changes": compared(_said(board.held), _said(row)),
            "grade": proof.get(row.key, NOTHING),
            "may_answer": may_answer and row.agency != own and own not in row.agreed_ids,
            "form": AnswerForm(auto_id=f"{row.key}_%s", initial={"id": new_event_id(request.arrived_at)}),
            "awaited": ", ".join(
                agreements.short_name(party) for party in info.parties if party not in {row.agency, *row.agreed_ids}
            ),
        }
        for row in board.open_lists
    ]
    context = {
        "info": info,
        "board": board,
        "rows": shown_items(board.held) if board.held is not None else [],
        "grade": NOTHING if board.held is None else proof.get(board.held.key, NOTHING),
        "is_signed": isinstance(board.held, SignedList),
        "open_lists": open_lists,
        "returned": [row for row in board.lists if row.returned_ids][-1:] if not open_lists else [],
        "may_propose": info.state == "in_force"
        and agreements.offers(request.user, "obligations.propose", agreement=agreement),
    }
    return render(request, "obligations/list.html", context)


@requires("obligations.propose")
@require_http_methods(["GET", "HEAD", "POST"])
def proposal(request: PersonRequest, agreement: str) -> HttpResponse:
    """Make a list from the template, or from the one that holds, and propose it."""
    info = agreements.opened(request, agreement, "obligations.propose")
    board = Board(agreement, at=request.arrived_at)
    own = office_templates.in_use()
    base = _base(request, own, agreement)
    items, titles = _starting(board, agreement, base)
    posted = request.POST if request.method == "POST" else None
    start = board.held.counts_from if board.held is not None else info.starts_on
    form = ProposalForm(posted, initial={"id": new_event_id(request.arrived_at), "counts_from": start})
    bases = words.bases()
    rows = [_Row(item, titles[item.code], posted, bases) for item in items]
    if posted is not None and all([form.is_valid(), *(row.is_valid() for row in rows)]):
        chosen = [row for row in rows if row.form.cleaned_data["included"]]
        try:
            actions.propose_list(
                id=form.cleaned_data["id"],
                by=request.actor,
                at=request.arrived_at,
                agreement=agreement,
                items=[row.chosen for row in chosen],
                titles={row.item.code: row.form.cleaned_data["title"] for row in chosen},
                counts_from=form.cleaned_data["counts_from"],
                remark=form.cleaned_data["remark"],
            )
        except Refused as refusal:
            _beside(refusal, form, {row.item.code: row.form for row in rows})
        else:
            said = gettext("Usul daftar kewajiban dikirim. Ia berlaku setelah pihak lain menyetujui.")
            messages.success(request, said)
            return redirect("obligations:list", agreement=agreement)
    context = {
        "info": info,
        "form": form,
        "rows": rows,
        "bases": bases,
        "is_new": board.held is None,
        "templates": own,
        "base": base,
    }
    return render(request, "obligations/proposal.html", context, status=422 if posted is not None else 200)


@requires("obligations.agree")
@require_POST
def answer(request: PersonRequest, key: str) -> HttpResponse:
    """Agree to a proposed list, or send it back."""
    row = open_record(request, ObligationList.objects.all(), key, "obligations.agree", region=None)
    form = AnswerForm(request.POST)
    _insist(form)
    actions.answer_list(
        id=form.cleaned_data["id"],
        by=request.actor,
        at=request.arrived_at,
        list_key=row.key,
        agrees=form.cleaned_data["agrees"],
        words=form.cleaned_data["words"],
    )
    return redirect("obligations:list", agreement=row.agreement)


def shown_items(row: Held) -> list[dict[str, Any]]:
    """The obligations of a list as the page shows them, by article."""
    return listed(row.items(), row.titles or {})


def listed(items: list[Item], titles: dict[str, str]) -> list[dict[str, Any]]:
    """Obligations as pages show them, by article; the code where the title was erased."""
    return [
        {
            "item": item,
            "title": titles.get(item.code, item.code),
            "parties": words.parties(item),
            "rule": words.rules(item),
            "evidence": words.EVIDENCE[item.evidence],
        }
        for item in sorted(items, key=lambda item: (item.article, item.clause or 0, item.code))
    ]


def _said(row: Held | None) -> dict[str, str]:
    """What each obligation of a list says in one line, by its code."""
    if row is None:
        return {}
    titles = row.titles or {}
    return {
        item.code: f"{titles.get(item.code, item.code)}. {words.parties(item)}. {words.rules(item)}."
        for item in row.items()
    }


def _base(request: PersonRequest, own: list[OfficeTemplate], agreement: str) -> OfficeTemplate | None:
    """The office's template to take obligations from: the one chosen by `?templat=`, else the one that fits best."""
    chosen = request.GET.get("templat")
    if chosen is None:
        return office_templates.best_for([one["title"] for one in agreements.articles_of(agreement)], own)
    return next((row for row in own if str(row.pk) == chosen), None)


def _starting(board: Board, agreement: str, base: OfficeTemplate | None) -> tuple[list[Item], dict[str, str]]:
    """The list to start from: the one that holds, with what the template adds to it."""
    commission, police = agreements.sides(agreement)
    articles = agreements.articles_of(agreement)
    of = None if base is None else office_templates.item_drafts(base)
    items, titles = template.items_for(articles, commission=commission, police=police, of=of)
    if board.held is None:
        return items, titles
    held = board.held.items()
    known = {item.code for item in held}
    called = board.held.titles or {}
    kept = {item.code: called.get(item.code, item.code) for item in held}
    return [*held, *(item for item in items if item.code not in known)], titles | kept


class _Row:
    """One obligation on the proposal's page: its form, and a form for each of its due rules and for one more."""

    def __init__(self, item: Item, title: str, posted: Any, bases: list[tuple[str, Any]]) -> None:
        self.item = item
        self.parties, self.rule = words.parties(item), words.rules(item)
        self.evidence = words.EVIDENCE[item.evidence]
        initial = {"code": item.code, "included": True, "title": title}
        self.form = ItemForm(posted, prefix=item.code, initial=initial)
        dues = [*item.dues, None][: obligation.MOST_DUES]
        self.dues = [
            DueForm(posted, prefix=f"{item.code}-{place}", bases=bases, due=due) for place, due in enumerate(dues)
        ]

    @property
    def chosen(self) -> Item:
        """The obligation with the rules that were typed; the forms are valid."""
        typed = [form.cleaned_data["due"] for form in self.dues]
        return msgspec.structs.replace(self.item, dues=[due for due in typed if due is not None])

    @property
    def is_wrong(self) -> bool:
        """Whether something about its rules is to be put right."""
        return any(form.errors for form in self.dues)

    def is_valid(self) -> bool:
        """Whether it is left out, or everything about it can be read."""
        if not self.form.is_valid():
            return False
        return not self.form.cleaned_data["included"] or all([form.is_valid() for form in self.dues])


def _beside(refusal: Refused, form: ProposalForm, item_forms: dict[Any, ItemForm]) -> None:
    """Say what was refused beside the field it belongs to."""
    sentence = said_with_code(refusal)
    if refusal.field in item_forms:
        item_forms[refusal.field].add_error("title", sentence)
    else:
        form.add_error(refusal.field if refusal.field in form.fields else None, sentence)


def _insist(form: AnswerForm) -> None:
    if not form.is_valid():
        raise Refused("Pilih setuju atau kembalikan, dengan alasan paling panjang 2.000 huruf.", code="KWJ-36")
