"""The history of an agreement from paper: what one party may tell of it, and what of it counts. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Protocol

from sinergi.features.obligations import rules
from sinergi.features.obligations.due import Occurrence
from sinergi.features.obligations.events import HistoryAnswered, HistoryStated, HistoryText, Past, Words
from sinergi.features.obligations.standing import Fulfilment
from sinergi.kernel.errors import Refused
from sinergi.kernel.instants import end_of_day
from sinergi.kernel.obligation import Due, Item
from sinergi.kernel.words import line, paragraphs
from sinergi.ledger.events import RecordKey

# What one record holds within the limits of its header (docs/protocol/envelope.md); further files are further records.
MOST_ENTRIES = 300
LONGEST_NUMBER = 100
LONGEST_REMARK = 300
DOCUMENT = re.compile(r"[0-9a-f]{64}")


class History(Protocol):
    """What a rule needs to know of a stated history."""

    key: str
    agency: str
    stated_at: datetime

    @property
    def agreed_ids(self) -> list[str]: ...

    def entries(self) -> list[Past]: ...


def history_flaw(stated: HistoryStated, codes: Iterable[str], *, counts_from: date, on: date) -> str:
    """What no honest form gives, or nothing. Depends on the fact and the list it names alone.

    `codes` of that list, which counts from `counts_from`; `on`: the day on which it was stated.
    """
    if not 0 < len(stated.entries) <= MOST_ENTRIES:
        return "it holds nothing or too much"
    known, seen = set(codes), set()
    for place, one in enumerate(stated.entries):
        if one.document and not DOCUMENT.fullmatch(one.document):
            return "a paper has no fingerprint"
        if one.told == "addendum":
            if one.code or one.done_on or one.on > on:
                return "an addendum has a day that cannot be"
            # It changes an earlier one of the list, so that no two can change each other in a circle.
            if one.amends is not None and not (
                0 <= one.amends < place and stated.entries[one.amends].told == "addendum"
            ):
                return "an addendum changes none that was signed before it"
            continue
        if one.code not in known or one.amends is not None:
            return "it speaks of no obligation of that list"
        if (one.code, one.on) in seen:
            return "it says the same due twice"
        seen.add((one.code, one.on))
        if not one.on < counts_from or one.on > on or (one.told == "missed") != (one.done_on is None):
            return "a due has a day that cannot be"
        if one.done_on is not None and one.done_on > on:
            return "a due has a day that cannot be"
    return ""


def state(
    *,
    list_key: str,
    codes: Iterable[str],
    counts_from: date,
    entries: Sequence[Past],
    numbers: Sequence[str],
    remarks: Sequence[str],
    on: date,
) -> HistoryStated:
    """The history as one party tells it on the day `on`, or Refused. Its cells were checked one by one before."""
    if len(entries) > MOST_ENTRIES:
        raise Refused("Satu berkas memuat paling banyak 300 baris. Bagi menurut tahun.", code="KWJ-61", field="file")
    if not entries:
        raise Refused("Tidak ada riwayat baru dalam berkas ini.", code="KWJ-62", field="file")
    stated = HistoryStated(
        of_list=RecordKey(list_key),
        entries=list(entries),
        text=HistoryText(
            numbers={str(place): line(word) for place, word in enumerate(numbers) if line(word)},
            remarks={str(place): line(word) for place, word in enumerate(remarks) if line(word)},
        ),
    )
    if history_flaw(stated, codes, counts_from=counts_from, on=on):
        raise Refused("Riwayat ini tidak mungkin. Periksa berkasnya lagi.", code="KWJ-63", field="file")
    return stated


def answer(
    key: str, *, author: str, answered: Iterable[str], agency: str, agrees: bool, words: str = ""
) -> HistoryAnswered:
    """Confirm another party's history, or send it back with a reason."""
    if author == agency:
        raise Refused("Riwayat sendiri dibenarkan pihak lain.", code="KWJ-64")
    if agency in set(answered):
        raise Refused("Riwayat ini sudah Anda jawab.", code="KWJ-65")
    said = paragraphs(words)
    if not agrees and not said:
        raise Refused("Tulis apa yang perlu diperbaiki.", code="KWJ-34", field="words")
    if len(said) > rules.LONGEST_WORDS:
        raise Refused("Paling panjang 2.000 huruf.", code="KWJ-25", field="words")
    return HistoryAnswered(history=RecordKey(key), agrees=agrees, text=Words(words=said) if said else None)


def agreed(histories: Iterable[History], parties: Iterable[str]) -> list[tuple[str, Past]]:
    """(record, entry) that every party stands behind; of two about the same due the one stated first."""
    everybody = set(parties)
    found: dict[tuple[str, str], tuple[str, Past]] = {}
    for one in sorted(histories, key=lambda one: (one.stated_at, one.key)):
        if everybody <= {one.agency, *one.agreed_ids}:
            for place, entry in enumerate(one.entries()):
                about = (one.key, str(place)) if entry.told == "addendum" else (entry.code, entry.on.isoformat())
                found.setdefault(about, (one.key, entry))
    return list(found.values())


def fulfilments(entries: Iterable[tuple[str, Past]], item: Item, *, counts_from: date, zone: str) -> list[Fulfilment]:
    """The dues of `item` that happened before its list counts, as their history tells them."""
    return [
        Fulfilment(
            item=item,
            occurrence=Occurrence(
                code=item.code,
                mark=entry.on.isoformat(),
                opens_at=end_of_day(entry.on - timedelta(days=1), zone),
                due_at=end_of_day(entry.on, zone),
                due=Due(rule="once", on=entry.on),
                zone=zone,
            ),
            state="met" if entry.told == "kept" else "released" if entry.told == "released" else "missed",
            done_at=end_of_day(entry.done_on, zone) if entry.told == "kept" and entry.done_on else None,
            proof=key,
            history=key,
        )
        for key, entry in entries
        if entry.code == item.code and entry.told != "addendum" and entry.on < counts_from
    ]
