"""Verbs of the ledger: evidence, keys, rebuild."""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import msgspec
from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from sinergi.kernel.arguments import Arguments
from sinergi.kernel.caller import caller_path
from sinergi.kernel.errors import Refused
from sinergi.kernel.instants import now
from sinergi.ledger import rebuild as rebuilding
from sinergi.ledger import rotation
from sinergi.ledger.evidence import BadEvidence, export_agreement, export_histories, export_record
from sinergi.ledger.evidence.check import Record, check
from sinergi.ledger.identity.events import USES
from sinergi.ledger.models import Agreement, Log
from sinergi.ledger.stamp import BadStamp


def evidence(argv: list[str], data: Path) -> int:
    """`sinergi evidence export|verify`: write a file that proves an agreement or one record, or judge one."""
    parser = Arguments(prog="sinergi evidence", description="Ekspor atau periksa bukti.")
    verbs = parser.add_subparsers(dest="verb", required=True)
    export = verbs.add_parser("export", help="tulis berkas bukti; tidak pernah dari dua perjanjian sekaligus")
    what = export.add_mutually_exclusive_group()
    what.add_argument("--agreement", default="", help="id perjanjian; boleh kosong bila hanya ada satu")
    what.add_argument("--record", default="", help="kunci satu catatan")
    what.add_argument("--two-histories", metavar="BUKU", help="hanya bukti dua riwayat satu buku catatan")
    export.add_argument("--without-bodies", action="store_true", help="tanpa kata-kata dan data pribadi")
    export.add_argument("file", type=Path)
    verify = verbs.add_parser("verify", help="periksa berkas bukti dari isinya saja")
    verify.add_argument(
        "--fingerprint", action="append", default=[], help="sidik jari instansi yang Anda percaya; boleh diulang"
    )
    verify.add_argument(
        "--authority", action="append", default=[], type=Path, metavar="PEM",
        help="sertifikat otoritas waktu yang Anda percaya; boleh diulang",
    )  # fmt: skip
    verify.add_argument("--json", action="store_true")
    verify.add_argument("file", type=Path)
    asked = parser.parse_args(argv)
    if asked.verb == "verify":
        return _verify(caller_path(asked.file), asked.fingerprint, asked.authority, as_json=asked.json)
    bodies = not asked.without_bodies
    if asked.two_histories is not None:
        lines = export_histories(_only_log(asked.two_histories))
    elif asked.record:
        lines = export_record(asked.record, bodies=bodies)
    else:
        lines = export_agreement(asked.agreement or _only_agreement(), bodies=bodies)
    _write(caller_path(asked.file), lines)
    print(asked.file)
    return 0


def rebuild(argv: list[str], data: Path) -> int:
    """`sinergi rebuild [--check] [--json]`: fold the tables again; --check only says whether they differ."""
    parser = Arguments(prog="sinergi rebuild", description="Bangun ulang tabel dari buku catatan.")
    parser.add_argument(
        "--check", action="store_true", help="tanpa mengubah; 0 hanya bila setiap tabel sesuai buku catatan"
    )
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args(argv)
    if asked.check and (not _is_migrated() or rebuilding.outdated()):
        raise Refused(
            "Tabel ini dari versi lain. Jalankan simpul sekali (atau `sinergi rebuild`), lalu periksa lagi.",
            code="K-128",
        )
    if asked.check and connection.vendor == "sqlite" and "SINERGI_COPY" not in os.environ:
        return _on_a_copy(argv)
    found = rebuilding.check() if asked.check else rebuilding.rebuild()
    if asked.json:
        print(json.dumps({"differences": msgspec.to_builtins(found)}, ensure_ascii=False))
    else:
        for difference in found:
            print(f"{difference.table}: {difference.live_only} baris berlebih, {difference.rebuilt_only} baris kurang")
        if not found:
            print("setiap tabel sesuai buku catatan")
    return 1 if found and asked.check else 0


def _verify(file: Path, pins: list[str], authorities: list[Path], *, as_json: bool) -> int:
    records: list[Record] = []
    try:
        trusted = [caller_path(path).read_bytes() for path in authorities]
        with open(file, "rb") as opened:
            report = check(opened, pins, records.append, trusted)
    except OSError as error:
        raise Refused(f"Berkas {error.filename or file} tidak dapat dibaca.", code="K-124") from error
    except BadStamp as error:
        raise Refused("Berkas sertifikat otoritas waktu itu bukan sertifikat (PEM).", code="K-131") from error
    except BadEvidence as refusal:
        raise Refused(f"Berkas ini bukan bukti yang sah. Alasan teknis: {refusal}", code="K-125") from refusal
    if as_json:
        told = {"report": msgspec.to_builtins(report), "records": msgspec.to_builtins(records)}
        for signer in told["report"]["signers"]:
            signer.pop("keys", None)
        print(json.dumps(told, ensure_ascii=False))
        return 0
    for signer in report.signers:
        print(f"{signer.name}: {signer.fingerprint}")
    for record in records:
        invalid = f" TIDAK BERLAKU: {record.verdict}" if record.verdict else ""
        grade = f"disaksikan {record.witnessed}/{record.of}"
        grade += f", berstempel waktu {record.stamped}" if record.stamped else ""
        print(f"{record.log[:8]} {record.seq} {record.at} {record.kind}: {grade}{invalid}")
    names = {signer.fingerprint: signer.name for signer in report.signers}
    for log, author in report.forks.items():
        print(f"DUA RIWAYAT: {names[author]} menandatangani dua riwayat yang bertentangan dari buku {log[:8]}.")
    if report.unjudged:
        print(f"{report.unjudged} stempel waktu belum dinilai: sebut otoritas yang Anda percaya dengan --authority")
    print("semua bukti sah")
    return 0


