"""The obligations most such agreements hold, to start a list from. Day counts are a proposal until the parties agree.

Codes are the domain's; the due rules have no public source and are shown as a proposal (usulan).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Literal

import msgspec

from sinergi.kernel.obligation import Due, Evidence, Item

Side = Literal["kpu", "police", "both"]


class Draft(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One obligation of a template; its article is found by heading where that is given, else by scope."""

    code: str
    title: str
    debtor: Side
    evidence: Evidence
    dues: list[Due]
    scope: str = ""
    heading: str = ""
    clause: int | None = None


@cache
def drafts() -> tuple[Draft, ...]:
    """The template, in the order of the articles."""
    return msgspec.json.decode((Path(__file__).parent / "template.json").read_bytes(), type=tuple[Draft, ...])


def items_for(
    articles: Sequence[Mapping[str, object]], *, commission: str, police: str, of: Iterable[Draft] | None = None
) -> tuple[list[Item], dict[str, str]]:
    """The obligations of a template for an agreement with these articles, and what they are called.

    `articles` have number, title and scope; obligations whose article is not among them are left out. `of`: those of
    an office's own template instead of the one of the program.
    """
    by_scope = {str(article.get("scope")): article["number"] for article in reversed(articles) if article.get("scope")}
    by_heading = {str(article["title"]): article["number"] for article in articles}
    parties = {"kpu": [commission], "police": [police], "both": [commission, police]}
    other: dict[Side, Side] = {"kpu": "police", "police": "kpu", "both": "both"}
    items, titles = [], {}
    for draft in drafts() if of is None else of:
        number = by_heading.get(draft.heading) or by_scope.get(draft.scope)
        if number is None:
            continue
        items.append(
            Item(
                code=draft.code,
                article=int(str(number)),
                clause=draft.clause,
                debtors=parties[draft.debtor],
                creditors=parties[other[draft.debtor]],
                dues=draft.dues,
                evidence=draft.evidence,
            )
        )
        titles[draft.code] = draft.title
    return items, titles
