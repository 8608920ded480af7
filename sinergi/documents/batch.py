"""Many papers, one after the other, in one process that may be killed at any moment and started again.

`work.jsonl` has one paper a line. A file is written beside its place and moved there; only then `drawn` names it with
its hash. So what `drawn` names is whole, and anything else is drawn again to the same bytes.
"""

from __future__ import annotations

import hashlib
import os
import signal
from pathlib import Path

import msgspec

from sinergi.documents.order import Order
from sinergi.documents.pdf import order_pdf


class Work(msgspec.Struct, frozen=True):
    """One paper and the name of its file, without the ending."""

    name: str
    paper: Order


def draw(folder: str | Path) -> int:
    """Draw every paper of `work.jsonl` that is not there yet; how many. A SIGTERM ends it after the one it is at."""
    asked: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, frame: asked.append(number))
    here, count = Path(folder), 0
    done = drawn(here)
    read = msgspec.json.Decoder(Work)
    with open(here / "work.jsonl", "rb") as works, open(here / "drawn", "ab", buffering=0) as note:
        if note.tell():
            # A line that was cut off names nothing; the next one begins on its own line.
            note.write(b"\n")
        for line in works:
            work = read.decode(line)
            if work.name in done:
                continue
            if asked:
                raise SystemExit(3)
            file = order_pdf(work.paper)
            draft = here / f"{work.name}.new"
            with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
                out.write(file)
            draft.replace(here / f"{work.name}.pdf")
            note.write(f"{hashlib.sha256(file).hexdigest()} {work.name} .\n".encode())
            count += 1
    return count


def drawn(folder: Path) -> dict[str, str]:
    """SHA-256 of every file that was drawn whole, by its name."""
    try:
        lines = (folder / "drawn").read_text().split("\n")
    except OSError:
        return {}
    # A line without its last sign was cut off; it names nothing.
    said = [line.split(" ") for line in lines]
    return {part[1]: part[0] for part in said if len(part) == 3 and part[2] == "."}
