"""An agreement with a past: records, bodies, cosignatures on both sides, as evidence files."""

from __future__ import annotations

import pytest

from sinergi.features.agreement.events import AgreementLeft
from sinergi.ledger import checkpoint as notes
from sinergi.ledger import cosigning, store
from sinergi.ledger.evidence import export_agreement, export_record
from sinergi.ledger.models import Entry, Log
from sinergi.ledger.writer import run
from tests.nodes.simulator import NOON


def cosign_ours(police, agreement: str) -> None:
    """Let the partner witness and mirror our log as it stands; let us do the same with theirs."""
    own = Log.objects.get(agreement=agreement, is_own=True)
    note = run(lambda: store.sign_checkpoint(Log.objects.get(pk=own.pk)))
    checkpoint = notes.parse(note).checkpoint
    lines = b"".join(
        notes.cosign(checkpoint, police.id, use, police.ring[use], int(NOON.timestamp())) for use in cosigning.USES
    )
    run(lambda: cosigning.admit(police.id, note, lines))
    for log in Log.objects.filter(is_own=False, agreement=agreement):
        run(lambda log=log: cosigning.cosign(log))


@pytest.fixture
def past(agreement, police):
    """The agreement's id: founded and confirmed, cosigned by both, then ended by the police."""
    cosign_ours(police, agreement)
    police.state(agreement, AgreementLeft(reason="term_over"))
    return agreement


@pytest.fixture
def whole(past) -> bytes:
    """The evidence file of the whole agreement."""
    return b"".join(export_agreement(past))


@pytest.fixture
def single(past) -> bytes:
    """The evidence file of the founding record."""
    return b"".join(export_record(Entry.objects.get(kind="agreement.entered").key))
