"""People, regions and lists for the tests of places."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.test import Client

from sinergi.features.places.demo import load_demo_regions, publish_demo_stations
from sinergi.kernel.actors import Actor
from sinergi.kernel.ids import new_event_id
from sinergi.kernel.instants import now
from sinergi.ledger.writer import Receipt
from tests.nodes.remembered import remembered
from tests.permissions.fixtures import sign_in_somebody

SINCE = datetime(2024, 1, 1, tzinfo=UTC)


@pytest.fixture
def regions(node: object, tmp_path: Path) -> None:
    """The demo's regions of both regencies, with drawn areas."""
    remembered("regions", tmp_path / "keys", lambda: load_demo_regions(["1203", "1220"]))


@pytest.fixture
def published(agreement: str, secretary: Actor, regions: None, tmp_path: Path) -> Receipt:
    """The demo's stations of Tapanuli Selatan, published under the agreement."""

    def publish() -> Receipt:
        return publish_demo_stations(
            id=new_event_id(now()), by=secretary, at=now(), agreement=agreement, regency="1203"
        )

    return remembered("published", tmp_path / "keys", publish)


@pytest.fixture
def sign_in(db: None) -> Callable[..., Client]:
    """A browser in which somebody with a duty is signed in: `sign_in("secretary", regions=["1203"])`."""

    def signed(role: str, *, regions: list[str] | None = None, agreements: list[str] | None = None) -> Client:
        return sign_in_somebody(role, regions=regions or ["*"], agreements=agreements or ["*"], starts_at=SINCE)

    return signed
