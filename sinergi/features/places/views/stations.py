"""The map and its table, one station, and what the map asks for."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

import msgspec
from django.core.paginator import Paginator
from django.db.models import F, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from sinergi.access.doors import PersonRequest, requires
from sinergi.access.models import User
from sinergi.features.agreement import public as agreements
from sinergi.features.places import areas
from sinergi.features.places.models import Region, Station, StationList
from sinergi.features.places.public import area_names, counts_by, find_places, visible_regions
from sinergi.ledger import rows
from sinergi.ledger.grades import grade
from sinergi.ledger.models import Agency, Agreement
from sinergi.sheets import Column, Kind
from sinergi.sheets.writing import export
from sinergi.web import uploads
from sinergi.web.navigation import Hit

PAGE = 25
ORDERS = {"kode": "code", "pemilih": "voters", "desa": "village"}
KINDS = ("", "khusus", "tanpa-sinyal", "tanpa-titik")

EXPORT_COLUMNS = (
    Column(name="code", label="Kode TPS", kind=Kind.CODE),
    Column(name="regency", label="Kabupaten/Kota"),
    Column(name="district", label="Kecamatan"),
    Column(name="village", label="Desa/Kelurahan"),
    Column(name="number", label="Nomor TPS", kind=Kind.INTEGER),
    Column(name="address", label="Alamat"),
    Column(name="lat", label="Lintang", kind=Kind.DECIMAL),
    Column(name="lon", label="Bujur", kind=Kind.DECIMAL),
    Column(name="voters", label="Pemilih", kind=Kind.INTEGER),
    Column(name="voters_male", label="Pemilih laki-laki", kind=Kind.INTEGER),
    Column(name="voters_female", label="Pemilih perempuan", kind=Kind.INTEGER),
    Column(name="is_special", label="Lokasi khusus", kind=Kind.BOOLEAN),
    Column(name="no_signal", label="Tanpa sinyal", kind=Kind.BOOLEAN),
)


class Filter(msgspec.Struct, frozen=True, kw_only=True):
    """What the address asks for: region, words, kind (khusus, tanpa-sinyal, tanpa-titik) and order."""

    region: str = ""
    words: str = ""
    kind: str = ""
    order: str = "kode"

    @property
    def query(self) -> str:
        """The same filter as the query of an address."""
        pairs = (("wilayah", self.region), ("q", self.words), ("jenis", self.kind))
        return urlencode([(name, value) for name, value in pairs if value])


class Step(msgspec.Struct, frozen=True):
    """One step of the way down: Provinsi, Kab, Kec, Desa."""

    code: str
    name: str
    count: int = 0


@require_safe
@requires("places.read")
def stations(request: PersonRequest) -> HttpResponse:
    """The map with its table: the table is the map's twin and holds everything the map shows."""
    asked, rows = _asked(request)
    page = Paginator(_ordered(rows, asked.order), PAGE).get_page(request.GET.get("page"))
    names = area_names({row.village for row in page} | {row.village[:6] for row in page})
    chain = _way_down(request.user, asked.region)
    below = _below(request.user, asked, rows)
    regions = list(visible_regions(request.user).filter(level="regency").order_by("code"))
    here = chain[-1].code if chain else ""
    box = areas.bounds(_areas_of(request.user, here))
    return render(
        request,
        "places/stations.html",
        {
            "asked": asked,
            "page_obj": page,
            "total": page.paginator.count,
            "names": names,
            "way": chain,
            "below": below,
            "kinds": _kinds(request.user, asked),
            "bounds": ",".join(f"{edge:.4f}" for edge in box) if box else "",
            "drawn": Region.objects.filter(
                area_kind=Region.Area.DRAWN, code__in=[row.code for row in regions]
            ).exists(),
            "outline": _outline(request.user, here, below) if box else None,
            "any_list": StationList.objects.exists(),
            "has_regions": Region.objects.exists(),
            "may_regions": request.user.can("places.regions"),
            "may_import": request.user.can("places.import") and _is_commission(),
            "rows": [(row, names.get(row.village, row.village), names.get(row.village[:6], "")) for row in page],
        },
    )


@require_safe
@requires("places.read")
def stations_sheet(request: PersonRequest) -> HttpResponse:
    """The table as Excel, with the same filters and order."""
    asked, rows = _asked(request)
    found = list(_ordered(rows, asked.order).select_related("list"))
    names = area_names({row.code[:length] for row in found for length in (4, 6, 10)})
    lines = (
        {
            "code": row.code,
            "regency": names.get(row.code[:4], row.code[:4]),
            "district": names.get(row.code[:6], row.code[:6]),
            "village": names.get(row.village, row.village),
            "number": row.number,
            "address": row.address,
            "lat": row.lat,
            "lon": row.lon,
            "voters": row.voters,
            "voters_male": row.voters_male,
            "voters_female": row.voters_female,
            "is_special": row.is_special,
            "no_signal": row.no_signal,
        }
        for row in found
    )
    mark = "LATIHAN" if any(row.list.exercise for row in found) else ""
    data = export(EXPORT_COLUMNS, lines, sheet="TPS", mark=mark)
    name = f"{'LATIHAN-' if mark else ''}tps{'-' + asked.region if asked.region else ''}.xlsx"
    return uploads.sheet_answer(data, name)


