"""P1 and P2: a node that is killed loses nothing it acknowledged and keeps nothing half."""

from __future__ import annotations

import random
import signal
import time

import pytest

from tests.promises.figures import print_figure
from tests.promises.running import Office, Posting, ready, really_start, seed, traced
from tests.server.conftest import free_port

pytestmark = pytest.mark.slow

KILLS = 60
REAL_STARTS_EVERY = 15
POINTS = 20


def test_kill_9_at_random_points_loses_nothing_acknowledged(office: Office) -> None:
    number = seed()
    chance = random.Random(number)
    acknowledged = repeated = 0
    slowest = 0.0
    for count in range(KILLS):
        if count % 20 == 0:
            office.put_back()
        slowest = max(slowest, office.start())
        assert office.stored() == []
        repeated += ask_again(office)
        posting = Posting(office, chance)
        posting.wait_for(chance.randint(1, 12))
        time.sleep(chance.random() * 0.05)
        office.kill()
        posting.stop()
        assert office.stored() == []
        assert office.told.others == []
        if count % 10 == 9:
            office.whole()
        if count % REAL_STARTS_EVERY == 0:
            slowest = max(slowest, really_started(office))
        if count % 20 == 19:
            acknowledged += len(office.told.receipts)
    assert acknowledged > KILLS
    assert repeated > 0, "no kill fell between the delivery and its answer"
    assert slowest <= 5
    print_figure(
        "P1",
        f"0 of {acknowledged} lost in {KILLS} kills",
        f"kill -9 at random points: 0 half-applied, ready after at most {slowest:.1f} s, {repeated} deliveries "
        f"without an answer repeated once each; seed {number}",
    )


def test_the_kill_test_sees_a_node_that_acknowledges_before_it_commits(office: Office) -> None:
    assert losses(office, "acknowledges_before_commit", kills=6), "the control lost nothing: the test is blind"


def test_a_kill_at_each_flush_and_write_loses_nothing_acknowledged(office: Office) -> None:
    number = seed()
    chance = random.Random(number)
    # The first commits one by one, then some further on, where the first checkpoint of the WAL lies.
    flushes = [*range(1, 11), *sorted(chance.sample(range(11, 50), 4))]
    writes = sorted(chance.sample(range(1, 400), POINTS - len(flushes)))
    for count, point in enumerate([f"flush {n}" for n in flushes] + [f"write {n}" for n in writes]):
        office.start()
        ask_again(office)
        killed_at(office, chance, point)
        assert office.stored() == [], point
        if count % 10 == 9:
            office.whole()
    print_figure(
        "P2",
        f"0 of {len(office.told.receipts)} lost at {POINTS} points",
        f"killed on entering flush {flushes} or write {writes}: 0 half-applied, store whole; seed {number}",
    )


def test_the_flush_test_sees_a_node_that_acknowledges_before_it_commits(office: Office) -> None:
    # Before a flush everything is in the kernel already, so the write is where this fault shows; which of them falls
    # between an answer and its commit depends on how many a commit makes.
    def is_seen(write: int) -> bool:
        office.start("acknowledges_before_commit")
        killed_at(office, random.Random(1), f"write {write}")
        return any("acknowledged" in sentence for sentence in office.stored())

    assert any(is_seen(write) for write in range(20, 32)), "the control lost nothing: the test is blind"


def ask_again(office: Office) -> int:
    """Repeat what got no answer, and one that did: each has one receipt. How many had got none."""
    unanswered = office.told.unanswered
    for id in unanswered:
        assert office.post(id, office.told.sent[id]) is not None, office.told.others
    # The last of those repeated, or of those answered before the kill.
    for id in list(office.told.receipts)[-1:]:
        known = office.told.receipts[id]
        assert office.post(id, office.told.sent[id]) == known
    return len(unanswered)


def losses(office: Office, broken: str, kills: int) -> list[str]:
    """Kill a node whose guard was taken out, until something acknowledged is gone."""
    chance = random.Random(seed())
    for _ in range(kills):
        office.put_back()
        office.start(broken)
        posting = Posting(office, chance)
        posting.wait_for(5)
        office.kill()
        posting.stop()
        lost = [sentence for sentence in office.stored() if "acknowledged" in sentence]
        if lost:
            return lost
    return []


def really_started(office: Office) -> float:
    """Start by the command line, imports and all, look at health, kill; the seconds until it was ready."""
    port = free_port()
    process = really_start(office.data, port)
    try:
        return ready(f"http://127.0.0.1:{port}", process.pid)
    finally:
        process.kill()
        process.wait()


def killed_at(office: Office, chance: random.Random, point: str) -> None:
    """Let programs post until strace kills the node as its writer enters that `flush` or `write`."""
    what, count = point.split()
    calls = {"flush": "fdatasync,fsync", "write": "pwrite64"}[what]
    inject = f"inject={calls}:signal=KILL:when={count}"
    with traced(office.pid, calls, inject):
        posting = Posting(office, chance)
        try:
            assert office.ended() == -signal.SIGKILL
        finally:
            posting.stop()
