"""P16: every parser of foreign bytes either reads or refuses in its own words; none breaks, swells or hangs."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from random import Random

import pytest

from sinergi.kernel.instants import now
from sinergi.ledger import bundle as bundles
from sinergi.ledger import store
from sinergi.ledger.models import Cosignature, Entry, Log
from sinergi.sync import invitations
from tests.evidence.conftest import past, single, whole  # noqa: F401  fixtures of evidence files
from tests.promises import hostile
from tests.promises.figures import print_figure
from tests.promises.inputs import samples
from tests.promises.parsers import TARGETS

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

ROOT = Path(__file__).parents[2]
SECONDS = int(os.environ.get("SINERGI_FUZZ_SECONDS", "4"))
SEED = os.environ.get("SINERGI_FUZZ_SEED", "16")
LONGEST_S = 10
MOST_MEMORY_MB = 256
FOUND_BEFORE = Path(__file__).parent / "crashers"


def test_no_parser_breaks_swells_or_hangs(whole, single, tmp_path, capsys):  # noqa: F811
    corpora = _corpora(tmp_path / "corpora", whole, single)
    assert set(corpora) == set(TARGETS)
    with ThreadPoolExecutor(2) as lanes:
        runs = list(lanes.map(lambda name: _fuzzed(name, corpora[name], tmp_path), sorted(TARGETS)))
    broken = [said for code, said in runs if code != 0]
    counts = [int(_said("number_of_executed_units", said)) for _, said in runs]
    memory = [int(_said("peak_rss_mb", said)) for _, said in runs]
    with capsys.disabled():
        print_figure(
            "P16",
            f"{sum(counts)} runs of {len(runs)} parsers, {len(broken)} crashes",
            f"0 crashes, at most {max(memory)} MB of {MOST_MEMORY_MB}, each input under {LONGEST_S} s, seed {SEED}",
        )
        print(dict(zip(sorted(TARGETS), zip(counts, memory, strict=True), strict=True)))
    assert not broken, "\n\n".join(said[-3000:] for said in broken)
    assert min(counts) > 100, "a parser was hardly run"


def test_the_stand_alone_verifier_never_shows_a_traceback(whole, tmp_path):  # noqa: F811
    random = Random(f"{SEED} verifier")
    place = tmp_path / "bukti.sinergi"
    spoiled = [hostile.mutated(random, whole) for _ in range(12)]
    spoiled += [b"", b"\n", b"\xff" * 2_000, b"[" * 200_000 + b"\n", whole[:-1], whole + whole, b"{}\n{}\n"]
    for data in spoiled:
        place.write_bytes(data)
        told = subprocess.run(
            [sys.executable, str(ROOT / "docs/protocol/verify.py"), str(place)],
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert "Traceback" not in told.stderr, told.stderr
        assert (told.returncode == 0) == (data == whole), told.stderr


def _fuzzed(name: str, corpus: Path, tmp_path: Path) -> tuple[int, str]:
    """The exit code and what was said; libFuzzer ends with 0 only if nothing broke."""
    found = tmp_path / f"found-{name}-"
    # What libFuzzer learns is kept apart from the samples.
    learned = tmp_path / f"learned-{name}"
    learned.mkdir()
    # Linux hands the highest memory of a process on to what it starts; a shell between us keeps that of the tests out.
    command = ["sh", "-c", '"$@"; exit $?', "sh", sys.executable, "-m", "tests.promises.parsers", name]
    command += [
        f"-max_total_time={SECONDS}",
        f"-timeout={LONGEST_S}",
        f"-rss_limit_mb={MOST_MEMORY_MB}",
        f"-seed={int(SEED)}",
    ]
    command += [
        "-max_len=200000",
        "-print_final_stats=1",
        "-verbosity=1",
        f"-artifact_prefix={found}",
        str(learned),
        str(corpus),
    ]
    environment = {
        **os.environ,
        "TMPDIR": str(tmp_path),
        "PYTHONPATH": str(ROOT),
        "SINERGI_DATA": str(tmp_path / "node"),
    }
    ended = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, errors="replace", timeout=300
    )
    said = ended.stdout + ended.stderr
    artifacts = [f"{path.name}: {path.read_bytes()[:2000]!r}" for path in tmp_path.glob(f"{found.name}*")]
    return ended.returncode, f"{name}: {said[-4000:]}\n" + "\n".join(artifacts)


def _said(what: str, text: str) -> str:
    match = re.search(rf"stat::{what}:\s+(\d+)", text)
    assert match, f"libFuzzer did not come to its end: {text}"
    return match[1]


def _corpora(place: Path, whole: bytes, single: bytes) -> dict[str, Path]:  # noqa: F811
    """A folder of good samples for each parser, with everything that broke it before."""
    invitations.settle("https://sinergi.contoh.go.id")
    made = invitations.invite("Polres Tapanuli Selatan", days=7, at=now())
    bundled = [store.bundle(log.origin, 0) for log in Log.objects.exclude(role="internal")]
    given = {
        "envelope": [bytes(entry.data) for entry in Entry.objects.all()[:8]],
        "bundle": [bundles.encode(found) for found in bundled],
        "note": [found.checkpoint.encode() for found in bundled]
        + [bytes(mark.note) for mark in Cosignature.objects.all()[:4]],
        "evidence": [whole, single],
        "verifier": [whole, single],
        "invitation": [made.letter, made.short.encode()],
        "message": [
            json.dumps({"agency": "a" * 64, "logs": [], "cosigned": []}).encode(),
            b'{"seqs":[0,1]}',
            b'{"bodies":[{"seq":0,"salt":"AAAA","data":"AAAA"}],"absent":[1]}',
        ],
        "csv": [data for name, data in samples() if name.endswith(".csv")]
        + ["sep=;\r\nKode;Nama\r\n1;é\r\n".encode("utf-16"), 'a\tb\n"x\ny"\tz\n'.encode("cp1252")],
        "xlsx": list(_members(dict(samples())["daftar.xlsx"])),
        "scan": [data for name, data in samples() if name.endswith((".pdf", ".jpg"))],
        "boundaries": [_square()],
    }
    corpora = {}
    for name, contents in given.items():
        corpora[name] = place / name
        corpora[name].mkdir(parents=True)
        known = [path.read_bytes() for path in sorted(FOUND_BEFORE.glob(f"{name}-*"))]
        for number, content in enumerate([*contents, *known]):
            (corpora[name] / str(number)).write_bytes(content)
    return corpora


def _members(good: bytes) -> Iterator[bytes]:
    yield b"\xff" + good
    with zipfile.ZipFile(BytesIO(good)) as archive:
        for number, name in enumerate(sorted(archive.namelist())):
            yield bytes([number]) + archive.read(name)


def _square() -> bytes:
    ring = [[99.0, 1.0], [99.5, 1.0], [99.5, 1.5], [99.0, 1.0]]
    feature = {
        "type": "Feature",
        "properties": {"code": "1203"},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    return json.dumps({"type": "FeatureCollection", "features": [feature]}).encode()
