"""A back-up is one file that opens whole or not at all, keeps the keys apart and makes the node again."""

from __future__ import annotations

import errno
import hashlib
import io
import json
import os
import sqlite3
import stat
import tarfile
import threading
from pathlib import Path
from typing import Any

import pyrage
import pytest
from django.db.migrations.loader import MigrationLoader
from nacl.signing import SigningKey

from sinergi.kernel.age import Lock
from sinergi.kernel.errors import Refused
from sinergi.kernel.instants import now
from sinergi.ledger.identity import founding_entry
from sinergi.ledger.identity.events import USES as ALL_USES
from sinergi.ledger.identity.events import agency_id
from sinergi.ledger.keys import KeyRing
from sinergi.node import backup, command, moving
from sinergi.node.backup import back_up, restore

USES = ("event", "checkpoint")


def make_node(data: Path, *, migration: tuple[str, str] | None = None) -> Path:
    """A folder as a node has it, with the few rows a back-up looks at."""
    (data / "keys").mkdir(parents=True)
    (data / "blobs" / "scans").mkdir(parents=True)
    (data / "blobs" / "scans" / ("ab" * 32)).write_bytes(b"%PDF-1.7 scan")
    (data / "secret").write_text("django secret")
    database = sqlite3.connect(data / "node.sqlite3")
    database.execute("PRAGMA journal_mode=WAL")
    database.executescript(
        "CREATE TABLE ledger_agency (id, code, name, is_self);"
        "CREATE TABLE ledger_key (agency_id, use, public);"
        "CREATE TABLE ledger_log (origin, size, root, is_own);"
        "CREATE TABLE ledger_start (id, token);"
        "CREATE TABLE django_migrations (app, name);"
        "INSERT INTO ledger_agency VALUES ('a1', 'kpu', 'KPU', 1);"
        "INSERT INTO ledger_start VALUES (1, 'token');"
        "INSERT INTO ledger_log VALUES ('l1', 0, x'00', 1)"
    )
    for use in USES:
        key = SigningKey.generate()
        (data / "keys" / f"{use}.key").write_text(bytes(key).hex())
        database.execute("INSERT INTO ledger_key VALUES ('a1', ?, ?)", [use, bytes(key.verify_key)])
    known = min(MigrationLoader(None).disk_migrations)
    database.execute("INSERT INTO django_migrations VALUES (?, ?)", migration or known)
    database.commit()
    database.close()
    return data


@pytest.fixture
def identity() -> pyrage.x25519.Identity:
    return pyrage.x25519.Identity.generate()


@pytest.fixture
def sealing(identity) -> Lock:
    return Lock(recipients=[str(identity.to_public())])


@pytest.fixture
def opening(identity) -> Lock:
    return Lock(identity=f"# created today\n{identity}\n")


@pytest.fixture
def files(tmp_path, sealing) -> tuple[Path, Path, Path]:
    """The node's folder, its back-up and the back-up of its keys."""
    data = make_node(tmp_path / "node")
    whole, keys = tmp_path / "whole.age", tmp_path / "keys.age"
    back_up(data, whole, sealing, keys=False, at=now())
    back_up(data, keys, sealing, keys=True, at=now())
    return data, whole, keys


def content(folder: Path) -> dict[str, bytes]:
    """Every kept file of a node's folder; the store as its rows."""
    found = {
        str(file.relative_to(folder)): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file() and not file.name.startswith("node.sqlite3")
    }
    database = sqlite3.connect(folder / "node.sqlite3")
    found["node.sqlite3"] = "\n".join(line for line in database.iterdump() if "ledger_start" not in line).encode()
    database.close()
    return found


def test_a_restored_folder_is_the_node_again_without_the_mark_of_a_start(files, tmp_path, opening):
    data, whole, keys = files
    again = tmp_path / "again"
    manifest = restore(again, whole, opening, keys, opening)
    assert (manifest["agency"], manifest["logs"]) == ("a1", {"l1": {"size": 0, "root": "00"}})
    assert content(again) == content(data)
    database = sqlite3.connect(again / "node.sqlite3")
    assert database.execute("SELECT count(*) FROM ledger_start").fetchone() == (0,), "the start-up guard must ask"
    database.close()
    for file in again.rglob("*"):
        assert stat.S_IMODE(file.stat().st_mode) & 0o077 == 0, file
    assert sorted(item.name for item in tmp_path.iterdir()) == ["again", "keys.age", "node", "whole.age"]
    assert not list(data.glob(".backup-*"))


