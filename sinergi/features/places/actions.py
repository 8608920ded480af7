"""What people can do with station lists and regions."""

from __future__ import annotations

from django.db import transaction

from sinergi.features.agreement import public as agreements
from sinergi.features.places import rules
from sinergi.features.places.events import StationRow
from sinergi.features.places.models import Region, StationList
from sinergi.kernel.errors import Refused
from sinergi.ledger.models import Agency
from sinergi.ledger.writer import Receipt, Writing, command


@command
def publish_stations(log: Writing, *, agreement: str, regency: str, rows: list[StationRow]) -> Receipt:
    """State the polling stations of `regency` to the parties of `agreement` (obligation D-02)."""
    agreements.require(agreement)
    author = Agency.objects.get(id=log.agency)
    in_force = current_list(agreement=agreement, author=log.agency, regency=regency)
    decision = rules.publish(
        regency=regency,
        rows=rows,
        author_kind=author.kind,
        author_region=author.region,
        current_digest=in_force.digest if in_force else None,
    )
    return log.append(agreement, decision, obligation="D-02")


def current_list(*, agreement: str, author: str, regency: str) -> StationList | None:
    """The newest list this author stated under this agreement."""
    lists = StationList.objects.filter(agreement=agreement, author=author, regency=regency)
    return lists.newest_first().first()


@transaction.atomic
def keep_regions(regions: list[Region]) -> int:
    """Add or update reference rows; how many are new or say something else now. Areas are left as they are."""
    known = Region.objects.in_bulk([region.code for region in regions])
    fields = ("name", "level", "parent", "lat", "lon", "source")
    news = []
    for region in regions:
        old = known.get(region.code)
        if old is None or any(getattr(old, field) != getattr(region, field) for field in fields):
            news.append(region)
    _upsert(news, fields)
    return len(news)


@transaction.atomic
def keep_areas(found: dict[str, str], kind: str, *, source: str = "") -> int:
    """Set the areas of known regions (GeoJSON text by code); how many changed. Refused for a code nobody knows."""
    known = Region.objects.in_bulk(list(found))
    unknown = sorted(found.keys() - known.keys())
    if unknown:
        raise Refused("Wilayah %(region)s tidak dikenal di kantor ini.", code="WIL-05", words={"region": unknown[0]})
    changed = []
    for code, area in found.items():
        region = known[code]
        if (region.area, region.area_kind) != (area, kind):
            region.area, region.area_kind = area, kind
            region.source = source or region.source
            changed.append(region)
    _upsert(changed, ("area", "area_kind", "source"))
    return len(changed)


def _upsert(regions: list[Region], fields: tuple[str, ...]) -> None:
    """Add these rows, or set these fields of rows that exist; many times faster than `bulk_update`."""
    Region.objects.bulk_create(
        regions, update_conflicts=True, unique_fields=["code"], update_fields=fields, batch_size=500
    )
