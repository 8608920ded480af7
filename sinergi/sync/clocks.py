"""How far partners' clocks are from ours, as each of their signed requests tells. For people; no verdict rests on it.

Kept in memory only: within a minute of a start every partner has asked again.
"""

from __future__ import annotations

# Offices whose clocks are kept by the network differ by less; a request is never this long on its way.
TOLERATED_S = 120

_ahead: dict[str, int] = {}


def note(agency: str, stated: int, here: int) -> None:
    """A fresh request of `agency` says that it is `stated` there, in seconds since 1970, while it is `here` with us."""
    _ahead[agency] = stated - here


def ahead(agency: str) -> int:
    """By how many seconds the partner's clock is ahead of ours (behind: negative); 0 while that is tolerated."""
    seconds = _ahead.get(agency, 0)
    return seconds if abs(seconds) > TOLERATED_S else 0
