"""Verbs of places: taking in regions and boundaries from a file."""

from __future__ import annotations

import argparse
from pathlib import Path

from sinergi.features.places.boundaries import import_boundaries
from sinergi.features.places.regions import import_regions
from sinergi.kernel.caller import caller_path

IMPORTS = {"regions": import_regions, "boundaries": import_boundaries}


def import_(argv: list[str], data: Path) -> int:
    """`sinergi import regions FILE` and `sinergi import boundaries FILE`: all or nothing."""
    parser = argparse.ArgumentParser(
        prog="sinergi import",
        description="Take in this office's regions, or real boundaries in place of the drawn areas; all or nothing.",
    )
    parser.add_argument("what", choices=list(IMPORTS))
    parser.add_argument(
        "file",
        help="regions: CSV or XLSX with `code` and `name`, or with `code`, `province`, `regency`, `district`, `village`"
        " and `lat`, `lon` if known; boundaries: GeoJSON in WGS 84, each area with the region's code in `code`",
    )
    asked = parser.parse_args(argv)
    print(IMPORTS[asked.what](caller_path(asked.file)))
    return 0
