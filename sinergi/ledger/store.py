"""Appending our own facts and admitting those of others. Everything here runs inside the writer (`writer.run`)."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from nacl.signing import SigningKey

from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Broken, Refused
from sinergi.kernel.ids import record_key
from sinergi.kernel.instants import from_text, now, to_text
from sinergi.ledger import bundle as bundles
from sinergi.ledger import catalog, envelope, forks, guard, histories, keys, revoking, rows, tree, wording
from sinergi.ledger import checkpoint as notes
from sinergi.ledger.events import Event, Founding, body_of, facts_of, founding_id, one_form, references
from sinergi.ledger.fold import fold_ready, judge_own
from sinergi.ledger.identity import named
from sinergi.ledger.models import Agency, Agreement, Entry, Key, Log
from sinergi.ledger.writer import NotStored, Receipt, committed

__all__ = [
    "NotStored",
    "admit",
    "admit_body",
    "append",
    "bundle",
    "found_agreement",
    "own_agency",
    "receipt_of",
]


class NotHere(Broken):
    """What was asked for is not stored on this node."""


class NotOurs(Broken):
    """The log may not be kept here: its author is unknown or we are no party to its agreement."""


class OutOfStep(Broken):
    """The copy grew since the bundle was asked for; ask again from the new place."""


def own_agency() -> Agency:
    """This node's agency. Raises NotHere on a node that was not initialised."""
    agency = rows.own_agency()
    if agency is None:
        raise NotHere("simpul ini belum punya instansi; jalankan: sinergi init")
    return agency


def receipt_of(event_id: str) -> Receipt | None:
    """The receipt of our own fact with this id, if it was stated before."""
    found = rows.own_fact([record_key(origin, event_id) for origin in rows.own_origins()])
    if found is None:
        return None
    log, seq, leaf, key = found
    return Receipt(log=log, seq=seq, leaf=bytes(leaf).hex(), key=key)


def append(
    agreement: str,
    event: Event,
    *,
    id: str,
    by: Actor | None,
    at: datetime,
    obligation: str = "",
    cls: str = "terbuka",
    expires: str = "",
    corr: str = "",
) -> Receipt:
    """Sign `event` into our log of `agreement` (the internal log where that is empty), store it and fold it.

    Raises Refused where the agreement is not in force, Broken where our own rules made an impossible fact.
    """
    logs = rows.logs_of(agreement)
    log = _own_log(agreement, logs)
    if guard.is_held(agreement):
        raise Refused(
            "Simpul ini baru dinyalakan dan masih memastikan pada mitra bahwa bukunya lengkap. Yang Anda isi tidak "
            "hilang; kirim lagi sebentar lagi. Keterangannya ada di Siapa punya apa.",
            code="K-114",
        )
    if guard.went_back(log.origin, log.size):
        guard.mistrust(keys.folder().parent)
        raise Refused(
            "Simpanan simpul ini ditukar dengan salinan lama selagi ia melayani. Matikan dan nyalakan lagi: ia lalu "
            "bertanya kepada mitra sebelum menandatangani apa pun. Hubungi administrator.",
            code="K-119",
        )
    if log.frozen == histories.RESTORED:
        raise Refused(
            "Buku catatan ini dibekukan: simpul ini dipulihkan dari salinan lama. Hubungi administrator.", code="K-110"
        )
    if log.frozen:
        raise Refused(
            "Buku catatan ini dibekukan: ada dua riwayat yang saling bertentangan. Hubungi administrator.", code="K-110"
        )
    if agreement and rows.has_left(agreement, log.agency):
        raise Refused("Kantor ini sudah mengakhiri perjanjian ini; tidak ada yang dapat ditambahkan.", code="K-113")
    event = one_form(event)
    wording.refuse(event, agreement=agreement)
    if agreement:
        catalog.may_be_stated(agreement, event)
    body = body_of(event)
    salt = envelope.new_salt() if body is not None else b""
    seen, lam = _seen(log, logs)
    header = envelope.Header(
        v=envelope.VERSION,
        suite=envelope.SUITE,
        log=log.origin,
        agency=log.agency,
        role=log.role,
        seq=log.size,
        prev=log.head,
        agr=agreement,
        type=event.kind,
        tv=event.kind_version,
        must=event.must,
        id=id,
        corr=corr,
        t=to_text(at),
        exp=expires,
        cls=cls,
        obligation=obligation,
        status="exercise" if log.role.startswith("exercise/") else "actual",
        kid=envelope.key_id(keys.own().public("event")),
        facts=facts_of(event),
        refs=references(event),
        pl=None if body is None else envelope.Commitment(hash=envelope.commit(body, salt), size=len(body)),
        actor=None if by is None else envelope.Official(id=by.id, office=by.office, acting=by.acting),
        seen=seen,
        lam=lam,
    )
    try:
        data = envelope.seal(header, keys.own()["event"])
    except envelope.BadEnvelope as error:
        raise Refused(
            "Isian ini terlalu panjang untuk satu catatan. Kurangi isinya, misalnya banyaknya kewajiban atau tenggat.",
            code="K-118",
        ) from error
    entry = envelope.parse(data)
    _store_own(log, logs, entry, event, body, salt)
    return Receipt(log=log.origin, seq=entry.header.seq, leaf=entry.leaf.hex(), key=entry.header.key)


