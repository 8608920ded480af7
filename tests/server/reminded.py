"""Makes a node's folder with an agreement whose one obligation is due every day, and three people with passwords.

Run as a program: `python -m tests.server.reminded FOLDER`.
"""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path

PASSWORD = "kata sandi panjang sekali"
PEOPLE = ("secretary", "chair", "administrator")
KNOWN_AGO = timedelta(days=10)


def make(data: Path) -> None:
    """Make the node in `data`."""
    from sinergi.node import opening

    data.mkdir(mode=0o700)
    opening.open_node(data, migrate=True)
    from sinergi.access import accounts
    from sinergi.features.agreement.actions import enter_agreement
    from sinergi.features.agreement.events import AgreementConfirmed
    from sinergi.features.obligations.actions import propose_list
    from sinergi.features.obligations.events import ObligationAnswered
    from sinergi.kernel.actors import Actor
    from sinergi.kernel.ids import new_event_id
    from sinergi.kernel.instants import now
    from sinergi.kernel.obligation import Due, Item
    from sinergi.ledger import founding, keys
    from sinergi.ledger.models import Entry
    from tests.nodes.fixtures import KPU_TAPSEL, terms
    from tests.nodes.simulator import Peer
    from tests.promises.furnish import POLRES

    at = now() - KNOWN_AGO
    own = founding.found_agency(keys.folder(), at=at, **KPU_TAPSEL)
    for role in PEOPLE:
        given = {"username": role, "name": f"Kanari {role}", "title": "", "service_number": "", "password": PASSWORD}
        user = accounts.add(**given, at=at, is_demo=True)
        accounts.give_duty(user, role, at=at, starts_at=at, regions=["*"], agreements=["*"])
    police = Peer(**POLRES)
    police.clock = at
    police.meet()
    by = Actor(id="5ec5ec5ec5ec5ec5", office="secretary")
    span = {"signed_on": at.date(), "starts_on": at.date(), "ends_on": at.date() + timedelta(days=365)}
    entered = enter_agreement(id=new_event_id(at), by=by, at=at, partners=[police.id], **terms() | span).key
    agreement = Entry.objects.get(key=entered).log.agreement
    police.state(agreement, AgreementConfirmed(entered=entered, scan=terms()["scan"]))
    daily = Item(
        code="M-01",
        article=5,
        debtors=[own.id],
        creditors=[police.id],
        dues=[Due(rule="recurring", every="day")],
        evidence="minutes",
    )
    said = {"items": [daily], "titles": {"M-01": "Rakor harian"}, "counts_from": at.date()}
    listed = propose_list(id=new_event_id(at), by=by, at=at, agreement=agreement, **said).key
    police.state(agreement, ObligationAnswered(about=listed, agrees=True))


if __name__ == "__main__":
    make(Path(sys.argv[1]))
