"""Verbs of the node itself."""

from __future__ import annotations

from pathlib import Path

from sinergi.kernel.arguments import Arguments
from sinergi.kernel.errors import Refused


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
