"""What people call the kinds of facts, where a fact opens, and why one changes nothing.

Pages that show facts of every feature (who has what, a fact's own page) may not import the features; each feature says
here, at the foot of its `urls.py`, what its kinds are called, which of its pages shows a record to this person, and how
the reasons of its projections (`Ignored`) read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

import msgspec
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from sinergi.access.models import User


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """Where a record opens and what people call it there: `L-PAM-0087 Kawal logistik`."""

    url: str
    name: str = ""


# `opens(user, keys)` gives the pages of those records that this person may open.
Opens = Callable[["User", list[str]], dict[str, Page]]

_words: dict[str, Any] = {"identity.agency_founded": _("kunci instansi")}
_opens: dict[str, Opens] = {}
_reasons: dict[str, Any] = {}


def register(words: Mapping[str, Any], opens: Opens | None = None, reasons: Mapping[str, Any] | None = None) -> None:
    """Say what these kinds are called (lazily translated, lower case) and which page shows one of their records.

    Without `opens` a record has no page of its own. `reasons`: a whole sentence for each reason of an `Ignored`.
    """
    _words.update(words)
    _opens.update(dict.fromkeys(words, opens) if opens else {})
    _reasons.update(reasons or {})


def word(kind: str) -> str:
    """`permohonan pengamanan` for `security.assistance_requested`; the kind itself where nobody named it."""
    return str(_words.get(kind, kind))


def reason(verdict: str) -> str:
    """The sentence for the reason of an `Ignored`; empty where no feature named it."""
    return str(_reasons.get(verdict, ""))


def kinds() -> dict[str, str]:
    """Every named kind with its words."""
    return {kind: str(words) for kind, words in _words.items()}


def pages(user: User, records: Iterable[tuple[str, str]]) -> dict[str, Page]:
    """The pages of these records (kind, key) that this person may open, by key; one question to each feature."""
    asked: dict[Opens, list[str]] = {}
    for kind, key in records:
        if kind in _opens:
            asked.setdefault(_opens[kind], []).append(key)
    found: dict[str, Page] = {}
    for opens, keys in asked.items():
        found.update(opens(user, keys))
    return found
