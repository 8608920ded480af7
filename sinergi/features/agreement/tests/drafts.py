"""Drafted agreements as tests state them."""

from __future__ import annotations

from datetime import date
from typing import Any

from sinergi.features.agreement.events import Article, RevisionProposed, RevisionText, Signer, Terms
from sinergi.features.agreement.rules import revisions
from sinergi.kernel.obligation import Due, Item

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


def obliged(parties: list[str], code: str = "D-02", **changes: Any) -> Item:
    """The second party owes the first a list, seven days before voting."""
    given: dict[str, Any] = {
        "code": code,
        "article": 2,
        "debtors": [parties[1]],
        "creditors": [parties[0]],
        "dues": [Due(rule="stage", stage="voting", days=[-7])],
        "evidence": "list",
    }
    return Item(**{**given, **changes})


def revision(parties: list[str], predecessors: list[str], *, amends: str | None = None, **changes: Any) -> Any:
    """A proposed revision; `articles` changes its words, anything else its terms; obligations are called by code."""
    words = {"articles": changes.pop("articles")} if "articles" in changes else {}
    titles = {item.code: f"Kewajiban {item.code}" for item in changes.get("obligations", [])}
    text = text_for(parties, obligations=titles, **words)
    terms = terms_for(text, **changes)
    return RevisionProposed(terms=terms, predecessors=sorted(predecessors), amends=amends, text=text)
