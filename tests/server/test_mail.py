"""A serving node and a real server of e-mail: TLS, a password, one message each, a kill meanwhile, no secret left."""

from __future__ import annotations

import asyncio
import email
import email.policy
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from sinergi.features.reminders import rules
from sinergi.features.reminders.tests.conftest import Letterbox, serving, vouched
from tests.promises.wire import Visitor
from tests.server.conftest import Served, start
from tests.server.reminded import PASSWORD, PEOPLE

pytestmark = pytest.mark.slow

SECRET = "kanari/sandi@surel"
HOLD_SECONDS = 4.0


class SlowLetterbox(Letterbox):
    """Takes each message and then thinks for a while before it says so, when told to."""

    slow = threading.Event()

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.letters.append(envelope)
        if self.slow.is_set():
            await asyncio.sleep(HOLD_SECONDS)
        return "250 OK"


@pytest.fixture
def secure(tmp_path: Path) -> Iterator[Any]:
    """A server that speaks TLS from the first byte and asks for a password."""
    certificate, context = vouched(tmp_path)
    box = SlowLetterbox()
    told: dict[str, Any] = {"authenticator": box.authenticate, "auth_require_tls": False}
    with serving(box, ssl_context=context, **told) as controller:
        controller.certificate = certificate  # type: ignore[attr-defined]
        yield controller


def by_day() -> dict[str, str]:
    """What lets the node believe that people are awake; nothing where they are."""
    now = datetime.now(UTC)
    if all(rules.is_waking(at, "WIB") for at in (now, now + timedelta(minutes=10))):
        return {}
    ten = now.replace(hour=3, minute=0)
    library = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    shift = {"FAKETIME": f"{(ten - now).total_seconds():+.0f}", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
    return {"LD_PRELOAD": str(library)} | shift


def until(what: Callable[[], object], seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, "it did not come to that"
        time.sleep(0.05)


def visitor(node: Served, who: str) -> Visitor:
    given = Visitor(node.port)
    given.sign_in(who, PASSWORD)
    return given


def test_a_node_sends_once_over_tls_through_a_kill_and_leaves_no_secret(secure: Any, tmp_path: Path) -> None:
    box, data = secure.handler, tmp_path / "node"
    subprocess.run(
        [sys.executable, "-m", "tests.server.reminded", str(data)], cwd=Path(__file__).parents[2], check=True
    )
    user = f"sinergi:{SECRET.replace('/', '%2F').replace('@', '%40')}"
    surroundings = by_day() | {
        "SINERGI_MAIL": f"smtps://{user}@127.0.0.1:{secure.port}",
        "SINERGI_SENDER": "sinergi@kpu-tapsel.example",
        "SSL_CERT_FILE": str(secure.certificate),
    }
    node = start(data, **surroundings)
    try:
        admin = visitor(node, "administrator")
        assert visitor(node, "secretary").form("/akun/pengingat/", address="secretary@kpu.example").status == 302
        admin.form("/kelola/surel/", address="admin@kpu.example")
        until(lambda: len(box.letters) == 2)
        assert box.addresses == ["admin@kpu.example", "secretary@kpu.example"]
        assert set(box.passwords) == {("sinergi", SECRET)}
        until(lambda: "Diterima server" in admin.ask("GET", "/kelola/surel/").body.decode())
        said = email.message_from_bytes(box.letters[1].content, policy=email.policy.default).get_content()
        assert "M-01 Rakor harian" in said and "Terlambat" in said and "Kanari" not in said

        # While the server thinks, what people write is written; then the node is killed, and has not heard the answer.
        box.slow.set()
        visitor(node, "chair").form("/akun/pengingat/", address="chair@kpu.example")
        admin.form("/kelola/surel/", address="admin@kpu.example")
        until(lambda: len(box.letters) == 3)
        begun = time.monotonic()
        assert admin.form("/akun/pengingat/", address="admin@kpu.example").status == 302
        assert time.monotonic() - begun < HOLD_SECONDS / 2
        until(lambda: len(box.letters) == 4)
        assert box.addresses[-1] == "chair@kpu.example"
        node.process.kill()
        node.process.wait()
        box.slow.clear()

        node = start(data, **surroundings)
        admin = visitor(node, "administrator")
        admin.form("/kelola/surel/", address="after@kpu.example")
        until(lambda: "after@kpu.example" in box.addresses)
        until(lambda: "Diterima server" in admin.ask("GET", "/kelola/surel/").body.decode())
        assert "tidak pasti sampai" in admin.ask("GET", "/kelola/surel/").body.decode()
        assert node.stop() == 0
    finally:
        node.process.kill()
        node.process.wait()
    counted = Counter(box.addresses)
    assert all(counted[f"{name}@kpu.example"] == 1 for name in PEOPLE if name != "administrator"), counted
    written = [path for path in data.rglob("*") if path.is_file()]
    for secret in (SECRET.encode(), SECRET.replace("/", "%2F").replace("@", "%40").encode()):
        assert [path for path in written if secret in path.read_bytes()] == []
    assert "@kpu" not in node.journal()
