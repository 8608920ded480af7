"""Answers kept for the length of one reading: menu, inbox and panels of one page ask the same questions.

Only what writes nothing is wrapped in `reading()`, so nothing kept can be out of date; elsewhere each question is asked
anew.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")
K = TypeVar("K", bound=Hashable)

_kept: ContextVar[dict[Hashable, Any] | None] = ContextVar("kept", default=None)


@contextmanager
def reading() -> Iterator[None]:
    """While this is open, a function marked `once` is asked once for the same arguments.

    One inside another is the same reading.
    """
    if _kept.get() is not None:
        yield
        return
    token = _kept.set({})
    try:
        yield
    finally:
        _kept.reset(token)


@contextmanager
def afresh() -> Iterator[None]:
    """While this is open every question is asked anew, whatever the reading around it keeps."""
    token = _kept.set({})
    try:
        yield
    finally:
        _kept.reset(token)


def once(question: Callable[P, T]) -> Callable[P, T]:
    """Keep what `question` answers while `reading`. Its arguments are hashable; nobody changes what it answers."""

    @wraps(question)
    def asked(*args: P.args, **named: P.kwargs) -> T:
        kept = _kept.get()
        if kept is None:
            return question(*args, **named)
        key = (question, args, tuple(sorted(named.items())))
        if key not in kept:
            kept[key] = question(*args, **named)
        return kept[key]  # type: ignore[no-any-return]

    return asked


def once_each(question: Callable[[list[K]], dict[K, T]]) -> Callable[[Iterable[K]], dict[K, T]]:
    """Keep for each key what `question` answers while `reading`; it is asked only for keys that nobody asked for yet.

    So what is asked of many beforehand costs nothing when it is asked of each of them later. `question` answers every
    key; nobody changes what it answers.
    """

    @wraps(question)
    def asked(keys: Iterable[K]) -> dict[K, T]:
        wanted = list(dict.fromkeys(keys))
        kept = _kept.get()
        if kept is None:
            return question(wanted) if wanted else {}
        known: dict[K, T] = kept.setdefault((question, "each"), {})
        missing = [key for key in wanted if key not in known]
        if missing:
            known |= question(missing)
        return {key: known[key] for key in wanted}

    return asked
