"""What goes with a plan: where reaction forces stand, and how ballot boxes are escorted out and back."""

from __future__ import annotations

from typing import Any

import msgspec
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from sinergi.access.doors import PersonRequest, requires
from sinergi.features.guard import rules, running
from sinergi.features.guard.forms import EscortForm, ReactionForm
from sinergi.features.guard.models import Plan
from sinergi.features.guard.views.frame import Files, drawn, mark, opened, versions
from sinergi.features.places import public as places
from sinergi.sheets import Column, Kind
from sinergi.sheets.writing import export
from sinergi.web import uploads


@require_safe
@requires("guard.read")
def reaction(request: PersonRequest, key: str) -> HttpResponse:
    """Where reaction forces reach most, with what no other choice of sites can exceed."""
    found, files = opened(request, key)
    form = ReactionForm(request.GET if request.GET else ReactionForm.usual)
    context: dict[str, Any] = {"plan": found, "form": form, **versions(found)}
    if form.is_valid():
        teams, reach = form.cleaned_data["tim"], form.cleaned_data["jangkauan"]
        sites = _sites(files)
        given = {
            "stations.csv": files["stations.csv"].encode(),
            "sites.csv": rules.table(("code", "lat", "lon"), ((code, lat, lon) for code, _, lat, lon in sites)),
        }
        answer = running.ask(found.key, given, ["reaction", str(teams), str(round(reach * 1000))])
        context |= _reaction_shown(request, files, sites, answer)
    return render(request, "guard/reaction.html", context)


@require_safe
@requires("guard.read")
def escorts(request: PersonRequest, key: str) -> HttpResponse:
    """Routes of ballot boxes, out and back, by vehicle; an Excel file with `?unduh=1`."""
    found, files = opened(request, key)
    form, shown = _escorts(request, found, files)
    if request.GET.get("unduh") and shown.get("waves"):
        return _escorts_sheet(request, shown)
    return render(request, "guard/escorts.html", {"plan": found, "form": form, **shown, **versions(found)})


def _sites(files: Files) -> list[tuple[str, str, float, float]]:
    """Where reaction forces could stand: units' houses, and the middle of each district's stations."""
    found = [
        (f"S-{row['code']}"[:40], row["name"], float(row["lat"]), float(row["lon"]))
        for row in rules.rows(files, "units.csv")
        if row["code"] != rules.EXTRA
    ]
    spots: dict[str, list[tuple[float, float]]] = {}
    for row in rules.rows(files, "stations.csv"):
        if row["lat"]:
            spots.setdefault(row["district_code"], []).append((float(row["lat"]), float(row["lon"])))
    names = places.area_names(set(spots))
    return found + [
        (
            f"K-{code}",
            names.get(code, code),
            round(sum(lat for lat, _ in some) / len(some), 6),
            round(sum(lon for _, lon in some) / len(some), 6),
        )
        for code, some in sorted(spots.items())
    ]


def _reaction_shown(
    request: PersonRequest, files: Files, sites: list[tuple[str, str, float, float]], answer: bytes
) -> dict[str, Any]:
    if not answer:
        return {"late": True}
    told = msgspec.json.decode(answer)
    known = {code: (name, lat, lon) for code, name, lat, lon in sites}
    chosen = [
        {"name": known[code][0], "is_unit": code.startswith("S-"), "count": count, "at": known[code][1:]}
        for code, count in told["sites"]
    ]
    drawing = drawn({row["district_code"] for row in rules.rows(files, "stations.csv")}, request)
    return {
        "told": told,
        "sites": chosen,
        "percent": round(100 * told["weight"] / told["all"]) if told["all"] else 100,
        "best_percent": round(100 * told["bound"] / told["all"]) if told["all"] else 100,
        "shapes": drawing.shapes if drawing else [],
        "box": drawing.box if drawing else "",
        "marks": [(one["name"], *drawing.at(*one["at"])) for one in chosen] if drawing else [],
    }


