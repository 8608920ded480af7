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

import msgspec

from sinergi.kernel.arguments import Arguments
from sinergi.kernel.caller import caller_path
from sinergi.kernel.errors import Refused
from sinergi.planning import tables
from sinergi.planning.model import GROUPINGS, Duty, Limits, OfficerPlan, Officers, Units

LARGEST_SEED = 2**31 - 1


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
    inputs = {name: _bytes(getattr(asked, name)) for name in wanted}
    try:
        stations = tables.read_stations(inputs["stations"], asked.stations)
        units = tables.read_units(inputs["units"], asked.units)
        patterns = tables.read_patterns(inputs["patterns"], asked.patterns)
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
    from sinergi.planning.officers import assign_officers
    from sinergi.planning.posts import group_posts
    from sinergi.planning.units import assign_units

    with _Interrupt() as interrupt, _without_banner():
        if limits.seconds is not None:
            # What is left for the search; a tenth is kept for the officers and for writing.
            limits = replace(limits, seconds=max(0.0, 0.9 * limits.seconds - (time.monotonic() - began)))
        posts = group_posts(stations, patterns, asked.grouping, limits, stopped=lambda: interrupt.came)
        named = None
        if officers:
            pins = tables.pins_at(pinned, officers, stations, posts.post_of.tolist(), asked.officers)
            homes = village_middles(stations)
            plan_ = assign_officers(posts_of(stations, posts), units, officers, duty, homes, pins=pins)
            named, sent = (officers, plan_), plan_.units
        else:
            sent = assign_units(posts_of(stations, posts), units)
        files = certify(
            stations, units, posts, sent, grouping=asked.grouping, limits=limits, inputs=inputs, names=named
        )
        told = summary(posts, sent, named[1] if named else None) | {
            "stations_at_shared_points": stations.sharing_a_point()
        }
        told |= {"seconds": round(time.monotonic() - began, 3)}
        files["summary.json"] = msgspec.json.format(msgspec.json.encode(told), indent=2) + b"\n"
        _write(out, files, asked.out)
    alone = told["posts"] == len(stations)
    _say(told, asked.out, filled=int(stations.filled.sum()), alone=alone, interrupted=interrupt.came)
    if named:
        _say_names(*named)
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


def _say_names(officers: Officers, plan: OfficerPlan) -> None:
    """Who may not stand guard and why, women that lack, and what pins cost."""
    from sinergi.planning.officers import RULES

    for rule, words in RULES.items():
        count = sum(1 for broken in plan.barred.values() if broken == rule)
        if count:
            print(f"{count} personel tidak diikutkan: {words}.")
    if plan.women_missing.any():
        print(f"KURANG {int(plan.women_missing.sum())} polwan yang diminta pola.")
    if plan.duty.shifts > 1:
        print(f"{plan.duty.shifts} giliran, masing-masing {plan.duty.shift_hours:g} jam.")
    for pin, price in zip(plan.pins, plan.pin_mm, strict=True):
        if price is not None:
            print(f"Penetapan {officers.code[pin.officer]} di TPS {pin.station} ({pin.reason}): {_price(price)}.")
    if plan.pins:
        print(f"Semua penetapan dengan tangan: {_price(plan.pins_mm)}.")


def _price(mm: int) -> str:
    """What a pin costs, in words."""
    from sinergi.planning.units import LENT_MM

    if mm < LENT_MM // 2:
        return f"{mm / 1e6:.1f} km lebih jauh"
    return "menambah kekurangan, BKO, atau polwan yang tidak ada"


def _proven(gap: object) -> str:
    """How far the metres may be from the best there can be, in words."""
    if gap is None:
        return "tanpa batas bawah"
    # “At most”: so in hundredths of a per cent, rounded up; the gap itself is in millionths.
    hundredths = -(-round(float(str(gap)) * 1e6) // 100)
    return f"paling banyak {hundredths / 100:.2f} % di atas batas bawah terbukti"
