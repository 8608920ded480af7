"""Drafted agreements as tests state them."""

from __future__ import annotations

from datetime import date
from typing import Any

from sinergi.features.agreement.events import Article, RevisionProposed, RevisionText, Signer, Terms
from sinergi.features.agreement.rules import revisions

WORDS = {"1": "(1) Para Pihak.", "2": "(1) KPU mengajukan permohonan."}


def text_for(parties: list[str], **changes: Any) -> RevisionText:
    """The words of a revision between these parties."""
    signers = [Signer(party=party, name=f"Pejabat {place}", office="Ketua") for place, party in enumerate(parties)]
    return RevisionText(**{"salt": "0" * 32, "articles": WORDS, "signers": signers, **changes})


def terms_for(text: RevisionText, **changes: Any) -> Terms:
    """Terms with those words."""
    given: dict[str, Any] = {
        "title": "Perjanjian Kerja Sama",
        "numbers": ["1/PKS/2024", "B/1/2024"],
        "place": "Sipirok",
        "signed_on": date(2024, 2, 20),
        "starts_on": date(2024, 2, 20),
        "ends_on": date(2025, 12, 31),
        "scopes": ["security"],
        "articles": [Article(number=1, title="Pengertian"), Article(number=2, title="Bantuan", scope="security")],
        "words": revisions.fingerprint(text),
    }
    return Terms(**{**given, **changes})


def revision(parties: list[str], predecessors: list[str], *, amends: str | None = None, **changes: Any) -> Any:
    """A proposed revision; `articles` changes its words, anything else its terms."""
    text = text_for(parties, **({"articles": changes.pop("articles")} if "articles" in changes else {}))
    terms = terms_for(text, **changes)
    return RevisionProposed(terms=terms, predecessors=sorted(predecessors), amends=amends, text=text)
