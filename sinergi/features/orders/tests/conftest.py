"""A police node with a kept plan that names officers, and what one does with it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest
import time_machine

from sinergi.features.guard import actions as guard
from sinergi.features.guard.tests.test_rules import FILES
from sinergi.features.letters.models import Stationery
from sinergi.features.orders import actions, making, plans
from sinergi.features.orders.models import DutyOrder, OrderDraft
from sinergi.features.orders.rules import Guarded
from sinergi.features.people.actions import list_officers, list_units
from sinergi.features.people.events import OfficerRow, UnitRow
from sinergi.kernel.actors import Actor
from sinergi.kernel.ids import new_event_id
from tests.nodes.fixtures import KPU_PALUTA, KPU_TAPSEL, POLRES, enter_and_confirm, met
from tests.nodes.simulator import NOON, Peer

CHIEF = Actor(id="c41efc41efc41ef0", office="resort_chief")
STARTS = NOON + timedelta(days=3)
HOURS = timedelta(hours=12)
# Two posts in Tapsel, one in Paluta.
POSTS = {
    "1203011001001": ("1203011001001", "1203011001002"),
    "1203021001001": ("1203021001001",),
    "1220011002001": ("1220011002001",),
}
SECRET = "Kelompok Elang bergerak dari lereng utara"


def officer(number: int, **about: Any) -> OfficerRow:
    return OfficerRow(
        **{
            "code": f"0092{number:04d}",
            "name": f"Petugas {number}",
            "rank": "Bripka",
            "unit": "ts-01",
            "sex": "L",
            "age": 30,
            "fit": True,
            "phone": f"0812-0000-{number:04d}",
            **about,
        }
    )


def row(number: int, post: str, **about: Any) -> Guarded:
    return Guarded(
        **{
            "officer": f"0092{number:04d}",
            "post": post,
            "stations": POSTS[post],
            "starts_at": STARTS,
            "ends_at": STARTS + HOURS,
            **about,
        }
    )


ROWS = [row(number, post) for number, post in enumerate([post for post in POSTS for _ in range(2)], 1)]
LEADERS = {"120301": "00920091", "120302": "00920092", "122001": "00920093"}


class KnownPlan(msgspec.Struct, kw_only=True):
    """What pages say of the plan."""

    key: str
    name: str = "Rencana satu"
    made_at: datetime = NOON


class Office:
    """The node of the police; `rows` is what its plan says."""

    def __init__(self, commissions: list[Peer], agreements: list[str]) -> None:
        self.commissions, self.agreements = commissions, agreements
        self.rows = list(ROWS)
        self.at = NOON
        self.plan = guard.keep_plan(
            id=new_event_id(NOON), by=CHIEF, at=NOON, name="Rencana satu", grouping="village", files=FILES
        ).key

    def draft(self, *, replaces: str = "", **words: str) -> OrderDraft:
        """A draft that can be signed."""
        made = actions.begin_draft(by=CHIEF, at=self.at, plan=self.plan, replaces=replaces)
        said = {name: getattr(made, name) for name in actions.WORDS} | {"phone": "0634-000000"} | words
        actions.change_draft(at=self.at, draft=made.id, words=said, commanders=LEADERS)
        made.refresh_from_db()
        return made

    def issue(self, *, by: Actor = CHIEF, replaces: str = "", **words: str) -> DutyOrder:
        """A signed order."""
        draft = self.draft(replaces=replaces, **words)
        digest = making.assemble(draft, at=self.at).digest
        receipt = actions.issue_order(id=new_event_id(self.at), by=by, at=self.at, draft=str(draft.id), digest=digest)
        return DutyOrder.objects.get(key=receipt.key)

    def change(self, place: int, **about: Any) -> None:
        """The plan says something else of one officer."""
        self.rows[place] = msgspec.structs.replace(self.rows[place], **about)


@pytest.fixture
def office(found_node: Callable[..., Any], settings: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    settings.DATA = tmp_path
    with time_machine.travel(NOON):
        found_node(**POLRES)
        commissions = [met(KPU_TAPSEL), met(KPU_PALUTA)]
        agreements = [enter_and_confirm(commission, CHIEF) for commission in commissions]
        Stationery.objects.create(
            head=["KEPOLISIAN NEGARA REPUBLIK INDONESIA", "DAERAH CONTOH", "RESOR CONTOH"],
            city="Contoh",
            office="Kepala Kepolisian Resor Contoh",
            signer="Nama Kapolres",
            rank="AKBP NRP 00000001",
        )
        unit = UnitRow("ts-01", "Polsek Contoh", "polsek", "1203", 1_600_000, 99_200_000, 20, 0)
        list_units(id=new_event_id(NOON), by=CHIEF, at=NOON, rows=[unit])
        people = [officer(number) for number in (*range(1, 9), 91, 92, 93)]
        list_officers(id=new_event_id(NOON), by=CHIEF, at=NOON, rows=people)
        made = Office(commissions, agreements)
        monkeypatch.setattr(plans, "guarded", lambda plan: list(made.rows))
        about = KnownPlan(key=made.plan)
        monkeypatch.setattr(plans, "known", lambda: [about])
        monkeypatch.setattr(plans, "info", lambda plan: about if plan == made.plan else None)
        yield made
