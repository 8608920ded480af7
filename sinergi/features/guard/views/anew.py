"""A plan made anew: who dropped out, which class changed, which road closed; the choices, and one of them kept."""

from __future__ import annotations

import re
from collections.abc import Container

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from sinergi.access.doors import PersonRequest, requires
from sinergi.features.guard import actions, public, rules
from sinergi.features.guard.forms import AnewForm
from sinergi.features.guard.rules import names
from sinergi.features.guard.views import tables
from sinergi.features.guard.views.frame import opened_by_name, unit_names, versions
from sinergi.features.people import public as people
from sinergi.features.risk import public as risk
from sinergi.kernel.errors import Refused


@require_http_methods(["GET", "HEAD", "POST"])
@requires("guard.plan")
def anew(request: PersonRequest, key: str) -> HttpResponse:
    """Say what changed; the planner answers with choices, from fewest changes to fewest kilometres."""
    found, files = opened_by_name(request, key)
    units = unit_names(files)
    form = AnewForm(
        request.POST if request.method == "POST" else None,
        units=list(units.items()),
        initial={"out": request.GET.get("berhalangan", ""), "notified": bool(public.has_notified(key))},
    )
    classes = {code: said.level for code, said in risk.classes_of(request.user).items()}
    known = names.people(files)
    listed = set(people.officers().values_list("code", flat=True))
    gone = sorted(set(known) - listed - {code for code in known if code.startswith("BKO-")})
    if form.is_valid():
        if public.next_versions([key]):
            raise Refused(
                "Rencana itu sudah digantikan versi lain. Buka versi terbarunya, lalu ubah dari sana.", code="JAG-06"
            )
        said = form.cleaned_data
        out = _codes(said["out"], known, "Personel %(code)s tidak ada dalam rencana ini.")
        stations = {row["code"]: "" for row in rules.rows(files, "stations.csv")}
        closed = _codes(said["closed"], stations, "TPS %(code)s tidak ada dalam rencana ini.")
        cut = [(unit, code) for code in closed for unit in ([said["unit"]] if said["unit"] else units)]
        given = {
            "stations.csv": tables.stations_table(request.user),
            "units.csv": tables.units_table(rules.assumed(files).extra),
            "patterns.csv": files["patterns.csv"].encode(),
            "people.csv": tables.people_table(rules.assumed(files).extra, rules.pins_of(files), out),
            "duty.json": files["duty.json"].encode(),
            "before.csv": files["officers.csv"].encode(),
            "anew.json": rules.anew(files, grouping=found.grouping, notified=said["notified"]),
        }
        if shut := rules.closed(files, cut):
            given["closed.csv"] = shut
        made = actions.calculate(
            by=request.actor,
            at=request.arrived_at,
            tables=given,
            grouping=found.grouping,
            replaces=found.key,
            is_anew=True,
        )
        return redirect("guard:calculation", id=made.id)
    context = {
        "plan": found,
        "form": form,
        "changed": rules.changed(files, classes),
        "gone": [known[code].get("name") or code for code in gone],
        **versions(found),
    }
    return render(request, "guard/anew.html", context, status=422 if request.method == "POST" else 200)


def _codes(text: str, known: Container[str], strange: str) -> list[str]:
    found = [code for code in re.split(r"[\s,;]+", text) if code]
    for code in found:
        if code not in known:
            raise Refused(strange, code="JAG-18", words={"code": code[:40]})
    return found
