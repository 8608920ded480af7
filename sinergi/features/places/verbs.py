"""Verbs of places: taking in regions and boundaries from a file."""

from __future__ import annotations

from pathlib import Path

from sinergi.features.places.boundaries import import_boundaries
from sinergi.features.places.regions import import_regions
from sinergi.kernel.arguments import Arguments
from sinergi.kernel.caller import caller_path

IMPORTS = {"regions": import_regions, "boundaries": import_boundaries}


def import_(argv: list[str], data: Path) -> int:
    """`sinergi import regions FILE` and `sinergi import boundaries FILE`: all or nothing."""
    parser = Arguments(
        prog="sinergi import",
        description="Ambil wilayah kantor ini, atau batas sebenarnya pengganti area gambar; semua atau tidak ada.",
    )
    parser.add_argument("what", choices=list(IMPORTS))
    parser.add_argument(
        "file",
        help="regions: CSV/XLSX berisi `code` dan `name`, atau `code`, `province`, `regency`, `district`, `village`"
        " serta `lat`, `lon` bila diketahui; boundaries: GeoJSON WGS 84, tiap area memuat kode wilayah di `code`",
    )
    asked = parser.parse_args(argv)
    print(IMPORTS[asked.what](caller_path(asked.file)))
    return 0
