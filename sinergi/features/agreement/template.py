"""The eighteen articles most such agreements have, to start from. Day counts are a proposal until the parties fix them.

The six scopes and what each article promises follow the memoranda of 2019 and 2022 between KPU and Polri and the local
agreements made under them; the words are this project's own.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import cache
from pathlib import Path

import msgspec
from django.utils.translation import gettext_lazy as _

from sinergi.features.agreement.events import SCOPES, Article, Scope

SCOPE_LABELS = {
    "data": _("Pertukaran data dan informasi"),
    "security": _("Bantuan pengamanan"),
    "law": _("Penegakan hukum"),
    "regulation": _("Penyusunan peraturan teknis"),
    "capacity": _("Kapasitas dan sumber daya manusia"),
    "facility": _("Sarana dan prasarana"),
}


class Draft(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One article of the template: heading, words, and the scope it carries out if it carries out one."""

    title: str
    text: str
    scope: Scope | None = None


class Offered(msgspec.Struct, frozen=True, kw_only=True):
    """A template of this office that a text can start from, beside the one of the program."""

    id: str
    name: str
    scopes: tuple[Scope, ...]
    articles: tuple[Draft, ...]


_sources: list[Callable[[], list[Offered]]] = []


def register(source: Callable[[], list[Offered]]) -> None:
    """Ask `source()` for the templates that the office keeps. Twice changes nothing."""
    if source not in _sources:
        _sources.append(source)


def offered() -> list[Offered]:
    """The office's own templates, in the order in which they are shown."""
    return [one for source in _sources for one in source()]


@cache
def drafts() -> tuple[Draft, ...]:
    """The template, in the order of the paper."""
    return msgspec.json.decode((Path(__file__).parent / "articles.json").read_bytes(), type=tuple[Draft, ...])


def articles(scopes: Collection[str] = SCOPES) -> tuple[list[Article], dict[str, str]]:
    """Articles and their words by number for an agreement with these scopes: articles of other scopes are left out."""
    return numbered([draft for draft in drafts() if draft.scope is None or draft.scope in scopes])


def numbered(chosen: Collection[Draft]) -> tuple[list[Article], dict[str, str]]:
    """The chosen articles numbered from 1, and their words by number."""
    made = [Article(number=number, title=draft.title, scope=draft.scope) for number, draft in enumerate(chosen, 1)]
    words = {str(number): draft.text for number, draft in enumerate(chosen, 1) if draft.text}
    return made, words
