"""Who may see what an observer sees."""

from tests.permissions.rows import Row

READ = "observer auditor chair secretary resort_chief operations_head"
ROWS = [
    Row(name="oversight:oversight", get=READ),
    Row(name="oversight:reads", get=READ),
    Row(name="oversight:witnessed", get=READ),
    Row(name="oversight:witnessed-sheet", get=READ),
    Row(
        name="oversight:dues",
        get=READ,
        own=lambda world: {"agreement": world.agreement},
        other=lambda world: {"agreement": world.other_agreement},
    ),
    Row(name="oversight:never", get="public"),
]
