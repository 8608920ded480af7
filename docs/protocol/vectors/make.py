"""Makes the test vectors of this folder from fixed keys: PYTHONPATH=. python docs/protocol/vectors/make.py"""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from pathlib import Path

from nacl.signing import SigningKey

from sinergi.kernel import canonical
from sinergi.ledger import checkpoint as notes
from sinergi.ledger import envelope, identity
from sinergi.ledger.identity.events import USES
from sinergi.ledger.keys import KeyRing
from sinergi.sync import signing

HERE = Path(__file__).parent
AGENCY, AGREEMENT = "11" * 32, "22" * 32
# The identity point: with S = 0 and R = the identity, a lax verifier accepts this signature on any message.
LOW_ORDER = (1).to_bytes(32, "little")
GROUP_ORDER = 2**252 + 27742317777372353535851937790883648493


def files() -> dict[str, bytes]:
    """Name and content of every vector."""
    event, log_key, witness = (SigningKey(bytes([number]) * 32) for number in (1, 2, 3))
    log = envelope.log_id(AGREEMENT, AGENCY, "facts")
    header = envelope.Header(
        v=1, suite=envelope.SUITE, log=log, agency=AGENCY, role="facts", seq=0, prev=envelope.NOTHING_BEFORE,
        agr=AGREEMENT, type="agreement.left", tv=1, id="018d0000-0000-7000-8000-000000000001",
        t="2024-02-14T00:15:00.000Z", kid=envelope.key_id(bytes(event.verify_key)),
        lam=1, facts={"reason": "term_over"},
    )  # fmt: skip
    data = envelope.seal(header, event)
    entry = envelope.parse(data)
    checkpoint = notes.Checkpoint(log, 1, entry.leaf)
    line = notes.cosign(checkpoint, "33" * 32, "witness", witness, 1707869700)
    message = b"any message"
    good = event.sign(message).signature
    too_large = int.from_bytes(good[32:], "little") + GROUP_ORDER
    vectors = {
        "log": log,
        "key": header.key,
        "leaf": entry.leaf.hex(),
        "commitment": {"salt": "aa" * 32, "body": '{"place":"Sipirok"}', 
                       "hash": envelope.commit(b'{"place":"Sipirok"}', b"\xaa" * 32)},
        "canonical": ['{"a":"é","b":[1,true,null]}'],
        "not_canonical": ['{"a": 1}', '{"b":1,"a":1}', '{"a":1,"a":1}', "1.5", "-0", '"\\u0041"', '"\\ud800"', "NaN"],
        "refused_signatures": [
            {"why": "low order", "public": LOW_ORDER.hex(), "message": message.hex(),
             "signature": (LOW_ORDER + bytes(32)).hex()},
            {"why": "S not below the group order", "public": bytes(event.verify_key).hex(), "message": message.hex(),
             "signature": (good[:32] + too_large.to_bytes(32, "little")).hex()},
        ],
    }  # fmt: skip
    sync = {"request": _request(), "invitation": _invitation()}
    der = bytes.fromhex("302a300506032b6570032100") + bytes(event.verify_key)
    pem = b"-----BEGIN PUBLIC KEY-----\n" + base64.b64encode(der) + b"\n-----END PUBLIC KEY-----\n"
    return {
        "entry.bin": data,
        "entry.pem": pem,
        "checkpoint.txt": notes.sign(checkpoint, log_key) + line,
        "sync.json": (json.dumps(sync, indent=1, ensure_ascii=False) + "\n").encode(),
        "vectors.json": (json.dumps(vectors, indent=1, ensure_ascii=False) + "\n").encode(),
    }


def _request() -> dict[str, object]:
    """A signed request of section 2 of sync.md."""
    transport = SigningKey(bytes([4]) * 32)
    wire = signing.Wire(
        method="POST", path=f"/sync/v1/logs/{AGREEMENT}/bodies", query="", body=b'{"seqs":[0,1]}', audience=AGENCY
    )
    headers = signing.sign(wire, transport, nonce="Q0hBTExFTkdF", created=1707869700)
    claim = signing.read(
        wire, content_digest=headers["Content-Digest"], signature_input=headers["Signature-Input"],
        signature=headers["Signature"],
    )  # fmt: skip
    return {
        "seed": "04" * 32, "key": claim.keyid, "method": wire.method, "path": wire.path, "query": wire.query,
        "body": wire.body.decode(), "headers": headers, "base": claim.base.decode(),
    }  # fmt: skip


def _invitation() -> dict[str, str]:
    """A letter of invitation.md by an agency whose keys are made from one byte each."""
    seeds = {use: bytes([16 + number]) * 32 for number, use in enumerate(("root", *USES))}
    ring = KeyRing({use: SigningKey(seed) for use, seed in seeds.items()})
    founded = identity.founding_entry(
        ring, code="kpu-contoh", name="KPU Contoh", kind="kpu", region="1203",
        at=datetime(2024, 2, 5, 5, 0, tzinfo=UTC), id="018d0000-0000-7000-8000-000000000002",
    )  # fmt: skip
    header = envelope.parse(founded).header
    letter = {
        "v": 1, "id": "018d0000-0000-7000-8000-000000000003", "agency": header.agency, "code": "kpu-contoh",
        "name": "KPU Contoh", "url": "https://sinergi.contoh.go.id", "identity": founded.decode(),
        "recipient": "polres-contoh", "expires": "2024-02-12T05:00:00.000Z",
        "secret": "abcdefghijklmnopqrstuvwxyz234567",
    }  # fmt: skip
    kind, payload = "application/vnd.sinergi.invitation.v1+json", canonical.encode(letter)
    value = ring["event"].sign(envelope.pre_authentication(kind, payload)).signature
    sealed = {
        "payload": base64.b64encode(payload).decode(), "payloadType": kind,
        "signatures": [{"keyid": header.kid, "sig": base64.b64encode(value).decode()}],
    }  # fmt: skip
    return {"letter": canonical.encode(sealed).decode(), "agency": header.agency}


if __name__ == "__main__":
    for name, content in files().items():
        (HERE / name).write_bytes(content)
