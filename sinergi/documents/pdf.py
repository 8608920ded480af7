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
from sinergi.documents.qr import qr_svg
from sinergi.documents.text import ready
from sinergi.kernel.errors import Refused

TEMPLATE = Path(__file__).with_name("letter.typ").read_bytes()
STANDARDS: list[Any] = ["a-2a", "ua-1"]
_PAGE = re.compile(rb"/Type\s*/Page\b")


def letter_pdf(letter: Letter) -> bytes:
    """The letter as a PDF file. Raises Refused where `text.ready` does, or when the emblem is no picture."""
    letter = ready(letter)
    try:
        return printed(TEMPLATE, _as_data(letter), at=letter.issued_at)
    except typst.TypstError as problem:
        if letter.letterhead.emblem and "image" in str(problem):
            raise Refused("Berkas lambang tidak dapat dibaca.", code="SRT-06", field="emblem") from problem
        raise


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


def _as_data(letter: Letter) -> str:
    """Everything the template prints, as JSON; it adds no word of its own."""
    emblem = letter.letterhead.emblem
    letterhead = {
        "agency": letter.letterhead.agency,
        "address": letter.letterhead.address,
        "emblem": list(emblem),
    }
    facts = {field: getattr(letter, field) for field in letter.__struct_fields__}
    facts |= {
        "letterhead": letterhead,
        "issued_at": None,
        "reference": reference_lines(letter),
        "items": [(letter_of(at), item.label, item.value) for at, item in enumerate(letter.items)],
        "footer": footer_lines(letter),
        "qr": qr_svg(letter.check.url) if letter.check else "",
        "watermark": outline_svg(across(letter)) if across(letter) else "",
        "words": WORDS[letter.language],
        "serif": SERIF,
        "sans": SANS,
    }
    return msgspec.json.encode(facts).decode()
