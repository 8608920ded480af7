"""The stations with their scores side by side and their class; one station; what scores them."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

import msgspec
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sinergi.access.doors import PersonRequest, requires
from sinergi.access.models import User, covering
from sinergi.access.roles import ROLES
from sinergi.features.agreement import public as agreements
from sinergi.features.places import public as places
from sinergi.features.places.public import StationInfo
from sinergi.features.risk import actions, public, rules
from sinergi.features.risk.events import LEVELS, ClassRow, ScoreRow
from sinergi.features.risk.forms import LEVEL_CHOICES, ClassForm, ScoreForm
from sinergi.features.risk.instruments import Instrument, before, difference, instruments, newest
from sinergi.features.risk.models import Score, ScoreSheet, StationClass
from sinergi.features.risk.public import ClassInfo, classes_of, info
from sinergi.kernel.ids import new_event_id
from sinergi.ledger.grades import NOTHING, grades
from sinergi.ledger.store import own_agency
from sinergi.sheets import Column, Kind
from sinergi.sheets.writing import export
from sinergi.web import records, uploads

PAGE = 25
UNSET = "belum"


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """The score of one place by one instrument: hundredths, how many of its values are known, and by which version."""

    instrument: Instrument
    place: str
    score: int | None = None
    known: int = 0
    values: tuple[int | None, ...] = ()
    author: str = ""
    is_old: bool = False

    @property
    def words(self) -> str:
        """The score as people read it, 49,33; a dash where there is none."""
        return "–" if self.score is None else hundredths(self.score)


@require_safe
@requires("risk.read")
def stations(request: PersonRequest) -> HttpResponse:
    """Every station this person may see: the three scores beside each other, the class and why."""
    asked, found, classes = _asked(request)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    scores = scores_of(request.user, {row.code for row in page} | {row.code[:4] for row in page})
    counts = Counter(classes[row.code].level if row.code in classes else UNSET for row in _all(request, asked))
    return render(
        request,
        "risk/stations.html",
        {
            "asked": asked,
            "page_obj": page,
            "total": page.paginator.count,
            "rows": [(row, _side_by_side(scores, row.code), classes.get(row.code)) for row in page],
            "instruments": list(newest().values()),
            "figures": [
                (code, word, counts[code]) for code, word in [*LEVEL_CHOICES, (UNSET, gettext("belum berkelas"))]
            ],
            "districts": places.regions_in("", level="district", user=request.user),
            "may_score": request.user.can("risk.score"),
            "may_classify": _may_classify(request.user),
        },
    )


@require_safe
@requires("risk.read")
def stations_sheet(request: PersonRequest) -> HttpResponse:
    """The same list as an Excel file, with the same filters."""
    _, found, classes = _asked(request)
    scores = scores_of(request.user, {row.code for row in found} | {row.code[:4] for row in found})
    columns = (
        Column(name="code", label="Kode TPS", kind=Kind.CODE),
        Column(name="village", label="Desa/Kelurahan"),
        Column(name="district", label="Kecamatan"),
        *(Column(name=one.code, label=one.short, kind=Kind.DECIMAL) for one in newest().values()),
        Column(name="level", label="Kelas"),
        Column(name="reason", label="Alasan"),
        Column(name="set_by", label="Ditetapkan oleh"),
    )
    words = dict(LEVEL_CHOICES)
    lines = []
    for row in found:
        line: dict[str, Any] = {"code": row.code, "village": row.village_name, "district": row.district_name}
        line |= {
            one.instrument.code: None if one.score is None else one.score / 100
            for one in _side_by_side(scores, row.code)
        }
        if said := classes.get(row.code):
            line |= {"level": str(words[said.level]), "reason": said.reason, "set_by": said.set_by}
        lines.append(line)
    mark = "LATIHAN" if any(info.exercise for info in agreements.agreements_of(request.user, "risk.read")) else ""
    empty: dict[str, Any] = {column.name: None for column in columns}
    data = export(columns, [empty | line for line in lines], sheet="Kerawanan", mark=mark)
    return uploads.sheet_answer(data, f"{'LATIHAN-' if mark else ''}kerawanan-tps.xlsx")


@require_safe
@requires("risk.read")
def station(request: PersonRequest, code: int) -> HttpResponse:
    """One station: its scores with what they rest on, its class, why, and the classes it had before."""
    found = _station(request, code)
    return render(request, "risk/station.html", _station_page(request, found))


@require_POST
@requires("risk.classify")
def station_class(request: PersonRequest, code: int) -> HttpResponse:
    """Set the class of this station; the person's name stands behind it."""
    found = _station(request, code)
    if not request.user.can("risk.classify", agreement=found.agreement, region=found.code):
        raise Http404
    form = ClassForm(request.POST)
    if not form.is_valid():
        return render(request, "risk/station.html", _station_page(request, found) | {"form": form}, status=422)
    actions.set_classes(
        id=form.cleaned_data["id"],
        by=request.actor,
        at=request.arrived_at,
        agreement=found.agreement,
        set_by=request.user.name,
        rows=[ClassRow(code=found.code, level=form.cleaned_data["level"], reason=form.cleaned_data["reason"])],
    )
    messages.success(request, gettext("Kelas TPS ditetapkan dan sedang dikirim ke mitra."))
    return redirect("risk:station", code=found.code)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("risk.score")
