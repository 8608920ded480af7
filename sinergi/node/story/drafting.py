"""The story's third agreement, for the regional election: the commission drafted it, the police comment and propose."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import msgspec

from sinergi.features.agreement import actions, scans, template
from sinergi.features.agreement.events import SCOPES, Article, Signer
from sinergi.features.agreement.models import Agreement
from sinergi.features.agreement.progress import Negotiation
from sinergi.features.agreement.rules.negotiation import Draft
from sinergi.features.obligations import template as obliging
from sinergi.kernel.actors import Actor
from sinergi.kernel.instants import ZONES
from sinergi.kernel.obligation import Item
from sinergi.ledger.models import Agency
from sinergi.ledger.store import own_agency

Maker = Callable[..., str]
Person = Callable[[str], Actor]

TITLE = "Perjanjian Kerja Sama Pengamanan Pemilihan Bupati"
# A scope that the commission leaves out of its first text.
LEFT_OUT = "facility"


def start(now: datetime, *, made: Maker, person: Person, chair: str) -> None:
    """The secretary opens it from the template, five of six scopes."""
    police = Agency.objects.get(code="polres-tapsel")
    articles, words = template.articles([scope for scope in SCOPES if scope != LEFT_OUT])
    items, titles = obliging.items_for(msgspec.to_builtins(articles), commission=own_agency().id, police=police.id)
    today = now.astimezone(ZONES["WIB"]).date()
    actions.open_agreement(
        id=made("draft"),
        by=person("sekretaris"),
        at=now - timedelta(days=6),
        partners=[police.id],
        exercise="demo",
        draft=Draft(
            title=TITLE,
            numbers=[f"L-21/PR.07-PKS/1203/{today.year}", f"L-B/48/{today.year}"],
            place="Sipirok",
            signed_on=today + timedelta(days=21),
            starts_on=today + timedelta(days=21),
            ends_on=today + timedelta(days=21 + 730),
            scopes=[scope for scope in SCOPES if scope != LEFT_OUT],
            articles=articles,
            words=words,
            signers=[
                Signer(party=own_agency().id, name=chair, office="Ketua KPU Kabupaten Tapanuli Selatan"),
                Signer(party=police.id, name="Bagas Wirawan", office="Kapolres Tapanuli Selatan"),
            ],
            obligations=items,
            titles=[titles[item.code] for item in items],
            remark="Rancangan pertama dari contoh. Mohon tanggapan per pasal sebelum pekan depan.",
        ),
    )


def respond(now: datetime, *, made: Maker, person: Person, paper: Callable[[str, str], bytes]) -> None:
    """The liaison of the police comments on two articles, proposes another text, and its legal officer has read it."""
    row = Agreement.objects.get(drafted=True)
    for number, words in (
        (5, "Satu hari kerja terlalu singkat untuk permohonan di luar hari kerja; mohon dua hari kerja."),
        (8, "Biaya narasumber mohon disebut ditanggung pengundang."),
    ):
        actions.comment_on(
            id=made("draft", "comment", str(number)),
            by=person("kabagops"),
            at=now - timedelta(days=5),
            revision=row.revision,
            article=number,
            words=words,
        )
    found = Negotiation(row)
    if found.heads == [row.key]:
        actions.propose_revision(
            id=made("draft", "second"),
            by=person("kabagops"),
            at=now - timedelta(days=4),
            agreement=row.agreement,
            draft=_changed(found),
            made_from=[row.key],
        )
    [second] = Negotiation(row).heads
    kept = scans.keep(paper("polres-tapsel", "Telaah hukum Polres Tapanuli Selatan"))
    actions.pass_gate(
        id=made("draft", "legal review"),
        by=person("kabagops"),
        at=now - timedelta(days=3),
        revision=second,
        gate="legal_review",
        number=f"L-ND/17/{now.year}/Sikum",
        dated=(now - timedelta(days=3)).astimezone(ZONES["WIB"]).date(),
        document=kept.scan,
        document_size=kept.size,
    )


def _changed(found: Negotiation) -> Draft:
    """The first text with two days to answer, in the words and in the obligation, and who pays for speakers."""
    first = found.revisions[0]
    terms: dict[str, Any] = first.terms
    words = dict(first.article_texts or {})
    words["5"] = words["5"].replace("menjawab paling lambat 1 hari kerja", "menjawab paling lambat 2 hari kerja")
    words["8"] = words["8"].replace("dengan penanggung biaya yang disebut", "dengan biaya ditanggung pengundang")
    items = msgspec.convert(terms["obligations"], list[Item])
    day = {name: date.fromisoformat(terms[name]) for name in ("signed_on", "starts_on", "ends_on")}
    return Draft(
        title=terms["title"],
        numbers=terms["numbers"],
        place=terms["place"],
        signed_on=day["signed_on"],
        starts_on=day["starts_on"],
        ends_on=day["ends_on"],
        scopes=terms["scopes"],
        articles=msgspec.convert(terms["articles"], list[Article]),
        words=words,
        signers=msgspec.convert(first.signers, list[Signer]),
        obligations=[_slower(item) if item.code == "P-02" else item for item in items],
        titles=[(first.obligation_titles or {})[item.code] for item in items],
        remark="Pasal 5 dan 8 disesuaikan; pasal lain kami setujui.",
    )


def _slower(item: Item) -> Item:
    """An answer two working days after a request instead of one."""
    dues = [msgspec.structs.replace(due, days=[2]) if due.days == [1] else due for due in item.dues]
    return msgspec.structs.replace(item, dues=dues)
