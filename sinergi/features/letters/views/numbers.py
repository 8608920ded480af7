"""Number series of this office: what holds, what comes next, changing it, and who changed what."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from sinergi.access.doors import PersonRequest, requires
from sinergi.access.models import User
from sinergi.access.roles import ROLES
from sinergi.documents.series import written_number
from sinergi.features.letters import actions, public, rules
from sinergi.features.letters.forms import PatternForm
from sinergi.features.letters.models import PatternChange
from sinergi.kernel.errors import Refused
from sinergi.kernel.instants import day_of
from sinergi.web.forms import said_with_code

MOST_CHANGES = 50


@requires("letters.number")
@require_http_methods(["GET", "HEAD", "POST"])
def numbers(request: PersonRequest) -> HttpResponse:
    """The series, each with its form; a change holds from the next letter on."""
    at: datetime = request.arrived_at
    known = public.own_series()
    posted = PatternForm(request.POST, auto_id=_ids(request.POST.get("series", ""))) if request.POST else None
    if posted is not None and posted.is_valid() and _changed(request, posted):
        messages.success(request, gettext("Seri nomor disimpan. Surat berikutnya memakainya; yang sudah terbit tetap."))
        return redirect("letters:numbers")
    rows = [
        _row(one, at, posted if posted is not None and posted["series"].value() == one.code else None) for one in known
    ]
    if posted is not None and not any(row["form"] is posted for row in rows):
        raise Refused("Seri ini tidak dikenal di kantor ini.", code="NOM-08")
    context = {
        "rows": rows,
        "year": day_of(at).year,
        "regency": public.regency(),
        "is_exercise": public.is_exercise(),
        "changes": _changes(known),
    }
    return render(request, "letters/numbers.html", context, status=200 if posted is None else 422)


@requires("letters.number")
@require_safe
def example(request: PersonRequest) -> HttpResponse:
    """The line below the form while somebody types: the numbers to come, or why not."""
    form = PatternForm(request.GET)
    known = {one.code: one for one in public.own_series()}
    series = known.get(request.GET.get("series", ""))
    told: dict[str, Any] = {}
    if series is not None and form.is_valid():
        told = _example(series, request.arrived_at, form.cleaned_data["pattern"], form.cleaned_data["first"] or 0)
    elif series is not None:
        told = {"refusal": " ".join(str(line) for lines in form.errors.values() for line in lines)}
    return render(request, "letters/_example.html", {"example": told})


def _row(series: public.Series, at: datetime, posted: PatternForm | None) -> dict[str, Any]:
    held, year = public.numbering(series), day_of(at).year
    last = public.last_number(series, year=year, exercise=public.is_exercise())
    first = held.first if held.year == year and held.first > last else None
    seen = actions.last_change(series.code)
    form = posted or PatternForm(
        auto_id=_ids(series.code),
        initial={"series": series.code, "seen": seen, "pattern": held.pattern, "first": first},
    )
    return {
        "series": series,
        "form": form,
        "pattern": held.pattern,
        "last": last,
        "example": _example(series, at, held.pattern, first or 0, is_held=True),
        "warning": _warning(series, at, held.pattern, first or 0),
    }


def _example(series: public.Series, at: datetime, pattern: str, first: int, *, is_held: bool = False) -> dict[str, Any]:
    """The next numbers under a pattern, those that would be passed over, and the first of next year; or the refusal."""
    exercise, day = public.is_exercise(), day_of(at)
    try:
        if not is_held:
            actions.judge(series.code, pattern=pattern, first=first, at=at)
        last = public.last_number(series, year=day.year, exercise=exercise)
        numbering = rules.Numbering(pattern=pattern, first=first, year=day.year)
        number = rules.following(numbering, last=last, year=day.year)
        said = [
            written_number(pattern, number=one, day=on, regency=public.regency(), exercise=exercise)
            for one, on in ((number, day), (number + 1, day), (1, day.replace(year=day.year + 1, month=1, day=1)))
        ]
    except Refused as refusal:
        # Nothing was changed yet: that is no mistake while one looks.
        return {} if refusal.code == "NOM-05" else {"refusal": said_with_code(refusal)}
    skipped = (last + 1, number - 1) if number > last + 1 else None
    return {"next": said[0], "then": said[1], "anew": said[2], "year": day.year + 1, "skipped": skipped}


def _warning(series: public.Series, at: datetime, pattern: str, first: int) -> str:
    """Why a pattern that holds would not be taken today: left by an older version, or beside a series that is new."""
    try:
        actions.judge(series.code, pattern=pattern, first=first, at=at)
    except Refused as refusal:
        # That it holds already is what was asked.
        return "" if refusal.code == "NOM-05" else said_with_code(refusal)
    return ""


def _changed(request: PersonRequest, form: PatternForm) -> bool:
    given = form.cleaned_data
    try:
        actions.change_pattern(
            by=request.actor,
            at=request.arrived_at,
            series=given["series"],
            pattern=given["pattern"],
            first=given["first"] or 0,
            seen=given["seen"],
        )
    except Refused as refusal:
        if refusal.code == "NOM-08":
            raise
        form.refuse(refusal)
        return False
    return True


def _changes(known: list[public.Series]) -> list[dict[str, Any]]:
    """Who set which pattern when, newest first."""
    labels = {one.code: one.label for one in known}
    rows = list(PatternChange.objects.filter(series__in=labels).order_by("-pk")[:MOST_CHANGES])
    names = {one.actor_id: one.get_full_name() for one in User.objects.filter(actor_id__in={row.actor for row in rows})}
    return [
        {
            "row": row,
            "label": labels[row.series],
            "name": names.get(row.actor, ""),
            "office": gettext(ROLES[row.office].label) if row.office in ROLES else "",
        }
        for row in rows
    ]


def _ids(series: str) -> str:
    return f"{series[:12]}_%s"
