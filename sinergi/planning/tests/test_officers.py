"""Officers by name: every rule kept, shortage told, pins priced; the stand-alone checker judges, and notices a lie."""

from __future__ import annotations

import csv
import hashlib
import itertools
import json

import pytest

from sinergi.kernel.errors import Refused
from sinergi.planning.model import Duty
from sinergi.planning.officers import assign_officers, barred
from sinergi.planning.tests.instances import made, verdict, write_officers, write_tables
from sinergi.planning.tests.names import by_hand, small


def world(folder, seed, *, pinned=0, **more):
    write_tables(folder, seed, **more)
    write_officers(folder, seed, pinned=pinned)
    return folder


@pytest.mark.parametrize("seed", range(8))
def test_the_checker_finds_nothing_wrong_with_names(seed, tmp_path):
    world(tmp_path, seed, pinned=seed % 3, villages=3)
    more = (["--duty-hours", "24"], ["--away-metres", "3000"], ["--most-hours", "16", "--oldest", "51"])[seed % 3]
    try:
        made(tmp_path, "--rounds", "0", *more)
    except Refused as refused:
        # A pin to a village too near to home is a rule broken, not a plan.
        assert refused.code in ("REN-13", "REN-15")
        return
    code, said = verdict(tmp_path)
    assert code == 0, said
    certificate = json.loads((tmp_path / "plan" / "certificate.json").read_text())
    assert certificate["officers"]["cost_mm"] == certificate["officers"]["bound_mm"]


def _table(path):
    with open(path) as file:
        return list(csv.DictReader(file))


def _rows(folder):
    return _table(folder / "plan" / "officers.csv")


def test_a_lie_about_a_name_is_noticed(tmp_path):
    world(tmp_path, 4, villages=4, officers=(3, 6))
    made(tmp_path, "--rounds", "0")
    out = tmp_path / "plan"
    kept = {file.name: file.read_bytes() for file in out.iterdir()}
    people = {row["code"]: row for row in _table(tmp_path / "officers.csv")}
    first = _rows(tmp_path)[0]["officer"]
    idle = next(code for code, row in people.items() if row["fit"] == "tidak")
    lies = {
        "officers.csv": [
            (first, idle),
            (f"{first},", "nobody,"),
            (",1,", ",2,"),
        ],
        "certificate.json": [
            ('"oldest":50', '"oldest":60'),
            ('"most_hours":12', '"most_hours":40'),
            ('"women_unmet":', '"women_unmet":1'),
            ('"bound_mm":', '"bound_mm":1'),
            ('"woman_mm":2', '"woman_mm":1'),
        ],
    }
    for name, changes in lies.items():
        for before, after in changes:
            for file, data in kept.items():
                (out / file).write_bytes(data)
            text = (out / name).read_text()
            assert before in text, before
            (out / name).write_text(text.replace(before, after, 1))
            certificate = json.loads((out / "certificate.json").read_text())
            for file in certificate["outputs"]:
                certificate["outputs"][file] = {"sha256": hashlib.sha256((out / file).read_bytes()).hexdigest()}
            (out / "certificate.json").write_text(json.dumps(certificate))
            code, said = verdict(tmp_path)
            assert code == 1 and "WRONG" in said, (before, after)


def test_no_other_way_to_place_few_officers_is_cheaper():
    for seed in range(12):
        posts, units, officers, duty, homes = small(seed)
        plan = assign_officers(posts, units, officers, duty, homes)
        out = barred(officers, units, duty)
        best = min(
            by_hand(posts, units, officers, duty, homes, out, choice)
            for choice in itertools.product(range(-1, len(posts)), repeat=len(officers))
        )
        assert plan.cost_mm == plan.bound_mm == best


def test_nobody_stands_beyond_the_limit_and_the_lacking_are_counted(tmp_path, capsys):
    world(tmp_path, 4, villages=3, officers=(3, 6))
    made(tmp_path, "--rounds", "0", "--duty-hours", "6")
    some = json.loads((tmp_path / "plan" / "summary.json").read_text())
    made(tmp_path, "--rounds", "0", "--duty-hours", "36", "--most-hours", "12")
    many = json.loads((tmp_path / "plan" / "summary.json").read_text())
    assert many["shifts"] == 3 and many["officers_needed"] == 3 * some["officers_needed"]
    assert many["unmet"] >= many["lower_bound_unmet"] > some["lower_bound_unmet"]
    assert "KURANG" in capsys.readouterr().out
    # Twelve hours on top of those already worked are too many, so only the rested stand.
    worked = {row["code"]: int(row["hours_worked"]) for row in _table(tmp_path / "officers.csv")}
    assert all(worked[row["officer"]] == 0 for row in _rows(tmp_path))


