"""The evidence file: lines of canonical JSON, each naming the hash of the one before, closed by a signed manifest.

Pure. The normative page is docs/protocol/evidence.md. Because every line carries the hash of the line before and the
manifest that of the last, no byte lies outside what the exporter signed, and a changed byte is found where it is.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterator
from typing import IO, Any

import msgspec
from nacl.signing import SigningKey

from sinergi.kernel import canonical
from sinergi.kernel.errors import Broken
from sinergi.ledger import envelope

FORMAT = "sinergi-evidence/v1"
# A body of 4 MiB in base64, its names and quotes.
LARGEST_LINE = 6 * 1024 * 1024

_NAME = re.compile(r"(identity|log|record)/([0-9a-f]{64})/(checkpoint|stamp|entry|body|fork|proof)/(0|[1-9][0-9]{0,15})"
                   r"(?:/([1-9][0-9]{0,15}))?")  # fmt: skip
_STAGES = {"checkpoint": 0, "stamp": 0, "proof": 1, "entry": 1, "body": 1, "fork": 2}
_WITHIN = {"checkpoint": 0, "stamp": 1, "proof": 0, "entry": 1, "body": 2, "fork": 0}


class BadEvidence(Broken):
    """The file is not what its exporter signed, or a statement in it does not hold. `where` names line and record."""

    def __init__(self, where: str, why: str) -> None:
        super().__init__(f"{where}: {why}")
        self.where = where
        self.why = why


class Head(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The first line: what the file is evidence of. `record` is empty for a whole agreement."""

    format: str
    agreement: str
    record: str
    agency: str
    at: str
    bodies: bool


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the exporter signs: how many lines come before the manifest and the hash of the last of them."""

    agency: str
    agreement: str
    record: str
    at: str
    lines: int
    last: str


class Name(msgspec.Struct, frozen=True):
    """A member's name, taken apart. `size` is the tree size of a proof, which one of several stamps, else 0."""

    group: str
    log: str
    what: str
    number: int
    size: int

    @property
    def order(self) -> tuple[str, str, int, int, int, int]:
        """Members stand in this order, each once."""
        return self.group, self.log, _STAGES[self.what], self.number, _WITHIN[self.what], self.size


class Line(msgspec.Struct, frozen=True):
    """One line as read: its number from 1, its bytes, and for members the name and data."""

    number: int
    raw: bytes
    name: Name
    data: str


class Writer:
    """Makes the lines of one evidence file, in order."""

    def __init__(self, head: Head) -> None:
        self._head = head
        self._last = ""
        self._lines = 0

    def head(self) -> bytes:
        """The first line."""
        return self._keep(canonical.encode(self._head) + b"\n")

    def member(self, name: str, data: str) -> bytes:
        """The next member."""
        return self._keep(canonical.encode({"after": self._last, "data": data, "name": name}) + b"\n")

    def manifest(self, signer: SigningKey) -> bytes:
        """The last line: a DSSE envelope (JSON form) over the manifest."""
        head = self._head
        payload = canonical.encode(
            Manifest(
                agency=head.agency,
                agreement=head.agreement,
                record=head.record,
                at=head.at,
                lines=self._lines,
                last=self._last,
            )
        )
        signature = signer.sign(envelope.pre_authentication(envelope.MANIFEST_TYPE, payload)).signature
        line = {"keyid": envelope.key_id(bytes(signer.verify_key)), "sig": _base64(signature)}
        return canonical.encode(
            {"payload": _base64(payload), "payloadType": envelope.MANIFEST_TYPE, "signatures": [line]}
        ) + b"\n"  # fmt: skip

    def _keep(self, line: bytes) -> bytes:
        self._last = hashlib.sha256(line).hexdigest()
        self._lines += 1
        return line


