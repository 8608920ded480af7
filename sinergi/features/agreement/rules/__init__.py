"""When an agreement may be entered, confirmed and left. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import pairwise, takewhile
from typing import Literal, Protocol

import msgspec

from sinergi.features.agreement.events import (
    SCOPES,
    AgreementConfirmed,
    AgreementEntered,
    AgreementLeft,
    AgreementText,
    Article,
    ChangeKind,
    Scope,
    Signer,
    Terms,
)
from sinergi.kernel.errors import Refused
from sinergi.kernel.obligation import items_flaw
from sinergi.kernel.words import line, paragraphs
from sinergi.ledger.events import RecordKey

State = Literal["draft", "waiting", "in_force", "ended"]
Standing = Literal["draft", "waiting", "not_started", "in_force", "suspended", "over", "ended"]
Reason = Literal["ended_by_consent", "term_over", "void_law", "withdrawn"]
LARGEST_SCAN = 30 * 1024 * 1024
MOST_ARTICLES = 40
LONGEST_TITLE = 300
LONGEST_NUMBER = 120
LONGEST_PLACE = 100
LONGEST_HEADING = 160
LONGEST_ARTICLE = 8_000
LONGEST_WORDS = 2_000
EARLIEST_SIGNING = date(2000, 1, 1)
LATEST_END = date(2100, 1, 1)


class AgreedChange(msgspec.Struct, frozen=True, kw_only=True):
    """A change that every party agreed to; it works from the day `from_on`, `ends_on` is an extension's last day."""

    key: str
    change: ChangeKind
    from_on: date
    ends_on: date | None = None


class Agreement(Protocol):
    """What a rule needs to know of an agreement."""

    key: str
    scan: str
    drafted: bool

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
    if signed_on > today:
        raise Refused("Tanggal tanda tangan belum tiba. Periksa tanggalnya.", code="PKS-04", field="signed_on")
    refuse_terms(
        parties=parties,
        numbers=numbers,
        title=title,
        place=place,
        signed_on=signed_on,
        starts_on=starts_on,
        ends_on=ends_on,
        scopes=scopes,
        articles=articles,
    )
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
        articles=cleaned(articles),
        scan=scan,
        scan_size=scan_size,
        text=AgreementText(
            signers=[cleaned_signer(signer) for signer in text.signers],
            articles={number: paragraphs(words) for number, words in text.articles.items()},
        ),
    )
    wrong = flaw(entered)
    if wrong is not None:
        raise Refused("Judul, nomor, tempat, atau pasal terlalu panjang atau kosong.", code="PKS-10", field=wrong)
    return entered


def refuse_terms(
    *,
    parties: Sequence[str],
    numbers: Sequence[str],
    title: str,
    place: str,
    signed_on: date,
    starts_on: date,
    ends_on: date,
    scopes: Sequence[Scope],
    articles: Sequence[Article],
) -> None:
    """Raise Refused with the sentence for the field of these terms that is wrong, if one is."""
    if len(parties) < 2 or len(set(parties)) != len(parties):
        raise Refused("Pilih pihak lain dalam perjanjian ini.", code="PKS-01", field="partner")
    if len(numbers) != len(parties) or not all(number.strip() for number in numbers):
        raise Refused("Isi nomor dokumen untuk setiap pihak.", code="PKS-02", field="numbers")
    if not title.strip() or not place.strip():
        field = "place" if title.strip() else "title"
        raise Refused("Isi judul perjanjian dan tempat penandatanganan.", code="PKS-03", field=field)
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


def cleaned(articles: Sequence[Article]) -> list[Article]:
    """Articles with their headings in the form that is signed."""
    return [Article(number=each.number, title=line(each.title), scope=each.scope) for each in articles]


def cleaned_signer(signer: Signer) -> Signer:
    """A signer with every word in the form that is signed."""
    return Signer(
        party=signer.party,
        name=line(signer.name),
        office=line(signer.office),
        identity_number=line(signer.identity_number),
    )


def told_apart(agreements: Iterable[tuple[str, Sequence[str], date, str]]) -> dict[str, str]:
    """What tells agreements between the same parties apart, by id; nothing for one that has no twin.

    Each is given as id, parties, day of signing and first document number. Between twins the year is enough where no
    other was signed in it; else the number, which is on the paper.
    """
    twins: dict[frozenset[str], list[tuple[str, int, str]]] = {}
    for id, parties, signed_on, number in agreements:
        twins.setdefault(frozenset(parties), []).append((id, signed_on.year, number))
    marks: dict[str, str] = {}
    for together in twins.values():
        years = [year for _, year, _ in together]
        if len(together) > 1:
            marks |= {id: str(year) if years.count(year) == 1 else number for id, year, number in together}
    return marks


def flaw(entered: AgreementEntered) -> str | None:
    """The field of a founding fact that no honest form gives, or None. Other agencies may send anything.

    Depends on the fact alone, so every node gives the same verdict.
    """
    wrong = terms_flaw(entered, parties=entered.parties)
    if wrong is None and not (is_fingerprint(entered.scan) and 0 < entered.scan_size <= LARGEST_SCAN):
        return "scan"
    return wrong