@require_safe
@requires("places.read")
def stations_points(request: PersonRequest) -> HttpResponse:
    """Code, latitude, longitude (null where unknown), special, no signal of every station the table would list."""
    _, rows = _asked(request)
    found = rows.order_by("code", "pk").values_list("code", "lat_e6", "lon_e6", "is_special", "no_signal")
    stations = [
        [code, None if lat is None else lat / 1e6, None if lon is None else lon / 1e6, int(special), int(bool(silent))]
        for code, lat, lon, special, silent in found
    ]
    codes = {code[:length] for code, *_ in found for length in (4, 6, 10)}
    return _cached(request, msgspec.json.encode({"stations": stations, "names": area_names(codes)}), "application/json")


@require_safe
@requires("places.read")
def region_areas(request: PersonRequest) -> HttpResponse:
    """Areas as GeoJSON: `?level=district` (with regencies) or `?level=village`. Own data only; no other host."""
    levels = ["village"] if request.GET.get("level") == "village" else ["regency", "district"]
    found = visible_regions(request.user).filter(level__in=levels).exclude(area="").order_by("code")
    features = [
        b'{"type":"Feature","properties":%s,"geometry":%s}'
        % (
            msgspec.json.encode(
                {"code": row.code, "name": row.name, "level": row.level, "lat": row.lat, "lon": row.lon}
            ),
            row.area.encode(),
        )
        for row in found
    ]
    body = b'{"type":"FeatureCollection","features":[' + b",".join(features) + b"]}"
    return _cached(request, body, "application/geo+json")


@require_safe
@requires("places.read")
def station(request: PersonRequest, code: int) -> HttpResponse:
    """One station: where it is, in both notations, what the commission said about it, and the proof."""
    found = Station.objects.current().visible_to(request.user).filter(code=str(code)).select_related("list")
    row = found.order_by("pk").first()
    if row is None:
        raise Http404
    names = area_names({row.code[:length] for length in (4, 6, 10)})
    return render(
        request,
        "places/station.html",
        {
            "station": row,
            "way": _way_down(request.user, row.village),
            "village": names.get(row.village, row.village),
            "district": names.get(row.village[:6], row.village[:6]),
            "regency": names.get(row.code[:4], row.code[:4]),
            "decimal": f"{row.lat:.6f}, {row.lon:.6f}" if row.lat is not None and row.lon is not None else "",
            "dms": dms(row.lat, row.lon) if row.lat is not None and row.lon is not None else "",
            "grade": grade(row.list.key),
            "author": Agency.objects.filter(id=row.list.author).first(),
            "neighbours": found.model.objects.current()
            .visible_to(request.user)
            .filter(village=row.village)
            .order_by("code", "pk"),
        },
    )


def found(user: User, words: str) -> list[Hit]:
    """For the search box: polling stations by code, regions by name, only those this person may see."""
    if not user.can("places.read"):
        return []
    hits = []
    if words.isdigit() and len(words) >= 4:
        rows = Station.objects.current().visible_to(user).filter(code__startswith=words).order_by("code", "pk")[:6]
        names = area_names({row.village for row in rows})
        hits += [
            Hit(
                title=f"TPS {row.number:03d} {names.get(row.village, row.village)}",
                sub=row.code,
                url=reverse("places:station", args=[row.code]),
                icon="map-pin",
            )
            for row in rows
        ]
    regions = find_places(words, user=user, most=6)
    parents = area_names({region.parent for region in regions})
    return hits + [
        Hit(
            title=region.name,
            sub=f"{level_word(region.level)}, {parents.get(region.parent, region.code)}",
            url=f"{reverse('places:stations')}?wilayah={region.code}",
            icon="map-2",
        )
        for region in regions
    ]


def level_word(level: str) -> str:
    """The level in words."""
    return {
        "province": gettext("Provinsi"),
        "regency": gettext("Kabupaten/Kota"),
        "district": gettext("Kecamatan"),
        "village": gettext("Desa/Kelurahan"),
    }[level]


def dms(lat: float, lon: float) -> str:
    """1°25'05.9" LU 99°08'45.5" BT: degrees, minutes and seconds as Indonesian maps print them."""
    return f"{_dms(lat)} {'LU' if lat >= 0 else 'LS'} {_dms(lon)} BT"


def _dms(angle: float) -> str:
    tenths = round(abs(angle) * 36_000)
    degrees, rest = divmod(tenths, 36_000)
    minutes, seconds = divmod(rest, 600)
    return f"{degrees}°{minutes:02d}'{seconds // 10:02d}.{seconds % 10}\""


