"""A real server of e-mail on this machine, and obligations that press."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from sinergi.features.obligations.tests.conftest import Pact, agreed, pact

__all__ = ["Pact", "agreed", "pact"]


class Letterbox:
    """What the server does with a message: keeps it, or gives the answer that a test wants."""

    def __init__(self) -> None:
        self.empty()

    def empty(self) -> None:
        self.letters: list[Any] = []
        self.passwords: list[tuple[str, str]] = []
        self.accepts = AuthResult(success=True)
        self.answers: dict[str, str] = {}
        self.sender = self.data = self.cuts_at = ""
        self.on_letter: Callable[[], object] = lambda: None

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if self.cuts_at == "MAIL":
            server.transport.abort()
        if self.sender:
            return self.sender
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if address in self.answers:
            return self.answers[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.letters.append(envelope)
        self.on_letter()
        if self.cuts_at == "DATA":
            server.transport.abort()
        return self.data or "250 OK"

    def authenticate(self, server: Any, session: Any, envelope: Any, mechanism: str, told: Any) -> AuthResult:
        self.passwords.append((told.login.decode(), told.password.decode()))
        return self.accepts

    @property
    def addresses(self) -> list[str]:
        return [letter.rcpt_tos[0] for letter in self.letters]


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture(scope="module")
def listening() -> Iterator[Controller]:
    """One server for the file."""
    with serving(Letterbox()) as controller:
        yield controller


@contextlib.contextmanager
def serving(letterbox: Letterbox, **options: Any) -> Iterator[Controller]:
    """A real server of e-mail on this machine that drops everything into this letterbox."""
    controller = Controller(letterbox, hostname="127.0.0.1", port=free_port(), **options)
    controller.start()
    yield controller
    controller.stop()


def use(settings: Any, port: int) -> None:
    """Make that the node's server of e-mail."""
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.DEFAULT_FROM_EMAIL = "sinergi@kpu-tapsel.example"


@pytest.fixture
def letterbox(listening: Controller, settings: Any) -> Letterbox:
    """The node's server of e-mail, with an empty letterbox."""
    listening.handler.empty()
    use(settings, listening.port)
    return listening.handler


@pytest.fixture
def secure(settings: Any, tmp_path: Path) -> Iterator[Any]:
    """A server that wants STARTTLS and a password; nobody vouches for its `certificate` yet."""
    certificate, context = vouched(tmp_path)
    handler = Letterbox()
    told: dict[str, Any] = {"authenticator": handler.authenticate, "auth_required": True}
    with serving(handler, tls_context=context, **told) as controller:
        controller.certificate = certificate  # type: ignore[attr-defined]  # for the tests that trust it
        use(settings, controller.port)
        settings.EMAIL_USE_TLS = True
        settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "sinergi", "kanari-sandi"
        yield controller


def vouched(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """A certificate of this machine that signs itself (a file), and what serves with it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=2))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))]), False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), True)
        .sign(key, hashes.SHA256())
    )
    public, private = folder / "surel.pem", folder / "surel.key"
    public.write_bytes(made.public_bytes(Encoding.PEM))
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(public, private)
    return public, context


@pytest.fixture
def dripping(letterbox: Letterbox) -> Iterator[int]:
    """The port of something that greets with a letter now and then, for ever."""
    over = threading.Event()

    def drip() -> None:
        line, _who = server.accept()
        with line, contextlib.suppress(OSError):
            while not over.wait(0.1):
                line.sendall(b"2")

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=drip)
        thread.start()
        yield server.getsockname()[1]
        over.set()
        thread.join()
