"""A request or a yes that is taken back: nothing more is given, and what was given may not be used."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sinergi.features.agreement.actions import answer_matter
from sinergi.features.agreement.events import ChangeProposed, Words
from sinergi.features.data import actions, events, objects, rules
from sinergi.features.data.models import DataAnswer, DataDelivery, DataReceipt, DataRequest, DataWithdrawal
from sinergi.features.data.tests.test_catalogue import listed
from sinergi.features.data.tests.test_exchanges import TODAY, UNTIL, data, own_set
from sinergi.features.security.tests.conftest import new_id
from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Refused
from sinergi.ledger import rebuild
from sinergi.ledger.envelope import Official
from sinergi.ledger.models import Entry
from tests.nodes.simulator import NOON

__all__ = ["data"]
STAFF, SECRETARY = Actor(id="5" * 16, office="kpu_staff"), Actor(id="6" * 16, office="secretary")
CHIEF = Official(id="a" * 16, office="resort_chief")
TOLD = {"fields": ["kode_tps"], "uses_from": TODAY, "uses_until": UNTIL, "purpose": "x", "legal_basis": "y"}


def verdict(key: str) -> str:
    return str(Entry.objects.get(key=key).state)


def asked_and_granted(kpu) -> tuple[str, str]:
    """The police asked this commission for its stations and got a yes: request and answer."""
    dataset = own_set(kpu)
    wanted = {"fields": ["kode_tps"], "uses_from": TODAY, "uses_until": UNTIL}
    key = kpu.state(events.DataRequested(dataset=dataset.key, **wanted))
    yes = {"agrees": True, "fields": ["kode_tps"], "uses_until": UNTIL, "words": ""}
    return key, actions.answer(id=new_id(), by=SECRETARY, at=NOON, request=key, **yes).key


def given(answer: str) -> dict:
    """What `actions.deliver` is told of a table under this answer."""
    told = {"digest": "a" * 64, "size": 9, "rows": 1, "fields": ["kode_tps"], "uses_until": UNTIL}
    asked = DataRequest.objects.get(key=DataAnswer.objects.get(key=answer).request)
    return {"by": STAFF, "at": NOON, "dataset": asked.dataset, "recipient": asked.agency, "answer": answer, **told}


@pytest.mark.slow
def test_a_grant_that_is_revoked_ends_delivery_and_use_at_once(kpu):
    request, answer = asked_and_granted(kpu)
    key = actions.deliver(id=new_id(), **given(answer)).key
    row = DataDelivery.objects.get(key=key)
    assert objects.deliveries.may_read(row.recipient, row.object)
    silent = kpu.post("secretary", f"/data/permintaan/{request}/pencabutan/", words=" ")
    assert silent.status_code == 422 and not DataWithdrawal.objects.exists()
    page = f"/data/permintaan/{request}/"
    assert "Cabut persetujuan" in kpu.person("secretary").get(page).content.decode()
    assert "Cabut persetujuan" not in kpu.person("kpu_staff").get(page).content.decode()
    assert kpu.post("secretary", f"{page}pencabutan/", words="Salah <b> kolom").status_code == 302
    told = kpu.person("kpu_staff").get(page).content.decode()
    assert "Salah &lt;b&gt; kolom" in told and "persetujuan dicabut" in told and "Serahkan data</a>" not in told
    assert not objects.deliveries.may_read(row.recipient, row.object)
    assert actions.stands_at(row, TODAY) == "over"
    with pytest.raises(Refused) as refused:
        actions.deliver(id=new_id(), **given(answer) | {"digest": "b" * 64})
    assert refused.value.code == "DAT-70"
    with pytest.raises(Refused) as refused:
        actions.withdraw_grant(id=new_id(), by=SECRETARY, at=NOON, request=request, words="lagi")
    assert refused.value.code == "DAT-74"
    # What the police state knowing it does not stand, but that it is gone does.
    kpu.state(events.DataReceived(delivery=key))
    knows = kpu.state(events.DataUsed(delivery=key, rows=1))
    assert verdict(knows) == Entry.State.INVALID
    assert verdict(kpu.state(events.DataDestroyed(delivery=key))) == Entry.State.FOLDED
    assert rebuild.check() == []


def test_a_request_that_is_withdrawn_is_not_granted_by_who_knew_it(kpu):
    key = kpu.state(
        events.DataRequested(dataset=own_set(kpu).key, fields=["kode_tps"], uses_from=TODAY, uses_until=UNTIL)
    )
    assert "Putuskan permintaan data" in kpu.person("secretary").get("/kotak/").content.decode()
    kpu.state(events.DataRequestWithdrawn(request=key, text=events.Words(words="Tidak perlu lagi")))
    assert "Putuskan permintaan data" not in kpu.person("secretary").get("/kotak/").content.decode()
    told = kpu.person("secretary").get(f"/data/permintaan/{key}/").content.decode()
    assert "Tidak perlu lagi" in told and "Setujui" not in told
    with pytest.raises(Refused) as refused:
        actions.answer(
            id=new_id(),
            by=SECRETARY,
            at=NOON,
            request=key,
            agrees=True,
            fields=["kode_tps"],
            uses_until=UNTIL,
            words="",
        )
    assert refused.value.code == "DAT-70" and not DataAnswer.objects.exists()


def test_a_request_withdrawn_after_its_data_came_ends_their_use_on_page_and_in_the_ledger_alike(kpu):
    request, answer = asked_and_granted(kpu)
    key = actions.deliver(id=new_id(), **given(answer)).key
    row = DataDelivery.objects.get(key=key)
    kpu.state(events.DataReceived(delivery=key))
    assert actions.stands_at(row, TODAY) == "kept"
    kpu.state(events.DataRequestWithdrawn(request=request, text=events.Words(words="Tidak perlu lagi")))
    assert verdict(kpu.state(events.DataUsed(delivery=key, rows=1))) == Entry.State.INVALID
    assert (actions.stands_at(row, TODAY), objects.deliveries.may_read(row.recipient, row.object)) == ("over", False)
    told = kpu.person("kpu_staff").get(f"/data/permintaan/{request}/").content.decode()
    assert "tidak boleh dipakai lagi dan dimusnahkan" in told
    assert verdict(kpu.state(events.DataDestroyed(delivery=key))) == Entry.State.FOLDED
    assert actions.stands_at(row, TODAY) == "destroyed" and rebuild.check() == []


def test_a_yes_is_taken_back_while_the_agreement_is_suspended_too(kpu):
    request, _answer = asked_and_granted(kpu)
    change = {"change": "suspension", "from_on": TODAY}
    stop = kpu.state(ChangeProposed(**change, text=Words(words="Banjir")))
    answer_matter(id=new_id(), by=SECRETARY, at=NOON, matter=stop, agrees=True)
    page = f"/data/permintaan/{request}/"
    assert "Cabut persetujuan" in kpu.person("secretary").get(page).content.decode()
    assert kpu.post("secretary", f"{page}pencabutan/", words="Tersebar").status_code == 302
    assert DataWithdrawal.objects.count() == 1 and rebuild.check() == []


def test_only_whose_it_is_withdraws_it(kpu):
    key = actions.ask(id=new_id(), by=STAFF, at=NOON, dataset=kpu.state(listed()), **TOLD).key
    yes = kpu.state(events.DataAnswered(request=key, agrees=True, fields=["kode_tps"], uses_until=UNTIL))
    wrong = [
        kpu.state(events.DataRequestWithdrawn(request=key)),
        kpu.state(events.DataGrantWithdrawn(answer=yes), actor=Official(id="a" * 16, office="operations_head")),
    ]
    assert {verdict(one) for one in wrong} == {Entry.State.INVALID} and not DataWithdrawal.objects.exists()
    with pytest.raises(Refused) as refused:
        actions.withdraw_grant(id=new_id(), by=SECRETARY, at=NOON, request=key, words="x")
    assert refused.value.code == "DAT-73"
    kpu.state(events.DataGrantWithdrawn(answer=yes), actor=CHIEF)
    kpu.state(events.DataGrantWithdrawn(answer=yes), actor=CHIEF)
    assert [row.about for row in DataWithdrawal.objects.all()] == [yes]
    assert kpu.post("secretary", f"/data/permintaan/{key}/penarikan/", words="Selesai").status_code == 302
    assert {row.about for row in DataWithdrawal.objects.all()} == {key, yes}


def test_what_was_replaced_is_asked_for_only_by_who_did_not_know(kpu):
    old = own_set(kpu)
    wanted = events.DataRequested(dataset=old.key, fields=["kode_tps"], uses_from=TODAY, uses_until=UNTIL)
    before = kpu.state(wanted)
    entry = {"title": "Daftar TPS", "purpose": "x", "legal_basis": "y", "cls": "terbatas", "refresh": "once"}
    fields = [rules.Typed(label="Kode TPS", cls="terbuka")]
    told = {"code": "TPS-1", "retention_days": 9, "fields": fields, "seen": old.key, **entry}
    actions.list_dataset(id=new_id(), by=SECRETARY, at=NOON, agreement=kpu.agreement, **told)
    assert (verdict(before), verdict(kpu.state(wanted))) == (Entry.State.FOLDED, Entry.State.INVALID)
    assert rebuild.check() == []


def test_nothing_is_received_after_its_destruction(kpu):
    _request, answer = asked_and_granted(kpu)
    key = actions.deliver(id=new_id(), **given(answer)).key
    gone, late = kpu.state(events.DataDestroyed(delivery=key)), kpu.state(events.DataReceived(delivery=key))
    assert (verdict(gone), verdict(late)) == (Entry.State.FOLDED, Entry.State.INVALID)
    assert not DataReceipt.objects.exists()


@pytest.mark.parametrize("withdrawn", [None, TODAY, TODAY + timedelta(days=9), UNTIL + timedelta(days=9)])
def test_the_day_before_a_withdrawal_was_the_last_of_use(withdrawn):
    last = UNTIL if withdrawn is None else min(UNTIL, withdrawn - timedelta(days=1))
    for on, stands in ((last, "kept"), (last + timedelta(days=1), "over"), (last + timedelta(days=8), "overdue")):
        told = {"received": True, "destroyed": False, "uses_until": UNTIL, "on": on}
        assert rules.state(**told, withdrawn_on=withdrawn) == stands


@pytest.mark.parametrize(("days", "stands"), [(0, "over"), (7, "over"), (8, "overdue")])
def test_a_withdrawal_that_is_dated_back_leaves_a_week_to_destroy_from_the_day_it_could_be_known(days, stands):
    told = {"received": True, "destroyed": False, "uses_until": UNTIL, "withdrawn_on": TODAY - timedelta(days=60)}
    assert rules.state(**told, known_on=TODAY, on=TODAY + timedelta(days=days)) == stands
    # After the last day that was granted nobody needs to know of it.
    assert rules.state(**told, known_on=UNTIL + timedelta(days=60), on=UNTIL + timedelta(days=8)) == "overdue"


def test_nobody_is_late_with_destroying_what_no_other_node_knows_to_be_withdrawn(kpu):
    request, answer = asked_and_granted(kpu)
    row = DataDelivery.objects.get(key=actions.deliver(id=new_id(), **given(answer)).key)
    actions.withdraw_grant(id=new_id(), by=SECRETARY, at=NOON - timedelta(days=30), request=request, words="Lama")
    assert (row.exercise, actions.stands_at(row, TODAY)) == (False, "over")
