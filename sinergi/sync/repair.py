"""Repairing a damaged store from partners: what is wanted is asked for, and put back once it is proved."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from sinergi.kernel.errors import Broken, Refused
from sinergi.ledger import fold, forks, fsck, histories, mending, rebuild, rows
from sinergi.ledger.models import Agency, Equivocation, Log
from sinergi.ledger.writer import run
from sinergi.sync import messages
from sinergi.sync.conversation import Conversation
from sinergi.sync.models import Peer


@contextmanager
def partners() -> Iterator[list[Conversation]]:
    """Lines to every partner whose exchange is not paused; they are hung up in the end."""
    rows = Peer.objects.filter(paused=False).order_by("agency")
    lines = [Conversation(peer.url, peer.agency, inside=peer.inside) for peer in rows]
    try:
        yield lines
    finally:
        for line in lines:
            line.close()


def repair(lines: list[Conversation]) -> list[str]:
    """Mend every log that `fsck` finds damaged, then fold the tables again; what could not be mended, in sentences.

    While an entry stays damaged the tables stay as they are: they were folded from the true bytes.
    """
    troubles, states, is_readable = [], [], True
    for line in lines:
        try:
            states.append((line, line.state()))
        except (Broken, Refused) as error:
            name = Agency.objects.filter(id=line.audience).values_list("name", flat=True).first() or line.audience[:8]
            troubles.append(f"{name} tidak menjawab: {getattr(error, 'sentence', '') or error}")
    for log in Log.objects.filter(size__gt=0).order_by("-role", "origin"):
        if next(fsck.check_log(log), None) is None:
            continue
        try:
            _repair_log(log, states)
        except Broken as error:
            troubles.append(f"buku {log.origin[:8]} tidak dapat diperbaiki: {error}")
            is_readable = is_readable and mending.wanted(log, 0) == []
    if is_readable:
        run(_fold_again)
    else:
        troubles.append("tabel belum disusun ulang, karena masih ada catatan yang rusak")
    return troubles


def _repair_log(log: Log, states: list[tuple[Conversation, messages.State]]) -> None:
    told = [(line, item) for line, state in states for item in state.logs if item.log == log.origin]
    given: dict[int, bytes] = {}
    shown = [] if log.frozen == histories.FORKED else [item.checkpoint.encode() for _, item in told]
    for line, item in told:
        wanted = mending.wanted(log, item.size)
        for seq in wanted:
            if seq not in given and seq < item.size:
                _fetch(line, log.origin, seq, set(wanted), given)
    run(partial(_mend, log.pk, given, shown))
    for seq in mending.damaged_bodies(log):
        if not any(_replace_body(line, log, seq) for line, _ in told):
            raise mending.NotMended(f"isi catatan {seq} rusak dan tidak ada pada mitra")
    for _, state in states:
        for claim in (claim for claim in state.forks if claim.log == log.origin):
            fork = forks.Fork(claim.first.encode(), claim.second.encode(), claim.proof.encode())
            run(partial(_prove_again, log.pk, fork))


def _fetch(line: Conversation, origin: str, seq: int, wanted: set[int], given: dict[int, bytes]) -> None:
    """Ask for the entries from `seq` on and keep those that are wanted: what is new is no matter of repair."""
    try:
        bundle = line.entries(origin, seq)
    except (Broken, Refused):
        return
    for place, text in enumerate(bundle.entries, bundle.start):
        if place in wanted:
            given.setdefault(place, text.encode())


def _mend(pk: int, given: dict[int, bytes], shown: list[bytes]) -> None:
    mending.mend(Log.objects.get(pk=pk), given, shown)


def _replace_body(line: Conversation, log: Log, seq: int) -> bool:
    try:
        for body in line.bodies(log.origin, [seq]).bodies:
            if body.seq == seq:
                run(partial(mending.replace_body, log, seq, body.salt, body.data))
                return True
    except (Broken, Refused):
        pass
    return False


def _prove_again(pk: int, fork: forks.Fork) -> None:
    """The proof against a frozen log was damaged here, and a partner has it too."""
    log = Log.objects.get(pk=pk)
    if log.frozen == histories.FORKED and not Equivocation.objects.filter(log=log).exists():
        forks.check(fork, log.origin, histories.event_keys, histories.checkpoint_keys(log))
        log.frozen = ""
        histories.accuse(log, fork)


def _fold_again() -> None:
    rebuild.rebuild()
    fold.fold_ready(rows.logs_of(""))
