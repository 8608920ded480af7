"""Cosignatures: what we say of a partner's log, and what partners say of ours.

A cosignature goes out only after the entries it covers are on disk (mirror) and the size it covers is recorded
(witness), in one transaction. Sizes never shrink.
"""

from __future__ import annotations

from datetime import MAXYEAR, UTC, datetime

from sinergi.kernel.instants import now
from sinergi.ledger import checkpoint as notes
from sinergi.ledger import histories, keys, store, tree
from sinergi.ledger.models import Cosignature, Key, Log, Witnessed

USES = ("witness", "mirror")


def cosign(log: Log) -> list[Cosignature]:
    """Cosign a partner's log at the size we have stored of it; nothing where that was done, or where the newest
    checkpoint we have is of another size."""
    if log.is_own or log.frozen or log.size == 0 or log.size != log.checkpoint_size:
        return []
    own = store.own_agency().id
    if Cosignature.objects.filter(log=log, agency=own, size__gte=log.size).exists():
        return []
    note = notes.parse(bytes(log.checkpoint_note))
    before = Witnessed.objects.filter(origin=log.origin, size__gt=0).first()
    if before is not None and before.size > log.size:
        return []  # our witness key has signed a larger tree, before we became a party
    if before is not None and tree.root_at(log, before.size) != bytes(before.root):
        histories.compare(log, bytes(before.note))
        return []
    at = now().replace(microsecond=0)
    return [
        Cosignature.objects.create(
            log=log,
            agency=own,
            use=use,
            size=log.size,
            root=note.checkpoint.root,
            line=notes.cosign(note.checkpoint, own, use, keys.own()[use], int(at.timestamp())),
            signed_at=at,
            note=bytes(log.checkpoint_note),
        )
        for use in USES
    ]


def admit(agency: str, note_data: bytes, lines_data: bytes) -> int:
    """Keep a partner's cosignatures under a checkpoint of a log held here; how many were new.

    Raises BadNote where a line does not hold, or where the checkpoint is not one of the log's own past.
    """
    note = notes.parse(note_data)
    log = Log.objects.filter(origin=note.checkpoint.log).first()
    if log is None or note.checkpoint.size > log.size or note.checkpoint.size == 0:
        raise notes.BadNote("a cosignature under a checkpoint this node does not know")
    if log.agency == agency:
        raise notes.BadNote("an author's cosignature under its own log")
    # What its author never signed must not become part of a log's evidence: the whole file would be refused.
    if len(note.lines) != 1:
        raise notes.BadNote("a checkpoint with more than its author's signature")
    notes.check_author(note, histories.checkpoint_keys(log))
    if tree.root_at(log, note.checkpoint.size) != note.checkpoint.root:
        raise notes.BadNote("a cosignature under another history of this log")
    new = 0
    for line in notes.parse_lines(lines_data):
        new += _admit_line(log, agency, note, line)
    return new


def lines_by(agency: str, log: Log) -> tuple[bytes, bytes] | None:
    """The newest checkpoint of `log` that `agency` cosigned, and its signature lines; None where there is none."""
    rows = list(Cosignature.objects.filter(log=log, agency=agency).order_by("-size", "use")[: len(USES)])
    if not rows:
        return None
    newest = [row for row in rows if row.size == rows[0].size]
    return bytes(newest[0].note), b"".join(bytes(row.line) for row in newest)


def _admit_line(log: Log, agency: str, note: notes.Note, line: notes.NoteLine) -> int:
    for key in Key.objects.filter(agency_id=agency, use__in=USES, last__isnull=True).order_by("pk"):
        use, public = key.use, bytes(key.public)
        if line.key_hash != notes.key_hash(line.name, notes.COSIGNATURE, public) or line.name != notes.key_name(
            agency, use
        ):
            continue
        seconds = notes.check_cosignature(line, note.checkpoint, agency, use, public)
        _, created = Cosignature.objects.get_or_create(
            log=log,
            agency=agency,
            use=use,
            size=note.checkpoint.size,
            defaults={
                "root": note.checkpoint.root,
                "line": notes.line_bytes(line),
                "signed_at": _instant(seconds),
                "note": note.data,
            },
        )
        return int(created)
    raise notes.BadNote("a signature line by a key this agency has not named")


def _instant(seconds: int) -> datetime:
    try:
        at = datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise notes.BadNote("a cosignature from an impossible time") from error
    if at.year == MAXYEAR:
        # Its last day has no end on Indonesian clocks (docs/protocol/validity.md, 10).
        raise notes.BadNote("a cosignature from beyond the calendar")
    return at
