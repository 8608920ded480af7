"""The exchange of a serving node: one quiet thread per partner and one that listens to the ledger's tail."""

from __future__ import annotations

import logging
import random
import threading
import time
from contextlib import suppress

from django.db import DatabaseError, connection

from sinergi.kernel.errors import Broken, Refused
from sinergi.kernel.instants import now
from sinergi.ledger import bundle as bundles
from sinergi.ledger import envelope, guard, store
from sinergi.ledger.writer import on_commit, run
from sinergi.sync import push, waking, witnesses
from sinergi.sync.conversation import Conversation, TurnedAway
from sinergi.sync.models import Peer
from sinergi.sync.pull import Outcome, Round, Stopped

logger = logging.getLogger("sinergi.sync")

IDLE_SECONDS = 60.0
# While this node may not sign yet, people wait for the answer.
WAKING_SECONDS = 5.0
# Commits come in bursts: the first rings at once, one more ring does for all that happen within this time.
DEBOUNCE_SECONDS = 0.05
# A conversation begun anew costs a connection and a request for its first challenge.
KEPT_SECONDS = 20.0
LONGEST_BACKOFF_SECONDS = 300.0
_LOOK_FOR_PARTNERS_SECONDS = 3.0
_FORBIDDEN = 403


def start() -> None:
    """Start exchanging with every partner (and with those introduced later)."""
    global _service
    if _service is None:
        on_commit(_noted)
        on_commit(guard.remember)
        _service = _Service()
        _service.start()


def stop() -> None:
    """Stop within a second; what was being fetched is fetched again at the next start."""
    global _service
    if _service is not None:
        stopping, _service = _service, None
        stopping.close()
        guard.forget()


def wake(agency: str) -> None:
    """Ask this partner soon: it rang, or somebody wants to see the newest."""
    if _service is not None:
        _service.wake(agency)


def once(agency: str, stop_when: threading.Event | None = None) -> Outcome:
    """One round with one partner, here and now. Raises what a broken line raises; the partner's row is brought up to
    date either way."""
    peer = Peer.objects.get(agency=agency)
    talk = _Talk()
    try:
        return _recorded(peer, Round(agency, stop_when), talk)
    finally:
        talk.end()


def backoff(failures: int, chance: float) -> float:
    """Seconds until the next try after so many failures in a row; `chance` between 0 and 1 spreads the tries."""
    if failures == 0:
        return IDLE_SECONDS * (0.9 + 0.2 * chance)
    return float(min(LONGEST_BACKOFF_SECONDS, 2.0 ** min(failures, 12)) * (0.5 + chance))


class _Service(threading.Thread):
    """Listens to the ledger's tail and keeps one `_Partner` per partner."""

    def __init__(self) -> None:
        super().__init__(name="sync", daemon=True)
        self.stopping = threading.Event()
        self._news = threading.Event()
        self._lock = threading.Lock()
        self._origins: set[str] = set()
        self._partners: dict[str, _Partner] = {}

    def note(self, origins: set[str]) -> None:
        with self._lock:
            self._origins |= origins
        self._news.set()

    def wake(self, agency: str) -> None:
        partner = self._partners.get(agency)
        if partner is not None:
            partner.ask_soon()
        else:
            self._news.set()

    def close(self) -> None:
        self.stopping.set()
        self._news.set()
        deadline = time.monotonic() + 0.9
        for thread in [self, *self._partners.values()]:
            if isinstance(thread, _Partner):
                thread.ring()
            thread.join(max(0.0, deadline - time.monotonic()))

    def run(self) -> None:
        rang = -DEBOUNCE_SECONDS
        try:
            while not self.stopping.is_set():
                self._look_for_partners()
                if self._news.wait(_LOOK_FOR_PARTNERS_SECONDS):
                    self.stopping.wait(max(0.0, rang + DEBOUNCE_SECONDS - time.monotonic()))
                    rang = time.monotonic()
                    self._news.clear()
                    # A partner may have come together with the news it should hear.
                    self._look_for_partners()
                    self._ring()
        except DatabaseError:
            if not self.stopping.is_set():
                raise
        finally:
            connection.close()

    def _look_for_partners(self) -> None:
        for agency in Peer.objects.values_list("agency", flat=True):
            if agency not in self._partners:
                partner = self._partners[agency] = _Partner(agency, self.stopping)
                partner.start()

    def _ring(self) -> None:
        with self._lock:
            origins, self._origins = self._origins, set()
        if origins:
            for agency in push.partners_of(origins) & set(self._partners):
                self._partners[agency].tell_soon()


class _Talk:
    """A conversation with one partner, kept open for the next round if that comes soon."""

    def __init__(self) -> None:
        self._line: Conversation | None = None
        self._place = ("", False)
        self._used = 0.0

    def with_(self, peer: Peer) -> Conversation:
        """The one that is open, or a new one. Raises what opening a line raises."""
        place, at = (peer.url, peer.inside), time.monotonic()
        if self._line is None or self._place != place or at - self._used > KEPT_SECONDS:
            self.end()
            self._line, self._place = Conversation(peer.url, peer.agency, inside=peer.inside), place
        self._used = at
        return self._line

    def end(self) -> None:
        """Hang up."""
        line, self._line = self._line, None
        if line is not None:
            line.close()


