"""A parcel: what one node would answer another over the network, as one file. docs/protocol/carried.md is normative.

A tar of plain files; the first, `manifest.json`, is signed and names the SHA-256 of every other, so that nothing in it
can be changed, left out or added. What is inside proves itself once more, exactly as if it had come
over the line; the manifest is there so that people hear early and clearly what is wrong with a file.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import io
import re
import sys
import tarfile
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import msgspec
from nacl.signing import SigningKey

from sinergi.kernel import canonical
from sinergi.kernel.errors import Broken
from sinergi.ledger import bundle as bundles
from sinergi.ledger.envelope import key_id, pre_authentication, verify_signature
from sinergi.sync import messages, objects

TYPE = "application/vnd.sinergi.parcel.v1+json"
LARGEST_MANIFEST = 16 * 1024 * 1024
_BLOCK = 512
_NAME = re.compile(
    r"state|objects/[0-9a-f]{64}|entries/(?P<entries>[0-9a-f]{64})-(?P<start>0|[1-9][0-9]{0,11})"
    r"|bodies/(?P<bodies>[0-9a-f]{64})-(?P<first>0|[1-9][0-9]{0,11})-(?P<last>0|[1-9][0-9]{0,11})"
)
_LARGEST = {
    "state": messages.LARGEST_STATE,
    "entries": bundles.LARGEST_BUNDLE,
    "bodies": messages.LARGEST_BODIES,
    "objects": objects.LARGEST_OBJECT,
}


class BadParcel(Broken):
    """The file is no parcel, or not a whole one. Nothing of it counts."""


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who carries what to whom: agency ids, the moment it was made (instant), SHA-256 in hex by name.

    `answers`: the id of the parcel of which this one is the receipt; empty for one that is none.
    """

    v: int
    id: str
    agency: str
    recipient: str
    at: str
    answers: str
    files: dict[str, str]


