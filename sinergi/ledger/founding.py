"""Making a node's agency: fresh keys, its identity log, and the row that says who we are."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from sinergi.ledger import envelope, identity, keys, store, tree
from sinergi.ledger.fold import fold_ready
from sinergi.ledger.identity.events import agency_id
from sinergi.ledger.models import Agency, Log
from sinergi.ledger.writer import run

KINDS = ("kpu", "police", "supervisor")


def found_agency(where: Path, *, code: str, name: str, kind: str, region: str, at: datetime) -> Agency:
    """Create keys in `where` and the agency's identity log in this node's store. Raises Broken where one exists."""
    ring = keys.create(where)
    keys.use(ring)
    return run(lambda: _found(ring, code=code, name=name, kind=kind, region=region, at=at))


def introduce(first_entry: bytes) -> Agency:
    """Make an agency known from the first entry of its identity log (an invitation carries it).

    Raises BadEnvelope where the entry does not hold. Whether to trust it is for people: they compare fingerprints.
    """
    entry = envelope.parse(first_entry)
    envelope.verify(entry, identity.founding_keys(entry))
    facts = entry.header.facts
    agency, _ = Agency.objects.get_or_create(
        id=entry.header.agency,
        defaults={
            "code": str(facts.get("code", "")),
            "name": str(facts.get("name", "")),
            "kind": str(facts.get("agency_kind", "")),
            "region": str(facts.get("region", "")),
        },
    )
    return agency


def _found(ring: keys.KeyRing, *, code: str, name: str, kind: str, region: str, at: datetime) -> Agency:
    data = identity.founding_entry(ring, code=code, name=name, kind=kind, region=region, at=at)
    entry = envelope.parse(data)
    agency = Agency.objects.create(
        id=agency_id([ring.public("root").hex()], 1), code=code, name=name, kind=kind, region=region, is_self=True
    )
    log = Log.objects.create(origin=entry.header.log, agreement="", agency=agency.id, role="identity", is_own=True)
    frontier = tree.frontier_of(log)
    frontier.append(entry.leaf)
    store.row_of(log, entry, at).save()
    tree.set_frontier(log, frontier)
    log.head, log.head_lam = entry.leaf.hex(), entry.header.lam
    log.save()
    fold_ready({log.origin: log})
    store.sign_checkpoint(log)
    return agency
