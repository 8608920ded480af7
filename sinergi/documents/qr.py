"""The QR code that leads from paper to the check page."""

from __future__ import annotations

from io import BytesIO

import segno

# At error level M a code of this many bytes still has modules of about 0.5 mm in the space a letter gives it.
LONGEST_URL = 180


def qr_svg(url: str) -> str:
    """The code as a drawing, for the PDF."""
    return segno.make_qr(url, error="m").svg_inline(border=0, omitsize=True, light="#fff")


def qr_png(url: str) -> bytes:
    """The code as a picture of eight pixels a module, for the DOCX."""
    drawing = BytesIO()
    segno.make_qr(url, error="m").save(drawing, kind="png", scale=8, border=0)
    return drawing.getvalue()
