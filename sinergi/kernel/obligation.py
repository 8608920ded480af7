"""One obligation as the parties agree on it: who owes what to whom, due when, shown by what; what none can be. Pure.

Below the features, because the text of an agreement carries obligations and so does a list that is agreed on later.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import date
from typing import Literal

import msgspec

Rule = Literal["stage", "each", "recurring", "standing", "once"]
Every = Literal["day", "week", "month", "quarter", "year"]
DayKind = Literal["calendar", "working"]
Edge = Literal["starts", "ends"]
Evidence = Literal[
    "dataset",
    "letter",
    "answer",
    "plan",
    "roster",
    "list",
    "log",
    "minutes",
    "attendance",
    "report",
    "handover",
    "input",
]

MOST_ITEMS = 80
MOST_DUES = 6
MOST_DAYS = 24
FARTHEST_DAY = 1500
LONGEST_HOURS = 24 * 60
LONGEST_TITLE = 160
MOST_ARTICLES = 40
CODE = re.compile(r"[A-Z]-[0-9]{2}")
# What a due rule names stands in what can never be erased: a code, and no words.
_NAMED = re.compile(r"[a-z][a-z0-9_.-]{0,39}")


class Due(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, gc=False):
    """One due rule.

    stage: at each of `days` (calendar or working; negative before, positive after) from the edge of a stage.
    each: for every happening of the kind `trigger`, `hours` or `days[0]` after it, or (negative) before what it is
    about.
    recurring: once in every `every`, from `from_day` to `until_day` counted from polling day where given; of several
    recurring rules of one obligation the later in the list replaces the earlier on the days that both cover.
    standing: always; it has no date.
    once: on the day `on`; decided at a meeting, never part of a list.
    """

    rule: Rule
    stage: str = ""
    edge: Edge = "starts"
    days: list[int] = []
    kind: DayKind = "calendar"
    trigger: str = ""
    hours: int = 0
    every: Every | None = None
    from_day: int | None = None
    until_day: int | None = None
    on: date | None = None


class Item(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One obligation: its code (D-02), article and clause, who owes it to whom (agency ids), its due rules."""

    code: str
    article: int
    debtors: list[str]
    creditors: list[str]
    dues: list[Due]
    evidence: Evidence
    clause: int | None = None


def items_flaw(items: Sequence[Item], parties: Collection[str]) -> str:
    """What no honest form gives as a list of obligations between `parties` (agency ids), or nothing."""
    codes = [item.code for item in items]
    if len(codes) > MOST_ITEMS or len(set(codes)) != len(codes):
        return "its codes are too many or twice the same"
    if any(due.rule == "once" for item in items for due in item.dues):
        return "a list has no day of its own"
    return next((wrong for item in items if (wrong := item_flaw(item, parties))), "")


def item_flaw(item: Item, parties: Collection[str]) -> str:
    """The sentence for an impossible obligation, or nothing."""
    if not CODE.fullmatch(item.code):
        return "Kode kewajiban ditulis satu huruf besar, tanda hubung, dan dua angka, misalnya D-02."
    if not 1 <= item.article <= MOST_ARTICLES or not (item.clause is None or 1 <= item.clause <= 99):
        return "Kewajiban harus menunjuk pasal dan ayat yang ada."
    if not item.debtors or not item.creditors or not {*item.debtors, *item.creditors} <= set(parties):
        return "Yang wajib dan yang berhak harus pihak dalam perjanjian ini."
    if any(len(set(bound)) != len(bound) for bound in (item.debtors, item.creditors)):
        return "Yang wajib dan yang berhak disebut satu kali."
    if item.debtors == item.creditors and len(item.debtors) == 1:
        return "Satu pihak tidak dapat berkewajiban kepada dirinya sendiri."
    if not 0 < len(item.dues) <= MOST_DUES:
        return "Tentukan kapan kewajiban ini jatuh tempo."
    return next((wrong for due in item.dues if (wrong := due_flaw(due))), "")


def due_flaw(due: Due) -> str:
    """The sentence for an impossible due rule, or nothing."""
    if any(abs(day) > FARTHEST_DAY for day in due.days) or len(due.days) > MOST_DAYS:
        return "Jumlah hari paling banyak 1.500, dan paling banyak 24 tenggat dalam satu aturan."
    if len(set(due.days)) != len(due.days):
        return "Hari yang sama disebut dua kali."
    if due.rule == "stage" and (
        not _NAMED.fullmatch(due.stage) or not due.days or due.trigger or due.hours or due.every
    ):
        return "Tenggat menurut tahapan butuh nama tahapan dan jumlah hari."
    if due.rule == "each":
        counts = bool(due.hours) + len(due.days)
        if not _NAMED.fullmatch(due.trigger) or due.stage or due.every or counts != 1:
            return "Tenggat menurut kejadian butuh satu jumlah hari atau satu jumlah jam."
        if not 0 <= due.hours <= LONGEST_HOURS:
            return "Jumlah jam paling banyak 1.440."
    if due.rule == "recurring":
        if due.every is None or due.stage or due.trigger or due.hours or due.days:
            return "Tenggat berkala butuh jangkanya: hari, pekan, bulan, triwulan, atau tahun."
        edges = [day for day in (due.from_day, due.until_day) if day is not None]
        if any(abs(day) > FARTHEST_DAY for day in edges) or (len(edges) == 2 and edges[0] > edges[1]):
            return "Awal tenggat berkala harus sebelum akhirnya."
    if (due.rule == "once") != (due.on is not None):
        return "Tindak lanjut butuh satu hari jatuh tempo."
    if due.rule in ("standing", "once") and (due.stage or due.trigger or due.hours or due.days or due.every):
        return "Kewajiban sepanjang masa tidak punya tanggal."
    return ""
