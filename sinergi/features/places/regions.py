"""`sinergi import regions FILE` and the page of the same: the regions of this office, province to village.

A table with the Interior Ministry's codes: either one row per region with `code` and `name`, or one per village with
the names of the levels above it. All or nothing; the same file again changes nothing; nothing is ever removed, because
stations and requests point to it. What lies outside this office's own regions is left out and counted. The areas on
the map are drawn from the village points, except where real boundaries were imported.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec

from sinergi.features.places import areas
from sinergi.features.places.actions import keep_areas, keep_regions
from sinergi.features.places.forms import POINT_COLUMNS, check_point
from sinergi.features.places.models import Region
from sinergi.kernel.errors import Refused
from sinergi.kernel.places import level
from sinergi.ledger.models import Agency
from sinergi.ledger.writer import run
from sinergi.sheets import Cells, Column, Kind, Row, Table, read_cells, table_of

LARGEST_FILE = 20 * 1024 * 1024
ABOVE = {10: 6, 6: 4, 4: 2}

REGION_COLUMNS = (
    Column(
        name="code",
        label="Kode wilayah",
        kind=Kind.CODE,
        # With or without the dots the Ministry prints: 12.03.04.1001.
        pattern=r"[1-9][0-9](\.?[0-9]{2}(\.?[0-9]{2}(\.?[0-9]{4})?)?)?",
        required=True,
        also=("kode", "kode_kemendagri", "kode_desa", "kode_kelurahan"),
        example="1299999999",
        hint="Kode Kemendagri: 2 angka provinsi, 4 kabupaten, 6 kecamatan, 10 desa; boleh bertitik.",
    ),
    Column(name="name", label="Nama", also=("nama_wilayah",), longest=100, hint="Nama wilayah dengan kode itu."),
    Column(name="province", label="Provinsi", also=("nama_provinsi",), longest=100, example="Provinsi contoh"),
    Column(
        name="regency",
        label="Kabupaten/Kota",
        also=("kabupaten", "kab_kota", "nama_kabupaten"),
        longest=100,
        example="Kabupaten contoh",
    ),
    Column(name="district", label="Kecamatan", also=("nama_kecamatan",), longest=100, example="Kecamatan contoh"),
    Column(
        name="village",
        label="Desa/Kelurahan",
        also=("desa", "kelurahan", "kelurahan_desa", "nama_desa"),
        longest=100,
        example="Desa contoh",
    ),
    *POINT_COLUMNS,
)


class Checked(msgspec.Struct, kw_only=True):
    """A file compared with what this office covers: its regions, the wrong cells, how many rows lie elsewhere."""

    table: Table
    regions: list[Region]
    left_out: int


def import_regions(path: Path) -> str:
    """Import the regions of one file; a sentence that says what changed. Raises Refused, naming line and column."""
    try:
        data = path.read_bytes() if path.stat().st_size <= LARGEST_FILE else b""
    except OSError:
        raise Refused("Berkas %(path)s tidak dapat dibaca.", code="WIL-10", words={"path": str(path)}) from None
    if not data:
        raise Refused("Berkas ini kosong atau lebih besar dari 20 MB.", code="WIL-11")
    checked = check_regions(read_cells(data, name=path.name), source=path.name)
    if wrong := checked.table.problems:
        first = wrong[0]
        where = f"Baris {first.row}, kolom {first.column}" if first.column else f"Baris {first.row}"
        more = f" Masih ada {len(wrong) - 1} sel salah lainnya." if len(wrong) > 1 else ""
        raise Refused(
            "%(where)s: %(sentence)s Belum ada yang disimpan.%(more)s",
            code="WIL-20",
            words={"where": where, "sentence": first.sentence, "more": more},
        )
    taken = take_in(checked.regions)
    outside = f" {checked.left_out} baris di luar kantor ini dilewati." if checked.left_out else ""
    if not taken:
        return f"Tidak ada yang berubah: {len(checked.regions)} wilayah sudah sama.{outside}"
    return f"{taken} dari {len(checked.regions)} wilayah baru atau berubah.{outside}"


def own_regions() -> tuple[str, ...]:
    """The codes this office covers; ("",) for all of Indonesia.

    An office founded for several regencies (`--region "*"`) covers those of the commissions it has met. Raises Refused
    where it has met none.
    """
    own = Agency.objects.get(is_self=True)
    if own.region.isdigit():
        return (own.region,)
    if own.kind == "kpu":
        return ("",)
    met = Agency.objects.filter(kind="kpu", is_self=False).order_by("region").values_list("region", flat=True)
    found = tuple(region for region in met if region.isdigit())
    if not found:
        raise Refused(
            "Wilayah kantor ini mengikuti KPU mitranya, dan belum ada KPU yang terhubung. Hubungkan dahulu.",
            code="WIL-21",
        )
    return found


def check_regions(cells: Cells, *, source: str) -> Checked:
    """Compare a file with its columns and with what this office covers. Raises Refused for the file as a whole."""
    own = own_regions()
    table = table_of(cells, REGION_COLUMNS)
    mine, elsewhere = [], set()
    for row in table.rows:
        code = _code(row)
        if code and not any(code.startswith(region) or region.startswith(code) for region in own):
            elsewhere.add(row.number)
        else:
            mine.append(row)
    # A wrong cell in a row of another office is none of this office's business.
    table.problems = [problem for problem in table.problems if problem.row not in elsewhere]
    if not any(_code(row).startswith(own) for row in mine) and not table.problems:
        raise Refused(
            "Berkas ini tidak berisi wilayah kantor ini (%(own)s).", code="WIL-22", words={"own": ", ".join(own)}
        )
    regions = _regions(table, mine, source=f"Daftar wilayah dari {source}"[:200])
    table.problems.sort(key=lambda problem: (problem.row, problem.position or 0))
    return Checked(table=table, regions=regions, left_out=len(elsewhere))


def take_in(regions: Iterable[Region]) -> int:
    """Add or update these regions and draw the areas anew; how many regions are new or say something else now.

    A point this office knows stays where the file has none; a level above villages without one gets their middle.
    """
    given = {region.code: region for region in regions}
    known = Region.objects.in_bulk(list(given))
    points = _village_points(given)
    inside: dict[str, list[tuple[float, float]]] = {}
    for code, point in points.items():
        for length in (2, 4, 6):
            inside.setdefault(code[:length], []).append(point)
    for code, region in given.items():
        old = known.get(code)
        if region.lat is None and old is not None and old.lat is not None:
            region.lat, region.lon = old.lat, old.lon
        elif region.lat is None and code in inside:
            region.lat = round(sum(lat for lat, _ in inside[code]) / len(inside[code]), 4)
            region.lon = round(sum(lon for _, lon in inside[code]) / len(inside[code]), 4)
    # Only what says something else: where a row came from is no news of its own.
    news = [region for region in given.values() if _said(region) != _said(known.get(region.code))]
    if not news:
        return 0
    drawn: dict[str, str] = {}
    for province in sorted({region.code[:2] for region in news}):
        drawn |= _drawn(tuple(sorted((code, *point) for code, point in points.items() if code.startswith(province))))

    def task() -> int:
        changed = keep_regions(news)
        # Real boundaries that were imported stay; so does what was erased meanwhile.
        drawable = set(Region.objects.exclude(area_kind=Region.Area.IMPORTED).values_list("code", flat=True))
        keep_areas({code: area for code, area in drawn.items() if code in drawable}, Region.Area.DRAWN)
        return changed

    return run(task)


def _regions(table: Table, rows: list[Row], *, source: str) -> list[Region]:
    """The regions the rows name, those above them included; problems are added to the table."""
    found: dict[str, Region] = {}
    named_in: dict[str, int] = {}
    own_row: dict[str, int] = {}

    def name(row: Row, code: str, column: str) -> None:
        said = row.values[column] or (row.values[level(code)] if column == "name" else None)
        if not said:
            return
        region = found.setdefault(code, _region(code, str(said), source))
        first = named_in.setdefault(code, row.number)
        if region.name != said:
            where = column if row.values[column] else level(code)
            pattern = "Kode %(code)s sudah bernama %(name)s di baris %(earlier)s."
            table.add(row.number, where, "two_names", pattern, code=code, name=region.name, earlier=first)

    for row in rows:
        code = _code(row)
        if not code:
            continue
        earlier = own_row.setdefault(code, row.number)
        if earlier != row.number:
            table.add(row.number, "code", "twice", "Sudah ada di baris %(earlier)s.", earlier=earlier)
            continue
        name(row, code, "name")
        if code not in found:
            table.add(row.number, level(code), "empty", "Nama wilayah ini wajib diisi.")
            continue
        _place(table, row, found[code])
        for length in (6, 4, 2):
            if length < len(code):
                name(row, code[:length], level(code[:length]))
    missing = {code[:length] for code in found for length in (6, 4, 2) if length < len(code)} - found.keys()
    missing -= set(Region.objects.filter(code__in=missing).values_list("code", flat=True))
    for code in sorted(missing):
        first_row = min(number for below, number in own_row.items() if below.startswith(code))
        pattern = "Wilayah %(code)s di atasnya belum bernama, di berkas ini maupun di kantor ini."
        table.add(first_row, level(code), "above", pattern, code=code)
    return [found[code] for code in sorted(found)]


def _place(table: Table, row: Row, region: Region) -> None:
    lat, lon = row.values["lat"], row.values["lon"]
    wrong = {(problem.row, problem.column) for problem in table.problems if problem.row == row.number}
    if isinstance(lat, Decimal) and isinstance(lon, Decimal):
        region.lat, region.lon = round(float(lat), 6), round(float(lon), 6)
    else:
        check_point(table, row, wrong)


def _region(code: str, name: str, source: str) -> Region:
    return Region(code=code, name=name, level=level(code), parent=code[: ABOVE.get(len(code), 0)], source=source)


def _code(row: Row) -> str:
    return str(row.values["code"] or "").replace(".", "")


def _said(region: Region | None) -> Any:
    return None if region is None else (region.name, region.parent, region.lat, region.lon)


def _village_points(given: dict[str, Region]) -> dict[str, tuple[float, float]]:
    """Where every village stands once `given` is taken in."""
    known = Region.objects.filter(level="village", lat__isnull=False).values_list("code", "lat", "lon")
    points = {code: (lat, lon) for code, lat, lon in known if lat is not None and lon is not None}
    for region in given.values():
        if region.level == "village" and region.lat is not None and region.lon is not None:
            points[region.code] = (region.lat, region.lon)
    return points


@lru_cache(maxsize=4)
def _drawn(villages: tuple[tuple[str, float, float], ...]) -> dict[str, str]:
    """Areas by code. Kept, because drawing takes the time and an office's villages rarely change."""
    drawn = areas.draw({code: (lat, lon) for code, lat, lon in villages})
    return {code: areas.as_geojson(area) for code, area in drawn.items()}
