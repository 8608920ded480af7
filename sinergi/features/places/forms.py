"""The shape of an uploaded station list, and what is doubtful in it. Saves nothing."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Container, Mapping
from decimal import Decimal
from typing import Any

import msgspec
from django import forms
from django.utils.translation import gettext_lazy as _

from sinergi.features.places import areas, rules
from sinergi.features.places.events import StationRow
from sinergi.sheets import Cells, Column, Kind, Row, Table, table_of
from sinergi.web.forms import table_file

# Where something stands; both or neither.
POINT_COLUMNS = (
    Column(
        name="lat",
        label="Lintang",
        kind=Kind.DECIMAL,
        least=-12,
        most=7,
        also=("latitude", "lintang_desimal"),
        example="1.418293",
        hint="Derajat desimal WGS 84; selatan negatif.",
    ),
    Column(
        name="lon",
        label="Bujur",
        kind=Kind.DECIMAL,
        least=94,
        most=142,
        also=("longitude", "long", "lng", "bujur_desimal"),
        example="99.145966",
        hint="Derajat desimal WGS 84.",
    ),
)

STATION_COLUMNS = (
    Column(
        name="code",
        label="Kode TPS",
        kind=Kind.CODE,
        digits=13,
        pattern=r"[1-9][0-9]{12}",
        required=True,
        unique=True,
        also=("tps_code", "kode", "station_code"),
        example="1203011001999",
        hint="Kode desa 10 angka diikuti nomor TPS 3 angka.",
    ),
    Column(
        name="village_code",
        label="Kode desa",
        kind=Kind.CODE,
        digits=10,
        also=("kode_kelurahan", "kode_desa_kelurahan"),
        example="1203011001",
        hint="Harus sama dengan 10 angka pertama kode TPS.",
    ),
    Column(
        name="number",
        label="Nomor TPS",
        kind=Kind.INTEGER,
        least=1,
        most=999,
        also=("tps_no", "no_tps", "nomor"),
        example="999",
    ),
    Column(
        name="address",
        label="Alamat",
        also=("address", "alamat_tps", "lokasi", "lokasi_tps"),
        example="SDN contoh, Jalan Contoh 1",
        hint="Tempat TPS berdiri, tanpa nama orang.",
    ),
    *POINT_COLUMNS,
    Column(
        name="voters",
        label="Pemilih",
        kind=Kind.INTEGER,
        least=0,
        most=2000,
        also=("jumlah_pemilih", "total_pemilih", "dpt", "pemilih_l_p"),
        example="250",
        hint="Jumlah orang dalam DPT, bukan nama. Jumlah 1 sampai 4 tidak ikut diterbitkan.",
    ),
    Column(
        name="voters_male",
        label="Pemilih laki-laki",
        kind=Kind.INTEGER,
        least=0,
        most=2000,
        also=("l", "laki_laki", "pemilih_l", "male"),
        example="120",
    ),
    Column(
        name="voters_female",
        label="Pemilih perempuan",
        kind=Kind.INTEGER,
        least=0,
        most=2000,
        also=("p", "perempuan", "pemilih_p", "female"),
        example="130",
    ),
    Column(
        name="is_special",
        label="Lokasi khusus",
        kind=Kind.BOOLEAN,
        also=("khusus", "loksus", "special"),
        example="tidak",
        hint="Rutan, lapas, pesantren, perkebunan, dan sejenisnya.",
    ),
    Column(
        name="no_signal",
        label="Tanpa sinyal",
        kind=Kind.BOOLEAN,
        also=("blank_spot", "blankspot", "tidak_ada_sinyal"),
        example="tidak",
    ),
)


class Upload(forms.Form):
    """A file, and the agreement under which its list is to be published."""

    agreement = forms.ChoiceField(label=_("Perjanjian"))
    file = table_file()

    def __init__(self, *given: Any, agreements: list[tuple[str, str]], **more: Any) -> None:
        super().__init__(*given, **more)
        self.fields["agreement"].choices = agreements  # type: ignore[attr-defined]


class RegionFile(forms.Form):
    """A file with the regions of this office."""

    file = table_file()


class Warning(msgspec.Struct, frozen=True, kw_only=True):
    """Something doubtful that does not stop publishing. `pattern % words` is the sentence; `codes` the stations."""

    code: str
    pattern: str
    words: dict[str, int | str]
    codes: tuple[str, ...] = ()


class Checked(msgspec.Struct, kw_only=True):
    """An upload compared with the regency it is for.

    `others` counts the rows of other regencies by code, with the first and last row number in the file; they block
    publishing until the person leaves them out.
    """

    table: Table
    regency: str
    rows: list[StationRow]
    others: dict[str, tuple[int, int, int]]
    warnings: list[Warning]
    left_out: int = 0

    @property
    def may_publish(self) -> bool:
        """Whether nothing stands in the way."""
        return bool(self.rows) and not self.table.problems and not self.others


def check_stations(
    cells: Cells, *, regency: str, villages: Mapping[str, str], area: str, leave_others_out: bool = False
) -> Checked:
    """Compare `cells` with the columns and with what is known of `regency`.

    `villages` are the known village codes with their names (empty: nothing is known, so nothing is compared), `area`
    the regency's GeoJSON or "". Raises Unreadable where the file as a whole is refused.
    """
    table = table_of(cells, STATION_COLUMNS)
    others, own = _others_and_own(table, regency)
    left_out = 0
    if leave_others_out and others:
        gone = {row.number for row in table.rows} - {row.number for row in own}
        left_out = len(gone)
        table.problems = [problem for problem in table.problems if problem.row not in gone]
        others = {}
    wrong = {(problem.row, problem.column) for problem in table.problems}
    rows = [_station(table, row, villages, wrong) for row in own]
    table.problems.sort(key=lambda problem: (problem.row, problem.position or 0))
    return Checked(
        table=table,
        regency=regency,
        rows=[row for row in rows if row is not None],
        others=others,
        warnings=_warnings([row for row in rows if row is not None], area),
        left_out=left_out,
    )


def _others_and_own(table: Table, regency: str) -> tuple[dict[str, tuple[int, int, int]], list[Row]]:
    numbers: dict[str, list[int]] = defaultdict(list)
    own = []
    for row in table.rows:
        code = row.values["code"]
        if isinstance(code, str) and not code.startswith(regency):
            numbers[code[:4]].append(row.number)
        else:
            own.append(row)
    return {code: (len(found), found[0], found[-1]) for code, found in sorted(numbers.items())}, own


def _station(table: Table, row: Row, villages: Mapping[str, str], wrong: set[tuple[int, str]]) -> StationRow | None:
    """The row as a station; None, with a problem beside its cell, where its values contradict each other."""
    said: dict[str, Any] = row.values
    code = said["code"]
    if code is None:
        return None
    if said["village_code"] not in (None, code[:10]):
        table.add(row.number, "village_code", "village", "Kode desa tidak sama dengan awal kode TPS.")
    if said["number"] not in (None, int(code[10:])):
        table.add(row.number, "number", "number", "Nomor TPS tidak sama dengan akhir kode TPS.")
    if villages and code[:10] not in villages:
        table.add(row.number, "code", "unknown", "Desa %(code)s tidak dikenal.", code=code[:10])
    check_point(table, row, wrong)
    voters, male, female = said["voters"], said["voters_male"], said["voters_female"]
    if voters is None and male is not None and female is not None:
        voters = male + female
    if None not in (voters, male, female) and male + female != voters:
        table.add(row.number, "voters", "sum", "Laki-laki dan perempuan berjumlah %(sum)s.", sum=male + female)
    station = StationRow(
        code=code,
        address=said["address"] or "",
        lat_e6=_e6(said["lat"]) if said["lon"] is not None else None,
        lon_e6=_e6(said["lon"]) if said["lat"] is not None else None,
        voters=voters,
        voters_male=male,
        voters_female=female,
        is_special=bool(said["is_special"]),
        no_signal=said["no_signal"],
    )
    # As it will be told: so the preview compares what is published with what would be.
    return rules.without_few(station)


def check_point(table: Table, row: Row, wrong: Container[tuple[int, str]]) -> None:
    """Say so where a row has only one of both degrees; not where the other is a cell already known as `wrong`."""
    for empty, label, other in (("lat", "Lintang", "lon"), ("lon", "Bujur", "lat")):
        if row.values[empty] is None and row.values[other] is not None and (row.number, label) not in wrong:
            table.add(row.number, empty, "half_point", "Lintang dan bujur diisi berdua.")


def _e6(degrees: Decimal | None) -> int | None:
    return None if degrees is None else int((degrees * 1_000_000).to_integral_value())


def _warnings(rows: list[StationRow], area: str) -> list[Warning]:
    found = []
    placed = [row for row in rows if row.lat_e6 is not None and row.lon_e6 is not None]
    if area:
        points = {(row.lat_e6, row.lon_e6) for row in placed}
        outside = areas.outside(area, points)
        codes = tuple(row.code for row in placed if (row.lat_e6, row.lon_e6) in outside)
        if codes:
            found.append(
                Warning(
                    code="outside",
                    pattern="%(count)s TPS berada di luar area kabupaten pada peta. Periksa titiknya.",
                    words={"count": len(codes)},
                    codes=codes,
                )
            )
    shared = Counter((row.lat_e6, row.lon_e6) for row in placed)
    together = sum(count for count in shared.values() if count > 1)
    if together:
        found.append(
            Warning(
                code="shared",
                pattern="%(count)s TPS berbagi titik dengan TPS lain; hanya ada %(points)s titik. "
                "Di peta mereka tampil sebagai satu angka.",
                words={"count": together, "points": len(shared)},
            )
        )
    if len(placed) < len(rows):
        found.append(
            Warning(
                code="no_point",
                pattern="%(count)s TPS belum punya titik dan tidak tampil di peta.",
                words={"count": len(rows) - len(placed)},
                codes=tuple(row.code for row in rows if row.lat_e6 is None),
            )
        )
    unknown = sum(row.voters is None for row in rows)
    if unknown:
        found.append(
            Warning(
                code="no_voters",
                pattern="%(count)s TPS belum berisi jumlah pemilih, jadi jumlah seluruhnya tidak dihitung.",
                words={"count": unknown},
            )
        )
    return found
