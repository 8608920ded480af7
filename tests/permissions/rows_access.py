"""Who may use the addresses of the door, the account pages and the people of the agency."""

from typing import Any

from sinergi.access.models import Duty, Token
from sinergi.kernel.instants import now
from tests.permissions.rows import Row
from tests.permissions.world import World


def somebody(world: World) -> dict[str, Any]:
    return {"actor_id": world.stranger.actor_id}


def somebodys_duty(world: World) -> dict[str, Any]:
    duty = world.once(
        "duty", lambda: Duty.objects.create(user=world.stranger, role="operations_staff", starts_at=now())
    )
    return somebody(world) | {"number": duty.pk}


def somebodys_token(world: World) -> dict[str, Any]:
    token = world.once(
        "token",
        lambda: Token.objects.create(
            user=world.stranger, label="x", digest="d" * 64, created_at=now(), expires_at=now()
        ),
    )
    return somebody(world) | {"number": token.pk}


def ones_passkey(world: World) -> dict[str, Any]:
    """Of none of those who ask: removing what is not there (any more) changes nothing."""
    return {"number": 1}


MANAGE = "administrator"
ROWS = [
    Row(name="access:sign-in", get="public", post="public"),
    Row(name="access:second-step", get="public", post="public"),
    Row(name="access:passkey", post="public"),
    Row(name="access:passkey-challenge", post="public"),
    Row(name="access:prove", get="signed_in", post="signed_in"),
    Row(name="access:prove-challenge", post="signed_in"),
    Row(name="access:factors", get="signed_in"),
    Row(name="access:enrol-challenge", post="signed_in"),
    Row(name="access:passkey-new", post="signed_in"),
    Row(name="access:passkey-end", post="signed_in", own=ones_passkey),
    Row(name="access:code", get="signed_in", post="signed_in"),
    Row(name="access:code-new", post="signed_in"),
    Row(name="access:code-end", post="signed_in"),
    Row(name="access:recovery", post="signed_in"),
    Row(name="access:sign-out", post="public"),
    Row(name="access:account", get="signed_in"),
    Row(name="access:password", get="signed_in", post="signed_in"),
    Row(name="access:end-sessions", post="signed_in"),
    Row(name="access:people", get=MANAGE),
    Row(name="access:person-new", get=MANAGE, post=MANAGE),
    Row(name="access:person", get=MANAGE, own=somebody),
    Row(name="access:duty-new", post=MANAGE, own=somebody),
    Row(name="access:duty-end", post=MANAGE, own=somebodys_duty),
    Row(name="access:suspension", post=MANAGE, own=somebody),
    Row(name="access:password-reset", post=MANAGE, own=somebody),
    Row(name="access:factors-reset", post=MANAGE, own=somebody),
    Row(name="access:token-new", post=MANAGE, own=somebody, body={"label": "x", "days": 3}),
    Row(name="access:token-end", post=MANAGE, own=somebodys_token),
    Row(name="access:trail", get="auditor"),
]
