"""Writes signature.json beside this: a signature of each algorithm, with keys that exist only here."""

import base64
import hashlib
import json
from pathlib import Path

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

SIGNED = {
    "acting": False,
    "agency": "a" * 64,
    "agreement": "b" * 64,
    "digest": "c" * 64,
    "office": "chair",
    "official": "d" * 32,
    "place": "Sipirok",
    "revision": "e" * 26,
    "signed_on": "2024-02-20",
    "signer": "f" * 26,
}


def text_of(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def vector(key, host, origin):
    content = json.dumps(SIGNED, sort_keys=True, separators=(",", ":")).encode()
    challenge = hashlib.sha256(b"sinergi signature v1\n" + content).digest()
    client = json.dumps(
        {"type": "webauthn.get", "challenge": text_of(challenge), "origin": origin, "crossOrigin": False},
        separators=(",", ":"),
    ).encode()
    data = hashlib.sha256(host.encode()).digest() + bytes([5, 0, 0, 0, 7])
    over = data + hashlib.sha256(client).digest()
    if isinstance(key, ec.EllipticCurvePrivateKey):
        signature = key.sign(over, ec.ECDSA(hashes.SHA256()))
    else:
        signature = key.sign(over, padding.PKCS1v15(), hashes.SHA256())
    public = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return {
        "signed": SIGNED,
        "content": content.decode(),
        "challenge": challenge.hex(),
        "host": host,
        "public": public.hex(),
        "authenticator": text_of(data),
        "client": text_of(client),
        "signature": text_of(signature),
    }


if __name__ == "__main__":
    small, large = ec.generate_private_key(ec.SECP256R1()), rsa.generate_private_key(65537, 2048)
    made = {
        "es256": vector(small, "sinergi.kpu-tapsel.example", "https://sinergi.kpu-tapsel.example"),
        "rs256": vector(large, "localhost", "http://localhost:8001"),
    }
    Path(__file__).with_name("signature.json").write_text(json.dumps(made, indent=1) + "\n")
