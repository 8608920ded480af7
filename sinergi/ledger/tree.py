"""The stored tree of one log: subtree hashes from the tables, and growing it."""

from __future__ import annotations

from sinergi.ledger import merkle
from sinergi.ledger.models import Entry, Log, Node

WIDTH = 32


def subtree_of(log: Log) -> merkle.Subtree:
    """The `subtree` function of this log's stored tree."""

    def subtree(level: int, index: int) -> bytes:
        if level == 0:
            return bytes(Entry.objects.values_list("leaf", flat=True).get(log=log, seq=index))
        return bytes(Node.objects.values_list("hash", flat=True).get(log=log, level=level, index=index))

    return subtree


def frontier_of(log: Log) -> merkle.Frontier:
    """The right edge of this log, from its own row."""
    peaks = bytes(log.peaks)
    return merkle.Frontier(log.size, [peaks[at : at + WIDTH] for at in range(0, len(peaks), WIDTH)])


def set_frontier(log: Log, frontier: merkle.Frontier) -> None:
    """Write size, root and peaks into the log's row object (the caller saves)."""
    log.size = frontier.size
    log.root = frontier.root()
    log.peaks = b"".join(frontier.peaks)


def store_nodes(log: Log, nodes: list[tuple[int, int, bytes]]) -> None:
    """Insert completed subtrees above the leaves."""
    Node.objects.bulk_create(Node(log=log, level=level, index=index, hash=value) for level, index, value in nodes)


def root_at(log: Log, size: int) -> bytes:
    """The root this log's tree had at an earlier size."""
    if size == log.size:
        return bytes(log.root)
    return merkle.root(size, subtree_of(log))
