"""What other features may ask about places. Frozen structs out; nothing here writes."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from functools import reduce
from operator import or_
from typing import Any

import msgspec
from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext, ngettext

from sinergi.access.models import EVERYTHING, User
from sinergi.features.data.public import Known
from sinergi.features.places import areas
from sinergi.features.places.models import Region, Station, StationList
from sinergi.kernel.errors import Refused
from sinergi.kernel.places import Point, distance_m
from sinergi.ledger.models import Agency
from sinergi.ledger.store import own_agency
from sinergi.sheets.forbidden import FEW

__all__ = [
    "AreaInfo",
    "PickedPlace",
    "StationInfo",
    "area_name",
    "area_names",
    "contains",
    "find_places",
    "outline_of",
    "picker",
    "place_of",
    "regions_in",
    "station",
    "station_codes",
    "station_count",
    "station_counts",
    "stations_in",
    "stations_known",
    "visible_regions",
]


class AreaInfo(msgspec.Struct, frozen=True, kw_only=True):
    """A region: code, name, level (province, regency, district, village), its point in degrees if known."""

    code: str
    name: str
    level: str
    parent: str
    lat: float | None
    lon: float | None


class StationInfo(msgspec.Struct, frozen=True, kw_only=True):
    """A polling station of the list in force, with the names of its village and district."""

    code: str
    number: int
    village: str
    village_name: str
    district: str
    district_name: str
    address: str
    lat: float | None
    lon: float | None
    voters: int | None
    is_special: bool
    no_signal: bool | None
    agreement: str


class PickedPlace(msgspec.Struct, frozen=True, kw_only=True):
    """A place chosen in a form: the region's code and name, and a point (its middle unless another was marked)."""

    region: str
    name: str
    lat: float | None
    lon: float | None


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """One village in the list of the place picker."""

    code: str
    name: str
    lat: float | None
    lon: float | None
    is_chosen: bool


class ChoiceGroup(msgspec.Struct, frozen=True, kw_only=True):
    """The villages of one district in the list of the place picker."""

    name: str
    choices: list[Choice]


class Picker(msgspec.Struct, frozen=True, kw_only=True):
    """What the template `places/_picker.html` needs: `{% include "places/_picker.html" with picker=picker %}`.

    The form posts `village`, `lat` and `lon` (the latter empty without script or without a mark); give all three to
    `place_of`. A second picker of a form has a `prefix` for the three names; one that `is_optional` may stay empty.
    """

    groups: list[ChoiceGroup]
    village: str
    lat: str
    lon: str
    areas_url: str
    prefix: str = ""
    is_optional: bool = False


def visible_regions(user: User, permission: str = "places.read") -> QuerySet[Region]:
    """The regions this person may look at: inside (or above) what the duties reach, and of this agency only."""
    own = Agency.objects.filter(is_self=True).values_list("region", flat=True).first() or ""
    duties = user.duties_for(permission)
    reached = {code for duty in duties for code in duty.regions}
    if not reached:
        return Region.objects.none()
    limits = [codes for codes in ([own] if own not in ("", EVERYTHING) else [], sorted(reached)) if codes]
    found = Region.objects.all()
    for codes in limits:
        if EVERYTHING in codes:
            continue
        above = {code[:length] for code in codes for length in (2, 4, 6, 10) if length <= len(code)}
        inside = reduce(or_, (Q(code__startswith=code) for code in codes))
        found = found.filter(inside | Q(code__in=above))
    return found


def regions_in(code: str, *, level: str, user: User | None = None) -> list[AreaInfo]:
    """The regions of `level` inside `code` (all for ""), by name; only visible ones where `user` is given."""
    rows = Region.objects.all() if user is None else visible_regions(user)
    return [
        _info(row) for row in rows.filter(level=level, code__startswith=code).order_by("name", "code").defer("area")
    ]


def area_names(codes: set[str]) -> dict[str, str]:
    """Names of many regions by code; unknown ones are missing."""
    return dict(Region.objects.filter(code__in=codes).values_list("code", "name"))


