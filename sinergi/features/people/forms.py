"""The shapes of uploaded units and officers. Saves nothing."""

from __future__ import annotations

from collections.abc import Container
from typing import Any, get_args

import msgspec
from django import forms
from django.utils.translation import gettext_lazy as _

from sinergi.features.people.events import OfficerRow, UnitLevel, UnitRow
from sinergi.sheets import Cells, Column, Kind, Table, table_of
from sinergi.sheets.forbidden import identity_number_in
from sinergi.web.forms import table_file

UNITS, OFFICERS = "satuan", "personel"
SUBJECTS = [(UNITS, _("Satuan")), (OFFICERS, _("Personel"))]

UNIT_COLUMNS = (
    Column(
        name="code", label="Kode satuan", required=True, unique=True, longest=40, also=("kode",), example="CONTOH-1"
    ),
    Column(
        name="name", label="Nama satuan", required=True, longest=100, also=("satuan", "nama"), example="Polsek Contoh"
    ),
    Column(
        name="level",
        label="Tingkat",
        required=True,
        choices=get_args(UnitLevel),
        example="polsek",
        hint="polda, brimob, dan mabes bertugas sebagai BKO.",
    ),
    Column(
        name="regency",
        label="Kode kabupaten",
        kind=Kind.CODE,
        digits=4,
        pattern=r"[1-9][0-9]{3}",
        example="1203",
        hint="Tempat satuan bertugas; kosong untuk polda, brimob, mabes.",
    ),
    Column(name="lat", label="Lintang", kind=Kind.DECIMAL, least=-12, most=7, required=True, example="1.418293"),
    Column(name="lon", label="Bujur", kind=Kind.DECIMAL, least=94, most=142, required=True, example="99.145966"),
    Column(
        name="officers",
        label="Personel",
        kind=Kind.INTEGER,
        least=0,
        most=100_000,
        required=True,
        also=("jumlah_personel",),
        example="30",
    ),
    Column(
        name="reserve",
        label="Cadangan",
        kind=Kind.INTEGER,
        least=0,
        most=100_000,
        example="4",
        hint="Bagian dari personel yang tetap di markas.",
    ),
)
OFFICER_COLUMNS = (
    Column(name="code", label="NRP", kind=Kind.CODE, digits=8, required=True, unique=True, example="00000000"),
    Column(name="name", label="Nama", required=True, longest=100, example="Nama Contoh"),
    Column(name="rank", label="Pangkat", required=True, longest=40, example="BRIPKA"),
    Column(name="unit", label="Kode satuan", required=True, longest=40, example="CONTOH-1"),
    Column(name="sex", label="L/P", required=True, choices=("L", "P"), also=("jenis_kelamin",), example="L"),
    Column(name="age", label="Umur", kind=Kind.INTEGER, least=17, most=70, required=True, also=("usia",), example="34"),
    Column(
        name="fit",
        label="Sehat untuk tugas",
        kind=Kind.BOOLEAN,
        required=True,
        also=("sehat",),
        example="ya",
        hint="Hasil pemeriksaan saja: ya atau tidak; tanpa nama penyakit.",
    ),
    Column(
        name="home",
        label="Kode desa tempat tinggal",
        kind=Kind.CODE,
        digits=10,
        also=("desa_asal", "kode_desa"),
        example="1203011001",
        hint="Personel tidak menjaga desanya sendiri.",
    ),
    Column(name="training", label="Pelatihan", longest=200, example="Pam TPS 2024"),
    Column(name="hours_worked", label="Jam tugas berjalan", kind=Kind.INTEGER, least=0, most=1000, example="0"),
    Column(name="rested_hours", label="Jam istirahat", kind=Kind.INTEGER, least=0, most=10_000, example="12"),
    Column(name="phone", label="Telepon dinas", longest=30, example="0812000000"),
)


class Upload(forms.Form):
    """A file, and what it holds."""

    subject = forms.ChoiceField(label=_("Isi berkas"), choices=SUBJECTS)
    file = table_file()


class Checked(msgspec.Struct, kw_only=True):
    """An uploaded table as units or officers; nothing may be noted while the table has problems."""

    table: Table
    units: list[UnitRow]
    officers: list[OfficerRow]

    @property
    def count(self) -> int:
        """How many rows it tells."""
        return len(self.units) + len(self.officers)


def check_units(cells: Cells) -> Checked:
    """Compare `cells` with the columns of units. Raises Unreadable where the file is refused as a whole."""
    table = table_of(cells, UNIT_COLUMNS)
    rows = []
    for row in table.rows:
        said: dict[str, Any] = row.values
        if not said["regency"] and said["level"] in ("polsek", "polres"):
            table.add(row.number, "regency", "regency", "Isi kabupaten tempat satuan ini bertugas.")
        if None not in (said["reserve"], said["officers"]) and said["reserve"] > said["officers"]:
            table.add(row.number, "reserve", "reserve", "Cadangan lebih banyak dari personel.")
        if None not in [said[name] for name in ("code", "name", "level", "lat", "lon", "officers")]:
            point = {f"{name}_e6": round(said[name] * 1_000_000) for name in ("lat", "lon")}
            rows.append(
                UnitRow(
                    code=said["code"],
                    name=said["name"],
                    level=said["level"],
                    regency=said["regency"] or "",
                    **point,
                    officers=said["officers"],
                    reserve=said["reserve"] or 0,
                )
            )
    _in_order(table)
    return Checked(table=table, units=rows, officers=[])


def check_officers(cells: Cells, units: Container[str]) -> Checked:
    """Compare `cells` with the columns of officers; `units` are the codes of the units in force."""
    table = table_of(cells, OFFICER_COLUMNS)
    rows = []
    for row in table.rows:
        said: dict[str, Any] = row.values
        if said["unit"] is not None and said["unit"] not in units:
            table.add(
                row.number, "unit", "unknown", "Satuan %(unit)s tidak ada dalam daftar satuan.", unit=said["unit"]
            )
        for name in ("name", "rank", "training", "phone"):
            if said[name] and identity_number_in(said[name]):
                table.add(row.number, name, "identity", "Ada 16 angka seperti NIK. Hapus angka itu.")
        if None not in [said[name] for name in ("code", "name", "rank", "unit", "sex", "age", "fit")]:
            words: dict[str, Any] = {name: said[name] or "" for name in ("home", "training", "phone")}
            same = {name: said[name] for name in ("code", "name", "rank", "unit", "sex", "age", "fit", "rested_hours")}
            rows.append(OfficerRow(**same, **words, hours_worked=said["hours_worked"] or 0))
    _in_order(table)
    return Checked(table=table, units=[], officers=rows)


def _in_order(table: Table) -> None:
    table.problems.sort(key=lambda problem: (problem.row, problem.position or 0))
