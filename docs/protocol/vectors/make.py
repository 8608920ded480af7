"""Makes the test vectors of this folder from fixed keys: PYTHONPATH=. python docs/protocol/vectors/make.py"""

from __future__ import annotations

import base64
import json
from pathlib import Path

from nacl.signing import SigningKey

from sinergi.ledger import checkpoint as notes
from sinergi.ledger import envelope

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
    der = bytes.fromhex("302a300506032b6570032100") + bytes(event.verify_key)
    pem = b"-----BEGIN PUBLIC KEY-----\n" + base64.b64encode(der) + b"\n-----END PUBLIC KEY-----\n"
    return {
        "entry.bin": data,
        "entry.pem": pem,
        "checkpoint.txt": notes.sign(checkpoint, log_key) + line,
        "vectors.json": (json.dumps(vectors, indent=1, ensure_ascii=False) + "\n").encode(),
    }


if __name__ == "__main__":
    for name, content in files().items():
        (HERE / name).write_bytes(content)
