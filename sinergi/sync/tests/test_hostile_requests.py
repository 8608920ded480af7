"""A partner whose key is good and whose requests are not: everything it signs is answered or refused in words."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from sinergi.kernel.instants import now
from sinergi.ledger import store
from sinergi.ledger.models import Log
from sinergi.sync import processes, signing, statement
from sinergi.sync.models import Peer

DEEP = b'{"seqs":' + b"[" * 30_000 + b"]" * 30_000 + b"}"


@pytest.fixture
def partner(agreement: str, police: Any) -> Callable[..., Any]:
    """`partner(method, path, query, body)`: a request signed by the police, answered by this node."""
    Peer.objects.create(agency=police.id, url="https://polres.contoh.go.id", introduced_at=now())
    client = Client(raise_request_exception=False)
    audience = store.own_agency().id

    def ask(method: str, path: str, query: str = "", body: bytes = b"", **changed: str) -> Any:
        nonce = client.get("/sync/v1/state").headers["Sinergi-Challenge"]
        wire = signing.Wire(method=method, path=path, query=query, body=body, audience=audience)
        headers = signing.sign(wire, police.ring["transport"], nonce=nonce, created=0) | changed
        target = path + (f"?{query}" if query else "")
        return client.generic(method, target, body, content_type="application/json", headers=headers)

    return ask


@pytest.fixture
def log(agreement: str) -> str:
    """This node's own log of the agreement, signed as it stands."""
    statement.sign_own()
    return Log.objects.get(agreement=agreement, is_own=True).origin


def test_a_good_request_is_answered(partner, log):
    assert partner("GET", "/sync/v1/state").status_code == 200
    assert partner("GET", f"/sync/v1/logs/{log}/entries", "from=0").status_code == 200
    assert partner("POST", f"/sync/v1/logs/{log}/bodies", body=b'{"seqs":[0]}').status_code == 200


def test_every_request_of_a_partner_tells_which_process_of_it_lives(partner, log, police):
    """A node that only fetches entries for minutes is alive too; whoever has no key tells nothing."""
    for number, ask in enumerate((
        lambda **told: partner("GET", f"/sync/v1/logs/{log}/entries", "from=0", **told),
        lambda **told: partner("POST", f"/sync/v1/logs/{log}/bodies", body=b'{"seqs":[0]}', **told),
        lambda **told: partner("POST", "/sync/v1/hint", **told),
    )):  # fmt: skip
        processes._heard.clear()
        mark = f"{number:016x}"
        ask(**{processes.HEADER: mark, "Signature": "no"})
        assert processes.elsewhere(police.id, "f" * 16) == -1
        assert ask(**{processes.HEADER: mark}).status_code < 300
        assert processes.elsewhere(police.id, "f" * 16) >= 0 and processes.elsewhere(police.id, mark) == -1


@pytest.mark.parametrize(
    "query",
    ["", "from=", "from=-1", "from=1e3", "from=999999999999999", "from=9999999999999999", "from=%D9%A3", "from=%00",
     "from=0&from=x", "from=%ff", "from=0x1", "&&&", "from=" + "9" * 9_000],
)  # fmt: skip
def test_a_wrong_place_is_refused(partner, log, query):
    assert partner("GET", f"/sync/v1/logs/{log}/entries", query).status_code in (400, 404)


@pytest.mark.parametrize(
    "body",
    [b"", b"null", b"[]", b"{}", b'{"seqs":0}', b'{"seqs":["0"]}', b'{"seqs":[0.5]}', b'{"seqs":[NaN]}', b"\xff",
     b'{"seqs":[null]}', b'{"seqs":[0],"more":1}', b'{"seqs":[' + b"9" * 5_000 + b"]}", b"\x1f\x8b\x08\x00",
     b'{"seqs":[0]', DEEP, b"[" * 60_000, b'{"seqs":[' + b"0," * 40_000 + b"0]}"],
)  # fmt: skip
def test_a_wrong_list_of_bodies_is_refused(partner, log, body):
    assert partner("POST", f"/sync/v1/logs/{log}/bodies", body=body).status_code == 400


@pytest.mark.parametrize("seq", [-1, 2**31, 2**53, 2**63 - 1, 2**63, 2**64, 10**30])
def test_places_beyond_every_log_are_absent(partner, log, seq):
    answer = partner("POST", f"/sync/v1/logs/{log}/bodies", body=json.dumps({"seqs": [0, seq]}).encode())
    assert answer.status_code in (200, 400)
    if answer.status_code == 200:
        assert [body["seq"] for body in answer.json()["bodies"]] == [0]


def test_a_body_beyond_the_limit_is_refused_by_its_length(partner, log):
    assert partner("POST", f"/sync/v1/logs/{log}/bodies", body=b" " * 600_000).status_code == 413


def test_a_packed_body_is_not_unpacked(partner, log):
    bomb = gzip.compress(b" " * 20_000_000)
    refused = partner("POST", f"/sync/v1/logs/{log}/bodies", body=bomb, **{"Content-Encoding": "gzip"})
    assert refused.status_code == 400


@pytest.mark.parametrize(
    "identity",
    [None, {}, [], "x", {"log": "a", "start": 0, "checkpoint": "", "entries": [], "proof": []},
     {"log": "a", "start": -1, "checkpoint": "\x00", "entries": ["\x00"], "proof": ["x"]},
     {"log": "a" * 64, "start": 10**30, "checkpoint": "", "entries": ["[" * 50_000], "proof": []},
     {"log": "a" * 64, "start": 0, "checkpoint": "", "entries": ["{}\nx\n"] * 300, "proof": []}],
)  # fmt: skip
def test_an_introduction_that_is_none_is_refused(partner, identity):
    said = {"v": 1, "secret": "\x00" * 20, "url": "https://x.id", "identity": identity}
    answer = partner("POST", "/sync/v1/introduction", body=json.dumps(said).encode())
    assert answer.status_code in (400, 403)
