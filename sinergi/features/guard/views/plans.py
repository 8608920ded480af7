"""Plans on screen: those kept, making one, a calculation while it runs, and what a plan says."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sinergi.access.doors import PersonRequest, requires
from sinergi.features.guard import actions, public, rules, running
from sinergi.features.guard.forms import KeepForm, PlanForm
from sinergi.features.guard.models import Calculation, Plan
from sinergi.features.guard.patterns import shelf
from sinergi.features.guard.rules import names
from sinergi.features.guard.views import tables
from sinergi.features.guard.views.frame import (
    Files,
    kept_files,
    level_words,
    mark,
    opened,
    place_names,
    post_lines,
    shown,
    versions,
)
from sinergi.features.people import public as people
from sinergi.features.places import public as places
from sinergi.features.risk import public as risk
from sinergi.features.stages import public as stages
from sinergi.kernel.errors import Refused
from sinergi.kernel.ids import new_event_id
from sinergi.ledger.store import own_agency
from sinergi.sheets import Column, Kind
from sinergi.sheets.writing import export
from sinergi.web import uploads


@require_safe
@requires("guard.read")
def plans(request: PersonRequest) -> HttpResponse:
    """The plans this office kept, newest first; one that was replaced says by which."""
    found = list(Plan.objects.order_by("-made_at", "-seq").defer("files")[:100])
    readable = set(Plan.objects.filter(files__isnull=False).values_list("key", flat=True))
    after = public.next_versions([plan.key for plan in found])
    context = {
        "plans": [(plan, plan.key in readable, after.get(plan.key), *_since(plan)) for plan in found],
        "may_plan": request.user.can("guard.plan") and own_agency().kind == "police",
    }
    return render(request, "guard/plans.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("guard.plan")
def new_plan(request: PersonRequest) -> HttpResponse:
    """Choose patterns and grouping, and start the planner."""
    beside = kept_files(request.GET.get("dari", ""))
    sets = {one.code: one for one in shelf().sets}
    chosen = sets.get(request.GET.get("pola", ""), shelf().sets[0])
    numbers = rules.patterns(beside[1]) if beside else {"": chosen.patterns}
    posted = request.method == "POST"
    stations = places.stations_in("", user=request.user)
    regencies = places.area_names({row.code[:4] for row in stations})
    has_names = people.officers().exists()
    form = PlanForm(
        request.POST if posted else None,
        patterns=numbers,
        regencies=dict(sorted(regencies.items())),
        has_names=has_names,
        initial=_initial(request, beside, has_names),
    )
    units = list(people.units())
    if form.is_valid():
        if not stations or not units:
            raise Refused("Rencana memerlukan daftar TPS dari KPU dan satuan di SDM, Kekuatan.", code="JAG-05")
        said, duty = form.cleaned_data, form.duty()
        extra = said["extra"] or 0
        given = {
            "stations.csv": tables.stations_table(request.user, is_raised=said["is_raised"]),
            "units.csv": tables.units_table(extra),
            "patterns.csv": rules.table(tables.PATTERN_HEADER, form.patterns()),
        }
        if duty:
            given |= {"people.csv": tables.people_table(extra, {}), "duty.json": tables.duty_file(duty)}
        made = actions.calculate(
            by=request.actor,
            at=request.arrived_at,
            tables=given,
            grouping=said["grouping"],
            extra=extra,
            is_raised=said["is_raised"],
            beside=said["beside"],
        )
        return redirect("guard:calculation", id=made.id)
    classes = risk.classes_of(request.user)
    context = {
        "form": form,
        "sets": shelf().sets,
        "law": shelf().law,
        "chosen": chosen,
        "stations": len(stations),
        "unset": sum(row.code not in classes for row in stations),
        "officers": sum(u.officers - u.reserve for u in units),
        "named": people.officers().count(),
        "units": len(units),
    }
    return render(request, "guard/new.html", context, status=422 if posted else 200)


@require_safe
@requires("guard.plan")
def calculation(request: PersonRequest, id: UUID) -> HttpResponse:
    """A calculation: how it stands, then what came out, beside the plan it is compared with."""
    found = own(request, id)
    state = running.state(str(id))
    context: dict[str, Any] = {
        "calculation": found,
        "state": state,
        "seconds": int((request.arrived_at - found.started_at).total_seconds()),
        "form": KeepForm(initial={"id": new_event_id(request.arrived_at)}),
    }
    before = kept_files(found.replaces or found.beside)
    if state == "failed":
        context["said"] = running.said(str(id))
    elif found.is_anew and state == "done":
        context |= _choices(str(id), before)
        return render(request, "guard/choices.html", context | {"plan": before[0] if before else None})
    elif state in ("refining", "done"):
        files = running.files(str(id))
        context |= shown(request, files) | {
            "beside": before[0] if before else None,
            "comparison": _comparison(before[1], files) if before else None,
        }
    return render(request, "guard/calculation.html", context)


@require_POST
@requires("guard.plan")
def stopped(request: PersonRequest, id: UUID) -> HttpResponse:
    """End the search with the best so far."""
    found = own(request, id)
    running.stop(str(found.id))
    return redirect("guard:calculation", id=found.id)


@require_POST
@requires("guard.plan")
def kept(request: PersonRequest, id: UUID) -> HttpResponse:
    """Keep what came out as a plan of this office."""
    found = own(request, id)
    form = KeepForm(request.POST)
    if not form.is_valid():
        raise Refused("Beri rencana ini nama, paling banyak 100 huruf.", code="JAG-02", field="name")
    choice = form.cleaned_data["choice"] or 0
    receipt = actions.keep_plan(
        id=form.cleaned_data["id"],
        by=request.actor,
        at=request.arrived_at,
        name=form.cleaned_data["name"],
        grouping=found.grouping,
        files=running.files(str(found.id), choice) if running.state(str(found.id)) == "done" else {},
        replaces=found.replaces,
    )
    messages.success(request, gettext("Rencana disimpan; hanya kantor ini yang melihatnya."))
    return redirect("guard:plan", key=receipt.key)


@require_safe
@requires("guard.read")
def plan(request: PersonRequest, key: str) -> HttpResponse:
    """A kept plan: the shortage first, then posts and who comes from where."""
    found, files = opened(request, key)
    classes = {code: said.level for code, said in risk.classes_of(request.user).items()}
    duty = names.duty(files)
    context = shown(request, files, public.orders_of(key)) | {
        "plan": found,
        "changed": rules.changed(files, classes),
        "renewed": risk.renewed_since(found.made_at.date()),
        "moved": stages.moved_since(found.made_at),
        "may_plan": request.user.can("guard.plan"),
        "duty": duty,
        "duty_ends_at": duty.of_shift(duty.shifts)[1] if duty else None,
        **versions(found),
    }
    return render(request, "guard/plan.html", context)


@require_safe
@requires("guard.read")
def certificate(request: PersonRequest, key: str) -> HttpResponse:
    """Every file of the plan, to be checked by a stranger with docs/planning/check.py.

    Health and homes of officers stay with who plans: others get the files without that table, which check no names.
    """
    _, files = opened(request, key)
    if not people.sees_health(request.user):
        files = {name: content for name, content in files.items() if name != "people.csv"}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, content in sorted(files.items()):
            bundle.writestr(name, content)
    headers = {"Content-Disposition": 'attachment; filename="bukti-rencana.zip"'}
    return HttpResponse(packed.getvalue(), content_type="application/zip", headers=headers)


@require_safe
@requires("guard.read")
def posts_sheet(request: PersonRequest, key: str) -> HttpResponse:
    """The posts of a plan as an Excel file."""
    columns = (
        Column(name="code", label="Posko di TPS", kind=Kind.CODE),
        Column(name="place", label="Desa/Kelurahan"),
        Column(name="level", label="Kelas"),
        Column(name="stations", label="TPS yang dijaga"),
        Column(name="units", label="Satuan"),
        Column(name="people", label="Personel"),
        Column(name="needed", label="Perlu", kind=Kind.INTEGER),
        Column(name="missing", label="Kurang", kind=Kind.INTEGER),
    )
    _, files = opened(request, key)
    words = level_words()
    lines = [
        {
            "code": line["post"].code,
            "place": line["place"],
            "level": str(words[line["post"].level]),
            "stations": ", ".join(line["post"].stations),
            "units": ", ".join(f"{name} {officers}" for name, officers, _ in line["sent"]),
            "people": ", ".join(f"{one.name or one.officer} ({one.officer})" for one in line["standing"]),
            "needed": line["post"].needed,
            "missing": line["missing"],
        }
        for line in post_lines(files, orders=public.orders_of(key))
    ]
    marked = mark(request)
    data = export(columns, lines, sheet="Posko", mark=marked)
    return uploads.sheet_answer(data, f"{'LATIHAN-' if marked else ''}posko.xlsx")


def own(request: PersonRequest, id: UUID) -> Calculation:
    """The calculation with this id, of this person alone."""
    found = Calculation.objects.filter(id=id, owner=request.user.actor_id).first()
    if found is None:
        raise Http404
    return found


def _since(plan: Plan) -> tuple[object, object]:
    """Instruments renewed since the plan was made, and how voting day was moved."""
    return risk.renewed_since(plan.made_at.date()), stages.moved_since(plan.made_at)


def _initial(request: PersonRequest, beside: tuple[Plan, dict[str, str]] | None, has_names: bool) -> dict[str, Any]:
    duty = names.duty(beside[1]) if beside else None
    voting = stages.polling_day()
    initial: dict[str, Any] = {
        "grouping": "district" if request.GET.get("batas") == "district" else "village",
        "extra": 50 if request.GET.get("tambah") else 0,
        "is_raised": bool(request.GET.get("naik")),
        "beside": beside[0].key if beside else "",
        "radius_m": rules.radius_m(beside[1]) if beside else None,
        "by_name": bool(duty) if beside else has_names,
        "women_min": rules.women_min(beside[1]) if beside else 0,
        "starts_on": duty.starts_at.date() if duty else voting,
        "starts_at": duty.starts_at.time() if duty else "06:00",
    }
    chosen = duty or names.DutyHours(starts_at=request.arrived_at)
    return initial | {name: getattr(chosen, name) for name in ("hours", "most_hours", "rest_hours", "oldest")}


def _choices(id: str, before: tuple[Plan, dict[str, str]] | None) -> dict[str, Any]:
    """The ways to plan anew, each with who moves from where to where, and the price beside the first."""
    found = running.choices(id)
    known = names.people(running.files(id))
    if before:
        known |= names.people(before[1])
    places_ = place_names({code for one in found for _, *codes in one["moved"] for code in codes if code})
    old = rules.summary(before[1]) if before else {}
    pinned = rules.pins(running.files(id, 1)) if found else []
    places_ |= place_names({one["station"] for one in pinned})
    return {
        "next_name": _next_name(before[0].name or "") if before else "",
        "old": old,
        "old_km": old.get("officers_travel_m", 0) / 1000,
        "pins": [
            one
            | {"name": known.get(one["officer"], {}).get("name") or one["officer"], "place": places_[one["station"]]}
            for one in pinned
        ],
        "choices": [
            one
            | {
                "km": one["metres"] / 1000,
                "more_km": (one["metres"] - old.get("officers_travel_m", 0)) / 1000,
                "more_unmet": one["unmet"] - old.get("unmet", 0),
                "more_lent": one["lent"] - old.get("lent", 0),
                "moves": [
                    (known.get(code, {}).get("name") or code, code, places_.get(old, ""), places_.get(new, ""))
                    for code, old, new in one["moved"]
                ],
            }
            for one in found
        ],
    }


def _next_name(name: str) -> str:
    """The name of a next version: the same with the next number behind."""
    found = re.fullmatch(r"(.*), versi (\d+)", name)
    return (f"{found[1]}, versi {int(found[2]) + 1}" if found else f"{name}, versi 2")[:100]


def _comparison(before: Files, after: Files) -> list[tuple[str, float, float, float]]:
    old, new = rules.summary(before), rules.summary(after)
    rows = (
        (gettext("Kurang"), "unmet", 1),
        (gettext("Perlu"), "officers_needed", 1),
        (gettext("Posko"), "posts", 1),
        (gettext("BKO"), "lent", 1),
        (gettext("Linmas"), "linmas", 1),
        (gettext("Jarak TPS ke posko (km)"), "travel_m", 1000),
        (gettext("Jarak personel ke posko (km)"), "officers_travel_m", 1000),
    )
    return [
        (word, round(old[name] / unit), round(new[name] / unit), round(new[name] / unit) - round(old[name] / unit))
        for word, name, unit in rows
        if name in old and name in new
    ]
