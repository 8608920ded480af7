"""Verbs of the node itself."""

from __future__ import annotations

import argparse
from pathlib import Path

from sinergi.kernel.errors import Refused


def serve(argv: list[str], data: Path) -> int:
    """`sinergi serve [--host ADDRESS] [--port N]`: serve until told to stop."""
    parser = argparse.ArgumentParser(prog="sinergi serve", description="Serve this node until SIGTERM or Ctrl-C.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine only)")
    parser.add_argument("--port", type=int, default=8001, help="port to listen on (default 8001)")
    asked = parser.parse_args(argv)
    if not 1 <= asked.port <= 65535:
        raise Refused("A port is a number from 1 to 65535.", code="N-08")
    if not data.is_dir():
        raise Refused(f"There is no node in {data}; `sinergi --data DIR init` makes one.", code="N-06")
    from sinergi.node.server import serve as serve_node

    serve_node(data, host=asked.host, port=asked.port)
    return 0
