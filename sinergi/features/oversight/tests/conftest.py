"""Requests are made as the tests of security assistance make them."""

from sinergi.features.security.tests.conftest import noon, polres

__all__ = ["noon", "polres"]
