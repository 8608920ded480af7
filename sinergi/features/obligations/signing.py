"""What an official's device signs under the minutes of a meeting. Pure; docs/protocol/signature.md specifies it."""

from __future__ import annotations

import hashlib
from typing import Protocol

from sinergi.kernel import canonical


class Signer(Protocol):
    """What is signed of the official: `key` is the record that names them."""

    key: str
    agency: str
    official: str
    office: str
    acting: bool


def challenge(signer: Signer, *, agreement: str, minutes: str, digest: str) -> bytes:
    """The 32 bytes the official's device signs: who signs which minutes in which office.

    It begins otherwise than what is signed under an agreement, so neither can be taken for the other.
    """
    content = {
        "acting": signer.acting,
        "agency": signer.agency,
        "agreement": agreement,
        "digest": digest,
        "minutes": minutes,
        "office": signer.office,
        "official": signer.official,
        "signer": signer.key,
    }
    return hashlib.sha256(b"sinergi minutes signature v1\n" + canonical.encode(content)).digest()
