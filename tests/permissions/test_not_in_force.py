"""What pages offer under an agreement that is suspended or over: nothing that would be refused, and a sentence why."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
import time_machine
from django.test import Client
from django.urls import Resolver404, resolve

from sinergi.access import roles
from sinergi.access.doors import door_of
from sinergi.features.agreement import actions
from sinergi.features.agreement.closing import CLOSES
from sinergi.features.agreement.events import AgreementLeft, ChangeProposed
from sinergi.features.agreement.rules.lifecycle import GOES_ON
from sinergi.kernel.actors import Actor
from sinergi.kernel.ids import new_event_id
from sinergi.kernel.instants import now
from sinergi.ledger.models import Agency
from tests.nodes.simulator import NOON
from tests.permissions.fixtures import sign_in_somebody
from tests.permissions.rows import all_rows
from tests.permissions.world import World, make_world

FEATURES = ("obligations", "security", "places", "risk", "standing_duties", "data", "letters")
# Of these features what opens without an agreement in force: reading, own papers, and that data was destroyed.
OPEN = {
    "obligations.read",
    "obligations.templates",
    "security.read",
    "security.read_restricted",
    "security.letter_file",
    "places.read",
    "places.regions",
    "risk.read",
    "risk.score",  # of the police: internal
    "standing_duties.read",
    "data.read",
    "data.destroy",
    "letters.letterhead",
    # Orders stay in the internal log of the police; a roster that was told is read.
    *(f"orders.{verb}" for verb in ("read", "draft", "sign", "draw", "intelligence", "roster", "card")),
    "letters.number",
}
SENTENCES = {
    "suspended": "ditangguhkan sejak",
    "ended": "atas kesepakatan para pihak",
    "left": "diakhiri oleh",
    "left_by_us": "Kantor ini mengakhiri",
}
CHIEF = Actor(id="c41efc41efc41ef0", office="resort_chief")
OFFERED = re.compile(r'(?:<a\b[^>]*\bhref|<form\b[^>]*\baction|<button\b[^>]*\bformaction)="([^"]*)"')
# A form that posts to the address of its own page.
ITSELF = re.compile(r'<form\b(?![^>]*\baction=)[^>]*\bmethod="post"')


def test_every_permission_says_whether_it_needs_an_agreement_in_force():
    of_features = {name for name in roles.PERMISSIONS if name.split(".")[0] in (*FEATURES, "orders")}
    assert of_features == OPEN | roles.NEEDS_FORCE and not OPEN & roles.NEEDS_FORCE
    assert [name for name in roles.NEEDS_FORCE if name.startswith(GOES_ON)] == []


@pytest.fixture
def world(found_node: Callable[..., Agency]) -> Iterator[World]:
    with time_machine.travel(NOON, tick=False):
        yield make_world(found_node)


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("role", "how"),
    [
        ("resort_chief", "suspended"),
        ("secretary", "suspended"),
        ("resort_chief", "ended"),
        ("resort_chief", "left"),
        ("resort_chief", "left_by_us"),
    ],
)
def test_no_page_of_an_agreement_that_is_not_in_force_offers_what_would_be_refused(world, role, how):
    client = sign_in_somebody(role, agreements=[world.agreement], regions=["1203"])
    rows = [row for row in all_rows() if row.name.split(":")[0] in (*FEATURES, "agreement", "stages", "home")]
    paths = {row.path(world, row.own) for row in rows if role in row.allowed("GET") and (row.own or not row.other)}
    # Files and answers to programs offer nothing to press.
    paths = {path for path in paths if "." not in path and not path.startswith("/api/")}
    before = {path: list(_refused_acts(client, path, CLOSES[how])) for path in paths}
    assert sum(map(bool, before.values())) > 5, "nothing is offered even while the agreement is in force"
    STOPS[how](world)
    after = {path: list(_refused_acts(client, path, CLOSES[how])) for path in paths}
    assert {path: acts for path, acts in after.items() if acts} == {}
    told = [path for path in paths if before[path] and SENTENCES[how] not in _text(client, path)]
    assert told == [], "these pages lost what they offer and do not say why"


def _change(what: Any) -> Callable[[World], None]:
    def stop(world: World) -> None:
        at = now()
        world.own_partner.clock = at
        matter = world.own_partner.state(
            world.agreement, ChangeProposed(change=what, from_on=(at - timedelta(days=2)).date())
        )
        actions.answer_matter(id=new_event_id(at), by=CHIEF, at=at, matter=matter, agrees=True)

    return stop


def _leaves(world: World) -> None:
    world.own_partner.state(world.agreement, AgreementLeft(reason="term_over"))


def _is_left(world: World) -> None:
    at = now()
    actions.leave_agreement(id=new_event_id(at), by=CHIEF, at=at, agreement=world.agreement, reason="term_over")


STOPS: dict[str, Callable[[World], None]] = {
    "suspended": _change("suspension"),
    "ended": _change("end"),
    "left": _leaves,
    "left_by_us": _is_left,
}


def _refused_acts(client: Client, path: str, closes: frozenset[str]) -> Iterator[str]:
    """What the page offers that the agreement does not allow, as `permission address`."""
    text = _text(client, path)
    main = text[text.find("<main") : text.find("</main")]
    for address in [*OFFERED.findall(main), *(path for _ in ITSELF.findall(main))]:
        to = urlsplit(urljoin(path, address)).path
        try:
            door = door_of(resolve(to).func)
        except Resolver404:
            continue
        if door is not None and door.permission in closes:
            yield f"{door.permission} {to}"


def _text(client: Client, path: str) -> str:
    answer = client.get(path)
    page = answer.get("Content-Type", "").startswith("text/html") and not answer.streaming
    return answer.content.decode() if page else ""