def append_identity(event: Event, *, id: str, at: datetime, signers: list[SigningKey], sure: bool = False) -> Receipt:
    """State a fact of our identity log. `signers`: first an event key, then roots, and a key that is new.

    Raises Refused while this node asks before it signs (unless people are `sure` that this log is complete: without its
    keys a node cannot ask), BadEnvelope where these keys may not sign it.
    """
    own = own_agency()
    log = Log.objects.get(is_own=True, role="identity")
    # Whoever stole our checkpoint key can show a longer log than ours: people who are sure must be able to revoke it.
    if log.frozen == histories.FORKED or ((log.frozen or guard.is_holding()) and not sure):
        raise Refused(
            "Buku kunci kantor ini belum dapat ditulis: simpul ini masih memastikan pada mitra bahwa bukunya lengkap. "
            "Bila kuncinya hilang sehingga ia tidak dapat bertanya, dan sejak cadangan ini tidak ada kunci yang "
            "diganti, ulangi dengan --sure.",
            code="K-117",
        )
    header = envelope.Header(
        v=envelope.VERSION,
        suite=envelope.SUITE,
        log=log.origin,
        agency=own.id,
        role="identity",
        seq=log.size,
        prev=log.head,
        agr="",
        type=event.kind,
        tv=event.kind_version,
        must=event.must,
        id=id,
        t=to_text(at),
        kid=envelope.key_id(bytes(signers[0].verify_key)),
        lam=log.head_lam + 1,
        facts=facts_of(event),
    )
    entry = envelope.parse(envelope.seal(header, *signers))
    envelope.verify(entry, histories.event_keys(entry))
    _store_own(log, {log.origin: log}, entry, event, None, b"")
    histories.disown(own.id)
    for other in Log.objects.filter(is_own=True).exclude(agreement="").exclude(checkpoint_note=b""):
        sign_checkpoint(other)  # again, where the key of the last one is trusted no more
    revoking.fold_again_where_needed(own.id)
    return Receipt(log=log.origin, seq=header.seq, leaf=entry.leaf.hex(), key=header.key)


def found_agreement(
    event: Founding, *, id: str, by: Actor | None, at: datetime, role: str = "facts", obligation: str = ""
) -> Receipt:
    """Open the logs of a new agreement with its founding fact. We must be the first of its parties."""
    agency = own_agency()
    if agency.id not in event.parties or len(set(event.parties)) != len(event.parties) or len(event.parties) < 2:
        raise Refused("Perjanjian butuh sedikitnya dua pihak berbeda, dan kantor ini salah satunya.", code="K-111")
    event = one_form(event)
    agreement = founding_id(event)
    origin = envelope.log_id(agreement, agency.id, role)
    Log.objects.create(origin=origin, agreement=agreement, agency=agency.id, role=role, is_own=True)
    # Its id is minted here and now: no copy of this node can have written under it.
    guard.certain(agreement)
    return append(agreement, event, id=id, by=by, at=at)


def admit(data: bytes) -> Log:
    """Verify a bundle of a partner's log and store and fold its entries; the log as it stands afterwards.

    Raises BadBundle, BadEnvelope, NotOurs or OutOfStep; then nothing of it is stored. What proves two histories of
    the log is kept and freezes it.
    """
    return admit_checked(bundles.decode(data))


def admit_checked(bundle: bundles.Bundle) -> Log:
    """As `admit`, for a bundle already decoded."""
    log = rows.log(bundle.log) or _new_copy(bundle)
    if log.is_own:
        raise NotOurs("a partner sends entries of our own log")
    if log.frozen:
        raise NotOurs(f"the log is frozen: {log.frozen}")
    return _admit(log, bundle)


