"""Real nodes in processes of their own: they meet, converge, are unplugged, killed, and converge again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.nodes.fixtures import KPU_TAPSEL, POLRES
from tests.sync.nodes import Node, agree, meet, same_logs, until

pytestmark = pytest.mark.slow


@pytest.fixture
def nodes(tmp_path: Path) -> Iterator[Callable[..., list[Node]]]:
    """Start fresh nodes: `kpu, polres = nodes(KPU_TAPSEL, POLRES)`."""
    started: list[Node] = []

    def start(*whose: dict[str, str]) -> list[Node]:
        for who in whose:
            node = Node(tmp_path / who["code"], who)
            started.append(node)
            node.plug_in()
            node.found()
        return started

    yield start
    for node in started:
        node.kill()


def test_two_nodes_meet_and_hold_the_same(nodes):
    kpu, polres = nodes(KPU_TAPSEL, POLRES)
    meet(kpu, polres)
    agreement = agree(kpu, polres)
    kpu.do("say", agreement=agreement, count=3, words="butuh pengawalan")
    polres.do("say", agreement=agreement, count=2, words="siap")
    took = until(lambda: same_logs(agreement, (kpu, polres)), 10, "same logs")
    print(f"five facts at both nodes after {took:.2f} s")
    until(lambda: all_cosigned(agreement, (kpu, polres)), 10, "each holds the other's receipt")
    assert kpu.do("tables") == polres.do("tables")
    assert kpu.do("rebuild") == polres.do("rebuild") == []


def all_cosigned(agreement: str, nodes: tuple[Node, ...]) -> bool:
    """Whether every node holds every other party's cosignature over the whole of every log but that party's own."""
    for node in nodes:
        for size, _, _, _, marks in node.do("logs", agreement=agreement).values():
            if sum(1 for marked in marks.values() if marked == size) < len(nodes) - 1:
                return False
    return True
