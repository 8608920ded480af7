"""Signatures of officials, checked by strangers: the published vector with a general library by the page's words alone,
and an exported file with the stand-alone verifier."""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.serialization import load_der_public_key

from sinergi.features.agreement.events import AgreementOpened, SignerRevoked
from sinergi.features.agreement.models import NamedSigner
from sinergi.features.agreement.rules import signing
from sinergi.features.agreement.tests.drafts import revision, terms_for, text_for
from sinergi.features.agreement.tests.signing import answer_of, by, named, signed
from sinergi.features.obligations import signing as minutes_signing
from sinergi.features.obligations.events import MinutesSigned, MinutesStated, MinutesText
from sinergi.features.obligations.models import Minutes
from sinergi.ledger.events import founding_id
from sinergi.ledger.evidence import export_agreement
from tests.nodes.simulator import NOON
from tests.permissions.devices import Device

PROTOCOL = Path(__file__).parents[2] / "docs" / "protocol"
KNOWN = json.loads((PROTOCOL / "vectors" / "signature.json").read_text())


def unbase64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def by_the_page(vector):
    """Steps 4 to 8 of signature.md, with nothing of ours; raises where they fail."""
    content = json.dumps(vector["signed"], sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    challenge = hashlib.sha256(b"sinergi signature v1\n" + content).digest()
    data, told = unbase64(vector["authenticator"]), unbase64(vector["client"])
    assert data[:32] == hashlib.sha256(vector["host"].encode()).digest() and data[32] & 5 == 5
    client = json.loads(told)
    assert (client["type"], unbase64(client["challenge"]), client["crossOrigin"]) == ("webauthn.get", challenge, False)
    key, over = load_der_public_key(bytes.fromhex(vector["public"])), data + hashlib.sha256(told).digest()
    if isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(unbase64(vector["signature"]), over, ec.ECDSA(hashes.SHA256()))
    else:
        key.verify(unbase64(vector["signature"]), over, padding.PKCS1v15(), hashes.SHA256())
    return challenge


def ours(vector, **changes):
    given = {name: vector[name] for name in ("host", "public", "authenticator", "client", "signature")}
    return signing.assertion_flaw(bytes.fromhex(vector["challenge"]), **{**given, **changes})


@pytest.mark.parametrize("name", sorted(KNOWN))
def test_the_page_alone_verifies_the_vector_as_we_do(name):
    vector = KNOWN[name]
    assert by_the_page(vector).hex() == vector["challenge"]
    assert ours(vector) == ""


@pytest.mark.parametrize("name", sorted(KNOWN))
def test_any_bit_of_the_answer_counts(name):
    vector = KNOWN[name]
    for field in ("authenticator", "client", "signature"):
        data = unbase64(vector[field])
        # What a device signs is covered to the last bit; the counter at the end of its data too.
        for place in {0, len(data) // 2, len(data) - 1}:
            for bit in range(8):
                changed = bytearray(data)
                changed[place] ^= 1 << bit
                text = base64.urlsafe_b64encode(bytes(changed)).rstrip(b"=").decode()
                assert ours(vector, **{field: text}) != "", (field, place, bit)
    with pytest.raises((InvalidSignature, AssertionError)):
        by_the_page({**vector, "signed": {**vector["signed"], "place": "Medan"}})


def signed_over(told, **form):
    """A flawless signature over client data of somebody's own making."""
    key, host = ec.generate_private_key(ec.SECP256R1()), "localhost"
    data = hashlib.sha256(host.encode()).digest() + bytes([5, 0, 0, 0, 1])
    signature = key.sign(data + hashlib.sha256(told).digest(), ec.ECDSA(hashes.SHA256()))
    text = lambda each: base64.urlsafe_b64encode(each).rstrip(b"=").decode()  # noqa: E731
    answer = {"authenticator": text(data), "client": text(told), "signature": text(form.get("wrap", bytes)(signature))}
    return signing.assertion_flaw(b"x" * 32, host=host, public=signing.spki(key.public_key()).hex(), **answer)


def client_with(more=""):
    challenge = base64.urlsafe_b64encode(b"x" * 32).rstrip(b"=").decode()
    told = f'{{"type":"webauthn.get","challenge":"{challenge}","origin":"http://localhost:8001"{more}}}'
    return told.encode()


@pytest.mark.parametrize(
    "more",
    [
        ',"x":' + "[" * 1500 + "]" * 1500,
        ',"x":NaN',
        ',"type":"webauthn.get"',
        ',"x":{"y":1,"y":2}',
        ',"crossOrigin":0',
        ',"crossOrigin":true',
    ],
    ids=["deep", "no number", "twice", "twice inside", "zero", "cross"],
)
def test_client_data_on_which_programs_could_differ_is_refused(more):
    """The holder of a key may sign any bytes; no two nodes may judge them differently."""
    assert signed_over(client_with()) == "" and signed_over(client_with(',"crossOrigin":false,"hint":"x"')) == ""
    assert signed_over(client_with(more)) != ""


def test_a_signature_in_another_form_of_the_same_numbers_is_refused():
    def padded(signature):
        length = signature[3]
        return b"\x30" + bytes([signature[1] + 1, 2, length + 1, 0]) + signature[4:]

    assert signed_over(client_with(), wrap=padded) == "the signature does not hold"
    assert signed_over(client_with(), wrap=lambda signature: signature + b"\0") == "the signature does not hold"


@pytest.mark.parametrize("text", ["", "!", "AA==", "AB", "A" * 9000, "é"])
def test_what_is_no_base64url_in_its_one_form_is_refused(text):
    vector = KNOWN["es256"]
    for field in ("authenticator", "client", "signature"):
        assert ours(vector, **{field: text}) != ""


@pytest.mark.slow
def test_a_stranger_checks_the_signatures_in_an_exported_file(node, police, tmp_path):
    parties, device = [police.id, node.id], Device()
    text = text_for(parties)
    event = AgreementOpened(parties=parties, nonce="0" * 32, terms=terms_for(text), text=text)
    agreement, first = founding_id(event), police.state(founding_id(event), event)
    signer = police.state(agreement, named(device))
    police.state(agreement, signed(device, signer, first), actor=by())
    second = police.state(agreement, revision(parties, [first], title="Lain"))
    police.state(agreement, SignerRevoked(signer=signer))
    late = signed(device, signer, second)
    forged = signed(device, signer, second, over=b"\0" * 32)
    file = tmp_path / "bukti.sinergi"
    file.write_bytes(b"".join(export_agreement(agreement)))
    for program in ("verify.py", "verify_signature.py"):
        verdict = run(program, file)
        assert verdict.returncode == 0, verdict.stdout + verdict.stderr
    assert verdict.stdout.count("signed revision") == 1 and "resort_chief Sipirok 2024-02-05" in verdict.stdout
    for bad in (late, forged):
        police.state(agreement, bad, actor=by())
    file.write_bytes(b"".join(export_agreement(agreement)))
    verdict = run("verify_signature.py", file)
    assert verdict.returncode == 1
    assert verdict.stdout.count("signed revision") == 1 and verdict.stdout.count("revoked before") == 2


@pytest.mark.slow
def test_a_stranger_checks_the_signatures_under_minutes(node, police, agreement, tmp_path):
    """Good once; over other minutes, forged, again, and by somebody else: named, each with its reason."""
    device, file = Device(), tmp_path / "bukti.sinergi"
    told = MinutesStated(held_on=NOON.date(), meeting="coordination", text=MinutesText(words="Isi"))
    first, second = police.state(agreement, told), police.state(agreement, told)
    signer = police.state(agreement, named(device), actor=by())

    def minutes(key, over="", **changes):
        row, official = Minutes.objects.get(key=over or key), NamedSigner.objects.get(key=signer)
        asked = minutes_signing.challenge(official, agreement=agreement, minutes=row.key, digest=row.leaf)
        given = {"minutes": key, "signer": signer, "digest": row.leaf, **answer_of(device, asked)}
        return MinutesSigned(**{**given, **changes})

    def verdict():
        file.write_bytes(b"".join(export_agreement(agreement)))
        assert run("verify.py", file).returncode == 0
        return run("verify_signature.py", file)

    police.state(agreement, minutes(first), actor=by())
    good = verdict()
    assert good.returncode == 0 and good.stdout.count("signed minutes") == 1, good.stdout + good.stderr
    police.state(agreement, minutes(second, over=first), actor=by())
    police.state(agreement, minutes(second, over=first, digest=Minutes.objects.get(key=second).leaf), actor=by())
    police.state(agreement, minutes(first), actor=by())
    police.state(agreement, minutes(second), actor=by(office="operations_head"))
    bad = verdict()
    assert bad.returncode == 1 and bad.stdout.count("signed minutes") == 1
    for reason in ("over another text", "over something else", "signs them again", "somebody else"):
        assert bad.stdout.count(reason) == 1, bad.stdout


def run(program, file):
    return subprocess.run(
        [sys.executable, str(PROTOCOL / program), str(file)], capture_output=True, text=True, check=False, timeout=60
    )
