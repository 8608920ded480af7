"""One round with one partner: take its state, then what is missing here, in verified bundles.

The numbered steps are those of docs/protocol/sync.md, section 6. A round may be cut anywhere: what was committed stays,
the next round goes on from there. What a partner says is never trusted, only checked; one bad log stops nothing else.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Protocol

import msgspec

from sinergi.ledger import bundle as bundles
from sinergi.ledger import checkpoint as notes
from sinergi.ledger import cosigning, envelope, forks, guard, histories, store
from sinergi.ledger.models import Cosignature, Entry, Log
from sinergi.ledger.writer import run
from sinergi.sync import messages, objects, rights, waking, witnesses
from sinergi.sync.quota import Bucket

ENTRIES_PER_MINUTE = 120_000
_PASSES = 3


# Whatever a partner's bytes can fail with. They are refused; nothing of them is stored.
_UNTRUE = (
    bundles.BadBundle,
    envelope.BadEnvelope,
    notes.BadNote,
    forks.NoFork,
    messages.BadMessage,
    store.NotHere,
    UnicodeError,
)


class Stopped(Exception):
    """The node is stopping; the round ends where it is."""


class Line(Protocol):
    """What answers like a partner's node: a conversation with it, or a parcel it made."""

    def state(self) -> messages.State:
        """All that is new."""

    def entries(self, log: str, start: int) -> bundles.Bundle:
        """One bundle in which place `start` lies."""

    def bodies(self, log: str, seqs: list[int]) -> messages.Bodies:
        """Bodies at these places."""

    def piece(self, digest: str, start: int) -> bytes | None:
        """The next bytes of an object sealed for us."""


class Outcome(msgspec.Struct, kw_only=True):
    """What a round brought: numbers for the log, sentences for people."""

    entries: int = 0
    bodies: int = 0
    cosignatures: int = 0
    objects: int = 0
    troubles: list[str] = []