def recover(bundle: bundles.Bundle) -> Log:
    """Take back facts of our own that a partner kept, after this node was started from an older copy of itself.

    They pass the same steps as anybody's. Only while the guard holds the log: afterwards somebody else who holds more
    of our log than we do is a second node with our keys. Raises as `admit`.
    """
    log = rows.log(bundle.log) or _new_copy(bundle, own=True)
    # Under no agreement stands our identity log: it too is completed only by a node that asks before it signs.
    held = guard.is_held(log.agreement) if log.agreement else guard.is_holding()
    if not log.is_own or log.frozen == histories.FORKED or not held:
        raise NotOurs("not a log of ours that may be completed now")
    return histories.caught_up(_admit(log, bundle))


def await_own(agreement: str, role: str, note: bytes) -> None:
    """Keep a place for a log of ours that this copy of the node never had: closed until `recover` has filled it.

    `note`: a checkpoint of it that a partner shows. Raises BadNote where we did not sign that for such a log.
    """
    agency = own_agency().id
    origin = envelope.log_id(agreement, agency, role)
    if role in ("identity", "internal") or not agreement or rows.log(origin) is not None:
        return
    log = Log(origin=origin, agreement=agreement, agency=agency, role=role, is_own=True)
    shown = notes.parse(note)
    if shown.checkpoint.log != origin:
        raise notes.BadNote("a checkpoint that is not of this log")
    # Our signature first: nobody else makes rows here, whatever names it sends.
    notes.check_author(shown, histories.checkpoint_keys(log))
    log.save()
    histories.compare(log, note)


def _admit(log: Log, bundle: bundles.Bundle) -> Log:
    if bundle.start > log.size:
        raise OutOfStep(f"{bundle.start} where {log.size} is expected")
    if log.size:
        try:
            histories.compare(log, bundle.checkpoint.encode(), _new_checkpoint_keys(log, bundle))
        except notes.BadNote as error:
            raise bundles.BadBundle(5, str(error)) from error
        if log.frozen == histories.FORKED:
            return log
    try:
        if bundle.start < log.size:
            bundle = _skip_known(bundle, log)
        verified = bundles.check(bundle, _known(log, bundle), _Keys(), partial(_checkpoint_keys, log, bundle))
    except bundles.Contradicted as found:
        try:
            histories.contradict(log, found.entry)
        except forks.NoFork:
            raise found from None
        return log
    return _store_copy(log, verified)