class Reader:
    """Reads an evidence file line by line and checks its frame: shape, chain, order, manifest.

    `lines` counts the lines passed, the manifest not among them; `last` is the hash of the last of them.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._number = 0
        self._before = b""
        self.last = ""
        self.lines = 0
        self.head = self._read_head()
        self.manifest: Manifest | None = None
        self._manifest_line: tuple[str, bytes, bytes] = ("", b"", b"")

    def members(self) -> Iterator[Line]:
        """Every member in order; afterwards `manifest` is set. Raises BadEvidence."""
        order: tuple[Any, ...] = ()
        while True:
            raw = self._read()
            where = place_of(self._number, raw)
            plain = _plain(raw, where)
            if "payload" in plain:
                self._read_manifest(plain, where)
                return
            if set(plain) != {"after", "data", "name"} or not all(isinstance(item, str) for item in plain.values()):
                raise BadEvidence(where, "not a member of an evidence file")
            if plain["after"] != self.last:
                raise BadEvidence(
                    where, f"it does not follow the line before, which was changed ({self.place_before()}), or this one"
                )
            name = _name(plain["name"], where)
            if name.order <= order:
                raise BadEvidence(where, "a member out of its order, or given twice")
            order = name.order
            yield Line(self._number, raw, name, plain["data"])
            self._passed(raw)

    def check_manifest(self, keys: dict[str, bytes]) -> None:
        """Check the exporter's signature on the manifest and that it covers this file. Raises BadEvidence."""
        kid, payload, signature = self._manifest_line
        manifest, head = self.manifest, self.head
        assert manifest is not None, "members() was read to its end"
        where = "the manifest"
        if kid not in keys:
            raise BadEvidence(where, "signed by a key that is not one of the exporting agency's event keys")
        message = envelope.pre_authentication(envelope.MANIFEST_TYPE, payload)
        if not envelope.verify_signature(keys[kid], message, signature):
            raise BadEvidence(where, "its signature does not hold")
        if (manifest.lines, manifest.last) != (self.lines, self.last):
            raise BadEvidence(where, f"it was signed over other lines; the last one here is {self.place_before()}")
        claimed = (manifest.agency, manifest.agreement, manifest.record, manifest.at)
        if claimed != (head.agency, head.agreement, head.record, head.at):
            raise BadEvidence(where, "it speaks of another file than the first line does")

    def place_before(self) -> str:
        """Which line stands before the one just read."""
        return place_of(self._number - 1, self._before)

    def _read_head(self) -> Head:
        raw = self._read()
        try:
            head = msgspec.convert(_plain(raw, "line 1, the header"), Head, strict=True)
            known = head.format == FORMAT and envelope.is_hex(head.agency, 64)
            known = known and (bool(head.record) if head.agreement == "" else envelope.is_hex(head.agreement, 64))
        except msgspec.ValidationError:
            known = False
        if not known:
            raise BadEvidence("line 1, the header", f"not the header of an evidence file ({FORMAT})")
        self._passed(raw)
        return head

    def _read_manifest(self, plain: dict[str, Any], where: str) -> None:
        where = f"line {self._number}, the manifest"
        try:
            payload, signature = _unbase64(plain["payload"]), _unbase64(plain["signatures"][0]["sig"])
            kid = plain["signatures"][0]["keyid"]
            again = {
                "payload": _base64(payload),
                "payloadType": envelope.MANIFEST_TYPE,
                "signatures": [{"keyid": kid, "sig": _base64(signature)}],
            }
            self.manifest = msgspec.convert(canonical.decode(payload, limit=4096), Manifest, strict=True)
        except (KeyError, IndexError, TypeError, ValueError, canonical.NotCanonical, msgspec.ValidationError) as error:
            raise BadEvidence(where, "not a signed manifest") from error
        if again != plain or not isinstance(kid, str):
            raise BadEvidence(where, "not a signed manifest with one signature")
        if self._file.read(1):
            raise BadEvidence(where, "more stands behind it")
        self._manifest_line = (kid, payload, signature)

    def _read(self) -> bytes:
        raw = self._file.readline(LARGEST_LINE + 1)
        self._number += 1
        if not raw:
            raise BadEvidence(
                f"line {self._number}", f"the file ends without its manifest, after {self.place_before()}"
            )
        return raw

    def _passed(self, raw: bytes) -> None:
        self.last = hashlib.sha256(raw).hexdigest()
        self.lines += 1
        self._before = raw


def place_of(number: int, raw: bytes) -> str:
    """How a line is named to people, as far as its bytes can still be read: line, log, place in the log, kind."""
    if number <= 0:
        return "the start"
    text = raw.decode("utf-8", "replace")
    name = re.search(r'"name":"[a-z]+/([0-9a-f]{64})/([a-z]+)/([0-9]+)', text[-300:])
    kind = re.search(r'\\"type\\":\\"([a-z0-9_.]{1,80})\\"', text)
    log, seq, what = (name[1], name[3], name[2]) if name else (None, None, "entry")
    if not name:
        inner_log = re.search(r'\\"log\\":\\"([0-9a-f]{64})\\"', text)
        inner_seq = re.search(r'\\"seq\\":([0-9]+)', text)
        if inner_log and inner_seq:
            log, seq = inner_log[1], inner_seq[1]
    if log is None:
        return f"line {number}" + (", the header" if number == 1 else "")
    label = {"entry": "record", "body": "body of record", "proof": "proof of record"}.get(what, what)
    return f"line {number}, log {log[:8]}, {label} {seq}" + (f" ({kind[1]})" if kind else "")


def _plain(raw: bytes, where: str) -> dict[str, Any]:
    if not raw.endswith(b"\n"):
        raise BadEvidence(where, "a line without its end, or one that is too long")
    try:
        plain = canonical.decode(raw[:-1], limit=LARGEST_LINE)
    except canonical.NotCanonical as error:
        raise BadEvidence(where, str(error)) from error
    if not isinstance(plain, dict):
        raise BadEvidence(where, "not a line of an evidence file")
    return plain


def _name(text: str, where: str) -> Name:
    match = _NAME.fullmatch(text)
    if match is None:
        raise BadEvidence(where, "a member with an unknown name")
    group, log, what, number, size = match.groups()
    allowed = {"identity": ("checkpoint", "entry", "fork"), "log": ("checkpoint", "stamp", "entry", "body", "fork"),
               "record": ("stamp", "proof", "entry", "body")}[group]  # fmt: skip
    if what not in allowed or (what in ("proof", "stamp")) != (size is not None):
        raise BadEvidence(where, "a member with an unknown name")
    return Name(group, log, what, int(number), int(size or 0))


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode("ascii")


def _unbase64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError("not base64") from error
