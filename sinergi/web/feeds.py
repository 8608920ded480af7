"""Calendars that other programs subscribe to (iCalendar, RFC 5545): what features have with a day or an hour.

A feed leaves the office: a phone's maker may read it. So features give codes and the names of duties, never free words
about activities, people or places.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import icalendar
import msgspec

if TYPE_CHECKING:
    from sinergi.access.models import User

# Calendar programs ask again by themselves; more often helps nobody (RFC 7986 5.7).
REFRESH = timedelta(hours=6)


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One thing in a calendar. Whole days: `starts` and `ends` are days, both inclusive; else instants.

    `name` is the same for the same thing for ever, so that a moved one moves in people's calendars. `path` is the
    address of its page on this node.
    """

    name: str
    title: str
    starts: date | datetime
    ends: date | datetime
    path: str = ""
    exercise: bool = False


# `source(user, agreement, at)`: what this person may see of one agreement.
Source = Callable[["User", str, datetime], list[Entry]]
_sources: list[Source] = []


def register(source: Source) -> None:
    """Ask `source` for entries. Twice changes nothing."""
    if source not in _sources:
        _sources.append(source)


def entries(user: User, agreement: str, at: datetime) -> list[Entry]:
    """Everything with a day that this person may see of one agreement."""
    return [entry for source in _sources for entry in source(user, agreement, at)]


def written(found: list[Entry], *, name: str, host: str, base: str, at: datetime) -> bytes:
    """The iCalendar file; `base` is this node's address, put before the path of each entry."""
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//Sinergi//ID")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    for entry in {entry.name: entry for entry in found}.values():
        event = icalendar.Event()
        event.add("uid", f"{entry.name}@{host}")
        event.add("dtstamp", at)
        event.add("summary", f"LATIHAN · {entry.title}" if entry.exercise else entry.title)
        event.add("dtstart", entry.starts)
        # The end of whole days is the day after (RFC 5545 3.6.1).
        event.add("dtend", entry.ends if isinstance(entry.ends, datetime) else entry.ends + timedelta(days=1))
        event.add("transp", "OPAQUE" if isinstance(entry.starts, datetime) else "TRANSPARENT")
        if entry.path:
            event.add("url", base + entry.path)
        calendar.add_component(event)
    return bytes(calendar.to_ical())
