"""The bell: after a commit, tell those partners who may read what was stored that there is news."""

from __future__ import annotations

from collections.abc import Iterable

from sinergi.ledger.models import Log
from sinergi.sync import rights
from sinergi.sync.models import Peer


def partners_of(origins: Iterable[str]) -> set[str]:
    """The partners who may read any of these logs. Others are not rung: even the moment of a fact is none of theirs."""
    peers = list(Peer.objects.filter(paused=False).values_list("agency", flat=True))
    logs = list(Log.objects.filter(origin__in=set(origins)))
    return {agency for agency in peers for log in logs if rights.may_read(agency, log).allowed}
