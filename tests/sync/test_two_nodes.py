"""Real nodes in processes of their own: they meet, converge, are unplugged, killed, and converge again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.nodes.fixtures import KPU_PALUTA, KPU_TAPSEL, POLRES
from tests.sync.nodes import PATIENCE, Node, agree, meet, same_logs, until

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
    took = until(lambda: same_logs(agreement, (kpu, polres)), PATIENCE, "same logs")
    print(f"five facts at both nodes after {took:.2f} s")
    until(lambda: all_cosigned(agreement, (kpu, polres)), PATIENCE, "each holds the other's receipt")
    assert kpu.do("tables") == polres.do("tables")
    assert kpu.do("rebuild") == polres.do("rebuild") == []


def test_unplugged_for_long_both_work_on_and_nothing_is_lost(nodes):
    kpu, polres = nodes(KPU_TAPSEL, POLRES)
    meet(kpu, polres)
    agreement = agree(kpu, polres)
    took = polres.unplug()
    kpu.do("say", agreement=agreement, count=600, words="kotak suara")
    until(lambda: kpu.do("peers")[0]["failures"] > 0, PATIENCE, "the break is noticed")
    holding = own_holdings(kpu)[0]
    assert (holding["facts"], holding["waiting"]) == (1, 600)
    assert holding["since"] and holding["why"].startswith("Belum terkirim:")
    kpu.unplug()
    polres.plug_in()
    polres.do("say", agreement=agreement, count=700, words="regu")
    kpu.plug_in()
    seconds = until(lambda: same_logs(agreement, (kpu, polres)), PATIENCE, "converged")
    until(lambda: all_cosigned(agreement, (kpu, polres)), PATIENCE, "receipts")
    print(f"1300 facts converged {seconds:.1f} s after plugging in; stopping took {took:.1f} s")
    assert kpu.do("tables") == polres.do("tables")
    assert sum(row[0] for row in kpu.do("logs", agreement=agreement).values()) == 1 + 600 + 1 + 700
    assert own_holdings(kpu)[0]["waiting"] == 0
    assert kpu.do("rebuild") == []


def test_killed_in_the_middle_of_a_pull_goes_on_where_it_was(nodes):
    kpu, polres = nodes(KPU_TAPSEL, POLRES)
    meet(kpu, polres)
    agreement = agree(kpu, polres)
    polres.unplug()
    kpu.do("say", agreement=agreement, count=1500, words="logistik")
    source = next(origin for origin, row in kpu.do("logs", agreement=agreement).items() if row[0] > 1000)
    cut_short = 0
    for entries in (1, 300, 700, 1100):
        polres.plug_in()
        until(lambda entries=entries: polres.do("logs")[source][0] > entries, PATIENCE, "some have come")
        polres.kill()
        polres.plug_in()
        held = polres.do("logs")[source]
        cut_short += 1 < held[0] < 1501
        polres.kill()
    assert cut_short, "no kill fell into a pull: make the log longer"
    polres.plug_in()
    until(lambda: same_logs(agreement, (kpu, polres)), PATIENCE, "converged")
    assert kpu.do("tables") == polres.do("tables")
    assert polres.do("rebuild") == []


def test_three_parties_hold_the_same_also_when_two_of_them_never_reach_each_other(nodes):
    kpu, polres, other = nodes(KPU_TAPSEL, POLRES, KPU_PALUTA)
    meet(kpu, polres)
    meet(kpu, other)
    meet(polres, other)
    agreement = agree(kpu, polres, other)
    for one, two in ((polres, other), (other, polres)):
        one.do("pause", agency=two.id, paused=True)
    polres.do("say", agreement=agreement, count=5, words="regu")
    other.do("say", agreement=agreement, count=7, words="kotak")
    until(lambda: same_logs(agreement, (kpu, polres, other)), PATIENCE, "relayed through the third")
    assert kpu.do("tables") == polres.do("tables") == other.do("tables")


def own_holdings(node: Node) -> list[dict]:
    """What every other party holds of this node's own log of its one agreement."""
    return next(log["holdings"] for log in node.do("standing")[0]["logs"] if log["is_own"])


def all_cosigned(agreement: str, nodes: tuple[Node, ...]) -> bool:
    """Whether every node holds every other party's cosignature over the whole of every log but that party's own."""
    for node in nodes:
        for size, _, _, _, marks in node.do("logs", agreement=agreement).values():
            if sum(1 for marked in marks.values() if marked == size) < len(nodes) - 1:
                return False
    return True
