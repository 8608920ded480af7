"""Judging entries and folding them into the tables, in an order every node agrees on where it matters.

Each log is folded in its own order. An entry waits until this node has folded every other log as far as its author
had (`seen`): causal delivery. Its verdict depends only on its own log before it and on what its author had seen, so
any order of arrival gives the same tables.
"""

from __future__ import annotations

import logging

from django.db import DataError, IntegrityError, transaction

from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Broken, Refused
from sinergi.kernel.instants import from_text
from sinergi.ledger import catalog, envelope, rows, tree
from sinergi.ledger.catalog import Envelope, Ignored
from sinergi.ledger.events import (
    NEGOTIATION,
    Event,
    Founding,
    Joining,
    Leaving,
    Malformed,
    Opening,
    UnknownKind,
    founding_id,
    is_beyond_calendar,
    read_facts,
    read_text,
)
from sinergi.ledger.models import Agreement, Entry, Joined, Log, Party

logger = logging.getLogger("sinergi.ledger")

ENTRIES_AT_ONCE = 256
# In UTC; in Indonesia this day ends after the last instant there is, and no page could say it.
LAST_DAY = "9999-12-31"


class OwnFactInvalid(Broken):
    """We were about to state something our own fold would refuse: a mistake in a rule."""


def judge_own(logs: dict[str, Log], entry: envelope.Entry, event: Event, body: bytes | None) -> None:
    """Fold a fact we have just appended; `logs` are all of its agreement.

    Raises OwnFactInvalid, which undoes it,
    or the Refused of a rule that holds for every kind."""
    folding = _Folding(logs)
    try:
        folding.judge(logs[entry.header.log], entry.header, event)
        folding.apply(entry.header, entry.leaf, event, body)
    except Ignored as reason:
        if reason.refusal is not None:
            raise reason.refusal from None
        raise OwnFactInvalid(f"{event.kind}: {reason}") from reason


def fold_ready(logs: dict[str, Log]) -> None:
    """Fold every stored entry of these logs whose turn has come: all logs of one agreement, or one other log.

    The log objects are brought up to date along with their rows.
    """
    if all(log.folded == log.foldable for log in logs.values()):
        return
    folding, moved = _Folding(logs), True
    while moved:
        moved = any([folding.advance(log) for log in logs.values()])


def fill_text(row: Entry, body: bytes | None) -> None:
    """Fill the columns of an entry's erasable part (with None clear them), if the entry is folded."""
    if row.state != Entry.State.FOLDED:
        return
    header = envelope.header_of(bytes(row.data))
    verdict = _apply_text(header, bytes(row.leaf), catalog.event_type(header.type, header.tv), body)
    if verdict:
        rows.set_verdict(row.pk, Entry.State.FOLDED, verdict)


def envelope_of(header: envelope.Header, leaf: bytes) -> Envelope:
    """What projections may know of an entry."""
    actor = header.actor
    return Envelope(
        key=header.key,
        log=header.log,
        seq=header.seq,
        leaf=leaf.hex(),
        agreement=header.agr,
        agency=header.agency,
        role=header.role,
        kind=header.type,
        at=from_text(header.t),
        actor=None if actor is None else Actor(id=actor.id, office=actor.office, acting=actor.acting),
        obligation=header.obligation,
        exercise=header.status != "actual",
        refs=tuple(header.refs),
    )


