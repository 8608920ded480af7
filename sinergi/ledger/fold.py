"""Judging entries and folding them into the tables, in an order every node agrees on where it matters.

Each log is folded in its own order. An entry waits until this node has folded every other log as far as its author
had (`seen`): causal delivery. Its verdict depends only on its own log before it and on what its author had seen, so
any order of arrival gives the same tables.
"""

from __future__ import annotations

import logging

from django.db import transaction

from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Broken
from sinergi.kernel.instants import from_text
from sinergi.ledger import catalog, envelope, tree
from sinergi.ledger.catalog import Envelope, Ignored
from sinergi.ledger.events import (
    Event,
    Founding,
    Joining,
    Leaving,
    Malformed,
    UnknownKind,
    founding_id,
    read_facts,
    read_text,
)
from sinergi.ledger.models import Agreement, Body, Entry, Log, Party

logger = logging.getLogger("sinergi.ledger")


class OwnFactInvalid(Broken):
    """We were about to state something our own fold would refuse: a mistake in a rule."""


def judge_own(log: Log, row: Entry, entry: envelope.Entry, event: Event) -> None:
    """Fold a fact we have just appended. Raises OwnFactInvalid, which undoes the append."""
    try:
        _judge(log, entry.header, event)
        _apply(log, row, entry.header, event)
    except Ignored as reason:
        raise OwnFactInvalid(f"{event.kind}: {reason}") from reason
    row.state = Entry.State.FOLDED
    row.save(update_fields=["state"])
    log.folded = row.seq + 1
    log.save(update_fields=["folded"])


def fold_ready(agreement: str, identity: Log | None = None) -> None:
    """Fold every stored entry of this agreement (or of one identity log) whose turn has come."""
    if agreement == "":
        if identity is not None:
            _advance(identity, {})
        return
    logs = {log.origin: log for log in Log.objects.filter(agreement=agreement)}
    moved = True
    while moved:
        moved = any([_advance(log, logs) for log in logs.values()])


def fill_text(row: Entry) -> None:
    """Fill the columns of an entry's erasable part, if the entry is folded and the part is here."""
    if row.state != Entry.State.FOLDED:
        return
    header = envelope.parse(bytes(row.data)).header
    event_type = catalog.event_type(header.type, header.tv)
    body = Body.objects.filter(entry=row).first()
    _apply_text(row, header, event_type, None if body is None else bytes(body.data))


def envelope_of(log: Log, header: envelope.Header, leaf: bytes) -> Envelope:
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
    )


def _advance(log: Log, logs: dict[str, Log]) -> bool:
    """Fold as many entries of one log as are ready; whether there was any."""
    start = log.folded
    while log.folded < log.size:
        row = Entry.objects.get(log=log, seq=log.folded)
        header = envelope.parse(bytes(row.data)).header
        if not _is_ready(header, logs):
            break
        _fold_one(log, row, header)
        log.folded += 1
        log.save(update_fields=["folded"])
    return log.folded > start


def _is_ready(header: envelope.Header, logs: dict[str, Log]) -> bool:
    for origin, mark in header.seen.items():
        other = logs.get(origin)
        if other is None or other.folded < mark.size:
            return False
    return True


def _fold_one(log: Log, row: Entry, header: envelope.Header) -> None:
    try:
        event_type = catalog.event_type(header.type, header.tv)
        event = read_facts(event_type, header.facts)
        with transaction.atomic():
            _judge(log, header, event)
            _apply(log, row, header, event)
        row.state = Entry.State.FOLDED
    except UnknownKind:
        row.state, row.verdict = Entry.State.UNKNOWN, "jenis catatan dari versi yang lebih baru"
    except (Ignored, Malformed) as reason:
        row.state, row.verdict = Entry.State.INVALID, str(reason)[:300]
    row.save(update_fields=["state", "verdict"])


