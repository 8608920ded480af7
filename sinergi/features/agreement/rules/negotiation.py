"""When an agreement may be opened, revised, commented on, answered, taken through its steps and signed. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Protocol

import msgspec

from sinergi.features.agreement import rules
from sinergi.features.agreement.events import (
    SCOPES,
    AgreementOpened,
    Article,
    Gate,
    GateCorrected,
    GatePassed,
    RevisionAnswered,
    RevisionCommented,
    RevisionProposed,
    RevisionText,
    Scope,
    Signer,
    Terms,
    Words,
)
from sinergi.features.agreement.rules import revisions
from sinergi.kernel.errors import Refused
from sinergi.kernel.obligation import LONGEST_TITLE, MOST_ITEMS, Item, item_flaw
from sinergi.kernel.words import line, paragraphs
from sinergi.ledger.events import RecordKey

# A clause (ayat) begins its line with its number in brackets.
_CLAUSE = re.compile(r"(?m)^\(([0-9]{1,3})\)")


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """Terms and words as people typed them. `words` by article number; `signers`, one for each party.

    `titles`: what the obligations are called, in their order.
    """

    title: str
    numbers: Sequence[str]
    place: str
    signed_on: date
    starts_on: date
    ends_on: date
    scopes: Sequence[Scope]
    articles: Sequence[Article]
    words: Mapping[str, str]
    signers: Sequence[Signer]
    remark: str = ""
    obligations: Sequence[Item] = ()
    titles: Sequence[str] = ()


class Agreement(Protocol):
    """What a rule needs to know of the agreement around a revision."""

    key: str
    drafted: bool
    signed: bool

    @property
    def party_ids(self) -> list[str]: ...

    @property
    def left_ids(self) -> list[str]: ...


class Passage(Protocol):
    """What a rule needs to know of a step that an office took: the paper that shows it."""

    key: str
    agency: str
    number: str
    dated: date
    document: str


class Revision(revisions.Revision, Protocol):
    """What a rule needs to know of a revision that people answer."""

    is_whole: bool


def open_agreement(draft: Draft, *, parties: Sequence[str], nonce: str, salt: str, today: date) -> AgreementOpened:
    """The founding fact with the first revision, or Refused with the field that is wrong."""
    terms, text = _made(draft, parties=parties, salt=salt, today=today)
    return AgreementOpened(parties=list(parties), nonce=nonce, terms=terms, text=text)


def propose(
    draft: Draft,
    *,
    agreement: Agreement,
    standing: rules.Standing,
    heads: Collection[str],
    made_from: Collection[str],
    amends: str,
    last_day: date,
    salt: str,
    today: date,
    has_signed_list: bool = False,
) -> RevisionProposed:
    """A revision made from every open one, of the agreement itself or, with `amends`, of an addendum to what holds.

    `heads`: what is open here now; `made_from`: what the author had before them; `has_signed_list`: obligations were
    signed with what holds.
    """
    _refuse_closed(agreement, standing, amends)
    if set(heads) != set(made_from):
        raise Refused(
            "Naskah lain sudah masuk sejak halaman ini dibuka. Buka naskah terbaru; isian Anda tetap di halaman ini.",
            code="PKS-68",
        )
    if amends and draft.ends_on < last_day:
        raise Refused("Adendum tidak memperpendek jangka waktu; usulkan pengakhiran.", code="PKS-69", field="ends_on")
    if amends and has_signed_list and not draft.obligations:
        raise Refused(
            "Adendum tidak menghapus semua kewajiban yang sudah ditandatangani. Sisakan sedikitnya satu.",
            code="PKS-110",
            field="obligation-0",
        )
    terms, text = _made(draft, parties=agreement.party_ids, salt=salt, today=today)
    return RevisionProposed(
        terms=terms,
        predecessors=[RecordKey(key) for key in sorted(set(made_from))],
        amends=RecordKey(amends) if amends else None,
        text=text,
    )


def comment(
    revision: Revision, *, agreement: Agreement, heads: Collection[str], articles: int, article: int, words: str
) -> RevisionCommented:
    """A remark on an article of a revision that is still open."""
    _refuse_replaced(revision, agreement, heads)
    if not 0 <= article <= articles:
        raise Refused("Pasal itu tidak ada dalam naskah ini.", code="PKS-70", field="article")
    return RevisionCommented(revision=RecordKey(revision.key), article=article, text=said(words, "Tulis tanggapannya."))


def answer(
    revision: Revision,
    *,
    agreement: Agreement,
    heads: Collection[str],
    agency: str,
    answered: Collection[str],
    agrees: bool,
    words: str,
) -> RevisionAnswered:
    """Agree to the words of an open revision of another party, or send it back with a reason."""
    _refuse_replaced(revision, agreement, heads)
    if revision.agency == agency:
        raise Refused("Usul sendiri dijawab pihak lain.", code="PKS-71")
    if agency in answered:
        raise Refused("Naskah ini sudah dijawab kantor Anda.", code="PKS-72")
    if agrees and not revision.is_whole:
        raise Refused("Isi naskah ini belum sampai, jadi belum dapat disetujui.", code="PKS-73")
    if agrees and len(set(heads)) > 1:
        raise Refused(
            "Ada naskah lain yang diusulkan bersamaan. Usulkan satu naskah yang menyebut keduanya.", code="PKS-74"
        )
    text = said(words, "Tulis apa yang perlu diperbaiki.") if words.strip() or not agrees else None
    return RevisionAnswered(revision=RecordKey(revision.key), agrees=agrees, text=text)


def pass_gate(
    revision: Revision,
    *,
    agreement: Agreement,
    heads: Collection[str],
    kind: str,
    passed: Collection[Gate],
    gate: Gate,
    number: str,
    dated: date,
    document: str,
    document_size: int,
    today: date,
) -> GatePassed:
    """This office took an open revision through one of its steps; `kind` is what kind of agency it is."""
    _refuse_replaced(revision, agreement, heads)
    if gate not in revisions.GATES.get(kind, ()):
        raise Refused("Langkah itu bukan langkah kantor ini.", code="PKS-75", field="gate")
    if gate in passed:
        raise Refused("Langkah ini sudah dicatat untuk naskah ini.", code="PKS-76", field="gate")
    _refuse_paper(number, dated, today)
    return GatePassed(
        revision=RecordKey(revision.key),
        gate=gate,
        number=line(number),
        dated=dated,
        document=document,
        document_size=document_size,
    )


def correct_gate(
    passage: Passage,
    *,
    agreement: Agreement,
    agency: str,
    is_replaced: bool,
    number: str,
    dated: date,
    document: str,
    document_size: int,
    today: date,
) -> GateCorrected:
    """Another paper in the place of a wrong one of this office; also once the text is signed. Refused with the field.

    `is_replaced`: the wrong one was replaced already.
    """
    if agreement.left_ids:
        raise Refused("Perjanjian ini sudah berakhir; tidak ada yang dapat diubah.", code="PKS-64")
    if passage.agency != agency:
        raise Refused("Berkas itu milik kantor lain; kantor itu yang menggantinya.", code="PKS-87")
    if is_replaced:
        raise Refused("Berkas ini sudah diganti. Muat ulang halaman dan ganti yang terbaru.", code="PKS-88")
    _refuse_paper(number, dated, today)
    if (line(number), dated, document) == (passage.number, passage.dated, passage.document):
        raise Refused("Nomor, tanggal, dan berkasnya sama dengan yang tercatat.", code="PKS-89", field="scan")
    return GateCorrected(
        passage=RecordKey(passage.key),
        number=line(number),
        dated=dated,
        document=document,
        document_size=document_size,
    )


def may_sign(
    revision: Revision,
    *,
    agreement: Agreement,
    standing: rules.Standing,
    lack: revisions.Lacks,
    agency: str,
    signed: Collection[str],
) -> None:
    """Raise Refused unless this agency may sign this revision now; `signed`: agencies that have."""
    if agency not in agreement.party_ids:
        raise Refused("Kantor ini bukan pihak dalam perjanjian ini.", code="PKS-11")
    if agreement.left_ids:
        raise Refused("Perjanjian ini sudah berakhir atau ditarik.", code="PKS-34")
    if revision.amends and standing in ("ended", "over"):
        raise Refused("Perjanjian ini sudah berakhir; tidak ada yang dapat diubah.", code="PKS-64")
    if agency in signed:
        raise Refused("Kantor ini sudah menandatangani naskah ini.", code="PKS-81")
    if not revision.is_whole:
        raise Refused("Isi naskah ini belum sampai, jadi belum dapat ditandatangani.", code="PKS-82")
    if lack.concurrent:
        raise Refused(
            "Ada naskah lain yang diusulkan bersamaan. Usulkan satu naskah yang menyebut keduanya.", code="PKS-74"
        )
    if lack.returned_by or lack.agreement_of:
        raise Refused("Belum semua pihak menyetujui naskah ini.", code="PKS-83")
    if lack.gates:
        raise Refused("Belum semua langkah sebelum tanda tangan selesai.", code="PKS-84")


def said(words: str, missing: str) -> Words:
    """What somebody wrote, in the form that is signed; Refused with `missing` where it is nothing."""
    written = paragraphs(words)
    if not written:
        raise Refused(missing, code="PKS-79", field="words")
    if len(written) > rules.LONGEST_WORDS:
        raise Refused("Paling panjang 2.000 huruf.", code="PKS-80", field="words")
    return Words(words=written)


def _refuse_closed(agreement: Agreement, standing: rules.Standing, amends: str) -> None:
    if agreement.left_ids or standing in ("ended", "over"):
        raise Refused("Perjanjian ini sudah berakhir; tidak ada yang dapat diubah.", code="PKS-64")
    if amends and standing in ("draft", "waiting"):
        raise Refused("Perjanjian ini belum berlaku, jadi belum ada yang diadendum.", code="PKS-65")
    if not amends and (not agreement.drafted or agreement.signed):
        raise Refused("Perjanjian ini sudah berlaku. Ubahlah dengan adendum.", code="PKS-66")


def _refuse_replaced(revision: Revision, agreement: Agreement, heads: Collection[str]) -> None:
    if agreement.left_ids:
        raise Refused("Perjanjian ini sudah berakhir; tidak ada yang dapat diubah.", code="PKS-64")
    if revision.key not in heads:
        raise Refused("Naskah ini sudah diganti naskah yang lebih baru, atau sudah berlaku.", code="PKS-67")


def _refuse_paper(number: str, dated: date, today: date) -> None:
    if not rules.is_line(line(number), rules.LONGEST_NUMBER):
        raise Refused("Isi nomor suratnya.", code="PKS-77", field="number")
    if not rules.EARLIEST_SIGNING <= dated <= today:
        raise Refused("Tanggal surat belum tiba atau terlalu lama.", code="PKS-78", field="dated")


def _made(draft: Draft, *, parties: Sequence[str], salt: str, today: date) -> tuple[Terms, RevisionText]:
    rules.refuse_terms(
        parties=parties,
        numbers=draft.numbers,
        title=draft.title,
        place=draft.place,
        signed_on=draft.signed_on,
        starts_on=draft.starts_on,
        ends_on=draft.ends_on,
        scopes=draft.scopes,
        articles=draft.articles,
    )
    if draft.signed_on > draft.ends_on:
        raise Refused("Hari tanda tangan harus sebelum jangka waktunya berakhir.", code="PKS-61", field="signed_on")
    if draft.ends_on < today:
        raise Refused("Jangka waktu ini sudah lewat. Periksa tahunnya.", code="PKS-62", field="ends_on")
    if sorted(signer.party for signer in draft.signers) != sorted(parties):
        raise Refused("Sebut tepat satu penanda tangan untuk setiap pihak.", code="PKS-63", field="signers")
    refuse_articles(draft.articles, draft.words, draft.scopes)
    _refuse_obligations(draft, parties)
    text = RevisionText(
        salt=salt,
        articles={number: paragraphs(words) for number, words in draft.words.items() if paragraphs(words)},
        signers=[rules.cleaned_signer(signer) for signer in draft.signers],
        remark=paragraphs(draft.remark),
        obligations={item.code: line(title) for item, title in zip(draft.obligations, draft.titles, strict=True)},
    )
    terms = Terms(
        title=line(draft.title),
        numbers=[line(number) for number in draft.numbers],
        place=line(draft.place),
        signed_on=draft.signed_on,
        starts_on=draft.starts_on,
        ends_on=draft.ends_on,
        scopes=sorted(set(draft.scopes), key=SCOPES.index),
        articles=rules.cleaned(draft.articles),
        words=revisions.fingerprint(text),
        obligations=list(draft.obligations),
    )
    wrong = rules.terms_flaw(terms, parties=parties)
    if wrong is not None or not revisions.is_text_of(text, terms, parties=parties):
        raise Refused(
            "Judul, nomor, tempat, nama, atau pasal terlalu panjang atau kosong.", code="PKS-10", field=wrong or "title"
        )
    return terms, text


def refuse_articles(articles: Sequence[Article], words: Mapping[str, str], scopes: Collection[str]) -> None:
    """Raise Refused for words of no article, an article of a scope left out, or clauses that are not numbered in order.

    `words` by article number; the field is `scopes` or `article-` and the number.
    """
    numbers = {str(article.number) for article in articles}
    if not set(words) <= numbers:
        raise Refused("Nomor pasal harus urut mulai dari 1.", code="PKS-07", field="articles")
    for article in articles:
        if article.scope is not None and article.scope not in scopes:
            raise Refused(
                "Pasal %(number)s menjalankan ruang lingkup yang tidak disepakati.",
                code="PKS-85",
                field="scopes",
                words={"number": article.number},
            )
        clauses = [int(number) for number in _CLAUSE.findall(paragraphs(words.get(str(article.number), "")))]
        if clauses and clauses != list(range(1, len(clauses) + 1)):
            raise Refused(
                "Ayat dalam Pasal %(number)s harus urut mulai dari (1).",
                code="PKS-86",
                field=f"article-{article.number}",
                words={"number": article.number},
            )


def _refuse_obligations(draft: Draft, parties: Sequence[str]) -> None:
    """Raise Refused for an obligation that cannot be; the field is `obligation-` and its place in the draft."""
    if len(draft.obligations) > MOST_ITEMS:
        raise Refused(
            "Satu naskah memuat paling banyak 80 kewajiban.", code="PKS-111", field=f"obligation-{MOST_ITEMS}"
        )
    seen: set[str] = set()
    for place, (item, title) in enumerate(zip(draft.obligations, draft.titles, strict=True)):
        field = f"obligation-{place}"
        wrong = item_flaw(item, parties)
        if wrong:
            raise Refused(wrong, code="PKS-112", field=field)
        if item.code in seen:
            raise Refused("Kode kewajiban tidak boleh kembar.", code="PKS-113", field=field)
        seen.add(item.code)
        if not 0 < len(line(title)) <= LONGEST_TITLE:
            raise Refused("Setiap kewajiban butuh nama, paling panjang 160 huruf.", code="PKS-114", field=field)
        words = paragraphs(draft.words.get(str(item.article), ""))
        clauses = {int(number) for number in _CLAUSE.findall(words)}
        if item.article > len(draft.articles) or (item.clause is not None and words and item.clause not in clauses):
            raise Refused(
                "Kewajiban %(code)s menunjuk pasal atau ayat yang tidak ada dalam naskah ini.",
                code="PKS-115",
                field=field,
                words={"code": item.code},
            )