def _asked(request: PersonRequest) -> tuple[Filter, QuerySet[Station]]:
    """The filter in the address, cleaned of what nobody knows, and the stations it leaves."""
    given = request.GET
    region = given.get("desa") or given.get("wilayah", "")
    kind = given.get("jenis", "")
    asked = Filter(
        region=region if region.isascii() and region.isdigit() and len(region) <= 10 else "",
        words=" ".join(given.get("q", "").replace("\x00", "").split())[:80],
        kind=kind if kind in KINDS else "",
        order=given.get("urut", "kode") if given.get("urut", "kode").removeprefix("-") in ORDERS else "kode",
    )
    return asked, _narrowed(_visible(request), asked)


def _visible(request: PersonRequest) -> QuerySet[Station]:
    rows = Station.objects.current().visible_to(request.user)
    scope = getattr(request, "scope", "")
    return rows.filter(list__agreement=scope) if scope else rows


def _narrowed(rows: QuerySet[Station], asked: Filter) -> QuerySet[Station]:
    rows = rows.inside(asked.region).matching(asked.words)  # type: ignore[attr-defined]
    if asked.kind == "khusus":
        rows = rows.filter(is_special=True)
    elif asked.kind == "tanpa-sinyal":
        rows = rows.filter(no_signal=True)
    elif asked.kind == "tanpa-titik":
        rows = rows.filter(lat_e6=None)
    return rows


def _ordered(rows: QuerySet[Station], order: str) -> QuerySet[Station]:
    column = F(ORDERS[order.removeprefix("-")])
    first = column.desc(nulls_last=True) if order.startswith("-") else column.asc(nulls_last=True)
    return rows.order_by(first, "code", "pk")


def _way_down(user: Any, code: str) -> list[Step]:
    """Province to village, as far as the person may see and `code` goes."""
    parts = [code[:length] for length in (2, 4, 6, 10) if length <= len(code)]
    known = {row.code: row.name for row in visible_regions(user).filter(code__in=parts).defer("area")}
    return [Step(part, known[part]) for part in parts if part in known]


def _below(user: Any, asked: Filter, rows: QuerySet[Station]) -> list[Step]:
    """The regions one level down, each with its number of stations in the present list."""
    level, length = {0: ("regency", 4), 2: ("regency", 4), 4: ("district", 6), 6: ("village", 10)}.get(
        len(asked.region), ("", 0)
    )
    if not level:
        return []
    counts = counts_by(length, rows)
    regions = visible_regions(user).filter(level=level, code__startswith=asked.region).order_by("name", "code")
    return [Step(row.code, row.name, counts[row.code]) for row in regions.defer("area")]


def _kinds(user: Any, asked: Filter) -> list[dict[str, Any]]:
    """The keys of the legend, which are filters at once, with how many stations each leaves."""
    base = msgspec.structs.replace(asked, kind="")
    rows = _narrowed(Station.objects.current().visible_to(user), base)
    words = {
        "": gettext("Semua TPS"),
        "khusus": gettext("Lokasi khusus"),
        "tanpa-sinyal": gettext("Tanpa sinyal"),
        "tanpa-titik": gettext("Tanpa titik"),
    }
    return [
        {
            "code": kind,
            "label": word,
            "count": _narrowed(rows, Filter(kind=kind)).count(),
            "query": msgspec.structs.replace(asked, kind=kind).query,
            "is_current": kind == asked.kind,
        }
        for kind, word in words.items()
    ]


def _areas_of(user: Any, code: str) -> Iterable[str]:
    rows = visible_regions(user).exclude(area="")
    if code and len(code) > 2:
        return list(rows.filter(code=code).values_list("area", flat=True))
    return list(rows.filter(level="regency").values_list("area", flat=True))


def _outline(user: Any, here: str, below: list[Step]) -> dict[str, Any] | None:
    """A plain drawing of the areas with links, for browsers without script or without a graphics chip."""
    level = {0: "district", 2: "district", 4: "district", 6: "village", 10: "village"}[len(here)]
    rows = visible_regions(user).filter(level=level, code__startswith=here).exclude(area="").order_by("code")
    return areas.outline([(row.code, row.name, row.area) for row in rows])


def _is_commission() -> bool:
    return Agency.objects.filter(is_self=True, kind="kpu").exists()


def _cached(request: PersonRequest, body: bytes, kind: str) -> HttpResponse:
    """The answer, or 304 where the browser has these very bytes. Private: another person sees other regions."""
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    if request.headers.get("If-None-Match") == tag:
        answer = HttpResponse(status=304)
    else:
        answer = HttpResponse(body, content_type=kind)
    answer["ETag"] = tag
    answer["Cache-Control"] = "private, no-cache"
    return answer


def agreements_of(user: Any) -> list[Agreement]:
    """The agreements in force that a duty of this person reaches with `places.import`."""
    return [row for row in rows.in_force() if agreements.offers(user, "places.import", agreement=row.id)]
