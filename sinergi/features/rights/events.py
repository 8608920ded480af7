"""What agencies tell each other about erasing. The kinds are those that docs/protocol/erasure.md reserves."""

from __future__ import annotations

from typing import Literal

from sinergi.ledger.events import Event, RecordKey, Text

# Why what is told of a person has to go (UU 27/2022 art. 43).
Ground = Literal["not_needed", "consent_withdrawn", "subject_asks", "unlawful"]
# Why it stays all the same (art. 15 and 44; UU 43/2009 on archives).
Refusal = Literal["archive", "legal_duty", "open_case", "other_person"]


class Words(Text):
    """The number of the letter by which it was asked for, or why it is refused. Never the person's name."""

    words: str


class ErasureRequested(Event, kind="erasure.requested"):
    """An office asks every holder to erase what these records say of a person who asked for it.

    `asked_by`: the person, or an authority for them. `scope`: what is to go; so far always the whole body.
    """

    records: list[RecordKey]
    ground: Ground
    asked_by: Literal["subject", "authority"]
    scope: Literal["body"] = "body"
    text: Words | None = None


class ErasureDone(Event, kind="erasure.done"):
    """A holder attests that body and salt of all these records are gone from its node.

    `bodies`: how many it still held. `schedule`: the number of the retention schedule, where one of them is an archive.
    """

    erasure: RecordKey
    bodies: int
    schedule: str = ""


class ErasureRefused(Event, kind="erasure.refused"):
    """A holder keeps what was asked to be erased, for now, and says on which ground."""

    erasure: RecordKey
    ground: Refusal
    text: Words | None = None
