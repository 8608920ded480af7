"""A real time authority for tests: `openssl ts -reply` behind a tiny HTTP server. Nothing of ours makes its stamps."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

_CONFIG = """[tsa]
default_tsa = t
[t]
serial = {folder}/serial
crypto_device = builtin
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha512
ess_cert_id_alg = sha256
"""


class Authority:
    """A root of its own and signers under it; `files` has `root.pem` and for each signer NAME.pem and NAME.key."""

    def __init__(self, files: Path) -> None:
        self.files = files
        files.mkdir(parents=True, exist_ok=True)
        (files / "serial").write_text("01\n")
        (files / "tsa.cnf").write_text(_CONFIG.format(folder=files))
        self._openssl("req", "-x509", *_NEW, "-keyout", "root.key", "-out", "root.pem", "-days", "9000", *_NAME)
        self.signer("tsa")

    @property
    def root(self) -> bytes:
        """The certificate that an operator trusts."""
        return (self.files / "root.pem").read_bytes()

    def signer(
        self, name: str, usage: str = "TIME_STAMPING", *, critical: bool = True, until: datetime | None = None
    ) -> None:
        """One more certificate under the root, good until then, since ten years."""
        key, root = ec.generate_private_key(ec.SECP256R1()), x509.load_pem_x509_certificate(self.root)
        signing = load_pem_private_key((self.files / "root.key").read_bytes(), None)
        end, named = until or datetime.now(UTC) + timedelta(days=3650), f"Penstempel {name}"
        made = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, named)]))
            .issuer_name(root.subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(end - timedelta(days=7300))
            .not_valid_after(end)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=False)
            .add_extension(x509.ExtendedKeyUsage([getattr(x509.ExtendedKeyUsageOID, usage)]), critical=critical)
            .sign(signing, hashes.SHA256())
        )
        (self.files / f"{name}.pem").write_bytes(made.public_bytes(Encoding.PEM))
        plain = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        (self.files / f"{name}.key").write_bytes(plain)

    def reply(self, query: bytes, signer: str = "tsa") -> bytes:
        """What openssl answers to this query."""
        (self.files / "query").write_bytes(query)
        signing = ["-signer", f"{signer}.pem", "-inkey", f"{signer}.key"]
        self._openssl("ts", "-reply", "-config", "tsa.cnf", "-queryfile", "query", *signing, "-out", "reply")
        return (self.files / "reply").read_bytes()

    def forged(self, query: bytes, signer: str) -> bytes:
        """An answer by whoever has any certificate under that root: openssl would not stamp with it, a thief would."""
        self.reply(query)
        self._openssl("ts", "-reply", "-in", "reply", "-token_out", "-out", "token")
        self._openssl("cms", "-verify", "-noverify", "-inform", "DER", "-in", "token", "-out", "said")
        kind = ["-econtent_type", "1.2.840.113549.1.9.16.1.4", "-nodetach", "-binary", "-nosmimecap", "-md", "sha256"]
        signing = ["-signer", f"{signer}.pem", "-inkey", f"{signer}.key", "-outform", "DER", "-in", "said"]
        self._openssl("cms", "-sign", *kind, *signing, "-out", "token")
        return _sequence(b"\x30\x03\x02\x01\x00" + (self.files / "token").read_bytes())

    def query(self, text: bytes, *more: str) -> bytes:
        """A query about another text, as somebody else would ask it."""
        (self.files / "text").write_bytes(text)
        self._openssl("ts", "-query", "-data", "text", "-sha256", "-cert", *more, "-out", "other")
        return (self.files / "other").read_bytes()

    def verifies(self, text: bytes, reply: bytes) -> bool:
        """The oracle: whether `openssl ts -verify` accepts this reply about this text."""
        (self.files / "judged").write_bytes(reply)
        (self.files / "text").write_bytes(text)
        try:
            self._openssl("ts", "-verify", "-data", "text", "-in", "judged", "-CAfile", "root.pem")
        except subprocess.CalledProcessError:
            return False
        return True

    def _openssl(self, *words: str) -> None:
        subprocess.run(["openssl", *words], cwd=self.files, check=True, capture_output=True)


class Desk(ThreadingHTTPServer):
    """The authority's address. `answer` may be exchanged for a lie; `asked` counts."""

    daemon_threads = True

    def __init__(self, authority: Authority) -> None:
        super().__init__(("127.0.0.1", 0), _Clerk)
        self.authority, self.answer, self.asked = authority, authority.reply, 0
        self.status, self.more, self.drip = 200, {}, 0.0
        self.url = f"http://127.0.0.1:{self.server_port}/tsa"


class _Clerk(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        desk: Desk = self.server  # type: ignore[assignment]
        desk.asked += 1
        body = desk.answer(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(desk.status)
        for name, value in {"Content-Type": "application/timestamp-reply", **desk.more}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        for at in range(0, len(body), 1 if desk.drip else len(body) or 1):
            time.sleep(desk.drip)
            self.wfile.write(body[at:] if not desk.drip else body[at : at + 1])
            if desk.drip:
                self.wfile.flush()

    def handle(self) -> None:
        # Whoever asked may have hung up.
        with suppress(OSError):
            super().handle()

    def log_message(self, *_words: object) -> None:
        pass


@contextmanager
def serving(authority: Authority) -> Iterator[Desk]:
    """The authority at its desk."""
    desk = Desk(authority)
    thread = threading.Thread(target=desk.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield desk
    finally:
        desk.shutdown()
        desk.server_close()


def _sequence(content: bytes) -> bytes:
    return b"\x30\x82" + len(content).to_bytes(2, "big") + content


_NEW = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]


_NAME = ["-subj", "/C=ID/O=Uji/CN=Induk"]