def terms_flaw(terms: AgreementEntered | Terms, *, parties: Sequence[str]) -> str | None:
    """The field of terms between these parties that no honest form gives, or None."""
    checks = {
        "title": is_line(terms.title, LONGEST_TITLE),
        "place": is_line(terms.place, LONGEST_PLACE),
        "numbers": len(terms.numbers) == len(parties)
        and all(is_line(number, LONGEST_NUMBER) for number in terms.numbers),
        "ends_on": min(terms.signed_on, terms.starts_on) >= EARLIEST_SIGNING
        and max(terms.signed_on, terms.ends_on) <= LATEST_END
        and terms.starts_on < terms.ends_on,
        "scopes": 0 < len(terms.scopes) == len(set(terms.scopes)),
        "articles": 0 < len(terms.articles) <= MOST_ARTICLES
        and [article.number for article in terms.articles] == list(range(1, len(terms.articles) + 1))
        and all(is_line(article.title, LONGEST_HEADING) for article in terms.articles),
        "obligations": isinstance(terms, AgreementEntered)
        or (
            not items_flaw(terms.obligations, parties)
            and all(item.article <= len(terms.articles) for item in terms.obligations)
        ),
    }
    return next((field for field, holds in checks.items() if not holds), None)


def is_fingerprint(words: str) -> bool:
    """Whether this is a SHA-256 in lower-case hex."""
    return len(words) == 64 and set(words) <= set("0123456789abcdef")


def is_day(day: date) -> bool:
    """Whether a day can be one on which something about an agreement happened."""
    return EARLIEST_SIGNING <= day <= LATEST_END


def is_line(words: str, longest: int) -> bool:
    """Whether this is one printable line of at most so many letters."""
    return 0 < len(words) <= longest and words.isprintable()


def confirm(agreement: Agreement, *, agency: str, scan: str) -> AgreementConfirmed:
    """The confirmation of a party that has not confirmed yet, over the same scan."""
    if agency not in agreement.party_ids:
        raise Refused("Kantor ini bukan pihak dalam perjanjian ini.", code="PKS-11")
    if agreement.left_ids:
        raise Refused("Perjanjian ini sudah ditarik; tidak ada yang perlu ditegaskan.", code="PKS-14")
    if agreement.drafted:
        raise Refused("Perjanjian ini dirundingkan di sini; ia berlaku karena ditandatangani.", code="PKS-15")
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
    if waiting and (reason != "withdrawn" or not (agreement.drafted or agency in agreement.confirmed_ids)):
        raise Refused("Perjanjian ini belum berlaku, jadi belum dapat diakhiri.", code="PKS-22")
    if reason == "withdrawn" and not waiting:
        raise Refused("Perjanjian ini sudah ditegaskan semua pihak; akhiri dengan alasannya.", code="PKS-23")
    return AgreementLeft(reason=reason)


def state(agreement: Agreement) -> State:
    """draft until all signed or waiting until all confirmed, in_force after, ended once any party has left."""
    if agreement.left_ids:
        return "ended"
    if set(agreement.party_ids) <= set(agreement.confirmed_ids):
        return "in_force"
    return "draft" if agreement.drafted else "waiting"


def standing(
    facts: State, *, starts_on: date, ends_on: date, on: date, changes: Sequence[AgreedChange] = ()
) -> Standing:
    """How an agreement stands on a day: what its parties stated, its term (last day inclusive) and agreed changes."""
    if facts != "in_force":
        return facts
    begun = [change for change in changes if change.from_on <= on]
    if any(change.change == "end" for change in begun):
        return "ended"
    if on < starts_on:
        return "not_started"
    if on > last_day(ends_on, changes):
        return "over"
    return "suspended" if is_suspended(changes, on=on) else "in_force"


def is_suspended(changes: Sequence[AgreedChange], *, on: date) -> bool:
    """Whether of the suspensions and resumptions that have begun by that day a suspension is the last."""
    paused = [change.change for change in changes if change.from_on <= on]
    paused = [change for change in paused if change in ("suspension", "resumption")]
    return paused[-1:] == ["suspension"]


def suspended_since(changes: Sequence[AgreedChange], *, on: date) -> date | None:
    """The first of the days up to `on` on which it is suspended without a break; None where it is not on that day."""
    cuts = sorted({change.from_on for change in changes if change.from_on <= on}, reverse=True)
    held = list(takewhile(lambda day: is_suspended(changes, on=day), cuts))
    return held[-1] if held else None


def suspensions(changes: Sequence[AgreedChange]) -> tuple[tuple[date, date], ...]:
    """The stretches of days on which it is suspended: first day, and first day after (`date.max`: none yet)."""
    cuts = sorted({change.from_on for change in changes})
    return tuple((first, after) for first, after in pairwise([*cuts, date.max]) if is_suspended(changes, on=first))


def last_day(ends_on: date, changes: Sequence[AgreedChange]) -> date:
    """The last day of the term with the extensions that were agreed to."""
    return max([ends_on, *(change.ends_on for change in changes if change.ends_on is not None)])
