"""Fixtures every feature's tests use: a node with its own agency, a simulated partner, agreements in force."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from sinergi.features.agreement.actions import enter_agreement
from sinergi.features.agreement.events import AgreementConfirmed, AgreementText, Article, Signer
from sinergi.kernel.actors import Actor
from sinergi.kernel.ids import new_event_id
from sinergi.ledger import founding, keys
from sinergi.ledger.models import Agency, Entry
from tests.nodes.remembered import remembered
from tests.nodes.simulator import NOON, Peer

POLRES = {"code": "polres-tapsel", "name": "Polres Tapanuli Selatan", "kind": "police", "region": "*"}
KPU_TAPSEL = {"code": "kpu-tapsel", "name": "KPU Kabupaten Tapanuli Selatan", "kind": "kpu", "region": "1203"}
KPU_PALUTA = {"code": "kpu-paluta", "name": "KPU Kabupaten Padang Lawas Utara", "kind": "kpu", "region": "1220"}


@pytest.fixture
def found_node(db: None, tmp_path: Path) -> Callable[..., Agency]:
    """Make this test's node an agency of one's choice: `found_node(**POLRES)`."""

    folder = tmp_path / "keys"

    def found(**who: str) -> Agency:
        return remembered(tuple(who.items()), folder, lambda: founding.found_agency(folder, at=NOON, **who))

    yield found
    keys.use(None)


@pytest.fixture
def node(found_node: Callable[..., Agency]) -> Agency:
    """A fresh node of KPU Tapanuli Selatan."""
    return found_node(**KPU_TAPSEL)


@pytest.fixture
def police(node: Agency, tmp_path: Path) -> Peer:
    """Polres Tapanuli Selatan as a simulated partner that was introduced to the node."""
    return remembered("police", tmp_path / "keys", lambda: met(POLRES))


@pytest.fixture
def secretary() -> Actor:
    """The secretary of the commission."""
    return Actor(id="5ec5ec5ec5ec5ec5", office="secretary")


@pytest.fixture
def resort_chief() -> Actor:
    """The Kapolres."""
    return Actor(id="c41efc41efc41ef0", office="resort_chief")


@pytest.fixture
def agreement(node: Agency, police: Peer, secretary: Actor, tmp_path: Path) -> str:
    """The id of an agreement in force between the node (KPU Tapanuli Selatan) and the police."""
    given, partner = remembered("agreement", tmp_path / "keys", lambda: (enter_and_confirm(police, secretary), police))
    vars(police).update(vars(partner))
    return given


def met(who: dict[str, str]) -> Peer:
    """A simulated partner that was introduced to the node."""
    peer = Peer(**who)
    peer.meet()
    return peer


def enter_and_confirm(partner: Peer, by: Actor, exercise: str = "") -> str:
    """Enter an agreement with `partner` as a user would and let the partner confirm it; its id."""
    receipt = enter_agreement(
        id=new_event_id(NOON), by=by, at=NOON, partners=[partner.id], exercise=exercise, **terms()
    )
    agreement_id = Entry.objects.get(key=receipt.key).log.agreement
    confirmation = AgreementConfirmed(entered=receipt.key, scan=terms()["scan"])
    partner.state(agreement_id, confirmation)
    return agreement_id


def terms() -> dict[str, Any]:
    """Terms of an agreement as the form would give them."""
    return {
        "title": "Perjanjian Kerja Sama Pengamanan Pemilu",
        "numbers": ["05/PR.07-PKS/1203/2023", "B/11/III/2023"],
        "place": "Sipirok",
        "signed_on": date(2023, 3, 18),
        "starts_on": date(2023, 3, 18),
        "ends_on": date(2024, 12, 31),
        "scopes": ["data", "security", "capacity"],
        "articles": [Article(number=1, title="Pengertian"), Article(number=2, title="Bantuan", scope="security")],
        "scan": "ab" * 32,
        "scan_size": 1000,
        "text": AgreementText(signers=[Signer(party="kpu", name="Tirta Lesmana", office="chair")]),
    }
