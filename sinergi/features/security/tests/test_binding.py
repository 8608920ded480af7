"""Orders that by agreement bind only once they have arrived: what waits for that, who is told, and that it goes on."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sinergi.features.agreement import actions as agreements
from sinergi.features.agreement.events import EvidenceDemand, MatterAnswered
from sinergi.features.security.tests.conftest import Side, asked_here, new_id, state_of
from sinergi.features.security.tests.test_reacting import at, offered, react
from sinergi.kernel.actors import Actor
from sinergi.ledger import cosigning, rebuild
from sinergi.ledger.models import Entry, Log
from sinergi.ledger.writer import run
from tests.nodes.simulator import NOON

CHAIR = Actor(id="c4a1c4a1c4a1c4a1", office="chair")


@pytest.fixture
def demanding(kpu) -> Side:
    """Orders bind once they have arrived, within two hours; requests are to be witnessed within a day."""
    demands = [
        EvidenceDemand(act="orders", grade="arrived", hours=2, binds=True),
        EvidenceDemand(act="requests", grade="witnessed", hours=24),
    ]
    given = {"agreement": kpu.agreement, "demands": demands, "reason": "Agar jelas"}
    key = agreements.propose_evidence(id=new_id(), by=CHAIR, at=NOON, **given).key
    kpu.state(MatterAnswered(about=key, agrees=True))
    return kpu


def cosign_theirs(side: Side) -> None:
    log = Log.objects.get(agreement=side.agreement, is_own=False)
    run(lambda: cosigning.cosign(log))


def test_nothing_is_built_on_an_order_that_does_not_bind_yet(demanding):
    key = offered(demanding)
    answer = Entry.objects.get(kind="security.assistance_answered")
    shown = demanding.person("chair").get(f"/siapa-punya-apa/{answer.key}/").content.decode()
    assert "Belum mengikat." in shown and "sampai di pihak lain dalam 2 jam" in shown and "sisa" in shown
    refused = react(demanding, key, "accept")
    assert refused.status_code == 422 and "belum mengikat" in refused.content.decode()
    assert Entry.objects.filter(kind="security.offer_accepted").count() == 0
    # The order itself is valid, whatever its evidence: another node must not judge otherwise.
    assert answer.state == "folded" and rebuild.check() == []
    cosign_theirs(demanding)
    assert react(demanding, key, "accept").status_code == 302 and state_of(key) == "agreed"
    shown = demanding.person("chair").get(f"/siapa-punya-apa/{answer.key}/").content.decode()
    assert "Belum mengikat." not in shown and "terpenuhi" in shown


def test_a_request_may_be_taken_back_also_while_an_order_on_it_does_not_bind(demanding):
    key = offered(demanding)
    assert demanding.post("secretary", at(key, "penarikan/"), reason="cancelled", words="Batal").status_code == 302


def test_late_evidence_is_told_in_the_inbox_and_where_it_lies_and_holds_nothing_up(demanding, time_machine):
    asked_here(demanding)
    pages = ("/", "/kotak/", "/siapa-punya-apa/")

    def told() -> list[bool]:
        person = demanding.person("chair")
        texts = [person.get(page, follow=True).content.decode() for page in pages]
        return [any(words in text for words in ("lebih lambat daripada", "buktinya terlambat")) for text in texts]

    assert not any(told())
    time_machine.move_to(NOON + timedelta(hours=25))
    demanding.people.clear()  # who signed in yesterday signs in again
    assert told()[1:] == [True, True]
    assert asked_here(demanding)
