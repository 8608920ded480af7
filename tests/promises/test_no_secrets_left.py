"""P30: what is secret or personal is not in logs, arguments, other people's pages or files left behind."""

from __future__ import annotations

import base64
import json
import secrets
import threading
from pathlib import Path
from random import Random
from typing import Any
from uuid import uuid4

import pytest

from tests.promises import hostile
from tests.promises.closed_demo import ClosedDemo, command_line
from tests.promises.demo_calls import ask_for_security, port_of, post, program
from tests.promises.figures import print_figure
from tests.promises.wire import Answer, Visitor

pytestmark = pytest.mark.slow

AGENCIES = ("kpu-tapsel", "kpu-paluta", "polres-tapsel")


class Canaries:
    """Words that stand nowhere else. `secret["token"]` is one; all are searched for at the end."""

    def __init__(self) -> None:
        self.seed = secrets.token_hex(4)
        self.known: dict[str, bytes] = {}

    def __getitem__(self, name: str) -> str:
        return self.known.setdefault(name, f"kanari{self.seed}{len(self.known):02d}".encode()).decode()

    def also(self, name: str, value: str) -> None:
        """A secret the product itself made."""
        assert len(value) >= 12, f"{name} is too short to be searched for: {value!r}"
        self.known[name] = value.encode()

    def found_in(self, data: bytes) -> list[str]:
        """Names of the canaries in these bytes."""
        return [name for name, value in self.known.items() if value in data]


def test_no_canary_is_found_where_it_does_not_belong(closed_demo: ClosedDemo, tmp_path: Path, capsys: Any) -> None:
    secret = Canaries()
    arguments = Arguments(closed_demo)
    arguments.watching.start()
    pages: list[tuple[str, Answer]] = []
    try:
        with closed_demo.entered():
            _by_pages(closed_demo, secret)
            _by_programs(closed_demo, secret)
            _by_partners(closed_demo, secret)
            pages += _seen_by_others(closed_demo, secret)
        typed = _by_command_line(closed_demo, secret, tmp_path)
    finally:
        arguments.stop()
    hits: list[str] = []
    searched = 0
    for name, data in _written(closed_demo):
        searched += len(data)
        hits += [f"{canary} in {name}" for canary in secret.found_in(data)]
    for process, line in arguments.seen.items():
        hits += [f"{canary} in the arguments of {process}: {line}" for canary in secret.found_in(line.encode())]
    for where, answer in pages:
        hits += [f"{canary} on {where}" for canary in secret.found_in(answer.body + repr(answer.headers).encode())]
    left = [str(path) for path in closed_demo.temporary.rglob("*") if path.is_file()]
    for agency in AGENCIES:
        left += [str(path) for path in Path(closed_demo.node(agency)["data"]).rglob("*.new")]
    with capsys.disabled():
        print_figure(
            "P30",
            f"{len(hits)} hits of {len(secret.known)} canaries",
            f"{searched // 1024} kB of logs and output, arguments of {len(arguments.seen)} processes,"
            f" {len(pages)} pages of other people, {len(left)} temporary files left, seed {secret.seed}",
        )
    assert hits == []
    assert left == [], "temporary files stayed behind"
    assert typed, "the command line was used"


class Arguments:
    """The arguments of every process of the demo, looked at all the time. What a person typed is not the product's."""

    def __init__(self, demo: ClosedDemo) -> None:
        self.seen: dict[int, str] = {}
        self._demo = demo
        self._over = threading.Event()
        self.watching = threading.Thread(target=self._watch)

    def stop(self) -> None:
        self._over.set()
        self.watching.join()

    def _watch(self) -> None:
        inside = Path(f"/run/netns/{self._demo.name}").stat().st_ino
        while not self._over.wait(0.05):
            for entry in Path("/proc").iterdir():
                if entry.name.isdigit() and int(entry.name) not in self.seen:
                    try:
                        here = (entry / "ns/net").stat().st_ino == inside
                    except OSError:
                        continue
                    line = command_line(int(entry.name))
                    if here and not any(word in line for word in ("\0user\0", "\0invite\0")):
                        self.seen[int(entry.name)] = line


def _by_pages(demo: ClosedDemo, secret: Canaries) -> None:
    """Passwords, names, numbers and notes in forms, addresses, headers and cookies; the sessions that came of it."""
    for agency in AGENCIES:
        node = demo.node(agency)
        admin = next(user for user in node["users"] if user["role"] == "administrator")
        browser = Visitor(port_of(demo, agency))
        browser.form("/masuk/", username=secret["tried name"], password=secret["tried password"])
        browser.sign_in(admin["username"], admin["password"])
        secret.also(f"session of {agency}", browser.cookies[f"sinergi_session_{browser.port}"])
        browser.ask("GET", f"/cari/?q={secret['search']}", headers={"User-Agent": secret["agent"]})
        browser.ask("GET", f"/tidak-ada/{secret['address']}/", headers={"Referer": f"http://x/{secret['referer']}"})
        browser.form("/akun/kata-sandi/", old=secret["old password"], new=secret["new password"])
        browser.form(
            "/kelola/pengguna/baru/",
            name=f"Orang {secret['person']}",
            title=secret["title"],
            username=f"u{secret['person'].lower()}",
        )
        kind, body = hostile.multipart(
            Random(1), {}, {"file": (f"{secret['file name']}.csv", f"Nama;NIK\r\n{secret['row']};1".encode())}
        )
        browser.ask("POST", "/tempat/unggahan/", body, {"Content-Type": kind, **_form_key(browser)})
        kind, body = hostile.multipart(
            Random(2), {}, {"letter": ("undangan.json", f'{{"secret":"{secret["letter"]}"}}'.encode())}
        )
        browser.ask("POST", "/kelola/instansi/perbandingan/", body, {"Content-Type": kind, **_form_key(browser)})