class _Partner(threading.Thread):
    """Everything this node does with one partner, in turn: ring its bell, pull what it has."""

    def __init__(self, agency: str, stopping: threading.Event) -> None:
        super().__init__(name=f"sync-{agency[:8]}", daemon=True)
        self._agency = agency
        self._stopping = stopping
        self._due = threading.Event()
        self._ask = False
        # What was stored before this thread began (and perhaps never told, had the node stopped) is news to them.
        self._tell = True
        self._round = Round(agency, stopping)
        self._talk = _Talk()

    def ask_soon(self) -> None:
        self._ask = True
        self._due.set()

    def tell_soon(self) -> None:
        self._tell = True
        self._due.set()

    def ring(self) -> None:
        self._due.set()

    def run(self) -> None:
        wait, self._ask = 0.0, True
        try:
            while not self._stopping.is_set():
                self._due.wait(wait)
                self._due.clear()
                if self._stopping.is_set():
                    break
                wait = self._turn()
        finally:
            self._talk.end()
            connection.close()

    def _turn(self) -> float:
        """Do what is due; how many seconds to rest."""
        tell, self._tell, self._ask = self._tell, False, False
        peer = Peer.objects.filter(agency=self._agency).first()
        if peer is None or peer.paused:
            self._tell |= tell
            return IDLE_SECONDS
        try:
            # Whoever rings also looks: what we are about to be told of may cross with what we tell.
            outcome = _recorded(peer, self._round, self._talk, tell=tell)
        except (Broken, Refused) as error:
            self._tell |= tell  # a bell that perhaps nobody heard is rung again
            pause = backoff(peer.failures + 1, random.random())  # noqa: S311
            if waking.waits_for(self._agency):
                pause = min(pause, WAKING_SECONDS)
            wait = max(pause, getattr(error, "wait", 0.0))
            logger.info("no exchange with a partner", extra={"event": "sync.apart", "agency": self._agency[:8]})
            return wait
        except Stopped:
            return 0.0
        except Exception:
            self._tell |= tell
            # Whatever it was, the next try may find it gone; a dead thread would be a silence nobody notices.
            logger.exception("an exchange failed", extra={"event": "sync.failed", "agency": self._agency[:8]})
            connection.close()
            return backoff(peer.failures + 1, random.random())  # noqa: S311
        if outcome.entries:
            # What has just been taken was cosigned; the author learns of it by asking.
            self._tell = True
            return 0.0
        if waking.waits_for(self._agency):
            return WAKING_SECONDS
        return backoff(0, random.random())  # noqa: S311


def _recorded(peer: Peer, round_: Round, talk: _Talk, *, tell: bool = False) -> Outcome:
    rows = Peer.objects.filter(agency=peer.agency)
    try:
        line = talk.with_(peer)
        try:
            if tell:
                line.hint()
            outcome = round_.go(line)
        except TurnedAway as refused:
            if refused.status == _FORBIDDEN:
                _learn_keys(line, peer.agency)
            raise
        except BaseException:
            talk.end()
            raise
        if peer.witnesses:
            _show_witness(peer, round_)
            outcome.troubles += round_.unwitnessed
    except (Broken, Refused) as error:
        words = getattr(error, "sentence", "") or str(error)
        failures = peer.failures + 1
        answered = {"last_contact": now()} if isinstance(error, TurnedAway) else {}
        run(lambda: rows.update(last_try=now(), failures=failures, error=words[:300], **answered))
        waking.missed(peer.agency)
        raise
    words = " ".join(dict.fromkeys(outcome.troubles))[:300]
    run(lambda: rows.update(last_try=now(), last_contact=now(), failures=0, error=words))
    return outcome


def _show_witness(peer: Peer, round_: Round) -> None:
    """Show an outside witness our logs where it is time. Its refusal undoes no exchange and is told until next time."""
    if not round_.submits():
        # Another road (the verb) may have brought its signatures meanwhile.
        if round_.unwitnessed and not witnesses.shown_to(peer.agency):
            round_.unwitnessed = []
        return
    try:
        round_.unwitnessed = witnesses.submit(peer).troubles
    except (Broken, Refused) as error:
        round_.unwitnessed = [getattr(error, "sentence", "") or str(error)]


def _learn_keys(line: Conversation, agency: str) -> None:
    """Its identity log, asked without a signature: where both sides changed their keys at once, neither knows the
    other's new one, and each turns the other away until it has looked."""
    with suppress(Broken, Refused, UnicodeError):
        bundle = bundles.decode(line.identity())
        if bundle.log == envelope.log_id("", agency, "identity"):
            run(lambda: store.admit_checked(bundle))


def _noted(fresh: list[tuple[str, int, str]]) -> None:
    if _service is not None:
        _service.note({log for log, _, _ in fresh})


_service: _Service | None = None
