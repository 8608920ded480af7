"""Lists of requests, and asking for security."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from sinergi.access.doors import note_read, open_record, requires, visible
from sinergi.features.agreement import public as agreements
from sinergi.features.places import public as places
from sinergi.features.security import actions, rules
from sinergi.features.security.events import Spot
from sinergi.features.security.forms import FilterForm, RequestForm, initial_of_request
from sinergi.features.security.models import Request
from sinergi.features.security.views.showing import Row, rows_of
from sinergi.features.stages import public as stages
from sinergi.kernel.errors import Refused
from sinergi.kernel.ids import new_event_id
from sinergi.kernel.instants import ZONES
from sinergi.sheets import Column, Kind
from sinergi.sheets.writing import XLSX, export

PER_PAGE = 40

COLUMNS = (
    Column(name="code", label="Nomor", kind=Kind.CODE),
    Column(name="agency", label="Pemohon"),
    Column(name="service", label="Jenis"),
    Column(name="activity", label="Kegiatan"),
    Column(name="place", label="Tempat"),
    Column(name="starts_at", label="Mulai (WIB)", kind=Kind.DATE),
    Column(name="ends_at", label="Selesai (WIB)", kind=Kind.DATE),
    Column(name="officers", label="Petugas diminta", kind=Kind.INTEGER),
    Column(name="offered", label="Petugas disanggupi", kind=Kind.INTEGER),
    Column(name="state", label="Keadaan"),
    Column(name="sprin_number", label="Nomor Sprin"),
    Column(name="evidence", label="Bukti"),
)


@requires("security.read")
@require_safe
def requests(request: HttpRequest) -> HttpResponse:
    """All requests this person may see, each commission apart, what waits first."""
    form = FilterForm(request.GET or None)
    rows = _filtered(request, form)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    shown: list[Row] = list(page.object_list)
    context = {
        "form": form,
        "page": page,
        "groups": _by_agency(shown),
        "waiting": sum(row.is_open for row in rows),
        "total": len(rows),
        "is_filtered": any(request.GET.get(name) for name in form.fields),
    }
    return render(request, "security/requests.html", context)


@requires("security.read")
@require_safe
def requests_sheet(request: HttpRequest) -> HttpResponse:
    """The same list as an Excel file, with the same filter."""
    rows = _filtered(request, FilterForm(request.GET or None))
    note_read(request, [row.request for row in rows if row.request.is_restricted], "security.read")
    zone = ZONES["WIB"]
    data = export(
        COLUMNS,
        [
            {
                "code": row.request.code,
                "agency": row.agency,
                "service": str(row.service),
                "activity": row.request.activity or "",
                "place": row.request.place or "",
                "starts_at": row.request.starts_at.astimezone(zone),
                "ends_at": row.request.ends_at.astimezone(zone),
                "officers": row.request.officers,
                "offered": row.request.answer.officers if row.request.answer else None,
                "state": str(row.word),
                "sprin_number": row.request.sprin_number,
                "evidence": row.grade.word,
            }
            for row in rows
        ],
        sheet=_("Permohonan"),
        mark="LATIHAN" if any(row.request.exercise for row in rows) else "",
    )
    return HttpResponse(
        data,
        content_type=XLSX,
        headers={"Content-Disposition": 'attachment; filename="permohonan-pengamanan.xlsx"'},
    )


@requires("security.request")
def new_request(request: HttpRequest) -> HttpResponse:
    """Ask for security."""
    return _ask(request, corrects=None)


@requires("security.request")
def correction(request: HttpRequest, key: str) -> HttpResponse:
    """Correct what was asked: the form again, with what stands now."""
    found = open_record(request, Request.objects.all(), key, "security.request")
    return _ask(request, corrects=found)


def _ask(request: HttpRequest, corrects: Request | None) -> HttpResponse:
    today = request.arrived_at.astimezone(ZONES["WIB"]).date()
    options = [(item.id, item.name) for item in agreements.agreements_of(request.user, "security.request", on=today)]
    given: Any = request.POST if request.method == "POST" else None
    initial = initial_of_request(corrects) if corrects else {"agreement": getattr(request, "scope", "")}
    form = RequestForm(given, agreements=options, initial={"id": new_event_id(request.arrived_at), **initial})
    if request.method == "POST" and form.is_valid():
        receipt_key = _send(request, form, corrects)
        return redirect("security:request", key=receipt_key)
    village = request.POST.get("village", "") if given else (corrects.region if corrects else "")
    context = {
        "form": form,
        "corrects": corrects,
        "no_agreement": not options,
        "picker": places.picker(
            request.user,
            village=village,
            lat=request.POST.get("lat", ""),
            lon=request.POST.get("lon", ""),
        ),
        "due": _due_preview(request.arrived_at),
        "earliest": rules.DAYS_BEFORE,
    }
    return render(request, "security/ask.html", context, status=422 if given else 200)


def _send(request: HttpRequest, form: RequestForm, corrects: Request | None) -> str:
    place = places.place_of(
        village=request.POST.get("village", ""),
        lat=request.POST.get("lat", ""),
        lon=request.POST.get("lon", ""),
        user=request.user,
    )
    asked = form.asked(spot=_spot(place), destination=None)
    given = {"id": form.cleaned_data["id"], "by": request.actor, "at": request.arrived_at}
    if corrects is not None:
        actions.correct_request(**given, request=corrects.key, **asked)
        return corrects.key
    agreement = form.cleaned_data["agreement"]
    if not request.user.can("security.request", agreement=agreement, region=place.region):
        raise Refused(_("Tempat ini di luar wilayah tugas Anda."), code="PAM-10", field="village")
    return actions.request_assistance(**given, agreement=agreement, **asked).key


def _spot(place: places.PickedPlace) -> Spot:
    known = place.lat is not None and place.lon is not None
    return Spot(
        region=place.region,
        lat_micro=round(place.lat * 1e6) if known else None,
        lon_micro=round(place.lon * 1e6) if known else None,
    )


def _due_preview(at: datetime) -> datetime:
    # Midnight belongs to the day it ends: people read "Rabu 23.59", not "Kamis 00.00".
    return rules.due_after(at, emergency=False, holidays=stages.holidays()) - timedelta(minutes=1)


def _filtered(request: HttpRequest, form: FilterForm) -> list[Row]:
    found = visible(request.user, Request.objects.all(), "security.read", scope=request.scope)
    wanted = form.cleaned_data if form.is_bound and form.is_valid() else {}
    if wanted.get("service"):
        found = found.filter(service=wanted["service"])
    if wanted.get("since"):
        found = found.filter(ends_at__date__gte=wanted["since"])
    for word in (wanted.get("q") or "").split():
        matches = Q(activity__icontains=word) | Q(place__icontains=word) | Q(sprin_number__icontains=word)
        number = word.upper().removeprefix("L-").removeprefix("PAM-")
        if number.isdecimal():
            matches |= Q(number=int(number[:9]))
        found = found.filter(matches)
    rows = rows_of(found.with_answers().newest_first(), user=request.user, at=request.arrived_at)
    state = wanted.get("state")
    if state == "open":
        rows = [row for row in rows if row.is_open]
    elif state:
        rows = [row for row in rows if row.state == state]
    return sorted(rows, key=lambda row: (row.agency, row.rank, row.due or row.request.starts_at, row.request.key))


def _by_agency(rows: list[Row]) -> list[tuple[str, list[Row]]]:
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row.agency, []).append(row)
    return list(groups.items())
