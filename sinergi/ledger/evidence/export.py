"""Writing evidence files from the store, a line at a time."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from functools import partial

from django.db.models import QuerySet

from sinergi.kernel.errors import Refused
from sinergi.kernel.instants import now, to_text
from sinergi.ledger import catalog, envelope, keys, merkle, store, tree
from sinergi.ledger import checkpoint as notes
from sinergi.ledger.events import Founding, Joining, Leaving
from sinergi.ledger.evidence.container import FORMAT, Head, Writer
from sinergi.ledger.models import Agency, Agreement, Body, Cosignature, Entry, Equivocation, Log, Stamp
from sinergi.ledger.writer import run

ROWS_AT_ONCE = 500


def export_agreement(agreement: str, *, bodies: bool = True) -> Iterator[bytes]:
    """The lines of the evidence file of a whole agreement: identities, logs, checkpoints, cosignatures, forks.

    Raises Refused at once where this node does not hold the agreement; the lines themselves are made as they are read.
    """
    known = Agreement.objects.filter(id=agreement).first()
    if known is None:
        raise Refused("Perjanjian ini tidak dikenal di kantor ini.", code="K-121", field="agreement")
    logs = list(Log.objects.filter(agreement=agreement, role=known.role, size__gt=0).order_by("origin"))
    _sign_fresh(logs)
    return _agreement_lines(agreement, known.party_ids(), logs, bodies)


def export_record(key: str, *, bodies: bool = True) -> Iterator[bytes]:
    """The lines of the evidence file of one record's whole story and of the agreement's standing.

    Raises Refused at once where this node does not hold the record or no checkpoint covers it yet.
    """
    entry = Entry.objects.filter(key=key).select_related("log").order_by("seq").first()
    if entry is None:
        raise Refused("Catatan ini tidak ada di kantor ini.", code="K-122", field="record")
    entries = _trail(entry)
    _sign_fresh({item.log for item in entries})
    for item in entries:
        item.log.refresh_from_db()
        if not _checkpoints(item.log, above=item.seq):
            raise Refused("Catatan ini belum tercakup titik periksa. Sinkronkan dahulu, lalu coba lagi.", code="K-123")
    return _record_lines(key, entry.log.agreement, entries, bodies)


def export_histories(origin: str) -> Iterator[bytes]:
    """The lines of an evidence file of nothing but the proof that the author of this log told two histories.

    Beside the proof stands only what a stranger needs to check it: who the author is, and the founding of the agreement
    whose log it is. Raises Refused at once where this node has no such proof.
    """
    fork = Equivocation.objects.filter(log__origin=origin).select_related("log").order_by("pk").first()
    if fork is None:
        raise Refused("Tidak ada bukti dua riwayat tentang buku catatan itu di kantor ini.", code="K-129")
    agreement = Agreement.objects.filter(
        **({"id": fork.log.agreement} if fork.log.agreement else {"parties__agency": fork.log.agency})
    )
    known = agreement.order_by("pk").first()
    if known is None:
        raise Refused("Buku itu tidak termasuk perjanjian mana pun di kantor ini.", code="K-129")
    return _histories_lines(fork.log, known)


def _agreement_lines(agreement: str, parties: Iterable[str], logs: list[Log], bodies: bool) -> Iterator[bytes]:
    writer = _writer(agreement, "", bodies)
    yield writer.head()
    yield from _identity_lines(writer, {*parties, *_cosigners(logs)})
    for log in logs:
        yield from _log_lines(writer, "log", log, bodies)
    yield writer.manifest(keys.own()["event"])


def _record_lines(key: str, agreement: str, entries: list[Entry], bodies: bool) -> Iterator[bytes]:
    writer = _writer(agreement, key, bodies)
    yield writer.head()
    logs = {entry.log_id: entry.log for entry in entries}
    yield from _identity_lines(writer, {log.agency for log in logs.values()} | _cosigners(logs.values()))
    stamps = {entry.pk: _stamps(entry.log, above=entry.seq) for entry in entries}
    for entry in sorted(entries, key=lambda item: (item.log.origin, item.seq)):
        place = f"record/{entry.log.origin}"
        if logs.pop(entry.log_id, None):
            # The stamps of a log stand before all its records.
            shown = {row.pk: row for one in entries if one.log_id == entry.log_id for row in stamps[one.pk]}
            rows = sorted(shown.values(), key=lambda row: (row.size, row.pk))
            for size in sorted({row.size for row in rows}):
                yield from _stamp_lines(writer, place, rows, size)
        for size, note in _checkpoints(entry.log, above=entry.seq, stamps=stamps[entry.pk]).items():
            path = tree.prove(entry.log, partial(merkle.inclusion_proof, entry.seq, size))
            yield writer.member(f"{place}/proof/{entry.seq}/{size}", proof_text(entry.seq, path, note))
        yield writer.member(f"{place}/entry/{entry.seq}", bytes(entry.data).decode())
        body = Body.objects.filter(entry=entry).first() if bodies else None
        if body is not None:
            yield writer.member(f"{place}/body/{entry.seq}", _body_text(body))
    yield writer.manifest(keys.own()["event"])


def _histories_lines(log: Log, agreement: Agreement) -> Iterator[bytes]:
    writer = _writer(agreement.id, "", bodies=False)
    yield writer.head()
    founding = envelope.log_id(agreement.id, agreement.founder, agreement.role)
    agencies = {log.agency, agreement.founder, store.own_agency().id}
    for identity in Log.objects.filter(role="identity", agency__in=agencies, size__gt=0).order_by("origin"):
        yield from _first_lines(writer, "identity", identity, shown=identity == log)
    for other in (
        Log.objects.filter(origin__in={founding, log.origin}, size__gt=0).exclude(role="identity").order_by("origin")
    ):
        yield from _first_lines(writer, "log", other, shown=other == log)
    yield writer.manifest(keys.own()["event"])


def _first_lines(writer: Writer, group: str, log: Log, *, shown: bool) -> Iterator[bytes]:
    """The first entry of a log, of an identity log all: what names author, keys or agreement. With `shown` also the
    proof against it."""
    named = Entry.objects.filter(log=log, seq__lt=log.size if group == "identity" else 1).order_by("seq")
    for row in named:
        yield writer.member(f"{group}/{log.origin}/entry/{row.seq}", bytes(row.data).decode())
    if shown:
        yield from _fork_lines(writer, group, log)


def proof_text(index: int, path: list[bytes], note: bytes) -> str:
    """A C2SP tlog-proof: index, inclusion path and the checkpoint with its cosignatures."""
    hashes = "".join(base64.b64encode(item).decode("ascii") + "\n" for item in path)
    return f"c2sp.org/tlog-proof@v1\nindex {index}\n{hashes}\n{note.decode()}"


def _identity_lines(writer: Writer, agencies: set[str]) -> Iterator[bytes]:
    agencies = agencies | {store.own_agency().id}
    for log in Log.objects.filter(role="identity", agency__in=agencies, size__gt=0).order_by("origin"):
        yield from _log_lines(writer, "identity", log, bodies=False)


def _log_lines(writer: Writer, group: str, log: Log, bodies: bool) -> Iterator[bytes]:
    stamps = _stamps(log)
    for size, note in _checkpoints(log, stamps=stamps).items():
        yield writer.member(f"{group}/{log.origin}/checkpoint/{size}", note.decode())
        yield from _stamp_lines(writer, f"{group}/{log.origin}", stamps, size)
    for start in range(0, log.size, ROWS_AT_ONCE):
        stop = min(start + ROWS_AT_ONCE, log.size)
        rows = Entry.objects.filter(log=log, seq__gte=start, seq__lt=stop).order_by("seq")
        held = {body.entry_id: body for body in Body.objects.filter(entry__in=rows)} if bodies else {}
        for row in rows:
            yield writer.member(f"{group}/{log.origin}/entry/{row.seq}", bytes(row.data).decode())
            if row.pk in held:
                yield writer.member(f"{group}/{log.origin}/body/{row.seq}", _body_text(held[row.pk]))
    yield from _fork_lines(writer, group, log)


def _fork_lines(writer: Writer, group: str, log: Log) -> Iterator[bytes]:
    for fork in Equivocation.objects.filter(log=log).order_by("pk")[:1]:
        for number, part in enumerate(filter(None, (fork.first, fork.second, fork.proof)), 1):
            yield writer.member(f"{group}/{log.origin}/fork/{number}", bytes(part).decode())


def _stamps(log: Log, above: int | None = None) -> list[Stamp]:
    """The time-stamps worth showing: all, or of each authority the first that covers the entry at `above`."""
    if log.role in ("identity", "internal"):
        return []
    rows = Stamp.objects.filter(log=log, size__lte=log.size).order_by("size", "pk")
    if above is None:
        return list(rows)
    first: dict[str, Stamp] = {}
    for row in rows.filter(size__gt=above):
        first.setdefault(row.authority_id, row)
    return list(first.values())


def _stamp_lines(writer: Writer, place: str, stamps: list[Stamp], size: int) -> Iterator[bytes]:
    for number, row in enumerate((row for row in stamps if row.size == size), 1):
        yield writer.member(f"{place}/stamp/{size}/{number}", base64.b64encode(row.reply).decode("ascii"))


def _checkpoints(log: Log, above: int = -1, stamps: Iterable[Stamp] = ()) -> dict[int, bytes]:
    """The checkpoints worth showing by size: the author's newest, for each cosigner the newest it cosigned, and those
    that these stamps are under.


    Only such as cover the entry at `above` and entries held here. Each carries the author's line, then cosignatures.
    """
    notes_by_size: dict[int, bytes] = {}
    lines: dict[int, list[bytes]] = {}
    newest: set[tuple[str, str]] = set()
    if above < log.checkpoint_size <= log.size:
        notes_by_size[log.checkpoint_size] = bytes(log.checkpoint_note)
    for row in Cosignature.objects.filter(log=log, size__gt=above, size__lte=log.size).order_by(
        "-size", "agency", "use"
    ):
        if (row.agency, row.use) in newest:
            continue
        newest.add((row.agency, row.use))
        notes_by_size.setdefault(row.size, bytes(row.note))
        lines.setdefault(row.size, []).append(bytes(row.line))
    for stamp in stamps:
        notes_by_size.setdefault(stamp.size, bytes(stamp.note))
    found = {}
    for size in sorted(notes_by_size):
        if size == 0:
            continue
        note = notes.parse(notes_by_size[size])
        own = [line for line in note.lines if line.name == notes.origin(log.origin)][:1]
        found[size] = note.checkpoint.body + b"\n" + b"".join([*map(notes.line_bytes, own), *lines.get(size, [])])
    return found


def _trail(entry: Entry) -> list[Entry]:
    """The record's whole story as this node holds it, and what shows that its agreement was in force.

    The story is that of the facts it goes back to which name no other (a request): all that names them, directly or
    through others, and all that those name. Facts that go back elsewhere belong to other stories and stay out.
    """
    agreement = entry.log.agreement
    rows = Entry.objects.filter(log__agreement=agreement).select_related("log")
    found = _with_named([entry], rows)
    if agreement:
        kinds = [
            kind for (kind, _), event in catalog.kinds().items() if issubclass(event, Founding | Joining | Leaving)
        ]
        starts = [item for item in found.values() if item.kind not in kinds and not _refs(item)]
        found |= _with_named(_naming(starts, rows.exclude(kind__in=kinds)), rows)
        found |= _with_named(rows.filter(kind__in=kinds, state=Entry.State.FOLDED), rows)
    return list(found.values())


def _with_named(entries: Iterable[Entry], rows: QuerySet[Entry]) -> dict[int, Entry]:
    """These entries and all that they name, directly or through others."""
    found = {entry.pk: entry for entry in entries}
    waiting = list(found.values())
    while waiting:
        for named in rows.filter(key__in=_refs(waiting.pop())):
            if named.pk not in found:
                found[named.pk] = named
                waiting.append(named)
    return found


def _naming(starts: list[Entry], rows: QuerySet[Entry]) -> list[Entry]:
    """All that names these entries, directly or through others."""
    keys = {entry.key for entry in starts}
    if not keys:
        return []
    # A fact comes after what it names in the order of the Lamport numbers; an invalid one may not, and is found again.
    first, found, grown = min(entry.lam for entry in starts), dict[int, Entry](), True
    while grown:
        grown = False
        for row in rows.filter(lam__gte=first).order_by("lam", "pk").iterator(ROWS_AT_ONCE):
            if row.pk not in found and keys & set(_refs(row)):
                found[row.pk] = row
                keys.add(row.key)
                grown = True
    return list(found.values())


def _refs(entry: Entry) -> list[str]:
    return envelope.parse(bytes(entry.data)).header.refs


def _cosigners(logs: Iterable[Log]) -> set[str]:
    rows = Cosignature.objects.filter(log__in=list(logs)).values_list("agency", flat=True).distinct()
    known = set(Agency.objects.values_list("id", flat=True))
    return set(rows) & known


def _sign_as_it_stands(log: int) -> bytes:
    return store.sign_checkpoint(Log.objects.get(pk=log))


def _sign_fresh(logs: Iterable[Log]) -> None:
    """Let our own newest entries be covered by a checkpoint. The one thing an export writes."""
    for log in logs:
        if log.is_own and log.size > log.checkpoint_size:
            run(partial(_sign_as_it_stands, log.pk))
            log.refresh_from_db()


def _writer(agreement: str, record: str, bodies: bool) -> Writer:
    own = store.own_agency().id
    return Writer(Head(format=FORMAT, agreement=agreement, record=record, agency=own, at=to_text(now()), bodies=bodies))


def _body_text(body: Body) -> str:
    return base64.b64encode(bytes(body.salt) + bytes(body.data)).decode("ascii")