def scoring(request: PersonRequest, instrument: str, place: int) -> HttpResponse:
    """Type the values of one place."""
    own = own_agency()
    chosen = instruments().get(instrument)
    code = str(place)
    mine = places.stations_in(code, user=request.user) if chosen else []
    mine = [row for row in mine if request.user.can("risk.score", agreement=row.agreement, region=code)]
    if chosen is None or chosen.side != own.kind or len(code) != chosen.digits or not mine:
        raise Http404
    known = scores_of(request.user, {code}).get((chosen.code, code))
    initial: dict[str, Any] = {"id": new_event_id(request.arrived_at)}
    if known and known.instrument.id == chosen.id:
        initial |= _typed(chosen, known.values)
    form = ScoreForm(request.POST if request.method == "POST" else None, instrument=chosen, initial=initial)
    if form.is_valid():
        actions.score_places(
            id=form.cleaned_data["id"],
            by=request.actor,
            at=request.arrived_at,
            agreement="" if own.kind == "police" else mine[0].agreement,
            instrument=chosen.id,
            rows=[ScoreRow(place=code, values=form.values())],
        )
        messages.success(request, gettext("Nilai dicatat."))
        return redirect("risk:station", code=mine[0].code)
    context = {
        "form": form,
        "instrument": chosen,
        "name": places.area_name(code[:10]),
        "place": code,
        "back": mine[0].code,
    }
    return render(request, "risk/scoring.html", context, status=422 if request.method == "POST" else 200)


@require_safe
@requires("risk.read")
def all_instruments(request: PersonRequest) -> HttpResponse:
    """Every instrument with its source and weights; of a new version what it changed, and who is scored by the old."""
    used = Counter[str]()
    for shown in scores_of(request.user).values():
        used[shown.instrument.id] += 1
    newest_ids = {one.id for one in newest().values()}
    shelves = []
    for one in reversed(instruments().values()):
        older = before(one)
        shelves.append(
            {
                "one": one,
                "is_newest": one.id in newest_ids,
                "older": older,
                "difference": difference(older, one) if older else None,
                "used": used[one.id],
                "broken": public.resting_before(request.user, date.fromisoformat(one.since))
                if older and one.id in newest_ids
                else None,
            }
        )
    return render(request, "risk/instruments.html", {"shelves": shelves})


def scores_of(user: User, codes: set[str] | None = None) -> dict[tuple[str, str], Shown]:
    """The last score of each of these places (all for None) by each instrument this person may see."""
    duties = user.duties_for("risk.read")
    # Whoever may see a station may see the score of its regency; internal ones have no agreement.
    rows = Score.objects.filter(sheet__in=_sheets(duties))
    if codes is not None:
        rows = rows.filter(place__in=codes) if len(codes) < 500 else rows
    found: dict[tuple[str, str], Shown] = {}
    latest = {one.code: one.id for one in newest().values()}
    ordered = rows.order_by("sheet__stated_at", "sheet__seq", "sheet_id", "place")
    columns = ("sheet__instrument", "sheet__author", "sheet__agreement", "place", "values")
    for id, author, agreement, place, values in ordered.values_list(*columns):
        # An instrument is scored by one side alone: what the other says by it displaces nothing.
        if (instrument := instruments().get(id)) is None or (instrument.side == "police") == bool(agreement):
            continue
        score, known = rules.total(instrument, values)
        found[instrument.code, place] = Shown(
            instrument=instrument,
            place=place,
            score=score,
            known=known,
            values=tuple(values),
            author=author,
            is_old=latest[instrument.code] != id,
        )
    return found