def bundle(origin: str, start: int, limit: int = bundles.ENTRIES_PER_BUNDLE) -> bundles.Bundle:
    """The entries of a log from `start`, up to the next 256-aligned place, with the proof to its newest checkpoint.

    Raises NotHere for a log or place this node does not have.
    """
    from sinergi.ledger import merkle

    log = rows.log(origin)
    if log is None or not 0 <= start <= log.checkpoint_size:
        raise NotHere(f"no entries from {start} of that log")
    aligned = (start // bundles.ENTRIES_PER_BUNDLE + 1) * bundles.ENTRIES_PER_BUNDLE
    end = min(log.checkpoint_size, aligned, start + limit)
    entries = Entry.objects.filter(log=log, seq__gte=start, seq__lt=end).order_by("seq")
    proof = tree.prove(log, partial(merkle.consistency_proof, end, log.checkpoint_size))
    return bundles.Bundle(
        log=origin,
        start=start,
        checkpoint=bytes(log.checkpoint_note).decode(),
        entries=[bytes(entry.data).decode() for entry in entries],
        proof=[item.hex() for item in proof],
    )


def admit_body(origin: str, seq: int, salt: bytes, body: bytes) -> bool:
    """Store the erasable part of an entry we hold, if it matches its commitment, and fill its columns.

    Returns False where it was already here, or was erased here. Raises BadEnvelope where it does not match.
    """
    from sinergi.ledger import fold

    entry = Entry.objects.select_related("log").filter(log__origin=origin, seq=seq).first()
    if entry is None:
        raise NotHere("a body without its entry")
    commitment = envelope.header_of(bytes(entry.data)).pl
    if commitment is None or commitment.size != len(body) or len(salt) != envelope.SALT_BYTES:
        raise envelope.BadEnvelope(8, "a body the header does not speak of")
    if envelope.commit(body, salt) != commitment.hash:
        raise envelope.BadEnvelope(8, "the body is not the one the header commits to")
    if rows.had_body(entry.pk):
        return False
    rows.insert_body(entry.pk, salt, body)
    fold.fill_text(entry, body)
    return True


def sign_checkpoint(log: Log) -> bytes:
    """The signed checkpoint of our own log at its present size; what was signed is stored before it is released.

    Never two roots for one size: the row that holds the last signed size is written in the same transaction.
    """
    if not log.is_own:
        raise Broken("only the author signs a log's checkpoints")
    note = bytes(log.checkpoint_note)
    if log.size > log.checkpoint_size or not note or not histories.is_trusted(log, notes.parse(note)):
        checkpoint = notes.Checkpoint(log.origin, log.size, bytes(log.root))
        log.checkpoint_note = notes.sign(checkpoint, keys.own()["checkpoint"])
        log.checkpoint_size = log.size
        rows.save_checkpoint(log)
    return bytes(log.checkpoint_note)


def _own_log(agreement: str, logs: dict[str, Log]) -> Log:
    """Our log of the agreement, opened where there is none yet; it joins `logs`."""
    for log in logs.values():
        if log.is_own:
            return log
    agency = own_agency()
    if agreement == "":
        role_name = "internal"
    else:
        known = Agreement.objects.filter(id=agreement).first()
        if known is None or not known.parties.filter(agency=agency.id).exists():
            raise Refused("Perjanjian ini tidak dikenal di kantor ini.", code="K-112")
        role_name = known.role
    origin = envelope.log_id(agreement, agency.id, role_name)
    logs[origin] = Log.objects.create(origin=origin, agreement=agreement, agency=agency.id, role=role_name, is_own=True)
    return logs[origin]


def _seen(log: Log, logs: dict[str, Log]) -> tuple[dict[str, envelope.Seen], int]:
    """The `seen` and `lam` fields: how far we have folded the other logs of this agreement."""
    if log.agreement == "":
        return {}, log.head_lam + 1
    seen, highest = {}, log.head_lam
    for other in logs.values():
        if other is log or other.role != log.role or other.folded == 0:
            continue
        seen[other.origin] = envelope.Seen(size=other.folded, root=tree.root_at(other, other.folded).hex())
        whole = other.folded == other.size
        highest = max(highest, other.head_lam if whole else rows.lam_at(other, other.folded - 1))
    return seen, highest + 1


def _store_own(
    log: Log, logs: dict[str, Log], entry: envelope.Entry, event: Event, body: bytes | None, salt: bytes
) -> None:
    frontier = tree.frontier_of(log)
    nodes = frontier.append(entry.leaf)[1:]
    row = row_of(log, entry, now())
    row.state = Entry.State.FOLDED
    pk = rows.insert_entry(log, row)
    rows.insert_nodes(log, nodes)
    if body is not None:
        rows.insert_body(pk, salt, body)
    judge_own(logs, entry, event, body)
    tree.set_frontier(log, frontier)
    log.head, log.head_lam, log.folded = entry.leaf.hex(), entry.header.lam, frontier.size
    rows.save_growth(log)
    committed(log.origin, row.seq, row.kind)
    # Facts of partners may have waited for this one.
    if log.agreement != "":
        fold_ready(logs)


def _store_copy(log: Log, verified: bundles.Verified) -> Log:
    stored_at = now()
    rows.insert_entries(log, [row_of(log, entry, stored_at) for entry in verified.entries])
    rows.insert_nodes(log, verified.nodes)
    tree.set_frontier(log, verified.frontier)
    if verified.entries:
        log.head = verified.entries[-1].leaf.hex()
        log.head_lam = verified.entries[-1].header.lam
    rows.save_growth(log)
    log.checkpoint_size = verified.checkpoint.size
    log.checkpoint_note = verified.note
    rows.save_checkpoint(log)
    newest = notes.parse(verified.note)
    if newest.checkpoint.size > log.size:
        histories.remember(log, newest)
    histories.settle(log, newest, verified.proof)
    for entry in verified.entries:
        committed(log.origin, entry.header.seq, entry.header.type)
    if log.agreement == "":
        fold_ready({log.origin: log})
        if log.role == "identity":
            histories.disown(log.agency)
            revoking.fold_again_where_needed(log.agency)
    else:
        fold_ready(rows.logs_of(log.agreement) | {log.origin: log})
    return log


def row_of(log: Log, entry: envelope.Entry, stored_at: datetime) -> Entry:
    """The unsaved row of a parsed entry."""
    header = entry.header
    return Entry(
        log=log,
        seq=header.seq,
        key=header.key,
        kind=header.type,
        lam=header.lam,
        data=entry.data,
        leaf=entry.leaf,
        has_body=header.pl is not None,
        stored_at=stored_at,
    )


def _known(log: Log, bundle: bundles.Bundle) -> bundles.Known:
    note = bytes(log.checkpoint_note)
    if log.role == "identity" and note and log.checkpoint_size > log.size and _revokes(bundle, notes.parse(note)):
        note = b""  # a thief's: what takes the key back must not be refused because of it
    return bundles.Known(
        log=log.origin,
        agency=log.agency,
        frontier=tree.frontier_of(log),
        head=log.head,
        head_lam=log.head_lam,
        checkpoint=notes.parse(note).checkpoint if note else None,
    )


def _revokes(bundle: bundles.Bundle, note: notes.Note) -> bool:
    """Whether this bundle of an identity log takes back the key that signed that checkpoint of it.

    The bundle is stored whole or not at all, so its entries may speak before they are judged.
    """
    revoked = {named.takes_back(envelope.parse(text.encode())) for text in bundle.entries} - {""}
    keys_of = Key.objects.filter(kid__in=revoked, use="checkpoint").order_by("pk")
    return any(histories.is_signed_by(note, bytes(key.public)) for key in keys_of)


def _skip_known(bundle: bundles.Bundle, log: Log) -> bundles.Bundle:
    """Drop the entries we already hold; one that differs from ours is a broken bundle."""
    overlap = min(log.size - bundle.start, len(bundle.entries))
    stored = Entry.objects.filter(log=log, seq__gte=bundle.start, seq__lt=bundle.start + overlap).order_by("seq")
    for entry, text in zip(stored, bundle.entries, strict=False):
        if bytes(entry.data) != text.encode():
            raise bundles.Contradicted(f"entry {entry.seq} differs from the one stored", text.encode())
    if bundle.start + overlap < log.size:
        raise OutOfStep("nothing new in the bundle")
    return bundles.Bundle(
        log=bundle.log,
        start=bundle.start + overlap,
        checkpoint=bundle.checkpoint,
        entries=bundle.entries[overlap:],
        proof=bundle.proof,
    )


def _new_copy(bundle: bundles.Bundle, *, own: bool = False) -> Log:
    """Decide whether a log we do not know yet may be kept here, from its first entry."""
    if bundle.start != 0 or not bundle.entries:
        raise NotOurs("a log we do not know, and not its beginning")
    header = envelope.parse(bundle.entries[0].encode()).header
    if header.log != bundle.log:
        raise bundles.BadBundle(3, "an entry of another log")
    agency = Agency.objects.filter(id=header.agency).first()
    if agency is None or agency.is_self != own:
        raise NotOurs("its author was never introduced to this node")
    if header.role == "internal" or (own and header.role == "identity"):
        raise NotOurs("internal logs never leave their agency")
    if header.role != "identity":
        _may_keep(header)
    return Log.objects.create(
        origin=header.log, agreement=header.agr, agency=header.agency, role=header.role, is_own=own
    )


def _may_keep(header: envelope.Header) -> None:
    own = own_agency().id
    agreement = Agreement.objects.filter(id=header.agr).first()
    if agreement is None:
        parties = header.facts.get("parties")
        named = parties if isinstance(parties, list) else []
        if own not in named or header.agency not in named:
            raise NotOurs("we are no party to its agreement")
        return
    places = set(agreement.parties.values_list("agency", flat=True))
    if own not in places or header.agency not in places or agreement.role != header.role:
        raise NotOurs("its author is no party to that agreement")


class _Keys:
    """The keys that entries of one bundle may be signed with: one author, looked up once.

    The entries of an identity log themselves say which keys the later ones may use.
    """

    def __init__(self) -> None:
        self._events: dict[str, bytes] | None = None
        self._named: named.Named | None = None

    def __call__(self, entry: envelope.Entry) -> dict[str, bytes]:
        header = entry.header
        if header.role != "identity":
            if self._events is None:
                self._events = histories.event_keys(entry)
            return self._events
        if self._named is None and header.seq:
            self._named = histories.named(header.agency, below=header.seq)
        allowed = named.signers(self._named, entry)
        self._named = named.after(self._named, entry)
        return allowed


def _checkpoint_keys(log: Log, bundle: bundles.Bundle) -> list[bytes]:
    """The author's checkpoint keys, also those that the entries of this bundle name first."""
    found = histories.checkpoint_keys(log) + _new_checkpoint_keys(log, bundle)
    if not found:
        raise bundles.BadBundle(5, "no checkpoint key of the author is known")
    return found


def _new_checkpoint_keys(log: Log, bundle: bundles.Bundle) -> list[bytes]:
    if log.role != "identity":
        return []
    entries = [envelope.parse(text.encode()) for text in bundle.entries]
    return [public for entry in entries for public in named.introduced(entry, "checkpoint")]


def stated_at(entry: Entry) -> datetime:
    """The author's clock on this entry: a claim."""
    return from_text(envelope.parse(bytes(entry.data)).header.t)
