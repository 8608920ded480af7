"""Who may see who has what."""

from typing import Any

from sinergi.ledger import checkpoint as notes
from sinergi.ledger import histories
from sinergi.ledger.models import Log
from sinergi.ledger.writer import run
from tests.nodes.simulator import Peer
from tests.permissions.rows import KPU_OFFICE, POLICE_OFFICE, Row
from tests.permissions.world import World


def asked(world: World) -> dict[str, Any]:
    return {"key": world.request(own=True)}


def proved(world: World) -> dict[str, Any]:
    return world.once("two histories", lambda: _proved(world.agreement, world.own_partner))


def proved_elsewhere(world: World) -> dict[str, Any]:
    return world.once("two histories elsewhere", lambda: _proved(world.other_agreement, world.other_partner))


def _proved(agreement: str, partner: Peer) -> dict[str, Any]:
    """A proof against the partner's log of keys: its log of the agreement stays open for the other rows."""
    note = notes.sign(notes.Checkpoint(partner.identity.origin, 1, b"x" * 32), partner.ring["checkpoint"])
    run(lambda: histories.compare(Log.objects.get(origin=partner.identity.origin), note))
    return {"agreement": agreement, "origin": partner.identity.origin}


def elsewhere(world: World) -> dict[str, Any]:
    return {"key": world.request(own=False)}


READ = f"{KPU_OFFICE} {POLICE_OFFICE} auditor administrator"
ROWS = [
    Row(name="exchange:who-has", get=READ),
    Row(name="exchange:who-has-sheet", get=READ),
    Row(name="exchange:facts", get=READ),
    Row(name="exchange:facts-sheet", get=READ),
    Row(name="exchange:fact", get=READ, own=asked, other=elsewhere),
    Row(
        name="exchange:evidence",
        get="chair secretary resort_chief operations_head auditor",
        own=lambda world: {"agreement": world.agreement},
        other=lambda world: {"agreement": world.other_agreement},
    ),
    Row(
        name="exchange:two-histories",
        get="chair secretary resort_chief operations_head auditor",
        own=proved,
        other=proved_elsewhere,
    ),
]
