"""What the office can send: its units, and its officers by name."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from sinergi.access import masking
from sinergi.access.doors import PersonRequest, open_record, requires
from sinergi.features.people import rules
from sinergi.features.people.forms import OFFICER_COLUMNS
from sinergi.features.people.models import Officer, OfficerList
from sinergi.features.people.public import officer_list, officers, units
from sinergi.features.places import public as places
from sinergi.ledger.store import own_agency
from sinergi.sheets import Column, Kind
from sinergi.sheets.writing import export
from sinergi.web import uploads

PAGE = 50


@require_safe
@requires("people.read")
def strength(request: PersonRequest) -> HttpResponse:
    """Every unit with how many it can send, and how many of its officers may stand guard."""
    told: dict[str, Counter[str]] = {}
    for unit, sex, age, fit in officers().order_by().values_list("unit", "sex", "age", "fit"):
        counted = told.setdefault(unit, Counter())
        counted["all"] += 1
        counted["women"] += sex == "P"
        counted["able"] += fit and age <= rules.OLDEST
    rows = list(units())
    names = places.area_names({row.regency for row in rows})
    listed = officer_list()
    context = {
        "rows": [(row, names.get(row.regency, row.regency), told.get(row.code, Counter())) for row in rows],
        "officers": sum(row.officers for row in rows),
        "reserve": sum(row.reserve for row in rows),
        "named": sum(counted["all"] for counted in told.values()),
        "able": sum(counted["able"] for counted in told.values()),
        "oldest": rules.OLDEST,
        "listed_at": listed.listed_at if listed else None,
        "is_police": own_agency().kind == "police",
        "may_import": request.user.can("people.import"),
    }
    return render(request, "people/strength.html", context)


@require_safe
@requires("people.read")
def named(request: PersonRequest) -> HttpResponse:
    """The officers by name; who looked is written down."""
    found = _opened(request)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    names = {row.code: row.name for row in units()}
    context = {
        "page_obj": page,
        "total": page.paginator.count,
        "rows": [(row, names.get(row.unit, row.unit)) for row in page],
        "units": names.items(),
        "chosen": request.GET.get("satuan", ""),
        "oldest": rules.OLDEST,
        "sees_health": masking.sees(request.user, Officer, "fit"),
    }
    return render(request, "people/officers.html", context)


@require_safe
@requires("people.read")
def named_sheet(request: PersonRequest) -> HttpResponse:
    """The same list as an Excel file: for who plans in the form in which it is taken in, for others what they need."""
    columns = [column for column in OFFICER_COLUMNS if masking.sees(request.user, Officer, column.name)]
    if len(columns) < len(OFFICER_COLUMNS):
        columns.append(Column(name="able", label=gettext("Dapat menjaga TPS"), kind=Kind.BOOLEAN))
    lines = [{column.name: getattr(row, column.name) for column in columns} for row in _opened(request)]
    return uploads.sheet_answer(export(columns, lines, sheet="Personel"), "personel.xlsx")


def _opened(request: PersonRequest) -> Any:
    listed = officer_list()
    if listed is None:
        return Officer.objects.none()
    open_record(request, OfficerList.objects.all(), listed.key, "people.read", restricted=True)
    unit = request.GET.get("satuan", "")
    return officers().filter(unit=unit) if unit else officers()
