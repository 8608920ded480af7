"""What tests begin with and get put back is what was made: the store verifies and the tables are what the log says."""

from __future__ import annotations

import pytest

from sinergi.features.agreement.models import Agreement
from sinergi.ledger import fsck, keys, rebuild
from sinergi.ledger.models import Body, Entry, Key
from sinergi.ledger.store import own_agency


@pytest.mark.parametrize("time", ["made", "put back", "put back again"])
def test_what_is_put_back_verifies_and_is_what_the_log_says(agreement, time):
    assert fsck.check() == [] and rebuild.check() == []
    assert Agreement.objects.get().agreement == agreement
    assert keys.own().public("event") == Key.objects.get(agency=own_agency(), use="event").public
    # A test may leave anything behind: the next one does not meet it.
    Body.objects.all().delete()
    Entry.objects.all().delete()
    keys.use(None)
