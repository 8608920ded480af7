"""Signing in and out: one answer for every failure, the same work for known and unknown names."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache

import msgspec
from django.conf import settings
from django.contrib.auth import login, logout
from django.contrib.auth.hashers import check_password, make_password
from django.contrib.sessions.backends.db import SessionStore
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponse

from sinergi.access import codes, identity, proof, throttle
from sinergi.access.models import KnownDevice, SignInAttempt, User, UserSession, username_of
from sinergi.kernel.errors import Refused
from sinergi.kernel.instants import from_text, to_text

DEVICE_COOKIE = settings.SESSION_COOKIE_NAME.replace("session", "device")
DEVICE_KEPT = timedelta(days=180)
ATTEMPTS_KEPT = timedelta(days=1)
LONGEST_PASSWORD = 256
SECOND_STEP_LASTS = timedelta(minutes=5)

# Each check takes 100 MB and a core; a flood of sign-ins must not take them all.
_one_check_at_a_time = threading.BoundedSemaphore(2)


class Outcome(msgspec.Struct, frozen=True):
    """What became of a try: the person, or how long to wait before the next one (zero: wrong name or password)."""

    user: User | None
    wait: timedelta = timedelta()


def attempt(request: HttpRequest, username: str, password: str, *, at: datetime) -> Outcome:
    """Try `password` for `username` as often as `throttle` allows; never tells whether the name exists."""
    user = User.objects.named(username)

    def is_right() -> bool:
        return _is_right(user, password) and user is not None and admitted(request, user)

    pause, good = _tried(request, identity.keyed("account", username_of(username)), user, is_right, at)
    return Outcome(user if good else None, pause)


def attempt_code(request: HttpRequest, user: User, code: str, *, at: datetime) -> tuple[str, timedelta]:
    """How `code` proved that it is `user` (see `codes.use`), "" where it did not, and how long the next try waits.

    Codes have budgets of their own beside those of passwords: whoever guesses codes has the password already, and
    still cannot use up what the owner's own device may try.
    """
    found: list[str] = []

    def is_right() -> bool:
        try:
            found.append(codes.use(user, code, at=at))
        except Refused:
            return False
        return admitted(request, user)

    pause, good = _tried(request, identity.keyed("code", user.username), user, is_right, at)
    return (found[0] if good else ""), pause


def _tried(
    request: HttpRequest, account: str, user: User | None, is_right: Callable[[], bool], at: datetime
) -> tuple[timedelta, bool]:
    source = identity.source_of(request)
    device = _known_device(request, user, at)
    # Written down as a failure first, so that a hundred tries at once count as a hundred.
    tried = SignInAttempt.objects.create(account=account, source=source, device=device, at=at, outcome="failed")
    pause = _pause(tried, at)
    if pause:
        SignInAttempt.objects.filter(pk=tried.pk).update(outcome="delayed")
        return pause, False
    if not is_right():
        return pause, False
    SignInAttempt.objects.filter(pk=tried.pk).update(outcome="good")
    return pause, True


def wait_for_second_step(request: HttpRequest, user: User, target: str, *, at: datetime) -> None:
    """Remember for SECOND_STEP_LASTS that the password of `user` was right; nobody is signed in yet."""
    request.session.flush()
    request.session["second_step"] = {"user": user.pk, "at": to_text(at), "next": target}
    request.session.set_expiry(int(SECOND_STEP_LASTS.total_seconds()))


def at_second_step(request: HttpRequest, *, at: datetime) -> tuple[User, str] | None:
    """Whose password was right a moment ago in this browser, and where they want to go; None after that moment."""
    told = request.session.get("second_step")
    if not told or not timedelta() <= at - from_text(told["at"]) < SECOND_STEP_LASTS:
        return None
    user = User.objects.filter(pk=told["user"]).first()
    return (user, told["next"]) if user is not None and admitted(request, user) else None


def begin(request: HttpRequest, response: HttpResponse, user: User, *, at: datetime, by: str = proof.PASSWORD) -> None:
    """Start a session under a new key, note `by` what, remember the device, forget attempts of yesterday."""
    request.session.flush()
    proof.note(request, by, at=at)
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    request.session.set_expiry(int(identity.LONGEST_SESSION.total_seconds()))
    request.session.save()
    key = request.session.session_key
    assert key is not None  # it was just saved
    with transaction.atomic():
        UserSession.objects.filter(user=user, started_at__lt=at - identity.LONGEST_SESSION).delete()
        UserSession.objects.create(
            user=user,
            key=key,
            device=device_name(request.headers.get("User-Agent", "")),
            started_at=at,
            seen_at=at,
        )
        _remember_device(request, response, user, at)
        SignInAttempt.objects.filter(at__lt=at - ATTEMPTS_KEPT).delete()


def end(request: HttpRequest, response_to: HttpResponse) -> None:
    """End this session and have the browser forget what it kept of it.

    Cookies are deleted one by one, not by Clear-Site-Data: it would also end the sessions of other nodes on the same
    host, and forget that this device is known.
    """
    UserSession.objects.filter(key=request.session.session_key or "").delete()
    logout(request)
    response_to.headers["Clear-Site-Data"] = '"cache", "storage"'


def end_sessions(user: User, *, keep: str = "", only: int | None = None) -> int:
    """End the sessions of `user` except the one with key `keep` (or only the one numbered `only`); how many ended."""
    seats = UserSession.objects.filter(user=user).exclude(key=keep)
    if only is not None:
        seats = seats.filter(pk=only)
    keys = list(seats.values_list("key", flat=True))
    for key in keys:
        SessionStore(key).delete()
    UserSession.objects.filter(user=user, key__in=keys).delete()
    return len(keys)


def device_name(agent: str) -> str:
    """What a person recognises of a browser's own description: `Chrome, Android`."""
    browsers = [("Edg/", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("Firefox", "Firefox")]
    browsers += [("Chrome", "Chrome"), ("Safari", "Safari")]
    systems = [("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows")]
    systems += [("Mac OS", "macOS"), ("Linux", "Linux")]
    found = [next((name for mark, name in known if mark in agent), "") for known in (browsers, systems)]
    return ", ".join(word for word in found if word)


def _pause(tried: SignInAttempt, at: datetime) -> timedelta:
    recent = SignInAttempt.objects.filter(outcome="failed", at__gt=at - throttle.WINDOW, at__lte=at)
    earlier = recent.exclude(pk=tried.pk).order_by("at", "pk")

    def failures(condition: Q) -> list[datetime]:
        return list(earlier.filter(condition).values_list("at", flat=True))

    if tried.device:
        mine = failures(Q(account=tried.account, device=tried.device))
        return throttle.wait(mine, at=at, budget=throttle.TRIES_PER_KNOWN_DEVICE)
    strangers = Q(account=tried.account, device="")
    return max(
        throttle.wait(failures(strangers), at=at, budget=throttle.TRIES_PER_ACCOUNT),
        throttle.wait(
            failures(strangers & Q(source=tried.source)), at=at, budget=throttle.TRIES_PER_SOURCE_AND_ACCOUNT
        ),
        # Thirty guesses over many names need no growing pause: an office shares one address.
        _until_free(failures(Q(source=tried.source, device="")), at),
    )


def _until_free(failures: list[datetime], at: datetime) -> timedelta:
    spent = len(failures) >= throttle.TRIES_PER_SOURCE
    return throttle.wait(failures, at=at, budget=throttle.TRIES_PER_SOURCE) if spent else timedelta()


def _is_right(user: User | None, password: str) -> bool:
    encoded = user.password if user is not None and user.has_usable_password() else _nobodys_password()
    with _one_check_at_a_time:
        return check_password(password[:LONGEST_PASSWORD], encoded) and user is not None


@cache
def _nobodys_password() -> str:
    return make_password(secrets.token_urlsafe(32))


def admitted(request: HttpRequest, user: User) -> bool:
    """Whether `user` may come in here at all: not suspended, and a demonstration's people from this machine only."""
    return user.is_active and (not user.is_demo or identity.is_loopback(request))


def _known_device(request: HttpRequest, user: User | None, at: datetime) -> str:
    held = request.COOKIES.get(DEVICE_COOKIE, "")
    if user is None or not held:
        return ""
    digest = identity.digest(held)
    known = KnownDevice.objects.filter(user=user, digest=digest, last_used_at__gt=at - DEVICE_KEPT)
    return digest if known.exists() else ""


def _remember_device(request: HttpRequest, response: HttpResponse, user: User, at: datetime) -> None:
    held = request.COOKIES.get(DEVICE_COOKIE, "")
    # A cookie this node did not make is not kept: somebody else may have planted it.
    if not KnownDevice.objects.filter(digest=identity.digest(held)).exists():
        held = secrets.token_urlsafe(32)
    KnownDevice.objects.update_or_create(user=user, digest=identity.digest(held), defaults={"last_used_at": at})
    KnownDevice.objects.filter(user=user, last_used_at__lt=at - DEVICE_KEPT).delete()
    response.set_cookie(
        DEVICE_COOKIE,
        held,
        max_age=int(DEVICE_KEPT.total_seconds()),
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
        path=settings.LOGIN_URL,
    )
