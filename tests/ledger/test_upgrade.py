"""A store of an older version: its tables are folded again once, wholly or not at all, and nothing else is touched."""

from __future__ import annotations

import contextlib
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from sinergi.features.obligations import models, template
from sinergi.features.obligations.models import ObligationList
from sinergi.ledger import catalog, rebuild, verbs
from sinergi.ledger.models import Entry, FoldedBy, FoldedTable, Log
from tests.ledger.test_query_counts import ask

ROOT = Path(__file__).parents[2]


@pytest.fixture
def older(agreement, secretary) -> str:
    """The store of a version that did not know obligations: the request's fact is there, its row of work is not."""
    key = ask(secretary, agreement)
    assert models.WorkRecord.objects.filter(key=key).exists()
    models.WorkRecord.objects.all().delete()
    FoldedBy.objects.all().delete()
    return key


def contents() -> dict[str, object]:
    return {table._meta.label: table.content() for table in FoldedTable.tables()}


def stored() -> list[object]:
    return [
        *Entry.objects.order_by("pk").values_list("data", "leaf", "state", "verdict", "has_body", "stored_at"),
        *Log.objects.order_by("pk").values_list("origin", "size", "folded", "root", "head", "checkpoint_note"),
    ]


def test_the_first_start_after_an_upgrade_folds_the_tables_again_once(older, caplog):
    before = stored()
    assert [found.table for found in rebuild.check()] == ["obligations.WorkRecord"]
    assert rebuild.after_upgrade() == Entry.objects.exclude(log__role="identity").count() > 0
    assert "folding" in caplog.text
    assert rebuild.check() == [] and models.WorkRecord.objects.filter(key=older).exists()
    assert stored() == before
    assert rebuild.outdated() == [] and rebuild.after_upgrade() == 0


def test_a_changed_way_of_folding_is_noticed_and_an_unchanged_one_is_not(older):
    rebuild.after_upgrade()
    FoldedBy.objects.filter(room="sinergi.features.obligations").update(version="0" * 64)
    assert rebuild.outdated() == ["sinergi.features.obligations"]
    FoldedBy.objects.create(room="sinergi.features.gone", version="1")
    assert rebuild.outdated() == ["sinergi.features.gone", "sinergi.features.obligations"]
    assert rebuild.after_upgrade() > 0 and rebuild.outdated() == []


def test_a_fold_that_breaks_in_the_middle_leaves_everything_as_it_was(older, monkeypatch):
    before, kept = contents(), stored()
    usual, told = catalog.fold, []

    def breaks(event, envelope, had):
        told.append(envelope.key)
        if len(told) == 3:
            raise KeyboardInterrupt
        usual(event, envelope, had)

    with monkeypatch.context() as patch:
        patch.setattr(catalog, "fold", breaks)
        with pytest.raises(KeyboardInterrupt):
            rebuild.after_upgrade()
    assert (contents(), stored(), FoldedBy.objects.count()) == (before, kept, 0)
    assert rebuild.after_upgrade() > 0 and rebuild.check() == []


def test_a_kind_that_was_unknown_is_folded_once_it_is_known(agreement, node, police, secretary, monkeypatch):
    from sinergi.features.obligations.events import ListText, ObligationsProposed

    items, titles = template.items_for(
        [{"number": 4, "title": "", "scope": "data"}], commission=node.id, police=police.id
    )
    known = dict(catalog._kinds)
    with monkeypatch.context() as patch:
        patch.setattr(catalog, "_kinds", {kind: known[kind] for kind in known if kind[0] != "obligations.proposed"})
        key = police.state(
            agreement,
            ObligationsProposed(items=items, counts_from=date(2024, 1, 8), text=ListText(titles=titles)),
        )
        assert Entry.objects.get(key=key).state == Entry.State.UNKNOWN
    FoldedBy.objects.all().delete()
    rebuild.after_upgrade()
    assert Entry.objects.get(key=key).state == Entry.State.FOLDED
    assert ObligationList.objects.get(key=key).titles == titles


def test_the_same_code_is_the_same_version_and_any_other_is_another(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(tmp_path))

    def version(name: str, text: str) -> str:
        (tmp_path / f"{name}.py").write_text(text)
        return rebuild._digest([name])

    plain = version("folding_one", "LIMIT = 3\n")
    assert version("folding_two", "LIMIT = 3\n") == plain
    assert version("folding_three", "LIMIT = 4\n") != plain


def test_a_check_before_the_first_start_says_what_to_do(older, monkeypatch):
    with pytest.raises(verbs.Refused, match="versi lain"):
        verbs.rebuild(["--check"], Path())
    monkeypatch.setenv("SINERGI_COPY", "1")
    rebuild.after_upgrade()
    assert verbs.rebuild(["--check"], Path()) == 0


@pytest.mark.slow
def test_a_node_killed_while_it_folds_again_does_it_at_the_next_start(tmp_path):
    """Two processes: one is killed inside the fold, the next ends it; the log is byte for byte what it was."""
    data = tmp_path / "node"
    subprocess.run([sys.executable, "-m", "tests.promises.furnish", str(data)], cwd=ROOT, check=True)
    with store(data) as found:
        before = found.execute("SELECT data, leaf FROM ledger_entry ORDER BY id").fetchall()
        people = found.execute("SELECT * FROM access_user ORDER BY id").fetchall()
        found.execute("DELETE FROM agreement_standing")
        found.execute("DELETE FROM ledger_foldedby")
    killed = subprocess.run([sys.executable, "-c", KILLED, str(data)], cwd=ROOT, check=False, timeout=60)
    assert killed.returncode == -signal.SIGKILL
    with store(data) as found:
        assert found.execute("SELECT count(*) FROM ledger_foldedby").fetchone() == (0,)
        assert found.execute("SELECT count(*) FROM ledger_entry WHERE state = 'waiting'").fetchone() == (0,)
    done = sinergi(data, "rebuild", "--check")
    assert done.returncode == 1 and "versi lain" in done.stderr
    # Any verb that writes opens the node as a start does.
    assert sinergi(data, "user", "add", "tirta", "--name", "Tirta Lesmana", "--role", "chair").returncode == 0
    done = sinergi(data, "rebuild", "--check")
    assert (done.returncode, done.stdout, done.stderr) == (0, "setiap tabel sesuai buku catatan\n", "")
    with store(data) as found:
        assert found.execute("SELECT data, leaf FROM ledger_entry ORDER BY id").fetchall() == before
        assert found.execute("SELECT * FROM access_user ORDER BY id").fetchall()[: len(people)] == people


@contextlib.contextmanager
def store(data: Path) -> Iterator[sqlite3.Connection]:
    with contextlib.closing(sqlite3.connect(data / "node.sqlite3")) as found, found:
        yield found


def sinergi(data: Path, *argv: str) -> subprocess.CompletedProcess[str]:
    program = [str(Path(sys.executable).with_name("sinergi")), "--data", str(data), *argv]
    return subprocess.run(program, cwd=ROOT, check=False, capture_output=True, text=True)


KILLED = """
import os, signal, sys
from pathlib import Path
from sinergi.node import opening
data = Path(sys.argv[1])
opening.open_node(data)
import sinergi.ledger.rebuild as rebuild
rebuild.fold_ready = lambda logs: os.kill(os.getpid(), signal.SIGKILL)
opening.open_node(data, migrate=True)
"""