class Round:
    """Rounds with the node of agency `partner`; keeps what is worth remembering between two of them."""

    def __init__(self, partner: str, stop: threading.Event | None = None) -> None:
        self.partner = partner
        self._stop = stop or threading.Event()
        self._share = Bucket(ENTRIES_PER_MINUTE)
        # Bodies the partner said it does not have (erased): not asked again by this process.
        self._absent: set[tuple[str, int]] = set()
        self._submitted: float | None = None
        # What the outside witness would not sign, and why: told at every round until it is shown our logs again.
        self.unwitnessed: list[str] = []

    def submits(self) -> bool:
        """Whether it is time to show an outside witness our logs; then the next time is counted from now."""
        at = time.monotonic()
        if self._submitted is not None and at - self._submitted < witnesses.EVERY_SECONDS:
            return False
        self._submitted = at
        return True

    def go(self, line: Line, *, now_there: bool = True) -> Outcome:
        """One whole round. Raises what the line raises; troubles with single logs are in the outcome.

        `now_there`: the partner itself answers at this moment. A parcel tells how it was, which is no answer to a node
        that asks before it signs.
        """
        outcome = Outcome()
        # 1. One answer says everything that is new.
        state = line.state()
        offered = [told for told in state.logs if self.is_for_us(told)]
        # 2. Keys first: what follows may be signed by new ones.
        self._pull_logs(line, [told for told in offered if told.role == "identity"], outcome)
        # Its cosignatures are our receipts.
        for cosigned in state.cosigned:
            self._try(outcome, partial(self._admit_cosignature, cosigned, outcome))
        # 3. Its view of the logs both hold is compared with ours.
        told_or_shown: list[messages.LogLine | messages.YourLine] = [*offered, *state.yours]
        for one in told_or_shown:
            self._try(outcome, partial(_notice_own, one))
        for told in offered:
            self._try(outcome, partial(_compare, told.log, told.checkpoint))
        for shown in state.yours:
            self._try(outcome, partial(_compare, shown.log, shown.checkpoint))
        for fork in state.forks:
            self._try(outcome, partial(_accuse, fork))
        # 4. Missing entries: logs with little left before logs with much.
        self._pull_logs(line, [told for told in offered if told.role != "identity"], outcome)
        # 5. Bodies, once the entries that commit to them are here.
        for told in sorted(offered, key=_left_to_pull):
            self._try(outcome, partial(self._pull_bodies, line, told.log, outcome))
        if now_there:
            waking.answered(self.partner, state.elsewhere)
        # 6. Objects that facts say were sealed for us.
        self._check_stop()
        self._try(outcome, partial(self._fetch_objects, line, outcome))
        return outcome

    @staticmethod
    def is_for_us(told: messages.LogLine) -> bool:
        """The receiver's half of the one rule: the origin is what it claims to be, and we may keep it."""
        try:
            origin = envelope.log_id(told.agreement, told.author, told.role)
        except UnicodeEncodeError:
            return False
        own = store.own_agency().id
        return told.log == origin and rights.may_keep(own, told.agreement, told.role, told.author).allowed

    def _pull_logs(self, line: Line, offered: list[messages.LogLine], outcome: Outcome) -> None:
        waiting = sorted(offered, key=_left_to_pull)
        refused: list[tuple[messages.LogLine, str]] = []
        # The founder's log must come first; where it does not, the others wait for the next pass.
        for _ in range(_PASSES):
            refused = []
            for told in waiting:
                try:
                    self._try(outcome, partial(self._pull_log, line, told, outcome))
                except store.NotOurs as not_ours:
                    refused.append((told, str(not_ours)))
            if not refused or len(refused) == len(waiting):
                break
            waiting = [told for told, _ in refused]
        for told, reason in refused:
            outcome.troubles.append(f"Buku catatan {told.log[:8]} tidak diterima: {reason}.")

    def _pull_log(self, line: Line, told: messages.LogLine, outcome: Outcome) -> None:
        held = Log.objects.filter(origin=told.log).first()
        own = told.author == store.own_agency().id
        if own and not (guard.is_held(told.agreement) if told.agreement else guard.is_holding()):
            return
        if held is not None and held.frozen and not (own and held.frozen == histories.RESTORED):
            return
        if own and told.agreement and held is not None and held.frozen:
            waking.doubt(told.agreement)
        size = held.size if held else 0
        while size < told.size:
            self._check_stop()
            bundle = line.entries(told.log, size)
            if not bundle.entries or bundle.log != told.log:
                raise bundles.BadBundle(2, "an answer without the entries it promised")
            if rights.beyond(store.own_agency().id, told.agreement, bundle.entries):
                raise bundles.BadBundle(2, "facts stated after this agency had left the agreement")
            self._wait_for_share(len(bundle.entries))
            try:
                after = run(partial(store.recover if own else _admit_and_cosign, bundle))
            except store.OutOfStep:
                # Another partner's copy of the same log overtook us; go on from where it stands now.
                after = Log.objects.get(origin=told.log)
            except (bundles.BadBundle, envelope.BadEnvelope):
                # The entries are worth nothing, but a checkpoint the author signed is kept until it can be compared.
                _compare(told.log, bundle.checkpoint)
                raise
            outcome.entries += max(0, after.size - size)
            if after.frozen == histories.FORKED or after.size <= size:
                return
            size = after.size

    def _pull_bodies(self, line: Line, origin: str, outcome: Outcome) -> None:
        log = Log.objects.filter(origin=origin).exclude(frozen=histories.FORKED).first()
        while log is not None:
            self._check_stop()
            missing = Entry.objects.filter(log=log, has_body=True, body__isnull=True, erased__isnull=True).order_by(
                "seq"
            )
            gone = {seq for where, seq in self._absent if where == origin}
            wanted = [seq for seq in missing.values_list("seq", flat=True) if seq not in gone][: messages.MOST_BODIES]
            if not wanted:
                return
            answer = line.bodies(origin, wanted)
            asked = set(wanted)
            fitting = [body for body in answer.bodies if body.seq in asked]
            self._absent.update((origin, seq) for seq in answer.absent if seq in asked)
            if not fitting and not asked & set(answer.absent):
                return
            if fitting:
                outcome.bodies += run(partial(_admit_bodies, origin, fitting))

    def _fetch_objects(self, line: Line, outcome: Outcome) -> None:
        brought, untrue = objects.fetch(line, self.partner, at=time.monotonic())
        outcome.objects += brought
        outcome.troubles += [_untrue(error) for error in untrue]

    def _admit_cosignature(self, cosigned: messages.Cosigned, outcome: Outcome) -> None:
        note = notes.parse(cosigned.note.encode())
        checkpoint = note.checkpoint
        _compare(checkpoint.log, cosigned.note)
        log = Log.objects.filter(origin=checkpoint.log).first()
        # Of a log that we hold less of than the cosigner, its word is worth something only once we have caught up.
        if log is None or checkpoint.size > log.size:
            return
        if Cosignature.objects.filter(log=log, agency=self.partner, size=checkpoint.size, use="mirror").exists():
            return
        outcome.cosignatures += run(lambda: cosigning.admit(self.partner, note.data, cosigned.lines.encode()))

    def _try(self, outcome: Outcome, step: Callable[[], None]) -> None:
        """Let one step fail alone, with words for people; a break of the line ends the round."""
        try:
            step()
        except _UNTRUE as error:
            outcome.troubles.append(_untrue(error))

    def _wait_for_share(self, entries: int) -> None:
        while wait := self._share.take(entries, time.monotonic()):
            self._stop.wait(min(wait, 1.0))
            self._check_stop()

    def _check_stop(self) -> None:
        if self._stop.is_set():
            raise Stopped


