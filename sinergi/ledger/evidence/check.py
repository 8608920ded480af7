"""Judging an evidence file from its bytes alone: no store, no network, no clock.

The numbered steps are those of docs/protocol/evidence.md. Two readings: the first proves every byte, the second tells
what the proven records say and how strong the evidence for each is. Nothing is told of a file that was not proven.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import IO

import msgspec

from sinergi.kernel.errors import Broken
from sinergi.kernel.instants import to_text
from sinergi.ledger import checkpoint as notes
from sinergi.ledger import envelope, forks, merkle, stamp
from sinergi.ledger import grade as grading
from sinergi.ledger.evidence.container import BadEvidence, Line, Reader, place_of
from sinergi.ledger.evidence.report import Mark, Record, Report, Signer
from sinergi.ledger.evidence.standing import Standing
from sinergi.ledger.identity import named

__all__ = ["Mark", "Record", "Report", "Signer", "check"]


class _LogState(msgspec.Struct):
    """What is known of one log while its members are read."""

    group: str
    agency: str = ""
    role: str = ""
    head: str = envelope.NOTHING_BEFORE
    lam: int = 0
    frontier: merkle.Frontier = msgspec.field(default_factory=merkle.Frontier)
    roots: bytearray = msgspec.field(default_factory=bytearray)
    notes: list[tuple[str, notes.Note]] = []
    stamps: list[tuple[str, int, bytes]] = []  # where, under which size, the answer of the authority
    forks: list[tuple[str, str]] = []  # where, and a part of the proof
    entries: int = 0


def check(
    file: IO[bytes],
    pins: Sequence[str] = (),
    tell: Callable[[Record], None] = lambda record: None,
    authorities: Sequence[bytes] = (),
) -> Report:
    """Prove a seekable evidence file and then tell its records. Raises BadEvidence naming line and record.

    `authorities`: certificates (PEM) of the time authorities that the reader trusts. Where any is given, every
    time-stamp must hold under one of them; where none is, they say nothing.
    """
    start = file.tell()
    proof = _Proof(Reader(file), pins, authorities)
    proof.run()
    file.seek(start)
    return _tell(file, proof, tell)


class _Proof:
    """The first reading."""

    def __init__(self, reader: Reader, pins: Sequence[str], authorities: Sequence[bytes]) -> None:
        self.reader = reader
        self.authorities = {stamp.fingerprint(pem): pem for pem in authorities}
        self.pins = [pin.replace(" ", "").replace("-", "").lower() for pin in pins]
        self.signers: dict[str, Signer] = {}
        self.named: dict[str, list[named.Named]] = {}
        self.logs: dict[str, _LogState] = {}
        self.marks: list[Mark] = []
        self.standing = Standing(self._trusts)
        self.records = 0
        self._proofs: list[tuple[str, int, list[bytes], notes.Note]] = []
        self._entry: envelope.Entry | None = None

    def run(self) -> None:
        """Every step; raises BadEvidence."""
        for line in self.reader.members():
            where = place_of(line.number, line.raw)
            try:
                self._member(line, where)
            except BadEvidence:
                raise
            except Broken as error:
                raise BadEvidence(where, str(error)) from error
        self._no_loose_end()
        for origin, state in self.logs.items():
            self._check_notes(origin, state)
        self._check_pins()
        exporter = self.signers.get(self.reader.head.agency)
        if exporter is None:
            raise BadEvidence("the manifest", "the exporting agency's identity log is not in the file")
        # A thief's manifest is none, whatever it covers.
        good = [key for key in self.named[exporter.fingerprint][-1].of("event") if key.last is None]
        self.reader.check_manifest({key.kid: key.public for key in good})
        if self.reader.head.record and self.reader.head.record not in self.standing.keys:
            raise BadEvidence("line 1, the header", "the record it names is not in the file")
        self.standing.settle(self.reader.head.agreement)

    def _member(self, line: Line, where: str) -> None:
        name = line.name
        if (name.group == "record") != bool(self.reader.head.record) and name.group != "identity":
            raise BadEvidence(where, "whole logs and single records in one file")
        state = self.logs.setdefault(name.log, _LogState(group=name.group))
        if state.group != name.group:
            raise BadEvidence(where, "one log in two places")
        if name.what != "body" and name.what != "proof":
            self._entry = None
        data = line.data.encode()
        if name.what == "entry":
            self._check_entry(name.log, name.number, state, data, where)
        elif name.what == "body":
            self._check_body(name.log, name.number, line.data, where)
        elif name.what == "proof":
            self._proofs.append(_read_proof(name.number, name.size, data, where))
        elif name.what == "checkpoint":
            note = notes.parse(data)
            if note.checkpoint.log != name.log or note.checkpoint.size != name.number or name.number == 0:
                raise BadEvidence(where, "a checkpoint of another log or size")
            state.notes.append((where, note))
        elif name.what == "stamp":
            state.stamps.append((where, name.number, _unbase64(line.data, where)))
        else:
            state.forks.append((where, line.data))
            if len(state.forks) != name.number:
                raise BadEvidence(where, "a proof of two histories without its first part")

    def _check_entry(self, origin: str, seq: int, state: _LogState, data: bytes, where: str) -> None:
        entry = envelope.parse(data)
        header = entry.header
        if header.log != origin or header.seq != seq:
            raise BadEvidence(where, "an entry under another log's name or place")
        if (header.role == "identity") != (state.group == "identity"):
            raise BadEvidence(where, "an identity log among others, or the other way round")
        if state.group == "identity":
            self._learn(entry, where)
        elif header.agr != self.reader.head.agreement:
            raise BadEvidence(where, "a record of another agreement")
        if header.agency not in self.signers:
            raise BadEvidence(where, "its author's identity log is not in the file")
        if state.group != "identity":
            envelope.verify(entry, self._event_keys(entry))
        if state.group == "record":
            self._check_proofs(origin, seq, entry, state, where)
        else:
            if seq != state.frontier.size or header.prev != state.head or header.lam <= state.lam:
                raise BadEvidence(where, "it does not continue its log")
            state.frontier.append(entry.leaf)
            state.head, state.lam = entry.leaf.hex(), header.lam
            state.roots += state.frontier.root()
        state.agency, state.role = header.agency, header.role
        state.entries += 1
        self.records += 1
        self._entry = entry
        if state.group != "identity":
            self.standing.note(header)

    def _learn(self, entry: envelope.Entry, where: str) -> None:
        """What an identity log names, entry by entry: its beginning founds the agency."""
        header, held = entry.header, self.named.setdefault(entry.header.agency, [])
        if header.seq != len(held):
            raise BadEvidence(where, "an identity log that does not begin with its founding, or has a gap")
        before = held[-1] if held else None
        envelope.verify(entry, named.signers(before, entry))
        held.append(named.after(before, entry))
        uses: dict[str, list[bytes]] = {"event": [], "checkpoint": [], "witness": [], "mirror": []}
        for key in held[-1].keys:
            uses.setdefault(key.use, []).append(key.public)
        first = header.facts if before is None else {}
        known = self.signers.get(header.agency)
        self.signers[header.agency] = Signer(
            fingerprint=header.agency,
            code=known.code if known else first["code"],
            name=known.name if known else first["name"],
            keys=uses,
        )

    def _check_body(self, origin: str, seq: int, text: str, where: str) -> None:
        if self._entry is None or (self._entry.header.log, self._entry.header.seq) != (origin, seq):
            raise BadEvidence(where, "a body that does not stand behind its entry")
        if not self.reader.head.bodies:
            raise BadEvidence(where, "a body in a file that says it has none")
        commitment = self._entry.header.pl
        try:
            both = base64.b64decode(text, validate=True)
        except (ValueError, binascii.Error) as error:
            raise BadEvidence(where, "a body that is not base64") from error
        salt, body = both[: envelope.SALT_BYTES], both[envelope.SALT_BYTES :]
        if base64.b64encode(both).decode() != text or len(salt) != envelope.SALT_BYTES:
            raise BadEvidence(where, "a body that is not base64")
        if commitment is None or commitment.size != len(body) or commitment.hash != envelope.commit(body, salt):
            raise BadEvidence(where, "the body is not the one the record commits to")
        self._entry = None

    def _check_proofs(self, origin: str, seq: int, entry: envelope.Entry, state: _LogState, where: str) -> None:
        proofs, self._proofs = self._proofs, []
        if not proofs or any(number != seq for _, number, _, _ in proofs):
            raise BadEvidence(where, "a record without its proof")
        for place, _, path, note in proofs:
            size, root = note.checkpoint.size, note.checkpoint.root
            if note.checkpoint.log != origin or not merkle.verify_inclusion(entry.leaf, seq, size, path, root):
                raise BadEvidence(place, "the proof does not show the record under the checkpoint")
            state.notes.append((place, note))

    def _check_notes(self, origin: str, state: _LogState) -> None:
        """Checkpoints and cosignatures, once every identity is known; then forks."""
        if state.entries == 0:
            raise BadEvidence(f"log {origin[:8]}", "checkpoints without entries")
        for where, note in state.notes:
            if state.group != "record":  # the proof of a single record was checked with it
                size = note.checkpoint.size
                if state.roots[32 * (size - 1) : 32 * size] != note.checkpoint.root:
                    raise BadEvidence(where, "the checkpoint is not over the entries in this file")
            try:
                self._check_lines(origin, state.agency, note)
            except notes.BadNote as error:
                raise BadEvidence(where, str(error)) from error
        for where, size, reply in state.stamps:
            self._check_stamp(origin, state, where, size, reply)
        if state.forks:
            self._check_fork(origin, state)

    def _check_stamp(self, origin: str, state: _LogState, where: str, size: int, reply: bytes) -> None:
        texts = {note.checkpoint.body for _, note in state.notes if note.checkpoint.size == size}
        covered = [text for text in texts if hashlib.sha256(text).digest() in reply]
        if not covered:
            raise BadEvidence(where, "a time-stamp of no checkpoint in this file")
        troubles = []
        for fingerprint, pem in self.authorities.items():
            try:
                at = int(stamp.check(reply, covered[0], [pem]).timestamp())
                self.marks.append(Mark(log=origin, agency=fingerprint, use="stamp", size=size, at=at))
                return
            except stamp.BadStamp as error:
                troubles.append(str(error))
        if troubles:
            raise BadEvidence(where, troubles[0])

    def _check_lines(self, origin: str, author: str, note: notes.Note) -> None:
        keys = self.signers[author].keys
        first = note.lines[0]
        for key in keys["checkpoint"]:
            if first.key_hash == notes.key_hash(notes.origin(origin), notes.ED25519, key):
                notes.check_own_signature(note, key)
                break
        else:
            raise notes.BadNote("the log's author did not sign the checkpoint")
        names = {first.name}
        for line in note.lines[1:]:
            if line.name in names:
                raise notes.BadNote("one name signs twice")
            names.add(line.name)
            self.marks.append(self._check_cosignature(origin, author, line, note))

    def _check_cosignature(self, origin: str, author: str, line: notes.NoteLine, note: notes.Note) -> Mark:
        for agency, signer in self.signers.items():
            for use in ("witness", "mirror"):
                if agency == author or line.name != notes.key_name(agency, use):
                    continue
                for key in signer.keys[use]:
                    if line.key_hash == notes.key_hash(line.name, notes.COSIGNATURE, key):
                        at = notes.check_cosignature(line, note.checkpoint, agency, use, key)
                        return Mark(log=origin, agency=agency, use=use, size=note.checkpoint.size, at=at)
        raise notes.BadNote("an unknown signature line")

    def _check_fork(self, origin: str, state: _LogState) -> None:
        where, keys = state.forks[0][0], self.signers[state.agency].keys
        parts = [text.encode() for _, text in state.forks]
        if not 2 <= len(parts) <= 3:
            raise BadEvidence(where, "a proof of two histories needs both")
        try:
            forks.check(forks.Fork(*parts), origin, self._event_keys, keys["checkpoint"])
        except forks.NoFork as error:
            raise BadEvidence(where, str(error)) from error

    def _event_keys(self, entry: envelope.Entry) -> dict[str, bytes]:
        """Of entries whose author's identity log was read: also those of a proof of two histories."""
        header, held = entry.header, self.named[entry.header.agency]
        if header.role != "identity":
            return held[-1].public("event")
        if header.seq > len(held):
            raise BadEvidence(f"log {header.log[:8]}", "the identity log in the file does not reach that far")
        return named.signers(held[header.seq - 1] if header.seq else None, entry)

    def _trusts(self, header: envelope.Header) -> bool:
        """Whether no revocation takes this entry back. Identity logs come before all others in a file."""
        keys = (key for key in self.named[header.agency][-1].of("event") if key.kid == header.kid)
        return all(key.signs(header.log, header.seq) for key in keys)

    def _no_loose_end(self) -> None:
        if self._proofs:
            raise BadEvidence(self._proofs[0][0], "a proof without its record")

    def _check_pins(self) -> None:
        if not self.pins:
            return
        for pin in self.pins:
            if not any(agency == pin for agency in self.signers):
                raise BadEvidence("the pinned fingerprints", f"nobody in this file has the fingerprint {pin}")
        for agency, signer in self.signers.items():
            if agency not in self.pins:
                raise BadEvidence("the pinned fingerprints", f"{signer.name} ({agency}) is not among them")


