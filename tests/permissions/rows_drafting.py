"""Who may draft, comment, propose, answer and change agreements."""

from __future__ import annotations

from typing import Any

from sinergi.features.agreement.events import (
    ChangeProposed,
    DisputeRaised,
    EvidenceDemand,
    EvidenceProposed,
    GatePassed,
    SettlementProposed,
    Words,
)
from sinergi.features.agreement.models import Agreement
from sinergi.features.agreement.tests.drafts import revision
from tests.nodes.simulator import NOON
from tests.permissions.rows import EVERYBODY, KPU_OFFICE, POLICE_OFFICE, Row
from tests.permissions.world import World

LIAISONS = "chair secretary resort_chief operations_head"
SIGNERS = "chair resort_chief"
NO = {"agrees": "no"}


def _draft(world: World, own: bool) -> tuple[str, str]:
    """The agreement and a text of an addendum to it that the commission proposed."""

    def state() -> tuple[str, str]:
        partner, agreement = _side(world, own)
        row = Agreement.objects.get(agreement=agreement)
        return agreement, partner.state(agreement, revision(row.parties, [], amends=row.key))

    made: tuple[str, str] = world.once(f"addendum {own}", state)
    return made


def _side(world: World, own: bool) -> tuple[Any, str]:
    return (world.own_partner, world.agreement) if own else (world.other_partner, world.other_agreement)


def _stated(world: World, own: bool, name: str, event: Any) -> str:
    partner, agreement = _side(world, own)
    made: str = world.once(f"{name} {own}", lambda: partner.state(agreement, event))
    return made


def _gate(world: World, own: bool) -> str:
    document = GatePassed(
        revision=_draft(world, own)[1], gate="report", number="1", dated=NOON.date(), document="d" * 64, document_size=1
    )
    return _stated(world, own, "gate", document)


def _change(world: World, own: bool) -> str:
    event = ChangeProposed(change="suspension", from_on=NOON.date(), text=Words(words="Alasan"))
    return _stated(world, own, "change", event)


def _wanted(world: World, own: bool) -> str:
    demands = [EvidenceDemand(act="orders", grade="arrived", hours=2)]
    return _stated(world, own, "wanted", EvidenceProposed(demands=demands, text=Words(words="Alasan")))


def _dispute(world: World, own: bool) -> str:
    return _stated(world, own, "dispute", DisputeRaised(article=1, raised_on=NOON.date(), text=Words(words="a")))


def _settlement(world: World, own: bool) -> str:
    event = SettlementProposed(dispute=_dispute(world, own), settled_on=NOON.date(), text=Words(words="a"))
    return _stated(world, own, "settlement", event)


def keyed(name: str, make: Any, **who: Any) -> Row:
    return Row(
        name=f"agreement:{name}",
        own=lambda world: {"key": make(world, True)},
        other=lambda world: {"key": make(world, False)},
        **who,
    )


def about(name: str, **who: Any) -> Row:
    return Row(
        name=f"agreement:{name}",
        own=lambda world: {"agreement": _draft(world, True)[0]},
        other=lambda world: {"agreement": _draft(world, False)[0]},
        **who,
    )


def revision_of(world: World, own: bool) -> str:
    return _draft(world, own)[1]


ROWS = [
    # Only a duty for every agreement reaches one that does not exist yet; the duties of this test reach one.
    Row(name="agreement:draft"),
    # The page of an agreement from paper has no negotiation of its own, only that of an addendum.
    Row(name="agreement:negotiation", get=EVERYBODY, other=lambda world: {"agreement": world.other_agreement}),
    Row(name="agreement:texts", get=EVERYBODY, other=lambda world: {"agreement": world.other_agreement}),
    about("proposal", get=LIAISONS, post=LIAISONS),
    keyed("comment", revision_of, post=f"{KPU_OFFICE} {POLICE_OFFICE}"),
    keyed("revision-answer", revision_of, post=LIAISONS, body=NO),
    keyed("gate", revision_of, post=LIAISONS),
    keyed("gate-correction", _gate, post=LIAISONS),
    # The papers of this world are not kept, so only the stranger's answer is asked for.
    Row(name="agreement:paper", get=EVERYBODY, other=lambda world: {"key": _gate(world, False)}),
    about("change", get=LIAISONS, post=LIAISONS),
    about("dispute", get=LIAISONS, post=LIAISONS),
    about("wanted", get=LIAISONS, post=LIAISONS),
    keyed("wanted-answer", _wanted, post=SIGNERS, body=NO),
    keyed("change-answer", _change, post=SIGNERS, body=NO),
    keyed("settlement-answer", _settlement, post=SIGNERS, body=NO),
    keyed("dispute-step", _dispute, post=LIAISONS),
    keyed("settlement", _dispute, post=LIAISONS),
]
