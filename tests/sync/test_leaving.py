"""What a party may read, state and keep once it has left: one rule, asked by the sender and by the receiver."""

from __future__ import annotations

import io

import pytest

from sinergi.features.agreement.actions import leave_agreement
from sinergi.features.agreement.events import AgreementLeft
from sinergi.features.security import actions
from sinergi.features.security.models import Request
from sinergi.features.security.tests.test_facts import consent, content, do, from_police
from sinergi.kernel.errors import Refused
from sinergi.kernel.ids import new_event_id
from sinergi.ledger import bundle as bundles
from sinergi.ledger import rebuild, store
from sinergi.ledger.evidence import export_agreement
from sinergi.ledger.evidence.check import check
from sinergi.ledger.models import Entry, Log
from sinergi.ledger.writer import run
from sinergi.sync import messages, pull, statement
from tests.evidence.test_evidence import theirs
from tests.nodes.simulator import NOON

OVER = AgreementLeft(reason="term_over")


@pytest.fixture
def asked(agreement, secretary) -> str:
    return do(actions.request_assistance, secretary, agreement=agreement, **content()).key


def own_log(agreement: str) -> Log:
    return Log.objects.get(agreement=agreement, is_own=True)


def test_the_sender_stops_at_the_first_fact_stated_after_the_leaving(agreement, asked, police, secretary):
    """Also where the party that left asks for later places, or for their words, by name."""
    police.state(agreement, OVER)
    until = own_log(agreement).size
    do(actions.withdraw_request, secretary, request=asked, reason="cancelled", words="BUKAN UNTUK YANG KELUAR")
    do(leave_agreement, secretary, agreement=agreement, reason="term_over")
    log = own_log(agreement)
    assert log.size == until + 2
    line = next(line for line in statement.state_for(police.id).logs if line.log == log.origin)
    assert line.size == until
    served = [statement.entries_for(police.id, log.origin, start) for start in range(log.size + 1)]
    assert max(start + len(bundles.decode(data).entries) for start, data in enumerate(served) if data) <= max(
        until, log.size
    )
    later = [bytes(row.data) for row in Entry.objects.filter(log=log, seq__gte=until)]
    assert not any(
        entry in data.replace(b"\\n", b"\n").replace(b'\\"', b'"') for data in served if data for entry in later
    )
    given = statement.bodies_for(police.id, log.origin, list(range(log.size)))
    assert given.bodies and max(body.seq for body in given.bodies) < until
    assert not set(given.absent) & set(range(until, log.size))


def test_facts_signed_after_leaving_count_for_nobody(agreement, asked, police):
    """The key still signs well-formed entries; they are kept as invalid evidence and change no table."""
    police.state(agreement, OVER)
    key = from_police(police, agreement, consent(asked))
    assert Entry.objects.get(key=key).verdict == "its author had left the agreement"
    assert Request.objects.get().state == "requested"
    assert rebuild.check() == []
    file, said = b"".join(export_agreement(agreement)), []
    check(io.BytesIO(file), tell=said.append)
    assert theirs(file) == ""
    assert next(record.verdict for record in said if record.key == key) == "its author had left the agreement"


def test_a_party_that_left_states_nothing_more(agreement, asked, secretary):
    do(leave_agreement, secretary, agreement=agreement, reason="term_over")
    size = own_log(agreement).size
    for step, given in ((actions.withdraw_request, {"request": asked, "reason": "cancelled"}),
                        (actions.request_assistance, {"agreement": agreement, **content()}),
                        (leave_agreement, {"agreement": agreement, "reason": "void_law"})):  # fmt: skip
        with pytest.raises(Refused):
            step(id=new_event_id(NOON), by=secretary, at=NOON, **given)
    assert own_log(agreement).size == size


class Leaky:
    """A partner that goes on sending after we left."""

    def __init__(self, police, log) -> None:
        self.police, self.log = police, log

    def state(self) -> messages.State:
        line = messages.LogLine(
            log=self.log.origin, agreement=self.log.agreement, role="facts", author=self.police.id,
            size=len(self.log.entries), checkpoint=self.police.checkpoint(self.log).decode(),
        )  # fmt: skip
        return messages.State(agency=self.police.id, logs=[line], cosigned=[])

    def entries(self, log: str, start: int) -> bundles.Bundle:
        return self.police.bundle(self.log, start)

    def bodies(self, log: str, seqs: list[int]) -> messages.Bodies:
        return messages.Bodies(bodies=[], absent=seqs)


def test_the_receiver_takes_nothing_that_was_stated_after_it_left(agreement, police, secretary):
    before = police.state(agreement, OVER, deliver=False)
    do(leave_agreement, secretary, agreement=agreement, reason="term_over")
    log = police.log(agreement)
    line = Leaky(police, log)
    pull.Round(police.id).go(line)
    assert Entry.objects.filter(key=before).exists(), "what was stated before it knew is ours to keep"
    after = police.state(agreement, AgreementLeft(reason="void_law"), deliver=False)
    outcome = pull.Round(police.id).go(line)
    assert not Entry.objects.filter(key=after).exists() and "after this agency had left" in outcome.troubles[0]


def test_an_ended_agreement_keeps_what_it_has_and_its_proofs(agreement, asked, police, secretary):
    do(leave_agreement, secretary, agreement=agreement, reason="term_over")
    note = run(lambda: store.sign_checkpoint(own_log(agreement)))
    assert note and theirs(b"".join(export_agreement(agreement))) == ""
    assert Entry.objects.get(key=asked).state == "folded"