class _Folding:
    """One run over some logs, inside one transaction.

    It remembers what it would look up for every entry: roots that logs had at earlier sizes, which never change, how
    far keys are trusted, which only identity logs change, and the parties, until a fact that changes them is tried. It
    lives no longer than the run, so nothing it remembers can outlive a transaction that is undone.
    """

    def __init__(self, logs: dict[str, Log]) -> None:
        self._logs = logs
        self._roots: dict[tuple[str, int], str] = {}
        self._trusted: dict[tuple[str, str, str], int | None] = {}
        self._parties: list[rows.Party] | None = None

    def advance(self, log: Log) -> bool:
        """Fold as many entries of one log as are ready; whether there was any."""
        start = log.folded
        while log.folded < log.foldable and self._fold_some(log):
            pass
        if log.folded > start:
            rows.save_folded(log)
        return log.folded > start

    def judge(self, log: Log, header: envelope.Header, event: Event) -> None:
        """Refuse (Ignored) what the protocol forbids, whatever the kind says. docs/protocol/validity.md."""
        if rows.was_used(log, header.key, header.seq):
            raise Ignored("its id was used before in this log")
        if header.role == "identity":
            if not header.type.startswith("identity."):
                raise Ignored("an identity log holds only keys and offices")
            return
        if header.role == "internal":
            return
        self._judge_key(header)
        self._judge_seen(header)
        self._judge_agreement(header, event)
        for key in header.refs:
            self._judge_reference(log, header, key)

    def apply(self, header: envelope.Header, leaf: bytes, event: Event, body: bytes | None) -> str:
        """Change the tables; returns what is wrong with the erasable part, empty where nothing is."""
        if header.t.startswith(LAST_DAY):
            raise Ignored("its time is beyond the calendar")
        if is_beyond_calendar(event):
            raise Ignored("it names a time beyond the calendar", Refused("Tahun 9999 di luar kalender.", code="K-115"))
        if isinstance(event, Founding | Joining | Leaving):
            self._parties = None
            _apply_parties(header, event)
        log = self._logs[header.log]
        catalog.fold(event, envelope_of(header, leaf), lambda key: _had(log, header, key))
        return "" if body is None else _apply_text(header, leaf, type(event), body)

    def _fold_some(self, log: Log) -> bool:
        """Fold the next entries of a log; whether to go on after them."""
        found = rows.stored(log, log.folded, min(ENTRIES_AT_ONCE, log.foldable - log.folded))
        for row in found:
            if row.seq != log.folded:
                break
            header = envelope.header_of(row.data)
            if not self._is_ready(header):
                return False
            self._fold_one(log, row, header)
            log.folded += 1
        else:
            if found:
                return True
        raise Broken(f"log {log.origin[:8]}: entry {log.folded} is missing")

    def _is_ready(self, header: envelope.Header) -> bool:
        for origin, mark in header.seen.items():
            other = self._logs.get(origin)
            if other is None:
                return False
            # Of a frozen log nothing is waited for beyond what was folded before the proof; that much always is, or
            # folding again would judge by less than was judged by the first time.
            needed = mark.size if other.frozen_at is None else min(mark.size, other.frozen_at)
            if other.folded < needed:
                return False
        return True

    def _fold_one(self, log: Log, row: rows.Stored, header: envelope.Header) -> None:
        verdict = ""
        try:
            event = read_facts(catalog.event_type(header.type, header.tv), header.facts)
            self.judge(log, header, event)
            body = rows.body(row.pk) if row.has_body else None
            with transaction.atomic():
                verdict = self.apply(header, row.leaf, event, body)
            state = Entry.State.FOLDED
        except UnknownKind:
            state, verdict = Entry.State.UNKNOWN, "jenis catatan dari versi yang lebih baru"
        except (Ignored, Malformed) as reason:
            state, verdict = Entry.State.INVALID, str(reason)[:300]
            self._parties = None  # what it had changed of them is undone
        except (ValueError, OverflowError, DataError, IntegrityError):
            # A rule or table that does not bear these facts is our mistake; their author must not stop exchange by it.
            logger.exception("a fact could not be folded", extra={"event": "ledger.unfoldable", "log": log.origin[:8]})
            state, verdict = Entry.State.INVALID, "its facts cannot be counted with"
            self._parties = None
        rows.set_verdict(row.pk, state, verdict)

    def _judge_key(self, header: envelope.Header) -> None:
        """Also of entries folded long ago: whoever learns of a revocation folds them again (revoking)."""
        known = (header.agency, header.kid, header.log)
        if known not in self._trusted:
            self._trusted[known] = rows.trusted_until(*known)
        last = self._trusted[known]
        if last is not None and header.seq > last:
            raise Ignored(
                "its key was revoked for this place of its log",
                Refused(
                    "Kunci catatan simpul ini tidak berlaku (lagi) menurut buku kunci kantor ini. Yang Anda isi tidak "
                    "hilang; hubungi administrator: Kelola, Kunci.",
                    code="K-116",
                ),
            )

    def _judge_seen(self, header: envelope.Header) -> None:
        for origin, mark in header.seen.items():
            # Of a frozen log nothing more arrives here. Whoever saw more of it is not held up, nor accused, for that.
            if mark.size > self._logs[origin].size:
                continue
            if self._root_at(origin, mark.size) != mark.root:
                raise Ignored("its author saw another history of a partner's log")

    def _judge_reference(self, log: Log, header: envelope.Header, key: str) -> None:
        if _had(log, header, key):
            return
        if any(mark.size > self._logs[origin].folded for origin, mark in header.seen.items()):
            raise Ignored("it may name a record of a log that is frozen here")
        # One sentence for both: whether a record the author had not seen exists depends on what has arrived so far.
        raise Ignored("it names a record its author had not seen")

    def _root_at(self, origin: str, size: int) -> str:
        known = self._roots.get((origin, size))
        if known is None:
            known = self._roots[origin, size] = tree.root_at(self._logs[origin], size).hex()
        return known

    def _judge_agreement(self, header: envelope.Header, event: Event) -> None:
        if self._parties is None:
            self._parties = rows.parties(header.agr)
        parties = self._parties
        if isinstance(event, Founding):
            _judge_founding(header, event, parties)
            return
        if not parties:
            raise Ignored("its agreement was never founded")
        author = next((party for party in parties if party.agency == header.agency), None)
        if author is None or author.role != header.role:
            raise Ignored("its author is no party to this agreement")
        if author.left_seq is not None and author.left_seq < header.seq:
            raise Ignored("its author had left the agreement")
        if isinstance(event, Joining):
            if event.joins_to() in author.joined:
                raise Ignored("its author had joined already")
            return
        may_precede = isinstance(event, Leaving) or header.type.startswith(NEGOTIATION)
        if parties[0].opened and may_precede:
            if _reach(header, parties[0].agency) == 0:
                raise Ignored("its author had not seen the agreement opened")
            return
        joined = [_joined_within(header, party) for party in ([author] if isinstance(event, Leaving) else parties)]
        if not set.intersection(*joined):
            raise Ignored("the agreement was not in force when this was stated")


