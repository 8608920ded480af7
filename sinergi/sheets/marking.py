"""For whom a table was written: told at the foot of every printed page, and hidden where saving it again keeps it.

Whoever answers a request says once for whom (`leaving_for`); `writing.export` asks, so no export can forget. What the
hidden token means is its maker's: here it is letters that are found again, and `content` is what it can be bound to.
Sorting, filtering, other columns' widths and saving again in Excel or LibreOffice change neither; copying the cells
elsewhere, CSV, and a photograph lose the token.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextvars import ContextVar
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import msgspec

from sinergi.sheets.columns import Cell, text_of

PROPERTY = "Sinergi"
TOKEN = re.compile(rb"snr1[a-z2-7]{60,200}")
# Where tokens are written. No part of a package is unpacked further than this to look for one.
_PLACES = ("docProps/custom.xml", "docProps/core.xml", "xl/workbook.xml")
_MOST_UNPACKED = 4 * 1024 * 1024


class Recipient(msgspec.Struct, frozen=True):
    """`shown`: a line for the foot of pages; `token(content)`: what is hidden in a table with that content."""

    shown: str
    token: Callable[[bytes], str]


_recipient: ContextVar[Recipient | None] = ContextVar("recipient", default=None)


@contextlib.contextmanager
def leaving_for(recipient: Recipient) -> Iterator[None]:
    """Whatever is exported meanwhile bears the marks of this recipient."""
    before = _recipient.set(recipient)
    try:
        yield
    finally:
        _recipient.reset(before)


def recipient() -> Recipient | None:
    """For whom is exported now, if anybody."""
    return _recipient.get()


def content(rows: Iterable[Sequence[Any]]) -> bytes:
    """What a table tells, as 32 bytes: the same in any order of its rows, and whether written or read again."""
    lines = sorted(hashlib.sha256(_line(cells)).digest() for cells in rows)
    return hashlib.sha256(b"".join(lines)).digest()


def tokens(data: bytes) -> list[str]:
    """The tokens hidden in a workbook, each once; none in what is no workbook. Parses nothing."""
    found: dict[str, None] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            for name in _PLACES:
                if name in package.namelist():
                    with package.open(name) as part:
                        text = part.read(_MOST_UNPACKED)
                    found |= dict.fromkeys(token.decode() for token in TOKEN.findall(text))
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError):
        return []
    return list(found)


def _line(cells: Sequence[Any]) -> bytes:
    texts = [_text(cell) for cell in cells]
    while texts and not texts[-1]:
        texts.pop()
    return json.dumps(texts, ensure_ascii=False).encode("utf-8", "surrogatepass")


def _text(cell: Any) -> str:
    """A value as it is read again from the file it was written to."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "ya" if cell else "tidak"
    if isinstance(cell, datetime):
        whole = cell.replace(tzinfo=None, microsecond=0)
        return whole.date().isoformat() if whole.time() == time() else whole.isoformat(sep=" ")
    if isinstance(cell, date):
        return cell.isoformat()
    told: Cell = float(cell) if isinstance(cell, Decimal) else cell
    return " ".join(text_of(told).split())
