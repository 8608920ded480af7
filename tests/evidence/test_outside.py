"""An outside witness in an evidence file: both verifiers count it apart from the parties, and nobody else for it."""

from __future__ import annotations

import io
import re
import sys

import pytest

from sinergi.kernel.instants import now
from sinergi.ledger.evidence import export_agreement, export_record
from sinergi.ledger.evidence.check import check
from sinergi.ledger.models import Entry
from sinergi.sync import witnesses
from sinergi.sync.models import Peer
from sinergi.sync.tests.test_witnesses import BAWASLU, Outside
from tests.evidence.test_evidence import VERIFY, ours, theirs
from tests.nodes.fixtures import met


@pytest.fixture
def seen_from_outside(past) -> str:
    """The agreement's id: cosigned by both parties, and as it stands now by an outside witness."""
    outside = Outside(met(BAWASLU))
    peer = Peer.objects.create(agency=outside.who.id, url="https://b.example", introduced_at=now(), witnesses=True)
    assert witnesses.submit(peer, outside).cosigned == 2
    return past


def told_by_the_stranger(data: bytes, capsys) -> list[str]:
    file = VERIFY.File()
    file.read(io.BytesIO(data).readlines())
    file.tell()
    return re.findall(r"arrived .*?(?=, body)", capsys.readouterr().out)


def test_both_verifiers_count_the_same(seen_from_outside, capsys):
    data = b"".join(export_agreement(seen_from_outside))
    assert ours(data) == theirs(data) == ""
    records: list = []
    report = check(io.BytesIO(data), tell=records.append)
    facts = [record for record in records if record.of]
    assert {(record.of, record.witnessed) for record in facts} <= {(2, 1), (2, 2)}
    assert BAWASLU["name"] in {signer.name for signer in report.signers} and len(report.parties) == 2
    ours_told = [f"arrived {r.arrived} of 1, witnessed {r.witnessed} of 2 (1 from outside)" for r in facts]
    assert [line for line in told_by_the_stranger(data, capsys) if "outside" in line] == ours_told
    assert any("witnessed 2 of 2" in line for line in ours_told)


def test_a_single_record_carries_it_too(seen_from_outside, capsys):
    data = b"".join(export_record(Entry.objects.get(kind="agreement.entered").key))
    assert ours(data) == theirs(data) == ""
    assert "arrived 1 of 1, witnessed 2 of 2 (1 from outside)" in told_by_the_stranger(data, capsys)


def test_whoever_trusts_named_agencies_only_names_the_witness_too(seen_from_outside, tmp_path, monkeypatch):
    data = b"".join(export_agreement(seen_from_outside))
    (tmp_path / "file").write_bytes(data)
    signers = check(io.BytesIO(data)).signers

    def verify(pins: list[str]) -> None:
        options = [word for pin in pins for word in ("--fingerprint", pin)]
        monkeypatch.setattr(sys, "argv", ["verify.py", *options, str(tmp_path / "file")])
        VERIFY.main()

    verify([signer.fingerprint for signer in signers])
    with pytest.raises(SystemExit, match="not the ones given"):
        verify([signer.fingerprint for signer in signers if signer.name != BAWASLU["name"]])
