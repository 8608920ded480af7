"""What parties say about the agreement as a whole."""

from __future__ import annotations

from datetime import date
from typing import Literal

import msgspec

from sinergi.ledger.events import Founding, Joining, Leaving, RecordKey, Text

Scope = Literal["data", "security", "law", "regulation", "capacity", "facility"]
SCOPES: tuple[Scope, ...] = ("data", "security", "law", "regulation", "capacity", "facility")


class Article(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One article (pasal): its number, heading and the scope it carries out, if it carries out one."""

    number: int
    title: str
    scope: Scope | None = None


class Signer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Who signed the paper for one party. Personal data: lives in the erasable part only."""

    party: str
    name: str
    office: str
    identity_number: str = ""


class AgreementText(Text):
    """The words of the articles by number and the names of those who signed."""

    signers: list[Signer]
    articles: dict[str, str] = {}


class AgreementEntered(Founding, kind="agreement.entered", must=True):
    """The founder enters an agreement signed on paper: same order of `parties` and `numbers`.

    `scan` is the SHA-256 of the scanned paper, in hex: whoever holds the scan can show that it is this agreement.
    """

    title: str
    numbers: list[str]
    place: str
    signed_on: date
    starts_on: date
    ends_on: date
    scopes: list[Scope]
    articles: list[Article]
    scan: str
    scan_size: int
    text: AgreementText | None = None


class AgreementConfirmed(Joining, kind="agreement.confirmed", must=True):
    """Another party confirms that its paper says the same; `scan` repeats the hash of the scan it checked."""

    entered: RecordKey
    scan: str


class AgreementLeft(Leaving, kind="agreement.left", must=True):
    """The author's last fact under this agreement; `reason` is a code, the words travel by letter.

    `withdrawn`: it was entered or confirmed, and is taken back before every party stood behind it.
    """

    reason: Literal["ended_by_consent", "term_over", "void_law", "withdrawn"]
