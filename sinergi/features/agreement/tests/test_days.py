"""Days under an agreement begin and end where its commission is, whatever the clock of who asks."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from sinergi.features.agreement import public
from sinergi.features.agreement.actions import answer_matter
from sinergi.features.agreement.closing import closed
from sinergi.features.agreement.events import ChangeProposed
from sinergi.features.standing_duties.events import SessionProposed, SessionText
from sinergi.kernel.errors import Refused
from sinergi.kernel.ids import new_event_id
from sinergi.kernel.instants import to_text
from sinergi.ledger import rebuild
from sinergi.ledger.models import Entry
from tests.nodes.fixtures import KPU_TAPSEL, POLRES, enter_and_confirm
from tests.nodes.simulator import NOON, Peer

# The last day of the term is 31 December 2024. At 15.30 UTC a new day has begun in Maluku, not yet in Sumatra.
LAST_EVENING, NEXT_MORNING = datetime(2024, 12, 31, 14, 30, tzinfo=UTC), datetime(2024, 12, 31, 15, 30, tzinfo=UTC)


def session(arranger: str) -> SessionProposed:
    """Something that only an agreement in force allows."""
    return SessionProposed(on=date(2024, 4, 1), people=20, arranger=arranger, text=SessionText(topic="Latihan"))


@pytest.fixture
def eastern(found_node, secretary):
    """An agreement of a commission in Ambon, and its police."""
    police = Peer(**POLRES)
    found_node(**{**KPU_TAPSEL, "region": "8171"})
    police.meet()
    return enter_and_confirm(police, secretary), police


def test_a_term_ends_at_midnight_there(eastern):
    agreement, _ = eastern
    assert public.require(agreement, on=LAST_EVENING).zone == "WIT"
    assert closed(LAST_EVENING) == {}
    with pytest.raises(Refused, match="sudah berakhir"):
        public.require(agreement, on=NEXT_MORNING)
    assert closed(NEXT_MORNING)[agreement].day == date(2024, 12, 31)
    # A day is a day anywhere.
    assert public.require(agreement, on=date(2024, 12, 31)).state == "in_force"


def test_the_same_moment_is_still_the_last_day_in_the_west(agreement):
    assert public.require(agreement, on=NEXT_MORNING).zone == "WIB"
    assert closed(NEXT_MORNING) == {}


@pytest.mark.parametrize(
    ("region", "state"), [("8171", Entry.State.INVALID), ("1203", Entry.State.FOLDED)], ids=["east", "west"]
)
def test_a_suspension_begins_at_midnight_there_on_every_node(found_node, secretary, region, state):
    police = Peer(**POLRES)
    found_node(**{**KPU_TAPSEL, "region": region})
    police.meet()
    agreement = enter_and_confirm(police, secretary)
    asked = police.state(agreement, ChangeProposed(change="suspension", from_on=date(2024, 3, 1)))
    answer_matter(id=new_event_id(NOON), by=secretary, at=NOON, matter=asked, agrees=True)
    late = datetime(2024, 2, 29, 15, 30, tzinfo=UTC)
    said = police.state(agreement, session(police.id), t=to_text(late))
    assert Entry.objects.get(key=said).state == state
    assert rebuild.check() == []
