"""The bytes of docs/protocol/sync.md and invitation.md, made and checked by code that knows only these pages."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from securesystemslib import dsse
from securesystemslib.signer import SSlibKey

from sinergi.kernel.errors import Refused
from sinergi.sync import invitations, signing

PROTOCOL = Path(__file__).parents[2] / "docs" / "protocol"
REQUEST, INVITATION = json.loads((PROTOCOL / "vectors" / "sync.json").read_text()).values()


def test_a_signed_request_can_be_made_from_the_page_alone():
    key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(REQUEST["seed"]))
    public = key.public_key().public_bytes_raw()
    kid = hashlib.sha256(public).hexdigest()[:32]
    digest = f"sha-256=:{base64.b64encode(hashlib.sha256(REQUEST['body'].encode()).digest()).decode()}:"
    audience = REQUEST["headers"]["Sinergi-Audience"]
    params = (
        '("@method" "@path" "@query" "content-digest" "sinergi-audience");created=1707869700;'
        f'keyid="{kid}";alg="ed25519";nonce="Q0hBTExFTkdF";tag="sinergi-sync-v1"'
    )
    base = "\n".join(
        [
            f'"@method": {REQUEST["method"]}',
            f'"@path": {REQUEST["path"]}',
            f'"@query": ?{REQUEST["query"]}',
            f'"content-digest": {digest}',
            f'"sinergi-audience": {audience}',
            f'"@signature-params": {params}',
        ]
    )
    assert (base, kid) == (REQUEST["base"], REQUEST["key"])
    assert REQUEST["headers"] == {
        "Content-Digest": digest,
        "Sinergi-Audience": audience,
        "Signature-Input": f"sinergi={params}",
        "Signature": f"sinergi=:{base64.b64encode(key.sign(base.encode())).decode()}:",
    }


@pytest.mark.parametrize("part", ["method", "path", "query", "body", "audience"])
def test_no_part_of_a_signed_request_can_be_exchanged(part):
    wire = {name: REQUEST[name] for name in ("method", "path", "query")} | {
        "body": REQUEST["body"].encode(),
        "audience": REQUEST["headers"]["Sinergi-Audience"],
    }
    headers = REQUEST["headers"]
    given = {
        "signature_input": headers["Signature-Input"],
        "signature": headers["Signature"],
        "content_digest": headers["Content-Digest"],
    }
    public = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(REQUEST["seed"])).public_key().public_bytes_raw()
    assert signing.holds(signing.read(signing.Wire(**wire), **given), public)
    wire[part] = wire[part] + (b"x" if part == "body" else "x")
    if part == "body":
        with pytest.raises(signing.BadSignature):
            signing.read(signing.Wire(**wire), **given)
        given["content_digest"] = signing.digest(wire["body"])
    assert not signing.holds(signing.read(signing.Wire(**wire), **given), public)


def test_an_invitation_is_a_dsse_envelope_by_the_key_its_founding_entry_names():
    sealed = json.loads(INVITATION["letter"])
    letter = json.loads(base64.b64decode(sealed["payload"]))
    facts = json.loads(letter["identity"].split("\n")[0])["facts"]
    founded = json.dumps({"roots": facts["roots"], "threshold": facts["threshold"]}, separators=(",", ":"))
    assert hashlib.sha256(b"sinergi agency v1\n" + founded.encode()).hexdigest() == INVITATION["agency"]
    public = next(key["public"] for key in facts["keys"] if key["use"] == "event")
    kid = hashlib.sha256(bytes.fromhex(public)).hexdigest()[:32]
    key = SSlibKey(kid, "ed25519", "ed25519", {"public": public})
    assert list(dsse.Envelope.from_dict(json.loads(INVITATION["letter"])).verify([key], 1)) == [kid]
    offer = invitations.read(INVITATION["letter"].encode())
    assert (offer.agency, offer.url) == (INVITATION["agency"], letter["url"])
    with pytest.raises(InvalidSignature):
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public)).verify(
            base64.b64decode(sealed["signatures"][0]["sig"]), base64.b64decode(sealed["payload"])
        )


@pytest.mark.parametrize("signature", ["", "A", "€" * 88, "=" * 88, "A" * 86 + "=="])
def test_an_invitation_with_an_unreadable_signature_is_refused_in_words(signature):
    sealed = json.loads(INVITATION["letter"])
    sealed["signatures"][0]["sig"] = signature
    with pytest.raises(Refused) as refused:
        invitations.read(json.dumps(sealed, separators=(",", ":"), ensure_ascii=False).encode())
    assert refused.value.code == "S-112"


def test_the_limits_on_the_page_are_those_of_the_code():
    from sinergi.ledger import bundle, histories
    from sinergi.sync import api, fetch, messages, pull

    text = (PROTOCOL / "sync.md").read_text()
    told = [
        f"{api.REQUESTS_PER_MINUTE:,} a minute",
        f"{api.BYTES_PER_MINUTE >> 20} MiB a minute",
        f"{pull.ENTRIES_PER_MINUTE:,} a minute",
        f"{messages.LARGEST_STATE >> 20} MiB, {bundle.LARGEST_BUNDLE >> 20} MiB, {messages.LARGEST_BODIES >> 20} MiB",
        f"{messages.MOST_LOGS:,} each",
        f"| {histories.MOST_UNREACHED} for each log",
        f"{fetch.CONNECT_SECONDS:.0f} s, {fetch.READ_SECONDS:.0f} s, {fetch.WHOLE_SECONDS:.0f} s",
        f"at most {messages.MOST_BODIES}, as many\nas fit into {messages.BODIES_PER_ANSWER >> 20} MiB",
        f"at most {invitations.LARGEST_INTRODUCTION >> 10} KiB",
    ]
    assert [words for words in told if words not in text] == []


def test_every_address_on_the_page_is_served_and_every_one_served_is_on_it():
    from sinergi.sync.urls import urlpatterns

    text = (PROTOCOL / "sync.md").read_text()
    told = set(re.findall(r"`(?:GET|POST) /(sync/v1/(?:[a-z/]|<[^>]*>)+)", text))
    plain = {str(each.pattern).strip("^$") for each in urlpatterns}
    for part, called in (("origin", "<log>"), ("digest", "<SHA-256>")):
        plain = {re.sub(rf"\(\?P<{part}>[^)]*\)", called, address) for address in plain}
    assert told == {address for address in plain if address.startswith("sync/v1/")}
