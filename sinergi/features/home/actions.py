"""Making and taking back addresses of calendars. Nobody has to prove them, so they are ordinary rows."""

from __future__ import annotations

import secrets
from datetime import date, datetime

from sinergi.access.identity import digest
from sinergi.access.models import User
from sinergi.features.home.models import FeedAddress
from sinergi.kernel.errors import Refused
from sinergi.ledger.writer import run

MOST_FEEDS = 20


def make_feed(user: User, *, agreement: str, at: datetime) -> str:
    """A new secret for the calendar of one agreement, or of all; it cannot be shown again."""
    secret = secrets.token_urlsafe(32)

    def task() -> None:
        if FeedAddress.objects.filter(user=user).count() >= MOST_FEEDS:
            raise Refused("Cabut dulu alamat yang tidak dipakai; paling banyak 20.", code="LGN-01")
        FeedAddress.objects.create(user=user, agreement=agreement, digest=digest(secret), made_at=at)

    run(task)
    return secret


def revoke_feed(user: User, number: int) -> bool:
    """Take an address back; whether this person had it."""
    return run(lambda: FeedAddress.objects.filter(user=user, pk=number).delete()[0] > 0)


def note_read(feed: FeedAddress, on: date) -> None:
    """Remember on which day a program last came by, once a day."""
    if feed.read_on != on:
        run(lambda: FeedAddress.objects.filter(pk=feed.pk).update(read_on=on))
