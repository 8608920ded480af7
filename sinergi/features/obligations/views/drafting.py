"""The obligations of an agreement's text: in words, and as rows beneath the articles of a draft."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from sinergi.features.agreement import public as agreements
from sinergi.features.obligations import office_templates, template
from sinergi.features.obligations.forms import AS_IS
from sinergi.features.obligations.public import Board
from sinergi.features.obligations.views import words
from sinergi.features.obligations.views.rows import Row, counted
from sinergi.kernel.obligation import MOST_ITEMS, Due, Item

# Empty rows beneath each article.
MORE = 1


def said(items: Sequence[Item], titles: Mapping[str, str] | None) -> list[agreements.Said]:
    """Obligations as pages show them, by article; the code where the title was erased."""
    return [
        agreements.Said(
            code=item.code,
            article=item.article,
            clause=item.clause,
            title=(titles or {}).get(item.code, item.code),
            parties=words.parties(item),
            rule=words.rules(item),
            evidence=str(words.EVIDENCE[item.evidence]),
        )
        for item in sorted(items, key=_place)
    ]


def held(agreement: str, at: datetime) -> tuple[list[Item], dict[str, str]]:
    """The obligations that hold under an agreement, and what they are called."""
    found = Board(agreement, at=at).held
    return ([], {}) if found is None else (found.items(), found.titles or {})


def rows(
    posted: Any,
    articles: Sequence[agreements.ArticleDraft],
    places: int,
    *,
    template: str = "",
    begun: Mapping[int, Sequence[Item]] | None = None,
    titles: Mapping[str, str] | None = None,
    parties: Sequence[str] = (),
) -> _Rows:
    """Rows beneath each of `places` articles, the first of which are `articles` (agreement/obliged.py)."""
    known = {item.code for items in (begun or {}).values() for item in items}
    bases, beneath = words.bases(), []
    offered = _offered(articles, template)
    for place in range(places):
        starts = [_of_item(item, titles or {}, parties) for item in sorted((begun or {}).get(place, ()), key=_place)]
        starts += [
            _Start(given=_of_template(one) | {"included": begun is None}, dues=one.dues)
            for one in offered.get(place, ())
            if one.code not in known
        ]
        prefix = f"pasal-{place}-wajib"
        count = min(len(starts) + MORE, MOST_ITEMS)
        if posted is not None:
            count = counted(posted, f"{prefix}-count", MOST_ITEMS) if f"{prefix}-count" in posted else 0
        starts += [_Start()] * (count - len(starts))
        beneath.append([_Drafted(f"{prefix}-{n}", posted, start, bases) for n, start in enumerate(starts[:count])])
    return _Rows(beneath, bases)


class _Start(msgspec.Struct, frozen=True, kw_only=True):
    """What a row begins with: nothing, an obligation of a template, or `item` of a text."""

    given: dict[str, Any] = {}
    dues: list[Due] = []
    item: Item | None = None


class _Drafted(Row):
    """One obligation beneath its article; `item` is what it began as, where it was one of a text."""

    def __init__(self, prefix: str, posted: Any, start: _Start, bases: Any) -> None:
        self.item = start.item
        as_is = words.parties(start.item) if start.item is not None and start.given["debtor"] == AS_IS else ""
        super().__init__(prefix, posted, start.given, start.dues, bases, is_beneath=True, as_is=as_is)

    def obligation(self, article: int, parties: Sequence[str]) -> tuple[Item, str] | None:
        """What was typed, and what it is called; None where it is left out."""
        given = self.typed()
        if given is None:
            return None
        debtors, creditors = _bound(given["debtor"], parties)
        if given["debtor"] == AS_IS and self.item is not None:
            debtors, creditors = self.item.debtors, self.item.creditors
        item = Item(
            code=given["code"],
            article=article,
            clause=given["clause"],
            debtors=debtors,
            creditors=creditors,
            dues=given["dues"],
            evidence=given["evidence"],
        )
        return item, given["title"]


class _Rows:
    """The rows of a draft."""

    template = "obligations/_row.html"
    options = "obligations/_bases.html"
    styles = "obligations/obligations.css"

    def __init__(self, beneath: list[list[_Drafted]], bases: Any) -> None:
        self.beneath, self.bases = beneath, bases

    def taken(self, numbers: Mapping[int, int], parties: Sequence[str]) -> tuple[list[Item], list[str], list[str]]:
        """What was filled in: obligations, what they are called, and the control of each (agreement/obliged.py)."""
        found = [
            (*one, row.form.add_prefix("code"))
            for place, number in numbers.items()
            for row in self.beneath[place]
            if (one := row.obligation(number, parties)) is not None
        ]
        found.sort(key=lambda one: _place(one[0]))
        return [one[0] for one in found], [one[1] for one in found], [one[2] for one in found]


def _place(item: Item) -> tuple[int, int, str]:
    return (item.article, item.clause or 0, item.code)


def _offered(articles: Sequence[agreements.ArticleDraft], chosen: str) -> dict[int, list[template.Draft]]:
    """The obligations of a template by the place of the article that it finds, as a list finds them."""
    own = next((row for row in office_templates.in_use() if str(row.pk) == chosen), None)
    by_heading = {one.title: place for place, one in enumerate(articles)}
    by_scope = {one.scope: place for place, one in reversed([*enumerate(articles)]) if one.scope}
    found: dict[int, list[template.Draft]] = {}
    for one in template.drafts() if own is None else office_templates.item_drafts(own):
        place = by_heading.get(one.heading, by_scope.get(one.scope))  # type: ignore[call-overload]
        if place is not None:
            found.setdefault(place, []).append(one)
    return found


def _of_template(one: template.Draft) -> dict[str, Any]:
    return {name: getattr(one, name) for name in ("code", "title", "clause", "debtor", "evidence")}


def _of_item(item: Item, titles: Mapping[str, str], parties: Sequence[str]) -> _Start:
    given: dict[str, Any] = {name: getattr(item, name) for name in ("code", "clause", "evidence")}
    sides = {side: tuple(map(set, _bound(side, parties))) for side in ("kpu", "police", "both")}
    bound = (set(item.debtors), set(item.creditors))
    given["debtor"] = next((side for side, those in sides.items() if those == bound), AS_IS)
    given["title"] = titles.get(item.code, item.code)
    return _Start(given=given, dues=item.dues, item=item)


def _bound(side: str, parties: Sequence[str]) -> tuple[list[str], list[str]]:
    """Who owes and to whom, where a whole side does; neither where that side is missing."""
    if side == "both":
        return list(parties), list(parties)
    debtors = [party for party in parties if agreements.agency_kind(party) == side]
    return debtors, [party for party in parties if party not in debtors]