def area_name(code: str) -> str:
    """`Pasar Sipirok, Sipirok, Tapanuli Selatan` for a village; shorter for larger regions; the code if unknown."""
    chain = [code[:length] for length in (10, 6, 4) if len(code) >= length] or [code[:2]]
    names = area_names(set(chain))
    return ", ".join(names[part] for part in chain if part in names) or code


def stations_in(code: str, *, user: User) -> list[StationInfo]:
    """The polling stations in force inside `code` that this person may see, by code."""
    rows = Station.objects.current().visible_to(user).inside(code).select_related("list").order_by("code", "pk")
    return _station_infos(list(rows))


def stations_known(agreement: str, user: User) -> Known:
    """The list in force that this office stated under an agreement, as it is exchanged (D-02)."""
    rows = Station.objects.current().visible_to(user).filter(list__agreement=agreement, list__author=own_agency().id)
    listed = list(rows.order_by("code", "pk"))
    names = area_names({row.village for row in listed})
    few = sum(0 < count < FEW for row in listed for count in (row.voters_male or 0, row.voters_female or 0))
    notes = []
    if few:
        notes.append(
            ngettext(
                "%(count)d jumlah pemilih di bawah 5 dikosongkan, supaya tidak seorang pun dikenali.",
                "%(count)d jumlah pemilih di bawah 5 dikosongkan, supaya tidak seorang pun dikenali.",
                few,
            )
            % {"count": few}
        )
    return Known(
        rows=[
            {
                "kode_tps": row.code,
                "desa_kelurahan": names.get(row.village, ""),
                "alamat": row.address,
                "lintang": None if row.lat_e6 is None else Decimal(row.lat_e6).scaleb(-6),
                "bujur": None if row.lon_e6 is None else Decimal(row.lon_e6).scaleb(-6),
                "pemilih_laki_laki": _many(row.voters_male),
                "pemilih_perempuan": _many(row.voters_female),
                "lokasi_khusus": row.is_special,
                "tanpa_sinyal": row.no_signal,
            }
            for row in listed
        ],
        source=gettext("daftar TPS yang berlaku"),
        url=reverse("places:stations"),
        notes=tuple(notes),
    )


def _many(people: int | None) -> int | None:
    """The count, unless so few that they could be recognised."""
    return None if people is not None and 0 < people < FEW else people


def station(code: str, *, user: User) -> StationInfo | None:
    """One polling station in force, or None where there is none this person may see."""
    rows = Station.objects.current().visible_to(user).filter(code=code).select_related("list").order_by("pk")
    return next(iter(_station_infos(list(rows[:1]))), None)


def station_codes(agreement: str) -> set[str]:
    """The codes of the polling stations in force under this agreement, for deciding inside the writer."""
    return set(Station.objects.current().filter(list__agreement=agreement).values_list("code", flat=True))


def station_count(code: str, *, user: User, scope: str = "") -> int:
    """How many polling stations in force this person may see inside `code`; `scope`: under this agreement only."""
    return _within(scope, Station.objects.current().visible_to(user).inside(code)).count()


def station_counts(length: int, *, user: User, scope: str = "") -> Counter[str]:
    """How many of them lie in each region whose code has `length` digits."""
    return counts_by(length, _within(scope, Station.objects.current().visible_to(user)))


def _within(scope: str, rows: QuerySet[Station]) -> QuerySet[Station]:
    return rows.filter(list__agreement=scope) if scope else rows


def counts_by(length: int, rows: QuerySet[Station]) -> Counter[str]:
    """How many of `rows` lie in each region whose code has `length` digits."""
    counted: Counter[str] = Counter()
    for village, count in rows.order_by().values_list("village").annotate(Count("pk")):
        counted[village[:length]] += count
    return counted


def find_places(words: str, *, user: User, most: int = 12) -> list[AreaInfo]:
    """Villages and districts whose name holds every word, or whose code begins with it; best (shortest name) first."""
    rows = visible_regions(user).filter(level__in=("village", "district", "regency"))
    for word in words.split():
        rows = rows.filter(Q(name__icontains=word) | Q(code__startswith=word))
    found = sorted(rows.defer("area")[:200], key=lambda row: (len(row.name), row.name, row.code))
    return [_info(row) for row in found[:most]]


