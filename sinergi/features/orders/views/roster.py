"""Who guards which station, as the police told the commission (D-06)."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from sinergi.access.doors import PersonRequest, note_read, requires, visible
from sinergi.features.agreement import public as agreements
from sinergi.features.orders.models import Roster, RosterEntry
from sinergi.features.orders.papers import short
from sinergi.features.places import public as places
from sinergi.ledger.rows import own_zone
from sinergi.sheets import Column, Kind
from sinergi.sheets.writing import export
from sinergi.web import uploads
from sinergi.web.records import Page

PAGE = 100
SHEET = (
    Column(name="station", label="Kode TPS", kind=Kind.CODE),
    Column(name="place", label="Desa/Kelurahan"),
    Column(name="rank", label="Pangkat"),
    Column(name="name", label="Nama"),
    Column(name="unit", label="Satuan"),
    Column(name="post", label="Pos di TPS", kind=Kind.CODE),
    Column(name="phone", label="Telepon dinas"),
    Column(name="starts_at", label="Mulai"),
    Column(name="ends_at", label="Selesai"),
)


@require_safe
@requires("orders.roster")
def roster(request: PersonRequest) -> HttpResponse:
    """Station by station; who looked is written down."""
    found, rows, asked, district = _rows(request)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    names = places.area_names({row.region for row in page} | {row.region[:6] for row in page})
    context = {
        "rosters": [(one, agreements.name_of(one.agreement)) for one in found],
        "page_obj": page,
        "total": page.paginator.count,
        "rows": [(row, names.get(row.region, row.region), names.get(row.region[:6], "")) for row in page],
        "asked": asked,
        "district": district,
        "districts": _districts(request, found),
        "exercise": any(one.exercise for one in found),
    }
    return render(request, "orders/roster.html", context)


@require_safe
@requires("orders.roster")
def roster_sheet(request: PersonRequest) -> HttpResponse:
    """The same as an Excel file."""
    found, rows, _, _ = _rows(request)
    names = places.area_names({row.region for row in rows})
    zone = own_zone()
    lines = [
        {
            **{name: getattr(row, name) for name in ("station", "rank", "name", "unit", "post", "phone")},
            "place": names.get(row.region, row.region),
            "starts_at": short(row.starts_at, zone),
            "ends_at": short(row.ends_at, zone),
        }
        for row in rows
    ]
    mark = "LATIHAN" if any(one.exercise for one in found) else ""
    name = f"{'LATIHAN-' if mark else ''}petugas-tps.xlsx"
    return uploads.sheet_answer(export(SHEET, lines, sheet="Petugas TPS", mark=mark), name)


def current(user: Any, scope: str = "") -> list[Roster]:
    """The rosters that count and that this person may see: the last of each agreement, unless it was withdrawn."""
    last: dict[str, Roster] = {}
    for row in visible(user, Roster.objects.order_by("seq"), "orders.roster", scope=scope, region=None):
        last[row.agreement] = row
    return [row for row in last.values() if row.withdrawn_at is None and row.is_readable]


def opens(user: Any, keys: list[str]) -> dict[str, Page]:
    """Which of these records have a page for this person."""
    from django.urls import reverse

    seen = visible(user, Roster.objects.filter(key__in=keys), "orders.roster", region=None)
    return {row.key: Page(url=reverse("orders:roster"), name=row.order) for row in seen}


def _rows(request: PersonRequest) -> tuple[list[Roster], QuerySet[RosterEntry], str, str]:
    found = current(request.user, request.scope)
    if found:
        note_read(request, found, "orders.roster")
    rows = visible(
        request.user,
        RosterEntry.objects.filter(roster__in=found),
        "orders.roster",
        agreement="roster__agreement",
    ).order_by("station", "starts_at", "name")
    asked, district = request.GET.get("cari", "").strip(), request.GET.get("kecamatan", "")
    if district:
        rows = rows.filter(region__startswith=district)
    if asked:
        rows = rows.filter(station__startswith=asked) if asked.isdigit() else rows.filter(name__icontains=asked)
    return found, rows, asked, district


def _districts(request: PersonRequest, found: list[Roster]) -> list[tuple[str, str]]:
    rows = visible(
        request.user, RosterEntry.objects.filter(roster__in=found), "orders.roster", agreement="roster__agreement"
    )
    codes = {region[:6] for region in rows.values_list("region", flat=True).distinct()}
    return sorted(places.area_names(codes).items(), key=lambda pair: pair[1])
