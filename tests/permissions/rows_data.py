"""Who may see and state what is exchanged."""

import uuid
from datetime import date
from typing import Any

from sinergi.features.data import actions
from sinergi.features.data.events import DataDelivered, DataRequested, DatasetListed, Field
from sinergi.kernel.actors import Actor
from sinergi.kernel.ids import new_event_id
from sinergi.ledger.store import own_agency
from tests.nodes.simulator import NOON
from tests.permissions.rows import KPU_OFFICE, POLICE_OFFICE, Row
from tests.permissions.world import World

READ = f"{KPU_OFFICE} {POLICE_OFFICE} auditor"
OFFICES = f"{KPU_OFFICE} {POLICE_OFFICE}"
DECIDE = "chair secretary resort_chief"
DELIVER = "secretary kpu_staff resort_chief operations_head operations_staff"
LIST = "chair secretary resort_chief operations_head"
ENTRY = DatasetListed(
    code="D-02",
    cls="terbatas",
    refresh="on_change",
    retention_days=90,
    obligation="D-02",
    fields=[Field(name="kode_tps", cls="terbuka")],
)


def _side(world: World, own: bool) -> tuple[Any, str]:
    return (world.own_partner, world.agreement) if own else (world.other_partner, world.other_agreement)


def _dataset(own: bool) -> Any:
    def made(world: World) -> dict[str, Any]:
        partner, agreement = _side(world, own)
        return {"key": world.once(f"dataset {own}", lambda: partner.state(agreement, ENTRY))}

    return made


def _own_dataset(own: bool) -> Any:
    """A data set of this police node's own."""

    def made(world: World) -> dict[str, Any]:
        _partner, agreement = _side(world, own)
        chief = Actor(id="c41efc41efc41ef0", office="resort_chief")

        def state() -> str:
            given = {"by": chief, "at": NOON, "agreement": agreement, "codes": ["D-05"]}
            return str(actions.adopt(id=new_event_id(NOON), **given).key)

        return {"key": world.once(f"own dataset {own}", state)}

    return made


def _upload(world: World) -> dict[str, Any]:
    """An upload that is nobody's, for a data set of our own."""
    return _own_dataset(True)(world) | {"draft": uuid.UUID(int=7)}


def _request(own: bool) -> Any:
    """A commission's request for what this police node keeps."""

    def made(world: World) -> dict[str, Any]:
        partner, agreement = _side(world, own)
        dataset = _own_dataset(own)(world)["key"]
        event = DataRequested(
            dataset=dataset, fields=["kode_tps"], uses_from=date(2024, 2, 5), uses_until=date(2024, 3, 5)
        )
        return {"key": world.once(f"data request {own}", lambda: partner.state(agreement, event))}

    return made


def _delivery(own: bool) -> Any:
    """A commission's delivery to this police node."""

    def made(world: World) -> dict[str, Any]:
        partner, agreement = _side(world, own)
        event = DataDelivered(
            dataset=_dataset(own)(world)["key"],
            recipient=own_agency().id,
            object="a" * 64,
            size=1,
            rows=1,
            fields=["kode_tps"],
            uses_until=date(2024, 3, 5),
        )
        return {"key": world.once(f"delivery {own}", lambda: partner.state(agreement, event))}

    return made


def _agreement(own: bool) -> Any:
    return lambda world: {"agreement": world.agreement if own else world.other_agreement}


ROWS = [
    Row(name="data:processing", get=READ),
    Row(name="data:processing-sheet", get=READ),
    Row(name="data:processing-paper", get=READ),
    Row(name="data:catalogue", get=READ),
    Row(name="data:catalogue-sheet", get=READ),
    Row(name="data:catalogue-dcat", get=READ),
    Row(name="data:dataset", get=READ, own=_dataset(True), other=_dataset(False)),
    Row(name="data:adoption", post=LIST, own=_agreement(True), other=_agreement(False)),
    Row(name="data:list", get=LIST, post=LIST),
    Row(name="data:ask", get=OFFICES, post=OFFICES, own=_dataset(True), other=_dataset(False)),
    Row(name="data:deliver", get=DELIVER, post=DELIVER, own=_own_dataset(True), other=_own_dataset(False)),
    Row(name="data:known", post=DELIVER, own=_own_dataset(True), other=_own_dataset(False)),
    Row(name="data:table", get=DELIVER, own=_own_dataset(True), other=_own_dataset(False)),
    Row(name="data:occasion", post=DELIVER, own=_own_dataset(True), other=_own_dataset(False)),
    Row(name="data:preview", get=DELIVER, other=_upload),
    Row(name="data:corrected", get=DELIVER, other=_upload),
    Row(name="data:discarded", post=DELIVER, other=_upload),
    Row(name="data:sealing", post=DELIVER, other=_upload),
    Row(name="data:exchanges", get=READ),
    Row(name="data:exchanges-sheet", get=READ),
    Row(name="data:request", get=READ, own=_request(True), other=_request(False)),
    Row(name="data:answer", post=DECIDE, own=_request(True), other=_request(False)),
    Row(name="data:withdrawal", post=OFFICES, own=_request(True), other=_request(False)),
    Row(name="data:revocation", post=DECIDE, own=_request(True), other=_request(False)),
    Row(name="data:delivery", get=READ, own=_delivery(True), other=_delivery(False)),
    Row(name="data:use", post=OFFICES, own=_delivery(True), other=_delivery(False)),
    Row(name="data:destruction", post=LIST, own=_delivery(True), other=_delivery(False)),
]
