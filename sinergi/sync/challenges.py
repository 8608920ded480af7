"""One-time challenges instead of clocks.

Clocks of offices may be a day off, so freshness cannot rest on `created`. The server hands out challenges; a signed
request answers one of them and each is taken once. A challenge carries its own proof of origin, so nothing is kept for
those who ask and never answer; only taken ones are remembered, for as long as they could be tried again.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import struct
import threading
import time

LIFETIME = 600.0


class Challenges:
    """The challenges of one process. A restart forgets the secret and with it every challenge handed out before."""

    def __init__(self) -> None:
        self._secret = os.urandom(32)
        self._taken: dict[bytes, float] = {}
        self._lock = threading.Lock()

    def issue(self) -> str:
        """A fresh challenge."""
        body = os.urandom(16) + struct.pack(">d", time.monotonic() + LIFETIME)
        return base64.urlsafe_b64encode(body + self._seal(body)).decode("ascii").rstrip("=")

    def take(self, challenge: str) -> bool:
        """Whether the challenge is one of ours, still good and never taken before; now it is taken."""
        try:
            data = base64.urlsafe_b64decode(challenge + "=" * (-len(challenge) % 4))
        except (binascii.Error, ValueError):
            return False
        body, proof = data[:24], data[24:]
        if len(data) != 40 or not hmac.compare_digest(proof, self._seal(body)):
            return False
        now, expires = time.monotonic(), struct.unpack(">d", body[16:])[0]
        with self._lock:
            if expires <= now or body in self._taken:
                return False
            self._taken[body] = expires
            if len(self._taken) > 10_000:
                self._taken = {key: end for key, end in self._taken.items() if end > now}
        return True

    def _seal(self, body: bytes) -> bytes:
        return hmac.digest(self._secret, body, hashlib.sha256)[:16]
