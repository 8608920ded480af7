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


def held(
    lists: Sequence[ObligationList],
    signed: Iterable[agreements.SignedList],
    parties: Iterable[str],
    agreed_on: Mapping[str, date],
) -> tuple[Held | None, list[str]]:
    """The list that holds, or None, and the keys of those that lost to it (`rules.in_force`). Pure.

    What was signed outranks what was agreed on before: a list agreed on by itself holds until a text with obligations
    is signed. Both are sets of facts, so that any order of arrival gives the same. A list that was agreed to only after
    that changes nothing any more: nobody dates an obligation back by a late yes. `agreed_on`: the day of the
    last yes to each list, by its key.
    """
    everybody = tuple(parties)
    last: SignedList | None = None
    for one in signed:
        in_time = [row for row in lists if agreed_on[row.key] <= one.counts_from]
        before, _lost = _following("" if last is None else last.key, last, in_time, everybody)
        last = SignedList(
            key=one.key,
            counts_from=one.counts_from,
            began=one.counts_from if before is None else min(before.began, one.counts_from),
            begun=rules.counting(one.items, one.counts_from, before),
            obliges=one.items,
            titles=one.titles,
        )
    return _following("" if last is None else last.key, last, lists, everybody)


def _following(
    start: str, base: Held | None, lists: Sequence[ObligationList], parties: tuple[str, ...]
) -> tuple[Held | None, list[str]]:
    holding, lost = rules.in_force(lists, parties, start=start)
    return next((row for row in lists if row.key == holding), base), lost
