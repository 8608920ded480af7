"""People, regions and lists for the tests of places."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.test import Client

from sinergi.access.models import Duty, User, UserSession
from sinergi.features.places.demo import load_demo_regions, publish_demo_stations
from sinergi.kernel.actors import Actor
from sinergi.kernel.ids import new_event_id
from sinergi.kernel.instants import now
from sinergi.ledger.writer import Receipt

SINCE = datetime(2024, 1, 1, tzinfo=UTC)


@pytest.fixture
def regions(node: object) -> None:
    """The demo's regions of both regencies, with drawn areas."""
    load_demo_regions(["1203", "1220"])


@pytest.fixture
def published(agreement: str, secretary: Actor, regions: None) -> Receipt:
    """The demo's stations of Tapanuli Selatan, published under the agreement."""
    return publish_demo_stations(id=new_event_id(now()), by=secretary, at=now(), agreement=agreement, regency="1203")


@pytest.fixture
def sign_in(db: None) -> Callable[..., Client]:
    """A browser in which somebody with a duty is signed in: `sign_in("secretary", regions=["1203"])`."""

    def signed(role: str, *, regions: list[str] | None = None, agreements: list[str] | None = None) -> Client:
        user = User.objects.create(username=f"{role}-{User.objects.count()}", name="Uji Coba")
        Duty.objects.create(
            user=user, role=role, regions=regions or ["*"], agreements=agreements or ["*"], starts_at=SINCE
        )
        client = Client()
        client.force_login(user)
        UserSession.objects.get_or_create(
            key=client.session.session_key, defaults={"user": user, "started_at": now(), "seen_at": now()}
        )
        client.user = user
        return client

    return signed
