"""The only place that opens a connection to a node or a time authority: one address, no redirect, bounded reading."""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import threading
import time
import zlib
from typing import Any

import msgspec
import urllib3
from django.utils.translation import gettext_noop

from sinergi.kernel.errors import Broken
from sinergi.sync import addresses

CONNECT_SECONDS = 5.0
READ_SECONDS = 15.0
# A peer that drips one byte at a time keeps nobody for longer than this.
WHOLE_SECONDS = 60.0
_CHUNK = 64 * 1024
_TOO_SLOW = gettext_noop("Jawaban simpul terlalu lambat.")


class Unreachable(Broken):
    """No answer came; the message says why in words for people."""


class BadAnswer(Broken):
    """An answer came that no honest node gives: too large, a redirect, broken compression."""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """Status, headers (lower-case names) and the decoded body."""

    status: int
    headers: dict[str, str]
    body: bytes


class Line:
    """An open line to one address. A name is resolved once, when the line is made, and every connection of this line
    goes to that very address, so a name server cannot move it inside the network in between."""

    def __init__(self, url: str, *, inside: bool, plain: bool = False) -> None:
        self.url = url
        place = addresses.read(url)
        addresses.check(place, inside=inside, plain=plain)
        address = place.literal or _resolve(place)
        timeout = urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS)
        self._host = place.host if url.endswith(place.host) else f"{place.host}:{place.port}"
        if place.scheme == "https":
            bare = place.host.strip("[]")
            self._pool: urllib3.HTTPConnectionPool = urllib3.HTTPSConnectionPool(
                str(address),
                place.port,
                server_hostname=bare,
                assert_hostname=bare,
                timeout=timeout,
                maxsize=1,
                retries=False,
            )
        else:
            self._pool = urllib3.HTTPConnectionPool(str(address), place.port, timeout=timeout, maxsize=1, retries=False)
        self._handle: socket.socket | None = None
        self._pool.ConnectionCls = self._held(self._pool.ConnectionCls)

    def ask(self, method: str, target: str, *, body: bytes, headers: dict[str, str], limit: int) -> Answer:
        """Send one request and read at most `limit` bytes of answer. Raises Unreachable or BadAnswer."""
        deadline = time.monotonic() + WHOLE_SECONDS
        # The library's own limits count the silence between two bytes; a head that drips would never end.
        cutting = threading.Timer(WHOLE_SECONDS, self._cut)
        cutting.daemon = True
        cutting.start()
        try:
            answer = self._exchange(method, target, body, headers, limit, deadline)
        finally:
            cutting.cancel()
        if time.monotonic() > deadline:
            raise Unreachable(_TOO_SLOW)
        return answer

    def _exchange(
        self, method: str, target: str, body: bytes, headers: dict[str, str], limit: int, deadline: float
    ) -> Answer:
        try:
            response = self._pool.urlopen(
                method,
                target,
                body=body or None,
                headers={"Host": self._host, "Accept-Encoding": "gzip", "User-Agent": "sinergi", **headers},
                redirect=False,
                retries=False,
                preload_content=False,
                decode_content=False,
            )
        except urllib3.exceptions.HTTPError as error:
            raise Unreachable(_TOO_SLOW if time.monotonic() > deadline else _in_words(error)) from error
        try:
            data = _read(response, limit, deadline)
        except (urllib3.exceptions.HTTPError, OSError) as error:
            response.close()
            raise Unreachable("Sambungan putus di tengah jawaban.") from error
        except BaseException:
            response.close()
            raise
        response.release_conn()
        if 300 <= response.status < 400:
            raise BadAnswer("Simpul menjawab dengan pengalihan, yang tidak pernah diikuti.")
        return Answer(
            status=response.status, headers={name.lower(): value for name, value in response.headers.items()}, body=data
        )

    def close(self) -> None:
        """Close every connection of this line."""
        self._pool.close()
        if self._handle is not None:
            self._handle.close()

    def _held(self, kind: Any) -> Any:
        """The library's connection, of whose socket this line keeps a second handle to end it by."""
        line = self

        class Held(kind):  # type: ignore[misc]
            def _new_conn(self) -> socket.socket:
                made: socket.socket = super()._new_conn()
                if line._handle is not None:
                    line._handle.close()
                line._handle = made.dup()
                return made

        return Held

    def _cut(self) -> None:
        """End the connection, whoever waits for it."""
        if self._handle is not None:
            with contextlib.suppress(OSError):
                self._handle.shutdown(socket.SHUT_RDWR)


def _resolve(place: addresses.Place) -> addresses.Address:
    try:
        found = socket.getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unreachable("Nama simpul itu tidak ditemukan di jaringan.") from error
    resolved = [ipaddress.ip_address(str(item[4][0]).partition("%")[0]) for item in found]
    # One inside address among public ones would be enough for a trick, so all must be public.
    if not resolved or not all(addresses.is_public(address) for address in resolved):
        raise addresses.NotReachable("Nama simpul itu menunjuk ke alamat jaringan dalam.")
    return resolved[0]


def _read(response: urllib3.BaseHTTPResponse, limit: int, deadline: float) -> bytes:
    """The body, unpacked, never holding more than `limit` bytes of it nor reading more than that."""
    encoding = response.headers.get("Content-Encoding", "")
    if encoding not in ("", "identity", "gzip"):
        raise BadAnswer("Simpul menjawab dalam pemampatan yang tidak dikenal.")
    unpack = zlib.decompressobj(wbits=31) if encoding == "gzip" else None
    parts, held, received = [], 0, 0
    while True:
        raw = response.read1(_CHUNK) if hasattr(response, "read1") else response.read(_CHUNK)
        if not raw:
            break
        received += len(raw)
        if unpack is not None:
            try:
                raw = unpack.decompress(raw, limit - held + 1)
            except zlib.error as error:
                raise BadAnswer("Jawaban simpul rusak.") from error
        held += len(raw)
        if held > limit or received > limit:
            raise BadAnswer("Jawaban simpul lebih besar daripada yang diizinkan.")
        if time.monotonic() > deadline:
            raise Unreachable(_TOO_SLOW)
        parts.append(raw)
    if unpack is not None and not unpack.eof and received:
        raise Unreachable("Sambungan putus di tengah jawaban.")
    return b"".join(parts)


def _in_words(error: Exception) -> str:
    if isinstance(error, urllib3.exceptions.NewConnectionError):
        return gettext_noop("Simpul itu tidak menjawab: mati atau jaringan putus.")
    if isinstance(error, urllib3.exceptions.ConnectTimeoutError | urllib3.exceptions.ReadTimeoutError):
        return gettext_noop("Simpul itu tidak menjawab dalam waktu yang ditetapkan.")
    if isinstance(error, urllib3.exceptions.SSLError):
        return gettext_noop("Sertifikat simpul itu tidak dapat dipercaya.")
    return gettext_noop("Sambungan ke simpul itu putus.")