class _Signature(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    keyid: str
    sig: str


class _Signed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A DSSE envelope."""

    payload: str
    payload_type: str = msgspec.field(name="payloadType")
    signatures: list[_Signature]


def write(path: Path, manifest: Manifest, signer: SigningKey, parts: Path) -> None:
    """Write the plain parcel `path` of the files that `manifest` names and that lie in the folder `parts`."""
    payload = canonical.encode(manifest)
    value = signer.sign(pre_authentication(TYPE, payload)).signature
    signed = _Signed(
        payload=base64.b64encode(payload).decode("ascii"),
        payload_type=TYPE,
        signatures=[_Signature(keyid=key_id(bytes(signer.verify_key)), sig=base64.b64encode(value).decode("ascii"))],
    )
    with tarfile.open(path, "w", format=tarfile.USTAR_FORMAT) as tar:
        data = canonical.encode(signed)
        _add(tar, "manifest.json", io.BytesIO(data), len(data))
        for name in sorted(manifest.files):
            with (parts / name).open("rb") as file:
                _add(tar, name, file, (parts / name).stat().st_size)


class Parcel:
    """A parcel in the plain file `path`. `index` and `check_signature` judge it; afterwards it answers like a partner's
    node on the line."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb")
        self._members: dict[str, tuple[int, int]] = {}
        try:
            self.manifest, self._signed, self._payload = self._read_manifest()
        except BaseException:
            self._file.close()
            raise

    @property
    def keyid(self) -> str:
        """The key that is said to have signed."""
        return self._signed.signatures[0].keyid

    def check_signature(self, public: bytes) -> None:
        """The manifest, and by it every byte, is one that the holder of this event key signed. Raises BadParcel."""
        try:
            value = base64.b64decode(self._signed.signatures[0].sig, validate=True)
        except ValueError as error:
            raise BadParcel("an unreadable signature") from error
        message = pre_authentication(TYPE, self._payload)
        if self.keyid != key_id(public) or not verify_signature(public, message, value):
            raise BadParcel("the signature does not hold")

    def index(self) -> None:
        """Every file is one that the manifest names, with its hash, and none is missing. Raises BadParcel."""
        expected = dict(self.manifest.files)
        for name, start, size in self._walk(self._file.tell()):
            if self._digest(start, size) != expected.pop(name, ""):
                raise BadParcel(f"{name} is not what the manifest says")
            self._members[name] = (start, size)
        if expected or "state" not in self._members:
            raise BadParcel("files are missing")
        self._starts: dict[str, list[int]] = defaultdict(list)
        self._spans: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for name in self._members:
            shape = _NAME.fullmatch(name)
            assert shape is not None  # _walk let no other name pass
            if shape["entries"]:
                self._starts[shape["entries"]].append(int(shape["start"]))
            elif shape["bodies"]:
                self._spans[shape["bodies"]].append((int(shape["first"]), int(shape["last"])))
        for places in self._starts.values():
            places.sort()
        for spans in self._spans.values():
            spans.sort()

    def state(self) -> messages.State:
        """As the partner's node would have answered when the parcel was made."""
        return messages.read_state(self._bytes("state", messages.LARGEST_STATE), self.manifest.agency)

    def begins(self, log: str) -> int | None:
        """The first place of this log that is in the parcel; None where there is nothing of it."""
        return self._starts[log][0] if log in self._starts else None

    def entries(self, log: str, start: int) -> bundles.Bundle:
        """The bundle in which place `start` lies. Raises BadBundle where there is none."""
        places = self._starts.get(log, [])
        nearest = bisect_right(places, start) - 1
        if nearest < 0:
            raise bundles.BadBundle(2, "the file does not hold what it promises")
        bundle = bundles.decode(self._bytes(f"entries/{log}-{places[nearest]}", bundles.LARGEST_BUNDLE))
        if bundle.start != places[nearest] or start >= bundle.start + len(bundle.entries):
            raise bundles.BadBundle(2, "the file does not hold what it promises")
        return bundle

    def bodies(self, log: str, seqs: list[int]) -> messages.Bodies:
        """Some of the bodies at these places; `absent` are those that are not in the parcel."""
        spans = self._spans.get(log, [])
        inside = {seq: spans[at] for seq in seqs if (at := bisect_right(spans, (seq, sys.maxsize)) - 1) >= 0}
        inside = {seq: span for seq, span in inside.items() if seq <= span[1]}
        absent, given = set(seqs) - set(inside), []
        if inside:
            first, last = inside[min(inside)]
            data = self._bytes(f"bodies/{log}-{first}-{last}", messages.LARGEST_BODIES)
            held = messages.decode(data, messages.Bodies, messages.LARGEST_BODIES)
            given = [body for body in held.bodies if body.seq in inside]
            absent |= {seq for seq in inside if first <= seq <= last} - {body.seq for body in given}
        return messages.Bodies(bodies=given, absent=sorted(absent))

    def piece(self, digest: str, start: int) -> bytes | None:
        """The next bytes of an object; None where it is not in the parcel."""
        found = self._members.get(f"objects/{digest}")
        if found is None:
            return None
        self._file.seek(found[0] + min(start, found[1]))
        return self._file.read(min(objects.LARGEST_PIECE, max(0, found[1] - start)))

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _read_manifest(self) -> tuple[Manifest, _Signed, bytes]:
        name, start, size = self._member(0)
        if name != "manifest.json" or size > LARGEST_MANIFEST:
            raise BadParcel("no manifest")
        self._file.seek(start)
        data = self._file.read(size)
        self._file.seek(_end(start, size))
        try:
            signed = msgspec.convert(canonical.decode(data, limit=LARGEST_MANIFEST), _Signed)
            payload = base64.b64decode(signed.payload, validate=True)
            if signed.payload_type != TYPE or len(signed.signatures) != 1:
                raise BadParcel("no manifest")
            return msgspec.convert(canonical.decode(payload, limit=LARGEST_MANIFEST), Manifest), signed, payload
        except (canonical.NotCanonical, msgspec.ValidationError, binascii.Error, ValueError) as error:
            raise BadParcel("no manifest") from error

    def _walk(self, place: int) -> Iterator[tuple[str, int, int]]:
        """Name, first byte and size of every file after the manifest; `place`: where the next header stands."""
        while True:
            self._file.seek(place)
            if not any(self._file.read(_BLOCK)):
                return
            name, start, size = self._member(place)
            shape = _NAME.fullmatch(name)
            if shape is None or name in self._members:
                raise BadParcel(f"a file {name!r}")
            if size > _LARGEST[name.partition("/")[0]]:
                raise BadParcel(f"{name} is larger than any")
            yield name, start, size
            place = _end(start, size)

    def _member(self, place: int) -> tuple[str, int, int]:
        """One header of plain ustar and nothing else: no links, no holes, no extensions that could claim more."""
        self._file.seek(place)
        try:
            head = tarfile.TarInfo.frombuf(self._file.read(_BLOCK), "ascii", "strict")
        except (tarfile.TarError, ValueError) as error:
            raise BadParcel("no tar") from error
        if head.type != tarfile.REGTYPE or head.size < 0:
            raise BadParcel(f"a file {head.name!r} of another kind")
        return head.name, place + _BLOCK, head.size

    def _digest(self, start: int, size: int) -> str:
        self._file.seek(start)
        found, left = hashlib.sha256(), size
        while left:
            piece = self._file.read(min(left, 1 << 20))
            if not piece:
                raise BadParcel("the file was cut")
            found.update(piece)
            left -= len(piece)
        return found.hexdigest()

    def _bytes(self, name: str, limit: int) -> bytes:
        start, size = self._members[name]
        self._file.seek(start)
        return self._file.read(min(size, limit + 1))


def _end(start: int, size: int) -> int:
    return start + -(-size // _BLOCK) * _BLOCK


def _add(tar: tarfile.TarFile, name: str, content: io.IOBase | object, size: int) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = size, 0o600
    tar.addfile(entry, content)  # type: ignore[arg-type]
