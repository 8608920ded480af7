"""A device of a person in a test: makes passkeys and answers challenges as a phone would, or as an attacker would."""

from __future__ import annotations

import hashlib
import json
import secrets
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

UP, UV, AT = 0x01, 0x04, 0x40


class Device:
    """One passkey. `counts`: whether its counter grows; `verifies`: whether it asks for a finger."""

    def __init__(self, origin: str = "http://localhost", *, counts: bool = True, verifies: bool = True) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = secrets.token_bytes(16)
        self.origin, self.host = origin, origin.split("//")[1].split(":")[0]
        self.counter, self.counts, self.flags = 0, counts, UP | (UV if verifies else 0)
        self.user_handle = b""

    def create(self, options: str, **told: Any) -> str:
        """The answer to `navigator.credentials.create()`."""
        asked = json.loads(options)
        self.user_handle = base64url_to_bytes(asked["user"]["id"])
        numbers = self.key.public_key().public_numbers()
        cose = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        data = self._data(AT) + bytes(16) + len(self.id).to_bytes(2, "big") + self.id + cbor2.dumps(cose)
        client = self._client("webauthn.create", asked["challenge"], **told)
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        return self._answer(clientDataJSON=client, attestationObject=attestation)

    def get(self, options: str, **told: Any) -> str:
        """The answer to `navigator.credentials.get()`."""
        if self.counts:
            self.counter += 1
        data = self._data()
        client = self._client("webauthn.get", json.loads(options)["challenge"], **told)
        signed = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer(
            clientDataJSON=client, authenticatorData=data, signature=signed, userHandle=self.user_handle
        )

    def _data(self, more: int = 0) -> bytes:
        flags = bytes([self.flags | more])
        return hashlib.sha256(self.host.encode()).digest() + flags + self.counter.to_bytes(4, "big")

    def _client(self, type_: str, asked: str, **told: Any) -> bytes:
        data = {"type": type_, "challenge": asked, "origin": self.origin, "crossOrigin": False, **told}
        return json.dumps(data, separators=(",", ":")).encode()

    def _answer(self, **response: bytes) -> str:
        name = bytes_to_base64url(self.id)
        told = {key: bytes_to_base64url(value) for key, value in response.items()}
        return json.dumps(
            {"id": name, "rawId": name, "type": "public-key", "response": told, "clientExtensionResults": {}}
        )
