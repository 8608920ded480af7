"""Witnessing logs of agreements this agency is no party to: it sees whose log, how large, which root, and no entry.

Compare and keep is one task of the one writer, and the cosignature is made only after that has reached the disk: a
node that dies in between is asked again and signs the same tree.
"""

from __future__ import annotations

import logging
from datetime import datetime

from sinergi.kernel.errors import Refused
from sinergi.ledger import checkpoint as notes
from sinergi.ledger import forks, guard, histories, keys, merkle, store, witness
from sinergi.ledger.models import Agency, Key, Log, Witnessed, WitnessedFork
from sinergi.ledger.writer import run

logger = logging.getLogger("sinergi.ledger")

# Logs of one agency; more would be somebody filling our disk.
MOST_LOGS = 1_000


class Declined(Exception):
    """The checkpoint is not cosigned. `status` as C2SP says; `size` is told with 409."""

    def __init__(self, status: int, size: int = 0) -> None:
        super().__init__(f"declined with {status}")
        self.status, self.size = status, size


def add_checkpoint(data: bytes, at: datetime) -> bytes:
    """Our cosignature line under the checkpoint in this request, once it is kept. Raises Declined."""
    asked = _read(data)
    if guard.is_holding():
        # Perhaps an old copy of itself, that has forgotten what it signed.
        raise Declined(503)
    verdict, size = run(lambda: _compare_and_keep(asked, at))
    if verdict.status != 200:
        raise Declined(verdict.status, size)
    return notes.cosign(
        asked.note.checkpoint, store.own_agency().id, "witness", keys.own()["witness"], int(at.timestamp())
    )


def author(data: bytes) -> str:
    """The agency that signed the checkpoint in this request; only reads. Raises Declined where we know of none."""
    asked = _read(data)
    return _author(asked.note, Witnessed.objects.filter(origin=asked.note.checkpoint.log).first())[0]


def release(start: str, author: str) -> str:
    """Keep an origin that another agency signed first under for this one (its code) from now on; whose it was.

    Only people can say whose log it is. What was cosigned under it before is forgotten, so an author whose friend had
    taken its origin could have two histories cosigned: they must know better. Raises Refused.
    """
    rows = list(Witnessed.objects.filter(origin__startswith=start.lower())[:2]) if len(start) >= 8 else []
    agency = Agency.objects.filter(code=author, is_self=False).first()
    if len(rows) != 1 or agency is None:
        raise Refused(
            "Tidak ada tepat satu buku yang penandanya diawali begitu, atau instansi itu belum dikenal.", code="K-132"
        )
    row = rows[0]
    if row.agency == agency.id or WitnessedFork.objects.filter(origin=row.origin).exists():
        raise Refused("Buku itu sudah miliknya, atau mempunyai dua riwayat dan tidak disaksikan lagi.", code="K-133")
    taker = Agency.objects.get(id=row.agency).name
    given = {"agency": agency.id, "size": 0, "root": merkle.EMPTY_ROOT, "note": b""}
    run(lambda: Witnessed.objects.filter(pk=row.pk).update(**given))
    logger.warning("an origin was given to another agency", extra={"event": "witness.released", "log": row.origin[:8]})
    return taker


def newest(origin: str) -> bytes | None:
    """The newest checkpoint of that log which this witness cosigned, as its author signed it; None for none."""
    row = Witnessed.objects.filter(origin=origin, size__gt=0).first()
    return bytes(row.note) if row else None


def fork(origin: str) -> forks.Fork | None:
    """The proof that the author of that log signed two histories; None where this witness knows of one only."""
    row = WitnessedFork.objects.filter(origin=origin).first()
    return forks.Fork(bytes(row.first), bytes(row.second), bytes(row.proof)) if row else None


def _read(data: bytes) -> witness.Asked:
    try:
        return witness.read(data)
    except witness.UnknownOrigin as error:
        raise Declined(404) from error
    except notes.BadNote as error:
        raise Declined(400) from error


def _compare_and_keep(asked: witness.Asked, at: datetime) -> tuple[witness.Verdict, int]:
    """Inside the writer: the verdict and the size cosigned last. A fork is kept although nothing is cosigned."""
    checkpoint = asked.note.checkpoint
    row = Witnessed.objects.filter(origin=checkpoint.log).first()
    agency, note = _author(asked.note, row)
    if WitnessedFork.objects.filter(origin=checkpoint.log).exists():
        return witness.Verdict(status=403), 0
    verdict = witness.judge(asked, witness.Seen(row.size, bytes(row.root)) if row else witness.Seen())
    if verdict.forked and row is not None:
        _keep_fork(row, note, verdict.shown, at)
    if verdict.status == 200:
        if row is None and Witnessed.objects.filter(agency=agency).count() >= MOST_LOGS:
            return witness.Verdict(status=403), 0
        grown = {"size": checkpoint.size, "root": checkpoint.root, "note": note, "seen_at": at}
        Witnessed.objects.update_or_create(
            origin=checkpoint.log,
            defaults=grown,
            create_defaults={**grown, "agency": agency, "first_at": at},
        )
    return verdict, row.size if row else 0


def _author(note: notes.Note, row: Witnessed | None) -> tuple[str, bytes]:
    """Whose checkpoint key, not revoked, signed it, and the note with that signature alone. Raises Declined."""
    origin = note.checkpoint.log
    if Log.objects.filter(origin=origin).exists():
        # Of our own logs and our partners' we cosign what we hold, by another road (cosigning).
        raise Declined(404)
    known = Key.objects.filter(use="checkpoint", agency__is_self=False, last__isnull=True).order_by("pk")
    if row is not None:
        known = known.filter(agency_id=row.agency)
    for key in known:
        identity = notes.key_hash(notes.origin(origin), notes.ED25519, bytes(key.public))
        for line in note.lines:
            if (line.name, line.key_hash) != (notes.origin(origin), identity):
                continue
            alone = note.checkpoint.body + b"\n" + notes.line_bytes(line)
            try:
                notes.check_own_signature(notes.parse(alone), bytes(key.public))
            except notes.BadNote:
                continue
            return key.agency_id, alone
    # The first key that signed under an origin keeps it; under an origin never seen, no key known here has signed.
    raise Declined(404 if row is None else 403)


def _keep_fork(row: Witnessed, note: bytes, shown: tuple[bytes, ...], at: datetime) -> None:
    fork = forks.Fork(bytes(row.note), note, forks.hashes([*shown]))
    keys_of = Key.objects.filter(agency_id=row.agency, use="checkpoint").order_by("pk")
    forks.check(fork, row.origin, histories.event_keys, [bytes(key.public) for key in keys_of])
    WitnessedFork.objects.create(origin=row.origin, first=fork.first, second=fork.second, proof=fork.proof, found_at=at)
    logger.error("a witnessed log has two histories", extra={"event": "witness.fork", "log": row.origin[:8]})
