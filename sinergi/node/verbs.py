"""Verbs of the node itself."""

from __future__ import annotations

import argparse
import getpass
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from sinergi.kernel.arguments import Arguments
from sinergi.kernel.errors import Refused

if TYPE_CHECKING:
    from sinergi.kernel.age import Lock


def serve(argv: list[str], data: Path) -> int:
    """`sinergi serve [--host ADDRESS] [--port N]`: serve until told to stop."""
    parser = Arguments(prog="sinergi serve", description="Layani simpul ini sampai SIGTERM atau Ctrl-C.")
    parser.add_argument("--host", default="127.0.0.1", help="alamat yang didengarkan (bawaan: hanya mesin ini)")
    parser.add_argument("--port", type=int, default=8001, help="nomor pintu (bawaan 8001)")
    asked = parser.parse_args(argv)
    if not 1 <= asked.port <= 65535:
        raise Refused("Nomor pintu adalah bilangan 1 sampai 65535.", code="N-08")
    if not data.is_dir():
        raise Refused(f"Tidak ada simpul di {data}; buat dengan `sinergi --data FOLDER init`.", code="N-06")
    from sinergi.node.server import serve as serve_node

    serve_node(data, host=asked.host, port=asked.port)
    return 0


def backup(argv: list[str], data: Path) -> int:
    """`sinergi backup [--keys] FILE`: one encrypted file of this node, also while it serves; its keys apart."""
    parser = Arguments(
        prog="sinergi backup",
        description="Tulis cadangan simpul ini ke satu berkas terenkripsi (format age), juga selagi ia melayani.",
    )
    parser.add_argument("--keys", action="store_true", help="hanya kunci kantor ini; simpan terpisah dari cadangan")
    _ask_lock(parser, "", "penerima age1… yang boleh membuka; boleh diulang", "--recipient")
    parser.add_argument("file", type=Path, help="berkas yang ditulis")
    asked = parser.parse_args(argv)
    from sinergi.kernel.age import Lock
    from sinergi.kernel.caller import caller_path
    from sinergi.kernel.instants import now
    from sinergi.node import backup as backups

    lock = Lock(recipients=asked.recipient) if asked.recipient else Lock(passphrase=_passphrase(asked, ""))
    manifest = backups.back_up(data, caller_path(asked.file), lock, keys=asked.keys, at=now())
    facts = sum(log["size"] for log in manifest["logs"].values())
    print(f"{asked.file}: {len(manifest['files'])} berkas" + ("" if asked.keys else f", {facts} catatan kantor ini"))
    if not asked.keys:
        print("kunci kantor ini tidak ada di dalamnya; cadangkan sendiri dengan --keys")
    return 0


def restore(argv: list[str], data: Path) -> int:
    """`sinergi --data FOLDER restore FILE --keys FILE`: make a new folder from a back-up."""
    parser = Arguments(prog="sinergi restore", description="Buat folder simpul yang belum ada dari berkas cadangan.")
    parser.add_argument("--keys", type=Path, help="berkas cadangan kunci (sinergi backup --keys)")
    _ask_lock(parser, "", "berkas identitas age yang membuka cadangan", "--identity")
    _ask_lock(parser, "keys-", "berkas identitas age yang membuka kunci", "--keys-identity")
    parser.add_argument("file", type=Path, help="berkas cadangan")
    asked = parser.parse_args(argv)
    from sinergi.kernel.caller import caller_path
    from sinergi.node import backup as backups
    from sinergi.node import opening

    opening.without_node()
    lock = _opener(asked, "")
    keys_lock = lock
    if asked.keys is not None and (asked.keys_identity or asked.keys_passphrase_file):
        keys_lock = _opener(asked, "keys_")
    keys = None if asked.keys is None else caller_path(asked.keys)
    manifest = backups.restore(data, caller_path(asked.file), lock, keys, keys_lock)
    print(f"{data}: {manifest['name']}, cadangan {manifest['at']}")
    print("nyalakan dengan `sinergi serve`; ia bertanya dahulu kepada mitra, lalu menandatangani lagi")
    return 0


def _ask_lock(parser: Arguments, which: str, help_of_key: str, key: str) -> None:
    parser.add_argument(f"--{which}passphrase-file", type=Path, help="berkas berisi kata sandinya pada baris pertama")
    if key == "--recipient":
        parser.add_argument(key, action="append", default=[], help=help_of_key)
    else:
        parser.add_argument(key, type=Path, help=help_of_key)


def _opener(asked: argparse.Namespace, which: str) -> Lock:
    from sinergi.kernel.age import Lock

    identity = getattr(asked, f"{which}identity")
    return Lock(identity=_read(identity)) if identity else Lock(passphrase=_passphrase(asked, which))


def _passphrase(asked: argparse.Namespace, which: str) -> str:
    """From the file that was named, else from the person at the terminal."""
    file = getattr(asked, f"{which}passphrase_file")
    if file is not None:
        return _read(file).split("\n", 1)[0].strip()
    if not sys.stdin.isatty():
        raise Refused("Sebut kuncinya: --passphrase-file, --recipient atau --identity.", code="N-37")
    return getpass.getpass("Kata sandi cadangan: ")


def _read(file: Path) -> str:
    from sinergi.kernel.caller import caller_path

    try:
        return caller_path(file).read_text()[:10_000]
    except (OSError, UnicodeError) as error:
        raise Refused(f"Berkas {file} tidak dapat dibaca.", code="N-24") from error
