"""Both sides, as the tests of security assistance make them."""

from sinergi.features.security.tests.conftest import kpu, noon, polres

__all__ = ["kpu", "noon", "polres"]
