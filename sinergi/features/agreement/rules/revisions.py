"""Revisions of an agreement: what a signature is made over, which revision holds, which are open, what one lacks. Pure.

docs/protocol/agreement.md specifies the digest and when a drafted agreement is in force.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

import msgspec

from sinergi.features.agreement import rules
from sinergi.features.agreement.events import Gate, RevisionText, Terms
from sinergi.kernel import canonical
from sinergi.kernel.instants import day_of
from sinergi.kernel.obligation import LONGEST_TITLE
from sinergi.kernel.succession import holding as succession
from sinergi.kernel.words import line, paragraphs

# What each kind of agency does before it signs (domain.md 13: BA pleno, legal review, report upwards).
GATES: dict[str, tuple[Gate, ...]] = {
    "kpu": ("plenary", "legal_review", "report"),
    "police": ("legal_review", "report"),
}


MOST_PREDECESSORS = 8


class Revision(Protocol):
    """What a rule needs to know of a revision."""

    key: str
    agency: str
    predecessors: Sequence[str]
    amends: str
    proposed_at: datetime


class Lacks(msgspec.Struct, frozen=True, kw_only=True):
    """What a revision lacks before signing: who has not agreed, steps by agency, who sent it back, others beside it."""

    agreement_of: tuple[str, ...] = ()
    gates: tuple[tuple[str, Gate], ...] = ()
    returned_by: tuple[str, ...] = ()
    concurrent: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.agreement_of or self.gates or self.returned_by or self.concurrent)


def digest(
    agreement: str, *, parties: Sequence[str], terms: Terms, predecessors: Collection[str] = (), amends: str = ""
) -> str:
    """SHA-256, in hex, of the canonical bytes of a revision: what every signature of it is made over."""
    content = {
        "agreement": agreement,
        "amends": amends,
        "parties": list(parties),
        "predecessors": sorted(set(predecessors)),
        "terms": msgspec.to_builtins(terms, order="sorted"),
    }
    return hashlib.sha256(b"sinergi revision v1\n" + canonical.encode(content)).hexdigest()


def fingerprint(text: RevisionText) -> str:
    """SHA-256, in hex, of the canonical bytes of a revision's words: `Terms.words`."""
    return hashlib.sha256(canonical.encode(text)).hexdigest()


def is_text_of(text: RevisionText, terms: Terms, *, parties: Sequence[str]) -> bool:
    """Whether these are the words that `terms` name, written so that what is shown is what was signed."""
    numbers = {str(article.number) for article in terms.articles}
    return (
        fingerprint(text) == terms.words
        and set(text.articles) <= numbers
        and all(words == paragraphs(words) and len(words) <= rules.LONGEST_ARTICLE for words in text.articles.values())
        and sorted(signer.party for signer in text.signers) == sorted(parties)
        and all(signer == rules.cleaned_signer(signer) and len(signer.name) <= 200 for signer in text.signers)
        and text.remark == paragraphs(text.remark)
        and len(text.remark) <= rules.LONGEST_WORDS
        and set(text.obligations) == {item.code for item in terms.obligations}
        and all(title == line(title) and 0 < len(title) <= LONGEST_TITLE for title in text.obligations.values())
    )


def newest(revisions: Iterable[Revision]) -> str:
    """The open revision of the agreement itself that was proposed last, by its author's clock."""
    found = {one.key: one for one in revisions if one.amends == ""}
    return max(open_heads(found.values(), ""), key=lambda key: (found[key].proposed_at, key))


def holding(
    revisions: Iterable[Revision], signed: Collection[tuple[str, str]], parties: Collection[str], *, start: str = ""
) -> list[str]:
    """The revisions that came into force, in order: each with the signatures of all parties over that same revision.

    `signed`: agency and revision of every signature; `start`: the founding record of an agreement entered from paper.
    The last one holds; empty where none does.
    """
    everybody = set(parties)
    by_revision: dict[str, set[str]] = {}
    for agency, revision in signed:
        by_revision.setdefault(revision, set()).add(agency)
    agreed = [(one.key, one.amends) for one in revisions if everybody <= by_revision.get(one.key, set())]
    return succession(agreed, start=start)[0]


def begins(signed: Iterable[tuple[str, datetime]], starts_on: date) -> date:
    """The day from which a signed revision's obligations count: its last party's signature, not before its term.

    `signed`: agency and instant of every signature of it; of two by one party the earlier counts.
    """
    first: dict[str, date] = {}
    for agency, at in signed:
        first[agency] = min(day_of(at), first.get(agency, date.max))
    return max([starts_on, *first.values()])


def open_heads(revisions: Iterable[Revision], holds: str) -> list[str]:
    """The revisions under negotiation that no later one was made from, by key; more than one are concurrent.

    `holds`: what is in force, which they amend; empty while the agreement itself is negotiated.
    """
    about = [one for one in revisions if one.amends == holds]
    replaced = {key for one in about for key in one.predecessors}
    return sorted(one.key for one in about if one.key not in replaced)


def lacks(
    revision: Revision,
    *,
    heads: Collection[str],
    kinds: Mapping[str, str],
    agreed: Collection[str],
    returned: Collection[str],
    passed: Collection[tuple[str, str]],
) -> Lacks:
    """What `revision` lacks before signing. `kinds`: every party's kind of agency; `passed`: agency and gate."""
    return Lacks(
        agreement_of=tuple(party for party in kinds if party != revision.agency and party not in {*agreed, *returned}),
        gates=tuple(
            (party, gate)
            for party, kind in kinds.items()
            for gate in GATES.get(kind, ())
            if (party, gate) not in passed
        ),
        returned_by=tuple(party for party in kinds if party in returned),
        concurrent=tuple(key for key in heads if key != revision.key),
    )
