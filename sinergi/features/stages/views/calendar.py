"""The calendar as a page and as a sheet."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import msgspec
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_http_methods, require_safe

from sinergi.access.doors import PersonRequest, requires, visible
from sinergi.access.models import User
from sinergi.features.stages import public, rules
from sinergi.features.stages.actions import use_calendar
from sinergi.features.stages.forms import Choice
from sinergi.features.stages.models import AnnouncedCalendar, CalendarChoice, known_calendars
from sinergi.kernel.instants import say_day
from sinergi.ledger import rows
from sinergi.ledger.models import Agreement
from sinergi.ledger.rows import agency
from sinergi.sheets import Column, Kind
from sinergi.sheets.writing import XLSX, export
from sinergi.web import feeds


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One stage as the page shows it. `shape` and `word` are its state on that day."""

    stage: rules.Stage
    name: str
    starts: str
    ends: str
    shape: str
    word: str
    is_current: bool


@require_safe
@requires("stages.read")
def stages(request: PersonRequest) -> HttpResponse:
    """Every stage with its days and today's place among them; the closed days that are still to come."""
    choice = CalendarChoice.objects.order_by("pk").first()
    today = _today(request)
    context: dict[str, Any] = {"choice": choice, "today": today, "may_choose": request.user.can("stages.choose")}
    if choice is not None:
        calendar = choice.calendar()
        current = rules.current(calendar.stages, today)
        lines = _narrowed(_lines(calendar, today), request.GET.get("tampil", ""))
        context |= {
            "calendar": calendar,
            "calendar_name": named(calendar),
            "lines": lines,
            "shown": request.GET.get("tampil", ""),
            "current": None if current is None else named(current),
            "label": rules.label(today, calendar.polling_day),
        }
    context["announced"] = _announced(request, choice)
    context["may_announce"] = request.user.can("stages.announce")
    listed = public.closures(_counting(request)).holidays()
    context |= {"coming": [one for one in listed if one.day >= today][:12], "last_year": listed[-1].day.year}
    context["may_holidays"] = request.user.can("stages.holidays")
    return render(request, "stages/stages.html", context)


@require_safe
@requires("stages.read")
def stages_sheet(request: PersonRequest) -> HttpResponse:
    """The stages as an Excel file."""
    choice = CalendarChoice.objects.order_by("pk").first()
    columns = (
        Column(name="name", label=gettext("Tahapan")),
        Column(name="starts_on", label=gettext("Mulai"), kind=Kind.DATE),
        Column(name="ends_on", label=gettext("Hari terakhir"), kind=Kind.DATE),
        Column(name="from_polling_day", label=gettext("Terhadap hari H")),
        Column(name="law", label=gettext("Dasar hukum")),
    )
    rows = []
    if choice is not None:
        calendar = choice.calendar()
        rows = [
            {
                "name": named(stage),
                "starts_on": stage.starts_on,
                "ends_on": stage.ends_on,
                "from_polling_day": _span(stage, calendar.polling_day),
                "law": stage.law,
            }
            for stage in calendar.stages
        ]
    mark = "LATIHAN" if choice is not None and choice.is_shifted else ""
    data = export(columns, rows, sheet=gettext("Tahapan"), mark=mark)
    return HttpResponse(data, content_type=XLSX, headers={"Content-Disposition": 'attachment; filename="tahapan.xlsx"'})


@require_http_methods(["GET", "HEAD", "POST"])
@requires("stages.choose")
def choose(request: PersonRequest) -> HttpResponse:
    """Choose the calendar this node works by."""
    choice = CalendarChoice.objects.order_by("pk").first()
    initial = {} if choice is None else {"calendar": choice.code, "is_exercise": choice.is_shifted}
    if choice is not None and choice.is_shifted:
        initial["polling_day"] = choice.polling_day
    known = [
        (calendar.code, f"{named(calendar)}: {say_day(calendar.polling_day, language())}, {calendar.law}")
        for calendar in known_calendars()
    ]
    form = Choice(request.POST or None, calendars=known, initial=initial)
    if request.method == "POST" and form.is_valid():
        use_calendar(form.cleaned_data["calendar"], form.cleaned_data["polling_day"])
        messages.success(request, gettext("Kalender disimpan. Tenggat sekarang dihitung dengan kalender ini."))
        return redirect("stages:choose")
    context = {"form": form, "choice": choice, "calendar_name": "" if choice is None else named(choice.calendar())}
    return render(request, "stages/choose.html", context, status=422 if request.method == "POST" else 200)


