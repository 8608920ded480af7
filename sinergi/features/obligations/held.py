"""Which list of obligations holds under an agreement: signed with its text or an addendum, or agreed on by itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import msgspec

from sinergi.features.agreement import public as agreements
from sinergi.features.obligations import rules
from sinergi.features.obligations.models import ObligationList
from sinergi.kernel.obligation import Item


class SignedList(msgspec.Struct, frozen=True, kw_only=True):
    """Obligations that were signed with a text; `key` is that text's. `begun`: since when each counts, by code."""

    key: str
    counts_from: date
    began: date
    begun: dict[str, date]
    obliges: list[Item]
    titles: dict[str, str] | None

    def items(self) -> list[Item]:
        """The obligations, in the order of the text."""
        return self.obliges

    def since(self, code: str) -> date:
        """The day from which the obligation counts; of what a meeting decided, the first of all."""
        return self.begun.get(code, self.began)


Held = ObligationList | SignedList


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """An obligation as one list or minutes (`source`, its key) had it, on the days from `since` to before `before`."""

    item: Item
    source: str
    since: date
    before: date


def earlier(chain: Sequence[Held]) -> dict[str, list[Part]]:
    """What lists that hold no more obliged to, by code, on the days for which no later one counts. Pure.

    What fell due under a list stays due: a later one, agreed on or signed, changes only the days from which it counts.
    """
    found: dict[str, list[Part]] = {}
    codes = {row.key: {item.code for item in row.items()} for row in chain[1:]}
    for place, row in enumerate(chain[:-1]):
        later = chain[place + 1 :]
        for item in row.items():
            since = row.since(item.code)
            # Who leaves an obligation out ends it from the day on which the list as a whole counts.
            starts = (one.since(item.code) if item.code in codes[one.key] else one.counts_from for one in later)
            if since < (before := min(starts)):
                part = Part(item=item, source=row.key, since=since, before=before)
                found.setdefault(item.code, []).append(part)
    return found


def held(
    lists: Sequence[ObligationList],
    signed: Iterable[agreements.SignedList],
    parties: Iterable[str],
    agreed_on: Mapping[str, date],
) -> tuple[list[Held], list[str]]:
    """Every list that came to hold, the one that holds now last, and the keys of those that lost to it. Pure.

    What was signed outranks what was agreed on before: a list agreed on by itself holds until a text with obligations
    is signed. Both are sets of facts, so that any order of arrival gives the same. A list that was agreed to only after
    that changes nothing any more: nobody dates an obligation back by a late yes. `agreed_on`: the day of the
    last yes to each list, by its key.
    """
    everybody = tuple(parties)
    chain: list[Held] = []
    start = ""
    for one in signed:
        in_time = [row for row in lists if agreed_on[row.key] <= one.counts_from]
        chain += _following(start, in_time, everybody)[0]
        before = chain[-1] if chain else None
        last = SignedList(
            key=one.key,
            counts_from=one.counts_from,
            began=one.counts_from if before is None else min(before.began, one.counts_from),
            begun=rules.counting(one.items, one.counts_from, before),
            obliges=one.items,
            titles=one.titles,
        )
        chain.append(last)
        start = last.key
    following, lost = _following(start, lists, everybody)
    return [*chain, *following], lost


def _following(
    start: str, lists: Sequence[ObligationList], parties: tuple[str, ...]
) -> tuple[list[ObligationList], list[str]]:
    held, lost = rules.in_force(lists, parties, start=start)
    rows = {row.key: row for row in lists}
    return [rows[key] for key in held], lost