def hundredths(value: int) -> str:
    """4933 as 49,33; whole numbers without decimals."""
    return f"{value / 100:.2f}".replace(".", ",").removesuffix(",00")


def opens(user: User, keys: list[str]) -> dict[str, records.Page]:
    """The page of each of these facts that this person may open."""
    if not user.can("risk.read"):
        return {}
    found = (
        StationClass.objects.visible_to(user)
        .filter(decision__in=keys)
        .order_by("-code")
        .values_list("decision", "code")
    )
    return {key: records.Page(url=reverse("risk:station", args=[code])) for key, code in found}


def office_word(code: str) -> str:
    """The office in words."""
    return gettext(ROLES[code].label) if code in ROLES else code


def _sheets(duties: Any) -> QuerySet[Any]:
    return ScoreSheet.objects.filter(covering(duties, agreement="agreement", region=None) | Q(agreement="")).values(
        "pk"
    )


def _side_by_side(scores: dict[tuple[str, str], Shown], code: str) -> list[Shown]:
    """The score of the station, or of its regency, by each instrument."""
    shown = []
    for one in newest().values():
        place = code[: one.digits]
        shown.append(scores.get((one.code, place)) or Shown(instrument=one, place=place))
    return shown


def _typed(instrument: Instrument, values: tuple[int | None, ...]) -> dict[str, Any]:
    pairs = zip(instrument.indicators, values, strict=False)
    if instrument.scale == "yes_no":
        return {one.code: "" if value is None else "ya" if value else "tidak" for one, value in pairs}
    return {one.code: None if value is None else value / 100 for one, value in pairs}


def _all(request: PersonRequest, asked: dict[str, str]) -> list[StationInfo]:
    found = places.stations_in(asked["region"], user=request.user)
    return [row for row in found if not request.scope or row.agreement == request.scope]


def _asked(request: PersonRequest) -> tuple[dict[str, str], list[StationInfo], dict[str, ClassInfo]]:
    region, level = request.GET.get("kecamatan", ""), request.GET.get("kelas", "")
    asked = {
        "region": region if region.isascii() and region.isdigit() and len(region) <= 10 else "",
        "level": level if level in (*LEVELS, UNSET) else "",
    }
    classes = classes_of(request.user, scope=request.scope)
    found = _all(request, asked)
    if asked["level"]:
        found = [row for row in found if (classes[row.code].level if row.code in classes else UNSET) == asked["level"]]
    return asked, found, classes


def _station(request: PersonRequest, code: int) -> StationInfo:
    found = places.station(str(code), user=request.user)
    if found is None:
        raise Http404
    request.under = found.agreement
    return found


def _station_page(request: PersonRequest, found: StationInfo) -> dict[str, Any]:
    rows = StationClass.objects.visible_to(request.user).filter(code=found.code).select_related("decision")
    history = [info(row) for row in rows.oldest_first().reverse()]
    scores = scores_of(request.user, {found.code, found.code[:4]})
    names = agreements.short_names({shown.author for shown in scores.values()})
    own = own_agency()
    may_score = request.user.can("risk.score")
    return {
        "station": found,
        "current": history[0] if history else None,
        "history": [(said, office_word(said.office)) for said in history],
        "grade": grades([history[0].decision]).get(history[0].decision, NOTHING) if history else NOTHING,
        "scores": [
            {
                "shown": shown,
                "author": names.get(shown.author, ""),
                "said": [
                    (indicator, hundredths(value))
                    for indicator, value in zip(shown.instrument.indicators, shown.values, strict=False)
                    if value is not None and (value or shown.instrument.scale == "hundred")
                ],
                "of": len(shown.instrument.indicators),
                "may": may_score and newest()[shown.instrument.code].side == own.kind,
                "newest": newest()[shown.instrument.code].id,
            }
            for shown in _side_by_side(scores, found.code)
        ],
        "may_classify": own.kind == "police"
        and agreements.offers(request.user, "risk.classify", agreement=found.agreement, region=found.code),
        "form": ClassForm(initial={"id": new_event_id(request.arrived_at)}),
    }


def _may_classify(user: User) -> bool:
    return own_agency().kind == "police" and user.can("risk.classify")