def _announced(request: PersonRequest, choice: CalendarChoice | None) -> list[dict[str, Any]]:
    """What commissions announced under agreements this person may see and this office does not work by yet."""
    shown = []
    for agreement in (
        visible(request.user, AnnouncedCalendar.objects.all(), "stages.read", region=None)
        .values_list("agreement", flat=True)
        .distinct()
    ):
        row = public.announcements(agreement)[-1]
        calendar = row.calendar()
        if choice is None or choice.calendar() != calendar:
            by = agency(row.agency)
            shown.append(
                {
                    "row": row,
                    "calendar": calendar,
                    "name": named(calendar),
                    "by": "" if by is None else by.name,
                    # Obligations count with it already; what nobody moves is for this office to look at.
                    "stays": [
                        move
                        for move in public.moves([agreement], calendar, row.decided_on, request.arrived_at)[agreement]
                        if move.kind == "stays"
                    ],
                }
            )
    return shown


def calendar_entries(user: User, agreement: str, at: datetime) -> list[feeds.Entry]:
    """The stages that count under an agreement, as far as they have both days."""
    calendar = public.calendar_of(agreement)
    if calendar is None or not user.can("stages.read", agreement=agreement):
        return []
    return [
        feeds.Entry(
            name=f"{agreement[:16]}.{calendar.code}.{stage.code}",
            title=named(stage),
            starts=stage.starts_on,
            ends=stage.ends_on,
            path=reverse("stages:stages"),
            exercise=Agreement.objects.filter(id=agreement, role__startswith="exercise/").exists(),
        )
        for stage in calendar.stages
        if stage.starts_on is not None and not stage.is_reserve
    ]


def _counting(request: PersonRequest) -> str:
    """The agreement whose holidays are shown: the one in view, else the first in force; empty without any."""
    reached = [row.id for row in rows.in_force() if request.user.can("stages.read", agreement=row.id)]
    scope = getattr(request, "scope", "")
    return scope if scope in reached else next(iter(reached), "")


def _lines(calendar: rules.Calendar, today: date) -> list[Line]:
    current = rules.current(calendar.stages, today)
    lines = []
    for stage in calendar.stages:
        if stage.holds_on(today):
            shape, word = "working", gettext("berjalan")
        elif today > stage.ends_on:
            shape, word = "done", gettext("selesai")
        else:
            shape, word = "scheduled", gettext("dijadwalkan")
        if stage.is_reserve:
            shape, word = "scheduled", gettext("cadangan")
        lines.append(
            Line(
                stage=stage,
                name=named(stage),
                starts="" if stage.starts_on is None else rules.label(stage.starts_on, calendar.polling_day),
                ends=rules.label(stage.ends_on, calendar.polling_day),
                shape=shape,
                word=word,
                is_current=stage == current,
            )
        )
    return lines


def _narrowed(lines: list[Line], shown: str) -> list[Line]:
    wanted = {"berjalan": ("working",), "datang": ("scheduled",), "selesai": ("done",)}.get(shown)
    return lines if wanted is None else [line for line in lines if line.shape in wanted]


def named(thing: rules.Stage | rules.Calendar) -> str:
    """Its name in the language of the page."""
    return thing.name_en if language() == "en" else thing.name


def language() -> str:
    """`id` or `en`."""
    return "en" if (get_language() or "id").startswith("en") else "id"


def _span(stage: rules.Stage, polling_day: date) -> str:
    ends = rules.label(stage.ends_on, polling_day)
    return ends if stage.starts_on is None else f"{rules.label(stage.starts_on, polling_day)} – {ends}"


def _today(request: PersonRequest) -> date:
    return localdate(request.arrived_at)
