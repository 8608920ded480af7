"""Which evidence parties agreed to want for which facts, how long it may lag, and whether a fact binds before. Pure.

Validity never depends on it: what counts is decided by the facts alone (decision 2). A verdict here depends on the
demands that hold, the marks under the log and the hour asked for, so two nodes that hold the same marks say the same.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from sinergi.features.agreement.events import EvidenceAct, EvidenceDemand, EvidenceProposed
from sinergi.features.agreement.rules import Standing
from sinergi.features.agreement.rules.lifecycle import refuse_unless_running
from sinergi.features.agreement.rules.negotiation import said
from sinergi.kernel.errors import Refused
from sinergi.ledger.events import RecordKey
from sinergi.ledger.grade import Grade

# What people call one thing, as kinds of facts.
ACTS: dict[EvidenceAct, tuple[str, ...]] = {
    "requests": ("security.assistance_requested", "data.requested"),
    "orders": ("security.assistance_answered", "security.force_assigned", "security.spoken_order_confirmed"),
    "reports": ("security.assistance_completed", "obligations.evaluation_issued"),
    "deliveries": ("data.delivered",),
}
ACT_OF = {kind: act for act, kinds in ACTS.items() for kind in kinds}
STEP = {"arrived": 2, "witnessed": 3, "stamped": 4}
MOST_HOURS = 24 * 90

State = Literal["met", "waiting", "late"]


class Lag(msgspec.Struct, frozen=True, kw_only=True):
    """How a fact stands against a demand: `until` when it was to be met; `binds` whether it may be built upon."""

    state: State
    demand: EvidenceDemand
    until: datetime
    binds: bool


def flaw(event: EvidenceProposed) -> bool:
    """Whether no such demands can be: one act twice, or hours that nobody means. Depends on the fact alone."""
    acts = [demand.act for demand in event.demands]
    return len(set(acts)) != len(acts) or any(not 1 <= demand.hours <= MOST_HOURS for demand in event.demands)


def demand_for(kind: str, demands: Sequence[EvidenceDemand]) -> EvidenceDemand | None:
    """What is wanted for facts of this kind; None where nothing is."""
    act = ACT_OF.get(kind)
    return next((demand for demand in demands if demand.act == act), None)


def judge(demand: EvidenceDemand, grade: Grade, *, stated_at: datetime, at: datetime) -> Lag:
    """How a fact that its author stated at `stated_at` stands at `at`."""
    until = stated_at + timedelta(hours=demand.hours)
    is_met = grade.steps >= STEP[demand.grade]
    state: State = "met" if is_met else "late" if at > until else "waiting"
    return Lag(state=state, demand=demand, until=until, binds=is_met or not demand.binds)


def propose(
    *, demands: Sequence[EvidenceDemand], reason: str, standing: Standing, held: str, open_proposals: int,
    now: Collection[EvidenceDemand],
) -> EvidenceProposed:  # fmt: skip
    """Propose which evidence is wanted from now on, whole; Refused where it cannot be. `held`: what it follows."""
    refuse_unless_running(standing)
    if open_proposals:
        raise Refused("Masih ada usul yang belum dijawab. Selesaikan itu dahulu.", code="PKS-91", field="change")
    if sorted(demands, key=_order) == sorted(now, key=_order):
        raise Refused("Usul ini sama dengan yang sudah berlaku.", code="PKS-111")
    event = EvidenceProposed(
        demands=sorted(demands, key=_order),
        after=RecordKey(held) if held else None,
        text=said(reason, "Tulis alasannya."),
    )
    if flaw(event):
        raise Refused("Isi waktunya antara 1 jam dan 90 hari.", code="PKS-112")
    return event


def _order(demand: EvidenceDemand) -> int:
    return list(ACTS).index(demand.act)
