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
)
from sinergi.kernel.errors import Refused
from sinergi.ledger.events import RecordKey

State = Literal["waiting", "in_force", "ended"]
Reason = Literal["ended_by_consent", "term_over", "void_law"]
LARGEST_SCAN = 30 * 1024 * 1024


class Agreement(Protocol):
    """What a rule needs to know of an agreement."""

    key: str
    scan: str
    party_ids: list[str]
    confirmed_ids: list[str]
    left_ids: list[str]


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
        raise Refused("Isi judul perjanjian dan tempat penandatanganan.", code="PKS-03", field="title")
    if signed_on > today:
        raise Refused("Tanggal tanda tangan belum tiba. Periksa tanggalnya.", code="PKS-04", field="signed_on")
    if not starts_on < ends_on:
        raise Refused("Jangka waktu harus berakhir setelah mulai.", code="PKS-05", field="ends_on")
    if not scopes or not set(scopes) <= set(SCOPES):
        raise Refused("Pilih sedikitnya satu ruang lingkup.", code="PKS-06", field="scopes")
    if not articles or [article.number for article in articles] != list(range(1, len(articles) + 1)):
        raise Refused("Nomor pasal harus urut mulai dari 1.", code="PKS-07", field="articles")
    if len(scan) != 64 or not 0 < scan_size <= LARGEST_SCAN:
        raise Refused("Lampirkan pindaian perjanjian, paling besar 30 MB.", code="PKS-08", field="scan")
    return AgreementEntered(
        parties=list(parties),
        nonce=nonce,
        title=title.strip(),
        numbers=[number.strip() for number in numbers],
        place=place.strip(),
        signed_on=signed_on,
        starts_on=starts_on,
        ends_on=ends_on,
        scopes=sorted(set(scopes), key=SCOPES.index),
        articles=list(articles),
        scan=scan,
        scan_size=scan_size,
        text=text,
    )


def confirm(agreement: Agreement, *, agency: str, scan: str) -> AgreementConfirmed:
    """The confirmation of a party that has not confirmed yet, over the same scan."""
    if agency not in agreement.party_ids:
        raise Refused("Kantor ini bukan pihak dalam perjanjian ini.", code="PKS-11")
    if agency in agreement.confirmed_ids:
        raise Refused("Perjanjian ini sudah ditegaskan oleh kantor ini.", code="PKS-12")
    if scan != agreement.scan:
        raise Refused(
            "Pindaian Anda berbeda dari yang dimasukkan pihak lain. Bandingkan kedua naskah sebelum menegaskan.",
            code="PKS-13",
            field="scan",
        )
    return AgreementConfirmed(entered=RecordKey(agreement.key), scan=scan)


def leave(
    agreement: Agreement, *, agency: str, reason: Literal["ended_by_consent", "term_over", "void_law"]
) -> AgreementLeft:
    """The last fact of a party under this agreement."""
    if agency in agreement.left_ids:
        raise Refused("Kantor ini sudah mengakhiri perjanjian ini.", code="PKS-21")
    return AgreementLeft(reason=reason)


def state(agreement: Agreement) -> State:
    """waiting until all parties stand behind it, in_force after, ended once any party has left."""
    if agreement.left_ids:
        return "ended"
    return "in_force" if set(agreement.party_ids) <= set(agreement.confirmed_ids) else "waiting"