def test_no_key_and_no_plain_byte_is_in_the_back_up(files, identity):
    data, whole, _ = files
    plain = pyrage.decrypt(whole.read_bytes(), [identity])
    for file in [*(data / "keys").iterdir(), data / "secret"]:
        assert file.read_bytes() not in plain
    for words in (b"SQLite format 3", b"%PDF-1.7 scan", b"ledger_agency"):
        assert words in plain and words not in whole.read_bytes()


def test_a_snapshot_beside_a_writing_node_is_of_one_moment(files, tmp_path, sealing, opening):
    data, _, keys = files
    database = sqlite3.connect(data / "node.sqlite3", check_same_thread=False)
    database.executescript("CREATE TABLE pair (a); CREATE TABLE twin (a)")
    stopping = threading.Event()

    def write() -> None:
        for number in range(10_000):
            if stopping.is_set():
                break
            with database:
                database.execute("INSERT INTO pair VALUES (?)", [number])
                database.execute("INSERT INTO twin VALUES (?)", [number])

    writing = threading.Thread(target=write)
    writing.start()
    try:
        for number in range(2):
            back_up(data, tmp_path / f"{number}.age", sealing, keys=False, at=now())
    finally:
        stopping.set()
        writing.join()
        database.close()
    for number in range(2):
        again = tmp_path / str(number)
        restore(again, tmp_path / f"{number}.age", opening, keys, opening)
        kept = sqlite3.connect(again / "node.sqlite3")
        assert kept.execute("SELECT (SELECT count(*) FROM pair) = (SELECT count(*) FROM twin)").fetchone() == (1,)
        kept.close()


def refused(tmp_path: Path, match: str, *given: Any) -> None:
    """Restoring is refused in a sentence and leaves nothing behind."""
    before = sorted(tmp_path.iterdir())
    with pytest.raises(Refused, match=match):
        restore(tmp_path / "again", *given)
    assert sorted(tmp_path.iterdir()) == before


