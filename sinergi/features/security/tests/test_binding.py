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


@pytest.mark.slow
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


def test_what_is_wanted_is_filled_in_proposed_and_told_on_the_agreement_s_page(kpu):
    address = f"/perjanjian/{kpu.agreement}/"
    form = kpu.person("chair").get(f"{address}bukti-diminta/").content.decode()
    assert "Jawaban dan perintah Polri" in form and "belum mengikat" in form
    given = {"orders_grade": "arrived", "orders_hours": "2", "orders_binds": "yes", "words": "Agar jelas"}
    assert kpu.post("chair", f"{address}bukti-diminta/", **given | {"orders_hours": "0"}).status_code == 422
    assert kpu.post("chair", f"{address}bukti-diminta/", **given).status_code == 302
    page = kpu.person("chair").get(address).content.decode()
    assert "sampai di pihak lain dalam 2 jam, belum mengikat sebelum itu" in page and "Menunggu jawaban" in page
    key = Entry.objects.get(kind="agreement.evidence_proposed").key
    kpu.state(MatterAnswered(about=key, agrees=True))
    page = kpu.person("chair").get(address).content.decode()
    assert "disepakati" in page and "Usul baru" not in page
