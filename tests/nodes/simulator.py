"""A partner agency in memory: it keeps its own keys and log and speaks the protocol, honestly or not.

It shares the pure rooms (envelope, merkle, checkpoint) with the product but none of its store, so a test can make it
state, forge, withhold or rewrite anything.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from nacl.signing import SigningKey

from sinergi.kernel.ids import new_event_id, record_key
from sinergi.kernel.instants import to_text
from sinergi.ledger import bundle as bundles
from sinergi.ledger import checkpoint as notes
from sinergi.ledger import envelope, founding, identity, merkle, store
from sinergi.ledger.events import Event, body_of, facts_of, references
from sinergi.ledger.identity.events import USES, agency_id
from sinergi.ledger.keys import KeyRing
from sinergi.ledger.models import Log
from sinergi.ledger.writer import run

NOON = datetime(2024, 2, 5, 5, 0, tzinfo=UTC)


class PeerLog:
    """One log of a simulated partner: entries, bodies and the tree over them."""

    def __init__(self, agency: str, agreement: str, role: str) -> None:
        self.origin = envelope.log_id(agreement, agency, role)
        self.agency, self.agreement, self.role = agency, agreement, role
        self.entries: list[bytes] = []
        self.bodies: dict[int, tuple[bytes, bytes]] = {}

    def leaves(self) -> list[bytes]:
        return [envelope.leaf_hash(data) for data in self.entries]

    def root(self, size: int) -> bytes:
        return merkle.root(size, self.subtree)

    def subtree(self, level: int, index: int) -> bytes:
        if level == 0:
            return self.leaves()[index]
        return merkle.node_hash(self.subtree(level - 1, 2 * index), self.subtree(level - 1, 2 * index + 1))


class Peer:
    """A partner agency. `state` appends a fact to its own log; `deliver` hands the log to this node."""

    def __init__(self, *, code: str, name: str, kind: str, region: str) -> None:
        self.ring = KeyRing({use: SigningKey.generate() for use in ("root", *USES)})
        self.id = agency_id([self.ring.public("root").hex()], 1)
        self.code, self.name, self.kind, self.region = code, name, kind, region
        self.clock = NOON
        self.identity = PeerLog(self.id, "", "identity")
        self.identity.entries.append(
            identity.founding_entry(self.ring, code=code, name=name, kind=kind, region=region, at=NOON)
        )
        self.logs: dict[str, PeerLog] = {}

    def meet(self) -> None:
        """Be introduced to this node and hand over the identity log."""
        run(lambda: founding.introduce(self.identity.entries[0]))
        self.deliver(self.identity)

    def declare(self, event: Event, *signers: SigningKey, deliver: bool = True, **changes: Any) -> bytes:
        """Append an entry to the identity log, signed by these keys (else by the event key and the root)."""
        signers = signers or (self.ring["event"], self.ring["root"])
        self.clock += timedelta(minutes=1)
        kid = envelope.key_id(bytes(signers[0].verify_key))
        header, _, _ = self.header(self.identity, event, **({"kid": kid, "actor": None} | changes))
        self.identity.entries.append(envelope.seal(header, *signers))
        if deliver:
            self.deliver(self.identity)
        return self.identity.entries[-1]

    def log(self, agreement: str, role: str = "facts") -> PeerLog:
        return self.logs.setdefault(agreement, PeerLog(self.id, agreement, role))

    def state(self, agreement: str, event: Event, *, deliver: bool = True, **changes: Any) -> str:
        """Append a fact having seen all that this node has; returns its record key."""
        log = self.log(agreement, self._role(agreement))
        self.clock += timedelta(minutes=1)
        header, body, salt = self.header(log, event, **changes)
        log.entries.append(envelope.seal(header, self.ring["event"]))
        if body is not None:
            log.bodies[header.seq] = (salt, body)
        if deliver:
            self.deliver(log)
        return header.key

    def header(self, log: PeerLog, event: Event, **changes: Any) -> tuple[envelope.Header, bytes | None, bytes]:
        body, salt = body_of(event), envelope.new_salt()
        last = envelope.parse(log.entries[-1]) if log.entries else None
        seen, lam = self._seen(log)
        fields: dict[str, Any] = {
            "v": 1,
            "suite": envelope.SUITE,
            "log": log.origin,
            "agency": self.id,
            "role": log.role,
            "status": "exercise" if log.role.startswith("exercise/") else "actual",
            "seq": len(log.entries),
            "prev": last.leaf.hex() if last else envelope.NOTHING_BEFORE,
            "agr": log.agreement,
            "type": event.kind,
            "tv": event.kind_version,
            "must": event.must,
            "id": new_event_id(self.clock),
            "t": to_text(self.clock),
            "kid": envelope.key_id(self.ring.public("event")),
            "lam": max(lam, last.header.lam if last else 0) + 1,
            "seen": seen,
            "facts": facts_of(event),
            "refs": references(event),
            "pl": None if body is None else envelope.Commitment(hash=envelope.commit(body, salt), size=len(body)),
            "actor": envelope.Official(id="0" * 16, office="operations_head"),
        }
        fields.update(changes)
        if "seq" in changes and "prev" not in changes and changes["seq"] == 0:
            fields["prev"] = envelope.NOTHING_BEFORE
        return envelope.Header(**fields), body, salt

    def checkpoint(self, log: PeerLog, size: int | None = None) -> bytes:
        size = len(log.entries) if size is None else size
        return notes.sign(notes.Checkpoint(log.origin, size, log.root(size)), self.ring["checkpoint"])

    def bundle(self, log: PeerLog, start: int = 0, end: int | None = None) -> bundles.Bundle:
        end = len(log.entries) if end is None else end
        proof = merkle.consistency_proof(end, len(log.entries), log.subtree)
        return bundles.Bundle(
            log=log.origin,
            start=start,
            checkpoint=self.checkpoint(log).decode(),
            entries=[data.decode() for data in log.entries[start:end]],
            proof=[item.hex() for item in proof],
        )

    def deliver(self, log: PeerLog) -> None:
        """Hand everything of this log that the node lacks to it, bodies too."""
        held = Log.objects.filter(origin=log.origin).first()
        start = held.size if held else 0
        run(lambda: store.admit_checked(self.bundle(log, start)))
        for seq in range(start, len(log.entries)):
            if seq in log.bodies:
                salt, body = log.bodies[seq]
                run(lambda seq=seq, salt=salt, body=body: store.admit_body(log.origin, seq, salt, body))

    def _seen(self, log: PeerLog) -> tuple[dict[str, envelope.Seen], int]:
        if log.agreement == "":
            return {}, 0
        seen, highest = {}, 0
        for other in Log.objects.filter(agreement=log.agreement, is_own=True, size__gt=0):
            seen[other.origin] = envelope.Seen(size=other.size, root=bytes(other.root).hex())
            highest = max(highest, other.head_lam)
        return seen, highest

    def _role(self, agreement: str) -> str:
        held = Log.objects.filter(agreement=agreement).first()
        return held.role if held else "facts"


def key_of(log: str, event_id: str) -> str:
    return record_key(log, event_id)
