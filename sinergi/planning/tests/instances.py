"""Small tables to plan from, made by a seed, and the stand-alone checker as the judge of what comes out."""

from __future__ import annotations

import contextlib
import functools
import io
import itertools
import math
import random
import sys
from pathlib import Path
from types import CodeType

import numpy as np

from sinergi.kernel.places import Point, distance_m
from sinergi.planning.model import CLASSES, Limits, Pattern, Stations
from sinergi.planning.posts import group_posts
from sinergi.planning.verbs import plan

CHECK = Path(__file__).resolve().parents[3] / "docs" / "planning" / "check.py"
QUICK = Limits(rounds=1, threads=1, moves=20)


def stations(points: list[tuple[float, float]], *, risk: str = "low", village: str = "1203012001") -> Stations:
    """Stations of one class in one village, at these points."""
    count = len(points)
    return Stations(
        code=[f"{village}{i + 1:03d}" for i in range(count)],
        village=[village] * count,
        district=[village[:6]] * count,
        regency=[village[:4]] * count,
        lat=np.array([lat for lat, _ in points], float),
        lon=np.array([lon for _, lon in points], float),
        voters=np.full(count, -1),
        risk=np.full(count, CLASSES.index(risk)),
        filled=np.zeros(count, bool),
    )


def pattern(most: int, *, risk: str = "low", radius_m: float | None = None, least: int = 2, up_to: int = 2) -> Pattern:
    """A pattern with this many stations per post."""
    return Pattern(risk=risk, police_min=least, police_max=up_to, stations=most, linmas=2 * most, radius_m=radius_m)


def scattered(count: int, seed: int, *, spread: float = 0.05, lumps: int = 0) -> list[tuple[float, float]]:
    """Points around Sipirok; with `lumps` they are drawn from so many places only, so that many are identical."""
    chance = random.Random(seed)
    places = [
        (1.6 + chance.uniform(-spread, spread), 99.2 + chance.uniform(-spread, spread)) for _ in range(lumps or count)
    ]
    return [chance.choice(places) for _ in range(count)] if lumps else places


def grouped(points: list[tuple[float, float]], rule: Pattern, limits: Limits = QUICK):
    """The plan of these points under one pattern."""
    return group_posts(stations(points), [rule], "village", limits)


def after(looks: int):
    """Says no so often, then yes."""
    left = iter(range(looks))
    return lambda: next(left, None) is None


def best_by_hand(points, most, radius=math.inf):
    """Fewest posts and then fewest metres over every way to divide the points; small numbers only."""
    metres = [[distance_m(Point(*a), Point(*b)) for b in points] for a in points]

    def cost(cluster):
        sums = [sum(metres[i][j] for i in cluster) for j in cluster if all(metres[i][j] <= radius for i in cluster)]
        return min(sums, default=math.inf)

    known = {(): (0, 0.0)}

    def best(left):
        if left not in known:
            first, others = left[0], left[1:]
            known[left] = min(
                (1 + rest[0], here + rest[1])
                for size in range(most)
                for more in itertools.combinations(others, size)
                for here in [cost((first, *more))]
                if here < math.inf
                for rest in [best(tuple(i for i in others if i not in more))]
            )
        return known[left]

    return best(tuple(range(len(points))))


def write_tables(folder: Path, seed: int, *, villages: int = 3, officers: tuple[int, int] = (0, 9)) -> None:
    """Three tables of random contents: two regencies, all classes, lumps, missing points, a unit that only lends."""
    chance = random.Random(seed)
    rows = []
    for v in range(villages):
        regency = ("1203", "1220")[v % 2]
        village = f"{regency}01200{v + 1}"
        points = scattered(chance.randint(1, 14), seed * 7 + v, spread=0.03, lumps=chance.choice((0, 0, 3)))
        for i, (lat, lon) in enumerate(points):
            point = (f"{lat + v / 20:.6f}", f"{lon:.6f}")
            if i and chance.random() < 0.1:
                point = ("", "")
            risk = chance.choices(CLASSES, (6, 3, 1, 1))[0]
            rows.append(f"{village}{i + 1:03d},{village},{village[:6]},{regency},{point[0]},{point[1]},,{risk}")
    chance.shuffle(rows)
    _table(
        folder / "stations.csv", "code,village_code,district_code,regency_code,lat,lon,voters,class", _with_points(rows)
    )
    units = [
        f"S{u},Polsek {u},sector,{('1203', '1220')[u % 2]},{1.6 + chance.uniform(-0.1, 0.1):.5f},99.25,{n + 1},{u % 2}"
        for u in range(4)
        for n in [chance.randint(*officers)]
    ]
    units.append(f"B,Brimob,brimob,,2.1,99.1,{chance.randint(*officers)},0")
    _table(folder / "units.csv", "code,name,level,regency_code,lat,lon,officers,reserve", units)
    radius = chance.choice(("", "", "1500", "4000"))
    _table(
        folder / "patterns.csv",
        "radius_m,class,police_min,police_max,stations,linmas",
        [f"{radius},low,2,2,{chance.randint(1, 5)},8", ",medium,2,4,2,4", "500,high,2,2,1,2", "900,special,2,3,3,2"],
    )


