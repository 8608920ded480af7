"""People for every test: `person("secretary")` is a signed-in browser of somebody with that duty."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client

from sinergi.access import accounts, identity
from sinergi.access.models import Duty, Token, User, UserSession
from sinergi.kernel.instants import now, to_text

_numbers = count(1)


@pytest.fixture
def person(db: None) -> Callable[..., Client]:
    """`person(role, agreements=[…], regions=[…], name=…)` → a Django test client with `.user` and `.duty`.

    Without a role: signed in, no duty. `starts_at`, `ends_at`, `is_acting` go to the duty; `proven` says how the
    session has shown who sits there ("" not at all); the rest goes to the person.
    """
    return sign_in_somebody


def sign_in_somebody(
    role: str | None = None,
    *,
    agreements: Sequence[str] = ("*",),
    regions: Sequence[str] = ("*",),
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    is_acting: bool = False,
    proven: str = "passkey",
    **about: Any,
) -> Client:
    """What the fixture `person` does."""
    about.setdefault("username", f"{role or 'nobody'}{next(_numbers)}")
    about.setdefault("name", f"Orang {about['username']}")
    user = User.objects.create(**about)
    client: Any = Client()
    client.duty = None
    if role is not None:
        client.duty = Duty.objects.create(
            user=user,
            role=role,
            agreements=list(agreements),
            regions=list(regions),
            starts_at=starts_at or now() - timedelta(days=1),
            ends_at=ends_at,
            is_acting=is_acting,
        )
    client.user = user
    # What asks for a second factor is tried by people who have shown one; those who have not: test_factors.py.
    sit_down(client, user, proven=proven)
    return client


def sit_down(client: Client, user: User, *, proven: str = "") -> None:
    """`user` sits at this browser, signed in: the rows that signing in leaves, at a third of the cost of the door."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    if proven:
        session["proven"] = {"how": proven, "at": to_text(now())}
    session.create()
    key = session.session_key
    UserSession.objects.create(user=user, key=key, device="Chrome, Linux", started_at=now(), seen_at=now())
    client.cookies[settings.SESSION_COOKIE_NAME] = key


def token_of(user: User) -> str:
    """A fresh token of `user`."""
    at = now()
    text = identity.new_secret()
    Token.objects.create(
        user=user, label="test", digest=identity.digest(text), created_at=at, expires_at=at + accounts.LONGEST_TOKEN
    )
    return text
