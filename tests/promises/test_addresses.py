"""P18: whatever address a partner gives, a node connects to nothing inside the network that was not vouched for."""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import threading
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from sinergi.kernel.errors import Broken, Refused
from sinergi.kernel.instants import now
from sinergi.sync import invitations, service
from sinergi.sync.conversation import Conversation
from sinergi.sync.fetch import BadAnswer
from sinergi.sync.models import Peer as Partner
from tests.nodes.fixtures import POLRES
from tests.nodes.simulator import Peer
from tests.promises.figures import print_figure

# Every one of these means this machine or the office's own network to somebody; PORT is the canary's.
TRICKS = [
    "http://127.0.0.1:PORT",
    "https://127.0.0.1:PORT",
    "http://127.0.0.1:PORT/",
    "http://127.0.0.1:PORT/sync/v1",
    "http://127.0.0.1:PORT?x",
    "http://127.0.0.1:PORT#x",
    "http://127.1:PORT",
    "http://127.0.1:PORT",
    "http://2130706433:PORT",
    "https://2130706433:PORT",
    "http://0x7f000001:PORT",
    "http://0x7f.0x0.0x0.0x1:PORT",
    "http://0x7f.1:PORT",
    "http://0177.0.0.1:PORT",
    "http://017700000001:PORT",
    "http://0177.1:PORT",
    "http://127.000.000.001:PORT",
    "http://127.0.0.1.:PORT",
    "http://0:PORT",
    "http://0.0.0.0:PORT",
    "http://localhost:PORT",
    "https://localhost:PORT",
    "http://LOCALHOST:PORT",
    "http://localhost.:PORT",
    "http://localhost.localdomain:PORT",
    "http://[::1]:PORT",
    "https://[::1]:PORT",
    "http://[0:0:0:0:0:0:0:1]:PORT",
    "http://[::]:PORT",
    "http://[::ffff:127.0.0.1]:PORT",
    "https://[::ffff:127.0.0.1]:PORT",
    "http://[::ffff:7f00:1]:PORT",
    "http://[::127.0.0.1]:PORT",
    "https://[64:ff9b::7f00:1]:PORT",
    "https://[2002:7f00:1::]:PORT",
    "https://[2001:0:7f00:1::]:PORT",
    "http://[::1%25lo]:PORT",
    "http://[fe80::1%lo]:PORT",
    "http://public.example@127.0.0.1:PORT",
    "https://user:word@127.0.0.1:PORT",
    "https://public.example:443@127.0.0.1:PORT",
    "https://127.0.0.1:PORT@public.example",
    "https://public.example\\@127.0.0.1:PORT",
    "https://public.example#@127.0.0.1:PORT",
    "https:127.0.0.1:PORT",
    "//127.0.0.1:PORT",
    "127.0.0.1:PORT",
    "https:///127.0.0.1:PORT",
    "https://①②⑦.0.0.1:PORT",
    "https://127。0。0。1:PORT",
    "http://169.254.169.254",
    "https://169.254.169.254",
    "https://100.64.0.1",
    "https://224.0.0.1",
    "https://255.255.255.255",
    "https://10.0.0.1",
    "https://192.168.1.1",
    "https://[fc00::1]",
    "https://[ff02::1]",
    "ftp://127.0.0.1:PORT",
    "file:///etc/passwd",
    "gopher://127.0.0.1:PORT",
    "unix:///run/node.sock",
    "HTTP://127.0.0.1:PORT",
    "https://127.0.0.1:0PORT",
    "https://127.0.0.1:99999",
    "https://127.0.0.1:-1",
]
BROKEN_UP = [
    "https://public.example\r\nHost: 127.0.0.1:PORT",
    "http://127.0.0.1:PORT\r\n",
    "https://public.example:443\n",
    "https://public.example\t",
    "https://pub\x00lic.example",
    " http://127.0.0.1:PORT",
    "https://public.example%0d%0aHost:127.0.0.1",
]
# Names that look right; what the name server says of them is in NAMES.
NAMED = [
    "https://inside.example:PORT",
    "https://mixed.example:PORT",
    "https://mapped.example:PORT",
    "https://link.example:PORT",
    "https://private.example:PORT",
    "https://six.example:PORT",
    "https://127.0.0.1.nip.example:PORT",
]
PUBLIC = "93.184.215.14"
NAMES = {
    "inside.example": ["127.0.0.1"],
    "mixed.example": [PUBLIC, "127.0.0.1"],
    "mapped.example": ["::ffff:127.0.0.1"],
    "link.example": ["169.254.169.254"],
    "private.example": ["192.168.1.1"],
    "six.example": ["::1"],
    "127.0.0.1.nip.example": ["127.0.0.1"],
}


class Canary:
    """Listens on every address of this machine and counts who comes; nobody may."""

    def __init__(self) -> None:
        self.hits = 0
        self._socket = socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True)
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                line, _ = self._socket.accept()
                self.hits += 1
                line.close()

    def close(self) -> None:
        self._socket.close()

    def knocked(self) -> int:
        """How many came. One knock of our own, taken off again, shows that all before it were counted."""
        before = self.hits
        knock = socket.socket()
        REAL_CONNECT(knock, ("127.0.0.1", self.port))
        knock.recv(1)
        knock.close()
        self.hits -= 1
        return max(before, self.hits)


REAL_CONNECT = socket.socket.connect


@pytest.fixture
def canary() -> Iterator[Canary]:
    listening = Canary()
    yield listening
    listening.close()


