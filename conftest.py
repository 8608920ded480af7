"""Fixtures for every test: see tests/nodes/fixtures.py (a node, a simulated partner) and tests/permissions/fixtures.py (people)."""

pytest_plugins = ["tests.nodes.fixtures", "tests.permissions.fixtures"]
