"""Both sides of a request for security: a commission's node with the police as partner, and the other way round."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.test import Client

from sinergi.features.letters.models import Stationery
from sinergi.features.places.demo import load_demo_regions
from sinergi.features.security import actions, events
from sinergi.features.security.models import Request
from sinergi.kernel.actors import Actor
from sinergi.kernel.ids import new_event_id
from sinergi.ledger.envelope import Official
from tests.nodes.fixtures import KPU_PALUTA, KPU_TAPSEL, POLRES, enter_and_confirm, met
from tests.nodes.remembered import remembered
from tests.nodes.simulator import NOON, Peer
from tests.permissions.fixtures import sign_in_somebody

SIPIROK = "1203041001"
START = NOON + timedelta(days=6)
END = START + timedelta(hours=8)
CHIEF = Official(id="c" * 16, office="resort_chief")


@dataclass
class Side:
    """This node's side: the agreement, the partner, and people of this agency by role."""

    partner: Peer
    agreement: str
    more: dict[str, Any] = field(default_factory=dict)
    people: dict[str, Client] = field(default_factory=dict)

    def person(self, role: str, **about: Any) -> Client:
        """A signed-in browser of somebody with that duty under this agreement; the same one each time."""
        if about:
            return sign_in_somebody(role, **({"agreements": [self.agreement]} | about))
        return self.people.setdefault(role, sign_in_somebody(role, agreements=[self.agreement]))

    def state(self, event: Any, **changes: Any) -> str:
        """The partner states a fact; the police's are stated by the Kapolres."""
        if self.partner.kind == "police":
            changes.setdefault("actor", CHIEF)
        return self.partner.state(self.agreement, event, **changes)

    def post(self, role: str, address: str, **data: Any) -> Any:
        """Post a form as somebody with that duty, with a fresh id unless one is given."""
        return self.person(role).post(address, {"id": new_id(), **data})


_counted = itertools.count(1)


def new_id() -> str:
    """A fresh event id, as a device mints it."""
    return new_event_id(NOON + timedelta(milliseconds=next(_counted)))


@pytest.fixture
def noon() -> Iterator[None]:
    """It is Monday, 5 February 2024, 12.00 WIB: nine days before voting, inside the agreement's term."""
    with time_machine.travel(NOON):
        yield


@pytest.fixture
def kpu(noon: None, found_node: Callable[..., Any], tmp_path: Path) -> Side:
    """The node of KPU Tapanuli Selatan; its partner are the police."""

    def make() -> Side:
        found_node(**KPU_TAPSEL)
        # Two districts do: fewer rows, faster tests.
        load_demo_regions(["120303", "120304"])
        police = met(POLRES)
        return Side(police, enter_and_confirm(police, Actor(id="5ec5ec5ec5ec5ec5", office="secretary")))

    return remembered("a commission and the police", tmp_path / "keys", make)


@pytest.fixture
def polres(noon: None, found_node: Callable[..., Any], tmp_path: Path) -> Side:
    """The node of Polres Tapanuli Selatan between two commissions; `more["other"]` is the second one's side."""
    chief = Actor(id="c41efc41efc41ef0", office="resort_chief")

    def make() -> Side:
        found_node(**POLRES)
        load_demo_regions(["120303", "120304", "122001"])
        first, second = met(KPU_TAPSEL), met(KPU_PALUTA)
        other = Side(second, enter_and_confirm(second, chief))
        return Side(first, enter_and_confirm(first, chief), more={"other": other})

    return remembered("the police and two commissions", tmp_path / "keys", make)


@pytest.fixture
def paper(db: None) -> Stationery:
    """How this agency's letters look: without a signer's name none can be issued."""
    return Stationery.objects.create(
        city="Sipirok", office="Pimpinan", signer="Tirta Lesmana", rank="AKBP NRP 71020304"
    )


def request_text(**changes: Any) -> events.RequestText:
    """The words of a request."""
    words = {"activity": "Kawal logistik", "place": "Gudang Pargarutan", "contact_name": "Rosma Harahap"}
    return events.RequestText(**words | changes)


def asked_of_police(side: Side, **changes: Any) -> str:
    """The commission at the other end asks; the key of its request."""
    text = changes.pop("text", None) or request_text()
    given = {
        "number": 1,
        "year": 2024,
        "service": "escort",
        "starts_at": START,
        "ends_at": END,
        "spot": events.Spot(region=SIPIROK if side.partner.region == "1203" else "1220011002"),
        "people": 40,
        "officers": 12,
        "vehicles": 3,
    }
    return side.state(events.AssistanceRequested(**given | changes, text=text))


def asked_here(side: Side, **changes: Any) -> str:
    """This commission asks; the key of its request."""
    given = {
        "service": "escort",
        "starts_at": START,
        "ends_at": END,
        "spot": events.Spot(region=SIPIROK),
        "people": 40,
        "officers": 12,
        "vehicles": 3,
        "destination": None,
        "risks": ["road"],
        "emergency": False,
        "text": request_text(),
    }
    by = Actor(id="5ec5ec5ec5ec5ec5", office="secretary")
    return actions.request_assistance(id=new_id(), by=by, at=NOON, agreement=side.agreement, **given | changes).key


def answered(key: str, **changes: Any) -> events.AssistanceAnswered:
    """The police agree, or what `changes` say."""
    given = {"decision": "agreed", "officers": 12, "vehicles": 3, "starts_at": START, "ends_at": END}
    return events.AssistanceAnswered(request=key, **{"version": key} | given | changes)


def state_of(key: str) -> str:
    """Where the request stands on this node."""
    return Request.objects.get(key=key).state
