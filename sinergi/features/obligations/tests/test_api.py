"""Obligations over JSON: read as on the page, state and answer once, refused in words."""

from __future__ import annotations

import json
from typing import Any

import pytest
import time_machine
from django.test import Client

from sinergi.features.obligations import events
from sinergi.features.obligations.models import Statement
from sinergi.features.obligations.tests.conftest import new_id
from sinergi.ledger import rebuild
from tests.nodes.simulator import NOON
from tests.permissions.fixtures import sign_in_somebody, token_of

DONE = {"statement": "done", "words": "Daftar dikirim dengan surat 12."}


class Program:
    """A program with the token of somebody in this office."""

    def __init__(self, agreement: str, role: str = "secretary") -> None:
        self.base = f"/api/obligations/{agreement}"
        user = sign_in_somebody(role, agreements=[agreement]).user
        self.headers = {"Authorization": f"Bearer {token_of(user)}"}
        self.client = Client()

    def get(self, path: str = "", **query: Any) -> Any:
        return self.client.get(self.base + path, query, headers=self.headers)

    def post(self, path: str, body: Any, id: str = "") -> Any:
        address = path if path.startswith("/api") else self.base + path
        sent = body if isinstance(body, str) else json.dumps({"id": id or new_id(), **body})
        return self.client.post(address, sent, content_type="application/json", headers=self.headers)


@pytest.fixture
def program(agreed):
    with time_machine.travel(NOON, tick=False):
        yield Program(agreed.agreement)


def test_the_board_says_what_the_page_says(program, agreed):
    told, board = program.get().json(), agreed.board()
    assert told["list_key"] == board.held.key and told["counts_from"] == "2024-01-08" and told["exercise"] is False
    assert {one["code"] for one in told["obligations"]} == {item.code for item in board.items}
    assert [(one["code"], one["mark"]) for one in told["dues"]] == [
        (line.item.code, line.occurrence.mark) for line in board.lines
    ][:100]
    assert told["kept"]["missing"] == board.tally().missing > 0


def test_dues_are_narrowed_and_paged_without_loss(program):
    late = program.get(state="late").json()["dues"]
    assert late and {one["state"] for one in late} == {"late"}
    party = program.get(party="nobody").json()
    assert (party["dues"], party["next"]) == ([], "")
    whole = program.get(limit=500).json()["dues"]
    paged, after = [], ""
    while True:
        page = program.get(limit=7, after=after).json()
        paged += page["dues"]
        after = page["next"]
        if not after:
            break
    assert paged == whole


@pytest.mark.parametrize(
    "query", [{"after": "X-99.H"}, {"state": "kept"}, {"limit": "0"}, {"article": "x"}, {"x": "1"}]
)
def test_a_query_that_makes_no_sense_is_refused_in_words(program, query):
    answer = program.get(**query)
    assert answer.status_code == 422 and answer.json()["field"] == next(iter(query))


def test_a_due_is_stated_once_and_answered_by_the_creditor(program, agreed):
    once = new_id()
    first = program.post("/P-06/H-3/statements", DONE, id=once)
    again = program.post("/P-06/H-3/statements", DONE, id=once)
    assert first.status_code == 201 and first.json() == again.json()
    told = program.get("/P-06/H-3").json()
    assert told["state"] == "awaiting_proof" and told["waits_for"] == [agreed.police.id]
    assert told["statement"] == first.json()["key"] == told["statements"][0]["key"]
    assert told["statements"][0]["words"] == DONE["words"]
    agreed.agree(first.json()["key"])
    told = program.get("/P-06/H-3").json()
    assert (told["state"], told["is_on_time"]) == ("met", True)
    assert told["statements"][0]["agreed"] == [agreed.police.id]
    assert rebuild.check() == []


def test_what_the_police_ask_is_answered_here(program, agreed):
    key = agreed.theirs(
        events.ObligationStated(
            of_list=agreed.board().held.key,
            statement="release",
            code="D-05",
            mark="H-7",
            text=events.Words(words="Menunggu Polda"),
        )
    )
    address = f"/api/obligations/statements/{key}/answers"
    assert program.post(address, {"agrees": False}).json()["code"] == "KWJ-34"
    assert program.post(address, {"agrees": True}).status_code == 201
    assert program.post(address, {"agrees": True}).json()["code"] == "KWJ-31"
    assert program.get("/D-05/H-7").json()["state"] == "released"


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("/P-06/H-99/statements", DONE, 422, "KWJ-21"),
        ("/D-05/H-7/statements", DONE, 422, "KWJ-23"),
        ("/P-06/H-3/statements", DONE | {"words": " "}, 422, "KWJ-24"),
        ("/P-06/H-3/statements", DONE | {"statement": "kept"}, 422, "API-08"),
        ("/P-06/H-3/statements", {"statement": "done"}, 422, "API-07"),
        ("/P-06/H-3/statements", "{", 400, ""),
        ("/P-06/H-3/statements", DONE | {"words": "x" * 2001}, 422, "API-08"),
    ],
)
def test_a_statement_that_cannot_be_is_refused_and_leaves_nothing(program, path, body, status, code):
    answer = program.post(path, body)
    assert (answer.status_code, answer.json().get("code", "")) == (status, code) or status == 400 == answer.status_code
    assert not Statement.objects.exists()


def test_a_stranger_and_the_wrong_office_get_nothing(program, agreed):
    strange = Program(agreed.agreement)
    strange.headers = Program("another").headers
    assert strange.get().status_code == strange.get("/P-06/H-3").status_code == 404
    assert strange.post("/P-06/H-3/statements", DONE).status_code == 404
    assert Program(agreed.agreement, "auditor").post("/P-06/H-3/statements", DONE).status_code == 403
    assert program.get("/P-06/H-99").status_code == 404
    assert not Statement.objects.exists()
