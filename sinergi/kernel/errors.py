"""What is said to people when something may not be done."""

from __future__ import annotations

from collections.abc import Mapping


class Refused(Exception):
    """A person asked for something that may not happen; the message is one sentence they can act on.

    `code` is stable and short, shown in brackets behind the sentence so that support can find the rule.
    `field` names the form field it belongs to, if it belongs to one. A sentence that holds numbers or names is given as
    a pattern with named places and its `words` apart, so that the edge can translate the pattern.
    """

    def __init__(
        self, sentence: str, *, code: str = "", field: str = "", words: Mapping[str, str | int] | None = None
    ) -> None:
        self.pattern = sentence
        self.words = dict(words or {})
        self.sentence = sentence % self.words if self.words else sentence
        super().__init__(self.sentence)
        self.code = code
        self.field = field


class Broken(Exception):
    """A promise does not hold: bytes that do not verify, a store that contradicts itself. Logged, never shown raw."""


def in_brackets(code: str) -> str:
    """How a code stands behind its sentence: `[PAM-35]`; nothing for one that is not in capitals, for programs."""
    return f"[{code}]" if code.isupper() else ""
