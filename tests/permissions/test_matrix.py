"""Every address × method × identity × own or other's object, read from the resolver, against the declared table.

Nothing here asks `roles.py` who may do what: the table beside this test says it a second time, and both must agree.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, resolve

from sinergi.access import doors
from sinergi.access.models import User
from sinergi.access.roles import ROLES
from sinergi.kernel.instants import now
from sinergi.ledger.models import Agency
from tests.permissions import personal
from tests.permissions.fixtures import sign_in_somebody, token_of
from tests.permissions.rows import Row, all_rows
from tests.permissions.world import World, make_world

pytestmark = pytest.mark.django_db
METHODS = ("GET", "POST")
# Not "*": nothing may be open only because a duty reaches everything.
REGIONS = ["1203"]
# Asks for the sentence of a refusal without the page around it, once an identity has been shown that page: thousands of
# them took a fifth of the time. A request that gets through is seen by its status all the same.
PART = {"HX-Request": "true"}


@pytest.fixture
def world(found_node: Callable[..., Agency]) -> World:
    return make_world(found_node)


def test_every_address_wears_a_door():
    bare = [pattern for pattern, view in _patterns() if doors.door_of(view) is None]
    assert bare == [], "wrap these views in requires, signed_in or public (sinergi/access/doors.py)"


@pytest.mark.slow
def test_every_address_has_a_row(world):
    known = {_route(row, world) for row in all_rows()}
    missing = [route for route, _ in _patterns() if route not in known]
    assert missing == [], "add a Row for these to tests/permissions/rows_<feature>.py"


def test_every_row_has_an_address():
    names = {name for name in _names(get_resolver(), "")}
    assert [row.name for row in all_rows() if row.name not in names] == []


@pytest.mark.slow
def test_every_address_answers_each_identity_as_the_table_says_and_masks_what_is_personal(world, caplog):
    caplog.set_level(logging.CRITICAL + 1)  # thousands of refusals, each logged as it should be
    identities = _identities(world)
    personal.plant(world)
    differences: list[str] = []
    told: set[tuple[str, str]] = set()
    asked, shown = 0, set[tuple[str, str]]()
    for row in all_rows():
        for object_, path in _paths(row, world):
            for identity, (client, role, headers) in identities.items():
                for method in METHODS:
                    expected = _expected(row, method, role, object_, path, headers)
                    known = role and not headers and (identity, object_) in shown
                    part = PART if known and not expected(200) else {}
                    status, words = _ask(client, method, path, row, headers | part)
                    if role and status in (403, 404):
                        shown.add((identity, object_))
                    asked += 1
                    if row.name not in personal.PROVES:
                        told |= {(role, word) for word in words}
                        differences += [
                            f"{method} {row.name} tells {identity} of {word}"
                            for word in words
                            if role not in personal.TOLD_TO[word]
                        ]
                    if not expected(status):
                        wanted = expected.__doc__
                        differences.append(
                            f"{method} {row.name} ({object_}) as {identity}: {status}, allowed: {wanted}"
                        )
    print(f"{asked} requests, {len(all_rows())} addresses, {len(identities)} identities")
    assert differences == [], "\n".join(differences)
    # Whoever needs it is told it: else masking everything for everybody would pass.
    assert {(role, word) for word, roles in personal.TOLD_TO.items() for role in roles} <= told


def _identities(world: World) -> dict[str, tuple[Client, str, dict[str, str]]]:
    """Name → client, the role it is worth ("" nobody, "idle" signed in without a duty), headers."""
    day = timedelta(days=1)
    reach = {"agreements": [world.agreement], "regions": REGIONS}
    found: dict[str, tuple[Client, str, dict[str, str]]] = {"anonymous": (Client(), "", {})}
    for role in ROLES:
        found[role] = (sign_in_somebody(role, **reach), role, {})
    found["without a duty"] = (sign_in_somebody(), "idle", {})
    expired = sign_in_somebody("resort_chief", starts_at=now() - 9 * day, ends_at=now() - day, **reach)
    found["expired duty"] = (expired, "idle", {})
    found["duty to come"] = (sign_in_somebody("resort_chief", starts_at=now() + day, **reach), "idle", {})
    suspended = sign_in_somebody("resort_chief", **reach)
    User.objects.filter(pk=suspended.user.pk).update(is_suspended=True)
    found["suspended"] = (suspended, "", {})
    for role in ("resort_chief", "secretary", "auditor"):
        owner = sign_in_somebody(role, **reach).user
        found[f"token of {role}"] = (Client(), role, {"Authorization": f"Bearer {token_of(owner)}"})
    found["token of the suspended"] = (Client(), "", {"Authorization": f"Bearer {token_of(suspended.user)}"})
    return found


def _paths(row: Row, world: World) -> Iterator[tuple[str, str]]:
    if row.own is not None or row.other is None:
        yield "own", row.path(world, row.own)
    if row.other is not None:
        yield "other's", row.path(world, row.other)


def _ask(client: Client, method: str, path: str, row: Row, headers: dict[str, str]) -> tuple[Any, frozenset[str]]:
    """The status, or "door" for a redirect to the sign-in page, and what personal words the answer holds. What the
    request changed is undone."""
    cache.clear()
    cookies = client.cookies.copy()
    with transaction.atomic():
        data = row.body if method == "POST" else {}
        answer = client.generic(method, path, _encoded(data), "application/x-www-form-urlencoded", headers=headers)
        words = personal.found_in(answer)
        if hasattr(answer, "streaming_content"):
            answer.close()
        transaction.set_rollback(True)
    client.cookies = cookies
    # These two lead to the sign-in page by what they are for.
    leads_there = row.name in ("access:sign-out", "access:second-step")
    if not leads_there and answer.status_code == 302 and answer["Location"].startswith("/masuk/"):
        return "door", words
    return answer.status_code, words


def _encoded(data: dict[str, Any]) -> str:
    return "&".join(f"{name}={value}" for name, value in data.items())


def _expected(
    row: Row, method: str, role: str, object_: str, path: str, headers: dict[str, str]
) -> Callable[[Any], bool]:
    """What the table says: a test of the status, its docstring saying what was expected."""
    api = path.startswith("/api/")
    if headers and not api:
        role = ""  # a token is worth nothing outside /api/
    here, anywhere = row.allowed(method), row.allowed("GET") | row.allowed("POST")

    def says(status: Any) -> bool:
        if not here and status == 405:
            return True  # refusing the method before asking who it is gives nothing away
        if api and headers and not role:
            return status == 401  # a token that is worth nothing is said to be, even where none is needed
        if "public" in anywhere:
            return _is_public(status, here, row)
        if not role:
            return status == (401 if api else "door")
        if "signed_in" in anywhere:
            return bool(here) and _answers(status)
        if role not in anywhere:
            return status == 403
        if role not in here:
            return status in (403, 404, 405)
        return status == 404 if object_ == "other's" else _answers(status)

    says.__doc__ = row.get if method == "GET" else row.post
    return says


def _is_public(status: Any, here: frozenset[str], row: Row) -> bool:
    if not here or status == "door":
        return False
    # The addresses for partners check signatures themselves, and say 401 or 403 for their own reasons.
    return status < 500 if row.name.startswith("sync:") else _answers(status) or status == 404


def _answers(status: Any) -> bool:
    """Whether the request reached what it asked for: an answer, or a refusal of its content."""
    return status != "door" and (status < 400 or status in (400, 409, 413, 422, 429))


def _route(row: Row, world: World) -> str:
    return resolve(row.path(world, row.own or row.other)).route


def _patterns() -> Iterator[tuple[str, Callable[..., Any]]]:
    yield from _walk(get_resolver(), "")


def _walk(resolver: URLResolver, prefix: str) -> Iterator[tuple[str, Callable[..., Any]]]:
    for entry in resolver.url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield route, entry.callback
        else:
            yield from _walk(entry, route)


def _names(resolver: URLResolver, prefix: str) -> Iterator[str]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLPattern):
            yield f"{prefix}{entry.name}"
        else:
            yield from _names(entry, f"{prefix}{entry.namespace}:" if entry.namespace else prefix)
