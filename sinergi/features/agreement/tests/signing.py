"""Officials who sign in tests: a passkey in hand, named by their agency, and what their device answers."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

from webauthn.helpers import bytes_to_base64url

from sinergi.features.agreement.events import AgreementSigned, SignerNamed, SignerText
from sinergi.features.agreement.models import NamedSigner, Revision
from sinergi.features.agreement.rules import signing
from sinergi.ledger.envelope import Official
from sinergi.ledger.events import RecordKey
from tests.nodes.simulator import NOON
from tests.permissions.devices import Device

CHIEF = "c41efc41efc41ef0"
CHAIR = "c4a1c4a1c4a1c4a1"
TERMS = {"place": "Sipirok", "signed_on": date(2024, 2, 5)}


def named(device: Device, *, official: str = CHIEF, office: Any = "resort_chief", **changes: Any) -> SignerNamed:
    """An official with this device, for as long as anybody knows."""
    given: dict[str, Any] = {
        "official": official,
        "office": office,
        "host": device.host,
        "public": signing.spki(device.key.public_key()).hex(),
        "from_at": NOON.replace(year=2023),
        "text": SignerText(name="AKBP Rahman Siregar"),
    }
    return SignerNamed(**{**given, **changes})


def answer_of(device: Device, challenge: bytes, **told: Any) -> dict[str, str]:
    """What the device answers, as the fields of a signature."""
    told = json.loads(device.get(json.dumps({"challenge": bytes_to_base64url(challenge)}), **told))["response"]
    return {
        "authenticator": told["authenticatorData"],
        "client": told["clientDataJSON"],
        "signature": told["signature"],
    }


def signed(device: Device, signer: str, revision: str, **changes: Any) -> AgreementSigned:
    """The signature of the named official `signer` under `revision`."""
    terms = {**TERMS, **{name: changes.pop(name) for name in TERMS if name in changes}}
    text, official = Revision.objects.get(key=revision), NamedSigner.objects.get(key=signer)
    over = changes.pop("over", None) or signing.challenge(text, official, **terms)
    given: dict[str, Any] = {
        "revision": RecordKey(revision),
        "signer": RecordKey(signer),
        "digest": text.digest,
        **terms,
        **answer_of(device, over),
    }
    return AgreementSigned(**{**given, **changes})


def by(official: str = CHIEF, office: str = "resort_chief", acting: bool = False) -> Official:
    """Who states it, as a simulated partner writes it into a header."""
    return Official(id=official, office=office, acting=acting)


def until(year: int) -> datetime:
    """A period that ends then."""
    return NOON.replace(year=year)
