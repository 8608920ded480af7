"""Who may read, ask for and decide on erasing what records say of a person."""

from __future__ import annotations

from typing import Any

from sinergi.features.rights.events import ErasureRequested
from sinergi.ledger.models import Entry
from tests.permissions.rows import KPU_OFFICE, POLICE_OFFICE, Row
from tests.permissions.world import World

READ = f"{KPU_OFFICE} {POLICE_OFFICE} auditor"
ASK = "chair secretary resort_chief operations_head"
DECIDE = "chair secretary resort_chief"


def _asked(own: bool) -> Any:
    """A commission asks for the erasure of what its own request for security says."""

    def made(world: World) -> dict[str, Any]:
        def state() -> str:
            partner, agreement = (
                (world.own_partner, world.agreement) if own else (world.other_partner, world.other_agreement)
            )
            record = Entry.objects.get(key=world.request(own)).key
            event = ErasureRequested(records=[record], ground="subject_asks", asked_by="subject")
            return partner.state(agreement, event)

        return {"key": world.once(f"erasure {own}", state)}

    return made


TRACE = "chair secretary resort_chief auditor"
ROWS = [
    Row(name="rights:trace", get=TRACE, post=TRACE),
    Row(name="rights:erasures", get=READ),
    Row(name="rights:erasures-sheet", get=READ),
    Row(name="rights:ask", get=ASK, post=ASK),
    Row(name="rights:erasure", get=READ, own=_asked(True), other=_asked(False)),
    Row(name="rights:carry-out", post=DECIDE, own=_asked(True), other=_asked(False)),
    Row(name="rights:refuse", post=DECIDE, own=_asked(True), other=_asked(False)),
]
