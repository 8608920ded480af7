"""An agreement in force between a commission's node and the police, with a list of obligations both agreed on."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest

from sinergi.features.agreement import public as agreements
from sinergi.features.obligations import actions, events, template
from sinergi.features.obligations.public import Board
from sinergi.features.stages.actions import use_calendar
from sinergi.kernel.actors import Actor
from sinergi.kernel.ids import new_event_id
from sinergi.kernel.obligation import Item
from sinergi.ledger.envelope import Official
from tests.nodes.simulator import NOON, Peer

SECRETARY = Actor(id="5ec5ec5ec5ec5ec5", office="secretary")
HEAD = Official(id="0" * 16, office="operations_head")
COUNTS_FROM = date(2024, 1, 8)
ARTICLES = [
    {"number": 4, "title": "Pertukaran data", "scope": "data"},
    {"number": 5, "title": "Bantuan pengamanan", "scope": "security"},
    {"number": 12, "title": "Koordinasi dan pelaporan"},
]
_counted = itertools.count(1)


def new_id() -> str:
    return new_event_id(NOON + timedelta(milliseconds=next(_counted)))


@dataclass
class Pact:
    """The agreement, this node's agency and the police at the other end."""

    agreement: str
    kpu: str
    police: Peer

    def items(self) -> tuple[list[Item], dict[str, str]]:
        return template.items_for(ARTICLES, commission=self.kpu, police=self.police.id)

    def do(self, action: Callable[..., Any], at: Any = NOON, **given: Any) -> str:
        """This node's secretary acts; the key of the fact."""
        return action(id=new_id(), by=SECRETARY, at=at, **given).key

    def propose(self, **changes: Any) -> str:
        items, titles = self.items()
        given = {"agreement": self.agreement, "items": items, "titles": titles, "counts_from": COUNTS_FROM}
        return self.do(actions.propose_list, **given | changes)

    def theirs(self, event: events.Event, **changes: Any) -> str:
        """The police state a fact."""
        return self.police.state(self.agreement, event, actor=HEAD, **changes)

    def agree(self, key: str) -> str:
        return self.theirs(events.ObligationAnswered(about=key, agrees=True))

    def board(self, at: Any = NOON) -> Board:
        return Board(self.agreement, at=at)

    def state(self, code: str, mark: str, at: Any = NOON) -> str:
        line = self.board(at).line(code, mark)
        assert line is not None, f"{code} {mark} is no due"
        return line.found.state


@pytest.fixture
def pact(node: Any, agreement: str, police: Peer) -> Pact:
    """Nothing proposed yet; the calendar is that of Pemilu 2024 and it is H-9."""
    use_calendar("pemilu-2024")
    assert agreements.in_force(agreement)
    return Pact(agreement, node.id, police)


@pytest.fixture
def agreed(pact: Pact) -> Pact:
    """With the template's list agreed on."""
    pact.agree(pact.propose())
    return pact