@pytest.fixture
def dialled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that were connected to. Nothing leaves this machine: what is outside is noted and refused."""
    made: list[str] = []

    def connect(self: socket.socket, address: Any) -> None:
        if self.family == socket.AF_UNIX:
            return REAL_CONNECT(self, address)
        made.append(str(address[0]))
        if ipaddress.ip_address(address[0].partition("%")[0]).is_loopback:
            return REAL_CONNECT(self, address)
        raise ConnectionRefusedError("not in this test")

    monkeypatch.setattr(socket.socket, "connect", connect)
    return made


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """A name server that lies as it likes; every question is answered from the front, the last answer for ever."""
    known = {name: list(answers) for name, answers in NAMES.items()}
    real = socket.getaddrinfo

    def getaddrinfo(host: Any, port: Any, *rest: Any, **more: Any) -> Any:
        if host not in known:
            return real(host, port, *rest, **more)
        return [item for answer in known[host] for item in real(answer, port, type=socket.SOCK_STREAM)]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return known


def ask(url: str, *, inside: bool = False) -> None:
    line = Conversation(url, "0" * 64, inside=inside)
    try:
        line.state()
    finally:
        line.close()


@pytest.mark.slow
def test_no_address_trick_reaches_anything_inside(canary, dialled, names, node, monkeypatch, capsys):
    """As a partner's address in an invitation we accept, and in an introduction we honour; also when asked at once."""
    for variable in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(variable, f"http://127.0.0.1:{canary.port}")
    invitations.settle("https://sinergi.kpu.example")
    tricks = [trick.replace("PORT", str(canary.port)) for trick in [*TRICKS, *BROKEN_UP, *NAMED]]
    kept = []
    for number, trick in enumerate(tricks):
        with pytest.raises((Refused, Broken)):
            ask(trick)
        offer = invitations.Offer(agency="f" * 64, url=trick, secret="x" * 32)
        with pytest.raises(Refused):
            invitations.accept(offer, at=now(), inside=False)
        peer = Peer(**{**POLRES, "code": f"polres-{number}"})
        made = invitations.read(invitations.invite(peer.code, days=1, at=now()).letter)
        shown = invitations.Introduction(v=1, secret=made.secret, url=trick, identity=peer.bundle(peer.identity))
        try:
            invitations.honour(shown)
        except Refused:
            assert not Partner.objects.filter(agency=peer.id).exists()
            continue
        kept.append(trick)
        with pytest.raises((Refused, Broken)):
            service.once(peer.id)
    assert kept == tricks[-len(NAMED) :], "only names are kept before they are resolved"
    assert (dialled, canary.knocked()) == ([], 0)
    with capsys.disabled():
        print_figure(
            "P18", f"0 of {len(tricks)} reached the canary", "address tricks of a partner, each at three doors"
        )


def test_the_canary_sees_what_an_unguarded_client_does(canary, dialled, names):
    """The tricks are real: a client without the rule falls for many of them."""
    fell = 0
    for trick in [*TRICKS, *NAMED]:
        with contextlib.suppress(Exception):
            urllib.request.build_opener(urllib.request.ProxyHandler({})).open(
                trick.replace("PORT", str(canary.port)).replace("https://", "http://"), timeout=2
            )
    fell = canary.knocked()
    assert fell >= 20
    print(f"an unguarded client reached the canary {fell} times")


def test_a_name_that_moves_inside_between_check_and_use_is_not_followed(canary, dialled, names):
    """Resolved once: every connection of the line goes to the address that was checked, whatever is said next."""
    names["moving.example"] = [PUBLIC]
    line = Conversation(f"https://moving.example:{canary.port}", "0" * 64, inside=False)
    names["moving.example"] = ["127.0.0.1"]
    for _ in range(2):
        with pytest.raises(Broken):
            line.state()
    line.close()
    assert set(dialled) == {PUBLIC} and canary.knocked() == 0


def test_an_administrator_who_vouches_for_one_inside_address_opens_no_other(canary, dialled, names):
    """`inside` allows a literal private address, in its one spelling; a name never leads inside, nor do odd ranges."""
    allowed = f"http://127.0.0.1:{canary.port}"
    refused = [trick.replace("PORT", str(canary.port)) for trick in [*TRICKS, *BROKEN_UP, *NAMED]]
    literal = {allowed, allowed.replace("http:", "https:"), f"http://[::1]:{canary.port}", f"https://[::1]:{canary.port}",
               "https://10.0.0.1", "https://192.168.1.1", "https://[fc00::1]"}  # fmt: skip
    for trick in refused:
        if trick not in literal:
            with pytest.raises((Refused, Broken)):
                ask(trick, inside=True)
    assert (dialled, canary.knocked()) == ([], 0)
    with pytest.raises(Broken):
        ask(allowed, inside=True)
    assert dialled == ["127.0.0.1"] and canary.knocked() == 1


@pytest.mark.parametrize("status", [300, 301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    "header", ["Location: http://127.0.0.1:PORT/", "Location: //127.0.0.1:PORT/x", "Refresh: 0;url=X"]
)
def test_a_partner_that_redirects_is_not_followed(canary, dialled, status, header):
    where = header.replace("X", "http://127.0.0.1:PORT/").replace("PORT", str(canary.port))
    answer = f'HTTP/1.1 {status} Go\r\n{where}\r\nAlt-Svc: h2=":{canary.port}"\r\nContent-Length: 0\r\n\r\n'.encode()
    with socket.create_server(("127.0.0.1", 0)) as partner:

        def redirect() -> None:
            line, _ = partner.accept()
            with line:
                line.recv(65536)
                line.sendall(answer)

        thread = threading.Thread(target=redirect)
        thread.start()
        with pytest.raises(BadAnswer):
            ask(f"http://127.0.0.1:{partner.getsockname()[1]}", inside=True)
        thread.join()
    assert (len(dialled), canary.knocked()) == (1, 0)
