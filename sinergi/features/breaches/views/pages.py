"""Breaches of this office, one of them with its clock and steps, and what partners told of theirs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sinergi.access.doors import PersonRequest, open_record, requires, visible
from sinergi.features.agreement import public as agreements
from sinergi.features.breaches import actions, rules
from sinergi.features.breaches.forms import KINDS, STEPS, NoteForm, StepForm, TellForm
from sinergi.features.breaches.models import Breach, BreachNotice, BreachStep
from sinergi.features.breaches.views import letters
from sinergi.kernel.errors import Refused
from sinergi.kernel.ids import new_event_id
from sinergi.ledger.store import own_agency
from sinergi.sheets import Column, Kind
from sinergi.sheets.writing import export
from sinergi.web import navigation, records
from sinergi.web.uploads import sheet_answer

BOTH = ["GET", "HEAD", "POST"]
STATES: dict[str, tuple[str, Any]] = {
    "running": ("working", _("jam berjalan")),
    "overdue": ("late", _("lewat 72 jam")),
    "notified": ("accepted", _("sudah diberitahukan")),
    "closed": ("done", _("ditutup")),
}


@require_safe
@requires("breaches.read")
def breaches(request: PersonRequest) -> HttpResponse:
    """Every breach of this office with its clock, and what partners told of theirs."""
    notices = visible(request.user, BreachNotice.objects.all(), "breaches.read", region=None, scope=request.scope)
    own = own_agency().id
    context = {
        "rows": [_line(row, request.arrived_at) for row in Breach.objects.order_by("-known_at", "key")],
        "notices": [
            {
                "row": row,
                "by": agreements.agency_name(row.agency),
                "data": _kinds(row.data_json),
                "own": row.agency == own,
            }
            for row in notices.order_by("-told_at", "key")
        ],
        "may_keep": request.user.can("breaches.keep"),
    }
    return render(request, "breaches/breaches.html", context)


@require_safe
@requires("breaches.read")
def breaches_sheet(request: PersonRequest) -> HttpResponse:
    """The same list as an Excel file, one row for each step."""
    columns = (
        Column(name="known", label=gettext("Diketahui (WIB)"), kind=Kind.DATE),
        Column(name="due", label=gettext("Batas 72 jam (WIB)"), kind=Kind.DATE),
        Column(name="state", label=gettext("Keadaan")),
        Column(name="people", label=gettext("Orang"), kind=Kind.INTEGER),
        Column(name="data", label=gettext("Data yang terungkap")),
        Column(name="step", label=gettext("Langkah")),
        Column(name="taken", label=gettext("Dikerjakan (WIB)"), kind=Kind.DATE),
        Column(name="letter", label=gettext("Nomor surat")),
    )
    lines = []
    for row in Breach.objects.order_by("-known_at", "key"):
        line = _line(row, request.arrived_at)
        shown = {
            "known": localtime(row.known_at),
            "due": localtime(line["due"]),
            "state": str(line["state"][1]),
            "people": line["people"],
            "data": line["data"],
        }
        for step in line["steps"] or [None]:
            said = step and {
                "step": str(STEPS[step.step]),
                "taken": localtime(step.taken_at),
                "letter": step.letter,
            }
            lines.append(shown | (said or {}))
    return sheet_answer(export(columns, lines, sheet=gettext("Kebocoran data")), "kebocoran-data.xlsx")


@require_http_methods(BOTH)
@requires("breaches.keep")
def note(request: PersonRequest) -> HttpResponse:
    """Note a breach; the clock starts when it became known."""
    posted = request.method == "POST"
    initial = {"id": new_event_id(request.arrived_at), "known_at": localtime(request.arrived_at)}
    form = NoteForm(request.POST if posted else None, initial=initial)
    if posted and form.is_valid():
        told = dict(form.cleaned_data)
        told["data"] = told.pop("disclosed")
        try:
            receipt = actions.note(by=request.actor, at=request.arrived_at, **told)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, gettext("Kejadian dicatat di buku kantor ini saja. Jam 72 berjalan."))
            return redirect("breaches:breach", key=receipt.key)
    return render(request, "breaches/note.html", {"form": form}, status=422 if posted else 200)


@require_safe
@requires("breaches.read")
def breach(request: PersonRequest, key: str) -> HttpResponse:
    """One breach: the clock, what was done, what is left."""
    return _page(request, key)


@require_POST
@requires("breaches.keep")
def step(request: PersonRequest, key: str) -> HttpResponse:
    """Note a step against it."""
    row = _opened(request, key, "breaches.keep")
    form = StepForm(request.POST)
    if form.is_valid():
        try:
            actions.take_step(by=request.actor, at=request.arrived_at, breach=row.key, **form.cleaned_data)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, gettext("Langkah dicatat."))
            return redirect("breaches:breach", key=key)
    return _page(request, key, step=form)


@require_POST
@requires("breaches.keep")
def tell(request: PersonRequest, key: str) -> HttpResponse:
    """Tell the parties of an agreement whose data is concerned."""
    row = _opened(request, key, "breaches.keep")
    form = TellForm(request.POST, agreements=_choices(request))
    if form.is_valid():
        try:
            actions.tell(by=request.actor, at=request.arrived_at, breach=row.key, **form.cleaned_data)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, gettext("Mitra diberi tahu; pemberitahuan sedang dikirim."))
            return redirect("breaches:breach", key=key)
    return _page(request, key, tell=form)


@require_safe
@requires("breaches.keep")
def letter(request: PersonRequest, key: str, to: str) -> HttpResponse:
    """The notice to the supervising body or to the people it touches, as a draft to number and sign."""
    row = _opened(request, key, "breaches.keep")
    steps = list(BreachStep.objects.filter(breach=key).order_by("taken_at", "key"))
    pdf = letters.notice(row, steps, people=actions.people_of(row), to=to, at=request.arrived_at)
    headers = {"Content-Disposition": f'attachment; filename="pemberitahuan-{to}.pdf"'}
    return HttpResponse(pdf, content_type="application/pdf", headers=headers)


def inbox(user: Any, at: datetime) -> list[navigation.Waiting]:
    """The clock of every breach whose notices are not out, for who answers for it."""
    if not user.can("breaches.keep"):
        return []
    found = []
    for row in Breach.objects.order_by("known_at", "key"):
        taken = actions.steps_of(row.key)
        if rules.state(taken, known_at=row.known_at, at=at) in ("running", "overdue"):
            left = [str(STEPS[one]) for one in rules.NOTICES if one not in taken]
            found.append(
                navigation.Waiting(
                    title=gettext("Beritahukan kebocoran data"),
                    sub=gettext("belum: %(left)s") % {"left": ", ".join(left)},
                    url=reverse("breaches:breach", args=[row.key]),
                    due=rules.due(row.known_at),
                    urgency=3,
                    key=row.key,
                    icon="alert-triangle",
                )
            )
    return found


def opens(user: Any, keys: list[str]) -> dict[str, records.Page]:
    """The page that shows a notice of a partner."""
    seen = visible(user, BreachNotice.objects.filter(key__in=keys), "breaches.read", region=None)
    return {row.key: records.Page(url=reverse("breaches:breaches")) for row in seen}


def _opened(request: PersonRequest, key: str, permission: str) -> Breach:
    return open_record(request, Breach.objects.all(), key, permission, agreement=None, region=None, restricted=True)


def _page(request: PersonRequest, key: str, **given: Any) -> HttpResponse:
    row = _opened(request, key, "breaches.read")
    line = _line(row, request.arrived_at)
    keeps, choices = request.user.can("breaches.keep"), _choices(request)
    initial = {"id": new_event_id(request.arrived_at)}
    taken = {one.step for one in line["steps"]}
    context = {
        **line,
        "shown": [(one, STEPS[one.step]) for one in line["steps"]],
        "missing": [STEPS[one] for one in rules.NOTICES if one not in taken],
        "step": given.get("step") or (StepForm(initial=initial) if keeps and "closed" not in taken else None),
        "tell": given.get("tell") or (TellForm(initial=initial, agreements=choices) if keeps and choices else None),
        "may_keep": keeps,
    }
    return render(request, "breaches/breach.html", context, status=422 if given else 200)


def _line(row: Breach, at: datetime) -> dict[str, Any]:
    steps = list(BreachStep.objects.filter(breach=row.key).order_by("taken_at", "key"))
    state = rules.state({one.step for one in steps}, known_at=row.known_at, at=at)
    return {
        "row": row,
        "state": STATES[state],
        "due": rules.due(row.known_at),
        "people": actions.people_of(row),
        "data": _kinds(row.data_json),
        "steps": steps,
    }


def _kinds(data: list[str]) -> str:
    return ", ".join(str(KINDS[kind]) for kind in data if kind in KINDS)


def _choices(request: PersonRequest) -> list[tuple[str, str]]:
    found = agreements.in_force_for(request.user, "breaches.keep", on=request.arrived_at)
    return [(info.id, info.name) for info in found]
