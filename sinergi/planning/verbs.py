"""`sinergi plan`: from three tables to a plan in a folder, without a node and without a server."""

from __future__ import annotations

import argparse
import contextlib
import math
import os
import secrets
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import msgspec

from sinergi.kernel.arguments import Arguments
from sinergi.kernel.caller import caller_path
from sinergi.kernel.errors import Refused
from sinergi.planning import tables
from sinergi.planning.model import GROUPINGS, Duty, Limits, Officers, Units

if TYPE_CHECKING:
    from sinergi.planning.explain import Asked

LARGEST_SEED = 2**31 - 1
# Options that speak of names.
BY_NAME = ("closed", "before", "why-here", "why-not", "why-short")


def plan(argv: list[str], data: Path) -> int:
    """`sinergi plan`: guard posts and the officers who stand at them, with what proves how good they are."""
    began = time.monotonic()
    asked = _arguments().parse_args(argv)
    limits = _limits(asked)
    out = caller_path(asked.out)
    if out.exists() and not out.is_dir():
        raise Refused(
            "%(out)s bukan folder; sebut folder lain untuk hasilnya.", code="REN-02", words={"out": asked.out}
        )
    duty = _duty(asked)
    wanted = ["stations", "units", "patterns", *(["officers"] if asked.officers else [])]
    by_name = [name for name in BY_NAME if getattr(asked, name.replace("-", "_"))]
    if by_name and not asked.officers:
        raise Refused("--%(name)s hanya dapat dipakai bersama --officers.", code="REN-03", words={"name": by_name[0]})
    inputs = {
        name: _bytes(getattr(asked, name))
        for name in (*wanted, *[name for name in ("closed", "sites") if getattr(asked, name)])
    }
    before = _bytes(f"{asked.before}/officers.csv") if asked.before else b""
    try:
        stations = tables.read_stations(inputs["stations"], asked.stations)
        units = tables.read_units(inputs["units"], asked.units)
        patterns = tables.read_patterns(inputs["patterns"], asked.patterns)
        sites = tables.read_sites(inputs["sites"], asked.sites) if asked.sites else None
        officers, pinned = tables.read_officers(inputs["officers"], asked.officers) if asked.officers else (None, [])
        tables.check_together(stations, patterns, asked.patterns)
    except tables.WrongTables as wrong:
        for problem in wrong.problems[1:]:
            print(problem, file=sys.stderr)
        raise
    if officers:
        _compare(units, officers)
    for sentence in tables.unmatched(stations, units, patterns):
        print(sentence, file=sys.stderr)
    # The compiled loops take a second to load; whoever only mistyped an option does not wait for them.
    from sinergi.planning.certificate import certify, posts_of, summary, village_middles
    from sinergi.planning.explain import Asked
    from sinergi.planning.officers import assign_officers
    from sinergi.planning.posts import group_posts
    from sinergi.planning.reaction import place_reaction, weights_of, within_reach
    from sinergi.planning.replanning import replan
    from sinergi.planning.spoken import say_choices, say_names, say_reaction
    from sinergi.planning.units import assign_units

    with _Interrupt() as interrupt, _without_banner():
        if limits.seconds is not None:
            # What is left for the search; a tenth is kept for the officers and for writing.
            limits = replace(limits, seconds=max(0.0, 0.9 * limits.seconds - (time.monotonic() - began)))
        posts = group_posts(stations, patterns, asked.grouping, limits, stopped=lambda: interrupt.came)
        named, choices = None, []
        if officers:
            pins = tables.pins_at(pinned, officers, stations, posts.post_of.tolist(), asked.officers)
            homes = village_middles(stations)
            there, guard = posts_of(stations, posts), posts.post_of.tolist()
            closed = (
                tables.read_closed(inputs["closed"], asked.closed, units, stations, guard)
                if asked.closed
                else frozenset()
            )
            if before:
                old = tables.read_before(before, f"{asked.before}/officers.csv", stations, guard)
                choices = replan(there, units, officers, duty, homes, old, pins=pins, closed=closed)
                plan_ = choices[min(asked.choice, len(choices)) - 1].plan
            else:
                plan_ = assign_officers(there, units, officers, duty, homes, pins=pins, closed=closed)
            asking = Asked(plan_, there, units, officers, duty, homes, closed)
            named, sent = (officers, plan_), plan_.units
        else:
            sent = assign_units(posts_of(stations, posts), units)
        reaction = None
        if sites:
            within = within_reach(stations.lat, stations.lon, sites.lat, sites.lon, asked.reach_metres)
            reaction = (sites, place_reaction(within, weights_of(stations), asked.teams), asked.reach_metres)
        files = certify(
            stations,
            units,
            posts,
            sent,
            grouping=asked.grouping,
            limits=limits,
            inputs=inputs,
            names=named,
            reaction=reaction,
        )
        told = summary(posts, sent, named[1] if named else None) | {
            "stations_at_shared_points": stations.sharing_a_point()
        }
        told |= {"seconds": round(time.monotonic() - began, 3)}
        files["summary.json"] = msgspec.json.format(msgspec.json.encode(told), indent=2) + b"\n"
        _write(out, files, asked.out)
    alone = told["posts"] == len(stations)
    _say(told, asked.out, filled=int(stations.filled.sum()), alone=alone, interrupted=interrupt.came)
    if reaction:
        say_reaction(*reaction)
    if named:
        say_names(*named)
        if choices:
            say_choices(choices, named[0], asked.choice)
        _say_why(asked, asking, stations.code, posts.post_of.tolist())
    return 0


