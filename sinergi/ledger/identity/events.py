"""What an agency says of its own keys."""

from __future__ import annotations

import hashlib
from typing import Literal

import msgspec

from sinergi.kernel import canonical
from sinergi.ledger.events import Event

ALGORITHM = "ed25519"
USES = ("event", "checkpoint", "witness", "mirror", "transport", "encryption")


class PublicKey(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One public key and its only use. `public` is lower-case hex."""

    use: str
    alg: str
    public: str


class AgencyFounded(Event, kind="identity.agency_founded", must=True):
    """The first entry of an identity log: the roots make the agency's id, the keys are what it signs with.

    It is signed by the event key it names and by at least `threshold` roots. Names of agencies are no personal data.
    """

    roots: list[str]
    threshold: int
    code: str
    name: str
    agency_kind: str
    region: str
    keys: list[PublicKey]


class KeyAdded(Event, kind="identity.key_added", must=True):
    """One more key, signed by an event key (by itself, if it is one), by enough roots and by the new key.

    The keys before it stay good until they are revoked.
    """

    key: PublicKey


class KeyRevoked(Event, kind="identity.key_revoked", must=True):
    """A key by its id is used no more. `last`: by log, the last place of this agency's own log whose entry by that key
    is still trusted; of a log that is not named, none is. Signed by an event key and by enough roots."""

    key: str
    reason: Literal["replaced", "lost", "stolen"]
    last: dict[str, int]


def agency_id(roots: list[str], threshold: int) -> str:
    """The agency's id: the hash of its founding roots. Printed in the signed agreement as its fingerprint."""
    content = canonical.encode({"roots": roots, "threshold": threshold})
    return hashlib.sha256(b"sinergi agency v1\n" + content).hexdigest()
