"""Who may read, draft, sign and tell orders; a duty card is for its officer and their commander alone."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from sinergi.features.guard.actions import keep_plan
from sinergi.features.guard.tests.test_rules import FILES
from sinergi.features.orders import rules
from sinergi.features.orders.events import (
    CommanderRow,
    DutyRow,
    IntelligenceAnnexed,
    IntelligenceText,
    OrderIssued,
    OrderText,
    PostRow,
)
from sinergi.features.orders.models import OrderDraft
from sinergi.kernel.actors import Actor
from sinergi.kernel.ids import new_event_id
from sinergi.ledger import store
from sinergi.ledger.writer import run
from tests.nodes.simulator import NOON
from tests.permissions.rows import KPU_OFFICE, POLICE, POLICE_OFFICE, Row
from tests.permissions.world import World

CHIEF = Actor(id="c41efc41efc41ef0", office="resort_chief")
DRAFT = "deputy_chief operations_head operations_staff"
TELL = "resort_chief operations_head"
ROSTER = f"{KPU_OFFICE} district_committee {POLICE_OFFICE}"
CARD = f"{POLICE} duty_officer"
OFFICER = "00920001"


def order(world: World) -> dict[str, Any]:
    """One officer at one post, with an intelligence annex."""

    def state() -> str:
        plan = keep_plan(id=new_event_id(NOON), by=CHIEF, at=NOON, name="Rencana", grouping="village", files=FILES).key
        text = OrderText(
            activity="pengamanan TPS",
            operation="",
            basis=["UU 2/2002;"],
            tasks=["menjaga;"],
            situation="",
            phone="110",
            posts=[PostRow("1203011001001", "TPS 001 Desa", ["1203011001001"])],
            commanders=[CommanderRow("120301", "Kecamatan", "00920091", "Padal", "AKP", "0812")],
            rows=[
                DutyRow(
                    officer=OFFICER, name="Petugas", rank="Bripka", unit="Polsek", phone="0812", post=0, commander=0,
                    starts_at=NOON, ends_at=NOON + timedelta(hours=8), year=2024, number=1,
                )
            ],
        )  # fmt: skip
        issued = OrderIssued(
            plan=plan, year=2024, sprin=1, sprin_written="Sprin/1", renpam=1, renpam_written="Renpam/1", first=1,
            letters=1, pattern="Sgas/{nomor}/{tahun}", region="", exercise=False, starts_at=NOON,
            ends_at=NOON + timedelta(hours=8), posts=1, stations=1, officers=1, over=0,
            digest=rules.digest_of(text), text=text,
        )  # fmt: skip
        key = run(lambda: store.append("", issued, id=new_event_id(NOON), by=CHIEF, at=NOON)).key
        annex = IntelligenceAnnexed(order=key, text=IntelligenceText(words="Rahasia"))
        run(lambda: store.append("", annex, id=new_event_id(NOON), by=CHIEF, at=NOON))
        return key

    return {"key": world.once("order", state)}


def letter(world: World) -> dict[str, Any]:
    made = order(world)
    return made | {"code": rules.code_of(made["key"], (2024, 1))}


def telling(world: World) -> dict[str, Any]:
    return order(world) | {"agreement": world.agreement}


def telling_others(world: World) -> dict[str, Any]:
    return order(world) | {"agreement": world.other_agreement}


def draft(world: World) -> dict[str, Any]:
    def make() -> OrderDraft:
        plan = order(world)["key"]
        return OrderDraft.objects.create(
            id=uuid.uuid4(), plan=plan, activity="x", made_by=CHIEF.id, changed_at=NOON, laid_at=NOON
        )

    return {"draft": world.once("order draft", make).id}


def draft_paper(world: World) -> dict[str, Any]:
    return draft(world) | {"paper": "sprin"}


def no_draft(world: World) -> dict[str, Any]:
    return {"draft": uuid.UUID(int=7)}


def no_draft_paper(world: World) -> dict[str, Any]:
    return no_draft(world) | {"paper": "sprin"}


def nobodys(world: World) -> dict[str, Any]:
    return {"key": "a" * 26}


def nobodys_letter(world: World) -> dict[str, Any]:
    return {"key": "a" * 26, "code": "b" * 26}


def anothers_card(world: World) -> dict[str, Any]:
    """A real card, of an officer whom none of the people under test is or commands."""
    return {"code": letter(world)["code"]}


ROWS = [
    Row(name="orders:orders", get=POLICE_OFFICE),
    Row(name="orders:begin", post=DRAFT),
    Row(name="orders:roster", get=ROSTER),
    Row(name="orders:roster-sheet", get=ROSTER),
    Row(name="orders:draft", get=DRAFT, post=DRAFT, own=draft, other=no_draft),
    Row(name="orders:drop", post=DRAFT, own=draft, other=no_draft),
    Row(name="orders:draft-paper", get=POLICE_OFFICE, own=draft_paper, other=no_draft_paper),
    Row(name="orders:signing", get=POLICE_OFFICE, own=draft, other=no_draft),
    Row(name="orders:challenge", post="resort_chief", own=draft, other=no_draft, body={"id": "1", "digest": "2"}),
    Row(name="orders:sign", post="resort_chief", own=draft, other=no_draft, body={"id": "1", "digest": "2"}),
    Row(name="orders:return", post="resort_chief", own=draft, other=no_draft, body={"words": "Perbaiki"}),
    Row(name="orders:order", get=POLICE_OFFICE, own=order, other=nobodys),
    Row(name="orders:draw", post=POLICE_OFFICE, other=nobodys),
    Row(name="orders:stop", post=POLICE_OFFICE, own=order, other=nobodys),
    Row(name="orders:sprin-pdf", get=POLICE_OFFICE, other=nobodys),
    Row(name="orders:sprin-docx", get=POLICE_OFFICE, other=nobodys),
    Row(name="orders:renpam-pdf", get=POLICE_OFFICE, other=nobodys),
    Row(name="orders:renpam-docx", get=POLICE_OFFICE, other=nobodys),
    Row(name="orders:intelligence", get="resort_chief deputy_chief operations_head", other=nobodys),
    Row(name="orders:letter-pdf", get=POLICE_OFFICE, other=nobodys_letter),
    Row(name="orders:letter-docx", get=POLICE_OFFICE, other=nobodys_letter),
    Row(name="orders:bundle", get=POLICE_OFFICE, other=nobodys),
    Row(name="orders:sheet", get=POLICE_OFFICE, other=nobodys),
    Row(name="orders:tell", post=TELL, own=telling, other=telling_others),
    Row(name="orders:revoke", post="resort_chief", own=order, other=nobodys, body={"words": "Ditunda"}),
    Row(name="orders:cards", get=CARD),
    Row(name="orders:card", get=CARD, other=anothers_card),
    Row(name="orders:card-letter", get=CARD, other=anothers_card),
]
