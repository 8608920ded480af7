"""Back-up: one encrypted file of a node, taken while it serves, and a folder made of it again.

The file is an `age` file (age-encryption.org/v1) around a tar: `manifest.json`, then the store, then kept files. The
agency's keys are in a file of their own (`--keys`), so that whoever keeps the back-ups cannot sign in its name. The
`age` program opens both without us. Nothing of a file is used before its every byte has proved true.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import re
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Callable
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sinergi.kernel import files
from sinergi.kernel.age import Lock, Unopened, close_into, new_file
from sinergi.kernel.errors import Refused
from sinergi.kernel.instants import to_text

FORMAT = "sinergi-backup/v2"
SIGNATURE = "manifest.sig"
_SIGNED_TYPE = "application/vnd.sinergi.backup.v2+json"
STORE = "node.sqlite3"
Ask = Callable[[str], list[tuple[Any, ...]]]
LARGEST_MANIFEST = 64 * 1024 * 1024
_NAMES = {
    "node": re.compile(r"manifest\.sig|node\.sqlite3|blobs/[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*"),
    "keys": re.compile(r"secret|keys/[a-z]+(-[0-9a-f]{8})?\.key"),
}


def back_up(data: Path, target: Path, lock: Lock, *, keys: bool, at: datetime) -> dict[str, Any]:
    """Write the back-up of the node in `data` to the new file `target`; its manifest.

    The store is a consistent snapshot of one moment, also while the node serves and writes; one in PostgreSQL becomes
    the SQLite file it would be. With `keys` only the keys.
    """
    in_postgresql = bool(os.environ.get("SINERGI_DATABASE"))
    if not (in_postgresql or (data / STORE).is_file()):
        raise Refused(
            "Di folder ini tidak ada simpanan. Untuk simpul dengan PostgreSQL sebut SINERGI_DATABASE.", code="N-36"
        )
    if target.exists():
        raise Refused(f"Berkas {target.name} sudah ada; pilih nama lain.", code="N-25")
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=data) as folder:
        work = Path(folder)
        if in_postgresql:
            from sinergi.node import moving, opening

            opening.open_node(data)
            if not keys:
                moving.out_of_postgresql(work / STORE)
        elif not keys:
            _snapshot(data / STORE, work / STORE)
        if keys:
            found = {f"keys/{file.name}": file for file in sorted((data / "keys").glob("*.key"))}
            found |= {"secret": data / "secret"}
        else:
            blobs = sorted(file for file in (data / "blobs").rglob("*") if file.is_file() and file.name[0] != ".")
            names = [str(file.relative_to(data)) for file in blobs]
            held = {name: work / name for name in names if _hold(data / name, work / name)}
            found = {STORE: work / STORE} | held
        ask = moving.ask if in_postgresql and keys else _asking(data / STORE if keys else work / STORE)
        manifest = _describe(ask, "keys" if keys else "node", at)
        manifest["files"] = {name: _digest(file) for name, file in found.items()}
        with tarfile.open(work / "tar", "w") as tar:
            described = json.dumps(manifest, indent=1).encode()
            _add(tar, "manifest.json", io.BytesIO(described))
            if not keys:
                _add(tar, SIGNATURE, io.BytesIO(_sign(data / "keys", described)))
            for name, file in found.items():
                with file.open("rb") as opened:
                    _add(tar, name, opened)
        close_into(work / "tar", target, lock)
    return manifest


def restore(data: Path, sealed: Path, lock: Lock, keys: Path | None, keys_lock: Lock) -> dict[str, Any]:
    """Make the folder `data`, which must not exist or hold only the keys, from a back-up; its manifest.

    With SINERGI_DATABASE the store goes into that empty database. The start-up guard is left to decide at the first
    start: the copy has no mark of a start. Raises Refused, having made nothing, for anything that is not a whole
    back-up, or keys of another agency.
    """
    here = sorted(item.name for item in data.iterdir()) if data.exists() else []
    kept = "keys" in here
    if set(here) - {"keys", "secret"}:
        raise Refused(f"{data} berisi hal lain; pilih folder yang belum ada.", code="N-27")
    if keys is None and not kept:
        raise Refused("Kunci kantor ini ada di berkas tersendiri; sebut dengan --keys.", code="N-28")
    files.make_folder(data.parent)
    with tempfile.TemporaryDirectory(prefix=f".{data.name}-", dir=data.parent) as folder:
        work = Path(folder)
        manifest = _unpack(sealed, lock, work, "node")
        if keys is not None:
            _unpack(keys, keys_lock, work, "keys")
        source = work if keys is not None else data
        _prepare(work / STORE, source / "keys")
        _check_signed(work, source / "keys")
        for name in ("manifest.json", SIGNATURE, "plain"):
            (work / name).unlink(missing_ok=True)
        # Before the database is filled, which cannot be taken back.
        for item in work.iterdir():
            if os.path.lexists(data / item.name):
                raise Refused(f"{data} sudah memiliki {item.name}.", code="N-27")
        if os.environ.get("SINERGI_DATABASE"):
            from sinergi.node import moving

            moving.into_postgresql(work / STORE)
            (work / STORE).unlink()
        made = sorted(work.iterdir(), key=lambda item: item.name == STORE)
        files.make_folder(data)
        for item in made:
            os.rename(item, data / item.name)
    return manifest


def _snapshot(store: Path, copy: Path) -> None:
    """A copy of the database as it stands at one moment; a node that writes goes on writing."""
    with (
        contextlib.closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as live,
        contextlib.closing(sqlite3.connect(copy)) as kept,
    ):
        live.backup(kept)
        kept.execute("PRAGMA journal_mode=DELETE")
    copy.chmod(0o600)


def _hold(file: Path, place: Path) -> bool:
    """Keep the bytes of a file at `place` while the back-up is made; False where it was erased a moment ago."""
    files.make_folder(place.parent)
    try:
        os.link(file, place)
    except FileNotFoundError:
        return False
    except OSError:
        # A file system without links.
        try:
            shutil.copyfile(file, place)
        except FileNotFoundError:
            return False
    return True


def _asking(store: Path) -> Ask:
    def ask(question: str) -> list[tuple[Any, ...]]:
        with contextlib.closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as database:
            return database.execute(question).fetchall()

    return ask


def _describe(ask: Ask, what: str, at: datetime) -> dict[str, Any]:
    own = next(iter(ask("SELECT id, code, name FROM ledger_agency WHERE is_self")), None)
    if own is None:
        raise Refused("Simpul ini belum memiliki instansi; tidak ada yang dicadangkan.", code="N-29")
    logs = ask("SELECT origin, size, root FROM ledger_log WHERE is_own ORDER BY origin")
    return {
        "format": FORMAT,
        "what": what,
        "agency": own[0],
        "code": own[1],
        "name": own[2],
        "at": to_text(at),
        "version": version("sinergi"),
        "logs": {origin: {"size": size, "root": bytes(root).hex()} for origin, size, root in logs},
    }


def _unpack(sealed: Path, lock: Lock, work: Path, what: str) -> dict[str, Any]:
    """Open, check every name and byte, and lay the files into `work`."""
    plain = work / "plain"
    plain.unlink(missing_ok=True)
    try:
        lock.open(sealed, plain)
    except Unopened as error:
        raise Refused(
            "Berkas cadangan tidak terbuka: kata sandi atau kuncinya lain, atau berkasnya terpotong atau berubah. "
            "Tidak ada yang dipulihkan.",
            code="N-23",
        ) from error
    try:
        with tarfile.open(plain, "r:") as tar:
            members = iter(tar)
            first = next(members)
            if first.name != "manifest.json" or not first.isfile() or first.size > LARGEST_MANIFEST:
                raise ValueError("no manifest")
            described = _content(tar, first).read()
            manifest: dict[str, Any] = json.loads(described)
            if manifest["format"] != FORMAT:
                raise ValueError("another format")
            if manifest["what"] != what:
                raise Refused(
                    f"Berkas {sealed.name} bukan cadangan yang dimaksud: isinya {manifest['what']}.", code="N-31"
                )
            expected = dict(manifest["files"])
            if what == "node":
                (work / "manifest.json").write_bytes(described)
                expected[SIGNATURE] = None
            for member in members:
                if not member.isfile() or not _NAMES[what].fullmatch(member.name):
                    raise ValueError(f"a file {member.name!r}")
                target = work / member.name
                files.make_folder(target.parent)
                with new_file(target) as file:
                    source = _content(tar, member)
                    while piece := source.read(1 << 20):
                        file.write(piece)
                # The signature is over the manifest and so cannot be in it.
                if expected.pop(member.name, "") not in (
                    _digest(target),
                    *((None,) if member.name == SIGNATURE else ()),
                ):
                    raise ValueError(f"{member.name} is not what the manifest says")
            if expected:
                raise ValueError("files are missing")
    except (tarfile.TarError, ValueError, KeyError, TypeError, StopIteration, RecursionError, FileExistsError) as error:
        raise Refused(f"Berkas {sealed.name} bukan cadangan Sinergi yang utuh.", code="N-30") from error
    return manifest


def _prepare(store: Path, keys: Path) -> None:
    """Check that store and keys are one agency's and of a version this program knows; take out the mark of a start."""
    try:
        with contextlib.closing(sqlite3.connect(store)) as database, database:
            if database.execute("PRAGMA quick_check").fetchone() != ("ok",):
                raise sqlite3.DatabaseError("not whole")
            known = database.execute(
                "SELECT k.use, k.public FROM ledger_key k JOIN ledger_agency a ON a.id = k.agency_id WHERE a.is_self"
            ).fetchall()
            applied = set(database.execute("SELECT app, name FROM django_migrations").fetchall())
            if database.execute("SELECT 1 FROM sqlite_master WHERE name = 'ledger_start'").fetchone():
                database.execute("DELETE FROM ledger_start")
    except sqlite3.DatabaseError as error:
        raise Refused("Simpanan dalam cadangan ini tidak terbaca.", code="N-32") from error
    from nacl.signing import SigningKey

    for use in sorted({use for use, _ in known}):
        try:
            ours = SigningKey(bytes.fromhex((keys / f"{use}.key").read_text().strip()))
        except FileNotFoundError as error:
            if (keys / "root.key").exists():
                continue  # a lost key: the root names a new one (sinergi keys rotate)
            raise Refused(f"Kunci {use} tidak ada.", code="N-33") from error
        except (OSError, ValueError) as error:
            raise Refused(f"Kunci {use} tidak ada atau tidak terbaca.", code="N-33") from error
        if (use, bytes(ours.verify_key)) not in {(name, bytes(public)) for name, public in known}:
            raise Refused(
                "Kunci itu milik instansi lain daripada cadangan ini, atau lebih baru daripadanya.", code="N-34"
            )
    if later := applied - _known_migrations():
        name = "/".join(min(later))
        raise Refused(f"Cadangan ini dari versi Sinergi yang lebih baru ({name}); perbarui programnya.", code="N-35")


