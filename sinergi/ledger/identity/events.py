"""What an agency says of its own keys."""

from __future__ import annotations

import hashlib

import msgspec

from sinergi.kernel import canonical
from sinergi.ledger.events import Event

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


def agency_id(roots: list[str], threshold: int) -> str:
    """The agency's id: the hash of its founding roots. Printed in the signed agreement as its fingerprint."""
    content = canonical.encode({"roots": roots, "threshold": threshold})
    return hashlib.sha256(b"sinergi agency v1\n" + content).hexdigest()
