"""The table of bench/README.md, taken from bench/results: `python -m bench.table` writes it anew."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

README = Path(__file__).parent / "README.md"
BENCHES = tuple(
    name
    for name in (
        "ledger",
        "exchange",
        "pages",
        "agreement",
        "planning",
        "names",
        "escorts",
        "median",
        "orders",
        "peers",
    )
    if (Path(__file__).parent / "results" / f"{name}.json").exists()
)
START, END = "<!-- from the results -->\n", "<!-- until here -->\n"

# (bench, ratio) → the bar: least for "must", least for "excellent" (most, where the ratio is a time).
BARS: dict[tuple[str, str], tuple[float, float]] = {
    ("ledger", "EX-1 one client, request for security / durable insert"): (0.30, 0.60),
    ("ledger", "EX-3 admitting a partner's facts / signature check"): (0.50, 0.75),
    ("planning", "PL-P14 2 s / full plan of two regencies, villages"): (1.0, 2.0),
    ("names", "PL-P16 50 ms / five drop-outs, one regency, processor"): (1.0, 2.0),
    ("names", "PL-P17 50 ms / reaction forces, first answer, processor"): (1.0, 2.0),
    ("escorts", "PL-P20 1 s / first routes of 200 stops"): (1.0, 2.0),
    ("escorts", "PL-P19 1.01 of PyVRP after 60 s / ours after 10 s (km)"): (1.0, 1.02),
    ("planning", "PL-P14 2 s / full plan of two regencies, districts"): (1.0, 2.0),
    ("peers", "PL-P6 0.95 / metres of ours to k-means-constrained, districts"): (1.0, 1.02),
    ("peers", "PL-P6 0.5 / time of ours to k-means-constrained, districts"): (1.0, 2.0),
    ("peers", "PL-P7 0.995 / metres of ours to k-means-constrained, villages"): (1.0, 1.02),
    ("planning", "PL-P2/3 bar / country with bound, village, wall"): (1.0, 2.0),
    ("planning", "PL-P2/3 2 GB / country, village, memory"): (1.0, 2.0),
    ("planning", "PL-P2/3 bar / country with bound, district, wall"): (1.0, 2.0),
    ("planning", "PL-P2/3 2 GB / country, district, memory"): (1.0, 2.0),
    ("orders", "letters per second of processor time / 20"): (1.0, 2.0),
    ("exchange", "EX-1 request over HTTP, one client / durable insert"): (0.3, 0.6),
    ("exchange", "EX-2 request over HTTP, 64 clients / PostgreSQL, 64 clients"): (2.0, 2.0),
    ("exchange", "EX-3 catch-up over HTTP / signature check"): (0.5, 0.75),
    ("exchange", "EX-3 same / Hypercore"): (1.0, 1.0),
    ("exchange", "EX-3 same / PouchDB"): (1.0, 1.0),
    ("exchange", "EX-4 50 ms / fresh fact on the partner's tables, p50"): (1.0, 5.0),
    ("exchange", "EX-4 250 ms / same, p99"): (1.0, 5.0),
    ("exchange", "EX-6 2 KiB / asking for nothing new"): (1.0, 2.0),
    ("exchange", "EX-7 1 ms / inclusion proof at a million leaves"): (1.0, 3.3),
    ("exchange", "EX-7 1 ms / consistency proof at a million leaves"): (1.0, 3.3),
    ("exchange", "EX-7 0.1 ms / verifying an inclusion proof"): (1.0, 1.0),
    ("exchange", "EX-8 growing the tree / 150,000 a second"): (1.0, 3.3),
    ("exchange", "EX-9 checkpoints witnessed over HTTP / 300 a second"): (1.0, 5.0),
    ("exchange", "EX-10 a million facts audited in 120 s, fsck"): (1.0, 1.7),
    ("exchange", "EX-10 a million facts audited in 120 s, evidence verify"): (1.0, 1.7),
    ("exchange", "EX-11 rebuilding / raw insert with the same indexes"): (0.3, 0.3),
    ("exchange", "EX-12 sealing for three / age"): (1.0, 1.0),
    ("exchange", "EX-13 2.5 / bytes stored per byte of fact"): (1.0, 1.6),
    ("exchange", "EX-13 350 B / bytes sent per fact, compressed"): (1.0, 1.6),
    ("exchange", "EX-14 400 MB / node after catching up"): (1.0, 2.7),
}


def rows() -> list[str]:
    """One line for every ratio, the lost ones named."""
    lines = ["| Measurement | Ratio | Must / excellent | Kept |", "|---|---:|---:|---|"]
    for bench in BENCHES:
        lines += [line(bench, name, value) for name, value in read(bench)["ratios"].items()]
    return lines


def line(bench: str, name: str, value: float) -> str:
    """One ratio beside its bar, where it has one."""
    if (bench, name) not in BARS:
        return f"| {name} | {value:.3g} | – | – |"
    must, excellent = BARS[bench, name]
    kept = "**lost**" if value < must else "yes" if value < excellent else "excellent"
    return f"| {name} | {value:.3g} | {must:g} / {excellent:g} | {kept} |"


def figures() -> list[str]:
    """Medians and ranges behind the ratios."""
    lines = ["| Figure | Median | Range |", "|---|---:|---:|"]
    for bench in BENCHES:
        for name, figure in read(bench)["figures"].items():
            lines.append(f"| {bench}: {name} | {figure['median']:,.4g} | {figure['from']:,.4g} – {figure['to']:,.4g} |")
    return lines


def section() -> str:
    """What stands between the marks in the page."""
    loads = {bench: [one["load"] for one in read(bench)["machine"]] for bench in BENCHES}
    said = "; ".join(f"{bench} {min(load):.1f} to {max(load):.1f}" for bench, load in loads.items())
    told = f"Load of the machine (cores: {read('ledger')['cores']}) while measuring: {said}.\n"
    return "\n".join([told, *rows(), "", *figures(), ""])


def page(text: str) -> str:
    """The page with its section as the results have it."""
    before, rest = text.split(START)
    return before + START + section() + END + rest.split(END)[1]


def read(bench: str) -> dict[str, Any]:
    """The newest result of one bench."""
    found: dict[str, Any] = json.loads((README.parent / "results" / f"{bench}.json").read_text())
    return found


if __name__ == "__main__":
    README.write_text(page(README.read_text()))
