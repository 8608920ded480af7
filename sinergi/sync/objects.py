"""Sealed objects on their way: fetched from the partner that sealed them, piece by piece, and kept.

What this node sealed lies under its SHA-256; what was sealed for it, under the key of the fact that names it: two facts
may name one hash, and what becomes of one of them must not touch the object of the other. What is to be fetched, who
may read an object, and what follows once it is here, is known to the feature that names it in a fact; its module
`objects` says so. docs/protocol/sealed.md.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Protocol

import msgspec
from django.conf import settings

from sinergi.kernel import files
from sinergi.kernel.errors import Refused

if TYPE_CHECKING:
    from sinergi.sync.pull import Line

LARGEST_PIECE = 4 * 1024 * 1024
LARGEST_OBJECT = 64 * 1024 * 1024


# An object that failed is asked for again after a minute, then after twice as long each time.
SHORTEST_PAUSE_SECONDS = 60.0
LONGEST_PAUSE_SECONDS = 86_400.0


class Untrue(Exception):
    """What the partner sent is not the object that the fact names; `refusal`: a rule that its content breaks."""

    def __init__(self, what: str, refusal: Refused | None = None) -> None:
        super().__init__(refusal.sentence if refusal else what)
        self.refusal = refusal


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """An object that a fact names and this node shall have: the fact's key, SHA-256 in hex, and size in bytes."""

    name: str
    digest: str
    size: int


class Source(Protocol):
    """What a feature knows of objects."""

    def wanted(self, partner: str) -> list[Wanted]:
        """Objects that this agency `partner` sealed for us and whose arrival was not stated yet."""

    def may_keep(self, name: str) -> bool:
        """Whether the object of that fact may lie here: it was not destroyed meanwhile."""

    def may_read(self, reader: str, digest: str) -> bool:
        """Whether that object was sealed for agency `reader`."""

    def digest_of(self, name: str) -> str:
        """The hash that the fact with this key tells of its object; empty where there is no such fact."""

    def owed(self, reader: str) -> set[str]:
        """Hashes of objects that this agency sealed for agency `reader` and whose arrival was not stated yet."""

    def arrived(self, name: str) -> None:
        """The object of that fact is here, whole. Raises Untrue where it is not what the fact says."""


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """An object that was thrown away: why, how often, and when (monotonic seconds) it is asked for again."""

    error: Untrue
    times: int
    until: float


# By name; of this process: after a start everything is tried once.
_failures: dict[str, Failure] = {}


@cache
def _sources() -> list[Source]:
    """What features know of objects: the `SOURCE` of each one's module `objects`, in every process that exchanges."""
    names = [f"{feature}.objects" for feature in settings.FEATURES]
    return [import_module(name).SOURCE for name in names if find_spec(name) is not None]


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


def keep(file: BinaryIO, path: Path, name: str) -> None:
    """Keep a drafted object under its name; it survives a power cut once this returns."""
    file.flush()
    os.fsync(file.fileno())
    os.replace(path, path_of(name))
    files.flush_names(_folder())


def path_of(name: str) -> Path:
    """Where an object lies, or would lie."""
    assert name.isalnum()  # a hash or the key of a fact, never a person's words
    return _folder() / name


def is_here(name: str) -> bool:
    """Whether this node has the whole object."""
    return path_of(name).exists()


def names() -> set[str]:
    """The names of all objects here, also of those that are only partly here."""
    found = {path.name for path in _folder().iterdir()} if _folder().exists() else set()
    return {name.removeprefix(".").removesuffix(".part") for name in found}


def drop(name: str) -> None:
    """Delete an object and what of it was fetched; its key goes with it."""
    # The part first: one that becomes whole in between is then met under its name.
    for path in (_part(name), path_of(name), _folder() / f".{name}"):
        path.unlink(missing_ok=True)


def failure(name: str) -> Failure | None:
    """Why this object was thrown away when it last came, if it was."""
    return _failures.get(name)


def piece(reader: str, digest: str, start: int) -> bytes | None:
    """The next bytes of an object from `start` for agency `reader`; None where it may not read it or it is not here."""
    if not any(source.may_read(reader, digest) for source in _sources()):
        return None
    try:
        with path_of(digest).open("rb") as file:
            file.seek(start)
            return file.read(LARGEST_PIECE)
    except FileNotFoundError:
        return None


def damaged() -> Iterator[str]:
    """The kept files, scans and sealed objects, whose bytes are not those that their name or their fact tells."""
    kept = Path(settings.DATA) / "blobs"
    for path in sorted(kept.rglob("*")):
        if path.name.startswith(".") or not path.is_file():
            continue
        told = path.name if re.fullmatch("[0-9a-f]{64}", path.name) else _told(path.name)
        # Erased while we looked: nothing is wrong with it.
        with suppress(FileNotFoundError), path.open("rb") as file:
            if told and hashlib.file_digest(file, "sha256").hexdigest() != told:
                yield str(path.relative_to(kept))


def _told(name: str) -> str:
    return next((digest for source in _sources() if (digest := source.digest_of(name))), "")


def owed(reader: str) -> set[str]:
    """Hashes of the objects that lie here and that agency `reader` is still to get."""
    return {digest for source in _sources() for digest in source.owed(reader) if is_here(digest)}


def fetch(line: Line, partner: str, *, at: float) -> tuple[int, list[Untrue]]:
    """Bring every object that `partner` sealed for us: how many bytes, and what was thrown away as untrue.

    `at`: monotonic seconds. A cut line loses nothing that was fetched; it raises what the conversation raises.
    """
    brought, untrue = 0, []
    for source in _sources():
        for one in source.wanted(partner):
            failed = _failures.get(one.name)
            if failed is not None and at < failed.until:
                continue
            try:
                brought += _bring(line, source, one)
                if is_here(one.name):
                    source.arrived(one.name)
                    _failures.pop(one.name, None)
            except Untrue as error:
                # One bad object keeps nobody from the others.
                drop(one.name)
                times = failed.times + 1 if failed else 1
                pause = min(LONGEST_PAUSE_SECONDS, SHORTEST_PAUSE_SECONDS * 2.0 ** min(times - 1, 20))
                _failures[one.name] = Failure(error=error, times=times, until=at + pause)
                untrue.append(error)
    return brought, untrue


def _bring(line: Line, source: Source, wanted: Wanted) -> int:
    if is_here(wanted.name):
        return 0
    files.make_folder(_folder())
    part, brought = _part(wanted.name), 0
    try:
        with open(os.open(part, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as file:
            held = file.seek(0, os.SEEK_END)
            while held < wanted.size:
                data = line.piece(wanted.digest, held)
                if data is None:
                    return brought
                if not data or held + len(data) > wanted.size:
                    raise Untrue("an object of another size than its fact says")
                file.write(data)
                file.flush()
                held, brought = held + len(data), brought + len(data)
            file.seek(0)
            if held != wanted.size or hashlib.file_digest(file, "sha256").hexdigest() != wanted.digest:
                raise Untrue("an object with another hash than its fact says")
            if source.may_keep(wanted.name):
                # Destroyed after that look: its part is gone, and there is nothing to keep.
                with suppress(FileNotFoundError):
                    keep(file, part, wanted.name)
    finally:
        # It was wanted when the round began; people may have destroyed it while it came.
        if not source.may_keep(wanted.name):
            drop(wanted.name)
    return brought


def _part(name: str) -> Path:
    # Hidden, so that no back-up takes what is still growing.
    return _folder() / f".{name}.part"


def _folder() -> Path:
    return Path(settings.DATA) / "blobs" / "sealed"
