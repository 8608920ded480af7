"""`sinergi erasure scan`: show that words are in no file of the node any more."""

from __future__ import annotations

import json
import mmap
import sys
from collections.abc import Iterator
from pathlib import Path

from sinergi.kernel.arguments import Arguments
from sinergi.kernel.errors import Refused


def erasure(argv: list[str], data: Path) -> int:
    """Look for the words on standard input in every file of the node's folder; 0 only where they are in none."""
    parser = Arguments(prog="sinergi erasure", description="Cari sisa isi yang dihapus di semua berkas simpul.")
    verbs = parser.add_subparsers(dest="verb", required=True)
    scan = verbs.add_parser(
        "scan", help="kata yang dicari dibaca dari masukan, supaya tidak tinggal di riwayat perintah"
    )
    scan.add_argument("--json", action="store_true")
    asked = parser.parse_args(argv)
    words = sys.stdin.readline().strip()
    if len(words) < 4:
        raise Refused("Tulis sedikitnya empat huruf yang dicari, satu baris.", code="HAK-20")
    found = sorted(holding(data, words))
    if asked.json:
        print(json.dumps({"files": found, "clean": not found}))
    else:
        print("\n".join(found) if found else "Tidak ada di berkas mana pun di folder simpul ini.")
        print("Cadangan di luar folder ini tidak diperiksa: yang dibuat sebelum penghapusan masih memuatnya.")
    return 1 if found else 0


def holding(folder: Path, words: str) -> Iterator[str]:
    """Names of the files below `folder` that hold the words, as text, as JSON writes them, or as UTF-16."""
    forms = {words.encode(), json.dumps(words)[1:-1].encode(), words.encode("utf-16-le")}
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() or not path.is_file() or not path.stat().st_size:
            continue
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            if any(content.find(form) >= 0 for form in forms):
                yield str(path.relative_to(folder))
