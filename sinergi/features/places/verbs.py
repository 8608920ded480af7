"""Verbs of places: taking in boundaries from a file."""

from __future__ import annotations

from pathlib import Path

from sinergi.features.places import boundaries
from sinergi.kernel.caller import caller_path
from sinergi.kernel.errors import Refused


def import_(argv: list[str], data: Path) -> int:
    """`sinergi import boundaries FILE`: real boundaries replace the drawn areas, all or nothing."""
    if argv[:1] != ["boundaries"]:
        raise Refused("Pakai: sinergi import boundaries BERKAS.geojson", code="WIL-20")
    return boundaries.run([str(caller_path(word)) for word in argv[1:]])
