"""What this node tells one partner: the state document, entries, bodies. Each answer asks the rule of rights first."""

from __future__ import annotations

from sinergi.ledger import bundle as bundles
from sinergi.ledger import cosigning, forks, store
from sinergi.ledger.models import Entry, Equivocation, Log, Unreached
from sinergi.ledger.writer import run
from sinergi.sync import processes, rights
from sinergi.sync.messages import (
    BODIES_PER_ANSWER,
    MOST_BODIES,
    Bodies,
    BodyLine,
    Cosigned,
    ForkLine,
    LogLine,
    State,
    YourLine,
)


def state_for(reader: str, process: str = "") -> State:
    """Every log that agency `reader` may read here, our newest cosignatures under them, and proofs against authors.

    `process`: which of the reader's processes asks.
    """
    sign_own()
    own = store.own_agency().id
    logs, cosigned, proofs, yours = [], [], [], []
    for log in Log.objects.exclude(role="internal").order_by("role", "size", "origin"):
        verdict = rights.may_read(reader, log)
        if not verdict.allowed:
            continue
        if _is_whole(log):
            logs.append(_line(log, verdict))
        elif log.agency == reader:
            yours += _shown(log)
        mine = None if log.is_own else cosigning.lines_by(own, log)
        if mine is not None:
            note, lines = mine
            cosigned.append(Cosigned(log=log.origin, note=note.decode(), lines=lines.decode()))
        proofs += [_fork(log, row) for row in Equivocation.objects.filter(log=log).order_by("pk")[:1]]
    return State(
        agency=own,
        logs=logs,
        cosigned=cosigned,
        forks=proofs,
        yours=yours,
        elsewhere=processes.elsewhere(reader, process),
    )


def entries_for(reader: str, origin: str, start: int) -> bytes | None:
    """One bundle of that log from `start`; None where the reader may not read it or it is not here."""
    found = _readable(reader, origin)
    if found is None:
        return None
    log, verdict = found
    limit = bundles.ENTRIES_PER_BUNDLE if verdict.upto is None else max(0, verdict.upto - start)
    try:
        return _within_size(log.origin, start, min(limit, bundles.ENTRIES_PER_BUNDLE))
    except store.NotHere:
        return None


def bodies_for(reader: str, origin: str, seqs: list[int]) -> Bodies | None:
    """The bodies at these places, as many as fit into one answer (at least one); None as for `entries_for`."""
    found = _readable(reader, origin)
    if found is None:
        return None
    log, verdict = found
    # Any number can be asked for; a database knows only those of its own width.
    end = log.size if verdict.upto is None else min(log.size, verdict.upto)
    wanted = sorted({seq for seq in seqs if 0 <= seq < end})[:MOST_BODIES]
    held = Entry.objects.filter(log=log, seq__in=wanted, body__isnull=False).order_by("seq")
    present = list(held.values_list("seq", flat=True))
    given: list[BodyLine] = []
    room = BODIES_PER_ANSWER
    # One at a time: a page of the largest bodies would not fit into memory that is shared with everybody else.
    for seq in present:
        entry = Entry.objects.select_related("body").get(log=log, seq=seq)
        data = bytes(entry.body.data)
        if given and len(data) > room:
            break
        room -= len(data)
        given.append(BodyLine(seq=seq, salt=bytes(entry.body.salt), data=data))
    return Bodies(bodies=given, absent=sorted(set(wanted) - set(present)))


def sign_own() -> None:
    """Sign the checkpoint of every log of ours that has grown since the last one."""
    grown = [log.pk for log in Log.objects.filter(is_own=True) if log.size > log.checkpoint_size]
    if grown:
        run(lambda: [store.sign_checkpoint(log) for log in Log.objects.filter(pk__in=grown)])


def _readable(reader: str, origin: str) -> tuple[Log, rights.Verdict] | None:
    log = Log.objects.filter(origin=origin).first()
    if log is None:
        return None
    verdict = rights.may_read(reader, log)
    return (log, verdict) if verdict.allowed and _is_whole(log) else None


def _is_whole(log: Log) -> bool:
    """Whether proofs can be made from our copy: it is complete up to its newest checkpoint, and not frozen."""
    if log.is_own:
        return log.checkpoint_size > 0
    return log.size > 0 and log.size == log.checkpoint_size and not log.frozen


def _line(log: Log, verdict: rights.Verdict) -> LogLine:
    size = log.checkpoint_size if verdict.upto is None else min(log.checkpoint_size, verdict.upto)
    return LogLine(
        log=log.origin,
        agreement=log.agreement,
        role=log.role,
        author=log.agency,
        size=size,
        checkpoint=bytes(log.checkpoint_note).decode(),
    )


def _shown(log: Log) -> list[YourLine]:
    """What the author of this log has signed as far as we saw it, while our copy lacks some of it."""
    ahead = Unreached.objects.filter(log=log).order_by("-size", "pk").values_list("note", flat=True)[:1]
    found = [bytes(note) for note in (log.checkpoint_note, *ahead) if note]
    return [
        YourLine(log=log.origin, agreement=log.agreement, role=log.role, checkpoint=note.decode()) for note in found
    ]


def fork_line(origin: str, fork: forks.Fork) -> ForkLine:
    """A proof of two histories as it travels."""
    first, second, proof = (part.decode() for part in (fork.first, fork.second, fork.proof))
    return ForkLine(log=origin, first=first, second=second, proof=proof)


def _fork(log: Log, row: Equivocation) -> ForkLine:
    return fork_line(log.origin, forks.Fork(bytes(row.first), bytes(row.second), bytes(row.proof)))


def _within_size(origin: str, start: int, limit: int) -> bytes:
    """A bundle small enough to travel: halved until it fits (headers may be large)."""
    data = bundles.encode(store.bundle(origin, start, limit))
    while len(data) > bundles.LARGEST_BUNDLE and limit > 1:
        limit //= 2
        data = bundles.encode(store.bundle(origin, start, limit))
    return data
