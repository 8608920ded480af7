"""The node's private keys: one per use, each a file of its own in the node's folder, readable by its user only."""

from __future__ import annotations

from pathlib import Path

import msgspec
from django.conf import settings
from nacl.signing import SigningKey

from sinergi.kernel import files
from sinergi.kernel.errors import Broken
from sinergi.ledger.identity.events import USES


class KeyRing(msgspec.Struct, frozen=True):
    """The signing keys of one agency by use. `root` is there only until it is moved to a safe place.

    `earlier`: encryption keys that were replaced; what was sealed for them can still be opened.
    """

    by_use: dict[str, SigningKey]
    earlier: tuple[SigningKey, ...] = ()

    @property
    def encryption(self) -> list[SigningKey]:
        """All keys that may open what was sealed for this agency, the one in use first."""
        return [self.by_use["encryption"], *self.earlier]

    def __getitem__(self, use: str) -> SigningKey:
        return self.by_use[use]

    def public(self, use: str) -> bytes:
        """Raw public key, 32 bytes."""
        return bytes(self.by_use[use].verify_key)


def folder() -> Path:
    """Where this node keeps its keys."""
    return Path(settings.DATA) / "keys"


def create(where: Path) -> KeyRing:
    """Make fresh keys for every use and a root key; refuses to touch a folder that already has keys."""
    files.make_folder(where)
    if any(where.iterdir()):
        raise Broken(f"{where} already holds keys")
    ring = {use: SigningKey.generate() for use in ("root", *USES)}
    for use, key in ring.items():
        files.keep_new(where / f"{use}.key", f"{bytes(key).hex()}\n".encode())
    return KeyRing(ring)


def load(where: Path) -> KeyRing:
    """Read the keys. Raises Broken where one that is needed at run time is missing."""
    ring = {}
    for use in ("root", *USES):
        key = read(where, use)
        if key is not None:
            ring[use] = key
        elif use != "root":
            raise Broken(f"the key file {use}.key is missing")
    earlier = [key for path in sorted(where.glob("encryption-*.key")) if (key := read(where, path.stem)) is not None]
    return KeyRing(ring, tuple(earlier))


def read(where: Path, use: str) -> SigningKey | None:
    """One key of the folder; None where it is not there."""
    path = where / f"{use}.key"
    return SigningKey(bytes.fromhex(path.read_text().strip())) if path.exists() else None


_ring: KeyRing | None = None


def own() -> KeyRing:
    """The running node's keys, read once."""
    global _ring
    if _ring is None:
        _ring = load(folder())
    return _ring


def use(ring: KeyRing | None) -> None:
    """Let the process use this ring (or, with None, read it again when next needed)."""
    global _ring
    _ring = ring
