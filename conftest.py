"""Fixtures for every test: see tests/nodes/fixtures.py (a node, a simulated partner)."""

pytest_plugins = ["tests.nodes.fixtures"]