def _judge(log: Log, header: envelope.Header, event: Event) -> None:
    """Refuse (Ignored) what the protocol forbids, whatever the kind says. docs/protocol/validity.md."""
    earlier = Entry.objects.filter(log=log, key=header.key, seq__lt=header.seq)
    if earlier.exists():
        raise Ignored("its id was used before in this log")
    if header.role == "identity":
        if not header.type.startswith("identity."):
            raise Ignored("an identity log holds only keys and offices")
        return
    if header.role == "internal":
        return
    _judge_seen(header)
    _judge_agreement(header, event)
    for key in header.refs:
        _judge_reference(log, header, key)


def _judge_seen(header: envelope.Header) -> None:
    for origin, mark in header.seen.items():
        other = Log.objects.get(origin=origin)
        if tree.root_at(other, mark.size).hex() != mark.root:
            raise Ignored("its author saw another history of a partner's log")


def _judge_agreement(header: envelope.Header, event: Event) -> None:
    if isinstance(event, Founding):
        if founding_id(event) != header.agr:
            raise Ignored("the founding facts do not make this agreement's id")
        if header.seq != 0 or Agreement.objects.filter(id=header.agr).exists():
            raise Ignored("an agreement is founded once, at the start of its founder's log")
        if event.parties[:1] != [header.agency] or len(set(event.parties)) != len(event.parties) < 65:
            raise Ignored("the founder is not the first party, or a party is named twice")
        return
    agreement = Agreement.objects.filter(id=header.agr).first()
    if agreement is None:
        raise Ignored("its agreement was never founded")
    author = agreement.parties.filter(agency=header.agency).first()
    if author is None or agreement.role != header.role:
        raise Ignored("its author is no party to this agreement")
    if author.left_seq is not None and author.left_seq < header.seq:
        raise Ignored("its author had left the agreement")
    if isinstance(event, Joining):
        if author.joined_seq is not None:
            raise Ignored("its author had joined already")
        return
    for party in agreement.parties.all():
        log = header.log if party.agency == header.agency else envelope.log_id(header.agr, party.agency, header.role)
        reach = header.seq if log == header.log else header.seen[log].size if log in header.seen else 0
        if party.joined_seq is None or party.joined_seq >= reach:
            raise Ignored("the agreement was not in force when this was stated")


def _judge_reference(log: Log, header: envelope.Header, key: str) -> None:
    named = (
        Entry.objects.filter(key=key, log__agreement=header.agr, state=Entry.State.FOLDED)
        .select_related("log")
        .order_by("seq")
        .first()
    )
    if named is None:
        raise Ignored("it names a record that does not exist")
    reach = header.seq if named.log_id == log.pk else 0
    mark = header.seen.get(named.log.origin)
    if named.seq >= max(reach, mark.size if mark else 0):
        raise Ignored("it names a record its author had not seen")


def _apply(log: Log, row: Entry, header: envelope.Header, event: Event) -> None:
    around = envelope_of(log, header, bytes(row.leaf))
    if isinstance(event, Founding):
        agreement = Agreement.objects.create(id=header.agr, role=header.role, founder=header.agency)
        Party.objects.bulk_create(
            Party(
                agreement=agreement,
                agency=agency,
                place=place,
                joined_seq=header.seq if agency == header.agency else None,
            )
            for place, agency in enumerate(event.parties)
        )
    elif isinstance(event, Joining):
        Party.objects.filter(agreement_id=header.agr, agency=header.agency).update(joined_seq=header.seq)
    elif isinstance(event, Leaving):
        Party.objects.filter(agreement_id=header.agr, agency=header.agency).update(left_seq=header.seq)
    catalog.fold(event, around)
    body = Body.objects.filter(entry=row).first()
    if body is not None:
        _apply_text(row, header, type(event), bytes(body.data))


def _apply_text(row: Entry, header: envelope.Header, event_type: type[Event], body: bytes | None) -> None:
    text = None
    if body is not None:
        try:
            text = read_text(event_type, body)
        except Malformed as reason:
            # The commitment holds but the words do not fit the kind: the columns stay empty, the fact stands.
            Entry.objects.filter(pk=row.pk).update(verdict=str(reason)[:300])
            return
    catalog.fold_text(event_type, text, envelope_of(row.log, header, bytes(row.leaf)))
