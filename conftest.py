"""Fixtures for every test: nodes and partners (tests/nodes), people (tests/permissions),
the demo behind a closed door (tests/promises)."""

pytest_plugins = ["tests.nodes.fixtures", "tests.permissions.fixtures", "tests.promises.closed_demo"]
