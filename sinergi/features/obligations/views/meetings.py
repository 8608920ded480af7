"""Meetings (rakor, anev): the agenda that fills itself, minutes that both sides sign, decisions that become dues."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localdate
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sinergi.access.doors import PersonRequest, open_record, requires
from sinergi.features.agreement import public as agreements
from sinergi.features.obligations import actions
from sinergi.features.obligations.forms import MEETINGS, AnswerForm, MinutesForm
from sinergi.features.obligations.models import Minutes
from sinergi.features.obligations.public import Board
from sinergi.features.obligations.views import words
from sinergi.kernel.errors import Refused
from sinergi.kernel.ids import new_event_id
from sinergi.kernel.instants import say_day
from sinergi.ledger.grades import NOTHING, grades
from sinergi.ledger.store import own_agency
from sinergi.web.forms import said_with_code


@require_safe
@requires("obligations.read")
def meetings(request: PersonRequest, agreement: str) -> HttpResponse:
    """The minutes of every meeting, newest first."""
    info = agreements.opened(request, agreement, "obligations.read")
    board = Board(agreement, at=request.arrived_at)
    context = {
        "info": info,
        "rows": _rows(request, board),
        "may_state": info.state == "in_force"
        and agreements.offers(request.user, "obligations.state", agreement=agreement),
    }
    return render(request, "obligations/meetings.html", context)


@requires("obligations.state")
@require_http_methods(["GET", "HEAD", "POST"])
def new_minutes(request: PersonRequest, agreement: str) -> HttpResponse:
    """Minutes that begin with what is late."""
    info = agreements.opened(request, agreement, "obligations.state")
    board = Board(agreement, at=request.arrived_at)
    posted = request.POST if request.method == "POST" else None
    form = MinutesForm(
        posted,
        parties=[(party, agreements.short_name(party)) for party in board.parties],
        initial={
            "id": new_event_id(request.arrived_at),
            "held_on": localdate(request.arrived_at),
            "words": _agenda(board),
        },
    )
    if posted is not None and form.is_valid() and _stated(request, agreement, form):
        messages.success(request, gettext("Notula dikirim. Keputusannya berlaku setelah pihak lain menandatangani."))
        return redirect("obligations:meetings", agreement=agreement)
    context = {"info": info, "form": form}
    return render(request, "obligations/minutes.html", context, status=200 if posted is None else 422)


@requires("obligations.answer")
@require_POST
def minutes_answer(request: PersonRequest, key: str) -> HttpResponse:
    """Sign another party's minutes, or send them back."""
    row = open_record(request, Minutes.objects.all(), key, "obligations.answer", region=None)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        raise Refused("Pilih jawaban, dengan alasan paling panjang 2.000 huruf.", code="KWJ-36")
    actions.answer_minutes(
        id=form.cleaned_data["id"],
        by=request.actor,
        at=request.arrived_at,
        minutes=row.key,
        agrees=form.cleaned_data["agrees"],
        words=form.cleaned_data["words"],
    )
    return redirect("obligations:meetings", agreement=row.agreement)


def _stated(request: PersonRequest, agreement: str, form: MinutesForm) -> bool:
    try:
        actions.state_minutes(
            id=form.cleaned_data["id"],
            by=request.actor,
            at=request.arrived_at,
            agreement=agreement,
            held_on=form.cleaned_data["held_on"],
            meeting=form.cleaned_data["meeting"],
            words=form.cleaned_data["words"],
            decisions=[actions.Decision(**one) for one in form.decisions()],
            on=localdate(request.arrived_at),
        )
    except Refused as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, said_with_code(refusal))
        return False
    return True


def _agenda(board: Board) -> str:
    """What is late, as the beginning of the minutes."""
    late = [
        f"- {line.item.code} {line.title} ({words.mark(line.occurrence)}), {words.parties(line.item)}, "
        f"{say_day(line.occurrence.last_day)}:"
        for line in board.lines
        if line.found.state == "late"
    ]
    return "\n".join([gettext("Kewajiban yang terlambat:"), *late, "", ""]) if late else ""


def decisions_of(row: Minutes) -> list[dict[str, Any]]:
    """What was decided as the pages show it."""
    return [
        {
            "item": item,
            "title": (row.titles or {}).get(item.code, item.code),
            "parties": words.parties(item),
            "day": item.dues[0].on,
            "mark": item.dues[0].on.isoformat() if item.dues[0].on else "",
        }
        for item in row.items()
    ]


def signatures_of(row: Minutes) -> list[dict[str, Any]]:
    """Who stands behind the minutes and how: by an own passkey, or let in by a password only. By time."""
    sealed = row.signatures.all()
    names = {one.key: one.name for one in agreements.signers_of(row.agreement)} if sealed else {}
    proof = grades([one.key for one in sealed])
    found = [
        {
            "agency": agreements.short_name(one.agency),
            "office": words.office(one.office, acting=one.acting),
            "name": names.get(one.signer),
            "at": one.signed_at,
            "grade": proof.get(one.key, NOTHING),
            "key": True,
        }
        for one in sealed
    ]
    agreed = [(row.agency, row.office, row.stated_at)]
    agreed += [(one.agency, one.office, one.answered_at) for one in row.answers.all() if one.agrees]
    found += [
        {"agency": agreements.short_name(agency), "office": words.office(office), "at": at, "key": False}
        for agency, office, at in agreed
        if agency not in row.sealed_ids
    ]
    return sorted(found, key=lambda one: one["at"])


def _rows(request: PersonRequest, board: Board) -> list[dict[str, Any]]:
    own = own_agency().id
    proof = grades([row.key for row in board.minutes])
    may_answer = agreements.offers(request.user, "obligations.answer", agreement=board.agreement)
    may_sign = agreements.offers(request.user, "obligations.sign", agreement=board.agreement)
    everybody = set(board.parties)
    return [
        {
            "row": row,
            "by": agreements.short_name(row.agency),
            "meeting": dict(MEETINGS)[row.meeting],
            "grade": proof.get(row.key, NOTHING),
            "is_sealed": everybody <= set(row.sealed_ids),
            "is_signed": everybody <= set(row.signed_ids),
            "waits": ", ".join(
                agreements.short_name(party) for party in everybody - {*row.signed_ids, *row.returned_ids}
            ),
            "decisions": [one | {"holds": board.source(one["item"].code) == row.key} for one in decisions_of(row)],
            "signatures": signatures_of(row),
            "may_sign": may_sign and own not in {*row.sealed_ids, *row.returned_ids},
            "may_answer": may_answer and own not in {*row.signed_ids, *row.returned_ids},
            "form": AnswerForm(auto_id=f"{row.key}_%s", initial={"id": new_event_id(request.arrived_at)}),
        }
        for row in reversed(board.minutes)
    ]
