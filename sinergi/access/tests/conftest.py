"""These tests need the door and the frame, and none of the features behind them."""

from collections.abc import Iterator

import pytest
from nacl.signing import SigningKey

from sinergi.ledger import keys


@pytest.fixture(autouse=True)
def only_the_door(settings):
    settings.ROOT_URLCONF = "sinergi.access.tests.addresses"


@pytest.fixture
def own_keys() -> Iterator[None]:
    """Keys of a node, by which a list that leaves as Excel is marked."""
    keys.use(keys.KeyRing({use: SigningKey.generate() for use in keys.USES}))
    yield
    keys.use(None)