def _arguments() -> Arguments:
    parser = Arguments(
        prog="sinergi plan",
        description="Susun rencana penjagaan: posko TPS, satuan yang mengisinya, dan bukti seberapa baik rencananya. "
        "Jarak dihitung lurus di permukaan bumi (bola berjari-jari 6.371.008,8 m), bukan lewat jalan.",
    )
    parser.add_argument("--stations", required=True, help="CSV TPS: " + ",".join(tables.STATIONS))
    parser.add_argument("--units", required=True, help="CSV satuan: " + ",".join(tables.UNITS))
    parser.add_argument("--officers", help="CSV personel, untuk penempatan per nama: " + ",".join(tables.OFFICERS))
    parser.add_argument("--closed", help="CSV jalan yang tertutup: " + ",".join(tables.CLOSED))
    parser.add_argument("--before", help="folder rencana lama: susun ulang dengan perubahan sesedikit mungkin")
    parser.add_argument(
        "--choice", type=int, default=1, help="pilihan ke berapa dari susun ulang yang ditulis (bawaan 1)"
    )
    parser.add_argument("--sites", help="CSV calon tempat pasukan reaksi cepat: " + ",".join(tables.SITES))
    parser.add_argument("--teams", type=int, default=1, help="jumlah tim reaksi cepat (bawaan 1)")
    parser.add_argument("--reach-metres", type=float, default=8000.0, help="jangkauan satu tim (bawaan 8000)")
    parser.add_argument("--why-here", metavar="PERSONEL", help="mengapa ia di sana?")
    parser.add_argument("--why-not", nargs=2, metavar=("PERSONEL", "TPS"), help="mengapa ia tidak di TPS itu?")
    parser.add_argument("--why-short", action="store_true", help="mengapa kurang?")
    parser.add_argument("--duty-hours", type=int, default=12, help="berapa jam posko dijaga (bawaan 12)")
    parser.add_argument(
        "--most-hours", type=int, default=12, help="jam tugas seorang paling banyak; lebih lama berarti bergiliran"
    )
    parser.add_argument("--rest-hours", type=int, default=8, help="istirahat sebelumnya paling sedikit (bawaan 8)")
    parser.add_argument("--oldest", type=int, default=50, help="umur paling tinggi (bawaan 50)")
    parser.add_argument(
        "--away-metres",
        type=float,
        default=0.0,
        help="jarak paling dekat dari desa asal; desanya sendiri selalu dilarang",
    )
    parser.add_argument("--patterns", required=True, help="CSV pola: " + ",".join(tables.PATTERNS))
    parser.add_argument(
        "--out", required=True, help="folder hasil: posts.csv, assignments.csv, summary.json, certificate.json"
    )
    parser.add_argument(
        "--grouping", choices=GROUPINGS, default="village", help="batas posko: desa (bawaan) atau kecamatan"
    )
    parser.add_argument("--seconds", type=float, help="paling lama mencari; tanpa ini tiga putaran")
    parser.add_argument("--rounds", type=int, help="jumlah putaran: benih dan putaran yang sama, rencana yang sama")
    parser.add_argument("--seed", type=int, default=0, help="benih bilangan acak (bawaan 0)")
    parser.add_argument("--threads", type=int, default=min(8, os.cpu_count() or 1), help="utas; tidak mengubah hasil")
    return parser


