"""The main pages ask the database as often with a hundred requests as with ten, for every role that opens them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sinergi.features.security.tests.conftest import Side, asked_here, asked_of_police

FEW, MANY = 10, 100
# What the heaviest page of the frame may ask at all: session, person, duties, scopes, counts, then the page itself.
MOST_FOR_A_PAGE = 80

PAGES = {
    "home": "/",
    "inbox": "/kotak/",
    "requests": "/pengamanan/",
    "one request": "/pengamanan/{key}/",
    "map": "/tempat/",
    "agreements": "/perjanjian/",
    "who has what": "/siapa-punya-apa/",
    "facts": "/siapa-punya-apa/catatan/",
    "API list": "/api/security/requests",
    "API one request": "/api/security/requests/{key}",
}
KPU_ROLES = ("secretary", "kpu_staff")
POLICE_ROLES = ("resort_chief", "operations_head")


def counts(side: Side, roles: tuple[str, ...], key: str) -> dict[str, int]:
    """Statements per page and role; the second look, so that what is made once is made."""
    found = {}
    for role in roles:
        browser = side.person(role)
        for name, address in PAGES.items():
            for _look in range(2):
                with CaptureQueriesContext(connection) as made:
                    answer = browser.get(address.format(key=key))
            if answer.status_code == 403:
                continue  # no page of this role's; tests/permissions says which
            assert answer.status_code == 200, (role, name, answer.status_code)
            # Reading only: that somebody was here is written once a minute.
            found[f"{name} as {role}"] = sum(query["sql"].startswith("SELECT") for query in made.captured_queries)
    return found


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("node", "roles", "one_more"),
    [("kpu", KPU_ROLES, asked_here), ("polres", POLICE_ROLES, asked_of_police)],
    ids=["kpu", "polres"],
)
def test_a_page_asks_as_often_with_a_hundred_requests_as_with_ten(
    request: pytest.FixtureRequest, node: str, roles: tuple[str, ...], one_more: Callable[[Side], str]
) -> None:
    side: Side = request.getfixturevalue(node)
    keys = [one_more(side) for _ in range(FEW)]
    few = counts(side, roles, keys[0])
    for _ in range(FEW, MANY):
        one_more(side)
    many = counts(side, roles, keys[0])
    assert len(few) >= 2 * len(PAGES) - 4
    assert {name: (few[name], count) for name, count in many.items() if count > few[name]} == {}
    assert {name: count for name, count in many.items() if count > MOST_FOR_A_PAGE} == {}
