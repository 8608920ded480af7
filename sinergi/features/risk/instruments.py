"""The instruments by which places are scored, as they lie in this folder: versioned data with their source."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal

import msgspec
from django.utils.translation import get_language

from sinergi.kernel.errors import Refused


class Indicator(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing that is looked at. Weight 0: told beside the score and not part of it."""

    code: str
    name: str
    name_en: str
    weight: int = 1

    @property
    def title(self) -> str:
        """Its name in the reader's language."""
        return self.name_en if get_language() == "en" else self.name


class Dimension(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Indicators that belong together."""

    code: str
    name: str
    name_en: str
    indicators: tuple[Indicator, ...]

    @property
    def title(self) -> str:
        """Its name in the reader's language."""
        return self.name_en if get_language() == "en" else self.name


class Instrument(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One version of an instrument: who scores with it, which places, on which scale, and where it comes from.

    `law` is the legal source, `source` where the list was published, `weights` where the weights come from.
    """

    code: str
    version: str
    name: str
    name_en: str
    short: str
    side: Literal["kpu", "police"]
    level: Literal["station", "regency"]
    scale: Literal["yes_no", "hundred"]
    since: str
    law: str
    source: str
    weights: str
    dimensions: tuple[Dimension, ...]

    @property
    def id(self) -> str:
        """Code and version, as facts name it."""
        return f"{self.code}@{self.version}"

    @property
    def title(self) -> str:
        """Its name in the reader's language."""
        return self.name_en if get_language() == "en" else self.name

    @property
    def indicators(self) -> tuple[Indicator, ...]:
        """All of them, in the order in which values are stated."""
        return tuple(indicator for dimension in self.dimensions for indicator in dimension.indicators)

    @property
    def digits(self) -> int:
        """How long the code of a place is that it scores."""
        return 13 if self.level == "station" else 4


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """What a newer version of an instrument looks at that the older did not, no longer looks at, or weighs anew."""

    added: tuple[Indicator, ...]
    removed: tuple[Indicator, ...]
    weighed: tuple[Indicator, ...]


@cache
def instruments() -> dict[str, Instrument]:
    """Every version of every instrument by its id; versions of one instrument stand in order of their day."""
    read = msgspec.json.decode((Path(__file__).parent / "instruments.json").read_bytes(), type=list[Instrument])
    return {one.id: one for one in sorted(read, key=lambda one: (one.code, one.since))}


def instrument(id: str) -> Instrument:
    """The instrument called `id`. Raises Refused for another word."""
    try:
        return instruments()[id]
    except KeyError:
        raise Refused("Instrumen ini tidak dikenal di versi ini.", code="RAW-01", field="instrument") from None


def newest() -> dict[str, Instrument]:
    """The newest version of each instrument, by its code."""
    return {one.code: one for one in instruments().values()}


def before(newer: Instrument) -> Instrument | None:
    """The version that `newer` replaces, if there is one."""
    older = [one for one in instruments().values() if one.code == newer.code and one.since < newer.since]
    return older[-1] if older else None


def difference(older: Instrument, newer: Instrument) -> Difference:
    """What changed from `older` to `newer`, by the codes of indicators."""
    old = {indicator.code: indicator for indicator in older.indicators}
    new = {indicator.code: indicator for indicator in newer.indicators}
    return Difference(
        added=tuple(one for code, one in new.items() if code not in old),
        removed=tuple(one for code, one in old.items() if code not in new),
        weighed=tuple(one for code, one in new.items() if code in old and old[code].weight != one.weight),
    )
