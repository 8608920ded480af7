"""The obligations of a text, as pages show and take them. The room above, which has the words, registers itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

import msgspec
from django.utils.translation import gettext

from sinergi.features.agreement.template import Draft
from sinergi.kernel.obligation import Item


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """One obligation in people's words: who owes it to whom, when it is due, what shows it. `clause` may be None."""

    code: str
    article: int
    clause: int | None
    title: str
    parties: str
    rule: str
    evidence: str


def in_one_line(one: Said, place: str) -> str:
    """An obligation as a comparison and the printed text say it; `place`: its code, or its article."""
    clause = " " + gettext("ayat (%(clause)s)") % {"clause": one.clause} if one.clause else ""
    shown_by = gettext("Bukti: %(evidence)s.") % {"evidence": one.evidence}
    return f"{place}{clause}: {one.title}. {one.parties}. {gettext('Tenggat')}: {one.rule}. {shown_by}"


class Rows(Protocol):
    """The obligations of a draft as rows of a form, `beneath` each article in order; what draws each, and its style.

    `options` draws, once for the page, the `bases` from which all rows choose.
    """

    template: str
    options: str
    bases: Any
    styles: str

    @property
    def beneath(self) -> Sequence[Sequence[Any]]: ...

    def taken(self, numbers: Mapping[int, int], parties: Sequence[str]) -> tuple[list[Item], list[str], list[str]]:
        """What was filled in: obligations, what they are called, and the control of each to say what is wrong beside.

        `numbers`: of the articles that stay, by place; what stands beneath another goes with it. Raises Refused beside
        what cannot be read.
        """


class Room(Protocol):
    """What the room of obligations does for a text."""

    def said(self, items: Sequence[Item], titles: Mapping[str, str] | None) -> list[Said]:
        """Obligations as pages show them, by article; the code where the title was erased."""

    def held(self, agreement: str, at: datetime) -> tuple[list[Item], dict[str, str]]:
        """The obligations that hold under an agreement, and what they are called."""

    def rows(
        self,
        posted: Any,
        articles: Sequence[Draft],
        places: int,
        *,
        template: str = "",
        begun: Mapping[int, Sequence[Item]] | None = None,
        titles: Mapping[str, str] | None = None,
        parties: Sequence[str] = (),
    ) -> Rows:
        """Rows beneath each of `places` articles, the first of which are `articles`.

        `begun`: the obligations to begin with, by place; those of the template are then offered and not taken. Without
        it they are taken. `template`: the office's own, as `template.offered` names it; else the program's.
        """


_rooms: list[Room] = []


def register(room: Room) -> None:
    """Let `room` show and take the obligations of texts."""
    _rooms[:] = [room]


def room() -> Room:
    """The room that was registered."""
    return _rooms[0]
