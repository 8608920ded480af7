"""The invitation's QR code: small enough to scan from a screen, in three forms."""

from __future__ import annotations

from io import BytesIO, StringIO

import segno


def svg(text: str) -> str:
    """The code as a drawing to put into a page, black on white also in dark mode."""
    return str(segno.make_qr(text, error="m").svg_inline(border=2, omitsize=True, light="#fff"))


def png(text: str) -> bytes:
    """The code as a picture to send on."""
    drawing = BytesIO()
    segno.make_qr(text, error="m").save(drawing, kind="png", scale=8, border=4)
    return drawing.getvalue()


def terminal(text: str) -> str:
    """The code for a terminal."""
    drawing = StringIO()
    segno.make_qr(text, error="l").terminal(out=drawing, border=2, compact=True)
    return drawing.getvalue()
