"""Lists of requests, and asking for security."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import get_current_timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from sinergi.access.doors import PersonRequest, note_read, open_record, requires, visible
from sinergi.features.agreement import public as agreements
from sinergi.features.places import public as places
from sinergi.features.security import actions, rules
from sinergi.features.security.events import Spot
from sinergi.features.security.forms import FilterForm, RequestForm, initial_of_request
from sinergi.features.security.models import Request
from sinergi.features.security.views.showing import ARRANGED, RUNNING, Row, is_police, matching, requests_for, rows_of
from sinergi.features.stages import public as stages
from sinergi.kernel.errors import Refused
from sinergi.kernel.ids import new_event_id
from sinergi.kernel.instants import ZONES, end_of_day
from sinergi.kernel.places import Point
from sinergi.sheets import Column, Kind
from sinergi.sheets.writing import XLSX, export
from sinergi.web.deliveries import form_once
from sinergi.web.middleware import said
from sinergi.web.templatetags.sinergi import short_day

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
def requests(request: PersonRequest) -> HttpResponse:
    """All requests this person may see, each commission apart, what waits first."""
    form, rows = _filtered(request)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    shown: list[Row] = list(page.object_list)
    context = {
        "form": form,
        "police": is_police(),
        "page": page,
        "groups": _by_agency(shown),
        "waiting": sum(row.is_open for row in rows),
        "total": len(rows),
        "is_filtered": any(request.GET.get(name) for name in form.fields),
    }
    return render(request, "security/requests.html", context)


@requires("security.read")
@require_safe
def requests_sheet(request: PersonRequest) -> HttpResponse:
    """The same list as an Excel file, with the same filter."""
    form, rows = _filtered(request)
    if form.errors:
        raise Refused(_("Saringan tidak terbaca. Kembali dan perbaiki isinya."), code="PAM-16")
    note_read(request, [row.request for row in rows if row.request.is_restricted], "security.read")
    zone = get_current_timezone()
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
def new_request(request: PersonRequest) -> HttpResponse:
    """Ask for security."""
    return _ask(request, corrects=None)


@requires("security.request")
@require_safe
def early(request: PersonRequest) -> HttpResponse:
    """The line below the day while somebody types: whether a request now is early enough, and which holidays count."""
    try:
        day: date | None = date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        day = None
    agreement = request.GET.get("agreement", "")
    if not request.user.can("security.request", agreement=agreement):
        agreement = ""
    told = _early(request.arrived_at, day, agreement, is_urgent=request.GET.get("emergency") == "on")
    return render(request, "security/_early.html", {"early": told})


@requires("security.correct")
def correction(request: PersonRequest, key: str) -> HttpResponse:
    """Correct what was asked: the form again, with what stands now."""
    found = open_record(request, requests_for(request.user), key, "security.correct")
    return _ask(request, corrects=found)


def _ask(request: PersonRequest, corrects: Request | None) -> HttpResponse:
    reached = agreements.agreements_of(request.user, "security.request", on=request.arrived_at)
    names = [item.name for item in reached]
    # Two agreements with the same partner are told apart by our number on the paper.
    options = [
        (item.id, item.name if names.count(item.name) == 1 else f"{item.name}, {item.numbers[0]}") for item in reached
    ]
    given: Any = request.POST if request.method == "POST" else None
    initial: dict[str, Any] = {"agreement": getattr(request, "scope", "")}
    if corrects is not None:
        initial = {**initial_of_request(corrects), "seen": corrects.standing}
        # Its agreement stands, whatever has become of it since.
        options = [(corrects.agreement, agreements.name_of(corrects.agreement))]
    form = RequestForm(given, agreements=options, initial={"id": new_event_id(request.arrived_at), **initial})
    refusal, field = None, ""
    if given is not None and form.is_valid():
        try:
            return redirect("security:request", key=_send(request, form, corrects))
        except Refused as no:
            refusal, field = no, form.refuse(no)
    offered = [agreement for agreement, _name in options]
    # Whose holidays count is known once an agreement is chosen; the first one offered until then.
    chosen = next((one for one in (form["agreement"].value(), *offered) if one in offered), "")
    context = {
        "form": form,
        "corrects": corrects,
        "no_agreement": not options,
        "may_regions": request.user.can("places.regions"),
        "picker": _picker(request, "", (corrects.region, corrects.point) if corrects else None),
        "to_picker": _picker(request, "to_", (corrects.to_region, corrects.to_point) if corrects else None),
        "due": _due_preview(request.arrived_at, chosen),
        "earliest": rules.DAYS_BEFORE,
        "early": _early(request.arrived_at, _day_of(form), chosen, is_urgent=bool(form["emergency"].value())),
        "refusal": refusal,
        "refusal_words": said(refusal) if refusal else "",
        "refusal_field": field,
    }
    return render(request, "security/ask.html", context, status=422 if given is not None else 200)


def _day_of(form: RequestForm) -> date | None:
    day = form.cleaned_data.get("day") if form.is_bound else form.initial.get("day")
    return day if isinstance(day, date) else None


def _early(at: datetime, day: date | None, agreement: str, *, is_urgent: bool) -> dict[str, Any] | None:
    """What the line says; None for no day, or one that is over or absurdly far."""
    zone = agreements.zone_of(agreement)
    today = at.astimezone(ZONES[zone]).date()
    if day is None or not timedelta(0) <= day - today <= rules.FARTHEST:
        return None
    noon = datetime.combine(day, time(12), ZONES[zone])
    last_day = rules.last_day_to_ask(noon, stages.holidays(agreement), zone=zone)
    listed = stages.closures(agreement).holidays()
    off = [held for held in listed if last_day < held.day < day and held.day.weekday() < 5]
    names = ", ".join(f"{short_day(held.day)} {held.name}" for held in off)
    return {
        "is_urgent": is_urgent,
        "in_time": today <= last_day,
        "is_last": today == last_day,
        "last_day": last_day,
        "days": rules.DAYS_BEFORE,
        "closed": _("Libur: %(names)s.") % {"names": names} if names else "",
    }


def _picker(request: PersonRequest, prefix: str, stands: tuple[str, Point | None] | None) -> places.Picker:
    """The place picker, with what was just typed or with what stands."""
    typed: Any = {name: request.POST.get(prefix + name, "") for name in ("village", "lat", "lon")}
    if request.method != "POST" and stands:
        region, point = stands
        typed = {
            "village": region,
            "lat": f"{point.lat:.6f}" if point else "",
            "lon": f"{point.lon:.6f}" if point else "",
        }
    return places.picker(request.user, prefix=prefix, is_optional=bool(prefix), **typed)


def _send(request: PersonRequest, form: RequestForm, corrects: Request | None) -> str:
    place = _place(request, "")
    assert place is not None, "only the destination may be left out"
    to = _place(request, "to_")
    asked = form.asked(
        spot=Spot.at(place.region, place.lat, place.lon),
        destination=Spot.at(to.region, to.lat, to.lon) if to else None,
    )
    given = {"id": form.cleaned_data["id"], "by": request.actor, "at": request.arrived_at}
    agreement = corrects.agreement if corrects else form.cleaned_data["agreement"]
    may = "security.correct" if corrects else "security.request"
    if not request.user.can(may, agreement=agreement, region=place.region):
        raise Refused(_("Tempat ini di luar wilayah tugas Anda."), code="PAM-10", field="village")
    if corrects is not None:
        form_once(
            request,
            actions.correct_request,
            request=corrects.key,
            seen=form.cleaned_data["seen"],
            **given,
            **asked,
        )
        return corrects.key
    return form_once(request, actions.request_assistance, agreement=agreement, **given, **asked).key


def _place(request: PersonRequest, prefix: str) -> places.PickedPlace | None:
    """What a picker says; None where an optional one was left empty."""
    typed = {name: request.POST.get(prefix + name, "").strip() for name in ("village", "lat", "lon")}
    if prefix and not typed["village"]:
        return None
    try:
        return places.place_of(**typed, user=request.user)
    except Refused as no:
        raise Refused(no.pattern, code=no.code, field=f"{prefix}village", words=no.words) from no


def _due_preview(at: datetime, agreement: str) -> datetime:
    # Midnight belongs to the day it ends: people read "Rabu 23.59", not "Kamis 00.00".
    zone, holidays = agreements.zone_of(agreement), stages.holidays(agreement)
    return rules.due_after(at, emergency=False, holidays=holidays, zone=zone) - timedelta(minutes=1)


def _filtered(request: PersonRequest) -> tuple[FilterForm, list[Row]]:
    """The filter and what it leaves; nothing where the filter cannot be read, so that nobody takes all for some."""
    found = visible(request.user, requests_for(request.user), "security.read", scope=request.scope)
    agencies = sorted(set(found.values_list("agency", flat=True)))
    form = FilterForm(request.GET or None, agencies=list(agreements.short_names(agencies).items()))
    if form.is_bound and not form.is_valid():
        return form, []
    wanted = form.cleaned_data if form.is_bound else {}
    if wanted.get("agency"):
        found = found.filter(agency=wanted["agency"])
    if wanted.get("service"):
        found = found.filter(service=wanted["service"])
    if wanted.get("since"):
        found = found.filter(ends_at__gt=end_of_day(wanted["since"]) - timedelta(days=1))
    if wanted.get("until"):
        found = found.filter(starts_at__lt=end_of_day(wanted["until"]))
    for word in (wanted.get("q") or "").split():
        found = found.filter(matching(word))
    rows = rows_of(found.newest_first(), user=request.user, at=request.arrived_at)
    rows = [row for row in rows if _is_wanted(row, wanted.get("state") or "")]
    ordered = sorted(rows, key=lambda row: (row.agency, row.rank, row.due or row.request.starts_at, row.request.key))
    return form, ordered


def _is_wanted(row: Row, state: str) -> bool:
    match state:
        case "":
            return True
        case "open":
            return row.is_open
        case "proposed":
            return row.is_open and row.proposed
        case "running":
            return row.state in RUNNING
        case "arranged":
            return row.state in ARRANGED
    return row.state == state


def _by_agency(rows: list[Row]) -> list[tuple[str, list[Row]]]:
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row.agency, []).append(row)
    return list(groups.items())