def _tell(file: IO[bytes], proof: _Proof, tell: Callable[[Record], None]) -> Report:
    """The second reading: what the proven bytes say."""
    head, standing = proof.reader.head, proof.standing
    digest, count = "", 0
    waiting: tuple[envelope.Header, str] | None = None

    def flush(body: str) -> None:
        if waiting is not None:
            tell(_record(waiting[0], proof, body or waiting[1]))

    for number, raw in enumerate(file):
        if number == proof.reader.lines:
            break
        digest = hashlib.sha256(raw).hexdigest()
        plain = msgspec.json.decode(raw)
        what = plain.get("name", "//").split("/")[2]
        if what == "body":
            flush("present")
            waiting = None
        elif what == "entry":
            flush("")
            header = msgspec.json.decode(plain["data"].partition("\n")[0], type=envelope.Header)
            waiting = (header, "none" if header.pl is None else "absent")
            count += 1
    if digest != proof.reader.last:
        raise BadEvidence("the file", "it changed while it was read")
    flush("")
    held = {state.agency for state in proof.logs.values() if state.group != "identity"}
    return Report(
        agreement=head.agreement,
        record=head.record,
        exporter=head.agency,
        at=head.at,
        lines=proof.reader.lines + 1,
        records=count,
        signers=list(proof.signers.values()),
        parties=standing.parties,
        absent=[party for party in standing.parties if party not in held],
        marks=proof.marks,
        forks={origin: state.agency for origin, state in proof.logs.items() if state.forks},
        stamps=(stamps := sum(len(state.stamps) for state in proof.logs.values())),
        unjudged=stamps - sum(mark.use == "stamp" for mark in proof.marks),
    )


