"""Words as people type them, in the one form that is signed."""

from __future__ import annotations

import unicodedata


def line(words: str) -> str:
    """`words` on one line, in Unicode's composed form (NFC), without control characters."""
    composed = unicodedata.normalize("NFC", words)
    return " ".join("".join(letter if letter.isprintable() else " " for letter in composed).split())


def paragraphs(words: str) -> str:
    """`words` with their line breaks, each line as `line` makes it, without empty lines around them."""
    return "\n".join(line(each) for each in words.replace("\r\n", "\n").split("\n")).strip()


def spaced(letters: str) -> str:
    """A fingerprint in groups of four, so that two people can read it to each other."""
    return " ".join(letters[place : place + 4] for place in range(0, len(letters), 4))
