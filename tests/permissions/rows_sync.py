"""Partners' nodes prove who they are by a signature in the request, not by a sign-in (sinergi/sync/api.py)."""

from typing import Any

from sinergi.kernel.instants import now
from tests.permissions.rows import Row
from tests.permissions.world import World


def unknown_log(world: World) -> dict[str, Any]:
    return {"origin": "a" * 64}


def partner(world: World) -> dict[str, Any]:
    from sinergi.sync.models import Peer

    Peer.objects.get_or_create(agency="a" * 64, defaults={"url": "https://mitra.example.id", "introduced_at": now()})
    return {"agency": "a" * 64}


ROWS = [
    Row(name="sync:state", get="public"),
    Row(name="sync:entries", get="public", own=unknown_log),
    Row(name="sync:bodies", post="public", own=unknown_log),
    Row(name="sync:object", get="public", own=lambda world: {"digest": "a" * 64}),
    Row(name="sync:hint", post="public"),
    Row(name="sync:identity", get="public"),
    Row(name="sync:introduction", post="public"),
    Row(name="sync:partners", get="administrator"),
    Row(name="sync:keys", get="administrator"),
    Row(name="sync:address", post="administrator"),
    Row(name="sync:invite", post="administrator"),
    Row(name="sync:invitation-file", post="administrator"),
    Row(name="sync:compare", post="administrator"),
    Row(name="sync:connect", post="administrator"),
    Row(name="sync:add-checkpoint", post="public"),
    Row(name="sync:witnessed", get="public", own=unknown_log),
    Row(name="sync:witness", post="administrator", own=partner),
    Row(name="sync:pause", post="administrator", own=partner),
]
