"""Reads a scanned paper inside the limited child process (sinergi.sheets.sandbox). Imports no Django, opens no file."""

from __future__ import annotations

import io
from typing import Any

import pikepdf

from sinergi.sheets.reading import Unreadable

# Names by which a PDF acts or carries something along (ISO 32000-2, 7.11.4, 12.6.4, 12.7.8, 13.6).
_ACTIONS = frozenset({"/JavaScript", "/Launch", "/ImportData", "/SubmitForm", "/RichMediaExecute", "/Rendition"})
_CARRIERS = frozenset({"/JS", "/JavaScript", "/EmbeddedFiles", "/EF", "/XFA", "/RichMediaContent"})

UNREADABLE = "PDF ini rusak atau terkunci sandi. Pindai ulang tanpa sandi."
ACTIVE = "PDF ini memuat skrip, perintah, atau berkas lain. Pindai naskahnya ulang sebagai gambar."
LARGE = "PDF ini terlalu rumit untuk sebuah pindaian. Pindai naskahnya ulang sebagai gambar."


def read_pdf(data: bytes, *, most: int) -> dict[str, int]:
    """The number of pages of a PDF that only shows pages. Raises Unreadable: pdf, active, large."""
    try:
        with pikepdf.open(io.BytesIO(data)) as pdf:
            pages = len(pdf.pages)
            objects = pdf.objects
            if len(objects) > most:
                raise Unreadable("large", LARGE)
            found = any(_acts(thing) for thing in objects) or _acts(pdf.trailer)
    except Unreadable:
        raise
    except Exception:
        # Whatever a hostile file does to the reader, the person needs the one sentence.
        raise Unreadable("pdf", UNREADABLE) from None
    if pages == 0:
        raise Unreadable("pdf", UNREADABLE)
    if found:
        raise Unreadable("active", ACTIVE)
    return {"pages": pages}


def _acts(top: Any) -> bool:
    """Whether this object, or one written inside it, is an action or carries another file."""
    waiting = [top]
    while waiting:
        thing = waiting.pop()
        if isinstance(thing, pikepdf.Array):
            waiting.extend(item for item in thing if not _is_elsewhere(item))
        elif isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
            for name, value in thing.items():
                if name in _CARRIERS or (name == "/S" and str(value) in _ACTIONS):
                    return True
                if name == "/Subtype" and str(value) in ("/FileAttachment", "/RichMedia"):
                    return True
                if not _is_elsewhere(value):
                    waiting.append(value)
    return False


def _is_elsewhere(value: Any) -> bool:
    """Whether the value is an object of its own, which the walk over all objects meets anyway."""
    return not isinstance(value, pikepdf.Object) or value.is_indirect
