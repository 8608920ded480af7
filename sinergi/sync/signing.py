"""Signed requests between nodes: one strict profile of RFC 9421 with Ed25519. Pure.

docs/protocol/sync.md, section 2, is the normative page. Exactly one list of covered components in one order is
accepted, so there is nothing to negotiate and no field whose spelling could be read in two ways. libsodium gives the
verdict, as for everything else that is signed.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re

import msgspec
from nacl.signing import SigningKey

from sinergi.ledger.envelope import key_id, verify_signature

LABEL = "sinergi"
TAG = "sinergi-sync-v1"
COVERED = '("@method" "@path" "@query" "content-digest" "sinergi-audience")'
_INPUT = re.compile(
    rf"{LABEL}=(?P<params>{re.escape(COVERED)};created=(?P<created>[0-9]{{1,12}});"
    rf'keyid="(?P<keyid>[0-9a-f]{{32}})";alg="ed25519";nonce="(?P<nonce>[A-Za-z0-9_-]{{1,100}})";tag="{TAG}")'
)
_SIGNATURE = re.compile(rf"{LABEL}=:(?P<value>[A-Za-z0-9+/]{{86}}==):")


class BadSignature(Exception):
    """The request is not signed as the profile says; the message is one sentence for the peer's operator."""


class Wire(msgspec.Struct, frozen=True, kw_only=True):
    """What of a request is signed: `query` without its question mark, `audience` the agency id of the receiver."""

    method: str
    path: str
    query: str
    body: bytes
    audience: str


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """A signature as its headers state it, not judged yet. `created` is the sender's clock: told, never trusted."""

    keyid: str
    created: int
    nonce: str
    base: bytes
    value: bytes


def sign(wire: Wire, signer: SigningKey, *, nonce: str, created: int) -> dict[str, str]:
    """The headers that make `wire` a signed request answering the challenge `nonce`."""
    keyid = key_id(bytes(signer.verify_key))
    params = f'{COVERED};created={created};keyid="{keyid}";alg="ed25519";nonce="{nonce}";tag="{TAG}"'
    value = signer.sign(_base(wire, params)).signature
    return {
        "Content-Digest": digest(wire.body),
        "Sinergi-Audience": wire.audience,
        "Signature-Input": f"{LABEL}={params}",
        "Signature": f"{LABEL}=:{base64.b64encode(value).decode('ascii')}:",
    }


def read(wire: Wire, *, content_digest: str, signature_input: str, signature: str) -> Claim:
    """Steps 1 to 3 of the profile: the shape of the headers and the digest of the body. Raises BadSignature."""
    # 1. Signature-Input and Signature have their one form.
    stated, signed = _INPUT.fullmatch(signature_input), _SIGNATURE.fullmatch(signature)
    if stated is None or signed is None:
        raise BadSignature("Permintaan tidak bertanda tangan menurut protokol sinkronisasi.")
    # 2. The digest is of the body that arrived.
    if content_digest != digest(wire.body):
        raise BadSignature("Isi permintaan berubah di perjalanan.")
    # 3. The signature is one value in one spelling.
    try:
        value = base64.b64decode(signed["value"], validate=True)
    except binascii.Error as error:
        raise BadSignature("Tanda tangan permintaan tidak terbaca.") from error
    if len(value) != 64 or base64.b64encode(value).decode("ascii") != signed["value"]:
        raise BadSignature("Tanda tangan permintaan tidak terbaca.")
    return Claim(
        keyid=stated["keyid"],
        created=int(stated["created"]),
        nonce=stated["nonce"],
        base=_base(wire, stated["params"]),
        value=value,
    )


def holds(claim: Claim, public: bytes) -> bool:
    """Step 5: whether the signature holds under this transport key, which must be the one it names."""
    return key_id(public) == claim.keyid and verify_signature(public, claim.base, claim.value)


def digest(body: bytes) -> str:
    """RFC 9530 Content-Digest with SHA-256; it is always sent, also for an empty body."""
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode('ascii')}:"


def _base(wire: Wire, params: str) -> bytes:
    """RFC 9421, section 2.5: the signature base."""
    lines = (
        f'"@method": {wire.method}',
        f'"@path": {wire.path}',
        f'"@query": ?{wire.query}',
        f'"content-digest": {digest(wire.body)}',
        f'"sinergi-audience": {wire.audience}',
        f'"@signature-params": {params}',
    )
    return "\n".join(lines).encode("utf-8", "surrogateescape")
