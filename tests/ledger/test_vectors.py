"""The published vectors hold, and the hand check of the protocol page works with OpenSSL alone."""

from __future__ import annotations

import base64
import contextlib
import importlib.util
import json
import re
import shutil
import subprocess
from pathlib import Path

import pymerkle
import pytest
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from hypothesis import given, settings
from hypothesis import strategies as st
from securesystemslib import dsse
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer import SSlibKey

from sinergi.kernel import canonical
from sinergi.ledger import checkpoint as notes
from sinergi.ledger import envelope, merkle

PROTOCOL = Path(__file__).parents[2] / "docs" / "protocol"
VECTORS = PROTOCOL / "vectors"
KNOWN = json.loads((VECTORS / "vectors.json").read_text(encoding="utf-8"))


def test_vectors_are_what_the_script_makes():
    spec = importlib.util.spec_from_file_location("make_vectors", VECTORS / "make.py")
    make = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(make)
    for name, content in make.files().items():
        assert (VECTORS / name).read_bytes() == content, name


def test_the_hand_check_of_the_page_verifies_the_entry(tmp_path):
    for name in ("entry.bin", "entry.pem"):
        shutil.copy(VECTORS / name, tmp_path)
    script = re.search(r"## By hand.*?```sh\n(.*?)```", (PROTOCOL / "envelope.md").read_text(encoding="utf-8"), re.S)[1]
    done = subprocess.run(["sh", "-ec", script], cwd=tmp_path, capture_output=True, text=True)
    assert "Signature Verified Successfully" in done.stdout, done.stderr


def sslib_envelope(kind: str, payload: bytes, kid: str, signature: bytes) -> dsse.Envelope:
    """The same bytes in securesystemslib's own DSSE envelope."""
    encoded = {"payload": base64.b64encode(payload).decode(), "payloadType": kind,
               "signatures": [{"keyid": kid, "sig": base64.b64encode(signature).decode()}]}  # fmt: skip
    return dsse.Envelope.from_dict(encoded)


def test_securesystemslib_reads_and_verifies_our_entry_as_dsse():
    """A DSSE implementation that shares no code with ours agrees on what is signed and that the signature holds."""
    entry = envelope.parse((VECTORS / "entry.bin").read_bytes())
    line = entry.signatures[0]
    public = load_pem_public_key((VECTORS / "entry.pem").read_bytes()).public_bytes_raw()
    key = SSlibKey(line.kid, "ed25519", "ed25519", {"public": public.hex()})
    theirs = sslib_envelope(envelope.PAYLOAD_TYPE, entry.header_bytes, line.kid, line.value)
    assert theirs.pae() == envelope.pre_authentication(envelope.PAYLOAD_TYPE, entry.header_bytes)
    assert list(theirs.verify([key], 1)) == [line.kid]
    altered = sslib_envelope(envelope.PAYLOAD_TYPE, entry.header_bytes + b" ", line.kid, line.value)
    with pytest.raises(VerificationError):
        altered.verify([key], 1)


@settings(deadline=None)  # time says nothing here on a busy machine
@given(st.text(st.characters(codec="ascii"), max_size=60), st.binary(max_size=300))
def test_securesystemslib_encodes_every_payload_as_we_do(kind, payload):
    assert sslib_envelope(kind, payload, "0", b"").pae() == envelope.pre_authentication(kind, payload)


@pytest.mark.parametrize("text", KNOWN["not_canonical"])
def test_other_spellings_are_refused(text):
    with pytest.raises(canonical.NotCanonical):
        canonical.decode(text.encode(), limit=1000)


@pytest.mark.parametrize("case", KNOWN["refused_signatures"], ids=lambda case: case["why"])
def test_edge_signatures_are_refused(case):
    public, message, signature = (bytes.fromhex(case[name]) for name in ("public", "message", "signature"))
    assert not envelope.verify_signature(public, message, signature)


def test_openssl_would_accept_the_low_order_key_so_the_verdict_must_be_pinned():
    case = KNOWN["refused_signatures"][0]
    public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(case["public"]))
    public.verify(bytes.fromhex(case["signature"]), bytes.fromhex(case["message"]))


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(st.characters(codec="utf-8")),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(max_codepoint=127), max_size=5), inner, max_size=4)
    ),
    max_leaves=12,
)


@pytest.mark.slow
@given(PLAIN)
def test_canonical_form_is_that_of_rfc_8785(value):
    try:
        ours = canonical.encode(value)
    except canonical.NotCanonical:
        return
    assert ours == rfc8785.dumps(value)
    assert canonical.decode(ours, limit=10**6) == value


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused_by_name(data):
    for read, refusal in ((envelope.parse, envelope.BadEnvelope), (notes.parse, notes.BadNote)):
        with contextlib.suppress(refusal):
            read(data)


@pytest.mark.parametrize("change", [{"agency": "é" * 64}, {"agr": "é"}, {"t": "0001-01-01T00:00:00.000+23:59"}])
def test_odd_headers_are_refused_by_name(change):
    plain = json.loads((VECTORS / "entry.bin").read_bytes().split(b"\n")[0]) | change
    line = (VECTORS / "entry.bin").read_bytes().split(b"\n")[1]
    with pytest.raises(envelope.BadEnvelope):
        envelope.parse(canonical.encode(plain) + b"\n" + line + b"\n")


def test_roots_are_those_of_pymerkle():
    other, ours, leaves = pymerkle.InmemoryTree(algorithm="sha256"), merkle.Frontier(), []
    for number in range(130):
        data = b"%d" % number
        other.append_entry(data)
        leaves.append(envelope.leaf_hash(data))
        ours.append(leaves[-1])
        assert ours.root() == other.get_root()
