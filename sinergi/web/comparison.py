"""Two texts in two columns: what is, and what would be, with the words that go and come marked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import SequenceMatcher
from typing import Literal

import msgspec

_WORDS = re.compile(r"\s+|\S+")
# Longer texts are shown whole: finding the changed words costs the square of their number.
_MOST_WORDS = 4_000


class Part(msgspec.Struct, frozen=True):
    """Some words: in both columns, or only in the one they stand in."""

    kind: Literal["same", "changed"]
    words: str


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the comparison; a side without parts has nothing there."""

    label: str
    was: tuple[Part, ...]
    will: tuple[Part, ...]


def compared(before: Mapping[str, str], after: Mapping[str, str]) -> list[Compared]:
    """What differs, label by label: in the order of `after`, then what is only in `before`. Empty: nothing there."""
    labels = [*after, *(label for label in before if label not in after)]
    return [
        _line(label, before.get(label, ""), after.get(label, ""))
        for label in labels
        if before.get(label, "") != after.get(label, "")
    ]


def _line(label: str, was: str, will: str) -> Compared:
    old, new = _WORDS.findall(was), _WORDS.findall(will)
    if not old or not new or len(old) + len(new) > _MOST_WORDS:
        return Compared(label=label, was=_whole(was), will=_whole(will))
    left: list[Part] = []
    right: list[Part] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        kind: Literal["same", "changed"] = "same" if tag == "equal" else "changed"
        left += [Part(kind, "".join(old[i1:i2]))] if i2 > i1 else []
        right += [Part(kind, "".join(new[j1:j2]))] if j2 > j1 else []
    return Compared(label=label, was=tuple(left), will=tuple(right))


def _whole(words: str) -> tuple[Part, ...]:
    return (Part("same", words),) if words else ()
