"""Who has what: for each agreement and log, how much of it each party holds, and why the rest is not there yet.

All of it is derived: what a party holds is what it cosigned, so nobody's word is taken for more than its signature.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec
from django.utils.translation import gettext

from sinergi.ledger.models import Agency, Agreement, Cosignature, Entry, Log
from sinergi.sync import rights
from sinergi.sync.models import Peer

PeerState = Literal["self", "unknown", "new", "connected", "apart", "paused"]


class Holding(msgspec.Struct, frozen=True, kw_only=True):
    """What one party holds of one log: `facts` entries proven by its cosignature, `waiting` not (yet).

    `since` is when the oldest waiting entry was stored here; `why` one sentence for people.
    """

    agency: str
    name: str
    state: PeerState
    facts: int
    waiting: int
    since: datetime | None
    last_contact: datetime | None
    why: str


class LogStanding(msgspec.Struct, frozen=True, kw_only=True):
    """One log of an agreement: `size` is how many entries its author has, as far as this node knows."""

    origin: str
    author: str
    author_name: str
    is_own: bool
    size: int
    frozen: str
    holdings: list[Holding]


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """One agreement: its logs, and how many of our own facts have not reached every party."""

    agreement: str
    exercise: bool
    logs: list[LogStanding]

    @property
    def waiting(self) -> int:
        """Own entries that at least one party has not confirmed."""
        return max((one.waiting for log in self.logs if log.is_own for one in log.holdings), default=0)


def standings(at: datetime) -> list[Standing]:
    """How things stand in every agreement this node is party to, by agreement id."""
    names = dict(Agency.objects.values_list("id", "name"))
    own = Agency.objects.filter(is_self=True).values_list("id", flat=True).first() or ""
    peers = {peer.agency: peer for peer in Peer.objects.order_by("agency")}
    found = []
    for agreement in Agreement.objects.order_by("id"):
        parties = agreement.party_ids()
        logs = [
            _log(log, parties, own, names, peers, at)
            for log in Log.objects.filter(agreement=agreement.id).order_by("-is_own", "origin")
        ]
        found.append(Standing(agreement=agreement.id, exercise=agreement.exercise, logs=logs))
    return found


def _log(
    log: Log, parties: list[str], own: str, names: dict[str, str], peers: dict[str, Peer], at: datetime
) -> LogStanding:
    size = max(log.size, log.checkpoint_size)
    signed: dict[str, int] = {}
    for mark in Cosignature.objects.filter(log=log, use="mirror").order_by("size"):
        signed[mark.agency] = mark.size
    holdings = []
    for agency in parties:
        if agency == log.agency:
            continue
        facts = log.size if agency == own else min(size, signed.get(agency, 0))
        peer = peers.get(agency)
        state: PeerState = "self" if agency == own else "unknown" if peer is None else peer.state(at)  # type: ignore[assignment]
        oldest = Entry.objects.filter(log=log, seq=facts).first() if facts < size else None
        holdings.append(
            Holding(
                agency=agency,
                name=names.get(agency, agency[:8]),
                state=state,
                facts=facts,
                waiting=size - facts,
                since=oldest.stored_at if oldest else None,
                last_contact=peer.last_contact if peer else None,
                why=_why(log, agency, own, peer, state, size - facts, names),
            )
        )
    return LogStanding(
        origin=log.origin,
        author=log.agency,
        author_name=names.get(log.agency, log.agency[:8]),
        is_own=log.is_own,
        size=size,
        frozen=log.frozen,
        holdings=holdings,
    )


def _why(
    log: Log, agency: str, own: str, peer: Peer | None, state: PeerState, waiting: int, names: dict[str, str]
) -> str:
    """The one reason that matters most, in words for people."""
    if log.frozen:
        return gettext("Buku catatan ini dibekukan: %(reason)s.") % {"reason": gettext(log.frozen)}
    if waiting == 0:
        return gettext("Semua catatan sudah sampai.")
    if agency == own:
        return gettext("Sisanya sedang diambil dari instansi asalnya.")
    if log.agency != own:
        author = names.get(log.agency, log.agency[:8])
        return gettext("Dikirim langsung oleh %(author)s.") % {"author": author}
    if peer is None:
        return gettext("Instansi ini belum terhubung dengan simpul ini. Buat undangan untuknya.")
    verdict = rights.may_read(agency, log)
    if not verdict.allowed or verdict.upto is not None:
        return gettext(verdict.why)
    if state == "paused":
        return gettext("Pertukaran dengan instansi ini dijeda oleh administrator.")
    if peer.failures:
        return gettext("Belum terkirim: %(reason)s") % {"reason": gettext(peer.error)}
    return gettext("Sedang dikirim.")
