"""What a breach must say, what is left to do, and until when. Pure.

UU 27/2022 art. 46: within 3 x 24 hours a written notice to the person and to the supervising body, saying at least what
data was disclosed, when and how, and what is done about it; in some cases to the public too.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Literal, get_args

from sinergi.features.breaches.events import (
    BreachNoted,
    BreachStepTaken,
    BreachText,
    BreachTold,
    DataKind,
    StepKind,
    StepText,
)
from sinergi.kernel.errors import Refused
from sinergi.kernel.words import line, paragraphs
from sinergi.ledger.events import RecordKey

WITHIN = timedelta(hours=72)
NOTICES: tuple[StepKind, ...] = ("authority", "subjects")
MOST_PEOPLE = 300_000_000
LONGEST = 1_000
LONGEST_LETTER = 80
# A clock may be a little ahead; nobody learns of something tomorrow.
AHEAD = timedelta(minutes=10)
State = Literal["running", "overdue", "notified", "closed"]


def note(*, known_at: datetime, at: datetime, data: Sequence[str], people: int, what: str, how: str) -> BreachNoted:
    """The breach, or Refused with the form field that is wrong."""
    if known_at > at + AHEAD:
        raise Refused("Saat diketahui tidak boleh di masa depan.", code="BCR-01", field="known_at")
    text = BreachText(what=_said(what, "what"), how=_said(how, "how"))
    return BreachNoted(known_at=known_at, data=kinds_of(data), people=counted(people), text=text)


def step(
    breach: str, *, kind: StepKind, taken: Collection[str], people: int | None, letter: str, words: str
) -> BreachStepTaken:
    """A step, or Refused. A notice names its letter; it is closed once both notices are out."""
    number = line(letter)[:LONGEST_LETTER]
    if "closed" in taken:
        raise Refused("Kejadian ini sudah ditutup.", code="BCR-02")
    if kind in NOTICES and not number:
        raise Refused("Isi nomor surat pemberitahuan.", code="BCR-03", field="letter")
    if kind == "counted" and people is None:
        raise Refused("Isi jumlah orang yang terkena.", code="BCR-04", field="people")
    if kind == "closed" and (missing := [one for one in NOTICES if one not in taken]):
        sentence = {
            "authority": "Lembaga pengawas belum diberi tahu; kejadian ini belum dapat ditutup.",
            "subjects": "Orang yang terkena belum diberi tahu; kejadian ini belum dapat ditutup.",
        }
        raise Refused(sentence[missing[0]], code="BCR-05", field="kind")
    return BreachStepTaken(
        breach=RecordKey(breach),
        step=kind,
        people=None if people is None else counted(people),
        letter=number,
        text=StepText(words=_said(words, "words")),
    )


def tell(*, known_at: datetime, data: Sequence[str], people: int, words: str) -> BreachTold:
    """What a partner is told, or Refused."""
    return BreachTold(
        known_at=known_at, data=kinds_of(data), people=counted(people), text=StepText(words=_said(words, "words"))
    )


def kinds_of(data: Sequence[str]) -> list[DataKind]:
    """The kinds of data, each once, in one order."""
    found = [kind for kind in get_args(DataKind) if kind in data]
    if not found:
        raise Refused("Pilih sedikitnya satu jenis data.", code="BCR-06", field="disclosed")
    return found


def counted(people: int) -> int:
    """A number of people that can be."""
    if not 0 <= people <= MOST_PEOPLE:
        raise Refused("Jumlah orang tidak mungkin.", code="BCR-07", field="people")
    return people


def due(known_at: datetime) -> datetime:
    """Until when both notices must be out."""
    return known_at + WITHIN


def state(taken: Collection[str], *, known_at: datetime, at: datetime) -> State:
    """Where a breach stands by the steps that were taken in time or late."""
    if "closed" in taken:
        return "closed"
    if all(one in taken for one in NOTICES):
        return "notified"
    return "overdue" if at > due(known_at) else "running"


def _said(words: str, field: str) -> str:
    told = paragraphs(words)[:LONGEST]
    if not told:
        raise Refused("Bagian ini wajib diisi.", code="BCR-08", field=field)
    return told
