"""The yearly plan of joint training on screen: proposed, agreed, held."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dateformat import format as date_format
from django.utils.timezone import localdate
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sinergi.access.doors import PersonRequest, open_record, requires, visible
from sinergi.features.agreement import public as agreements
from sinergi.features.stages import public as stages
from sinergi.features.standing_duties import actions, rules
from sinergi.features.standing_duties.forms import HeldForm, MoveForm, SessionForm
from sinergi.features.standing_duties.models import TrainingSession
from sinergi.kernel.errors import Refused
from sinergi.kernel.ids import new_event_id
from sinergi.ledger.grades import NOTHING, Grade, grades
from sinergi.ledger.store import own_agency
from sinergi.web import navigation

STATES = {
    "proposed": ("waiting", _("diusulkan")),
    "planned": ("accepted", _("direncanakan")),
    "declined": ("refused", _("tidak disepakati")),
    "withdrawn": ("refused", _("ditarik")),
    "held": ("done", _("dilaksanakan")),
}


@require_safe
@requires("standing_duties.read")
def training(request: PersonRequest) -> HttpResponse:
    """The plan by year, what comes first on top; each with what can be done about it."""
    return _plan(request)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("standing_duties.train")
def propose(request: PersonRequest) -> HttpResponse:
    """Propose a session."""
    posted = request.method == "POST"
    infos = _infos(request)
    parties = {party: agreements.short_name(party) for info in infos for party in info.parties}
    form = SessionForm(
        request.POST if posted else None,
        agreements=[(info.id, info.name) for info in infos],
        parties=list(parties.items()),
        initial={"id": new_event_id(request.arrived_at), "arranger": own_agency().id},
    )
    if posted and form.is_valid():
        given = dict(form.cleaned_data)
        try:
            actions.propose_session(id=given.pop("id"), by=request.actor, at=request.arrived_at, **given)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, gettext("Usul latihan dikirim ke pihak lain."))
            return redirect("standing_duties:training")
    return render(request, "standing_duties/session.html", {"form": form}, status=422 if posted else 200)


@require_POST
@requires("standing_duties.train")
def answer(request: PersonRequest, key: str) -> HttpResponse:
    """Take a session into the plan or not; the own one is taken back."""
    row = _session(request, key)
    agrees = request.POST.get("agrees") == "yes"
    actions.answer_session(
        id=request.POST.get("id", ""), by=request.actor, at=request.arrived_at, session=row.key, agrees=agrees
    )
    messages.success(request, gettext("Jawaban dicatat."))
    return redirect("standing_duties:training")


@require_POST
@requires("standing_duties.train")
def move(request: PersonRequest, key: str) -> HttpResponse:
    """Propose another day for a session."""
    row = _session(request, key)
    form = MoveForm(request.POST, auto_id=f"{row.key}_hari_%s")
    if form.is_valid():
        given = form.cleaned_data
        try:
            actions.move_session(
                id=given["id"], by=request.actor, at=request.arrived_at, session=row.key, on=given["on"]
            )
        except Refused as refusal:
            form.refuse(refusal)
        else:
            messages.success(
                request, gettext("Usul hari lain dikirim; hari latihan berubah setelah pihak lain setuju.")
            )
            return redirect("standing_duties:training")
    return _plan(request, moving={row.key: form})


@require_POST
@requires("standing_duties.train")
def answer_move(request: PersonRequest, key: str) -> HttpResponse:
    """Agree to another day or not; the own proposal is taken back."""
    row = _session(request, key)
    actions.answer_move(
        id=request.POST.get("id", ""),
        by=request.actor,
        at=request.arrived_at,
        session=row.key,
        move=request.POST.get("move", ""),
        agrees=request.POST.get("agrees") == "yes",
    )
    messages.success(request, gettext("Jawaban dicatat."))
    return redirect("standing_duties:training")


@require_POST
@requires("standing_duties.train")
def held(request: PersonRequest, key: str) -> HttpResponse:
    """Report that a session was held."""
    row = _session(request, key)
    form = HeldForm(request.POST, auto_id=f"{row.key}_%s")
    if form.is_valid():
        given = dict(form.cleaned_data)
        try:
            actions.report_session(
                id=given.pop("id"), by=request.actor, at=request.arrived_at, session=row.key, **given
            )
        except Refused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, gettext("Laporan latihan dicatat; kewajibannya menutup sendiri."))
            return redirect("standing_duties:training")
    return _plan(request, reporting={row.key: form})


def inbox(user: Any, at: datetime) -> list[navigation.Waiting]:
    """Sessions that wait for this office's answer, and planned ones whose day has passed."""
    if not user.can("standing_duties.train"):
        return []
    asked = visible(user, _rows(), "standing_duties.train", region=None)
    rows = list(agreements.workable(user, asked, "standing_duties.train"))
    own, found, closed = own_agency().id if rows else "", [], agreements.closed(at)
    for row in rows:
        moved, day = rules.open_move(row), row.day
        # Once its agreement is over nobody plans; what was held is still reported.
        plans = row.agreement not in closed
        asks = plans and row.state == "proposed" and row.agency != own
        asks_day = plans and moved is not None and moved.agency != own
        title = gettext("Jawab usul latihan bersama") if asks else gettext("Laporkan latihan bersama")
        if asks_day:
            title = gettext("Jawab usul hari lain latihan bersama")
        # Whoever waits for another day does not report the old one.
        overdue = row.state == "planned" and day < localdate(at) and moved is None
        if asks or asks_day or overdue:
            found.append(
                navigation.Waiting(
                    title=title,
                    url=reverse("standing_duties:training") + f"#latihan-{row.key}",
                    sub=f"{row.topic or gettext('latihan')}, {date_format(day, 'j F Y')}",
                    agreement=row.agreement,
                    key=row.key,
                    icon="users",
                )
            )
    return found


