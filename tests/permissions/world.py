"""The world of the permission test: a police node between two commissions, of which each duty covers one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import Any

from sinergi.access.models import User
from sinergi.features.security.events import AssistanceRequested, RequestText, Spot
from sinergi.kernel.actors import Actor
from sinergi.ledger.models import Agency
from tests.nodes.fixtures import KPU_PALUTA, KPU_TAPSEL, POLRES, enter_and_confirm
from tests.nodes.simulator import NOON, Peer


@dataclass
class World:
    """`agreement` is covered by the duties under test, `other_agreement` by none of them."""

    agency: Agency
    own_partner: Peer
    other_partner: Peer
    agreement: str
    other_agreement: str
    made: dict[str, Any] = field(default_factory=dict)

    def once(self, name: str, make: Callable[[], Any]) -> Any:
        """What `make` returned the first time it was asked for under `name`."""
        if name not in self.made:
            self.made[name] = make()
        return self.made[name]

    @cached_property
    def stranger(self) -> User:
        """Somebody of this agency whom administrators act upon."""
        return User.objects.create(username="stranger", name="Orang Lain")

    def request(self, own: bool) -> str:
        """The key of a request for security under the covered agreement, or under the other one."""

        def state() -> str:
            partner, agreement, region = (
                (self.own_partner, self.agreement, "1203022001")
                if own
                else (self.other_partner, self.other_agreement, "1220011002")
            )
            asked = AssistanceRequested(
                number=1,
                year=2024,
                service="escort",
                starts_at=NOON + timedelta(days=6),
                ends_at=NOON + timedelta(days=6, hours=8),
                spot=Spot(region=region),
                people=1,
                officers=12,
                text=RequestText(
                    activity="Rapat", place="Aula", contact_name="Narahubung", contact_phone="0812-7000-0001"
                ),
            )
            return partner.state(agreement, asked)

        return self.once(f"request {own}", state)


def make_world(found_node: Callable[..., Agency]) -> World:
    """Found the node, meet both commissions, enter both agreements."""
    agency = found_node(**POLRES)
    chief = Actor(id="c41efc41efc41ef0", office="resort_chief")
    partners = [Peer(**who) for who in (KPU_TAPSEL, KPU_PALUTA)]
    for partner in partners:
        partner.meet()
    first, second = (enter_and_confirm(partner, chief) for partner in partners)
    return World(agency, *partners, first, second)