def _sign(keys: Path, manifest: bytes) -> bytes:
    """This agency's event key over the manifest, which names every file by its hash."""
    from nacl.signing import SigningKey

    from sinergi.ledger.envelope import pre_authentication

    try:
        signer = SigningKey(bytes.fromhex((keys / "event.key").read_text().strip()))
    except (OSError, ValueError) as error:
        raise Refused(
            "Kunci catatan (event) simpul ini tidak ada; tanpa itu cadangan tidak dapat ditandatangani.", code="N-39"
        ) from error
    return signer.sign(pre_authentication(_SIGNED_TYPE, manifest)).signature.hex().encode()


def _check_signed(work: Path, keys: Path) -> None:
    """Whoever can close a file for our key can write any store into it: only this agency's own is put back."""
    from sinergi.ledger.envelope import pre_authentication, verify_signature
    from sinergi.ledger.keys import read

    mine = read(keys, "event")
    publics = [bytes(mine.verify_key)] if mine is not None else _named_by_root(work / STORE, keys)
    message = pre_authentication(_SIGNED_TYPE, (work / "manifest.json").read_bytes())
    try:
        signature = bytes.fromhex((work / SIGNATURE).read_text())
    except (OSError, ValueError):
        signature = b""
    if not any(verify_signature(public, message, signature) for public in publics):
        raise Refused(
            "Cadangan ini tidak ditandatangani kantor ini: palsu, atau dibuat sebelum kunci diganti. Tidak ada yang "
            "dipulihkan.",
            code="N-40",
        )


