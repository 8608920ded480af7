"""Pages, the JSON interface and a write of a node with hundreds of requests beside a bare Django page.

The node is one of a commission, furnished through actions and a simulated partner, and served by the product's own
server; the bare page is an empty Django view under granian with as many threads. One client measures p50 and p99, four
at once measure the rate; every page in turn, round after round, so that whatever else the machine does hits all alike.
"""

from __future__ import annotations

import http.client
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from datetime import timedelta
from pathlib import Path

from bench import probes

ROUNDS = 5
REQUESTS = 200
LOOKS = 6
CLIENTS = 4

BARE = """
import sys
from django.conf import settings
settings.configured or settings.configure(ROOT_URLCONF="bare", SECRET_KEY="x" * 50, ALLOWED_HOSTS=["*"], MIDDLEWARE=[])
import django
django.setup()
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.urls import path
urlpatterns = [path("", lambda request: HttpResponse("bare"))]
application = get_wsgi_application()
if __name__ == "__main__":
    from granian import Granian
    from granian.constants import Interfaces
    Granian("bare:application", port=int(sys.argv[1]), interface=Interfaces.WSGI, blocking_threads=4, workers=1,
            websockets=False, log_enabled=False).serve()
"""

PAGES = {
    "healthz": ("", "/healthz"),
    "sign_in": ("", "/masuk/"),
    "home_chair": ("chair", "/"),
    "home_secretary": ("secretary", "/"),
    "home_staff": ("kpu_staff", "/"),
    "request_list": ("secretary", "/pengamanan/"),
    "request_page": ("secretary", "/pengamanan/{key}/"),
    "map_page": ("secretary", "/tempat/"),
    "api_list": ("token", "/api/security/requests"),
}


class Client:
    """One keep-alive connection of somebody."""

    def __init__(self, port: int, headers: dict[str, str]) -> None:
        self._line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._headers = headers

    def ask(self, address: str, body: bytes | None = None) -> float:
        """Milliseconds until the whole answer was here."""
        started = time.perf_counter()
        more = {} if body is None else {"Content-Type": "application/json"}
        self._line.request("GET" if body is None else "POST", address, body, self._headers | more)
        answer = self._line.getresponse()
        said = answer.read()
        if answer.status not in (200, 201):
            raise SystemExit(f"bench: {address} answered {answer.status}: {said[:300]!r}")
        return (time.perf_counter() - started) * 1000