def _by_programs(demo: ClosedDemo, secret: Canaries) -> None:
    """The interface for programs: good requests, bad ones, bad tokens; and the demo's own tokens."""
    for agency in AGENCIES:
        for user in demo.node(agency)["users"]:
            secret.also(f"token of {user['username']} at {agency}", user["token"])
        stranger = Visitor(port_of(demo, agency), headers={"Authorization": f"Bearer {secret['token']}"})
        stranger.ask("GET", "/api/logs")
        auditor = program(demo, agency, "auditor")
        post(auditor, "/api/security/requests", {"note": secret["refused note"], "contact_phone": secret["phone"]})
        auditor.ask("POST", "/api/security/requests", f'{{"note": "{secret["broken json"]}'.encode())
        auditor.ask("GET", f"/api/places/stations?region={secret['region']}")


def _by_partners(demo: ClosedDemo, secret: Canaries) -> None:
    """A request whose words travel to the partner's node, and introductions with a secret."""
    ask_for_security(
        demo,
        "kpu-tapsel",
        id=str(uuid4()),
        note=secret["note"],
        contact_name=secret["contact"],
        contact_phone=secret["contact phone"],
        place=secret["place"],
    )
    introduction = {"v": 1, "secret": secret["invitation"], "url": f"https://{secret['host']}.id", "identity": {}}
    for agency in AGENCIES:
        post(Visitor(port_of(demo, agency)), "/sync/v1/introduction", introduction)
    done = demo.sinergi("polres-tapsel", "sync", "once")
    assert done.returncode == 0, done.stderr


def _by_command_line(demo: ClosedDemo, secret: Canaries, tmp_path: Path) -> int:
    """Passwords and tokens that the command line makes, an invitation's secret, names typed there."""
    username = f"c{secret['typed person'].lower()}"
    made = demo.sinergi("kpu-tapsel", "user", "add", username, "--name", f"Orang {secret['typed person']}")
    assert made.returncode == 0, made.stderr
    secret.also("first password", made.stdout.strip().splitlines()[-1])
    token = demo.sinergi("kpu-tapsel", "user", "token", username, "--label", secret["label"])
    assert token.returncode == 0, token.stderr
    secret.also("token made", token.stdout.strip().splitlines()[-1])
    letter = tmp_path / "undangan.json"
    invited = demo.sinergi("kpu-tapsel", "invite", "--for", secret["invited"], "--inside", "--quiet", str(letter))
    assert invited.returncode == 0, invited.stderr
    content = json.loads(base64.b64decode(json.loads(letter.read_bytes())["payload"]))
    secret.also("secret of the invitation", content["secret"])
    refused = demo.sinergi("kpu-tapsel", "user", "password", secret["unknown"])
    assert refused.returncode != 0
    return 4


def _seen_by_others(demo: ClosedDemo, secret: Canaries) -> list[tuple[str, Answer]]:
    """Refusals and error pages of people whom none of it concerns."""
    seen = []
    for agency, username in (("kpu-paluta", "staf"), ("kpu-paluta", "auditor"), ("polres-tapsel", "polsek-sipirok")):
        user = next(user for user in demo.node(agency)["users"] if user["username"] == username)
        browser = Visitor(port_of(demo, agency))
        browser.sign_in(user["username"], user["password"])
        for path in (
            "/tidak-ada/",
            "/kelola/pengguna/",
            "/kelola/instansi/undangan/",
            f"/pengamanan/{'a' * 26}/",
            "/api/x",
        ):
            seen.append((f"{path} of {username} at {agency}", browser.ask("GET", path)))
        seen.append(
            (f"a form of {username}", browser.ask("POST", "/akun/kata-sandi/", b"old=x&new=y", _form_key(browser)))
        )
        anonymous = Visitor(browser.port)
        seen += [
            (f"{path} of nobody", anonymous.ask("GET", path)) for path in ("/masuk/", "/healthz", "/sync/v1/state")
        ]
    return seen


def _form_key(browser: Visitor) -> dict[str, str]:
    return {"X-CSRFToken": browser.cookies.get(f"sinergi_form_{browser.port}", "")}


def _written(demo: ClosedDemo) -> list[tuple[str, bytes]]:
    """Every log, the demo's output, and whatever lies among temporary files."""
    files = [demo.output, *(path for path in demo.temporary.rglob("*") if path.is_file())]
    for agency in AGENCIES:
        files += sorted(Path(demo.node(agency)["data"], "log").iterdir())
    return [(str(path), path.read_bytes()) for path in files]
