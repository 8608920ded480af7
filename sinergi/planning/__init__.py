"""Security plans from tables: pure optimisation with proven bounds, without database, network or Django.

    stations = read_stations(path.read_bytes(), path.name)
    posts = group_posts(stations, patterns, "village", Limits(rounds=3))
    sent = assign_units(posts_of(stations, posts), units)
    by_name = assign_officers(posts_of(stations, posts), units, officers, Duty(), village_middles(stations))
    files = certify(stations, units, posts, sent, grouping="village", limits=Limits(rounds=3), inputs=tables)

    medians = capacitated_p_median(coordinates, demand, capacity, 10)

Docs: docs/planning.md (the model), docs/planning/check.py (checks a plan without any of this). Names are loaded when
they are used: the compiled loops take a second, and whoever only reads tables does not wait for them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sinergi.planning.certificate import certify, posts_of, village_middles
    from sinergi.planning.explain import Asked, WhyHere, WhyNot, WhyShort, explain
    from sinergi.planning.median import Medians, capacitated_p_median
    from sinergi.planning.model import Duty, Limits, Officers, Pattern, Pin, Stations, Units
    from sinergi.planning.officers import assign_officers
    from sinergi.planning.posts import group_posts
    from sinergi.planning.reaction import place_reaction
    from sinergi.planning.replanning import replan
    from sinergi.planning.routes import Fleet, Stops, route
    from sinergi.planning.tables import read_officers, read_patterns, read_stations, read_units
    from sinergi.planning.units import assign_units

__all__ = [
    "Asked",
    "Duty",
    "Fleet",
    "Limits",
    "Medians",
    "Officers",
    "Pattern",
    "Pin",
    "Stations",
    "Stops",
    "Units",
    "WhyHere",
    "WhyNot",
    "WhyShort",
    "assign_officers",
    "assign_units",
    "capacitated_p_median",
    "certify",
    "explain",
    "group_posts",
    "place_reaction",
    "posts_of",
    "read_officers",
    "read_patterns",
    "read_stations",
    "read_units",
    "replan",
    "route",
    "village_middles",
]

_MODULES = (
    "model",
    "tables",
    "posts",
    "units",
    "officers",
    "reaction",
    "replanning",
    "routes",
    "explain",
    "certificate",
    "median",
)


def __getattr__(name: str) -> Any:
    if name in __all__:
        for module in _MODULES:
            found = getattr(import_module(f"{__name__}.{module}"), name, None)
            if found is not None:
                return found
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
