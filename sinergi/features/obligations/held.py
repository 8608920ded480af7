"""Which list of obligations holds under an agreement: signed with its text or an addendum, or agreed on by itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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
    lists: Sequence[ObligationList], signed: Iterable[agreements.SignedList], parties: Iterable[str]
) -> tuple[Held | None, list[str]]:
    """The list that holds, or None, and the keys of those that lost to it (`rules.in_force`). Pure.

    What was signed outranks what was agreed on before: a list agreed on by itself holds until a text with obligations
    is signed. Both are sets of facts, so that any order of arrival gives the same.
    """
    everybody = tuple(parties)
    found, lost = _following("", None, lists, everybody)
    for one in signed:
        begun = rules.counting(one.items, one.counts_from, found)
        following = SignedList(
            key=one.key,
            counts_from=one.counts_from,
            began=one.counts_from if found is None else min(found.began, one.counts_from),
            begun=begun,
            obliges=one.items,
            titles=one.titles,
        )
        found, lost = _following(one.key, following, lists, everybody)
    return found, lost


def _following(
    start: str, base: Held | None, lists: Sequence[ObligationList], parties: tuple[str, ...]
) -> tuple[Held | None, list[str]]:
    holding, lost = rules.in_force(lists, parties, start=start)
    return next((row for row in lists if row.key == holding), base), lost