def main() -> None:
    """Measure, print, write bench/results/pages.json."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "bare.py").write_text(BARE)
        bare_port, node_port = _free_port(), _free_port()
        alone = dict(os.environ)
        os.environ |= {"SINERGI_DATA": str(folder / "node"), "DJANGO_SETTINGS_MODULE": "sinergi.node.settings"}
        os.environ["SINERGI_PORT"] = str(node_port)
        headers, key, new = furnish(folder / "node", node_port)
        sinergi = str(Path(sys.executable).with_name("sinergi"))
        children = [
            subprocess.Popen([sys.executable, "bare.py", str(bare_port)], cwd=folder, env=alone),
            subprocess.Popen([sinergi, "--data", str(folder / "node"), "serve", "--port", str(node_port)]),
        ]
        try:
            _wait(f"http://127.0.0.1:{bare_port}/")
            _wait(f"http://127.0.0.1:{node_port}/healthz")
            rounds: list[dict[str, float]] = []
            machines, took = [], {}
            for number in range(ROUNDS):
                machines.append(probes.machine())
                figures = measure("bare", bare_port, {}, "/", took)
                for page, (who, address) in PAGES.items():
                    figures |= measure(page, node_port, headers[who], address.format(key=key), took)
                figures |= write(node_port, headers["token"], new, took)
                rounds.append(figures)
                print(f"round {number + 1} of {ROUNDS}, load {machines[-1]['load']:.1f}", flush=True)
            machines.append(probes.machine())
        finally:
            for child in children:
                child.terminate()
            for child in children:
                child.wait(40)
    for page, times in took.items():
        cut = statistics.quantiles(times, n=100)
        for one in rounds:
            one |= {f"{page}_p50_ms": cut[49], f"{page}_p99_ms": cut[98]}
    ratios = [(f"{page} / bare Django page (rate, four clients)", page, "bare") for page in (*PAGES, "api_write")]
    probes.tell("pages", rounds, ratios, machines=machines, requests=REQUESTS)


def measure(
    name: str, port: int, headers: dict[str, str], address: str, took: dict[str, list[float]]
) -> dict[str, float]:
    """The rate of one address with several clients; how long one client waited goes to `took`."""
    one = Client(port, headers)
    one.ask(address)
    took.setdefault(name, []).extend(one.ask(address) for _ in range(LOOKS))

    def client() -> None:
        mine = Client(port, headers)
        for _ in range(LOOKS):
            mine.ask(address)

    return {name: _together(client)}


def write(port: int, headers: dict[str, str], new: dict[str, object], took: dict[str, list[float]]) -> dict[str, float]:
    """A request for security through the JSON interface, durable when it is answered."""
    from sinergi.kernel.ids import new_event_id
    from sinergi.kernel.instants import now

    def body() -> bytes:
        return json.dumps(new | {"id": new_event_id(now())}).encode()

    one = Client(port, headers)
    took.setdefault("api_write", []).extend(one.ask("/api/security/requests", body()) for _ in range(LOOKS))

    def client() -> None:
        mine = Client(port, headers)
        for _ in range(LOOKS):
            mine.ask("/api/security/requests", body())

    return {"api_write": _together(client)}


def furnish(data: Path, port: int) -> tuple[dict[str, dict[str, str]], str, dict[str, object]]:
    """Make the node: an agreement in force, requests, people. Headers by role, a request's key, a body to post."""
    data.mkdir(mode=0o700)
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from sinergi.access import accounts
    from sinergi.features.agreement.actions import enter_agreement
    from sinergi.features.agreement.events import AgreementConfirmed
    from sinergi.features.places.demo import load_demo_regions
    from sinergi.features.security import actions, events
    from sinergi.kernel.actors import Actor
    from sinergi.kernel.ids import new_event_id
    from sinergi.kernel.instants import now, to_text
    from sinergi.ledger import founding
    from sinergi.ledger.envelope import Official
    from sinergi.ledger.models import Entry
    from tests.nodes.fixtures import KPU_TAPSEL, POLRES, terms
    from tests.nodes.simulator import Peer
    from tests.permissions.fixtures import sign_in_somebody

    founding.found_agency(data / "keys", **KPU_TAPSEL, at=now())
    load_demo_regions(["1203"])
    police, secretary, at = Peer(**POLRES), Actor(id="5ec5ec5ec5ec5ec5", office="secretary"), now()
    police.meet()
    today = at.date()
    term = {"starts_on": today - timedelta(days=30), "ends_on": today + timedelta(days=300)}
    entered = enter_agreement(
        id=new_event_id(at), by=secretary, at=at, partners=[police.id], exercise="", **terms() | term
    )
    agreement = Entry.objects.get(key=entered.key).log.agreement
    police.state(agreement, AgreementConfirmed(entered=entered.key, scan=terms()["scan"]))
    chief = Official(id="c" * 16, office="resort_chief")
    for number in range(REQUESTS):
        starts = at + timedelta(days=6, hours=number % 48)
        key = actions.request_assistance(
            id=new_event_id(at),
            by=secretary,
            at=at,
            agreement=agreement,
            service="escort",
            starts_at=starts,
            ends_at=starts + timedelta(hours=8),
            spot=events.Spot(region="1203041001", lat_micro=1_418_000, lon_micro=99_145_000),
            people=40,
            officers=12,
            vehicles=3,
            destination=None,
            risks=["road"],
            emergency=False,
            text=events.RequestText(activity=f"Kawal logistik {number}", place="Gudang", contact_name="Sekretaris"),
        ).key
        if number % 2:
            answer = events.AssistanceAnswered(
                request=key, version=key, decision="agreed", officers=12, vehicles=3, starts_at=starts, ends_at=starts
            )
            police.state(agreement, answer, deliver=False, actor=chief)
    police.deliver(police.log(agreement))
    headers: dict[str, dict[str, str]] = {"": {}}
    for role in ("chair", "secretary", "kpu_staff"):
        browser = sign_in_somebody(role)
        cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in browser.cookies.items())
        headers[role] = {"Cookie": cookies}
        if role == "secretary":
            token = accounts.new_token(browser.user, label="bench", at=at, expires_at=at + timedelta(days=1))
            headers["token"] = {"Authorization": f"Bearer {token}"}
    new = {
        "agreement": agreement,
        "service": "escort",
        "starts_at": to_text(at + timedelta(days=2)),
        "ends_at": to_text(at + timedelta(days=2, hours=8)),
        "activity": "Kawal logistik",
        "place": "Gudang",
        "region": "1203041001",
        "people": 40,
        "officers": 12,
    }
    return headers, key, new


def _together(client: object) -> float:
    threads = [threading.Thread(target=client) for _ in range(CLIENTS)]  # type: ignore[arg-type]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return CLIENTS * LOOKS / (time.perf_counter() - started)


def _free_port() -> int:
    with socket.socket() as attempt:
        attempt.bind(("127.0.0.1", 0))
        return int(attempt.getsockname()[1])


def _wait(url: str) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except OSError:
            time.sleep(0.2)
    raise SystemExit(f"bench: nothing answered at {url}")


if __name__ == "__main__":
    main()
