"""What an order of the police is on paper: the parts of a surat perintah or surat tugas, and of a security plan."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from sinergi.documents.letter import Annex, Check, Item, Letterhead, Paper, Signature
from sinergi.documents.numbers import ROMAN


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One named part: *Dasar*, *Kepada*, *Untuk*; in a chapter a numbered point. Several lines are counted.

    `items` are labelled lines without letters, before the lines: name, rank and unit of whom the order is for.
    """

    label: str
    lines: tuple[str, ...] = ()
    items: tuple[Item, ...] = ()


class Chapter(msgspec.Struct, frozen=True, kw_only=True):
    """A chapter of a security plan.

    Its Roman number (there are at most twelve) is ours; the points are counted through all chapters.
    """

    title: str
    points: tuple[Part, ...]


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """One order or plan of the police, every word ready to print, in Indonesian.

    `title` is its kind (SURAT PERINTAH), `about` the lines below it. `grounds` come before the word `command`
    (DIPERINTAHKAN), `orders` after it; a plan has `chapters` in their place. `place` and `day` are where and when it is
    issued. `annex_head` stands at the right above each annex. The rest is as in `Letter`.
    """

    letterhead: Letterhead
    title: str
    number: str
    place: str
    day: str
    signature: Signature
    issued_at: datetime
    about: tuple[str, ...] = ()
    classification: str = ""
    grounds: tuple[Part, ...] = ()
    command: str = ""
    orders: tuple[Part, ...] = ()
    chapters: tuple[Chapter, ...] = ()
    closing: str = ""
    copies: tuple[str, ...] = ()
    annexes: tuple[Annex, ...] = ()
    annex_head: tuple[str, ...] = ()
    check: Check | None = None
    evidence: str = ""
    fingerprint: str = ""
    exercise: bool = False
    draft: bool = False
    paper: Paper = "A4"
    language: Literal["id"] = "id"


ISSUED_AT = "Dikeluarkan di"
ISSUED_ON = "pada tanggal"


def counted_points(order: Order) -> list[tuple[str, str, list[tuple[int, Part]]]]:
    """The chapters with their Roman numbers, and their points with numbers that go on through all chapters."""
    found, last = [], 0
    for place, chapter in enumerate(order.chapters, 1):
        points = list(enumerate(chapter.points, last + 1))
        last += len(points)
        found.append((ROMAN[place - 1], chapter.title, points))
    return found
