"""How few posts do where none may be farther than a radius from its stations: a start, and what proves its number."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from sinergi.planning.clusters import (
    BEYOND,
    NEIGHBOURS,
    anneal,
    cost_of,
    nearest_first,
)
from sinergi.planning.model import Floats, Integers

# A smaller number of posts than the start's is tried for by the search itself, at most so often.
TRIES = 8
# In larger groups dropping posts one by one takes too long; the search is left to find a smaller number.
LARGEST_DROPPED = 300


def posts_needed(metres: Floats, most: int) -> tuple[int, list[list[int]]]:
    """A proven least number of posts, and what shows it: stations no two of which can share a post, part by part.

    Two stations that no anchor reaches both never share a post; a part of the group that no anchor connects with the
    rest needs its own posts: for its number of stations, and for every station of such a list.
    """
    near: npt.NDArray[np.bool_] = metres < BEYOND
    share = (near.astype(np.float32) @ near.astype(np.float32)) > 0
    total, shown = 0, []
    for part in parts(share):
        apart: list[int] = []
        inside = share[np.ix_(part, part)]
        free = np.ones(len(part), bool)
        while free.any():
            # Who shares with the fewest of those still free leaves most for the others.
            choice = int(np.where(free, (inside & free).sum(1), len(part) + 1).argmin())
            apart.append(int(part[choice]))
            free &= ~inside[choice]
        by_number = -(-len(part) // most)
        total += max(by_number, len(apart))
        shown.append(apart if len(apart) > by_number else [])
    return total, shown


def parts(share: npt.NDArray[np.bool_]) -> list[Integers]:
    """Stations connected by `share`, each part in rising order, parts by their first station."""
    left = np.ones(len(share), bool)
    found = []
    while left.any():
        part = np.zeros(len(share), bool)
        part[int(left.argmax())] = True
        while True:
            more = share[part].any(0) & left
            if (more == part).all():
                break
            part = more
        found.append(np.flatnonzero(part))
        left &= ~part
    return found


def first_cover(
    metres: Floats, most: int, at_least: int, *, seed: int, moves: int, over: Callable[[], bool]
) -> tuple[Integers, int]:
    """Clusters within the radius: each station's cluster, and how many; as few as found, never below `at_least`.

    Once `over` says so, what was found by then stays.
    """
    of, posts = _greedy(metres, most, over)
    if over():
        return of, posts
    nearest = nearest_first(metres, min(NEIGHBOURS, len(metres) - 1))
    for fewer in range(max(at_least, posts - TRIES), posts):
        if over():
            break
        # In the order of the stations along the curve, and then let the search remove what is too far.
        start = np.arange(len(metres)) * fewer // len(metres)
        trial = anneal(
            metres, nearest, start, fewer, most, moves * len(metres), 0.5 * BEYOND, 1.0, max(1, seed & 0xFFFFFFFF)
        )
        if cost_of(metres, trial, fewer)[0].max() < BEYOND:
            return trial, fewer
    return of, posts


def _greedy(metres: Floats, most: int, over: Callable[[], bool]) -> tuple[Integers, int]:
    """Again and again the post for the station that fewest can serve, where it serves most; then posts are dropped."""
    near: npt.NDArray[np.bool_] = metres < BEYOND
    free = np.ones(len(metres), bool)
    of = np.zeros(len(metres), np.int64)
    anchors: list[int] = []
    while free.any():
        hardest = int(np.where(free, (near & free).sum(1), len(metres) + 1).argmin())
        gain = np.minimum((near & free[:, None]).sum(0), most)
        # The anchor belongs to its own post, so it must still be free.
        can = near[hardest] & free
        anchor = int(np.where(can, gain, -1).argmax())
        order = np.lexsort((metres[:, anchor], np.where(free & near[:, anchor], near.sum(1), len(metres) + 1)))
        taken = [anchor, *([hardest] if hardest != anchor else [])]
        taken += [int(i) for i in order if free[i] and near[i, anchor] and i not in taken]
        of[taken[:most]] = len(anchors)
        free[taken[:most]] = False
        anchors.append(anchor)
    if len(metres) > LARGEST_DROPPED:
        return of, len(anchors)
    for anchor in sorted(anchors, key=lambda j: int(near[:, j].sum())):
        fewer = [one for one in anchors if one != anchor]
        if not fewer or len(fewer) * most < len(metres) or over():
            break
        fewer_of = _assigned(near, fewer, most)
        if fewer_of is not None:
            anchors = fewer
            of = fewer_of
    return of, len(anchors)


def _assigned(near: npt.NDArray[np.bool_], anchors: list[int], most: int) -> Integers | None:
    """Every station at an anchor within reach, at most `most` each, anchors at their own; None: impossible."""
    of = np.full(len(near), -1)
    of[anchors] = np.arange(len(anchors))
    held: list[list[int]] = [[anchor] for anchor in anchors]

    def place(station: int, seen: set[int]) -> bool:
        for c, anchor in enumerate(anchors):
            if c in seen or not near[station, anchor]:
                continue
            seen.add(c)
            if len(held[c]) < most:
                of[station] = c
                held[c].append(station)
                return True
            for other in held[c][1:]:
                if place(other, seen):
                    held[c].remove(other)
                    of[station] = c
                    held[c].append(station)
                    return True
        return False

    for station in np.flatnonzero(of < 0):
        if not place(int(station), set()):
            return None
    return of
