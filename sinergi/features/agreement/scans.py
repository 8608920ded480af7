"""Scans of signed papers: told apart from other files, kept under their SHA-256 in the node's folder.

The scan itself does not travel between nodes: both offices hold the same file, and its hash in the founding fact shows
that it is the same. A PDF that could act (scripts, programs to launch, files inside) is not kept.
"""

from __future__ import annotations

import contextlib
import hashlib
from pathlib import Path
from typing import Literal

import msgspec
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from sinergi.features.agreement.rules import LARGEST_SCAN
from sinergi.kernel import files
from sinergi.kernel.errors import Refused
from sinergi.sheets.reading import Unreadable
from sinergi.sheets.sandbox import Bounds, run_apart

Form = Literal["pdf", "jpeg"]
MOST_OBJECTS = 200_000
_TOO_LARGE = "Pindaian paling besar 30 MB. Pindai dengan resolusi lebih rendah."
BOUNDS = Bounds(memory=768 * 1024**2, cpu=20, wall=30)


class Kept(msgspec.Struct, frozen=True):
    """A scan as the founding fact names it: SHA-256 in hex, and its size in bytes."""

    scan: str
    size: int


def taken(upload: UploadedFile[bytes]) -> bytes:
    """The bytes of an uploaded file. Raises Refused, before reading, where it is too large to be a scan."""
    if (upload.size or 0) > LARGEST_SCAN:
        raise Refused(_TOO_LARGE, code="PKS-41", field="scan")
    data: bytes = upload.read()
    return data


def fingerprint(data: bytes) -> str:
    """SHA-256 in hex: what the founding fact carries."""
    return hashlib.sha256(data).hexdigest()


def form_of(data: bytes) -> Form | None:
    """As which of the two kinds of scan these bytes begin, or None."""
    if data.startswith(b"%PDF-"):
        return "pdf"
    return "jpeg" if data.startswith(b"\xff\xd8\xff") else None


def check(data: bytes) -> Form:
    """The kind of scan; a PDF is read through in the limited child process. Raises Refused."""
    if not data:
        raise Refused("Berkas pindaian kosong. Pilih berkas lain.", code="PKS-40", field="scan")
    if len(data) > LARGEST_SCAN:
        raise Refused(_TOO_LARGE, code="PKS-41", field="scan")
    form = form_of(data)
    if form is None:
        raise Refused("Pindaian harus berupa PDF atau JPG.", code="PKS-42", field="scan")
    if form == "pdf":
        try:
            run_apart("sinergi.features.agreement.scan_reading:read_pdf", data, bounds=BOUNDS, most=MOST_OBJECTS)
        except Unreadable as refusal:
            raise Refused(refusal.sentence, code=f"PKS-{refusal.code}", field="scan") from None
    elif not _is_whole_jpeg(data):
        raise Refused("Gambar JPG ini rusak atau tidak lengkap. Pindai ulang.", code="PKS-43", field="scan")
    return form


def keep(data: bytes) -> Kept:
    """Check a scan and keep it on disk under its hash; keeping it twice changes nothing. Raises Refused."""
    check(data)
    kept = Kept(fingerprint(data), len(data))
    # The name is its hash: who was here first brought the same bytes.
    with contextlib.suppress(FileExistsError):
        files.keep_new(_path(kept.scan), data)
    return kept


def read(scan: str) -> bytes | None:
    """The scan with this hash, if this node keeps it and it is still the same bytes."""
    try:
        data = _path(scan).read_bytes()
    except FileNotFoundError:
        return None
    return data if fingerprint(data) == scan else None


def is_here(scan: str) -> bool:
    """Whether this node keeps the scan with this hash."""
    return _path(scan).exists()


def drop(scan: str) -> None:
    """Forget a scan that no agreement names: the form it came with was refused."""
    _path(scan).unlink(missing_ok=True)


def _path(scan: str) -> Path:
    assert len(scan) == 64 and scan.isalnum()  # a hash, never a person's words
    return Path(settings.DATA) / "blobs" / "scans" / scan


def _is_whole_jpeg(data: bytes) -> bool:
    """Whether the segments lead from the start of the image to its picture data, and the file ends as an image."""
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        if data[at + 1] == 0xDA:
            return b"\xff\xd9" in data[-4096:]
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return False
