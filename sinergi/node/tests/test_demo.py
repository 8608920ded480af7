"""The demo's first start: one that was cut off is begun again, one that was finished is never thrown away."""

from __future__ import annotations

from pathlib import Path

import pytest

from sinergi.node import demo
from sinergi.node.story import people
from sinergi.node.supervise import Place


@pytest.fixture
def places(tmp_path: Path) -> list[Place]:
    return [Place(name=name, data=tmp_path / name, port=1) for name in ("kpu-tapsel", "polres-tapsel")]


def test_a_first_start_that_was_cut_off_begins_from_nothing(tmp_path, places, capsys):
    demo._begin(tmp_path, places)
    (places[0].data / "keys").mkdir(parents=True)
    demo._begin(tmp_path, places)
    assert not places[0].data.exists() and "dibuat dari awal" in capsys.readouterr().out


def test_a_demo_that_was_finished_is_kept(tmp_path, places):
    demo._begin(tmp_path, places)
    (places[0].data / "keys").mkdir(parents=True)
    (tmp_path / demo.UNFINISHED).unlink()
    demo._begin(tmp_path, places)
    demo._begin(tmp_path, places)
    assert (places[0].data / "keys").is_dir() and not (tmp_path / demo.UNFINISHED).exists()


def test_a_later_start_with_other_agencies_throws_no_finished_one_away(tmp_path, places):
    demo._begin(tmp_path, places[:1])
    (places[0].data / "keys").mkdir(parents=True)
    (tmp_path / demo.UNFINISHED).unlink()
    for _cut_off in range(2):
        demo._begin(tmp_path, places[1:])
        (places[1].data / "keys").mkdir(parents=True, exist_ok=True)
    assert (places[0].data / "keys").is_dir()


def test_the_supervisor_is_served_only_where_it_is_named_and_every_other_port_stays(monkeypatch, tmp_path):
    served = []
    monkeypatch.setattr(demo, "_serve", lambda folder, places, fresh: served.append({p.name: p.port for p in places}))
    monkeypatch.setattr(demo, "stop_like_ctrl_c", lambda: None)
    demo.run(["--data", str(tmp_path), "--port", "9000"], tmp_path)
    demo.run(["--data", str(tmp_path), "--port", "9000", "--agencies", ",".join(people.OFFICES)], tmp_path)
    assert served[0] == {"kpu-tapsel": 9000, "kpu-paluta": 9001, "polres-tapsel": 9002}
    assert served[1] == served[0] | {"bawaslu-tapsel": 9003}
