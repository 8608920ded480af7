"""Sealed objects on their way: kept under their SHA-256, fetched from the partner that sealed them, piece by piece.

What is to be fetched, who may read an object, and what follows once it is here, is known to the feature that names it
in a fact; it registers here. docs/protocol/sealed.md.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Protocol

import msgspec
from django.conf import settings

from sinergi.kernel import files

if TYPE_CHECKING:
    from sinergi.sync.conversation import Conversation

LARGEST_PIECE = 4 * 1024 * 1024
LARGEST_OBJECT = 64 * 1024 * 1024


class Untrue(Exception):
    """What the partner sent is not the object that the fact names."""


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """An object that a fact names and this node shall have: SHA-256 in hex, and size in bytes."""

    digest: str
    size: int


class Source(Protocol):
    """What a feature knows of objects."""

    def wanted(self, partner: str) -> list[Wanted]:
        """Objects that this agency `partner` sealed for us and whose arrival was not stated yet."""

    def may_read(self, reader: str, digest: str) -> bool:
        """Whether that object was sealed for agency `reader`."""

    def arrived(self, digest: str) -> None:
        """The object is here, whole."""


_sources: list[Source] = []


def register(source: Source) -> None:
    """Ask this feature too. Registering the same one twice changes nothing."""
    if source not in _sources:
        _sources.append(source)


@contextmanager
def drafted() -> Iterator[tuple[BinaryIO, Path]]:
    """A new file to seal into; `keep` gives it its name, otherwise nothing of it stays."""
    files.make_folder(_folder())
    path = _folder() / f".{secrets.token_hex(8)}"
    try:
        with open(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as file:
            yield file, path
    finally:
        path.unlink(missing_ok=True)


def keep(file: BinaryIO, path: Path, digest: str) -> None:
    """Keep a drafted object under its hash; it survives a power cut once this returns."""
    file.flush()
    os.fsync(file.fileno())
    os.replace(path, path_of(digest))
    files.flush_names(_folder())


def path_of(digest: str) -> Path:
    """Where an object lies, or would lie."""
    assert len(digest) == 64 and digest.isalnum()  # a hash, never a person's words
    return _folder() / digest


def is_here(digest: str) -> bool:
    """Whether this node has the whole object."""
    return path_of(digest).exists()


def drop(digest: str) -> None:
    """Delete an object and what of it was fetched; its key goes with it."""
    for path in (path_of(digest), _part(digest)):
        path.unlink(missing_ok=True)


def piece(reader: str, digest: str, start: int) -> bytes | None:
    """The next bytes of an object from `start` for agency `reader`; None where it may not read it or it is not here."""
    if not any(source.may_read(reader, digest) for source in _sources):
        return None
    try:
        with path_of(digest).open("rb") as file:
            file.seek(start)
            return file.read(LARGEST_PIECE)
    except FileNotFoundError:
        return None


def fetch(line: Conversation, partner: str) -> int:
    """Bring every object that `partner` sealed for us; how many bytes. A cut line loses nothing that was fetched.

    Raises what the conversation raises, and Untrue; then the object is thrown away and fetched anew next time.
    """
    brought = 0
    for source in _sources:
        for one in source.wanted(partner):
            if not is_here(one.digest):
                brought += _bring(line, one)
            if is_here(one.digest):
                source.arrived(one.digest)
    return brought


def _bring(line: Conversation, wanted: Wanted) -> int:
    files.make_folder(_folder())
    part, brought = _part(wanted.digest), 0
    with open(os.open(part, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as file:
        held = file.seek(0, os.SEEK_END)
        while held < wanted.size:
            data = line.piece(wanted.digest, held)
            if data is None:
                return brought
            if not data or held + len(data) > wanted.size:
                part.unlink()
                raise Untrue("an object of another size than its fact says")
            file.write(data)
            file.flush()
            held, brought = held + len(data), brought + len(data)
        file.seek(0)
        if held != wanted.size or hashlib.file_digest(file, "sha256").hexdigest() != wanted.digest:
            part.unlink()
            raise Untrue("an object with another hash than its fact says")
        keep(file, part, wanted.digest)
    return brought


def _part(digest: str) -> Path:
    # Hidden, so that no back-up takes what is still growing.
    return _folder() / f".{digest}.part"


def _folder() -> Path:
    return Path(settings.DATA) / "blobs" / "sealed"
