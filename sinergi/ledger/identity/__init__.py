"""Who an agency is: its founding keys, in an identity log of its own that every partner keeps a copy of."""

from __future__ import annotations

from datetime import datetime

from sinergi.kernel.ids import new_event_id
from sinergi.kernel.instants import to_text
from sinergi.ledger import envelope
from sinergi.ledger.envelope import BadEnvelope
from sinergi.ledger.events import Malformed, facts_of, read_facts
from sinergi.ledger.identity.events import USES, AgencyFounded, PublicKey, agency_id
from sinergi.ledger.keys import KeyRing


def founding_entry(ring: KeyRing, *, code: str, name: str, kind: str, region: str, at: datetime, id: str = "") -> bytes:
    """The signed first entry of a new agency's identity log; a fresh id unless one is given."""
    roots = [ring.public("root").hex()]
    agency = agency_id(roots, 1)
    event = AgencyFounded(
        roots=roots,
        threshold=1,
        code=code,
        name=name,
        agency_kind=kind,
        region=region,
        keys=[PublicKey(use=use, alg="ed25519", public=ring.public(use).hex()) for use in USES],
    )
    header = envelope.Header(
        v=envelope.VERSION,
        suite=envelope.SUITE,
        log=envelope.log_id("", agency, "identity"),
        agency=agency,
        role="identity",
        seq=0,
        prev=envelope.NOTHING_BEFORE,
        agr="",
        type=event.kind,
        tv=event.kind_version,
        must=event.must,
        id=id or new_event_id(at),
        t=to_text(at),
        kid=envelope.key_id(ring.public("event")),
        lam=1,
        facts=facts_of(event),
    )
    return envelope.seal(header, ring["event"], ring["root"])


def founding_keys(entry: envelope.Entry) -> dict[str, bytes]:
    """The keys a founding entry may and must be signed with: its event keys and enough roots.

    Raises BadEnvelope, step 6, where the entry does not found the agency it claims.
    """
    event = founded(entry)
    roots = {envelope.key_id(bytes.fromhex(root)): bytes.fromhex(root) for root in event.roots}
    signed = sum(line.kid in roots for line in entry.signatures)
    if signed < event.threshold or event.threshold < 1:
        raise BadEnvelope(6, "too few roots signed the founding entry")
    events = {
        envelope.key_id(bytes.fromhex(key.public)): bytes.fromhex(key.public)
        for key in event.keys
        if key.use == "event"
    }
    return events | roots


def founded(entry: envelope.Entry) -> AgencyFounded:
    """What the first entry of an identity log says. Raises BadEnvelope, step 6, where it does not make its agency."""
    try:
        event = read_facts(AgencyFounded, entry.header.facts)
        assert isinstance(event, AgencyFounded)
    except Malformed as error:
        raise BadEnvelope(6, f"not a founding entry: {error}") from error
    if not all(envelope.is_hex(text, 64) for text in (*event.roots, *(key.public for key in event.keys))):
        raise BadEnvelope(6, "a key of another length or spelling")
    if agency_id(event.roots, event.threshold) != entry.header.agency:
        raise BadEnvelope(6, "the roots do not make this agency's id")
    return event
