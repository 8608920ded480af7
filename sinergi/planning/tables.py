"""The three tables a plan is made from, read and checked: every wrong cell is named by file, row and column."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from sinergi.kernel.errors import Refused
from sinergi.planning.model import CLASSES, LENT_LEVELS, Officers, Pattern, Pin, Sites, Stations, Units
from sinergi.sheets.columns import header_key
from sinergi.sheets.csv_file import decoded
from sinergi.sheets.reading import Unreadable

STATIONS = ("code", "village_code", "district_code", "regency_code", "lat", "lon", "voters", "class")
UNITS = ("code", "name", "level", "regency_code", "lat", "lon", "officers", "reserve")
PATTERNS = ("class", "police_min", "police_max", "stations", "linmas", "radius_m")
OFFICERS = ("code", "unit_code", "home_village_code", "sex", "age", "fit", "hours_worked")
# What more may be told of officers; a pin is a commander's word and bears a reason.
OFFICERS_ALSO = ("name", "rested_hours", "pinned_station", "pin_reason")
CLOSED = ("unit_code", "station_code")
SITES = ("code", "lat", "lon")

# Nothing that this country has lies outside; a point at zero, zero is a point that nobody entered.
_SOUTH, _NORTH, _WEST, _EAST = -15.0, 10.0, 90.0, 145.0
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._/-]{0,39}")
_WHOLE = re.compile(r"[0-9]{1,9}")
_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")
LARGEST_FILE = 512 * 1024**2
MOST_NAMED = 20


@dataclass(frozen=True)
class Problem:
    """What is wrong in one cell; `row` counts from the header as 1, 0 where the file as a whole is meant."""

    file: str
    row: int
    column: str
    sentence: str

    def __str__(self) -> str:
        where = [
            self.file,
            *([f"baris {self.row}"] if self.row else []),
            *([f"kolom {self.column}"] if self.column else []),
        ]
        return f"{', '.join(where)}: {self.sentence}"


class WrongTables(Refused):
    """The tables cannot be planned from; `problems` names the first MOST_NAMED cells, `count` says how many."""

    def __init__(self, problems: Sequence[Problem], count: int) -> None:
        self.problems, self.count = list(problems[:MOST_NAMED]), count
        more = f" Masih ada {count - 1} kesalahan lain." if count > 1 else ""
        super().__init__(f"{self.problems[0]}{more}", code="REN-01")


class _Problems:
    def __init__(self, file: str) -> None:
        self.file, self.found, self.count = file, list[Problem](), 0

    def add(self, row: int, column: str, sentence: str) -> None:
        self.count += 1
        if len(self.found) < MOST_NAMED:
            self.found.append(Problem(self.file, row, column, sentence))

    def settle(self) -> None:
        if self.found:
            raise WrongTables(self.found, self.count)


def read_stations(data: bytes, file: str) -> Stations:
    """Polling stations from a CSV file. Raises WrongTables.

    One without a point stands at the middle of the others of its village; where none of them has a point it is refused.
    """
    problems = _Problems(file)
    rows, codes, villages, districts, regencies = [], list[str](), list[str](), list[str](), list[str]()
    lat, lon, voters, risk = list[float](), list[float](), list[int](), list[int]()
    seen: dict[str, int] = {}
    above: dict[tuple[str, str], tuple[str, int]] = {}
    same: dict[str, str] = {}
    for row, cells in _rows(data, file, STATIONS, problems):
        code, village, district, regency, y, x, people, class_ = cells
        for column, text in zip(STATIONS[:4], cells[:4], strict=True):
            _check_code(problems, row, column, text)
        if code in seen:
            problems.add(row, "code", f"TPS {code} sudah ada di baris {seen[code]}.")
        seen.setdefault(code, row)
        for below, column, low, high in (
            ("desa", "district_code", village, district),
            ("kecamatan", "regency_code", district, regency),
        ):
            known, first = above.setdefault((below, low), (high, row))
            if known != high:
                problems.add(row, column, f"{below} {low} ada di {high}, padahal di baris {first} ada di {known}.")
        if class_ not in CLASSES:
            problems.add(row, "class", f"kelas “{_short(class_)}” tidak dikenal; yang ada: {', '.join(CLASSES)}.")
        point = _point(problems, row, y, x)
        rows.append(row)
        codes.append(code)
        # Areas repeat; each is kept once.
        villages.append(same.setdefault(village, village))
        districts.append(same.setdefault(district, district))
        regencies.append(same.setdefault(regency, regency))
        lat.append(point[0])
        lon.append(point[1])
        voters.append(_whole(problems, row, "voters", people, most=100_000) if people else -1)
        risk.append(CLASSES.index(class_) if class_ in CLASSES else 0)
    if not rows and not problems.found:
        problems.add(0, "", "tidak ada satu TPS pun.")
    filled = np.isnan(np.array(lat))
    if filled.any() and not problems.found:
        _fill(problems, rows, villages, lat, lon)
    problems.settle()
    return Stations(
        code=codes,
        village=villages,
        district=districts,
        regency=regencies,
        lat=np.array(lat),
        lon=np.array(lon),
        voters=np.array(voters, np.int64),
        risk=np.array(risk, np.int64),
        filled=filled,
    )


def read_units(data: bytes, file: str) -> Units:
    """Police units from a CSV file. Raises WrongTables. An empty reserve is none."""
    problems = _Problems(file)
    columns: tuple[list[str], ...] = ([], [], [], [])
    lat, lon, officers, reserves = list[float](), list[float](), list[int](), list[int]()
    seen: dict[str, int] = {}
    for row, (code, name, level, regency, y, x, strength, reserve) in _rows(data, file, UNITS, problems):
        _check_code(problems, row, "code", code)
        if code in seen:
            problems.add(row, "code", f"satuan {code} sudah ada di baris {seen[code]}.")
        seen.setdefault(code, row)
        if regency or level.lower() not in LENT_LEVELS:
            _check_code(problems, row, "regency_code", regency)
        point = _point(problems, row, y, x)
        if not (y or x):
            problems.add(row, "lat", "satuan harus punya titik (lat dan lon).")
        here = _whole(problems, row, "officers", strength, most=1_000_000)
        kept = _whole(problems, row, "reserve", reserve, most=1_000_000) if reserve else 0
        if kept > here:
            problems.add(row, "reserve", f"cadangan {kept} melebihi personel {here}.")
        for column, text in zip(columns, (code, name, level, regency), strict=True):
            column.append(text)
        lat.append(point[0])
        lon.append(point[1])
        officers.append(here)
        reserves.append(kept)
    if not officers and not problems.found:
        problems.add(0, "", "tidak ada satu satuan pun.")
    problems.settle()
    code_, name_, level_, regency_ = columns
    return Units(
        code=code_,
        name=name_,
        level=level_,
        regency=regency_,
        lat=np.array(lat),
        lon=np.array(lon),
        officers=np.array(officers, np.int64),
        reserve=np.array(reserves, np.int64),
    )


def read_patterns(data: bytes, file: str) -> list[Pattern]:
    """Guard patterns from a CSV file; a column `regency_code` may say where a row holds. Raises WrongTables."""
    problems = _Problems(file)
    patterns: list[Pattern] = []
    seen: dict[tuple[str, str], int] = {}
    for row, cells in _rows(data, file, PATTERNS, problems, also=("regency_code", "women_min")):
        risk, least, most, stations, linmas, radius, regency, polwan = cells
        sound = problems.count
        if risk not in CLASSES:
            problems.add(row, "class", f"kelas “{_short(risk)}” tidak dikenal; yang ada: {', '.join(CLASSES)}.")
        if (risk, regency) in seen:
            problems.add(row, "class", f"pola kelas {risk} sudah ada di baris {seen[risk, regency]}.")
        seen.setdefault((risk, regency), row)
        if regency:
            _check_code(problems, row, "regency_code", regency)
        before = problems.count
        police_min = _whole(problems, row, "police_min", least, least=1, most=1_000)
        police_max = _whole(problems, row, "police_max", most, least=1, most=1_000)
        if problems.count == before and police_max < police_min:
            problems.add(
                row, "police_max", f"paling banyak {police_max} personel, padahal paling sedikit {police_min}."
            )
        radius_m = _radius(problems, row, radius) if radius else None
        per_post = _whole(problems, row, "stations", stations, least=1, most=200)
        guards = _whole(problems, row, "linmas", linmas, most=1_000)
        women = _whole(problems, row, "women_min", polwan, most=1_000) if polwan else 0
        if problems.count == sound and women > police_min:
            problems.add(row, "women_min", f"{women} polwan, padahal personel paling sedikit {police_min}.")
        if problems.count == sound:
            patterns.append(Pattern(risk, police_min, police_max, per_post, guards, radius_m, regency, women))
    if not patterns and not problems.found:
        problems.add(0, "", "tidak ada satu pola pun.")
    problems.settle()
    return patterns


def read_officers(data: bytes, file: str) -> tuple[Officers, list[tuple[int, str, str]]]:
    """Officers from a CSV file, and who is pinned to which station for what reason. Raises WrongTables.

    An empty home village and empty hours of rest are unknown. Sex: `L` or `P` (also male, female); fit: ya or tidak.
    """
    problems = _Problems(file)
    columns: tuple[list[str], ...] = ([], [], [], [])
    woman, fit = list[bool](), list[bool]()
    numbers: tuple[list[int], ...] = ([], [], [])
    pins: list[tuple[int, str, str]] = []
    seen: dict[str, int] = {}
    for row, cells in _rows(data, file, OFFICERS, problems, also=OFFICERS_ALSO):
        code, unit, home, sex, age, health, worked, name, rested, station, reason = cells
        _check_code(problems, row, "code", code)
        _check_code(problems, row, "unit_code", unit)
        if home:
            _check_code(problems, row, "home_village_code", home)
        if code in seen:
            problems.add(row, "code", f"personel {code} sudah ada di baris {seen[code]}.")
        seen.setdefault(code, row)
        woman.append(
            _one_of(problems, row, "sex", sex, ("p", "perempuan", "female", "f"), ("l", "laki-laki", "male", "m"))
        )
        fit.append(_one_of(problems, row, "fit", health, ("ya", "yes", "true", "1"), ("tidak", "no", "false", "0")))
        numbers[0].append(_whole(problems, row, "age", age, least=17, most=99))
        numbers[1].append(_whole(problems, row, "hours_worked", worked, most=1_000))
        numbers[2].append(_whole(problems, row, "rested_hours", rested, most=10_000) if rested else -1)
        if station and not reason:
            problems.add(row, "pin_reason", "penetapan dengan tangan harus beralasan.")
        if reason and not station:
            problems.add(row, "pinned_station", "ada alasan, tetapi TPS yang ditetapkan kosong.")
        if station:
            pins.append((len(columns[0]), station, reason))
        for column, text in zip(columns, (code, name, unit, home), strict=True):
            column.append(text)
    if not columns[0] and not problems.found:
        problems.add(0, "", "tidak ada satu personel pun.")
    problems.settle()
    code_, name_, unit_, home_ = columns
    age_, worked_, rested_ = (np.array(column, np.int64) for column in numbers)
    return (
        Officers(
            code=code_,
            name=name_,
            unit=unit_,
            home=home_,
            woman=np.array(woman),
            age=age_,
            fit=np.array(fit),
            worked=worked_,
            rested=rested_,
        ),
        pins,
    )


def pins_at(
    wanted: Sequence[tuple[int, str, str]], officers: Officers, stations: Stations, post_of: Sequence[int], file: str
) -> tuple[Pin, ...]:
    """What is pinned, at the post that guards the station. Raises WrongTables where there is no such station."""
    problems = _Problems(file)
    place = {code: i for i, code in enumerate(stations.code)}
    found = []
    for officer, station, reason in wanted:
        if station not in place:
            problems.add(
                0, "pinned_station", f"{officers.code[officer]} ditetapkan di TPS {_short(station)} yang tidak ada."
            )
            continue
        found.append(Pin(officer, station, int(post_of[place[station]]), reason))
    problems.settle()
    return tuple(found)


def read_closed(
    data: bytes, file: str, units: Units, stations: Stations, post_of: Sequence[int]
) -> frozenset[tuple[int, int]]:
    """Ways that are cut, from a CSV file: unit and the post that guards the station. Raises WrongTables."""
    problems = _Problems(file)
    unit_at, station_at = ({code: i for i, code in enumerate(codes)} for codes in (units.code, stations.code))
    found = set()
    for row, (unit, station) in _rows(data, file, CLOSED, problems):
        for column, code, known in (("unit_code", unit, unit_at), ("station_code", station, station_at)):
            if code not in known:
                problems.add(row, column, f"“{_short(code)}” tidak ada." if code else "wajib diisi.")
        if unit in unit_at and station in station_at:
            found.add((unit_at[unit], int(post_of[station_at[station]])))
    problems.settle()
    return frozenset(found)


def read_sites(data: bytes, file: str) -> Sites:
    """Places where reaction forces could stand, from a CSV file. Raises WrongTables."""
    problems = _Problems(file)
    codes, lat, lon = list[str](), list[float](), list[float]()
    for row, (code, y, x) in _rows(data, file, SITES, problems):
        _check_code(problems, row, "code", code)
        if code in codes:
            problems.add(row, "code", f"tempat {code} sudah ada.")
        if not (y or x):
            problems.add(row, "lat", "tempat harus punya titik (lat dan lon).")
        point = _point(problems, row, y, x)
        codes.append(code)
        lat.append(point[0])
        lon.append(point[1])
    if not codes and not problems.found:
        problems.add(0, "", "tidak ada satu tempat pun.")
    problems.settle()
    return Sites(codes, np.array(lat), np.array(lon))


def read_before(data: bytes, file: str, stations: Stations, post_of: Sequence[int]) -> dict[str, int]:
    """Where officers stood in an older plan (its officers.csv), by the posts of the new one. Raises WrongTables.

    A post of the older plan is the one that guards its anchor now; where that station is no more it is left out.
    """
    problems = _Problems(file)
    station_at = {code: i for i, code in enumerate(stations.code)}
    found = {}
    for _, (officer, post) in _rows(data, file, ("officer", "post"), problems):
        if post in station_at:
            found[officer] = int(post_of[station_at[post]])
    problems.settle()
    return found


def _one_of(problems: _Problems, row: int, column: str, text: str, yes: tuple[str, ...], no: tuple[str, ...]) -> bool:
    if text.lower() not in (*yes, *no):
        said = f"“{_short(text)}” tidak dikenal; isi {yes[0]} atau {no[0]}." if text else "wajib diisi."
        problems.add(row, column, said)
    return text.lower() in yes


def check_together(stations: Stations, patterns: Sequence[Pattern], file: str) -> None:
    """Whether every class of every station has a pattern; raises WrongTables that names the class."""
    problems = _Problems(file)
    known = {(pattern.regency, pattern.risk) for pattern in patterns}
    missing: dict[tuple[str, str], int] = {}
    for regency, risk in zip(stations.regency, stations.risk.tolist(), strict=True):
        name = CLASSES[risk]
        if ("", name) not in known and (regency, name) not in known:
            missing[regency, name] = missing.get((regency, name), 0) + 1
    for (regency, name), count in sorted(missing.items()):
        problems.add(0, "class", f"kelas {name} tidak punya pola, padahal {count} TPS di {regency} berkelas itu.")
    problems.settle()


def unmatched(stations: Stations, units: Units, patterns: Sequence[Pattern]) -> list[str]:
    """In words, the regency codes of units and patterns that no station has: lawful, and mostly a slip of the pen."""
    known, found = set(stations.regency), []
    home = [
        regency for regency, level in zip(units.regency, units.level, strict=True) if level.lower() not in LENT_LEVELS
    ]
    for what, codes, so in (
        ("satuan", home, "personelnya hanya dapat di-BKO-kan"),
        ("pola", [pattern.regency for pattern in patterns], "polanya tidak dipakai"),
    ):
        strange = sorted(set(codes) - known - {""})
        if strange:
            named = _short(", ".join(strange), 120)
            found.append(f"Periksa regency_code {what}: tidak ada TPS di {named}, jadi {so}.")
    return found


def _rows(
    data: bytes, file: str, wanted: tuple[str, ...], problems: _Problems, also: tuple[str, ...] = ()
) -> Iterator[tuple[int, list[str]]]:
    """Row number and the wanted cells of every row that holds anything, columns in any order, `also` may be absent."""
    if len(data) > LARGEST_FILE:
        raise WrongTables([Problem(file, 0, "", f"berkas paling besar {LARGEST_FILE // 1024**2} MB.")], 1)
    if data.startswith((b"PK", b"\xd0\xcf\x11\xe0")):
        raise WrongTables([Problem(file, 0, "", "ini bukan CSV; simpan lembarnya sebagai CSV UTF-8.")], 1)
    try:
        text, _ = decoded(data)
    except Unreadable as wrong:
        raise WrongTables([Problem(file, 0, "", wrong.sentence)], 1) from None
    header_line = text.lstrip("\r\n").split("\n", 1)[0]
    sign = max(",;\t", key=header_line.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=sign, strict=True)
    places: list[int] | None = None
    width = 0
    number = 0
    try:
        for number, record in enumerate(reader, start=1):
            if not any(map(str.strip, record)):
                continue
            if places is None:
                places, width = _places(record, wanted, also, file), len(record)
                continue
            if len(record) > width and any(map(str.strip, record[width:])):
                problems.add(number, "", f"ada {len(record)} sel, padahal judulnya {width}; periksa koma di dalam isi.")
                continue
            yield number, [record[at].strip() if 0 <= at < len(record) else "" for at in places]
    except csv.Error:
        problems.add(number + 1, "", "tanda kutipnya tidak berpasangan atau selnya terlalu panjang.")
    if places is None:
        problems.add(0, "", "berkas ini kosong.")


def _places(header: list[str], wanted: tuple[str, ...], also: tuple[str, ...], file: str) -> list[int]:
    keys = [header_key(name) for name in header]
    found = []
    wrong = []
    for name in (*wanted, *also):
        if keys.count(name) > 1:
            wrong.append(Problem(file, 1, name, "kolom ini ada dua kali."))
        elif name not in keys and name in wanted:
            wrong.append(Problem(file, 1, name, f"kolom ini tidak ada; yang ada: {_short(', '.join(header), 120)}."))
        found.append(keys.index(name) if name in keys else -1)
    if wrong:
        raise WrongTables(wrong, len(wrong))
    return found


def _check_code(problems: _Problems, row: int, column: str, text: str) -> None:
    if not _CODE.fullmatch(text):
        said = f"“{_short(text)}” bukan kode (huruf, angka, titik, garis; sampai 40)." if text else "wajib diisi."
        problems.add(row, column, said)


def _point(problems: _Problems, row: int, lat: str, lon: str) -> tuple[float, float]:
    """Degrees; two NaN where both cells are empty or a problem was named."""
    if not lat and not lon:
        return math.nan, math.nan
    found = []
    for column, text in (("lat", lat), ("lon", lon)):
        if not text:
            problems.add(row, column, "wajib diisi, karena pasangannya diisi.")
        elif not _NUMBER.fullmatch(text):
            hint = " Pakai titik, bukan koma." if "," in text else ""
            problems.add(row, column, f"“{_short(text)}” bukan bilangan.{hint}")
        else:
            found.append(float(text))
    if len(found) < 2:
        return math.nan, math.nan
    y, x = found
    if _SOUTH <= y <= _NORTH and _WEST <= x <= _EAST:
        return y, x
    if _SOUTH <= x <= _NORTH and _WEST <= y <= _EAST:
        problems.add(row, "lat", f"lintang {lat} dan bujur {lon} tampaknya tertukar.")
    elif _SOUTH <= y <= _NORTH:
        problems.add(row, "lon", f"bujur {_short(lon)} di luar Indonesia ({_WEST:g} sampai {_EAST:g}).")
    else:
        problems.add(row, "lat", f"lintang {_short(lat)} di luar Indonesia ({_SOUTH:g} sampai {_NORTH:g}).")
    return math.nan, math.nan


def _whole(problems: _Problems, row: int, column: str, text: str, *, least: int = 0, most: int) -> int:
    if not text:
        problems.add(row, column, "wajib diisi.")
    elif not _WHOLE.fullmatch(text):
        problems.add(row, column, f"“{_short(text)}” bukan bilangan bulat dari {least} sampai {most}.")
    elif not least <= int(text) <= most:
        problems.add(row, column, f"{text} tidak boleh; harus dari {least} sampai {most}.")
    else:
        return int(text)
    return least


def _radius(problems: _Problems, row: int, text: str) -> float | None:
    if not _NUMBER.fullmatch(text) or not 0 < float(text) <= 1_000_000:
        problems.add(row, "radius_m", f"“{_short(text)}” bukan jarak dalam meter (lebih dari 0, sampai 1000000).")
        return None
    return float(text)


def _fill(problems: _Problems, rows: list[int], villages: list[str], lat: list[float], lon: list[float]) -> None:
    """Stations without a point go to the middle of those of their village that have one."""
    known: dict[str, list[float]] = {}
    for village, y, x in zip(villages, lat, lon, strict=True):
        if not math.isnan(y):
            held = known.setdefault(village, [0.0, 0.0, 0.0])
            held[0], held[1], held[2] = held[0] + y, held[1] + x, held[2] + 1
    for i, village in enumerate(villages):
        if math.isnan(lat[i]):
            if village not in known:
                problems.add(rows[i], "lat", f"tidak diisi, dan tidak ada TPS lain di desa {village} yang punya titik.")
                continue
            y, x, count = known[village]
            lat[i], lon[i] = y / count, x / count


def _short(text: str, most: int = 40) -> str:
    plain = "".join(letter if letter.isprintable() else "�" for letter in text)
    return plain if len(plain) <= most else plain[: most - 1] + "…"
