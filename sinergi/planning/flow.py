"""Cheapest flow through a network: primal network simplex on a strongly feasible tree, with the prices that prove it.

Own code because the bound needs the prices of the nodes, which the flow solvers at hand do not give (docs/adr).
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from sinergi.planning.compiled import compiled
from sinergi.planning.model import Integers

# Arcs are looked at in an order of large strides (a number that shares no divisor with theirs), so that each look at a
# block sees the whole network: half the time of the order in which they were made.
_STRIDE = 2_654_435_761


def cheapest_of_all(
    tail: Integers,
    head: Integers,
    room: Integers,
    cost: Integers,
    tree: Integers,
    flow: Integers,
    root: int,
    tried: npt.NDArray[np.bool_],
) -> Integers:
    """As `cheapest_flow`, looking first at the arcs that are `tried` only, then at those that would gain by its prices.

    Ends when no arc at all would gain, so the flow is the cheapest of the whole network, not of a thinned one. Arcs of
    the tree and arcs with flow must be tried; `tried` grows in place.
    """
    while True:
        some = _mixed(np.flatnonzero(tried))
        place = np.full(len(tail), -1, np.int64)
        place[some] = np.arange(len(some))
        joined, carried = tree.copy(), flow[some]
        inner = tree >= 0
        joined[inner] = place[tree[inner]]
        price: Integers = cheapest_flow(tail[some], head[some], room[some], cost[some], joined, carried, root)
        flow[some] = carried
        tree[inner] = some[joined[inner]]
        # In place: with hundreds of thousands of arcs each array more takes a millisecond.
        reduced = price[head]
        reduced -= price[tail]
        reduced += cost
        gains = reduced < 0
        gains &= ~tried
        if not gains.any():
            return price
        tried |= gains


def _mixed(arcs: Integers) -> Integers:
    count = len(arcs)
    if count < 2:
        return arcs
    stride = _STRIDE
    while math.gcd(stride, count) > 1:
        stride += 2
    mixed: Integers = arcs[np.arange(count) * (stride % count) % count]
    return mixed


@compiled
def cheapest_flow(
    tail: Integers, head: Integers, room: Integers, cost: Integers, tree: Integers, flow: Integers, root: int
) -> Integers:
    """Make `flow` the cheapest with the same balance at every node; the price of every node, zero at `root`.

    `tree[v]` is the arc that joins node v with its parent in a spanning tree, every arc outside it at zero or full, and
    every tree arc able to carry one more unit towards the root. Whole numbers throughout: cost × longest path must fit
    into 63 bits.
    """
    nodes, arcs = len(tree), len(tail)
    parent = np.full(nodes, -1, np.int64)
    depth = np.zeros(nodes, np.int64)
    price = np.zeros(nodes, np.int64)
    # Children as linked lists, so that a subtree can be walked when it moves.
    child = np.full(nodes, -1, np.int64)
    after = np.full(nodes, -1, np.int64)
    before = np.full(nodes, -1, np.int64)
    for v in range(nodes):
        if v != root:
            a = tree[v]
            parent[v] = head[a] if tail[a] == v else tail[a]
            _adopt(parent[v], v, child, after, before)
    stack = np.empty(nodes, np.int64)
    _settle(root, root, tail, cost, tree, parent, depth, price, child, after, stack)
    block = max(50, int(arcs**0.5))
    next_arc = 0
    while True:
        # The most violated arc of the first block that has one.
        entering, worst, looked = -1, 0, 0
        while looked < arcs:
            for _ in range(min(block, arcs - looked)):
                a = next_arc
                next_arc = next_arc + 1 if next_arc + 1 < arcs else 0
                reduced = cost[a] - price[tail[a]] + price[head[a]]
                if flow[a] == 0:
                    if room[a] > 0 and reduced < worst:
                        worst, entering = reduced, a
                elif flow[a] == room[a] and -reduced < worst and tree[tail[a]] != a and tree[head[a]] != a:
                    worst, entering = -reduced, a
            looked += block
            if entering >= 0:
                break
        if entering < 0:
            return price
        # Flow goes round the cycle in the direction of the entering arc: from `low`'s side up to the join and down.
        forward = flow[entering] == 0
        low = tail[entering] if forward else head[entering]
        high = head[entering] if forward else tail[entering]
        u, v = low, high
        while u != v:
            if depth[u] >= depth[v]:
                u = parent[u]
            else:
                v = parent[v]
        join = u
        most, leaving, on_low = room[entering], -1, False
        u = low
        while u != join:
            # Flow runs from the parent down to u here.
            a = tree[u]
            left = room[a] - flow[a] if head[a] == u else flow[a]
            if left < most:
                most, leaving, on_low = left, u, True
            u = parent[u]
        u = high
        while u != join:
            a = tree[u]
            left = room[a] - flow[a] if tail[a] == u else flow[a]
            # Of equals the last one on the way from the join keeps the tree strongly feasible.
            if left <= most:
                most, leaving, on_low = left, u, False
            u = parent[u]
        if most > 0:
            flow[entering] += most if forward else -most
            u = low
            while u != join:
                a = tree[u]
                flow[a] += most if head[a] == u else -most
                u = parent[u]
            u = high
            while u != join:
                a = tree[u]
                flow[a] += most if tail[a] == u else -most
                u = parent[u]
        if leaving < 0:
            continue
        # Hang the cut subtree on the entering arc: reverse the way from its end up to the leaving arc.
        node, above, arc = (low, high, entering) if on_low else (high, low, entering)
        while True:
            old_parent, old_arc = parent[node], tree[node]
            _leave(old_parent, node, child, after, before)
            parent[node], tree[node] = above, arc
            _adopt(above, node, child, after, before)
            if node == leaving:
                break
            above, arc, node = node, old_arc, old_parent
        top = low if on_low else high
        _settle(top, root, tail, cost, tree, parent, depth, price, child, after, stack)


@compiled
def _adopt(above: int, node: int, child: Integers, after: Integers, before: Integers) -> None:
    after[node], before[node] = child[above], -1
    if child[above] >= 0:
        before[child[above]] = node
    child[above] = node


@compiled
def _leave(above: int, node: int, child: Integers, after: Integers, before: Integers) -> None:
    if before[node] >= 0:
        after[before[node]] = after[node]
    else:
        child[above] = after[node]
    if after[node] >= 0:
        before[after[node]] = before[node]


@compiled
def _settle(
    top: int,
    root: int,
    tail: Integers,
    cost: Integers,
    tree: Integers,
    parent: Integers,
    depth: Integers,
    price: Integers,
    child: Integers,
    after: Integers,
    stack: Integers,
) -> None:
    """Depths and prices of the subtree under `top`, from its parent's."""
    stack[0] = top
    held = 1
    while held > 0:
        held -= 1
        v = stack[held]
        if v != root:
            a = tree[v]
            # A tree arc costs nothing at these prices: cost − price(tail) + price(head) = 0.
            price[v] = price[parent[v]] + (cost[a] if tail[a] == v else -cost[a])
            depth[v] = depth[parent[v]] + 1
        c = child[v]
        while c >= 0:
            stack[held] = c
            held += 1
            c = after[c]