def _duty(asked: argparse.Namespace) -> Duty:
    for name, least, most in (
        ("duty-hours", 1, 240),
        ("most-hours", 1, 240),
        ("rest-hours", 0, 240),
        ("oldest", 17, 99),
        ("away-metres", 0, 1_000_000),
        ("choice", 1, 99),
        ("teams", 1, 10_000),
        ("reach-metres", 0, 1_000_000),
    ):
        _within(name, getattr(asked, name.replace("-", "_")), least, most)
    return Duty(
        hours=asked.duty_hours,
        most_hours=asked.most_hours,
        rest_hours=asked.rest_hours,
        oldest=asked.oldest,
        away_m=asked.away_metres,
    )


def _within(name: str, value: float, least: int, most: int) -> None:
    if not (math.isfinite(value) and least <= value <= most):
        raise Refused(
            "--%(name)s harus dari %(least)s sampai %(most)s.",
            code="REN-04",
            words={"name": name, "least": least, "most": most},
        )


def _limits(asked: argparse.Namespace) -> Limits:
    for name, least, most in (
        ("seconds", 0, 1_000_000),
        ("rounds", 0, 10_000),
        ("seed", 0, LARGEST_SEED),
        ("threads", 1, 256),
    ):
        value = getattr(asked, name)
        if value is not None:
            _within(name, value, least, most)
    return Limits(seed=asked.seed, rounds=asked.rounds, seconds=asked.seconds, threads=asked.threads)


def _bytes(name: str) -> bytes:
    try:
        return caller_path(name).read_bytes()
    except OSError as error:
        raise Refused(
            "%(name)s tidak terbaca: %(why)s.", code="REN-05", words={"name": name, "why": error.strerror or "?"}
        ) from None


class _Interrupt:
    """Ctrl-C ends the search, not the work: the best plan so far is still written. A second one ends everything."""

    def __init__(self) -> None:
        self.came = False

    def __enter__(self) -> _Interrupt:
        self._before = signal.signal(signal.SIGINT, self._note)
        return self

    def __exit__(self, *error: object) -> None:
        signal.signal(signal.SIGINT, self._before)

    def _note(self, number: int, frame: FrameType | None) -> None:
        if self.came:
            raise KeyboardInterrupt
        self.came = True
        print("Dihentikan; rencana terbaik sejauh ini ditulis …", file=sys.stderr)


@contextlib.contextmanager
def _without_banner() -> Iterator[None]:
    """What a library's own code writes to standard output (HiGHS: its name and licence) is no part of the answer."""
    if sys.stdout is not None:
        sys.stdout.flush()
    try:
        kept = os.dup(1)
    except OSError:
        # Started without any standard output: what goes there must not end in a file that is opened next.
        kept = -1
    with open(os.devnull, "wb") as nowhere:
        if nowhere.fileno() != 1:
            os.dup2(nowhere.fileno(), 1)
        try:
            yield
        finally:
            if kept >= 0:
                os.dup2(kept, 1)
                os.close(kept)


