"""The text of a revision with its signatures, as it is printed: Indonesian, as it was signed."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
from django.utils.translation import override

from sinergi.access.roles import ROLES
from sinergi.documents import Manuscript
from sinergi.features.agreement import obliged, public
from sinergi.features.agreement.models import Agreement, NamedSigner, Revision, Signature
from sinergi.features.agreement.rules import signing
from sinergi.kernel.instants import say_date, say_day, say_instant
from sinergi.kernel.obligation import Item
from sinergi.ledger.rows import own_zone

NOT_SIGNED = "Rancangan: belum ditandatangani semua pihak."


def articles(revision: Revision) -> list[dict[str, Any]]:
    """The articles in order: number, title, and the text, None where it was erased or has not arrived."""
    words = revision.article_texts
    return [
        {**article, "text": None if words is None else words.get(str(article["number"]), "")}
        for article in revision.terms["articles"]
    ]


def manuscript(row: Agreement, revision: Revision) -> Manuscript:
    """What is printed of `revision`: its words, and a box for each signature with who, where, when and which key."""
    terms = revision.terms
    items = msgspec.convert(terms.get("obligations", []), list[Item])
    with override("id"):
        said = obliged.room().said(items, revision.obligation_titles)
        owed = [(one.article, obliged.in_one_line(one, one.code)) for one in said]
    signed = sorted(Signature.every(revision=revision.key), key=lambda one: (one.signed_at, one.key))
    named = {one.key: one for one in NamedSigner.every(agreement=row.agreement)}
    names = tuple(public.agency_name(party) for party in row.parties)
    day = date.fromisoformat(terms["signed_on"])
    opening = (
        f"Pada hari {say_day(day)}, bertempat di {terms['place']}, {' dan '.join(names)} sepakat "
        f"mengikatkan diri dalam perjanjian ini, yang berlaku sejak {say_date(date.fromisoformat(terms['starts_on']))} "
        f"sampai dengan {say_date(date.fromisoformat(terms['ends_on']))}."
    )
    return Manuscript(
        title=terms["title"],
        parties=names,
        numbers=tuple(terms["numbers"]),
        opening=(opening,),
        articles=tuple(
            (
                f"Pasal {each['number']} {each['title']}",
                (*(each["text"] or "").splitlines(), *_owed(owed, each["number"])),
            )
            for each in articles(revision)
        ),
        signatures=tuple(_box(one, named[one.signer]) for one in signed),
        fingerprint=revision.digest,
        at=signed[-1].signed_at if signed else revision.proposed_at,
        note="" if set(row.parties) <= {one.agency for one in signed} else NOT_SIGNED,
        exercise=row.exercise,
    )


def _owed(owed: list[tuple[int, str]], article: int) -> list[str]:
    """What is printed of the obligations of an article, after its words."""
    lines = [line for number, line in owed if number == article]
    return ["Kewajiban menurut pasal ini:", *lines] if lines else []


def _box(one: Signature, signer: NamedSigner) -> tuple[str, ...]:
    office = ROLES[one.office].label if one.office in ROLES else one.office
    day = one.signed_on
    assert day is not None  # every signature says its day
    lines = (
        f"{'Plh ' if one.acting else ''}{office}, {public.agency_name(one.agency)}",
        signer.name or "(nama sudah dihapus atau belum sampai)",
        signer.identity_number or "",
        f"{one.place}, {say_date(day)}; dinyatakan {say_instant(one.signed_at, own_zone())}",
        f"Kunci {signing.fingerprint(signer.public)}, catatan {one.key}",
    )
    return tuple(line for line in lines if line)
