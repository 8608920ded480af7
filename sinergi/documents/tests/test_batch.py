import signal
import subprocess
import sys
import time

import msgspec
import pytest

from sinergi.documents.batch import Work, draw, drawn
from sinergi.documents.tests.test_orders import ORDER

PAPERS = [Work(f"surat-{number}", msgspec.structs.replace(ORDER, number=f"Sgas/{number}/2024")) for number in range(6)]


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "work.jsonl").write_bytes(b"".join(msgspec.json.encode(work) + b"\n" for work in PAPERS))
    before = signal.getsignal(signal.SIGTERM)
    yield tmp_path
    signal.signal(signal.SIGTERM, before)


def test_a_run_that_was_cut_off_goes_on_and_ends_with_the_same_files(folder):
    assert draw(folder) == 6
    whole, first = drawn(folder), (folder / "surat-0.pdf").read_bytes()
    lines = (folder / "drawn").read_bytes().splitlines(keepends=True)
    # As a kill leaves it: two noted, the third cut off in its line, a half file beside its place.
    (folder / "drawn").write_bytes(b"".join(lines[:2]) + lines[2][:70])
    (folder / "surat-2.pdf").write_bytes(b"%PDF half")
    (folder / "surat-3.new").write_bytes(b"%PDF half")
    assert len(drawn(folder)) == 2
    assert draw(folder) == 4
    assert drawn(folder) == whole and (folder / "surat-0.pdf").read_bytes() == first
    assert (folder / "surat-2.pdf").read_bytes() != b"%PDF half"
    assert draw(folder) == 0


@pytest.mark.slow
def test_a_killed_child_leaves_only_whole_files_and_a_stopped_one_ends_early(folder):
    code = f"from sinergi.documents.batch import draw; draw({str(folder)!r})"
    child = subprocess.Popen([sys.executable, "-c", code])
    while not drawn(folder) and child.poll() is None:
        time.sleep(0.01)
    child.kill()
    child.wait()
    for name in drawn(folder):
        assert (folder / f"{name}.pdf").read_bytes().endswith(b"%%EOF")
    rest = draw(folder)
    assert len(drawn(folder)) == 6 and rest < 6
