"""Who may open the start page and the inbox."""

from sinergi.features.home import actions
from tests.nodes.simulator import NOON
from tests.permissions.fixtures import sign_in_somebody
from tests.permissions.rows import EVERYBODY, OFFICIALS, Row
from tests.permissions.world import World

READ = f"{OFFICIALS} auditor"


def _secret(world: World) -> str:
    return world.once("feed", lambda: actions.make_feed(sign_in_somebody("secretary").user, agreement="", at=NOON))


ROWS = [
    Row(name="home:home", get="signed_in"),
    Row(name="home:inbox", get=f"{EVERYBODY} observer duty_officer"),
    Row(name="home:inbox-sheet", get=f"{EVERYBODY} observer duty_officer"),
    Row(name="home:subscriptions", get=READ, post=READ),
    Row(name="home:feed-revocation", post=READ, other=lambda world: {"number": 999_999}),
    # The secret in the address is the key: nobody signs in. Without it there is nothing (the feature's tests).
    Row(name="home:feed", get="public", own=lambda world: {"secret": _secret(world)}),
]