def staying(agreement_ids: list[str], calendar: stages.Calendar, decided_on: date, at: datetime) -> list[stages.Move]:
    """Sessions to come: nobody moves them, either office proposes another day where the old one no longer fits."""
    rows = _rows().filter(agreement__in=agreement_ids)
    return [
        stages.Move(
            kind="stays",
            agreement=row.agreement,
            what=gettext("Latihan bersama: %(topic)s") % {"topic": row.topic or gettext("latihan")},
            before=row.day,
            url=reverse("standing_duties:training") + f"#latihan-{row.key}",
        )
        for row in rows
        if row.state in ("proposed", "planned") and row.day >= localdate(at)
    ]


def _plan(
    request: PersonRequest,
    *,
    reporting: dict[str, HeldForm] | None = None,
    moving: dict[str, MoveForm] | None = None,
) -> HttpResponse:
    reporting, moving = reporting or {}, moving or {}
    own, today = own_agency().id, localdate(request.arrived_at)
    rows = list(visible(request.user, _rows(), "standing_duties.read", region=None, scope=request.scope))
    may = {info.id for info in _infos(request)}
    proof = grades(key for row in rows for key in (row.key, *(move.key for move in row.moved)))
    lines = []
    for row in rows:
        state, day, pending, agreed = row.state, row.day, rules.open_move(row), rules.agreed_move(row)
        acts = row.agreement in may
        reports = agreements.offers(request.user, "standing_duties.train", agreement=row.agreement)
        lines.append(
            {
                "row": row,
                "shape": STATES[state][0],
                "word": STATES[state][1],
                "by": agreements.short_name(row.agency),
                "arranger": agreements.short_name(row.arranger),
                "report": row.report if state == "held" else None,
                "grade": proof.get(row.key, NOTHING),
                "may_answer": acts and state in ("proposed", "declined") and row.agency != own,
                "may_withdraw": acts and state in ("proposed", "planned") and row.agency == own,
                "day": day,
                "moves": [_told(one, pending, agreed, proof) for one in row.moved],
                "pending": pending if acts else None,
                "may_agree_day": acts and pending is not None and pending.agency != own,
                "move_form": _move_form(request, row, moving) if acts and state not in ("held", "withdrawn") else None,
                "form": _held_form(request, row, reporting) if reports and _is_reported(day, state, today) else None,
                "id": new_event_id(request.arrived_at),
                "is_past": day < today,
            }
        )
    coming = sorted((line for line in lines if not line["is_past"]), key=lambda line: (line["day"], line["row"].key))
    past = sorted((line for line in lines if line["is_past"]), key=lambda line: line["day"], reverse=True)
    context = {
        "groups": [(gettext("Akan datang"), coming), (gettext("Sudah lewat"), past)],
        "any": bool(lines),
        "may_propose": bool(may),
    }
    return render(request, "standing_duties/training.html", context, status=422 if reporting or moving else 200)


def _told(move: Any, pending: Any, agreed: Any, proof: dict[str, Grade]) -> dict[str, Any]:
    """A move for the page: who, when, and what became of it."""
    if move is pending:
        word = _("menunggu jawaban")
    elif agreed is not None and move.key == agreed.key:
        word = _("disepakati")
    elif any(agency == move.agency for agency, _agrees in move.said):
        word = _("ditarik")
    elif any(not agrees for _agency, agrees in move.said):
        word = _("tidak disepakati")
    else:
        word = _("diganti hari lain")
    return {"row": move, "by": agreements.short_name(move.agency), "word": word, "grade": proof.get(move.key, NOTHING)}


def _move_form(request: PersonRequest, row: TrainingSession, given: dict[str, MoveForm]) -> MoveForm:
    initial = {"id": new_event_id(request.arrived_at), "on": row.day}
    return given.get(row.key) or MoveForm(initial=initial, auto_id=f"{row.key}_hari_%s")


def _is_reported(day: date, state: str, today: date) -> bool:
    """Whether its report can be given now, or given again when it was wrong."""
    return state == "held" or (state == "planned" and day <= today)


def _held_form(request: PersonRequest, row: TrainingSession, given: dict[str, HeldForm]) -> HeldForm:
    initial: dict[str, Any] = {"id": new_event_id(request.arrived_at), "held_on": row.day}
    if row.report:
        initial |= {name: getattr(row.report, name) for name in ("held_on", "commission", "police")}
    return given.get(row.key) or HeldForm(initial=initial, auto_id=f"{row.key}_%s")


def _rows() -> Any:
    return TrainingSession.objects.prefetch_related("answers", "reports", "moves__answers").order_by("on", "key")


def _session(request: PersonRequest, key: str) -> TrainingSession:
    row: TrainingSession = open_record(request, _rows(), key, "standing_duties.train", region=None)
    return row


def _infos(request: PersonRequest) -> list[agreements.AgreementInfo]:
    found = agreements.in_force_for(request.user, "standing_duties.train", on=request.arrived_at)
    return [info for info in found if "capacity" in info.scopes]
