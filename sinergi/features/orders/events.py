"""What the police state about duty orders, for themselves, and the roster that a commission gets."""

from __future__ import annotations

from datetime import datetime

import msgspec

from sinergi.ledger.events import Event, RecordKey, Text


class PostRow(msgspec.Struct, frozen=True, array_like=True):
    """One guard post: the station it stands at, where that is in words, and the stations it guards."""

    code: str
    place: str
    stations: list[str]


class CommanderRow(msgspec.Struct, frozen=True, array_like=True):
    """Who commands in one district (padal). `officer`: service number; `phone`: whom its officers call."""

    district: str
    district_name: str
    officer: str
    name: str
    rank: str
    phone: str


class DutyRow(msgspec.Struct, frozen=True, array_like=True):
    """One officer at one post: `post` and `commander` are places in their lists; the letter's `year` and `number`.

    `over`: why a named commander lets this duty last longer than the limit; empty where it does not.
    """

    officer: str
    name: str
    rank: str
    unit: str
    phone: str
    post: int
    commander: int
    starts_at: datetime
    ends_at: datetime
    year: int
    number: int
    over: str = ""


class OrderText(Text):
    """What the order says in words, and its annex by name."""

    activity: str
    operation: str
    basis: list[str]
    tasks: list[str]
    situation: str
    phone: str
    posts: list[PostRow]
    commanders: list[CommanderRow]
    rows: list[DutyRow]


class IntelligenceText(Text):
    """The intelligence annex."""

    words: str


class WordsText(Text):
    """Free words beside a coded fact."""

    words: str


class RosterRow(msgspec.Struct, frozen=True, array_like=True):
    """Who guards one station: the least a commission needs to find them."""

    station: str
    post: str
    rank: str
    name: str
    unit: str
    phone: str
    starts_at: datetime
    ends_at: datetime


class RosterText(Text):
    """The rows, by station."""

    rows: list[RosterRow]


class OrderIssued(Event, kind="orders.issued"):
    """The Kapolres or the Plh ordered the officers of a plan to their posts.

    `sprin` and `renpam` are the numbers of the order and of its security plan, `first` the first of `letters` numbers
    of duty letters, all of `year`, written by `pattern` with `region`. `digest`: SHA-256 of the canonical text.
    `kept`: letters (year, first, last number) of the order it `replaces` that stay good. `over`: how many officers
    serve longer than the limit, each with a reason. The last five are the official's own signature (WebAuthn
    assertion, docs/protocol/signature.md); empty where a second factor alone was shown.
    """

    plan: RecordKey
    year: int
    sprin: int
    sprin_written: str
    renpam: int
    renpam_written: str
    first: int
    letters: int
    pattern: str
    region: str
    exercise: bool
    starts_at: datetime
    ends_at: datetime
    posts: int
    stations: int
    officers: int
    over: int
    digest: str
    replaces: RecordKey | None = None
    kept: list[list[int]] = []
    public: str = ""
    host: str = ""
    authenticator: str = ""
    client: str = ""
    signature: str = ""
    text: OrderText | None = None


class IntelligenceAnnexed(Event, kind="orders.intelligence_annexed"):
    """The intelligence annex of an order. Never under an agreement."""

    order: RecordKey
    text: IntelligenceText | None = None


class LettersDrawn(Event, kind="orders.letters_drawn"):
    """Every file of an order was drawn. `digest`: SHA-256 of the list of their hashes."""

    order: RecordKey
    files: int
    digest: str


class OrderRevoked(Event, kind="orders.revoked"):
    """The Kapolres or the Plh takes an order back; all letters that hang on it end."""

    order: RecordKey
    text: WordsText | None = None


class RosterStated(Event, kind="orders.roster_stated"):
    """The police tell a commission who guards its stations (D-06); a later one replaces it. `order`: number in words.

    `digest`: SHA-256 of the canonical rows.
    """

    order: str
    stations: int
    officers: int
    digest: str
    text: RosterText | None = None


class RosterWithdrawn(Event, kind="orders.roster_withdrawn"):
    """The order behind a roster was taken back, and none replaced it."""

    roster: RecordKey
