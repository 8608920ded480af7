"""These tests need the door and the frame, and none of the features behind them."""

import pytest


@pytest.fixture(autouse=True)
def only_the_door(settings):
    settings.ROOT_URLCONF = "sinergi.access.tests.addresses"