def _with_points(rows: list[str]) -> list[str]:
    """Without the rows whose village has no point at all: those are refused."""
    known = {row.split(",")[1] for row in rows if row.split(",")[4]}
    return [row for row in rows if row.split(",")[1] in known]


def _table(path: Path, header: str, rows: list[str]) -> None:
    path.write_text("\n".join([header, *rows, ""]))


def write_officers(folder: Path, seed: int, *, pinned: int = 0, women_min: int = 1) -> None:
    """Names for the units of a folder, of every kind that a rule speaks of; patterns that ask for women."""
    chance = random.Random(seed)
    villages = sorted({row.split(",")[1] for row in (folder / "stations.csv").read_text().splitlines()[1:]})
    rows = []
    for unit in (folder / "units.csv").read_text().splitlines()[1:]:
        code, count = unit.split(",")[0], int(unit.split(",")[6]) + chance.randint(-1, 2)
        for k in range(max(0, count)):
            home, sex = chance.choice((*villages, "", "9")), chance.choice("LLP")
            fit, age = chance.choices(("ya", "tidak"), (9, 1))[0], chance.choice((25, 40, 50, 51))
            worked, rested = chance.choice((0, 0, 4, 7)), chance.choice(("", "", "3", "9"))
            rows.append([f"{code}-{k}", code, home, sex, age, fit, worked, rested, "", ""])
    rows.append(["Z-0", "Z", "", "L", 30, "ya", 0, "", "", ""])
    stations_ = [row.split(",") for row in (folder / "stations.csv").read_text().splitlines()[1:]]
    sound = [r for r in rows if r[4] <= 50 and r[5] == "ya" and r[6] <= 4 and r[7] != "3" and r[1] not in ("Z", "B")]
    for row, station in zip(chance.sample(sound, min(pinned, len(sound))), stations_, strict=False):
        if row[2] != station[1]:
            row[8:] = [station[0], "diminta KPU"]
    head = "code,unit_code,home_village_code,sex,age,fit,hours_worked,rested_hours,pinned_station,pin_reason"
    _table(folder / "officers.csv", head, [",".join(map(str, row)) for row in rows])
    lines = (folder / "patterns.csv").read_text().splitlines()
    _table(
        folder / "patterns.csv",
        f"{lines[0]},women_min",
        [f"{line},{min(women_min, i % 2)}" for i, line in enumerate(lines[1:])],
    )


def _tables(folder: Path) -> list[str]:
    names = [
        name
        for name in ("stations", "units", "patterns", "officers", "closed", "sites")
        if (folder / f"{name}.csv").exists()
    ]
    return [word for name in names for word in (f"--{name}", str(folder / f"{name}.csv"))]


def made(folder: Path, *more: str) -> Path:
    """The plan of the tables in a folder, by the command; its folder."""
    tables = _tables(folder)
    assert plan([*tables, "--out", str(folder / "plan"), *more], Path()) == 0
    return folder / "plan"


@functools.cache
def _checker(most_pairs: int) -> CodeType:
    text = CHECK.read_text()
    assert "MOST_PAIRS = 1_000_000\n" in text
    return compile(text.replace("MOST_PAIRS = 1_000_000\n", f"MOST_PAIRS = {most_pairs}\n"), str(CHECK), "exec")


def verdict(folder: Path, most_pairs: int = 1_000_000) -> tuple[int, str]:
    """Exit code and words of the stand-alone checker about the plan of the tables in a folder."""
    tables = _tables(folder)
    said, before = io.StringIO(), sys.argv
    sys.argv = ["check.py", *tables, str(folder / "plan")]
    try:
        with contextlib.redirect_stdout(said):
            exec(_checker(most_pairs), {"__name__": "__main__"})
    except SystemExit as leaving:
        return int(leaving.code or 0), said.getvalue()
    finally:
        sys.argv = before
    raise AssertionError("the checker did not say how it ended")
