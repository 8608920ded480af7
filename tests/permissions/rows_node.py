"""Who may read what the node says of itself to programs."""

from tests.permissions.rows import Row

ROWS = [
    Row(name="node:api-logs", get="auditor administrator"),
    # A program reads the description before it has a token; it names no agency, no person, no fact.
    Row(name="node:api-description", get="public"),
]
