"""Fixtures for every test: nodes and partners (tests/nodes), people (tests/permissions),
the demo behind a closed door (tests/promises); and which slow tests share a worker."""

import gc

import hypothesis
import pytest

# On a busy machine making an input may take a second; that says nothing of what is tested.
hypothesis.settings.register_profile("sinergi", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("sinergi")

pytest_plugins = ["tests.nodes.fixtures", "tests.permissions.fixtures", "tests.promises.closed_demo"]


def pytest_collection_finish() -> None:
    """Looking through all that is loaded for garbage, again and again, took a tenth of the time."""
    gc.collect()
    gc.freeze()
    gc.disable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that share three running nodes stay with one worker (`--dist loadgroup`); so does every file."""
    for item in items:
        shared = [name for name in ("closed_demo", "offices") if name in getattr(item, "fixturenames", ())]
        item.add_marker(pytest.mark.xdist_group(shared[0] if shared else item.nodeid.partition("::")[0]))
