"""Holidays of a year: what counts, what another list would move, announcing it."""

from __future__ import annotations

from typing import Any

import msgspec
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from sinergi.access.doors import PersonRequest, requires
from sinergi.features.stages import actions, closures, public
from sinergi.features.stages.forms import HolidayYear
from sinergi.features.stages.views.change import partners
from sinergi.kernel.errors import Refused
from sinergi.kernel.ids import new_event_id
from sinergi.ledger import rows
from sinergi.ledger.models import Agreement
from sinergi.ledger.store import own_agency


@require_http_methods(["GET", "HEAD", "POST"])
@requires("stages.holidays")
def holidays(request: PersonRequest) -> HttpResponse:
    """The holidays of a year. A commission edits them: first what moves, then announcing."""
    year = _year(request)
    agreements = [row for row in rows.in_force() if request.user.can("stages.holidays", agreement=row.id)]
    counting = public.closures(agreements[0].id if agreements else "").holidays()
    listed = [one for one in counting if one.day.year == year]
    first = {"id": new_event_id(request.arrived_at), "year": year, "days": closures.written(listed)}
    form = HolidayYear(request.POST if request.method == "POST" else None, initial=first)
    context: dict[str, Any] = {
        "form": form,
        "year": year,
        "years": range(localdate(request.arrived_at).year - 1, localdate(request.arrived_at).year + 3),
        "listed": listed,
        "laws": list(dict.fromkeys(one.source for one in listed)),
        "may_announce": own_agency().kind == "kpu",
        "agreements": agreements,
    }
    status = 200
    if request.method == "POST":
        if form.is_valid() and "announce" in request.POST and _announced(request, form):
            return redirect(f"{reverse('stages:holidays')}?tahun={year}")
        if form.is_valid():
            context |= _preview(request, form, agreements)
        status = 422 if form.errors else 200
    return render(request, "stages/holidays.html", context, status=status)


def _year(request: PersonRequest) -> int:
    """The year that was asked for; this one where that is none."""
    text = request.POST.get("year", "") if request.method == "POST" else request.GET.get("tahun", "")
    is_year = text.isascii() and text.isdigit() and len(text) == 4
    if is_year and closures.FIRST_YEAR <= int(text) <= closures.LAST_YEAR:
        return int(text)
    return localdate(request.arrived_at).year


def _announced(request: PersonRequest, form: HolidayYear) -> bool:
    given = form.cleaned_data
    try:
        actions.announce_holidays(
            by=request.actor,
            at=request.arrived_at,
            **{name: given[name] for name in ("id", "year", "law", "decided_on", "days")},
        )
    except Refused as refusal:
        form.refuse(refusal)
        return False
    messages.success(request, gettext("Hari libur diumumkan kepada semua mitra dan dihitung mulai besok."))
    return True


def _preview(request: PersonRequest, form: HolidayYear, agreements: list[Agreement]) -> dict[str, Any]:
    """Days that come and go, and every due that moves, by agreement; nothing where the list is refused."""
    given = form.cleaned_data
    days = tuple(msgspec.structs.replace(one, source=given["law"]) for one in given["days"])
    told = closures.Told(
        year=given["year"], law=given["law"], decided_on=given["decided_on"], announced_at=request.arrived_at, days=days
    )
    groups: list[dict[str, Any]] = []
    refused: Refused | None = None
    for row in agreements:
        now = public.closures(row.id)
        try:
            closures.announce(told, now, kind=own_agency().kind)
        except Refused as refusal:
            refused = refusal
            if refusal.code != "LBR-10":
                break
            continue
        was, will = ({one.day: one for one in each.holidays()} for each in (now, closures.with_told(now, told)))
        groups.append(
            {
                "name": partners(row),
                "moves": public.holiday_moves(row.id, told),
                "new": [one for day, one in will.items() if day not in was],
                "gone": [one for day, one in was.items() if day not in will],
            }
        )
    if refused is not None and (not groups or refused.code != "LBR-10"):
        form.refuse(refused)
        return {}
    counted = public.holidays(agreements[0].id) if agreements else frozenset()
    passed = [one for one in days if one.day <= told.announced_on and one.day not in counted]
    return {
        "is_preview": True,
        "groups": groups,
        "moving": sum(len(group["moves"]) for group in groups),
        "passed": passed,
    }
