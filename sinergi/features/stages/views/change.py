"""Another calendar: seeing everything that it moves, then announcing it; taking one in from a file."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localdate
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sinergi.access.doors import PersonRequest, open_record, requires
from sinergi.features.stages import actions, public, rules
from sinergi.features.stages.forms import STAGE_COLUMNS, CalendarFile, Change, calendar_of
from sinergi.features.stages.models import AnnouncedCalendar, CalendarChoice, known, known_calendars
from sinergi.features.stages.views.calendar import named
from sinergi.kernel.errors import Refused
from sinergi.kernel.ids import new_event_id
from sinergi.ledger import rows as ledger_rows
from sinergi.ledger.models import Agreement
from sinergi.sheets import read_cells
from sinergi.sheets.writing import XLSX, template
from sinergi.web.forms import said_with_code


@require_http_methods(["GET", "HEAD", "POST"])
@requires("stages.announce")
def change(request: PersonRequest) -> HttpResponse:
    """Move voting day or take another calendar: first what follows, then doing it."""
    choice = CalendarChoice.objects.order_by("pk").first()
    current = None if choice is None else choice.calendar()
    given = request.POST if request.method == "POST" else request.GET
    asked = given if "decided_on" in given else None
    form = Change(asked, current=current, others=_others(current), initial={"id": new_event_id(request.arrived_at)})
    context: dict[str, Any] = {"form": form, "current": current, "choice": choice}
    status = 200
    if asked is not None:
        status = 422
        if form.is_valid() and (calendar := _wanted(form, current)) is not None:
            if request.method == "POST" and _announced(request, form, calendar):
                return redirect("stages:stages")
            status = 200 if request.method != "POST" and not form.errors else 422
            if not form.errors:
                context |= _preview(request, current, calendar, form.cleaned_data["decided_on"])
    if current is not None:
        context["calendar_name"] = named(current)
    return render(request, "stages/change.html", context, status=status)


@requires("stages.choose")
@require_POST
def adopt(request: PersonRequest, key: str) -> HttpResponse:
    """Work by what the commission announced."""
    row = open_record(request, AnnouncedCalendar.objects.all(), key, "stages.choose", region=None)
    actions.adopt(row, at=request.arrived_at)
    messages.success(request, gettext("Kalender disimpan. Tenggat sekarang dihitung dengan kalender ini."))
    return redirect("stages:choose")


@require_http_methods(["GET", "HEAD", "POST"])
@requires("stages.choose")
def new_calendar(request: PersonRequest) -> HttpResponse:
    """Take in a calendar from a table: all of it or nothing."""
    form = CalendarFile(request.POST or None, request.FILES or None)
    problems: list[Any] = []
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            table = calendar_of(read_cells(file.read(), name=file.name), form.cleaned_data)
            problems = table.problems
            if not problems:
                actions.import_calendar(table.calendar, at=request.arrived_at)
                messages.success(request, gettext("Kalender tersimpan. Ia dipakai setelah dipilih atau diumumkan."))
                return redirect("stages:choose")
        except Refused as refusal:
            form.add_error("file", said_with_code(refusal))
    shown = [{"row": one.row, "column": one.column, "sentence": gettext(one.pattern) % one.words} for one in problems]
    context = {"form": form, "problems": shown}
    return render(request, "stages/new.html", context, status=422 if request.method == "POST" else 200)


@require_safe
@requires("stages.choose")
def new_template(request: PersonRequest) -> HttpResponse:
    """The table to fill in."""
    data = template(STAGE_COLUMNS, title=gettext("Tahapan"))
    headers = {"Content-Disposition": 'attachment; filename="kalender.xlsx"'}
    return HttpResponse(data, content_type=XLSX, headers=headers)


def _others(current: rules.Calendar | None) -> list[tuple[str, str]]:
    """Calendars this node knows that are not the one it works by."""
    return [
        (one.code, f"{named(one)}, {one.law}")
        for one in known_calendars()
        if current is None or (one.code, one.version) != (current.code, current.version)
    ]


def _wanted(form: Change, current: rules.Calendar | None) -> rules.Calendar | None:
    """The calendar that was asked for, or None with the sentence beside its field."""
    given = form.cleaned_data
    try:
        if given["calendar"]:
            return known(given["calendar"])
        if current is None:
            raise Refused("Kalender pemilihan belum dipilih.", code="TAH-24", field="calendar")
        return rules.postponed(
            current, polling_day=given["polling_day"], decided_on=given["decided_on"], law=given["law"]
        )
    except Refused as refusal:
        form.refuse(refusal)
        return None


def _announced(request: PersonRequest, form: Change, calendar: rules.Calendar) -> bool:
    try:
        actions.announce_calendar(
            id=form.cleaned_data["id"],
            by=request.actor,
            at=request.arrived_at,
            calendar=calendar,
            decided_on=form.cleaned_data["decided_on"],
            today=localdate(request.arrived_at),
        )
    except Refused as refusal:
        form.refuse(refusal)
        return False
    messages.success(request, gettext("Kalender baru diumumkan kepada semua mitra dan dipakai mulai sekarang."))
    return True


def _preview(
    request: PersonRequest, current: rules.Calendar | None, calendar: rules.Calendar, decided_on: date
) -> dict[str, Any]:
    """Everything that would change, by agreement; stages first."""
    choice = CalendarChoice.objects.order_by("pk").first()
    concerned = actions.concerned(choice is not None and choice.is_shifted)
    rows = [row for row in concerned if request.user.can("stages.announce", agreement=row.id)]
    moves = public.moves((row.id for row in rows), calendar, decided_on, request.arrived_at)
    groups: list[dict[str, Any]] = [{"name": partners(row), "moves": moves[row.id]} for row in rows]
    was = {stage.code: stage for stage in current.stages} if current is not None else {}
    stages = [
        {"name": named(stage), "was": was.get(stage.code), "will": stage}
        for stage in calendar.stages
        if stage.code not in was
        or (was[stage.code].starts_on, was[stage.code].ends_on) != (stage.starts_on, stage.ends_on)
    ]
    blocks = [move.blocks for group in groups for move in group["moves"] if move.blocks]
    return {
        "calendar": calendar,
        "groups": groups,
        "stages": stages,
        "lost": [named(stage) for code, stage in was.items() if code not in {one.code for one in calendar.stages}],
        "blocks": blocks,
        "counts": Counter(move.kind for group in groups for move in group["moves"]),
    }


def _days(stage: rules.Stage | None) -> tuple[Any, Any] | None:
    return None if stage is None else (stage.starts_on, stage.ends_on)


def partners(row: Agreement) -> str:
    """The other parties of an agreement by name."""
    others = {one.id: one.name for one in ledger_rows.agencies() if not one.is_self}
    return ", ".join(others[party] for party in ledger_rows.party_ids()[row.id] if party in others)
