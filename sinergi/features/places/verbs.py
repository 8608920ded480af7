"""Verbs of places: taking in boundaries from a file."""

from __future__ import annotations

import argparse
from pathlib import Path

from sinergi.features.places.boundaries import import_boundaries
from sinergi.kernel.caller import caller_path


def import_(argv: list[str], data: Path) -> int:
    """`sinergi import boundaries FILE`: real boundaries replace the drawn areas, all or nothing."""
    parser = argparse.ArgumentParser(prog="sinergi import", description="Take in real boundaries, all or nothing.")
    parser.add_argument("what", choices=["boundaries"])
    parser.add_argument("file", help="GeoJSON in WGS 84, each area with the Interior Ministry's code in `code`")
    print(import_boundaries(caller_path(parser.parse_args(argv).file)))
    return 0
