"""When something that is kept of people may go. Pure: what is held and how late it is are passed in."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

import msgspec

from sinergi.kernel.errors import Refused

SCHEDULE = Path(__file__).with_name("schedule.json")
# In place of an agreement: the whole office.
EVERYTHING = ""
SHORTEST_REASON = 10

Since = Literal["seen", "used", "expired", "happened", "replaced", "over"]


class Term(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One row of the schedule: `days` after `since` it goes; None: an archive of the state, never by itself.

    `evidence`: it may prove something, so it stays while anything is disputed. `kinds`: whose records' words it is.
    """

    code: str
    days: int | None
    since: Since
    evidence: bool
    basis: str
    kinds: tuple[str, ...] = ()


class Schedule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The retention schedule of a release, as data."""

    version: str
    terms: tuple[Term, ...]


def schedule() -> Schedule:
    """The schedule of this release."""
    return msgspec.json.decode(SCHEDULE.read_bytes(), type=Schedule)


def may_go(term: Term, since: datetime | None, agreement: str | None, *, now: datetime, held: Collection[str]) -> bool:
    """Whether one thing of this row may be erased: `since` its term runs (None: it does not yet).

    `agreement` it is under; None where it may concern any. `held`: agreements disputed or held back by somebody, or
    EVERYTHING.
    """
    if term.days is None or since is None or EVERYTHING in held:
        return False
    if term.evidence and (agreement in held or (agreement is None and held)):
        return False
    return since + timedelta(days=term.days) <= now


def hold(*, reason: str, is_held: bool) -> str:
    """The reason for holding something back, or Refused."""
    words = " ".join(reason.split())
    if is_held:
        raise Refused("Ini sudah ditahan.", code="RET-01", field="agreement")
    if len(words) < SHORTEST_REASON:
        raise Refused(
            "Tulis mengapa ditahan, misalnya nomor perkara atau surat pemeriksaan.", code="RET-02", field="reason"
        )
    return words