def _write(out: Path, files: dict[str, bytes], said: str) -> None:
    """Each file whole or not at all."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            draft = out / f".{name}.{secrets.token_hex(4)}"
            try:
                draft.write_bytes(content)
                draft.replace(out / name)
            finally:
                draft.unlink(missing_ok=True)
    except OSError as error:
        raise Refused(
            "Hasil tidak dapat ditulis ke %(out)s: %(why)s.",
            code="REN-06",
            words={"out": said, "why": error.strerror or "?"},
        ) from None


def _say(told: dict[str, object], out: str, *, filled: int, alone: bool, interrupted: bool) -> None:
    """The plan in four sentences; the shortage, where there is one, comes first."""
    if told["unmet"]:
        least = told["lower_bound_unmet"]
        print(f"KURANG {told['unmet']} personel (paling sedikit yang mungkin: {least}).")
    if told["posts"] == told["lower_bound_posts"]:
        print(f"{told['posts']} posko: jumlah minimum, terbukti.")
    else:
        print(f"{told['posts']} posko; batas bawah yang terbukti {told['lower_bound_posts']}.")
    shared = told["stations_at_shared_points"]
    if alone:
        print("Tiap TPS punya posko sendiri; tidak ada jarak di antaranya.")
    elif shared and not told["travel_m"]:
        print("Jarak TPS ke posko tidak diketahui: TPS yang satu posko bertitik sama, mungkin titik tengah desa.")
    else:
        print(f"Jarak TPS ke posko {float(str(told['travel_m'])) / 1000:.1f} km, {_proven(told['gap'])}.")
        if shared:
            print(f"{shared} TPS bertitik sama dengan TPS lain; jarak di antaranya dihitung nol.", file=sys.stderr)
    print(f"{told['officers']} personel ditempatkan, {told['lent']} di antaranya BKO; hasil di {out}.")
    if filled:
        print(f"{filled} TPS tanpa titik ditaruh di tengah TPS lain di desanya.", file=sys.stderr)
    if told["officers"] == 0:
        print("Tidak ada personel yang dapat ditempatkan; hanya poskonya yang direncanakan.", file=sys.stderr)
    if interrupted or told["cut_short"]:
        print(f"Pencarian berhenti setelah {told['rounds']} putaran penuh.", file=sys.stderr)


def _compare(units: Units, officers: Officers) -> None:
    """Where the table of units counts others than the table of names: names count, and it is told."""
    count = {code: officers.unit.count(code) for code in set(officers.unit)}
    for code, strength in zip(units.code, units.officers.tolist(), strict=True):
        if count.get(code, 0) != strength:
            print(
                f"Satuan {code}: {strength} personel di tabelnya, {count.get(code, 0)} nama; namanya yang dihitung.",
                file=sys.stderr,
            )


def _say_why(asked: argparse.Namespace, asking: Asked, stations: list[str], post_of: list[int]) -> None:
    """Answers to --why-here, --why-not, --why-short, a sentence for each reason."""
    from sinergi.planning.explain import WhyHere, WhyNot, WhyShort, explain
    from sinergi.planning.spoken import in_words

    questions: list[WhyHere | WhyNot | WhyShort] = []

    def officer(code: str) -> int:
        if code not in asking.officers.code:
            raise Refused("Personel %(code)s tidak ada di tabel.", code="REN-17", words={"code": code})
        return asking.officers.code.index(code)

    if asked.why_here:
        questions.append(WhyHere(officer(asked.why_here)))
    if asked.why_not:
        code, station = asked.why_not
        if station not in stations:
            raise Refused("TPS %(code)s tidak ada di tabel.", code="REN-17", words={"code": station})
        questions.append(WhyNot(officer(code), station, post_of[stations.index(station)]))
    if asked.why_short:
        questions.append(WhyShort())
    for question in questions:
        for reason in explain(asking, question):
            print(in_words(reason))


def _proven(gap: object) -> str:
    """How far the metres may be from the best there can be, in words."""
    if gap is None:
        return "tanpa batas bawah"
    # “At most”: so in hundredths of a per cent, rounded up; the gap itself is in millionths.
    hundredths = -(-round(float(str(gap)) * 1e6) // 100)
    return f"paling banyak {hundredths / 100:.2f} % di atas batas bawah terbukti"
