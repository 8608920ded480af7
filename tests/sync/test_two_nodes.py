"""Real nodes in processes of their own: they meet, converge, are unplugged, killed, and converge again."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pyrage
import pytest

from tests.nodes.fixtures import KPU_PALUTA, KPU_TAPSEL, POLRES
from tests.promises.figures import print_figure
from tests.sync.nodes import PATIENCE, Node, NodeError, agree, meet, same_logs, until

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


def test_a_node_restored_from_an_old_backup_heals_before_it_signs_and_without_the_guard_it_forks(
    nodes, tmp_path, monkeypatch
):
    """P13: a second history is impossible with the guard, and comes about at once without it."""
    monkeypatch.setenv("TEST_ALONE_SECONDS", "0")
    kpu, polres = nodes(KPU_TAPSEL, POLRES)
    meet(kpu, polres)
    agreement = agree(kpu, polres)
    kpu.do("say", agreement=agreement, count=3, words="sebelum cadangan")
    identity = pyrage.x25519.Identity.generate()
    (tmp_path / "identity").write_text(str(identity))
    for what in ([], ["--keys"]):
        file = tmp_path / f"backup{''.join(what)}.age"
        sinergi(kpu.data, "backup", *what, "--recipient", str(identity.to_public()), str(file))
    kpu.do("say", agreement=agreement, count=300, first=3, words="sesudah cadangan")
    until(lambda: same_logs(agreement, (kpu, polres)), PATIENCE, "the partner holds all of it")
    polres.unplug()
    kpu.kill()
    put_back(kpu, tmp_path)
    kpu.plug_in()
    with pytest.raises(NodeError, match="memastikan pada mitra"):
        kpu.do("say", agreement=agreement, count=1, first=3)
    assert own_size(kpu, agreement) == 4, "it serves what it has"
    polres.plug_in()
    seconds = until(lambda: signs(kpu, agreement, 303), PATIENCE, "healed and signing")
    until(lambda: same_logs(agreement, (kpu, polres)), PATIENCE, "one history at both")
    assert own_size(kpu, agreement) == 305
    assert kpu.do("tables") == polres.do("tables") and kpu.do("rebuild") == []
    assert all(not log["frozen"] for log in polres.do("standing")[0]["logs"])

    damage(kpu.data, agreement)
    sinergi(kpu.data, "fsck", "--repair")
    sinergi(kpu.data, "fsck")
    assert kpu.do("tables") == polres.do("tables")

    polres.unplug()
    kpu.unplug()
    put_back(kpu, tmp_path)
    monkeypatch.setenv("TEST_UNGUARDED", "1")
    kpu.plug_in()
    kpu.do("say", agreement=agreement, count=1, first=400)
    polres.plug_in()
    until(
        lambda: any(log["frozen"] for log in [*polres.do("standing")[0]["logs"], *kpu.do("standing")[0]["logs"]]),
        PATIENCE,
        "the control forked",
    )
    print_figure(
        "P13",
        f"0 second histories; 300 lost facts back and signing {seconds:.1f} s after the partner answered",
        "a node restored from an old back-up, taken while it served; the control without the guard forked",
    )


def put_back(node: Node, files: Path) -> None:
    """The node as it was backed up, in the place of what is there; back-up and keys are two files."""
    shutil.rmtree(node.data)
    given = ["--identity", files / "identity", "--keys", files / "backup--keys.age", files / "backup.age"]
    sinergi(node.data, "restore", *map(str, given))


def damage(data: Path, agreement: str) -> None:
    """Flip a bit in an entry, a body and a tree hash of both logs, while the node runs."""
    with contextlib.closing(sqlite3.connect(data / "node.sqlite3", timeout=30)) as database, database:
        logs = "(SELECT id FROM ledger_log WHERE agreement = ?)"
        for table, column, which in (
            ("ledger_entry", "data", f"seq = 2 AND log_id IN {logs}"),
            ("ledger_body", "data", f"entry_id IN (SELECT id FROM ledger_entry WHERE seq = 3 AND log_id IN {logs})"),
            ("ledger_node", "hash", f"level = 1 AND log_id IN {logs}"),
        ):
            found = database.execute(f"SELECT rowid, {column} FROM {table} WHERE {which}", [agreement]).fetchall()
            assert found, table
            for row, held in found:
                changed = held[:9] + bytes([held[9] ^ 1]) + held[10:]
                database.execute(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", [changed, row])


def sinergi(data: Path, *argv: str) -> None:
    command = Path(sys.executable).with_name("sinergi")
    subprocess.run([command, "--data", data, *argv], check=True, stdout=subprocess.DEVNULL)


def own_size(node: Node, agreement: str) -> int:
    return next(log["size"] for log in node.do("standing")[0]["logs"] if log["is_own"])


def signs(node: Node, agreement: str, number: int) -> bool:
    try:
        node.do("say", agreement=agreement, count=1, first=number)
    except NodeError as error:
        assert "memastikan pada mitra" in str(error)
        return False
    return True


def test_two_offices_without_a_line_exchange_by_stick_while_they_serve(nodes, tmp_path):
    kpu, polres = nodes(KPU_TAPSEL, POLRES)
    meet(kpu, polres)
    agreement = agree(kpu, polres)
    until(lambda: all_cosigned(agreement, (kpu, polres)), PATIENCE, "each holds the other's receipt")
    for node in (kpu, polres):
        node.do("cut_line")
    kpu.do("say", agreement=agreement, count=600, words="kotak suara")
    polres.do("say", agreement=agreement, count=300, words="regu")

    def verb(node: Node, *words: str) -> str:
        command = [str(Path(sys.executable).with_name("sinergi")), "--data", str(node.data), "sync", *words]
        return subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, text=True).stdout

    assert "600 catatan" in verb(kpu, "export", "--to", "polres-tapsel", "out.age")
    assert not same_logs(agreement, (kpu, polres))
    assert "600 catatan, 600 isi" in verb(polres, "import", "out.age")
    assert "300 catatan" in verb(polres, "export", "--to", "kpu-tapsel", "back.age")
    assert own_holdings(kpu)[0]["waiting"] == 600
    assert "tanda terima dari" in verb(kpu, "import", "out-tanda-terima.age")
    assert own_holdings(kpu)[0]["waiting"] == 0
    assert "300 catatan, 300 isi" in verb(kpu, "import", "back.age")
    assert same_logs(agreement, (kpu, polres))
    assert kpu.do("tables") == polres.do("tables") and kpu.do("rebuild") == []


def test_a_node_that_lost_its_keys_goes_on_with_new_ones_from_the_root(nodes, tmp_path):
    """The drill of docs/operations/keys.md."""
    kpu, polres = nodes(KPU_TAPSEL, POLRES)
    meet(kpu, polres)
    agreement = agree(kpu, polres)
    kpu.do("say", agreement=agreement, count=3, words="kotak suara")
    until(lambda: all_cosigned(agreement, (kpu, polres)), PATIENCE, "each holds the other's receipt")
    kpu.unplug()
    safe, keys = tmp_path / "safe", kpu.data / "keys"
    (keys / "root.key").rename(safe)
    before = [line.split()[1] for line in told(kpu, "keys", "list").splitlines() if line.startswith("event")]
    for file in keys.iterdir():
        file.unlink()
    assert "hilang" in told(kpu, "keys", "list")
    told(kpu, "keys", "rotate", "all", "--root", str(safe))
    # A lost key need not be a stolen one, but who can tell.
    told(kpu, "keys", "revoke", *before, "--reason", "lost", "--root", str(safe))
    kpu.plug_in()
    kpu.do("say", agreement=agreement, count=2, first=3, words="surat suara")
    polres.do("say", agreement=agreement, count=2, words="regu")
    until(lambda: same_logs(agreement, (kpu, polres)), PATIENCE, "the partner accepts what the new keys sign")
    assert kpu.do("tables") == polres.do("tables") and polres.do("rebuild") == kpu.do("rebuild") == []
    for node in (kpu, polres):
        assert "semua simpanan utuh" in told(node, "fsck")
    told(kpu, "evidence", "export", str(tmp_path / "proof"))
    done = subprocess.run(
        [sys.executable, "docs/protocol/verify.py", tmp_path / "proof"], capture_output=True, text=True
    )
    assert done.returncode == 0 and "NOT VALID" not in done.stdout, done.stderr


def told(node: Node, *words: str) -> str:
    """What a verb of `sinergi` says over a node's data, with the few features that these nodes have."""
    command = [str(Path(sys.executable).with_name("sinergi")), "--data", str(node.data), *words]
    few = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.sync.settings"}
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=few)
    assert done.returncode == 0, done.stderr
    return done.stdout
