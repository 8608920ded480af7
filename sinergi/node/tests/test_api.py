"""The description of the JSON interface cannot drift, and logs are told to whoever compares nodes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import URLPattern, get_resolver

from sinergi.access import doors
from sinergi.access.roles import ROLES
from sinergi.features.places.demo import load_demo_regions, publish_demo_stations
from sinergi.kernel.ids import new_event_id
from sinergi.ledger.models import Entry, Log
from sinergi.node import api
from sinergi.web.api import Body, Route, addresses
from tests.nodes.fixtures import KPU_TAPSEL, POLRES, enter_and_confirm
from tests.nodes.simulator import NOON, Peer
from tests.permissions.fixtures import token_of


def patterns(resolver: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    for entry in resolver.url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield route, entry.callback
        else:
            yield from patterns(entry, route)


def described() -> dict[str, Any]:
    return json.loads(json.dumps(Client().get("/api/openapi.json").json()))


def test_the_description_names_exactly_the_addresses_that_answer(db):
    served = {"/" + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", route) for route, _ in patterns(get_resolver())}
    assert set(described()["paths"]) == {address for address in served if address.startswith("/api/")}


@pytest.mark.slow
def test_the_description_names_the_methods_and_the_doors(db):
    doors_of = {route: doors.door_of(view).permission for route, view in patterns(get_resolver())}
    for route in api.routes():
        operation = described()["paths"]["/" + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", route.path)][route.method.lower()]
        assert operation["x-permission"] == route.permission
        assert route.permission in doors_of[route.path].split()
        assert ("requestBody" in operation) == (route.method == "POST") == (route.body is not None)


def test_every_reference_of_the_description_is_held(db):
    document = described()
    named = set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(document)))
    assert named == set(document["components"]["schemas"])
    names = [operation["operationId"] for path in document["paths"].values() for operation in path.values()]
    assert len(names) == len(set(names)) == len(api.routes())


def test_a_route_that_writes_reads_a_body_that_may_carry_its_id():
    for route in api.routes():
        assert (route.method == "POST") == (route.body is not None)
        assert route.body is None or issubclass(route.body, Body)


def test_a_route_needs_a_permission_that_exists():
    route = Route(method="GET", path="api/x", name="x", permission="x.read", view=print, answer=dict, summary="")
    with pytest.raises(KeyError):
        addresses([route])


@pytest.fixture
def noon() -> Iterator[None]:
    with time_machine.travel(NOON):
        yield


@pytest.mark.parametrize("role", [role for role in ROLES if role not in ("auditor", "administrator")])
def test_logs_are_told_to_auditors_and_administrators_only(node, person, role):
    assert person(role).get("/api/logs").status_code == 403


def test_logs_are_told_with_size_and_root(noon, agreement, police, node, person):
    reader = person("auditor").user
    answer = Client().get("/api/logs", headers={"Authorization": f"Bearer {token_of(reader)}"})
    told = answer.json()
    rows = {row["agency"]: row for row in told["logs"]}
    own = Log.objects.get(agreement=agreement, is_own=True)
    theirs = police.log(agreement)
    assert rows[node.id] == {"agreement": agreement, "agency": node.id, "size": 1, "root": bytes(own.root).hex()}
    assert rows[police.id] == {
        "agreement": agreement,
        "agency": police.id,
        "size": 1,
        "root": theirs.root(1).hex(),
    }
    assert {row["agency"] for row in told["identities"]} == {node.id, police.id}
    assert all(set(row) == {"agreement", "agency", "size", "root"} for row in told["logs"])


def test_logs_of_agreements_outside_the_duty_and_internal_logs_are_not_told(noon, found_node, person, resort_chief):
    own = found_node(**POLRES)
    first = Peer(**KPU_TAPSEL)
    first.meet()
    agreement = enter_and_confirm(first, resort_chief)
    Log.objects.create(origin="i" * 64, agreement="", agency=own.id, role="internal", is_own=True)
    assert {row["agreement"] for row in person("administrator").get("/api/logs").json()["logs"]} == {agreement}
    assert person("administrator", agreements=["b" * 64]).get("/api/logs").json()["logs"] == []


def test_agreements_are_told_to_whoever_works_under_them(noon, agreement, police, person):
    told = person("kpu_staff").get("/api/agreements").json()["agreements"]
    assert [(row["id"], row["state"], row["scopes"]) for row in told] == [
        (agreement, "in_force", ["data", "security", "capacity"])
    ]
    assert person("kpu_staff", agreements=["b" * 64]).get("/api/agreements").json() == {"agreements": []}


@pytest.mark.slow
def test_stations_are_told_page_by_page(noon, agreement, secretary, person):
    load_demo_regions(["1203"])
    publish_demo_stations(id=new_event_id(NOON), by=secretary, at=NOON, agreement=agreement, regency="1203")
    client = person("secretary")
    first = client.get("/api/places/stations?region=120304&limit=3").json()
    second = client.get(f"/api/places/stations?region=120304&limit=3&after={first['next']}").json()
    codes = [row["code"] for row in first["stations"] + second["stations"]]
    assert len(codes) == 6 and codes == sorted(set(codes)) and all(code.startswith("120304") for code in codes)
    assert person("secretary", agreements=["b" * 64]).get("/api/places/stations").json()["stations"] == []
    for wrong in ("region=a", "region=%00", "limit=0", "after=x", "other=1", "region=1&region=2"):
        assert client.get(f"/api/places/stations?{wrong}").status_code == 422, wrong
    assert Entry.objects.filter(state="invalid").count() == 0