def _pin(folder, code, station, reason="diminta KPU"):
    lines = (folder / "officers.csv").read_text().splitlines()
    (folder / "officers.csv").write_text(
        "\n".join(
            [line.rsplit(",", 2)[0] + f",{station},{reason}" if line.split(",")[0] == code else line for line in lines]
        )
        + "\n"
    )


def test_a_pin_is_kept_priced_and_told(tmp_path, capsys):
    world(tmp_path, 4, villages=4, officers=(3, 6))
    out = made(tmp_path, "--rounds", "0")
    rows = _rows(tmp_path)
    before = json.loads((out / "certificate.json").read_text())["officers"]["cost_mm"]
    home = {row["code"]: row["home_village_code"] for row in _table(tmp_path / "officers.csv")}
    guards = _table(out / "posts.csv")
    code = rows[0]["officer"]
    other = next(
        g["station"]
        for g in guards
        if g["post"] != rows[0]["post"]
        and not g["station"].startswith(home[code] or "-")
        and not any(h["post"] == g["post"] and h["station"].startswith(home[code] or "-") for h in guards)
    )
    _pin(tmp_path, code, other)
    made(tmp_path, "--rounds", "0")
    said = json.loads((out / "certificate.json").read_text())
    assert (
        said["names"]["pins"][0]["price_mm"] == said["names"]["pins_price_mm"] == said["officers"]["cost_mm"] - before
    )
    assert said["names"]["pins_price_mm"] >= 0 and said["officers"]["cost_mm"] == said["officers"]["bound_mm"]
    assert verdict(tmp_path)[0] == 0 and "diminta KPU" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda folder, row: _pin(folder, row["officer"], "tidak-ada"), "yang tidak ada"),
        (lambda folder, row: _pin(folder, row["officer"], row["post"], ""), "harus beralasan"),
        (lambda folder, row: _pin(folder, row["officer"], "", "sebab"), "TPS yang ditetapkan kosong"),
        (lambda folder, row: _unfit(folder, row["officer"], row["post"]), "tidak sehat"),
        (lambda folder, row: _at_home(folder, row["officer"], row["post"]), "desanya sendiri"),
        (lambda folder, row: _all_at(folder, row["post"]), "Terlalu banyak personel ditetapkan|hanya [0-9]+ boleh"),
    ],
)
def test_pins_that_break_a_rule_or_contradict_each_other_are_refused(change, said, tmp_path):
    world(tmp_path, 4, villages=4, officers=(3, 6))
    made(tmp_path, "--rounds", "0")
    change(tmp_path, _rows(tmp_path)[0])
    with pytest.raises(Refused, match=said):
        made(tmp_path, "--rounds", "0")


def _unfit(folder, code, station):
    _pin(folder, code, station)
    text = (folder / "officers.csv").read_text()
    line = next(line for line in text.splitlines() if line.startswith(f"{code},"))
    (folder / "officers.csv").write_text(text.replace(line, line.replace(",ya,", ",tidak,")))


def _at_home(folder, code, station):
    _pin(folder, code, station)
    text = (folder / "officers.csv").read_text()
    line = next(line for line in text.splitlines() if line.startswith(f"{code},"))
    cells = line.split(",")
    cells[2] = station[:10]
    (folder / "officers.csv").write_text(text.replace(line, ",".join(cells)))


def _all_at(folder, station):
    for row in _rows(folder):
        if row["unit"] != "B":
            _pin(folder, row["officer"], station)
    text = (folder / "officers.csv").read_text().splitlines()
    cells = [line.split(",") for line in text]
    for row in cells[1:]:
        row[2] = ""
    (folder / "officers.csv").write_text("\n".join(",".join(row) for row in cells) + "\n")


def test_wrong_cells_are_named(tmp_path):
    world(tmp_path, 4)
    text = (tmp_path / "officers.csv").read_text()
    for before, after, said in (
        (",ya,", ",sehat,", "kolom fit: “sehat” tidak dikenal"),
        (",L,", ",X,", "kolom sex: “X” tidak dikenal"),
        (",25,", ",12,", "kolom age: 12 tidak boleh"),
        (text.split("\n")[1], text.split("\n")[1] + "\n" + text.split("\n")[1], "sudah ada di baris 2"),
    ):
        assert before in text
        (tmp_path / "officers.csv").write_text(text.replace(before, after, 1))
        with pytest.raises(Refused, match=said):
            made(tmp_path, "--rounds", "0")


def test_limits_that_nobody_can_keep_are_refused():
    for wrong in ({"most_hours": 0}, {"rest_hours": -1}, {"away_m": float("nan")}):
        with pytest.raises(Refused) as refusal:
            Duty(**wrong)
        assert refusal.value.field == "duty"
