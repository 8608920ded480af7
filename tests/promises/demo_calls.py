"""What several promises ask of the running demo, by its interface for programs."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.promises.closed_demo import ClosedDemo
from tests.promises.wire import Answer, Visitor


def port_of(demo: ClosedDemo, agency: str) -> int:
    """The port of one agency's node."""
    return int(demo.node(agency)["url"].rsplit(":", 1)[1])


def token_of(demo: ClosedDemo, agency: str, role: str) -> str:
    """The token of somebody in that office."""
    return next(user["token"] for user in demo.node(agency)["users"] if user["role"] == role)


def program(demo: ClosedDemo, agency: str, role: str) -> Visitor:
    """A program of somebody in that office. Use it inside `demo.entered()`."""
    return Visitor(port_of(demo, agency), headers={"Authorization": f"Bearer {token_of(demo, agency, role)}"})


def post(visitor: Visitor, path: str, body: Any) -> Answer:
    """Send JSON."""
    return visitor.ask("POST", path, json.dumps(body).encode(), {"Content-Type": "application/json"})


def logs_of(demo: ClosedDemo, agency: str) -> list[dict[str, Any]]:
    """The logs that node holds, as its auditor sees them."""
    with demo.entered():
        answer = program(demo, agency, "auditor").ask("GET", "/api/logs")
    assert answer.status == 200, answer.body
    logs: list[dict[str, Any]] = json.loads(answer.body)["logs"]
    return logs


def ask_for_security(demo: ClosedDemo, agency: str, **words: str) -> dict[str, Any]:
    """A commission asks its police for an escort; the receipt. `words` are further fields of the request."""
    with demo.entered():
        secretary = program(demo, agency, "secretary")
        agreements = json.loads(secretary.ask("GET", "/api/agreements").body)["agreements"]
        starts = datetime.now(UTC) + timedelta(days=5)
        asked = {
            "agreement": next(one["id"] for one in agreements if one["state"] == "in_force"),
            "service": "escort",
            "activity": "Kawal logistik",
            "place": "Gudang",
            "starts_at": starts.isoformat(),
            "ends_at": (starts + timedelta(hours=4)).isoformat(),
            "region": "1203",
            "people": 10,
            "officers": 4,
            **words,
        }
        answer = post(secretary, "/api/security/requests", asked)
    assert answer.status == 201, answer.body
    receipt: dict[str, Any] = json.loads(answer.body)
    return receipt
