"""Fixtures for every test: nodes and partners (tests/nodes), people (tests/permissions)."""

pytest_plugins = ["tests.nodes.fixtures", "tests.permissions.fixtures"]
