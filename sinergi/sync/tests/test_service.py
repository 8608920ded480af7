"""The bell is rung for everybody whom news concerns, also at the worst moment."""

from __future__ import annotations

import threading
from datetime import timedelta
from types import SimpleNamespace

import pytest

from sinergi.kernel.instants import now
from sinergi.ledger.models import Log
from sinergi.sync import service
from sinergi.sync.conversation import TurnedAway
from sinergi.sync.models import Peer
from sinergi.sync.pull import Outcome, Round


@pytest.fixture
def partner(police) -> Peer:
    return Peer.objects.create(agency=police.id, url="https://polres.example", introduced_at=now())


def test_a_bell_that_nobody_heard_is_rung_again(partner, monkeypatch):
    rung = []

    def recorded(peer, round_, talk, *, tell):
        rung.append(tell)
        if len(rung) < 3:
            raise TurnedAway(503, "sibuk")
        return Outcome()

    monkeypatch.setattr(service, "_recorded", recorded)
    thread = service._Partner(partner.agency, threading.Event())
    thread.tell_soon()
    for _ in range(4):
        thread._turn()
    assert rung == [True, True, True, False]


def test_a_bell_during_a_pause_is_rung_after_it(partner, monkeypatch):
    rung = []
    monkeypatch.setattr(service, "_recorded", lambda peer, round_, talk, *, tell: rung.append(tell) or Outcome())
    thread = service._Partner(partner.agency, threading.Event())
    Peer.objects.update(paused=True)
    thread._turn()
    Peer.objects.update(paused=False, introduced_at=now() - timedelta(1))
    thread._turn()
    assert rung == [True]


def test_a_refusing_witness_undoes_no_exchange_and_its_words_stay_until_it_is_asked_again(partner, monkeypatch):
    """It is shown our logs every five minutes and spoken with every one: its words must not vanish in between."""
    told, waiting = [TurnedAway(503, "belum boleh menandatangani")], ["a log"]

    def submit(peer):
        raise told.pop()

    Peer.objects.update(witnesses=True)
    monkeypatch.setattr(service, "Conversation", lambda *given, **more: SimpleNamespace(close=lambda: None))
    monkeypatch.setattr(service.witnesses, "submit", submit)
    monkeypatch.setattr(service.witnesses, "shown_to", lambda agency: waiting)
    monkeypatch.setattr(Round, "go", lambda self, line: Outcome())
    round_ = Round(partner.agency)
    for _ in range(2):
        service._recorded(Peer.objects.get(), round_, service._Talk())
        row = Peer.objects.get()
        assert row.failures == 0 and row.last_contact and "belum boleh" in row.error
    assert not told
    waiting.clear()
    service._recorded(Peer.objects.get(), round_, service._Talk())
    assert Peer.objects.get().error == ""


def test_a_partner_that_came_with_the_news_hears_of_it(agreement, partner, monkeypatch):
    """Introduced, and a fact stored, before the service looked again: the new thread is there when the bell is rung."""
    told = []
    monkeypatch.setattr(service._Partner, "start", lambda self: None)
    monkeypatch.setattr(
        service._Partner, "tell_soon", lambda self: told.append(self._agency) or listening.stopping.set()
    )
    listening = service._Service()
    listening._look_for_partners = look = _twice(listening._look_for_partners)
    listening.note({Log.objects.get(agreement=agreement, is_own=True).origin})
    monkeypatch.setattr(service.connection, "close", lambda: None)
    listening.run()
    assert told == [partner.agency] and look.asked == 2


def _twice(really):
    """The first look finds nobody: the partner comes a moment later."""

    def look():
        look.asked += 1
        if look.asked > 1:
            really()

    look.asked = 0
    return look
