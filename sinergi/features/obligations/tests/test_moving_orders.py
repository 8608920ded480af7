"""Two commissions under one agreement announce calendars: in any order of arrival the same one counts."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest
import time_machine

from sinergi.features.stages import public, rules, sources
from sinergi.features.stages.models import AnnouncedCalendar
from sinergi.ledger import envelope, rebuild
from sinergi.ledger.models import Entry
from tests.nodes.fixtures import KPU_PALUTA, KPU_TAPSEL, POLRES
from tests.nodes.simulator import NOON, Peer
from tests.nodes.test_any_order import deliver_in_some_order, differences, in_force, seen, snapshot, undone

PEMILU = sources.calendar("pemilu-2024")
ORDERS, EACH = 4, 3


@pytest.mark.slow
@pytest.mark.parametrize("number", range(3))
def test_announcements_of_two_commissions_count_alike_in_any_order_of_arrival(found_node, resort_chief, number):
    chance = random.Random(number)
    own = found_node(**POLRES)
    tapsel, paluta = peers = (Peer(**KPU_TAPSEL), Peer(**KPU_PALUTA))
    for peer in peers:
        peer.meet()
    with time_machine.travel(NOON):
        agreement = in_force(tapsel, paluta, own.id, resort_chief, chance)
        days, known = [], {peer.id: 1 for peer in peers}
        for _ in range(EACH):
            for peer, other in ((tapsel, paluta), (paluta, tapsel)):
                # Few days to decide on, so that some decide on the same one.
                decided_on = date(2024, 2, 1) + timedelta(days=chance.randrange(3))
                day = date(2024, 2, 20) + timedelta(days=chance.randrange(20))
                calendar = rules.postponed(
                    PEMILU, polling_day=day, decided_on=decided_on, law="PKPU Nomor 9 Tahun 2024"
                )
                event = rules.announce(calendar, kind="kpu", decided_on=decided_on, on=NOON.date())
                known[peer.id] = chance.randint(known[peer.id], len(other.log(agreement).entries))
                marks = seen(agreement, other.log(agreement), known[peer.id])
                last = envelope.parse(peer.log(agreement).entries[-1]).header.lam
                marks["lam"] = max(marks["lam"], last + 1)
                peer.state(agreement, event, deliver=False, **marks)
                days.append((decided_on, day))
        outcomes, counted = [], set()
        for _ in range(ORDERS):
            with undone():
                deliver_in_some_order(chance, peers, agreement)
                outcomes.append(snapshot())
                counted.add(public.calendar_of(agreement).polling_day)
                assert not Entry.objects.exclude(state=Entry.State.FOLDED).exists()
                assert AnnouncedCalendar.objects.count() == 2 * EACH and rebuild.check() == []
    assert [differences(outcomes[0], outcome) for outcome in outcomes] == [[]] * ORDERS
    last = max(decided_on for decided_on, _ in days)
    assert len(counted) == 1 and counted <= {day for decided_on, day in days if decided_on == last}
