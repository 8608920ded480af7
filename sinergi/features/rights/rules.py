"""What may be asked to be erased, who decides, and where it stands. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Literal

from sinergi.features.rights.events import ErasureDone, ErasureRefused, ErasureRequested, Ground, Refusal, Words
from sinergi.kernel.errors import Refused
from sinergi.kernel.words import line
from sinergi.ledger.events import RecordKey

# The office's head answers for what it keeps of people: of the police the Kapolres.
DECIDERS = {"police": ("resort_chief",), "kpu": ("chair", "secretary")}
# No public source says how long a holder may take; proposed until the parties fix it (docs/adr/0024).
DUE = timedelta(days=7)
MOST_RECORDS = 200
LONGEST = 300
LONGEST_SCHEDULE = 80
# What the parties signed, keys, and requests like this one: nothing of them is erased.
NEVER = ("identity.", "agreement.", "negotiation.", "erasure.")
# Issued letters, orders, minutes and reports are archives of the state: they go under their retention schedule (JRA).
ARCHIVES = (
    "security.letter_issued",
    "obligations.minutes_",
    "obligations.evaluation_issued",
    "orders.issued",
    "orders.letters_drawn",
    "orders.intelligence_annexed",
)

State = Literal["waiting", "overdue", "refused", "done", "left"]


def ask(
    *,
    records: Sequence[str],
    kinds: Iterable[str],
    ground: Ground,
    asked_by: Literal["subject", "authority"],
    words: str,
) -> ErasureRequested:
    """The request, or Refused with the form field that is wrong; `kinds` are those of the records."""
    chosen = sorted(set(records))
    if not chosen:
        raise Refused("Pilih sedikitnya satu catatan.", code="HAK-01", field="records")
    if len(chosen) > MOST_RECORDS:
        raise Refused(
            "Satu permintaan memuat paling banyak %(most)d catatan.", code="HAK-02", words={"most": MOST_RECORDS}
        )
    if any(kind.startswith(NEVER) for kind in kinds):
        raise Refused("Naskah perjanjian dan kunci tidak dihapus dengan cara ini.", code="HAK-03", field="records")
    letter = line(words)[:LONGEST]
    if not letter:
        raise Refused("Isi nomor surat permohonan.", code="HAK-04", field="words")
    return ErasureRequested(
        records=[RecordKey(key) for key in chosen], ground=ground, asked_by=asked_by, text=Words(words=letter)
    )


def done(request: str, *, kinds: Iterable[str], bodies: int, schedule: str) -> ErasureDone:
    """The attestation, or Refused where the retention schedule has to be named and is not."""
    number = line(schedule)[:LONGEST_SCHEDULE]
    if has_archive(kinds) and not number:
        raise Refused(
            "Di antaranya ada arsip negara. Isi nomor jadwal retensi arsip (JRA) yang mengizinkannya dimusnahkan.",
            code="HAK-05",
            field="schedule",
        )
    return ErasureDone(erasure=RecordKey(request), bodies=bodies, schedule=number)


def refuse(request: str, *, ground: Refusal, words: str) -> ErasureRefused:
    """The refusal, or Refused where it says nothing."""
    told = line(words)[:LONGEST]
    if not told:
        raise Refused("Tulis alasan yang dapat dibaca pemohon.", code="HAK-06", field="words")
    return ErasureRefused(erasure=RecordKey(request), ground=ground, text=Words(words=told))


def has_archive(kinds: Iterable[str]) -> bool:
    """Whether one of these kinds is an archive of the state."""
    return any(kind.startswith(ARCHIVES) for kind in kinds)


def state(said: Collection[str], *, asked_at: datetime, at: datetime, has_left: bool) -> State:
    """Where one holder stands; `said` holds `done` or `refused` for each of its answers. Who once erased is done."""
    if "done" in said:
        return "done"
    if "refused" in said:
        return "refused"
    if has_left:
        return "left"
    return "overdue" if at > due(asked_at) else "waiting"


def due(asked_at: datetime) -> datetime:
    """Until when a holder answers."""
    return asked_at + DUE
