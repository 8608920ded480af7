"""Checking the whole store: every stored byte against what the protocol says it must be. Reads only.

Nothing here trusts a stored hash: leaves, chains, trees, peaks and roots are computed again from the entries' bytes and
compared with what the tables hold.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from sinergi.kernel.errors import Broken
from sinergi.ledger import catalog, envelope, forks, histories, merkle, stamping
from sinergi.ledger import checkpoint as notes
from sinergi.ledger.events import Event, Founding, Joining, Leaving, Opening, read_facts
from sinergi.ledger.models import (
    Agreement,
    Body,
    Cosignature,
    Entry,
    Equivocation,
    Key,
    Log,
    Node,
    Party,
    Stamp,
    Unreached,
)

ROWS_AT_ONCE = 500


class Finding(msgspec.Struct, frozen=True):
    """Something in the store that is not as it must be: where, and what, in words for the administrator's console.

    What stands in brackets is the reason of the code that read it, in English, for whoever mends it.
    """

    where: str
    what: str


def check(*, quick: bool = False) -> list[Finding]:
    """Everything that is wrong with the store; empty where nothing is. `quick` leaves signatures out."""
    found: list[Finding] = []
    for log in Log.objects.order_by("origin"):
        found.extend(check_log(log, quick=quick))
    found.extend(_check_parties())
    return found


def check_log(log: Log, *, quick: bool = False) -> Iterator[Finding]:
    """Everything that is wrong with one log, its tree, checkpoints, cosignatures, proofs and bodies."""
    name = f"buku {log.origin[:8]}"
    if log.origin != envelope.log_id(log.agreement, log.agency, log.role):
        yield Finding(name, "namanya bukan milik instansi, perjanjian, dan perannya")
    frontier = merkle.Frontier()
    nodes: dict[tuple[int, int], bytes] = {}
    roots: dict[int, bytes] = {0: merkle.EMPTY_ROOT}
    head, lam, last_seq = envelope.NOTHING_BEFORE, 0, -1
    for row in Entry.objects.filter(log=log).order_by("seq").iterator(ROWS_AT_ONCE):
        where = f"{name}, catatan {row.seq}"
        if row.seq != last_seq + 1:
            yield Finding(where, "catatan sebelumnya hilang")
        last_seq = row.seq
        try:
            entry = envelope.parse(bytes(row.data))
        except Broken as error:
            yield Finding(where, f"bitanya rusak ({error})")
            frontier.append(envelope.leaf_hash(bytes(row.data)))
            continue
        yield from _check_entry(where, row, entry, log, head, lam)
        if not quick:
            try:
                envelope.verify(entry, histories.event_keys(entry))
            except Broken as error:
                yield Finding(where, f"tanda tangannya tidak sah ({error})")
        for level, index, value in frontier.append(entry.leaf):
            nodes[level, index] = value
        roots[frontier.size] = frontier.root()
        head, lam = entry.leaf.hex(), entry.header.lam
        yield from _check_body(where, row, entry)
    yield from _check_tree(name, log, frontier, nodes, head, lam)
    yield from _check_notes(name, log, roots)
    yield from _check_histories(name, log)


def _check_histories(name: str, log: Log) -> Iterator[Finding]:
    """What is kept to prove two histories, and whether the log is frozen exactly where there is such a proof."""
    proofs = list(Equivocation.objects.filter(log=log).order_by("pk"))
    for row in proofs:
        fork = forks.Fork(bytes(row.first), bytes(row.second), bytes(row.proof))
        try:
            forks.check(fork, log.origin, histories.event_keys, histories.checkpoint_keys(log))
        except forks.NoFork as error:
            yield Finding(name, f"yang disimpan sebagai bukti dua riwayat tidak membuktikan apa pun ({error})")
    if bool(proofs) != (log.frozen == histories.FORKED):
        yield Finding(name, "dibekukan tanpa bukti dua riwayat, atau tidak dibekukan padahal buktinya ada")
    for ahead in Unreached.objects.filter(log=log).order_by("size", "pk"):
        try:
            _check_ahead(log, ahead)
        except Broken as error:
            yield Finding(f"{name}, titik periksa yang belum tercapai pada {ahead.size}", f"rusak ({error})")


def is_true(log: Log, row: Cosignature | Unreached | Stamp) -> bool:
    """Whether this stored statement about a log is one that was signed; the entries under it are not looked at."""
    try:
        if isinstance(row, Unreached):
            _check_ahead(log, row)
        elif isinstance(row, Stamp):
            stamping.check_kept(log, row)
        else:
            _check_cosignature(log, row)
    except Broken:
        return False
    return True


def _check_ahead(log: Log, row: Unreached) -> None:
    note = notes.parse(bytes(row.note))
    notes.check_author(note, histories.checkpoint_keys(log))
    if (note.checkpoint.log, note.checkpoint.size, note.checkpoint.root) != (log.origin, row.size, bytes(row.root)):
        raise notes.BadNote("ukuran atau akarnya lain daripada yang dicatat")


def _check_cosignature(log: Log, row: Cosignature) -> None:
    note = notes.parse(bytes(row.note))
    notes.check_author(note, histories.checkpoint_keys(log))
    line = notes.parse_lines(bytes(row.line))[0]
    keys = [bytes(key.public) for key in Key.objects.filter(agency_id=row.agency, use=row.use).order_by("pk")]
    signer = [public for public in keys if line.key_hash == notes.key_hash(line.name, notes.COSIGNATURE, public)]
    if not keys:
        raise notes.BadNote("oleh kunci yang tidak dinyatakan siapa pun")
    at = notes.check_cosignature(line, note.checkpoint, row.agency, row.use, (signer or keys)[0])
    if (note.checkpoint.log, note.checkpoint.size, note.checkpoint.root, at) != (
        log.origin, row.size, bytes(row.root), int(row.signed_at.timestamp()),
    ):  # fmt: skip
        raise notes.BadNote("tidak cocok dengan titik periksa yang ditandainya")


def _check_entry(where: str, row: Entry, entry: envelope.Entry, log: Log, head: str, lam: int) -> Iterator[Finding]:
    header = entry.header
    if bytes(row.leaf) != entry.leaf:
        yield Finding(where, "sidik daun yang disimpan bukan sidik bitanya")
    if (header.log, header.seq, header.agency) != (log.origin, row.seq, log.agency):
        yield Finding(where, "milik buku atau tempat lain")
    if header.prev != head or header.lam <= lam:
        yield Finding(where, "tidak menyambung rantai")
    if (row.key, row.kind, row.lam, row.has_body) != (header.key, header.type, header.lam, header.pl is not None):
        yield Finding(where, "kolom yang disimpan berbeda dari kepalanya")
    expected = Entry.State.WAITING if row.seq >= log.folded else None
    if (expected is not None) != (row.state == Entry.State.WAITING) or row.state not in Entry.State.values:
        yield Finding(where, "keadaannya tidak cocok dengan sejauh mana buku dibaca")
    if (row.state in (Entry.State.INVALID, Entry.State.UNKNOWN)) and not row.verdict:
        yield Finding(where, "tidak dipakai dan alasannya tidak disimpan")


def _check_body(where: str, row: Entry, entry: envelope.Entry) -> Iterator[Finding]:
    body = Body.objects.filter(entry=row).first()
    commitment = entry.header.pl
    if body is None:
        return
    if commitment is None:
        yield Finding(where, "mempunyai isi yang tidak disebut kepalanya")
    elif envelope.commit(bytes(body.data), bytes(body.salt)) != commitment.hash or len(body.data) != commitment.size:
        yield Finding(where, "isi atau garamnya bukan yang diikat kepalanya")


def _check_tree(
    name: str, log: Log, frontier: merkle.Frontier, nodes: dict[tuple[int, int], bytes], head: str, lam: int
) -> Iterator[Finding]:
    if log.size != frontier.size or log.folded > log.size:
        yield Finding(name, f"menyebut {log.size} catatan, tersimpan {frontier.size}")
    if bytes(log.root) != (frontier.root() if frontier.size else bytes(log.root)):
        yield Finding(name, "akar yang disimpan bukan akar catatannya")
    if bytes(log.peaks) != b"".join(frontier.peaks):
        yield Finding(name, "puncak yang disimpan bukan puncak pohonnya")
    if frontier.size and (log.head, log.head_lam) != (head, lam):
        yield Finding(name, "ujung yang disimpan bukan catatan terakhirnya")
    stored = {
        (node.level, node.index): bytes(node.hash) for node in Node.objects.filter(log=log).iterator(ROWS_AT_ONCE)
    }
    wanted = {place: value for place, value in nodes.items() if place[0] > 0}
    for place in sorted(stored.keys() | wanted.keys()):
        if stored.get(place) != wanted.get(place):
            yield Finding(f"{name}, simpul pohon {place[0]}/{place[1]}", "sidik pohon salah, hilang, atau berlebih")


def _check_notes(name: str, log: Log, roots: dict[int, bytes]) -> Iterator[Finding]:
    data = bytes(log.checkpoint_note)
    author_keys = histories.checkpoint_keys(log)
    if data:
        try:
            note = notes.parse(data)
            notes.check_author(note, author_keys)
            if note.checkpoint.size != log.checkpoint_size:
                yield Finding(name, "titik periksa terbarunya berukuran lain daripada yang dicatat")
            if note.checkpoint.size in roots and note.checkpoint.root != roots[note.checkpoint.size]:
                yield Finding(name, "titik periksa terbarunya berakar lain daripada catatannya")
        except Broken as error:
            yield Finding(name, f"titik periksa terbarunya rusak ({error})")
    elif log.checkpoint_size:
        yield Finding(name, "titik periksa terbarunya hilang")
    for row in Cosignature.objects.filter(log=log).order_by("size", "pk").iterator(ROWS_AT_ONCE):
        where = f"{name}, tanda saksi pada {row.size}"
        try:
            _check_cosignature(log, row)
            if roots.get(row.size, bytes(row.root)) != bytes(row.root):
                yield Finding(where, "tidak cocok dengan titik periksa yang ditandainya")
        except Broken as error:
            yield Finding(where, f"rusak ({error})")
    for stamp in Stamp.objects.filter(log=log).select_related("authority").order_by("size", "pk"):
        where = f"{name}, stempel waktu pada {stamp.size}"
        try:
            root = stamping.check_kept(log, stamp)
            if roots.get(stamp.size, root) != root:
                yield Finding(where, "tidak cocok dengan titik periksa yang distempelnya")
        except Broken as error:
            yield Finding(where, f"rusak ({error})")


def _check_parties() -> Iterator[Finding]:
    for party in Party.objects.select_related("agreement").order_by("pk"):
        where = f"perjanjian {party.agreement_id[:8]}"
        origin = envelope.log_id(party.agreement_id, party.agency, party.agreement.role)
        rows = Entry.objects.filter(log__origin=origin, state=Entry.State.FOLDED)
        try:
            said = {(entry.seq, _joins_to(entry)) for entry in rows.filter(kind__in=_kinds(Founding, Joining))}
        except Broken as error:
            yield Finding(where, f"tempat pihak masuk tidak terbaca dari bukunya ({error})")
        else:
            if {(seq, terms) for seq, terms in said if terms} != set(party.joined.values_list("seq", "terms")):
                yield Finding(where, "pihak masuk di tempat lain daripada kata bukunya")
        left = rows.filter(kind__in=_kinds(Leaving)).order_by("seq").values_list("seq", flat=True).first()
        if party.left_seq != left:
            yield Finding(where, "pihak keluar di tempat lain daripada kata bukunya")
    for agreement in Agreement.objects.order_by("pk"):
        if not agreement.parties.filter(agency=agreement.founder).exists():
            yield Finding(f"perjanjian {agreement.id[:8]}", "pendirinya bukan salah satu pihak")


def _joins_to(entry: Entry) -> str:
    """The record whose terms this founding or joining stands behind; empty where it opens a negotiation.

    Raises Broken where its bytes are not what was signed: here nothing is known of them yet.
    """
    header = envelope.parse(bytes(entry.data)).header
    event = read_facts(catalog.event_type(header.type, header.tv), header.facts)
    if isinstance(event, Joining):
        return event.joins_to()
    return "" if isinstance(event, Opening) else header.key


def _kinds(*bases: type[Event]) -> list[str]:
    return [kind for (kind, _), event in catalog.kinds().items() if issubclass(event, bases)]
