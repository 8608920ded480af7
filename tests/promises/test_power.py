"""P3: a power cut takes what was not flushed, and nothing that was acknowledged."""

from __future__ import annotations

import random
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.promises.figures import print_figure
from tests.promises.mounted import Mounted
from tests.promises.running import Office, Posting, seed
from tests.server.conftest import SINERGI

pytestmark = pytest.mark.slow

CUTS = 8


@pytest.fixture
def disk(office: Office, made: Path) -> Iterator[Mounted]:
    """The office's folder on a disk that forgets, holding the office as it was made."""
    mounted = Mounted(office.data, made)
    yield mounted
    if office.pid:
        office.kill()
    mounted.close()


def cut_while_posting(office: Office, disk: Mounted, chance: random.Random, *, some: bool) -> int:
    """Let programs post, cut the power at a random moment, and look; how many flushes there were."""
    posting = Posting(office, chance)
    posting.wait_for(chance.randint(3, 25))
    office.kill()
    posting.stop()
    return disk.cut(chance.getrandbits(32), some=some)


def test_a_power_cut_loses_nothing_acknowledged(office: Office, disk: Mounted) -> None:
    number = seed()
    chance = random.Random(number)
    flushes = 0
    for count in range(CUTS):
        office.start()
        for id in office.told.unanswered:
            assert office.post(id, office.told.sent[id]) is not None
        flushes = cut_while_posting(office, disk, chance, some=count % 2 == 1)
        assert office.stored() == []
    office.whole()
    assert flushes > CUTS, "the node flushed nothing, or the file system did not see it"
    print_figure(
        "P3",
        f"0 of {len(office.told.receipts)} lost in {CUTS} power cuts",
        f"on a file system that forgets unflushed writes and names, every second time only some of them; {flushes} "
        f"flushes; seed {number}",
    )


def test_the_power_test_sees_a_node_that_flushes_now_and_then(office: Office, disk: Mounted) -> None:
    office.start("flushes_now_and_then")
    cut_while_posting(office, disk, random.Random(seed()), some=False)
    acknowledged = len(office.told.receipts)
    lost = [sentence for sentence in office.stored() if "acknowledged" in sentence]
    assert lost, "synchronous=NORMAL lost nothing: the test is blind"
    print_figure("P3", f"{len(lost)} of {acknowledged} lost", "the control with synchronous=NORMAL must lose")


def test_a_new_node_survives_a_power_cut_right_after_it_was_made(tmp_path: Path) -> None:
    empty, mount = tmp_path / "empty", tmp_path / "mount"
    empty.mkdir()
    mount.mkdir()
    disk = Mounted(mount, empty)
    data = mount / "offices" / "node"
    try:
        said = sinergi(data, "init", *FOUNDING, "--url", "http://127.0.0.1:9")
        disk.cut(1, some=False)
        # The keys are read, the agency is known and its log holds.
        assert sinergi(data, "fsck") == "semua simpanan utuh\n"
        assert sinergi(data, "invite", "--for", "Polres", "--quiet", str(tmp_path / "letter")).endswith(
            said.splitlines()[1].removeprefix("sidik jari: ") + "\n"
        )
    finally:
        disk.close()


FOUNDING = ["--code", "kpu-tapsel", "--name", "KPU Tapanuli Selatan", "--kind", "kpu", "--region", "1203"]


def sinergi(data: Path, *argv: str) -> str:
    """What a verb says that does what was asked."""
    done = subprocess.run([SINERGI, "--data", str(data), *argv], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout
