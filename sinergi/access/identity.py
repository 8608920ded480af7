"""Who stands behind a request: a session of this node, or a token of a program."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import ipaddress
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import AnonymousUser
from django.db import OperationalError
from django.http import HttpRequest

from sinergi.access.models import Token, User, UserSession

LONGEST_SESSION = timedelta(hours=12)
# An administrator's unattended screen is a way to every account; an operations room must not sign out in mid-watch.
IDLE_ADMINISTRATOR = timedelta(minutes=30)
IDLE = timedelta(hours=4)
SEEN_EVERY = timedelta(minutes=1)
TOKEN_PREFIX = "snr_"  # noqa: S105  a mark by which a leaked key is recognised, not a key


class Anonymous(AnonymousUser):
    """Nobody: may do nothing."""

    language = "id"
    permissions: frozenset[str] = frozenset()

    def can(self, permission: str, **_: Any) -> bool:
        """No."""
        return False

    def duties_at(self, at: datetime | None = None) -> list[Any]:
        """None."""
        return []

    def duties_for(self, permission: str, **_: Any) -> list[Any]:
        """None."""
        return []


def person_of_request(request: HttpRequest, at: datetime) -> User | None:
    """The signed-in person behind a page request; an expired, ended or foreign session is emptied on the way."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES or SESSION_KEY not in request.session:
        return None
    key = request.session.session_key
    seat = UserSession.objects.select_related("user").filter(key=key).first() if key else None
    if seat is None or not _is_seated(seat.user, request.session) or not _may_go_on(seat, request, at):
        request.session.flush()
        return None
    _touch(seat, at)
    return _present(seat.user, at)


def person_of_token(text: str, at: datetime, *, is_loopback: bool) -> User | None:
    """The person whose token `text` is; None for an unknown, revoked or expired one."""
    # Not when it was made: after the clock was set back a good token would be refused until it is that late again.
    held = Token.objects.select_related("user").filter(digest=digest(text), revoked_at=None, expires_at__gt=at).first()
    return _present(held.user, at) if held and _admitted(held.user, is_loopback) else None


def bearer(header: str) -> str | None:
    """The token in an Authorization header, "" for any other scheme, None for no header."""
    if not header:
        return None
    scheme, _, text = header.partition(" ")
    return text.strip() if scheme.lower() == "bearer" else ""


def new_secret() -> str:
    """A token text: 256 bits behind a recognisable prefix."""
    return TOKEN_PREFIX + secrets.token_urlsafe(32)


def digest(text: str) -> str:
    """How a random secret is kept: 256 random bits need no slow hash."""
    return hashlib.sha256(text.encode()).hexdigest()


def keyed(purpose: str, text: str) -> str:
    """A hash that only this node can make, so that a stolen table names nobody."""
    return hmac.new(settings.SECRET_KEY.encode(), f"{purpose}\n{text}".encode(), hashlib.sha256).hexdigest()[:32]


def address_of(request: HttpRequest) -> str:
    """The address the request came from: an IPv4 address or the /64 of an IPv6 one; "" if nobody can tell.

    Behind a reverse proxy that SINERGI_PROXY declares, the last hop it wrote.
    """
    text = str(request.META.get("REMOTE_ADDR", ""))
    if getattr(settings, "BEHIND_PROXY", False):
        text = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip() or text
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return ""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        if not address.is_loopback:
            # One household or phone has a whole /64 to guess from.
            return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


def source_of(request: HttpRequest) -> str:
    """Where a request came from, as a keyed hash: comparable, and nobody's address."""
    return keyed("source", address_of(request))


def is_loopback(request: HttpRequest) -> bool:
    """Whether the request began on this very machine. What any proxy passed on did not."""
    if any(name in request.META for name in ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP", "HTTP_VIA")):
        return False
    try:
        address = ipaddress.ip_address(str(request.META.get("REMOTE_ADDR", "")))
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback


def _may_go_on(seat: UserSession, request: HttpRequest, at: datetime) -> bool:
    return _lasts(seat, at) and _admitted(seat.user, is_loopback(request))


def _is_seated(user: User, kept: Mapping[str, Any]) -> bool:
    """Whether what a session keeps is of this user, and of the password that it began with."""
    begun = str(kept.get(HASH_SESSION_KEY, ""))
    return kept.get(SESSION_KEY) == str(user.pk) and hmac.compare_digest(begun, user.get_session_auth_hash())


def _lasts(seat: UserSession, at: datetime) -> bool:
    if at - seat.started_at >= LONGEST_SESSION:
        return False
    idle = IDLE_ADMINISTRATOR if seat.user.can("access.manage", at=at) else IDLE
    return at - seat.seen_at < idle


def _admitted(user: User, loopback: bool) -> bool:
    return user.is_active and (loopback or not user.is_demo)


def _touch(seat: UserSession, at: datetime) -> None:
    # Once a minute is exact enough, and a page that only reads stays a page that only reads.
    if at - seat.seen_at >= SEEN_EVERY:
        # A full disk must not keep anybody from reading.
        with contextlib.suppress(OperationalError):
            UserSession.objects.filter(pk=seat.pk).update(seen_at=at)


def _present(user: User, at: datetime) -> User:
    user.seen_at = at
    return user
