"""Which keys an identity log names at one place of it: replayed from its entries alone. Pure.

docs/protocol/keys.md is the normative page. A key that was once named stays named; what a revocation takes from it is
the trust in what it signed after the places that the revocation tells.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from sinergi.ledger import envelope
from sinergi.ledger.envelope import BadEnvelope
from sinergi.ledger.events import Malformed, read_facts
from sinergi.ledger.identity import founded, founding_keys
from sinergi.ledger.identity.events import ALGORITHM, USES, KeyAdded, KeyRevoked, PublicKey

# Each may cost every partner a folding of all its facts (revoking.py): without an end it would stop them.
MOST_REVOCATIONS = 64


class NamedKey(msgspec.Struct, frozen=True, kw_only=True):
    """One named key. `last`, once it was revoked: by log, the last place whose entry by this key is trusted."""

    use: str
    public: bytes
    last: dict[str, int] | None = None

    @property
    def kid(self) -> str:
        """Its id."""
        return envelope.key_id(self.public)

    def signs(self, log: str, seq: int) -> bool:
        """Whether an entry by this key at that place of that log is trusted."""
        return self.last is None or seq <= self.last.get(log, -1)


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """The roots of an agency by key id, how many of them must sign, and every key named so far in order.

    `revocations`: how many entries took trust from event keys.
    """

    roots: dict[str, bytes]
    threshold: int
    keys: tuple[NamedKey, ...]
    revocations: int = 0

    def of(self, use: str) -> list[NamedKey]:
        """All keys ever named for a use, the newest last."""
        return [key for key in self.keys if key.use == use]

    def public(self, use: str) -> dict[str, bytes]:
        """The same by key id, as signatures are checked."""
        return {key.kid: key.public for key in self.of(use)}


def signers(before: Named | None, entry: envelope.Entry) -> dict[str, bytes]:
    """The keys that may sign this entry of an identity log; `before`: what is named below it, None for the first.

    Raises BadEnvelope, step 6, where it lacks a signature that it needs.
    """
    if before is None:
        return founding_keys(entry)
    signed = {line.kid for line in entry.signatures}
    if len(signed & set(before.roots)) < before.threshold:
        raise BadEnvelope(6, "too few roots signed an entry of an identity log")
    added, revoked = _added(entry), _revoked(entry)
    held = {key.kid for key in before.keys}
    if revoked is not None and revoked.key not in held:
        raise BadEnvelope(6, "it revokes a key that was never named")
    if _takes_back(before, revoked) and before.revocations >= MOST_REVOCATIONS:
        raise BadEnvelope(6, "it revokes event keys more often than any agency may")
    new = {envelope.key_id(bytes.fromhex(added.public)): bytes.fromhex(added.public)} if added else {}
    if held & set(new):
        raise BadEnvelope(6, "a key that was named before")
    if not set(new) <= signed:
        raise BadEnvelope(6, "the new key did not sign")
    events = {key.kid: key.public for key in before.of("event") if key.last is None}
    if entry.header.kid not in (events | new if added and added.use == "event" else events):
        raise BadEnvelope(6, f"key {entry.header.kid} is not one of the author's event keys")
    return events | before.roots | new


def after(before: Named | None, entry: envelope.Entry) -> Named:
    """What is named once this entry counts; it passed `signers`."""
    if before is None:
        event = founded(entry)
        roots = [bytes.fromhex(root) for root in event.roots]
        return Named(
            roots={envelope.key_id(root): root for root in roots},
            threshold=event.threshold,
            keys=tuple(NamedKey(use=key.use, public=bytes.fromhex(key.public)) for key in event.keys),
        )
    added, revoked = _added(entry), _revoked(entry)
    if added is not None:
        key = NamedKey(use=added.use, public=bytes.fromhex(added.public))
        return msgspec.structs.replace(before, keys=(*before.keys, key))
    if revoked is not None:
        keys = [
            msgspec.structs.replace(key, last=trusted(key.last, revoked.last)) if key.kid == revoked.key else key
            for key in before.keys
        ]
        count = before.revocations + _takes_back(before, revoked)
        return msgspec.structs.replace(before, keys=tuple(keys), revocations=count)
    return before


def proven(entries: Iterable[bytes]) -> Named:
    """What these entries, an identity log from its beginning, name. Raises BadEnvelope where one does not hold."""
    found, log = None, ""
    for place, data in enumerate(entries):
        entry = envelope.parse(data)
        if entry.header.seq != place or entry.header.log != (log or entry.header.log):
            raise BadEnvelope(6, "not the beginning of an identity log")
        envelope.verify(entry, signers(found, entry))
        found, log = after(found, entry), entry.header.log
    if found is None:
        raise BadEnvelope(6, "an empty identity log")
    return found


def takes_back(entry: envelope.Entry) -> str:
    """The id of the key that this entry of an identity log revokes, whether or not it may; empty for none."""
    revoked = _revoked(entry)
    return revoked.key if revoked is not None else ""


def introduced(entry: envelope.Entry, use: str) -> list[bytes]:
    """The keys for a use that this entry of an identity log names, whether or not it may."""
    if entry.header.seq == 0:
        return [bytes.fromhex(key.public) for key in founded(entry).keys if key.use == use]
    added = _added(entry)
    return [bytes.fromhex(added.public)] if added is not None and added.use == use else []


def trusted(known: dict[str, int] | None, told: dict[str, int]) -> dict[str, int]:
    """Two revocations of one key leave what both trust."""
    return told if known is None else {log: min(known[log], told[log]) for log in known.keys() & told.keys()}


def _takes_back(before: Named, revoked: KeyRevoked | None) -> bool:
    return revoked is not None and revoked.key in before.public("event")


def _added(entry: envelope.Entry) -> PublicKey | None:
    event = _read(KeyAdded, entry)
    if not isinstance(event, KeyAdded):
        return None
    if event.key.use not in USES or event.key.alg != ALGORITHM or not envelope.is_hex(event.key.public, 64):
        raise BadEnvelope(6, "no key that an identity log may name")
    return event.key


def _revoked(entry: envelope.Entry) -> KeyRevoked | None:
    event = _read(KeyRevoked, entry)
    return event if isinstance(event, KeyRevoked) else None


def _read(kind: type[KeyAdded] | type[KeyRevoked], entry: envelope.Entry) -> object:
    if (entry.header.type, entry.header.tv) != (kind.kind, kind.kind_version):
        return None
    try:
        return read_facts(kind, entry.header.facts)
    except Malformed as error:
        raise BadEnvelope(6, str(error)) from error