def _untrue(error: Exception) -> str:
    return f"Sebagian kiriman tidak lolos pemeriksaan dan tidak disimpan ({error})."


def _left_to_pull(told: messages.LogLine) -> tuple[int, str]:
    held = Log.objects.filter(origin=told.log).values_list("size", flat=True).first() or 0
    return max(0, told.size - held), told.log


def _admit_and_cosign(bundle: bundles.Bundle) -> Log:
    """One transaction: the entries are stored and folded, and only then do we say that we have them."""
    log = store.admit_checked(bundle)
    cosigning.cosign(log)
    return log


def _admit_bodies(origin: str, lines: list[messages.BodyLine]) -> int:
    return sum(store.admit_body(origin, line.seq, line.salt, line.data) for line in lines)


def _compare(origin: str, checkpoint: str) -> None:
    """Step 3: one author must show everybody the same tree. Two signed trees that differ freeze the log here."""
    log, data = Log.objects.filter(origin=origin).first(), checkpoint.encode()
    if log is not None and log.frozen != histories.FORKED and not histories.agrees(log, data):
        run(lambda: histories.compare(Log.objects.get(pk=log.pk), data))


def _notice_own(shown: messages.LogLine | messages.YourLine) -> None:
    """Step 3, a log of ours that is not here. What we signed in it exists, so nothing may be signed in its place."""
    origin = envelope.log_id(shown.agreement, store.own_agency().id, shown.role)
    if origin == shown.log and not Log.objects.filter(origin=origin).exists():
        run(lambda: store.await_own(shown.agreement, shown.role, shown.checkpoint.encode()))
        if Log.objects.filter(origin=origin).exists():
            waking.doubt(shown.agreement)


def _accuse(told: messages.ForkLine) -> None:
    """Step 3, what the partner proved before us."""
    fork = forks.Fork(told.first.encode(), told.second.encode(), told.proof.encode())
    log = Log.objects.filter(origin=told.log).exclude(frozen=histories.FORKED).first()
    if log is not None:
        run(lambda: histories.accuse(Log.objects.get(pk=log.pk), fork))