def _named_by_root(store: Path, keys: Path) -> list[bytes]:
    """The event keys that the identity log in the store names, not revoked, if it holds under the root key in `keys`.

    Empty where it does not: tables can be written by anybody, what the root signed cannot.
    """
    from sinergi.ledger.envelope import BadEnvelope, key_id
    from sinergi.ledger.identity import named
    from sinergi.ledger.keys import read

    with contextlib.closing(sqlite3.connect(store)) as database:
        entries = database.execute(
            "SELECT e.data FROM ledger_entry e JOIN ledger_log l ON l.id = e.log_id"
            " WHERE l.is_own AND l.role = 'identity' ORDER BY e.seq"
        ).fetchall()
    try:
        root, held = read(keys, "root"), named.proven(bytes(data) for (data,) in entries)
    except (BadEnvelope, ValueError, TypeError):
        return []
    if root is None or key_id(bytes(root.verify_key)) not in held.roots:
        return []
    return [key.public for key in held.of("event") if key.last is None]


def _known_migrations() -> set[tuple[str, str]]:
    from django.db.migrations.loader import MigrationLoader

    return set(MigrationLoader(None).disk_migrations)


def _add(tar: tarfile.TarFile, name: str, content: Any) -> None:
    entry = tarfile.TarInfo(name)
    content.seek(0, os.SEEK_END)
    entry.size, entry.mode = content.tell(), 0o600
    content.seek(0)
    tar.addfile(entry, content)


def _content(tar: tarfile.TarFile, member: tarfile.TarInfo) -> Any:
    content = tar.extractfile(member)
    if content is None:
        raise ValueError("not a file")
    return content


def _digest(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
