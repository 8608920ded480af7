"""When an agreement may be entered, confirmed and left. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Literal, Protocol

from sinergi.features.agreement.events import (
    SCOPES,
    AgreementConfirmed,
    AgreementEntered,
    AgreementLeft,
    AgreementText,
    Article,
    Scope,
    Signer,
)
from sinergi.kernel.errors import Refused
from sinergi.kernel.words import line, paragraphs
from sinergi.ledger.events import RecordKey

State = Literal["waiting", "in_force", "ended"]
Standing = Literal["waiting", "not_started", "in_force", "over", "ended"]
Reason = Literal["ended_by_consent", "term_over", "void_law", "withdrawn"]
LARGEST_SCAN = 30 * 1024 * 1024
MOST_ARTICLES = 40
LONGEST_TITLE = 300
LONGEST_NUMBER = 120
LONGEST_PLACE = 100
LONGEST_HEADING = 160
EARLIEST_SIGNING = date(2000, 1, 1)
LATEST_END = date(2100, 1, 1)


class Agreement(Protocol):
    """What a rule needs to know of an agreement."""

    key: str
    scan: str

    @property
    def party_ids(self) -> list[str]:
        """Agency ids, founder first."""

    @property
    def confirmed_ids(self) -> list[str]:
        """Agencies that stand behind it."""

    @property
    def left_ids(self) -> list[str]:
        """Agencies that have ended it for themselves."""


def enter(
    *,
    parties: Sequence[str],
    nonce: str,
    title: str,
    numbers: Sequence[str],
    place: str,
    signed_on: date,
    starts_on: date,
    ends_on: date,
    scopes: Sequence[Scope],
    articles: Sequence[Article],
    scan: str,
    scan_size: int,
    text: AgreementText,
    today: date,
) -> AgreementEntered:
    """The founding fact, or Refused with the sentence for the field that is wrong."""
    if len(parties) < 2 or len(set(parties)) != len(parties):
        raise Refused("Pilih pihak lain dalam perjanjian ini.", code="PKS-01", field="partner")
    if len(numbers) != len(parties) or not all(number.strip() for number in numbers):
        raise Refused("Isi nomor dokumen untuk setiap pihak.", code="PKS-02", field="numbers")
    if not title.strip() or not place.strip():
        field = "place" if title.strip() else "title"
        raise Refused("Isi judul perjanjian dan tempat penandatanganan.", code="PKS-03", field=field)
    if signed_on > today:
        raise Refused("Tanggal tanda tangan belum tiba. Periksa tanggalnya.", code="PKS-04", field="signed_on")
    if signed_on < EARLIEST_SIGNING:
        raise Refused("Tanggal tanda tangan terlalu lama. Periksa tahunnya.", code="PKS-04", field="signed_on")
    if not EARLIEST_SIGNING <= starts_on < ends_on <= LATEST_END:
        raise Refused(
            "Jangka waktu harus berakhir setelah mulai, paling lambat tahun 2099.", code="PKS-05", field="ends_on"
        )
    if not scopes or not set(scopes) <= set(SCOPES):
        raise Refused("Pilih sedikitnya satu ruang lingkup.", code="PKS-06", field="scopes")
    if not articles or [article.number for article in articles] != list(range(1, len(articles) + 1)):
        raise Refused("Nomor pasal harus urut mulai dari 1.", code="PKS-07", field="articles")
    if len(scan) != 64 or not 0 < scan_size <= LARGEST_SCAN:
        raise Refused("Lampirkan pindaian perjanjian, paling besar 30 MB.", code="PKS-08", field="scan")
    entered = AgreementEntered(
        parties=list(parties),
        nonce=nonce,
        title=line(title),
        numbers=[line(number) for number in numbers],
        place=line(place),
        signed_on=signed_on,
        starts_on=starts_on,
        ends_on=ends_on,
        scopes=sorted(set(scopes), key=SCOPES.index),
        articles=[Article(number=each.number, title=line(each.title), scope=each.scope) for each in articles],
        scan=scan,
        scan_size=scan_size,
        text=AgreementText(
            signers=[
                Signer(
                    party=signer.party,
                    name=line(signer.name),
                    office=line(signer.office),
                    identity_number=line(signer.identity_number),
                )
                for signer in text.signers
            ],
            articles={number: paragraphs(words) for number, words in text.articles.items()},
        ),
    )
    wrong = flaw(entered)
    if wrong is not None:
        raise Refused("Judul, nomor, tempat, atau pasal terlalu panjang atau kosong.", code="PKS-10", field=wrong)
    return entered


def flaw(entered: AgreementEntered) -> str | None:
    """The field of a founding fact that no honest form gives, or None. Other agencies may send anything.

    Depends on the fact alone, so every node gives the same verdict.
    """
    checks = {
        "title": _is_line(entered.title, LONGEST_TITLE),
        "place": _is_line(entered.place, LONGEST_PLACE),
        "numbers": len(entered.numbers) == len(entered.parties)
        and all(_is_line(number, LONGEST_NUMBER) for number in entered.numbers),
        "ends_on": min(entered.signed_on, entered.starts_on) >= EARLIEST_SIGNING
        and max(entered.signed_on, entered.ends_on) <= LATEST_END
        and entered.starts_on < entered.ends_on,
        "scopes": 0 < len(entered.scopes) == len(set(entered.scopes)),
        "articles": 0 < len(entered.articles) <= MOST_ARTICLES
        and [article.number for article in entered.articles] == list(range(1, len(entered.articles) + 1))
        and all(_is_line(article.title, LONGEST_HEADING) for article in entered.articles),
        "scan": len(entered.scan) == 64
        and set(entered.scan) <= set("0123456789abcdef")
        and 0 < entered.scan_size <= LARGEST_SCAN,
    }
    return next((field for field, holds in checks.items() if not holds), None)


def confirm(agreement: Agreement, *, agency: str, scan: str) -> AgreementConfirmed:
    """The confirmation of a party that has not confirmed yet, over the same scan."""
    if agency not in agreement.party_ids:
        raise Refused("Kantor ini bukan pihak dalam perjanjian ini.", code="PKS-11")
    if agreement.left_ids:
        raise Refused("Perjanjian ini sudah ditarik; tidak ada yang perlu ditegaskan.", code="PKS-14")
    if agency in agreement.confirmed_ids:
        raise Refused("Perjanjian ini sudah ditegaskan oleh kantor ini.", code="PKS-12")
    if scan != agreement.scan:
        raise Refused(
            "Pindaian Anda berbeda dari yang dimasukkan pihak lain. Bandingkan kedua naskah sebelum menegaskan.",
            code="PKS-13",
            field="scan",
        )
    return AgreementConfirmed(entered=RecordKey(agreement.key), scan=scan)


def leave(agreement: Agreement, *, agency: str, reason: Reason) -> AgreementLeft:
    """The last fact of a party: it ends an agreement in force, or withdraws one that still waits for others."""
    if agency in agreement.left_ids:
        raise Refused("Kantor ini sudah mengakhiri perjanjian ini.", code="PKS-21")
    waiting = not set(agreement.party_ids) <= set(agreement.confirmed_ids)
    if waiting and (reason != "withdrawn" or agency not in agreement.confirmed_ids):
        raise Refused("Perjanjian ini belum berlaku, jadi belum dapat diakhiri.", code="PKS-22")
    if reason == "withdrawn" and not waiting:
        raise Refused("Perjanjian ini sudah ditegaskan semua pihak; akhiri dengan alasannya.", code="PKS-23")
    return AgreementLeft(reason=reason)


def state(agreement: Agreement) -> State:
    """waiting until all parties stand behind it, in_force after, ended once any party has left."""
    if agreement.left_ids:
        return "ended"
    return "in_force" if set(agreement.party_ids) <= set(agreement.confirmed_ids) else "waiting"


def standing(facts: State, *, starts_on: date, ends_on: date, on: date) -> Standing:
    """How an agreement stands on a day: what its parties stated, and between them its term (last day inclusive)."""
    if facts != "in_force":
        return facts
    if on < starts_on:
        return "not_started"
    return "over" if on > ends_on else "in_force"


def _is_line(words: str, longest: int) -> bool:
    return 0 < len(words) <= longest and words.isprintable()
