"""An evidence file proves itself, to us and to a verifier that shares no code; any changed byte is refused by name."""

from __future__ import annotations

import importlib.util
import io
import itertools
import json
import random
import subprocess
import sys
from pathlib import Path

import pytest

from sinergi.ledger import keys
from sinergi.ledger.evidence import BadEvidence
from sinergi.ledger.evidence.check import check
from sinergi.ledger.evidence.container import Head, Writer

VERIFIER = Path(__file__).resolve().parents[2] / "docs" / "protocol" / "verify.py"


def stranger():
    """The stand-alone verifier, loaded as a module so that thousands of files can be tried in a second."""
    spec = importlib.util.spec_from_file_location("verify_standalone", VERIFIER)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


VERIFY = stranger()


def ours(data: bytes) -> str:
    """What our verifier says: empty where it accepts."""
    try:
        check(io.BytesIO(data))
    except BadEvidence as refusal:
        return str(refusal)
    return ""


def theirs(data: bytes) -> str:
    """What the stand-alone verifier says: empty where it accepts."""
    file = VERIFY.File()
    try:
        file.read(io.BytesIO(data).readlines())
    except Exception as refusal:
        return f"{file.where}: {refusal}"
    return ""


def test_the_stand_alone_verifier_is_short_and_shares_no_code():
    text = VERIFIER.read_text()
    assert len(text.splitlines()) <= 300
    assert "import sinergi" not in text and "from sinergi" not in text


def test_both_verifiers_accept_what_was_exported(whole, single):
    assert ours(whole) == theirs(whole) == ""
    assert ours(single) == theirs(single) == ""


def test_the_command_tells_who_signed_and_exits_by_the_truth(whole, tmp_path):
    file = tmp_path / "bukti.sinergi"
    file.write_bytes(whole)
    good = subprocess.run([sys.executable, VERIFIER, file], capture_output=True, text=True, check=False)
    assert good.returncode == 0 and "Everything holds" in good.stdout
    assert "agreement.entered" in good.stdout and "witnessed 1 of 1" in good.stdout
    file.write_bytes(whole.replace(b"term_over", b"void_law"))
    bad = subprocess.run([sys.executable, VERIFIER, file], capture_output=True, text=True, check=False)
    assert bad.returncode != 0 and "REFUSED at line" in bad.stderr


@pytest.mark.slow
def test_every_single_byte_counts(single):
    """One bit of every byte of a one-record file: both refuse each, saying where."""
    accepted = []
    for place in range(len(single)):
        changed = bytearray(single)
        changed[place] ^= 1 << (place % 7)
        if not ours(bytes(changed)) or (place % 7 == 0 and not theirs(bytes(changed))):
            accepted.append(place)
    assert accepted == []


def test_a_changed_byte_names_its_record(whole):
    lines = whole.splitlines(keepends=True)
    number = next(at for at, line in enumerate(lines) if b"agreement.left" in line)
    lines[number] = lines[number].replace(b"term_over", b"void_law", 1)
    for verdict in (ours(b"".join(lines)), theirs(b"".join(lines))):
        assert f"line {number + 1}" in verdict and "agreement.left" in verdict


@pytest.mark.slow
def test_lines_cannot_be_dropped_doubled_or_swapped(whole):
    lines = whole.splitlines(keepends=True)
    generator = random.Random(7)
    for _attempt in range(40):
        at = generator.randrange(len(lines))
        other = generator.randrange(len(lines))
        dropped = lines[:at] + lines[at + 1 :]
        doubled = [*lines[: at + 1], lines[at], *lines[at + 1 :]]
        swapped = list(lines)
        swapped[at], swapped[other] = swapped[other], swapped[at]
        for changed in (dropped, doubled, *([swapped] if lines[at] != lines[other] else [])):
            assert ours(b"".join(changed)) and theirs(b"".join(changed))


def test_a_truncated_file_is_refused_at_any_length(whole):
    for length in range(0, len(whole) - 1, 97):
        assert ours(whole[:length]) and theirs(whole[:length])


def test_an_unknown_signature_line_is_an_error_inside_a_bundle(whole):
    line = "— sinergi.invalid/agency/0000/witness AAAAAAAAAAAAAAAA\\n".encode()
    at = whole.index(b'\\n"', whole.index(b"checkpoint/"))
    changed = whole[: at + 2] + line + whole[at + 2 :]
    assert ours(changed) and theirs(changed)


def written(data: bytes, members: list[tuple[str, str]]) -> bytes:
    """A file with these members, its chain and manifest made as an exporter with the real key would make them."""
    writer = Writer(Head(**json.loads(data.splitlines()[0])))
    lines = [writer.head(), *(writer.member(name, text) for name, text in members)]
    return b"".join([*lines, writer.manifest(keys.own()["event"])])


def members_of(data: bytes) -> list[tuple[str, str]]:
    """Name and data of every member."""
    lines = [json.loads(line) for line in data.splitlines()[1:-1]]
    return [(line["name"], line["data"]) for line in lines]


@pytest.mark.slow
def test_members_stand_in_one_order_and_both_verifiers_insist_on_it(whole, single):
    """An exporter with a valid key may write anything; both give the same verdict on every pair that is swapped, every
    member that is moved to either end, doubled or dropped."""
    for file in (whole, single):
        members = members_of(file)
        assert ours(written(file, members)) == theirs(written(file, members)) == ""
        places = range(len(members))
        changed = [[*members[:at], *members[at + 1 :]] for at in places]
        changed += [[*members[: at + 1], members[at], *members[at + 1 :]] for at in places]
        changed += [[members[at], *members[:at], *members[at + 1 :]] for at in places[1:]]
        for one, other in itertools.combinations(places, 2):
            swapped = list(members)
            swapped[one], swapped[other] = swapped[other], swapped[one]
            changed.append(swapped)
        dropped = len(members)
        for number, case in enumerate(changed):
            mine, its = ours(written(file, case)), theirs(written(file, case))
            assert bool(mine) == bool(its), (mine, its, [name for name, _ in case])
            assert mine or number < dropped, [name for name, _ in case]