def _only_agreement() -> str:
    known = list(Agreement.objects.values_list("id", flat=True).order_by("id"))
    if len(known) == 1:
        return str(known[0])
    listed = ", ".join(known) or "tidak ada"
    raise Refused(f"Sebut perjanjiannya dengan --agreement; simpul ini punya: {listed}.", code="K-126")


def _only_log(start: str) -> str:
    """The one log here whose name begins so. Raises Refused for none or several."""
    found = list(Log.objects.filter(origin__startswith=start.lower()).values_list("origin", flat=True)[:2])
    if len(found) != 1:
        raise Refused(f"Tidak ada tepat satu buku catatan yang namanya diawali {start}.", code="K-130")
    return str(found[0])


def _write(file: Path, lines: Iterator[bytes]) -> None:
    """Write beside the file and move it there whole: a cut export never looks like an evidence file."""
    target = file.resolve()
    try:
        with tempfile.NamedTemporaryFile(dir=target.parent, delete=False) as half:
            for line in lines:
                half.write(line)
        os.replace(half.name, target)
    except OSError as error:
        raise Refused(f"Berkas {file} tidak dapat ditulis.", code="K-127") from error


def _is_migrated() -> bool:
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def _on_a_copy(argv: list[str]) -> int:
    """Rebuild a copy of the store in another process, so that a running node's writer is not held up."""
    with tempfile.TemporaryDirectory(prefix="sinergi-rebuild-") as folder:
        copy = Path(folder)
        with (
            contextlib.closing(sqlite3.connect(str(settings.DATABASES["default"]["NAME"]))) as live,
            contextlib.closing(sqlite3.connect(copy / "node.sqlite3")) as kept,
        ):
            live.backup(kept)
        done = subprocess.run(  # noqa: S603  our own program on our own copy
            [str(Path(sys.executable).with_name("sinergi")), "--data", folder, "rebuild", *argv],
            env={**os.environ, "SINERGI_COPY": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
    sys.stdout.write(done.stdout)
    sys.stderr.write(done.stderr)
    return done.returncode


_KEY_STATES = {"used": "dipakai", "spare": "berlaku", "revoked": "dicabut", "missing": "hilang"}


def keys(argv: list[str], data: Path) -> int:
    """`sinergi keys list|rotate|revoke`: the agency's own keys."""
    parser = Arguments(prog="sinergi keys", description="Tampilkan, ganti, atau cabut kunci kantor ini.")
    what = parser.add_subparsers(dest="what", required=True, parser_class=Arguments)
    listing = what.add_parser("list", prog="sinergi keys list", description="Semua kunci, umur dan keadaannya.")
    listing.add_argument("--json", action="store_true")
    turning = what.add_parser(
        "rotate", prog="sinergi keys rotate", description="Nyatakan kunci baru dan pakai mulai sekarang."
    )
    turning.add_argument("use", choices=(*USES, "all"), help="peran kuncinya, atau all untuk semua")
    taking = what.add_parser("revoke", prog="sinergi keys revoke", description="Cabut kunci yang sudah diganti.")
    taking.add_argument("kid", help="nomor kunci, lihat sinergi keys list")
    taking.add_argument("--reason", required=True, choices=("replaced", "lost", "stolen"))
    taking.add_argument(
        "--since", type=datetime.fromisoformat, help="waktu sejak kapan ia tidak dipercaya: 2026-11-26T10:00+07:00"
    )
    for changing in (turning, taking):
        changing.add_argument("--root", help="berkas kunci induk, bila tidak ada di folder simpul")
        changing.add_argument("--sure", action="store_true", help="juga selagi simpul menunggu jawaban mitra")
    asked = parser.parse_args(argv)
    at = now()
    if asked.what == "list":
        found = rotation.listed(at)
        if asked.json:
            print(json.dumps(msgspec.to_builtins(found)))
            return 0
        for key in found:
            advice = "  sebaiknya diganti" if key.is_old else ""
            print(f"{key.use:<11} {key.kid}  {_KEY_STATES[key.state]:<9} {key.days} hari{advice}")
        return 0
    root = rotation.root_in(caller_path(asked.root)) if asked.root else None
    if asked.what == "rotate":
        for use in USES if asked.use == "all" else (asked.use,):
            print(f"{use}: {rotation.rotate(use, root=root, at=at, sure=asked.sure)}")
        print("kunci lama tetap berlaku sampai dicabut; buat cadangan baru, juga --keys")
        return 0
    if asked.since is not None and asked.since.tzinfo is None:
        raise Refused("Tulis zona waktunya: 2026-11-26T10:00+07:00.", code="K-127")
    last = rotation.revoke(asked.kid, asked.reason, root=root, at=at, since=asked.since, sure=asked.sure)
    print(f"dicabut; di {len(last)} buku catatan kantor ini ia dipercaya sampai tempat terakhir yang dinyatakan")
    return 0
