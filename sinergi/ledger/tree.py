"""The stored tree of one log: subtree hashes from the tables, and growing it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from sinergi.ledger import merkle, rows
from sinergi.ledger.models import Log

WIDTH = 32
Made = TypeVar("Made")


def prove(log: Log, make: Callable[[merkle.Subtree], Made]) -> Made:
    """What `make` computes from the hashes of this log's stored tree, all read at once.

    `make` is called twice: which hashes it needs depends on sizes alone, so the first time only notes them.
    """
    wanted: set[tuple[int, int]] = set()

    def note(level: int, index: int) -> bytes:
        wanted.add((level, index))
        return merkle.EMPTY_ROOT

    make(note)
    held = rows.subtrees(log, wanted)
    return make(lambda level, index: held[level, index])


def frontier_of(log: Log) -> merkle.Frontier:
    """The right edge of this log, from its own row."""
    peaks = bytes(log.peaks)
    return merkle.Frontier(log.size, [peaks[at : at + WIDTH] for at in range(0, len(peaks), WIDTH)])


def set_frontier(log: Log, frontier: merkle.Frontier) -> None:
    """Write size, root and peaks into the log's row object (the caller saves)."""
    log.size = frontier.size
    log.root = frontier.root()
    log.peaks = b"".join(frontier.peaks)


def root_at(log: Log, size: int) -> bytes:
    """The root this log's tree had at an earlier size."""
    if size == log.size:
        return bytes(log.root)
    return prove(log, lambda subtree: merkle.root(size, subtree))
