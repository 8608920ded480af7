"""Polling stations for devices and partner systems."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from sinergi.features.places import public as places
from sinergi.web.api import MOST_PER_PAGE, Call, Route


class StationQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which stations to list. `region`: code of any level; `after`: `next` of the page before."""

    region: Annotated[str, Meta(pattern=r"^[0-9]{0,13}$")] = ""
    after: Annotated[str, Meta(pattern=r"^[0-9]{0,13}$")] = ""
    limit: Annotated[int, Meta(ge=1, le=MOST_PER_PAGE)] = 100


class StationPage(msgspec.Struct, frozen=True, kw_only=True):
    """Polling stations in force by code; `next` continues after them and is empty on the last page."""

    stations: list[places.StationInfo]
    next: str


def station_list(call: Call) -> StationPage:
    """The polling stations in force that this person may see, by code."""
    asked: StationQuery = call.query()
    found = places.stations_in(asked.region, user=call.user)
    if asked.after:
        found = [station for station in found if station.code > asked.after]
    page = found[: asked.limit]
    return StationPage(stations=page, next=page[-1].code if len(found) > len(page) else "")


ROUTES = (
    Route(
        method="GET",
        path="api/places/stations",
        name="api-stations",
        permission="places.read",
        view=station_list,
        answer=StationPage,
        query=StationQuery,
        summary="The polling stations in force that this person may see, by code.",
    ),
)
