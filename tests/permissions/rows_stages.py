"""Who may read the calendar of stages."""

from datetime import date

from sinergi.features.stages import rules, sources
from tests.permissions.rows import OFFICIALS, Row
from tests.permissions.world import World

READ = f"{OFFICIALS} auditor"


def _announced(world: World, own: bool) -> str:
    """A calendar that the commission announced."""

    def state() -> str:
        day = date(2023, 12, 1)
        event = rules.announce(sources.calendar("pilkada-2024"), kind="kpu", decided_on=day, on=day)
        partner = world.own_partner if own else world.other_partner
        return partner.state(world.agreement if own else world.other_agreement, event)

    return world.once(f"calendar {own}", state)


ROWS = [
    Row(name="stages:stages", get=READ),
    Row(name="stages:sheet", get=READ),
    Row(name="stages:choose", get="administrator", post="administrator"),
    Row(name="stages:change", get="chair secretary", post="chair secretary"),
    Row(name="stages:holidays", get="administrator chair secretary", post="administrator chair secretary"),
    Row(name="stages:new", get="administrator", post="administrator"),
    Row(name="stages:template", get="administrator"),
    Row(
        name="stages:adopt",
        post="administrator",
        own=lambda world: {"key": _announced(world, True)},
        other=lambda world: {"key": _announced(world, False)},
    ),
]
