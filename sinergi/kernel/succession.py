"""Which of several proposals holds, where each was made from the one before it and parties may have been apart."""

from __future__ import annotations

from collections.abc import Iterable


def holding(agreed: Iterable[tuple[str, str]], *, start: str = "") -> tuple[list[str], list[str]]:
    """The proposals that came to hold, in order, and those that lost to the last of them. Pure.

    `agreed`: key of each proposal that every party stands behind, and the key of what it was made from. From `start`
    on, of those made from what holds the one with the smallest key follows: every node chooses the same. Two can only
    be agreed to at once when nodes were apart; people are told, and agree on a new one.
    """
    made_from: dict[str, list[str]] = {}
    for key, origin in agreed:
        made_from.setdefault(origin, []).append(key)
    chain: list[str] = []
    lost: list[str] = []
    held = start
    while following := sorted(set(made_from.pop(held, []))):
        held, lost = following[0], following[1:]
        chain.append(held)
    return chain, lost
