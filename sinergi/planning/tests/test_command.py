"""`sinergi plan`: from files to files; a stand-alone checker without our code judges every plan, and notices a lie."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from sinergi.kernel.errors import Refused
from sinergi.planning import units
from sinergi.planning.tests.instances import made, verdict, write_tables
from sinergi.planning.verbs import _Interrupt, _proven, plan

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize("seed", range(6))
def test_the_checker_finds_nothing_wrong_with_any_plan(seed, tmp_path, monkeypatch):
    if seed % 2:
        monkeypatch.setattr(units, "MOST_PAIRS", 0)
    write_tables(tmp_path, seed)
    made(tmp_path, "--grouping", ("village", "district")[seed % 3 == 0], "--rounds", "1", "--seed", str(seed))
    code, said = verdict(tmp_path, most_pairs=units.MOST_PAIRS)
    assert code == 0, said
    assert "everything holds" in said


@pytest.fixture(scope="module")
def planned(tmp_path_factory):
    folder = tmp_path_factory.mktemp("planned")
    write_tables(folder, 4, villages=4, officers=(3, 6))
    made(folder, "--rounds", "1")
    return folder


def test_the_files_have_the_promised_columns_and_figures(planned):
    out = planned / "plan"
    with open(out / "posts.csv") as file:
        posts = list(csv.DictReader(file))
    with open(out / "assignments.csv") as file:
        sent = list(csv.DictReader(file))
    assert list(posts[0]) == ["post", "station"] and list(sent[0]) == ["unit", "post", "officers", "metres"]
    said = json.loads((out / "summary.json").read_text())
    promised = ["posts", "officers", "travel_m", "lower_bound_posts", "lower_bound_travel_m", "gap", "unmet", "seconds"]
    assert set(promised) <= set(said)
    assert said["posts"] == len({row["post"] for row in posts})
    assert said["officers"] == sum(int(row["officers"]) for row in sent)
    assert not list(out.glob(".*"))


def _posts(out: Path, change) -> None:
    lines = (out / "posts.csv").read_text().splitlines()
    (out / "posts.csv").write_text("\n".join(change(lines)) + "\n")


def _certificate(out: Path, change) -> None:
    _json(out / "certificate.json", change)


def _json(file: Path, change) -> None:
    said = json.loads(file.read_text())
    change(said)
    file.write_text(json.dumps(said))


def _summary(out: Path, change) -> None:
    """A lie about a figure, told in both places."""
    _json(out / "summary.json", change)
    figures = json.loads((out / "summary.json").read_text())
    _certificate(out, lambda said: said["summary"].update({name: figures.get(name) for name in said["summary"]}))


def _two_posts_in_one(lines):
    one, two = sorted({line.split(",")[0] for line in lines[1:]})[:2]
    return [line.replace(f"{two},", f"{one},", 1) if line.startswith(f"{two},") else line for line in lines]


def _first_of(said, proof):
    return next(group for group in said["groups"] if group["proof"] == proof)


FIGURES = (
    "posts",
    "officers",
    "travel_m",
    "lower_bound_posts",
    "lower_bound_travel_m",
    "unmet",
    "lower_bound_unmet",
    "officers_needed",
    "linmas",
    "lent",
    "lower_bound_lent",
    "officers_travel_m",
    "rounds",
    "cut_short",
    "stations_at_shared_points",
)
LIES = {
    "a station left out": lambda out: _posts(out, lambda lines: lines[:-1]),
    "a station twice": lambda out: _posts(out, lambda lines: [*lines, lines[-1]]),
    "two posts made one": lambda out: _posts(out, _two_posts_in_one),
    "a bound too high": lambda out: _certificate(
        out,
        lambda said: _first_of(said, "single").update(
            travel_bound_m=_first_of(said, "single")["travel_bound_m"] + 0.01
        ),
    ),
    "a pair said to cost more": lambda out: _certificate(
        out,
        lambda said: _first_of(said, "pair").update(travel_bound_m=_first_of(said, "pair")["travel_bound_m"] + 0.01),
    ),
    "other prices of stations": lambda out: _certificate(
        out, lambda said: _first_of(said, "prices")["prices"].__setitem__(0, 1e6)
    ),
    "too many posts said to be needed": lambda out: _certificate(
        out, lambda said: said["groups"][0].update(posts_bound=99)
    ),
    "an officer more than there are": lambda out: (out / "assignments.csv").write_text(
        (out / "assignments.csv").read_text().replace(",2,", ",20,", 1)
    ),
    "other prices of officers": lambda out: _certificate(
        out, lambda said: said["officers"]["worth_mm"].update(S0=10**15)
    ),
    "cheaper missing officers": lambda out: _certificate(
        out, lambda said: said["parameters"].update(missing_mm=1, lent_mm=1, extra_mm=1)
    ),
    "lent officers counted by another rule": lambda out: _certificate(
        out, lambda said: said["officers"].update(over_middles=True)
    ),
    "another distance": lambda out: _certificate(out, lambda said: said["parameters"].update(distance="by road")),
    "another grouping": lambda out: _certificate(out, lambda said: said["parameters"].update(grouping="regency")),
    "no table named": lambda out: _certificate(out, lambda said: said["inputs"].clear()),
    "no result named": lambda out: _certificate(out, lambda said: said["outputs"].pop("posts.csv")),
    "a figure left out": lambda out: _summary(out, lambda said: said.pop("linmas")),
    "no gap": lambda out: _summary(out, lambda said: said.update(gap=None)),
    "a smaller gap": lambda out: _summary(out, lambda said: said.update(gap=said["gap"] - 3e-6)),
    "no gap, no bound": lambda out: _summary(out, lambda said: said.update(gap=0.0, lower_bound_travel_m=0.0)),
    "another summary in the certificate": lambda out: _certificate(
        out, lambda said: said["summary"].update(officers=0)
    ),
    "not JSON": lambda out: (out / "certificate.json").write_text("[]"),
    "no figures": lambda out: (out / "summary.json").write_text("{}"),
    "words for officers": lambda out: (out / "assignments.csv").write_text("unit,post,officers,metres\nx,y,z,w\n"),
    "no rows": lambda out: (out / "posts.csv").write_text(""),
} | {
    f"another {figure}": lambda out, figure=figure: _summary(out, lambda said: said.update({figure: said[figure] + 1}))
    for figure in FIGURES
}


@pytest.mark.parametrize("lie", LIES)
def test_the_checker_notices(lie, planned, tmp_path):
    for file in [*planned.glob("*.csv"), *(planned / "plan").iterdir()]:
        copy = tmp_path / file.relative_to(planned)
        copy.parent.mkdir(exist_ok=True)
        copy.write_bytes(file.read_bytes())
    LIES[lie](tmp_path / "plan")
    # Whoever lies also mends the hashes; the numbers themselves must give it away.
    if lie != "not JSON":
        _certificate(
            tmp_path / "plan",
            lambda said: said["outputs"].update(
                {
                    name: {"sha256": hashlib.sha256((tmp_path / "plan" / name).read_bytes()).hexdigest()}
                    for name in said["outputs"]
                }
            ),
        )
    code, said = verdict(tmp_path)
    assert code == 1 and "WRONG" in said


def test_a_changed_table_is_noticed(planned):
    kept = (planned / "units.csv").read_bytes()
    try:
        (planned / "units.csv").write_bytes(kept + b"\n")
        assert "another file than the plan was made from" in verdict(planned)[1]
    finally:
        (planned / "units.csv").write_bytes(kept)


def test_no_officer_at_all_still_gives_the_posts(tmp_path, capsys):
    write_tables(tmp_path, 3)
    (tmp_path / "units.csv").write_text(
        "code,name,level,regency_code,lat,lon,officers,reserve\nS,Polsek,sector,1203,1.6,99.2,0,0\n"
    )
    out = made(tmp_path, "--rounds", "0")
    said = json.loads((out / "summary.json").read_text())
    assert said["officers"] == 0 and said["unmet"] == said["lower_bound_unmet"] == said["officers_needed"] > 0
    assert said["gap"] is None or said["gap"] == 0
    told = capsys.readouterr()
    assert "KURANG" in told.out.splitlines()[0] and "Tidak ada personel" in told.err
    assert verdict(tmp_path)[0] == 0


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--seconds", "nan"], "--seconds harus"),
        (["--seconds", "-1"], "--seconds harus"),
        (["--rounds", "99999"], "--rounds harus"),
        (["--seed", "-1"], "--seed harus"),
        (["--seed", "x"], "bukan bilangan"),
        (["--grouping", "province"], "tidak dikenal"),
        (["--officers", "o.csv"], "o.csv tidak terbaca"),
        (["--most-hours", "0"], "--most-hours harus"),
        (["--away-metres", "nan"], "--away-metres harus"),
        (["--units", "missing.csv"], "missing.csv tidak terbaca"),
        (["--out", __file__], "bukan folder"),
    ],
)
def test_a_wrong_option_is_refused_in_words(more, said, tmp_path):
    write_tables(tmp_path, 1)
    with pytest.raises(Refused) as caught:
        made(tmp_path, *more)
    assert said in caught.value.sentence
    assert not (tmp_path / "plan").exists()


def test_wrong_tables_write_nothing_and_name_the_file(tmp_path, capsys):
    write_tables(tmp_path, 1)
    text = (tmp_path / "patterns.csv").read_text().replace(",2,2,", ",2,1,")
    (tmp_path / "patterns.csv").write_text(text)
    with pytest.raises(Refused, match=r"patterns\.csv, baris 2, kolom police_max"):
        made(tmp_path)
    assert "patterns.csv, baris 3" not in capsys.readouterr().out and not (tmp_path / "plan").exists()


def test_stations_known_by_their_village_only_get_no_praise_for_short_ways(tmp_path, capsys):
    write_tables(tmp_path, 1)
    rows = [f"s{i},1203012001,120301,1203,1.6,99.2,,low" for i in range(9)]
    (tmp_path / "stations.csv").write_text(
        "\n".join(["code,village_code,district_code,regency_code,lat,lon,voters,class", *rows])
    )
    patterns = "class,police_min,police_max,stations,linmas,radius_m\nlow,2,2,{},2,\n"
    (tmp_path / "patterns.csv").write_text(patterns.format(4))
    out = made(tmp_path, "--rounds", "1")
    assert "tidak diketahui" in capsys.readouterr().out
    told = json.loads((out / "summary.json").read_text())
    assert told["stations_at_shared_points"] == 9 and told["gap"] is None
    assert verdict(tmp_path)[0] == 0
    # With a post for each there are no ways between them, known or not.
    (tmp_path / "patterns.csv").write_text(patterns.format(1))
    made(tmp_path, "--rounds", "1")
    said = capsys.readouterr().out
    assert "posko sendiri" in said and "tidak diketahui" not in said
    assert json.loads((out / "summary.json").read_text())["gap"] == 0.0
    assert verdict(tmp_path)[0] == 0


@pytest.mark.parametrize(("gap", "said"), [(0.0, "0.00 %"), (1e-6, "0.01 %"), (0.0231, "2.31 %"), (0.023101, "2.32 %")])
def test_at_most_is_rounded_up(gap, said):
    assert f"paling banyak {said}" in _proven(gap)


def test_the_checker_reads_whatever_the_planner_reads(tmp_path):
    write_tables(tmp_path, 4)
    stations = (
        (tmp_path / "stations.csv").read_text().replace("village_code", "Village-Code").replace("lat", "LAT *", 1)
    )
    head, *rows = stations.splitlines()
    (tmp_path / "stations.csv").write_text("\n".join([f"{head},note", *(f"{row},Desa\u2028Baru" for row in rows)]))
    units_ = (tmp_path / "units.csv").read_text().replace("Polsek", "Pol\u2028sek")
    (tmp_path / "units.csv").write_text(units_)
    made(tmp_path, "--rounds", "0")
    assert verdict(tmp_path) == (0, verdict(tmp_path)[1])


def test_a_folder_without_a_plan_gets_a_sentence(tmp_path):
    write_tables(tmp_path, 4)
    code, said = verdict(tmp_path)
    assert code == 1 and "certificate.json: No such file" in said


def test_ctrl_c_once_ends_the_search_twice_ends_everything(capsys):
    with _Interrupt() as interrupt:
        signal.raise_signal(signal.SIGINT)
        assert interrupt.came and "ditulis" in capsys.readouterr().err
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)


def test_help_names_the_columns(capsys):
    with pytest.raises(SystemExit):
        plan(["--help"], Path())
    assert "village_code" in capsys.readouterr().out


def test_a_regency_without_stations_is_told(tmp_path, capsys):
    write_tables(tmp_path, 4)
    for name, row in (("units", "S9,Polsek,sector,9999,1.6,99.2,0,0"), ("patterns", ",low,2,2,4,8,8888")):
        text = (tmp_path / f"{name}.csv").read_text()
        if name == "patterns":
            head, *rows = text.splitlines()
            text = "\n".join([f"{head},regency_code", *(f"{one}," for one in rows), ""])
        (tmp_path / f"{name}.csv").write_text(f"{text}{row}\n")
    made(tmp_path, "--rounds", "0")
    told = capsys.readouterr().err
    assert "regency_code satuan: tidak ada TPS di 9999," in told and "regency_code pola: tidak ada TPS di 8888," in told
    assert verdict(tmp_path)[0] == 0


def test_without_a_standard_output_the_files_are_whole(tmp_path, monkeypatch):
    write_tables(tmp_path, 4)
    kept = os.dup(1)
    with monkeypatch.context() as closed:
        closed.setattr(sys, "stdout", None)
        os.close(1)
        try:
            made(tmp_path, "--rounds", "0")
            with pytest.raises(OSError):
                os.fstat(1)
        finally:
            os.dup2(kept, 1)
            os.close(kept)
    assert verdict(tmp_path)[0] == 0


@pytest.mark.slow
def test_compiled_on_three_threads_or_plain_on_one_the_plan_is_the_same(tmp_path):
    write_tables(tmp_path, 5, villages=6)
    kept = []
    for plain, threads in (("", "3"), ("1", "1")):
        tables = [word for name in ("stations", "units", "patterns") for word in (f"--{name}", f"{name}.csv")]
        command = [sys.executable, "-c", "from sinergi.node.command import main; main()", "plan", *tables]
        subprocess.run(
            [*command, "--out", f"plan{plain}{threads}", "--rounds", "2", "--threads", threads],
            cwd=tmp_path,
            env={**os.environ, "SINERGI_PLAIN_LOOPS": plain, "PYTHONPATH": str(ROOT)},
            check=True,
            stdout=subprocess.DEVNULL,
        )
        kept.append(
            [(tmp_path / f"plan{plain}{threads}" / name).read_bytes() for name in ("posts.csv", "certificate.json")]
        )
    assert kept[0] == kept[1]


def test_the_package_is_useful_without_the_command(tmp_path):
    import sinergi.planning as planning

    write_tables(tmp_path, 2)
    read = [
        getattr(planning, f"read_{name}")((tmp_path / f"{name}.csv").read_bytes(), name)
        for name in ("stations", "units", "patterns")
    ]
    limits = planning.Limits(rounds=0)
    posts = planning.group_posts(read[0], read[2], "village", limits)
    sent = planning.assign_units(planning.posts_of(read[0], posts), read[1])
    files = planning.certify(read[0], read[1], posts, sent, grouping="village", limits=limits, inputs={})
    assert set(files) == {"posts.csv", "assignments.csv", "certificate.json"}
    assert planning.capacitated_p_median([[0, 0], [3, 4]], [1, 1], 2, 1, rounds=0).cost == 5.0
    with pytest.raises(AttributeError):
        _ = planning.nothing_of_the_kind