def _record(header: envelope.Header, proof: _Proof, body: str) -> Record:
    actor = header.actor
    parties = proof.standing.parties if header.agr else ()
    told = [mark for mark in proof.marks if mark.log == header.log]
    # What a cosigner says of the time is not judged here and may be any number.
    times = [datetime.fromtimestamp(mark.at, UTC) if mark.use == "stamp" else None for mark in told]
    marks = [grading.Mark(mark.agency, mark.use, mark.size, at) for mark, at in zip(told, times, strict=True)]
    grade = grading.judge(header.seq, header.agency, parties, marks)
    return Record(
        log=header.log,
        seq=header.seq,
        key=header.key,
        kind=header.type,
        at=header.t,
        agency=header.agency,
        actor="" if actor is None else actor.id,
        office="" if actor is None else actor.office,
        exercise=header.status != "actual",
        arrived=grade.arrived,
        witnessed=grade.witnessed,
        of=grade.of,
        body=body,
        stamped="" if grade.stamped_at is None else to_text(grade.stamped_at),
        verdict="" if header.role == "identity" else proof.standing.judge(header, _root_of(proof)),
    )


def _root_of(proof: _Proof) -> Callable[[str, int], bytes | None]:
    """The root a whole log of the file had at a size; None where the file cannot tell."""

    def root(log: str, size: int) -> bytes | None:
        state = proof.logs.get(log)
        if state is None or state.group != "log" or size > state.frontier.size:
            return None
        return bytes(state.roots[32 * (size - 1) : 32 * size])

    return root


def _read_proof(seq: int, size: int, data: bytes, where: str) -> tuple[str, int, list[bytes], notes.Note]:
    text, _, note_data = data.partition(b"\n\n")
    lines = text.decode().split("\n")
    note = notes.parse(note_data)
    if lines[:2] != ["c2sp.org/tlog-proof@v1", f"index {seq}"] or note.checkpoint.size != size:
        raise BadEvidence(where, "not a proof for this record and size")
    try:
        path = [base64.b64decode(line, validate=True) for line in lines[2:]]
    except (ValueError, binascii.Error) as error:
        raise BadEvidence(where, "an unreadable proof") from error
    if any(
        len(item) != 32 or base64.b64encode(item).decode() != line for item, line in zip(path, lines[2:], strict=True)
    ):
        raise BadEvidence(where, "an unreadable proof")
    return where, seq, path, note


def _unbase64(text: str, where: str) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error) as error:
        raise BadEvidence(where, "a time-stamp that is not base64") from error
    if base64.b64encode(data).decode() != text:
        raise BadEvidence(where, "a time-stamp that is not base64")
    return data
