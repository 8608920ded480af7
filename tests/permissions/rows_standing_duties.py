"""Who may see and state what is due between elections."""

import uuid
from datetime import date
from typing import Any

from sinergi.features.standing_duties.events import SessionProposed, VoterUpdateReported
from tests.permissions.rows import KPU_OFFICE, OFFICIALS, POLICE_OFFICE, Row
from tests.permissions.world import World

READ = f"{OFFICIALS} auditor"


def _update(own: bool) -> Any:
    def made(world: World) -> dict[str, Any]:
        def state() -> str:
            partner, agreement = (
                (world.own_partner, world.agreement) if own else (world.other_partner, world.other_agreement)
            )
            return partner.state(
                agreement,
                VoterUpdateReported(
                    year=2023, quarter=4, new=10, gone=5, changed=0,
                    letter_number="1", letter_dated=date(2024, 1, 5), letter="a" * 64, letter_size=1,
                ),
            )  # fmt: skip

        return {"key": world.once(f"voter update {own}", state)}

    return made


def _agreement(own: bool) -> Any:
    return lambda world: {"agreement": world.agreement if own else world.other_agreement}


def _session(own: bool) -> Any:
    def made(world: World) -> dict[str, Any]:
        partner, agreement = (
            (world.own_partner, world.agreement) if own else (world.other_partner, world.other_agreement)
        )
        event = SessionProposed(on=date(2024, 3, 1), people=30, arranger=partner.id)
        return {"key": world.once(f"session {own}", lambda: partner.state(agreement, event))}

    return made


EDIT = f"{KPU_OFFICE} {POLICE_OFFICE}"


def _somebody_elses_draft(world: World) -> dict[str, Any]:
    return {"draft": uuid.UUID(int=7)}


ROWS = [
    Row(name="standing_duties:training", get=READ),
    Row(name="standing_duties:session-new", get=EDIT, post=EDIT),
    Row(name="standing_duties:session-answer", post=EDIT, own=_session(True), other=_session(False)),
    Row(name="standing_duties:session-move", post=EDIT, own=_session(True), other=_session(False)),
    Row(name="standing_duties:session-move-answer", post=EDIT, own=_session(True), other=_session(False)),
    Row(name="standing_duties:session-held", post=EDIT, own=_session(True), other=_session(False)),
    Row(name="standing_duties:updates", get=READ),
    Row(name="standing_duties:report", get=KPU_OFFICE, post=KPU_OFFICE),
    Row(name="standing_duties:counts-upload", get=KPU_OFFICE, post=KPU_OFFICE),
    Row(name="standing_duties:counts-template", get=KPU_OFFICE),
    Row(name="standing_duties:counts-preview", get=KPU_OFFICE, other=_somebody_elses_draft),
    Row(name="standing_duties:counts-corrected", get=KPU_OFFICE, other=_somebody_elses_draft),
    Row(name="standing_duties:update", get=READ, own=_update(True), other=_update(False)),
    Row(name="standing_duties:answer", post=POLICE_OFFICE, own=_update(True), other=_update(False)),
    Row(name="standing_duties:contacts", get=READ),
    Row(name="standing_duties:edit-contacts", get=EDIT, post=EDIT, own=_agreement(True), other=_agreement(False)),
]
