"""Who may see and state what is exchanged."""

from typing import Any

from sinergi.features.data.events import DatasetListed, Field
from tests.permissions.rows import KPU_OFFICE, POLICE_OFFICE, Row
from tests.permissions.world import World

READ = f"{KPU_OFFICE} {POLICE_OFFICE} auditor"
LIST = "chair secretary resort_chief operations_head"
ENTRY = DatasetListed(
    code="D-02",
    cls="terbatas",
    refresh="on_change",
    retention_days=90,
    fields=[Field(name="kode_tps", cls="terbuka")],
)


def _dataset(own: bool) -> Any:
    def made(world: World) -> dict[str, Any]:
        partner, agreement = (
            (world.own_partner, world.agreement) if own else (world.other_partner, world.other_agreement)
        )
        return {"key": world.once(f"dataset {own}", lambda: partner.state(agreement, ENTRY))}

    return made


def _agreement(own: bool) -> Any:
    return lambda world: {"agreement": world.agreement if own else world.other_agreement}


ROWS = [
    Row(name="data:catalogue", get=READ),
    Row(name="data:catalogue-sheet", get=READ),
    Row(name="data:catalogue-dcat", get=READ),
    Row(name="data:dataset", get=READ, own=_dataset(True), other=_dataset(False)),
    Row(name="data:adoption", post=LIST, own=_agreement(True), other=_agreement(False)),
    Row(name="data:list", get=LIST, post=LIST),
]