def test_a_changed_cut_or_foreign_file_is_refused_and_leaves_nothing(files, tmp_path, opening):
    _, whole, keys = files
    good = whole.read_bytes()
    bad = tmp_path / "bad.age"
    for place in range(0, len(good), len(good) // 12):
        bad.write_bytes(good[:place] + bytes([good[place] ^ 1]) + good[place + 1 :])
        refused(tmp_path, "tidak terbuka", bad, opening, keys, opening)
        bad.write_bytes(good[:place])
        refused(tmp_path, "tidak terbuka", bad, opening, keys, opening)
    bad.write_bytes(b"not a back-up")
    refused(tmp_path, "tidak terbuka", bad, opening, keys, opening)
    refused(tmp_path, "tidak terbuka", whole, Lock(identity=str(pyrage.x25519.Identity.generate())), keys, opening)
    refused(tmp_path, "tidak dapat dibaca", tmp_path / "absent", opening, keys, opening)
    refused(tmp_path, "isinya keys", keys, opening, keys, opening)
    refused(tmp_path, "isinya node", whole, opening, whole, opening)
    refused(tmp_path, "--keys", whole, opening, None, opening)


def test_keys_of_another_agency_and_stores_of_a_newer_version_are_refused(files, tmp_path, sealing, opening):
    _, whole, _ = files
    other = make_node(tmp_path / "other", migration=("ledger", "9999_later"))
    other_whole, other_keys = tmp_path / "other.age", tmp_path / "other-keys.age"
    back_up(other, other_whole, sealing, keys=False, at=now())
    back_up(other, other_keys, sealing, keys=True, at=now())
    refused(tmp_path, "instansi lain", whole, opening, other_keys, opening)
    refused(tmp_path, "lebih baru", other_whole, opening, other_keys, opening)


def tar_of(members: dict[str, bytes], kind: bytes = tarfile.REGTYPE) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as tar:
        for name, data in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            if name != "manifest.json":
                entry.type, entry.linkname = kind, "/etc/passwd"
            tar.addfile(entry, io.BytesIO(data))
    return made.getvalue()


@pytest.mark.parametrize(
    "name", ["../out", "/tmp/out", "blobs/../../out", "keys/event.key", "lock", "blobs/.hidden", "blobs/a b", "start"]
)
def test_whoever_can_seal_a_file_still_cannot_write_outside_or_plant_keys(files, tmp_path, identity, opening, name):
    _, _, keys = files
    manifest = {"format": backup.FORMAT, "what": "node", "files": {name: "x"}}
    sealed = tmp_path / "hostile.age"
    for kind in (tarfile.REGTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE):
        plain = tar_of({"manifest.json": json.dumps(manifest).encode(), name: b"x"}, kind)
        sealed.write_bytes(pyrage.encrypt(plain, [identity.to_public()]))
        refused(tmp_path, "bukan cadangan Sinergi", sealed, opening, keys, opening)


@pytest.mark.parametrize(
    "plain",
    [
        b"",
        b"x" * 2000,
        tar_of({"other": b"x"}),
        tar_of({"manifest.json": b"[]"}),
        tar_of({"manifest.json": b"{}"}),
        tar_of({"manifest.json": b"[" * 100_000}),
    ],
    ids=["nothing", "no tar", "no manifest", "a list", "no format", "deep"],
)
def test_what_is_no_back_up_inside_is_refused(files, tmp_path, identity, opening, plain):
    _, _, keys = files
    sealed = tmp_path / "odd.age"
    sealed.write_bytes(pyrage.encrypt(plain, [identity.to_public()]))
    refused(tmp_path, "bukan cadangan Sinergi", sealed, opening, keys, opening)


def test_a_file_that_is_not_the_one_the_manifest_speaks_of_is_refused(files, tmp_path, identity, opening):
    data, _, keys = files
    store = (data / "node.sqlite3").read_bytes()
    sealed = tmp_path / "swapped.age"
    for named in ({"node.sqlite3": "0" * 64}, {}, {"node.sqlite3": hashlib.sha256(store).hexdigest(), "secret": "0"}):
        manifest = {"format": backup.FORMAT, "what": "node", "files": named}
        plain = tar_of({"manifest.json": json.dumps(manifest).encode(), "node.sqlite3": store})
        sealed.write_bytes(pyrage.encrypt(plain, [identity.to_public()]))
        refused(tmp_path, "bukan cadangan Sinergi", sealed, opening, keys, opening)


def test_only_a_back_up_that_this_agency_signed_is_put_back(files, tmp_path, identity, opening):
    """Whoever knows the recipient can close any store for it; the signature cannot be made or moved."""
    _, whole, keys = files
    with tarfile.open(fileobj=io.BytesIO(pyrage.decrypt(whole.read_bytes(), [identity]))) as tar:
        held = {item.name: tar.extractfile(item).read() for item in tar}  # type: ignore[union-attr]
    changed = dict(json.loads(held["manifest.json"]))
    other = tmp_path / "other.sqlite3"
    other.write_bytes(held["node.sqlite3"])
    database = sqlite3.connect(other)
    database.execute("UPDATE ledger_agency SET name = 'KPU palsu'")
    database.commit()
    database.close()
    changed["files"] = changed["files"] | {"node.sqlite3": hashlib.sha256(other.read_bytes()).hexdigest()}
    described = json.dumps(changed, indent=1).encode()
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    (theirs / "event.key").write_text(bytes(SigningKey.generate()).hex())
    forgeries = {
        "another store under the old signature": {"manifest.json": described, "node.sqlite3": other.read_bytes()},
        "signed by another key": {"manifest.sig": backup._sign(theirs, held["manifest.json"])},
        "an odd signature": {"manifest.sig": b"zz"},
    }
    sealed = tmp_path / "forged.age"
    for forged in forgeries.values():
        plain = tar_of({**held, **forged})
        sealed.write_bytes(pyrage.encrypt(plain, [identity.to_public()]))
        refused(tmp_path, "tidak ditandatangani kantor ini", sealed, opening, keys, opening)
    unsigned = tar_of({name: data for name, data in held.items() if name != "manifest.sig"})
    sealed.write_bytes(pyrage.encrypt(unsigned, [identity.to_public()]))
    refused(tmp_path, "bukan cadangan Sinergi", sealed, opening, keys, opening)


def with_identity(data: Path, ring: KeyRing, agency: str) -> None:
    """Name the keys of `ring` in the node's store as a real one does, in its identity log and in the table of keys."""
    (data / "keys" / "event.key").write_text(bytes(ring["event"]).hex())
    founding = founding_entry(ring, code="kpu", name="KPU", kind="kpu", region="1203", at=now())
    database = sqlite3.connect(data / "node.sqlite3")
    database.executescript(
        "DROP TABLE ledger_log; CREATE TABLE ledger_log (id, origin, size, root, is_own, role);"
        "CREATE TABLE ledger_entry (log_id, seq, data);"
        "INSERT INTO ledger_log VALUES (7, 'i1', 1, x'00', 1, 'identity');"
    )
    database.execute("INSERT INTO ledger_entry VALUES (7, 0, ?)", [founding])
    database.execute("UPDATE ledger_agency SET id = ?", [agency])
    database.execute("UPDATE ledger_key SET agency_id = ?", [agency])
    database.execute("UPDATE ledger_key SET public = ? WHERE use = 'event'", [ring.public("event")])
    database.commit()
    database.close()


def test_with_the_root_key_alone_a_back_up_counts_only_by_keys_that_this_root_named(tmp_path, sealing, opening):
    """All other keys are lost. A forger writes its own event key into the store; it cannot write the root's word."""
    true, false = (KeyRing({use: SigningKey.generate() for use in ("root", *ALL_USES)}) for _ in range(2))
    agency = agency_id([true.public("root").hex()], 1)
    made = {}
    for name, ring in (("true", true), ("false", false), ("half", false)):
        data = make_node(tmp_path / name)
        with_identity(data, ring, agency)
        if name == "half":
            # The true founding entry, and beside it a table of keys that says otherwise.
            database = sqlite3.connect(data / "node.sqlite3")
            true_store = sqlite3.connect(tmp_path / "true" / "node.sqlite3")
            word = true_store.execute("SELECT data FROM ledger_entry").fetchone()
            database.execute("UPDATE ledger_entry SET data = ?", word)
            database.commit()
            database.close()
            true_store.close()
        made[name] = tmp_path / f"{name}.age"
        back_up(data, made[name], sealing, keys=False, at=now())
    for name in ("false", "half", "true"):
        again = tmp_path / f"again-{name}"
        (again / "keys").mkdir(parents=True)
        (again / "keys" / "root.key").write_text(bytes(true["root"]).hex())
        if name == "true":
            restore(again, made[name], opening, None, opening)
            assert (again / "node.sqlite3").exists()
            continue
        with pytest.raises(Refused, match="tidak ditandatangani kantor ini"):
            restore(again, made[name], opening, None, opening)
        assert not (again / "node.sqlite3").exists()


def test_nothing_is_overwritten(files, tmp_path, sealing, opening):
    data, whole, keys = files
    with pytest.raises(Refused, match="sudah ada"):
        back_up(data, whole, sealing, keys=False, at=now())
    with pytest.raises(Refused, match="berisi hal lain"):
        restore(data, whole, opening, keys, opening)
    with pytest.raises(Refused, match="tidak dapat ditulis"):
        back_up(data, tmp_path / "absent" / "x.age", sealing, keys=False, at=now())
    assert not list(data.glob(".backup-*"))


@pytest.mark.parametrize("kept", ["keys", "secret"])
@pytest.mark.parametrize("database", ["", "postgresql://none/none"])
def test_a_folder_that_has_what_comes_again_is_left_as_it_was(files, tmp_path, opening, monkeypatch, kept, database):
    data, whole, keys = files
    # A database named for it is not filled, either.
    monkeypatch.setenv("SINERGI_DATABASE", database)
    monkeypatch.setattr(moving, "into_postgresql", lambda store: pytest.fail("the database was filled"))
    new = tmp_path / "new"
    (new / "keys").mkdir(parents=True)
    if kept == "keys":
        (new / "keys" / "event.key").write_bytes((data / "keys" / "event.key").read_bytes())
    else:
        (new / "keys").rmdir()
        (new / "secret").write_text("another")
    before = sorted(str(file.relative_to(new)) for file in new.rglob("*"))
    with pytest.raises(Refused, match=f"sudah memiliki {kept}"):
        restore(new, whole, opening, keys, opening)
    assert sorted(str(file.relative_to(new)) for file in new.rglob("*")) == before
    assert [item.name for item in tmp_path.iterdir() if item.name.startswith(".")] == []


def test_a_stick_that_knows_no_links_takes_the_back_up_and_overwrites_nothing(files, tmp_path, sealing, monkeypatch):
    data, stick = files[0], tmp_path / "stick"
    stick.mkdir()

    def no_links(source: object, target: object) -> None:
        if Path(str(target)).exists():
            raise FileExistsError(errno.EEXIST, "exists")
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", no_links)
    made = stick / "node.age"
    assert back_up(data, made, sealing, keys=False, at=now())["files"].keys() >= {"node.sqlite3"}
    first = made.read_bytes()
    assert first.startswith(b"age-encryption.org/v1") and [file.name for file in stick.iterdir()] == ["node.age"]
    # Somebody else makes the file while ours is being sealed.
    close = Lock.close

    def slowly(lock: Lock, plain: Path, target: Path) -> None:
        close(lock, plain, target)
        (stick / "other.age").write_bytes(b"theirs")

    monkeypatch.setattr(Lock, "close", slowly)
    with pytest.raises(Refused):
        back_up(data, stick / "other.age", sealing, keys=False, at=now())
    assert (stick / "other.age").read_bytes() == b"theirs"
    assert sorted(file.name for file in stick.iterdir()) == ["node.age", "other.age"]


@pytest.mark.parametrize("moment", ["listed", "described"])
def test_a_scan_erased_while_the_back_up_is_made_spoils_nothing(files, tmp_path, sealing, opening, monkeypatch, moment):
    data, _, keys = files
    gone = data / "blobs" / "scans" / ("cd" * 32)
    gone.write_bytes(b"erased soon")
    step = "_describe" if moment == "listed" else "_digest"
    known = getattr(backup, step)

    def late(*given: Any) -> Any:
        answer = known(*given)
        gone.unlink(missing_ok=True)
        return answer

    listed = Path.rglob

    def vanishing(folder: Path, pattern: str) -> list[Path]:
        found = list(listed(folder, pattern))
        gone.unlink()
        monkeypatch.setattr(Path, "is_file", lambda file: file == gone or os.path.isfile(file))
        return found

    if moment == "listed":
        monkeypatch.setattr(Path, "rglob", vanishing)
    else:
        monkeypatch.setattr(backup, step, late)
    made = tmp_path / "made.age"
    told = back_up(data, made, sealing, keys=False, at=now())
    monkeypatch.undo()
    assert not gone.exists() and f"blobs/scans/{'ab' * 32}" in told["files"]
    assert restore(tmp_path / "again", made, opening, keys, opening)["files"] == told["files"]


def test_a_folder_that_holds_only_its_keys_is_filled(files, tmp_path, opening):
    data, whole, _ = files
    again = tmp_path / "again"
    again.mkdir()
    os.rename(data / "keys", again / "keys")
    restore(again, whole, opening, None, opening)
    assert (again / "node.sqlite3").exists() and (again / "keys" / "event.key").exists()


def test_the_verbs_speak_in_sentences(files, tmp_path, capsys, identity):
    data, whole, keys = files
    key, short = tmp_path / "key.txt", tmp_path / "short.txt"
    key.write_text(str(identity))
    short.write_text("pendek\n")
    said = []
    for argv in (
        ["backup", str(tmp_path / "x.age")],
        ["backup", "--passphrase-file", str(short), str(tmp_path / "x.age")],
        ["backup", "--recipient", "age1nobody", str(tmp_path / "x.age")],
        ["backup", "--recipient", str(identity.to_public()), str(tmp_path / "x.age")],
        ["backup", "--keys", "--recipient", str(identity.to_public()), str(tmp_path / "k.age")],
    ):
        said.append((command.run(["--data", str(data), *argv]), capsys.readouterr().err))
    assert [code for code, _ in said] == [1, 1, 1, 0, 0]
    assert "--passphrase-file" in said[0][1] and "sedikitnya 12 huruf" in said[1][1] and "age1" in said[2][1]
    again = tmp_path / "again"
    argv = ["--data", str(again), "restore", "--identity", str(key), "--keys", str(keys), str(whole)]
    assert command.run(argv) == 0 and "bertanya dahulu kepada mitra" in capsys.readouterr().out
    assert command.run(argv) == 1 and "berisi hal lain" in capsys.readouterr().err


@pytest.mark.slow
def test_a_passphrase_opens_it_too_and_a_wrong_one_does_not(files, tmp_path, opening):
    data, _, keys = files
    sealed = tmp_path / "phrase.age"
    back_up(data, sealed, Lock(passphrase="kata sandi yang panjang"), keys=False, at=now())
    refused(tmp_path, "tidak terbuka", sealed, Lock(passphrase="kata sandi yang lain"), keys, opening)
    restore(tmp_path / "again", sealed, Lock(passphrase="kata sandi yang panjang"), keys, opening)
