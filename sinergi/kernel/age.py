"""Files closed with `age` (age-encryption.org/v1), which the `age` program opens without us, and whole new files.

A file is closed for a passphrase, for age recipients, or for an agency's own encryption key: Ed25519, as age takes it
from SSH keys (`ssh-ed25519`).
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyrage
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from nacl.exceptions import RuntimeError as NotAKey
from nacl.signing import SigningKey, VerifyKey

from sinergi.kernel.errors import Broken, Refused

# age takes a passphrase for whole files in memory only; a recipient's key streams.
MOST_BY_PASSPHRASE = 512 * 1024 * 1024
SHORTEST_PASSPHRASE = 12


class Unopened(Broken):
    """The file is not for us, was cut, or was changed."""


class Lock:
    """How a file is closed or opened: a passphrase, or keys.

    `recipients` (age1…) and `recipient` (an agency's public encryption key, 32 bytes) close; `identity`
    (AGE-SECRET-KEY-1…) and `own` (an agency's encryption keys) open. Raises Refused for what is no key.
    """

    def __init__(
        self,
        *,
        passphrase: str = "",
        recipients: list[str] | None = None,
        identity: str = "",
        recipient: bytes = b"",
        own: Sequence[SigningKey] = (),
    ) -> None:
        self._passphrase = passphrase
        secrets = [line.strip() for line in identity.splitlines() if line.strip() and not line.startswith("#")]
        try:
            self._recipients: list[Any] = [pyrage.x25519.Recipient.from_str(text.strip()) for text in recipients or []]
            self._identities: list[Any] = [pyrage.x25519.Identity.from_str(line) for line in secrets]
        except (pyrage.RecipientError, pyrage.IdentityError) as error:
            raise Refused(
                "Itu bukan kunci age: penerima diawali age1, identitas AGE-SECRET-KEY-1.", code="N-20"
            ) from error
        if recipient:
            self._recipients.append(_recipient(recipient))
        for key in own:
            private = Ed25519PrivateKey.from_private_bytes(bytes(key))
            pem = private.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
            self._identities.append(pyrage.ssh.Identity.from_buffer(pem))

    def close(self, plain: Path, target: Path) -> None:
        """Encrypt `plain` into the new file `target`."""
        with plain.open("rb") as source, new_file(target) as sealed:
            if self._recipients:
                pyrage.encrypt_io(source, sealed, self._recipients)
                return
            if len(self._passphrase) < SHORTEST_PASSPHRASE:
                raise Refused(f"Kata sandi berkas sedikitnya {SHORTEST_PASSPHRASE} huruf.", code="N-21")
            if plain.stat().st_size > MOST_BY_PASSPHRASE:
                raise Refused("Isinya terlalu besar untuk kata sandi; pakai kunci age (--recipient).", code="N-22")
            sealed.write(pyrage.passphrase.encrypt(source.read(), self._passphrase))

    def open(self, sealed: Path, plain: Path) -> None:
        """Decrypt `sealed` into the new file `plain`. Raises Unopened, or Refused where it cannot be read at all."""
        try:
            with sealed.open("rb") as source, new_file(plain) as target:
                if self._identities:
                    pyrage.decrypt_io(source, target, self._identities)
                else:
                    target.write(pyrage.passphrase.decrypt(source.read(2 * MOST_BY_PASSPHRASE), self._passphrase))
        except (pyrage.DecryptError, OSError) as error:
            # While it streams, pyrage says of a changed or cut piece that it could not be read, without an errno.
            if isinstance(error, OSError) and error.errno is not None:
                raise Refused(f"Berkas {sealed.name} tidak dapat dibaca: {error.strerror}.", code="N-24") from error
            raise Unopened(f"{sealed.name} does not open") from error


@contextlib.contextmanager
def new_file(path: Path) -> Iterator[Any]:
    """A new file that only its owner reads, flushed when it is whole."""
    with open(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


def close_into(plain: Path, target: Path, lock: Lock, *, instead: bool = False) -> None:
    """Close `plain` into the file `target`, which then is whole or not there; `instead` of one that is there already.

    Raises Refused where it cannot be written (a full stick, a name that is taken): nothing is left behind.
    """
    if target.exists() and not instead:
        raise Refused(f"Berkas {target.name} sudah ada; pilih nama lain.", code="N-25")
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        try:
            lock.close(plain, draft)
            if instead:
                os.replace(draft, target)
            else:
                _put(draft, target)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        raise Refused(f"Berkas {target} tidak dapat ditulis: {error.strerror}.", code="N-26") from error


def _put(draft: Path, target: Path) -> None:
    """Give a whole file its name. Raises FileExistsError, changing nothing, where somebody has that name."""
    try:
        os.link(draft, target)
    except FileExistsError:
        raise
    except OSError:
        # A stick (FAT) knows no links: the name is taken with an empty file first, then the whole one takes its place.
        os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        try:
            os.replace(draft, target)
        except OSError:
            target.unlink(missing_ok=True)
            raise


def _recipient(public: bytes) -> Any:
    try:
        # Points of small order would seal for everybody.
        VerifyKey(public).to_curve25519_public_key()
        text = Ed25519PublicKey.from_public_bytes(public).public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
        return pyrage.ssh.Recipient.from_str(text.decode())
    except (NotAKey, ValueError, pyrage.RecipientError) as error:
        raise Refused("Kunci sandi penerima tidak dapat dipakai. Hubungi kantor penerima.", code="N-38") from error
