"""What a session has shown of who sits there: a password, or a second factor, and when.

Signing in never asks more than the person has set up. What a stolen password must not reach (`roles.SECOND_FACTOR`)
asks for a second factor at the act itself, and leads whoever has none to where they set one up.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from sinergi.access import audit
from sinergi.access.models import CodeKey, Passkey, RecoveryCode, User
from sinergi.kernel.instants import from_text, to_text

LASTS = timedelta(minutes=30)
PASSWORD = "password"  # noqa: S105  how it was proven, not what was typed
FACTORS = ("passkey", "code", "recovery")


def note(request: HttpRequest, how: str, *, at: datetime) -> None:
    """Remember in the session that the person has just shown it: `password` or one of FACTORS."""
    request.session["proven"] = {"how": how, "at": to_text(at)}


def holds(request: HttpRequest, *, at: datetime, factor: bool) -> bool:
    """Whether it was shown within LASTS, by a second factor where `factor` asks for one."""
    told: Any = request.session.get("proven") or {}
    if told.get("how") not in (FACTORS if factor else (*FACTORS, PASSWORD)):
        return False
    return timedelta() <= at - from_text(told["at"]) < LASTS


def ask(request: HttpRequest, user: User) -> HttpResponse:
    """Lead to the page that asks for a second factor, or to the one that sets one up; both lead back."""
    # What was sent is not sent again unseen: the person comes back to the page with the form.
    page = urlsplit(request.headers.get("Referer", ""))
    back = request.get_full_path() if request.method in ("GET", "HEAD") else page.path
    target = reverse("access:prove" if user.has_second_factor else "access:factors")
    return lead(request, f"{target}?{urlencode({'next': back, 'for': 'act'})}")


def lead(request: HttpRequest, target: str) -> HttpResponse:
    """Send the person to `target`; a script that asked for data is told where to send them."""
    if request.headers.get("Accept", "").startswith("application/json"):
        return HttpResponse(status=401, headers={"X-Location": target})
    return redirect(target)


def reset(user: User, *, at: datetime, by: User | None) -> None:
    """Take every second factor away: the device was lost. Their sessions end where the caller says so."""
    Passkey.objects.filter(user=user).delete()
    CodeKey.objects.filter(user=user).delete()
    RecoveryCode.objects.filter(user=user).delete()
    audit.write_down(by, at, "factors_reset", user)
