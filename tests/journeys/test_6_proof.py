"""Journey 6: an agreement leaves the node as a file that a stranger can check, and one changed byte is found."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.journeys.acts import fetch, set_up_code_app
from tests.journeys.stage import Office
from tests.server.conftest import SINERGI

pytestmark = pytest.mark.slow

VERIFIER = Path(__file__).resolve().parents[2] / "docs" / "protocol" / "verify.py"
# The year in a request's signed facts: a change there leaves the record readable and only its proof broken.
YEAR = re.compile(rb'\\"year\\":20\d(\d)')


def judged(command: list, file: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*command, str(file)], capture_output=True, text=True, check=False, timeout=120)


def test_what_page_and_command_give_away_is_accepted_and_one_changed_byte_refused_by_name(seats, tapsel, tmp_path):
    page = seats.sit(tapsel, "sekretaris")
    page.goto("/siapa-punya-apa/")
    # Beside it lies the draft of 2026, under which nothing was asked.
    bundle = page.locator("tr.group", has_text="(2023)").get_by_role("link", name="Bundel bukti")
    bundle.click()
    set_up_code_app(page)
    page.goto("/siapa-punya-apa/")
    from_page = fetch(page, bundle, tmp_path)
    page.goto("/pengamanan/?state=confirmed")
    page.locator("main a.cover").first.click()
    one_record = fetch(page, page.get_by_role("link", name="Unduh bundel bukti"), tmp_path)
    from_command = tmp_path / "perintah.sinergi"
    exported = tapsel.sinergi("evidence", "export", *_only(tapsel), str(from_command))
    assert exported.returncode == 0, exported.stderr

    ours = [SINERGI, "evidence", "verify"]
    strangers = [sys.executable, str(VERIFIER)]
    for file in (from_page, one_record, from_command):
        for command, words in ((ours, "semua bukti sah"), (strangers, "Everything holds")):
            verdict = judged(command, file)
            assert verdict.returncode == 0 and words in verdict.stdout, verdict.stderr

    data = from_page.read_bytes()
    lines = data.splitlines(keepends=True)
    number = next(at for at, line in enumerate(lines) if b"security.assistance_requested" in line and YEAR.search(line))
    digit = YEAR.search(lines[number]).start(1)
    lines[number] = lines[number][:digit] + b"0" + lines[number][digit + 1 :]
    changed = tmp_path / "diubah.sinergi"
    changed.write_bytes(b"".join(lines))
    assert sum(a != b for a, b in zip(data, changed.read_bytes(), strict=True)) == 1
    for command in (ours, strangers):
        verdict = judged(command, changed)
        assert verdict.returncode != 0
        assert f"line {number + 1}" in verdict.stderr and "security.assistance_requested" in verdict.stderr
        assert "Traceback" not in verdict.stderr


def test_the_store_is_whole_and_every_table_is_what_the_log_says_while_the_node_serves(offices):
    for office in offices.values():
        whole = office.sinergi("fsck")
        assert (whole.returncode, whole.stdout.strip()) == (0, "semua simpanan utuh"), whole.stdout + whole.stderr
        rebuilt = office.sinergi("rebuild", "--check")
        assert (rebuilt.returncode, rebuilt.stdout.strip()) == (0, "setiap tabel sesuai buku catatan"), rebuilt.stdout


def _only(office: Office) -> list[str]:
    """Which agreement, where the node has several."""
    known = sorted({agreement for agreement, _agency in office.logs()} - {""})
    return ["--agreement", known[0]] if len(known) > 1 else []