def _escorts(request: PersonRequest, found: Plan, files: Files) -> tuple[EscortForm, dict[str, Any]]:
    regencies = sorted({row["regency_code"] for row in rules.rows(files, "stations.csv")})
    names = places.area_names(set(regencies))
    form = EscortForm(
        request.GET if len(request.GET) > 1 else EscortForm.usual | {"kabupaten": regencies[0]},
        regencies=[(code, names.get(code, code)) for code in regencies],
    )
    if not form.is_valid():
        return form, {}
    said = form.cleaned_data
    here = [row for row in rules.rows(files, "stations.csv") if row["regency_code"] == said["kabupaten"] and row["lat"]]
    stops = _stops(here, max(1, said["muatan"] // said["kotak"]))
    at = _warehouse(files, said["kabupaten"], here)
    table = rules.table(("code", "lat", "lon", "stations"), [("gudang", *at, 0), *stops])
    question = [
        str(value)
        for value in (
            said["kendaraan"],
            said["muatan"],
            said["kotak"],
            _seconds(said["berangkat"]),
            _seconds(said["pulang"]),
        )
    ]
    # Part of what is asked, so that another regency's answer is never taken for this one's.
    answer = running.ask(f"{found.key}-{said['kabupaten']}", {"stops.csv": table}, ["escorts", *question], seconds=40.0)
    if not answer:
        return form, {"late": True}
    told = msgspec.json.decode(answer)
    area = places.area_names({code[:10] for code, *_ in stops})
    spot = {code: (lat, lon) for code, lat, lon, _ in stops}
    drawing = drawn({row["district_code"] for row in here}, request)
    waves = []
    for word, wave in zip(("out", "back"), told["waves"], strict=True):
        routes = [
            {
                "number": number,
                "departs": _clock(one["departs"]),
                "boxes": sum(boxes for *_, boxes in one["stops"]),
                "stops": [(area.get(code[:10], code), _clock(arrival), boxes) for code, arrival, boxes in one["stops"]],
                "line": drawing.line([at, *(spot[code] for code, *_ in one["stops"]), at]) if drawing else "",
            }
            for number, one in enumerate(wave["routes"], 1)
        ]
        bound = wave["bound"] / 1000
        waves.append(
            {
                "word": word,
                "routes": routes,
                "km": wave["metres"] / 1000,
                "bound_km": bound,
                "over": round(100 * (wave["metres"] / 1000 / bound - 1)) if bound else None,
                "left": sorted({area.get(code[:10], code) for code in wave["left"]}),
                "chosen": request.GET.get("rute", ""),
            }
        )
    return form, {
        "waves": waves,
        "stops": len({code[:10] for code, *_ in stops}),
        "shapes": drawing.shapes if drawing else [],
        "box": drawing.box if drawing else "",
        "depot": drawing.at(*at) if drawing else None,
        "query": request.GET.urlencode(),
    }


def _stops(here: list[dict[str, str]], most: int) -> list[tuple[str, float, float, int]]:
    """The villages, where a committee takes the boxes of its stations: in the middle of them.

    One with more than `most` stations, a vehicle's load, is several stops; their codes begin with the village's.
    """
    found: dict[str, list[tuple[float, float]]] = {}
    for row in here:
        found.setdefault(row["village_code"], []).append((float(row["lat"]), float(row["lon"])))
    return [
        (
            code if not first else f"{code}-{first}",
            round(sum(lat for lat, _ in some) / len(some), 6),
            round(sum(lon for _, lon in some) / len(some), 6),
            min(most, len(some) - first),
        )
        for code, some in sorted(found.items())
        for first in range(0, len(some), most)
    ]


def _warehouse(files: Files, regency: str, here: list[dict[str, str]]) -> tuple[float, float]:
    """Where boxes start: beside the largest unit of the regency, else amid its stations."""
    units = [row for row in rules.rows(files, "units.csv") if row["regency_code"] == regency]
    if units:
        largest = max(units, key=lambda row: int(row["officers"]))
        return float(largest["lat"]), float(largest["lon"])
    lat, lon = (sum(float(row[name]) for row in here) / len(here) for name in ("lat", "lon"))
    return lat, lon


def _escorts_sheet(request: PersonRequest, shown: dict[str, Any]) -> HttpResponse:
    columns = (
        Column(name="wave", label="Gelombang"),
        Column(name="vehicle", label="Kendaraan", kind=Kind.INTEGER),
        Column(name="order", label="Urutan", kind=Kind.INTEGER),
        Column(name="village", label="Desa/Kelurahan"),
        Column(name="arrival", label="Tiba"),
        Column(name="boxes", label="Kotak", kind=Kind.INTEGER),
    )
    lines = [
        {
            "wave": "antar" if wave["word"] == "out" else "jemput",
            "vehicle": one["number"],
            "order": order,
            "village": village,
            "arrival": arrival,
            "boxes": boxes,
        }
        for wave in shown["waves"]
        for one in wave["routes"]
        for order, (village, arrival, boxes) in enumerate(one["stops"], 1)
    ]
    marked = mark(request)
    data = export(columns, lines, sheet="Kawal kotak suara", mark=marked)
    return uploads.sheet_answer(data, f"{'LATIHAN-' if marked else ''}kawal-kotak-suara.xlsx")


def _seconds(at: Any) -> int:
    return int(at.hour * 3600 + at.minute * 60)


def _clock(seconds: int) -> str:
    """Hour and minute; of the next day with a sign behind."""
    day, rest = divmod(int(seconds), 86_400)
    return f"{rest // 3600:02}.{rest % 3600 // 60:02}{' (+1)' if day else ''}"
