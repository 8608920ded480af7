"""Plans on screen: those kept, making one, a calculation while it runs, and what a plan says."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sinergi.access.doors import PersonRequest, open_record, requires
from sinergi.features.agreement import public as agreements
from sinergi.features.guard import actions, rules, running
from sinergi.features.guard.forms import KeepForm, PlanForm
from sinergi.features.guard.models import Calculation, Plan
from sinergi.features.guard.patterns import shelf
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

STATION_HEADER = ("code", "village_code", "district_code", "regency_code", "lat", "lon", "voters", "class", "class_set")
UNIT_HEADER = ("code", "name", "level", "regency_code", "lat", "lon", "officers", "reserve")
PATTERN_HEADER = ("class", "police_min", "police_max", "stations", "linmas", "radius_m")


@require_safe
@requires("guard.read")
def plans(request: PersonRequest) -> HttpResponse:
    """The plans this office kept, newest first."""
    context = {
        "plans": [
            (plan, risk.renewed_since(plan.made_at.date()), stages.moved_since(plan.made_at))
            for plan in Plan.objects.order_by("-made_at", "-seq")[:100]
        ],
        "may_plan": request.user.can("guard.plan") and own_agency().kind == "police",
    }
    return render(request, "guard/plans.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("guard.plan")
def new_plan(request: PersonRequest) -> HttpResponse:
    """Choose patterns and grouping, and start the planner."""
    beside = _kept_files(request.GET.get("dari", ""))
    sets = {one.code: one for one in shelf().sets}
    chosen = sets.get(request.GET.get("pola", ""), shelf().sets[0])
    numbers = rules.patterns(beside[1]) if beside else chosen.patterns
    initial: dict[str, Any] = {
        "grouping": "district" if request.GET.get("batas") == "district" else "village",
        "extra": 50 if request.GET.get("tambah") else 0,
        "is_raised": bool(request.GET.get("naik")),
        "beside": beside[0].key if beside else "",
        "radius_m": rules.radius_m(beside[1]) if beside else None,
    }
    posted = request.method == "POST"
    form = PlanForm(request.POST if posted else None, patterns=numbers, initial=initial)
    stations = places.stations_in("", user=request.user)
    classes = risk.classes_of(request.user)
    units = list(people.units())
    if form.is_valid():
        if not stations or not units:
            raise Refused("Rencana memerlukan daftar TPS dari KPU dan satuan di SDM, Kekuatan.", code="JAG-05")
        said = form.cleaned_data
        given = {row.code: classes[row.code].level if row.code in classes else "" for row in stations}
        levels = {code: level or "low" for code, level in given.items()}
        if said["is_raised"]:
            levels = {code: rules.raised(level) for code, level in levels.items()}
        seen = {row.code: row for row in stations}
        # A station that nobody measured stands in the middle of its village.
        middles = {
            area.code: (area.lat, area.lon)
            for regency in {code[:4] for code in seen}
            for area in places.regions_in(regency, level="village")
        }
        sent: list[tuple[object, ...]] = [
            (u.code, u.name, u.level, u.regency, u.lat_e6 / 1e6, u.lon_e6 / 1e6, u.officers, u.reserve) for u in units
        ]
        if said["extra"]:
            # Who is not promised yet has no station house: where the office's own units are, in their middle.
            middle = [sum(getattr(u, name) for u in units) / len(units) / 1e6 for name in ("lat_e6", "lon_e6")]
            sent.append((rules.EXTRA, "BKO tambahan", "polda", "", *(f"{x:.6f}" for x in middle), said["extra"], 0))
        made = actions.calculate(
            by=request.actor,
            at=request.arrived_at,
            tables={
                "stations.csv": rules.table(
                    STATION_HEADER,
                    (
                        (
                            code,
                            row.village,
                            row.district,
                            code[:4],
                            *map(_or_empty, _point(row, middles)),
                            _or_empty(row.voters),
                            levels[code],
                            given[code],
                        )
                        for code, row in sorted(seen.items())
                    ),
                ),
                "units.csv": rules.table(UNIT_HEADER, sent),
                "patterns.csv": rules.table(PATTERN_HEADER, form.patterns()),
            },
            grouping=said["grouping"],
            extra=said["extra"] or 0,
            is_raised=said["is_raised"],
            beside=said["beside"],
        )
        return redirect("guard:calculation", id=made.id)
    context = {
        "form": form,
        "sets": shelf().sets,
        "law": shelf().law,
        "chosen": chosen,
        "stations": len(stations),
        "unset": sum(row.code not in classes for row in stations),
        "officers": sum(u.officers - u.reserve for u in units),
        "units": len(units),
    }
    return render(request, "guard/new.html", context, status=422 if posted else 200)


@require_safe
@requires("guard.plan")
def calculation(request: PersonRequest, id: UUID) -> HttpResponse:
    """A calculation: how it stands, then what came out, beside the plan it is compared with."""
    found = _own(request, id)
    state = running.state(str(id))
    context: dict[str, Any] = {
        "calculation": found,
        "state": state,
        "seconds": int((request.arrived_at - found.started_at).total_seconds()),
    }
    if state == "done":
        files = running.files(str(id))
        beside = _kept_files(found.beside)
        context |= _shown(request, files) | {
            "form": KeepForm(initial={"id": new_event_id(request.arrived_at)}),
            "beside": beside[0] if beside else None,
            "comparison": _comparison(beside[1], files) if beside else None,
        }
    elif state == "failed":
        context["said"] = running.said(str(id))
    return render(request, "guard/calculation.html", context)


@require_POST
@requires("guard.plan")
def stopped(request: PersonRequest, id: UUID) -> HttpResponse:
    """End the search with the best so far."""
    found = _own(request, id)
    running.stop(str(found.id))
    return redirect("guard:calculation", id=found.id)


@require_POST
@requires("guard.plan")
def kept(request: PersonRequest, id: UUID) -> HttpResponse:
    """Keep what came out as a plan of this office."""
    found = _own(request, id)
    form = KeepForm(request.POST)
    if not form.is_valid():
        raise Refused("Beri rencana ini nama, paling banyak 100 huruf.", code="JAG-02", field="name")
    receipt = actions.keep_plan(
        id=form.cleaned_data["id"],
        by=request.actor,
        at=request.arrived_at,
        name=form.cleaned_data["name"],
        grouping=found.grouping,
        files=running.files(str(found.id)) if running.state(str(found.id)) == "done" else {},
    )
    messages.success(request, gettext("Rencana disimpan; hanya kantor ini yang melihatnya."))
    return redirect("guard:plan", key=receipt.key)


@require_safe
@requires("guard.read")
def plan(request: PersonRequest, key: str) -> HttpResponse:
    """A kept plan: the shortage first, then posts and who comes from where."""
    found, files = _plan(request, key)
    classes = {code: said.level for code, said in risk.classes_of(request.user).items()}
    context = _shown(request, files) | {
        "plan": found,
        "changed": rules.changed(files, classes),
        "renewed": risk.renewed_since(found.made_at.date()),
        "moved": stages.moved_since(found.made_at),
        "may_plan": request.user.can("guard.plan"),
    }
    return render(request, "guard/plan.html", context)


@require_safe
@requires("guard.read")
def certificate(request: PersonRequest, key: str) -> HttpResponse:
    """Every file of the plan, to be checked by a stranger with docs/planning/check.py."""
    _, files = _plan(request, key)
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
        Column(name="needed", label="Perlu", kind=Kind.INTEGER),
        Column(name="missing", label="Kurang", kind=Kind.INTEGER),
    )
    _, files = _plan(request, key)
    words = {"low": gettext("kurang rawan"), "medium": gettext("rawan"), "high": gettext("sangat rawan")}
    words |= {"special": gettext("khusus")}
    lines = [
        {
            "code": line["post"].code,
            "place": line["place"],
            "level": str(words[line["post"].level]),
            "stations": ", ".join(line["post"].stations),
            "units": ", ".join(f"{name} {officers}" for name, officers, _ in line["sent"]),
            "needed": line["post"].needed,
            "missing": line["post"].missing,
        }
        for line in _post_lines(files)
    ]
    mark = "LATIHAN" if any(info.exercise for info in agreements.agreements_of(request.user, "guard.read")) else ""
    data = export(columns, lines, sheet="Posko", mark=mark)
    return uploads.sheet_answer(data, f"{'LATIHAN-' if mark else ''}posko.xlsx")


def _kept_files(key: str) -> tuple[Plan, dict[str, str]] | None:
    found = Plan.objects.filter(key=key).first() if key else None
    return (found, found.files) if found and found.files else None


def _own(request: PersonRequest, id: UUID) -> Calculation:
    found = Calculation.objects.filter(id=id, owner=request.user.actor_id).first()
    if found is None:
        raise Http404
    return found


def _plan(request: PersonRequest, key: str) -> tuple[Plan, dict[str, str]]:
    found = open_record(request, Plan.objects.all(), key, "guard.read", restricted=True)
    if found.files is None:
        raise Http404
    return found, found.files


def _shown(request: PersonRequest, files: Mapping[str, str]) -> dict[str, Any]:
    """What both a calculation and a kept plan show: numbers, districts with their drawing, posts of one district."""
    told, found = rules.summary(files), rules.districts(files)
    names = places.area_names({one.code for one in found})
    shades = {one.code: one for one in found}
    outline = places.outline_of({one.code for one in found}, user=request.user)
    region = request.GET.get("kecamatan", "")
    region = region if region in shades else found[0].code
    return {
        "told": told,
        "assumed": rules.assumed(files),
        "shared": told.get("stations_at_shared_points", 0),
        "travel_km": told["travel_m"] / 1000,
        "gap_percent": None if told["gap"] is None else told["gap"] * 100,
        "districts": [(one, names.get(one.code, one.code)) for one in found],
        "shapes": [(shape, shades[shape["code"]]) for shape in outline["shapes"]] if outline else [],
        "box": outline["box"] if outline else "",
        "levels": rules.LEVELS,
        "region": region,
        "region_name": names.get(region, region),
        "lines": [line for line in _post_lines(files) if line["post"].code.startswith(region)],
    }


def _post_lines(files: Mapping[str, str]) -> list[dict[str, Any]]:
    units = {row["code"]: row["name"] for row in rules.rows(files, "units.csv")}
    found = rules.posts(files)
    names = places.area_names({post.code[:10] for post in found})
    return [
        {
            "post": post,
            "place": f"{names.get(post.code[:10], post.code[:10])} {post.code[10:]}",
            "sent": [(units.get(unit, unit), officers, metres / 1000) for unit, officers, metres in post.sent],
        }
        for post in sorted(found, key=lambda post: (-post.missing, post.code))
    ]


def _comparison(before: Mapping[str, str], after: Mapping[str, str]) -> list[tuple[str, float, float, float]]:
    old, new = rules.summary(before), rules.summary(after)
    rows = (
        (gettext("Kurang"), "unmet", 1),
        (gettext("Perlu"), "officers_needed", 1),
        (gettext("Posko"), "posts", 1),
        (gettext("BKO"), "lent", 1),
        (gettext("Linmas"), "linmas", 1),
        (gettext("Jarak TPS ke posko (km)"), "travel_m", 1000),
    )
    return [
        (word, round(old[name] / unit), round(new[name] / unit), round(new[name] / unit) - round(old[name] / unit))
        for word, name, unit in rows
    ]


def _point(row: Any, middles: Mapping[str, tuple[object, object]]) -> tuple[object, object]:
    return middles.get(row.village, (None, None)) if row.lat is None or row.lon is None else (row.lat, row.lon)


def _or_empty(value: Any) -> Any:
    return "" if value is None else value
