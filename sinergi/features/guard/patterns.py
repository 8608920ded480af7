"""Guard patterns that were published, to start from: three named numbers per class, with where they come from."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import msgspec


class Published(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Of one class: `police` officers and `linmas` civil guards at a post for at most `stations` stations."""

    level: str
    police: int
    stations: int
    linmas: int


class PatternSet(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The patterns of one place and election."""

    code: str
    name: str
    source: str
    patterns: tuple[Published, ...]


class Shelf(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Every set, and the law under which the police fix such numbers."""

    law: str
    sets: tuple[PatternSet, ...]


@cache
def shelf() -> Shelf:
    """What lies in this folder."""
    return msgspec.json.decode((Path(__file__).parent / "patterns.json").read_bytes(), type=Shelf)
