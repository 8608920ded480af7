"""Fixtures for every test: nodes and partners (tests/nodes), people (tests/permissions),
the demo behind a closed door (tests/promises); and which slow tests share a worker."""

import gc
from functools import cache
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.conf import settings

# On a busy machine making an input may take a second; that says nothing of what is tested.
hypothesis.settings.register_profile("sinergi", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("sinergi")

pytest_plugins = ["tests.nodes.fixtures", "tests.permissions.fixtures", "tests.promises.closed_demo"]


def pytest_configure() -> None:
    """Each browser of a test would read the product's files anew, which takes longer than showing it a page."""
    settings.WHITENOISE_AUTOREFRESH = True


def pytest_collection_finish() -> None:
    """Looking through all that is loaded for garbage, again and again, took a tenth of the time."""
    gc.collect()
    gc.freeze()
    gc.disable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first, so that no worker is left alone with one of them at the end."""
    first = ("journeys", "closed demo", "tests/permissions/test_matrix.py")
    items.sort(key=lambda item: first.index(name) if (name := _together(item.nodeid)) in first else len(first))


@pytest.hookimpl(optionalhook=True)  # unknown where the plugin that spreads tests is not loaded
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """With `--dist loadscope` tests that share three running nodes stay with one worker; so does every file.

    Groups by mark (`--dist loadgroup`) have no effect: the plugin writes them where pytest 9.2 no longer looks.
    """
    if config.getvalue("dist") != "loadscope":
        return None
    from xdist.scheduler import LoadScopeScheduling

    class Together(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return _together(nodeid)

    return Together(config, log)


@cache
def _together(nodeid: str) -> str:
    path = nodeid.partition("::")[0]
    if path.startswith("tests/journeys/"):
        return "journeys"
    return "closed demo" if "closed_demo" in (Path(__file__).parent / path).read_text() else path
