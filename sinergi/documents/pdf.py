"""A letter as PDF: archival (PDF/A-2a), readable aloud (PDF/UA-1), the same bytes every time.

The words of a letter reach the typesetter as data (`sys.inputs`), never as its source, so nothing a person
typed can be read as an instruction.
"""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import typst

from sinergi.documents.fonts import SANS, SERIF, faces, outline_svg
from sinergi.documents.letter import WORDS, Letter, across, footer_lines, letter_of, reference_lines
from sinergi.documents.order import ISSUED_AT, ISSUED_ON, Order, Part, counted_points
from sinergi.documents.qr import qr_svg
from sinergi.documents.text import ready, ready_order
from sinergi.kernel.errors import Refused

PARTS = Path(__file__).with_name("parts.typ").read_bytes()
TEMPLATE = PARTS + Path(__file__).with_name("letter.typ").read_bytes()
ORDER = PARTS + Path(__file__).with_name("order.typ").read_bytes()
STANDARDS: list[Any] = ["a-2a", "ua-1"]
_PAGE = re.compile(rb"/Type\s*/Page\b")


def letter_pdf(letter: Letter) -> bytes:
    """The letter as a PDF file. Raises Refused where `text.ready` does, or when the emblem is no picture."""
    letter = ready(letter)
    more = {
        "reference": reference_lines(letter),
        "items": [(letter_of(at), item.label, item.value) for at, item in enumerate(letter.items)],
    }
    return _drawn(TEMPLATE, letter, more)


def order_pdf(order: Order) -> bytes:
    """The order or plan as a PDF file. Raises Refused where `text.ready_order` does, or for an emblem that is none."""
    order = ready_order(order)
    more = {
        "grounds": [_part(part) for part in order.grounds],
        "orders": [_part(part) for part in order.orders],
        "chapters": [
            (number, title, [(at, _part(part)) for at, part in points])
            for number, title, points in counted_points(order)
        ],
        "issued": ((ISSUED_AT, order.place), (ISSUED_ON, order.day)),
    }
    return _drawn(ORDER, order, more)


def page_count(pdf: bytes) -> int:
    """How many pages a file has that this module made: the typesetter writes each page as a plain object."""
    return len(_PAGE.findall(pdf))


def printed(template: bytes, data: str, *, at: datetime) -> bytes:
    """What `template` makes of `data` (JSON); `at` is the only time in the file."""
    made = typst.Compiler(template, font_paths=faces(), ignore_system_fonts=True, sys_inputs={"letter": data}).compile(
        format="pdf", pdf_standards=STANDARDS, timestamp=int(at.timestamp())
    )
    assert isinstance(made, bytes), "a PDF is one file"
    return made


def _drawn(template: bytes, document: Letter | Order, more: dict[str, Any]) -> bytes:
    try:
        return printed(template, _as_data(document, more), at=document.issued_at)
    except typst.TypstError as problem:
        if document.letterhead.emblem and "image" in str(problem):
            raise Refused("Berkas lambang tidak dapat dibaca.", code="SRT-06", field="emblem") from problem
        raise


def _part(part: Part) -> dict[str, Any]:
    return {"label": part.label, "lines": part.lines, "items": [(item.label, item.value) for item in part.items]}


def _as_data(letter: Letter | Order, more: dict[str, Any]) -> str:
    """Everything the template prints, as JSON; it adds no word of its own."""
    head = letter.letterhead
    facts = {field: getattr(letter, field) for field in letter.__struct_fields__}
    facts |= {
        "letterhead": {"agency": head.agency, "address": head.address, "emblem": list(head.emblem)},
        "issued_at": None,
        "footer": footer_lines(letter),
        "qr": qr_svg(letter.check.url) if letter.check else "",
        "watermark": outline_svg(across(letter)) if across(letter) else "",
        "words": WORDS[letter.language],
        "serif": SERIF,
        "sans": SANS,
    }
    return msgspec.json.encode(facts | more).decode()
