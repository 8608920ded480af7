"""The stored tree of one log: subtree hashes from the tables, and growing it."""

from __future__ import annotations

from functools import partial

from sinergi.ledger import merkle, rows
from sinergi.ledger.models import Log

WIDTH = 32


def subtree_of(log: Log) -> merkle.Subtree:
    """The `subtree` function of this log's stored tree."""

    return partial(rows.subtree, log)


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
    return merkle.root(size, subtree_of(log))