def _reach(header: envelope.Header, agency: str) -> int:
    """How many entries of that party's log the author of an entry had before it."""
    if agency == header.agency:
        return header.seq
    mark = header.seen.get(envelope.log_id(header.agr, agency, header.role))
    return mark.size if mark else 0


def _joined_within(header: envelope.Header, party: rows.Party) -> set[str]:
    """The terms that a party had joined, as far as the author of an entry could know."""
    reach = _reach(header, party.agency)
    return {terms for terms, seq in party.joined.items() if seq < reach}


def _judge_founding(header: envelope.Header, event: Founding, parties: list[rows.Party]) -> None:
    if founding_id(event) != header.agr:
        raise Ignored("the founding facts do not make this agreement's id")
    if header.seq != 0 or parties:
        raise Ignored("an agreement is founded once, at the start of its founder's log")
    if event.parties[:1] != [header.agency] or len(set(event.parties)) != len(event.parties):
        raise Ignored("the founder is not the first party, or a party is named twice")


def _had(log: Log, header: envelope.Header, key: str) -> bool:
    """Whether a valid record of the same agreement has this key, and the author of the entry had it before."""
    named = rows.named(key, header.agr)
    if named is None:
        return False
    log_pk, seq, origin = named
    reach = header.seq if log_pk == log.pk else 0
    mark = header.seen.get(origin)
    return bool(seq < max(reach, mark.size if mark else 0))


def _apply_parties(header: envelope.Header, event: Founding | Joining | Leaving) -> None:
    if isinstance(event, Founding):
        opened = isinstance(event, Opening)
        agreement = Agreement.objects.create(id=header.agr, role=header.role, founder=header.agency, opened=opened)
        Party.objects.bulk_create(
            Party(agreement=agreement, agency=agency, place=place) for place, agency in enumerate(event.parties)
        )
        if opened:
            return
    author = Party.objects.filter(agreement_id=header.agr, agency=header.agency)
    if isinstance(event, Leaving):
        author.update(left_seq=header.seq)
        return
    terms = event.joins_to() if isinstance(event, Joining) else header.key
    Joined.objects.create(party=author.get(), terms=terms, seq=header.seq)


def _apply_text(header: envelope.Header, leaf: bytes, event_type: type[Event], body: bytes | None) -> str:
    text = None
    if body is not None:
        try:
            text = read_text(event_type, body)
        except Malformed as reason:
            # The commitment holds but the words do not fit the kind: the columns stay empty, the fact stands.
            return str(reason)[:300]
    catalog.fold_text(event_type, text, envelope_of(header, leaf))
    return ""
