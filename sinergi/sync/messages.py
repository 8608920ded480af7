"""What travels between nodes besides bundles: the state document and bodies. Pure; docs/protocol/sync.md, 3 to 6."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from sinergi.kernel.errors import Broken
from sinergi.ledger.bundle import LARGEST_BUNDLE

LARGEST_STATE = 4 * 1024 * 1024
MOST_LOGS = 5_000
MOST_BODIES = 256
# What one answer with bodies may hold before encoding; one larger body goes alone.
BODIES_PER_ANSWER = 4 * 1024 * 1024
LARGEST_BODIES = 8 * 1024 * 1024
LARGEST_ENTRIES = LARGEST_BUNDLE
LARGEST_REQUEST = 64 * 1024


class BadMessage(Broken):
    """The bytes are not the message they should be. Nothing of it counts."""


class LogLine(msgspec.Struct, frozen=True, kw_only=True):
    """One log the reader may read: whose it is, how many entries are there for the reader, its newest checkpoint."""

    log: str
    agreement: str
    role: str
    author: str
    size: int
    checkpoint: str


class Cosigned(msgspec.Struct, frozen=True, kw_only=True):
    """The sender's newest cosignatures under a checkpoint of one log: the checkpoint's note and the lines."""

    log: str
    note: str
    lines: str


class ForkLine(msgspec.Struct, frozen=True, kw_only=True):
    """The sender's proof that the author of one log told two histories (log.md)."""

    log: str
    first: str
    second: str
    proof: str


class YourLine(msgspec.Struct, frozen=True, kw_only=True):
    """A checkpoint of the reader's own log that the sender has seen, where it cannot show the whole of that log."""

    log: str
    checkpoint: str
    agreement: str = ""
    role: str = ""


class State(msgspec.Struct, frozen=True, kw_only=True):
    """Everything new in one round trip. Unknown members are passed over, so that later versions may add some."""

    agency: str
    logs: list[LogLine]
    cosigned: list[Cosigned]
    forks: list[ForkLine] = []
    yours: list[YourLine] = []
    # Seconds since another process of the reader's agency asked here; -1 where none is known.
    elsewhere: int = -1


class BodiesAsked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Places in one log whose bodies are asked for."""

    seqs: list[int]


class BodyLine(msgspec.Struct, frozen=True, kw_only=True):
    """One erasable body; `salt` and `data` are base64 in JSON."""

    seq: int
    salt: bytes
    data: bytes


class Bodies(msgspec.Struct, frozen=True, kw_only=True):
    """Bodies, and the places of those that are not here any more (or not yet). What is in neither list: ask again."""

    bodies: list[BodyLine]
    absent: list[int]


Message = TypeVar("Message", bound=msgspec.Struct)


def encode(message: msgspec.Struct) -> bytes:
    """The bytes that travel."""
    return msgspec.json.encode(message)


def decode(data: bytes, kind: type[Message], limit: int) -> Message:
    """Read a message. Raises BadMessage for anything else, however large or deep."""
    if len(data) > limit:
        raise BadMessage(f"{len(data)} bytes, more than {limit}")
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.DecodeError, msgspec.ValidationError, RecursionError, UnicodeError) as error:
        raise BadMessage(f"not a {kind.__name__.lower()} message") from error


def read_state(data: bytes, sender: str) -> State:
    """The state document of `sender`. Raises BadMessage."""
    state = decode(data, State, LARGEST_STATE)
    if state.agency != sender:
        raise BadMessage("a state document of another agency")
    if max(len(state.logs), len(state.cosigned), len(state.forks), len(state.yours)) > MOST_LOGS:
        raise BadMessage("more logs than anybody has")
    if any(line.size < 0 for line in state.logs):
        raise BadMessage("a log of negative size")
    return state