def contains(code: str, *, lat: float, lon: float) -> bool | None:
    """Whether the point lies in the region's area (with some 200 m to spare); None where no area is known."""
    area = Region.objects.filter(code=code).values_list("area", flat=True).first()
    return areas.contains(area, lat=lat, lon=lon) if area else None


def place_of(*, village: str, lat: str = "", lon: str = "", user: User) -> PickedPlace:
    """The place a form named. Raises Refused for a region the person cannot see or a point that is none."""
    region = visible_regions(user).filter(code=village).first()
    if region is None:
        raise Refused("Pilih desa atau kelurahan dari daftar.", code="WIL-01", field="village")
    if not lat.strip() and not lon.strip():
        return PickedPlace(region=region.code, name=area_name(region.code), lat=region.lat, lon=region.lon)
    try:
        point = Point(float(lat), float(lon))
    except ValueError:
        raise Refused("Titik pada peta tidak terbaca. Tandai lagi.", code="WIL-02", field="village") from None
    # NaN compares false with everything, so it is asked for by what it is not.
    if not (-12 <= point.lat <= 7 and 94 <= point.lon <= 142):
        raise Refused("Titik pada peta berada di luar Indonesia.", code="WIL-03", field="village")
    if region.lat is not None and region.lon is not None and distance_m(point, Point(region.lat, region.lon)) > 60_000:
        raise Refused("Titik pada peta jauh dari desa yang dipilih.", code="WIL-04", field="village")
    return PickedPlace(
        region=region.code, name=area_name(region.code), lat=round(point.lat, 6), lon=round(point.lon, 6)
    )


def picker(
    user: User, *, village: str = "", lat: str = "", lon: str = "", prefix: str = "", is_optional: bool = False
) -> Picker:
    """The place picker with the villages this person may see; what was chosen before stays chosen."""
    rows = list(visible_regions(user).filter(level__in=("village", "district")).order_by("name", "code").defer("area"))
    districts = {row.code: row.name for row in rows if row.level == "district"}
    groups: dict[str, list[Choice]] = {}
    for row in rows:
        if row.level == "village":
            choice = Choice(code=row.code, name=row.name, lat=row.lat, lon=row.lon, is_chosen=row.code == village)
            groups.setdefault(row.parent, []).append(choice)
    ordered = sorted(groups, key=lambda code: (districts.get(code, code), code))
    return Picker(
        groups=[ChoiceGroup(name=districts.get(code, code), choices=groups[code]) for code in ordered],
        village=village,
        lat=lat,
        lon=lon,
        areas_url=reverse("places:areas"),
        prefix=prefix,
        is_optional=is_optional,
    )


def outline_of(codes: set[str], *, user: User) -> dict[str, Any] | None:
    """These regions as a drawing: `box` and `shapes` (code, name, path, x, y); None where no area is known.

    `west`, `north` and `scale` place a point in it: (lon − west) × scale, (north − lat) × scale.
    """
    rows = visible_regions(user).filter(code__in=codes).exclude(area="").order_by("code")
    return areas.outline([(row.code, row.name, row.area) for row in rows])


def has_stations() -> bool:
    """Whether any station list has arrived on this node."""
    return StationList.objects.exists()


def _info(row: Region) -> AreaInfo:
    return AreaInfo(code=row.code, name=row.name, level=row.level, parent=row.parent, lat=row.lat, lon=row.lon)


def _station_infos(rows: list[Station]) -> list[StationInfo]:
    names = area_names({row.village for row in rows} | {row.village[:6] for row in rows})
    return [
        StationInfo(
            code=row.code,
            number=row.number,
            village=row.village,
            village_name=names.get(row.village, row.village),
            district=row.village[:6],
            district_name=names.get(row.village[:6], row.village[:6]),
            address=row.address,
            lat=row.lat,
            lon=row.lon,
            voters=row.voters,
            is_special=row.is_special,
            no_signal=row.no_signal,
            agreement=row.list.agreement,
        )
        for row in rows
    ]
