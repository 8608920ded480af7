"""The text of an agreement with the signatures under it, as PDF; pure, the same bytes every time."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import msgspec

from sinergi.documents.fonts import SANS, SERIF, outline_svg
from sinergi.documents.letter import WORDS
from sinergi.documents.pdf import printed
from sinergi.documents.text import clean

TEMPLATE = Path(__file__).with_name("manuscript.typ").read_bytes()


class Manuscript(msgspec.Struct, frozen=True, kw_only=True):
    """An agreement ready to print: Indonesian, as it was signed.

    `articles`: heading and paragraphs; `signatures`: the lines of each box, the office first. `fingerprint` is the
    digest that was signed and stands at the foot of every page. `at` (with a zone) is the time of the last signature.
    `note` stands below the numbers and at every foot: that this is a draft still.
    """

    title: str
    parties: tuple[str, ...]
    numbers: tuple[str, ...]
    opening: tuple[str, ...]
    articles: tuple[tuple[str, tuple[str, ...]], ...]
    signatures: tuple[tuple[str, ...], ...]
    fingerprint: str
    at: datetime
    note: str = ""
    exercise: bool = False


def manuscript_pdf(text: Manuscript) -> bytes:
    """The agreement as a PDF file. Raises Refused where `text.clean` does."""
    words = WORDS["id"]
    first = " ".join(part for part in (words.not_real if text.exercise else "", clean(text.note)) if part)
    foot = (first, f"{words.fingerprint} {text.fingerprint}")
    told = {
        "title": clean(text.title),
        "parties": [clean(each) for each in text.parties],
        "numbers": [clean(each) for each in text.numbers],
        "opening": [clean(each) for each in text.opening],
        "articles": [(clean(heading), [clean(each) for each in body]) for heading, body in text.articles],
        "signatures": [[clean(each) for each in lines] for lines in text.signatures],
        "note": clean(text.note),
        "signed_title": "Ditandatangani secara elektronik",
        "exercise": text.exercise,
        "footer": [line for line in foot if line],
        "watermark": outline_svg(words.exercise),
        "words": words,
        "serif": SERIF,
        "sans": SANS,
    }
    return printed(TEMPLATE, msgspec.json.encode(told).decode(), at=text.at)
