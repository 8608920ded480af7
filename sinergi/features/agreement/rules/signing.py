"""An official's signature under a revision: what it is made over, and whether it holds. Pure.

docs/protocol/signature.md specifies both, so that a stranger can verify a signature with a general library alone. The
verdict depends on the bytes in the facts and on nothing a library may decide differently in another year: only the two
algorithms and the one shape of client data that the page names are taken.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, Protocol

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from sinergi.features.agreement.events import AgreementSigned, SignerNamed, SignerRevoked
from sinergi.features.agreement.rules import EARLIEST_SIGNING, LONGEST_PLACE, is_line
from sinergi.kernel import canonical
from sinergi.kernel.errors import Refused
from sinergi.kernel.instants import day_of
from sinergi.kernel.words import line
from sinergi.ledger.events import RecordKey

# Who signs for each kind of agency; a Plh holds the same office for the day.
OFFICE_OF = {"kpu": "chair", "police": "resort_chief"}
LONGEST_CLIENT = 4096
LONGEST_AUTHENTICATOR = 1024
LONGEST_KEY = 1024
MOST_BRACKETS = 8
_PRESENT_AND_VERIFIED = 0x01 | 0x04
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?")
_OFFICIAL = re.compile(r"[0-9a-f]{16,64}")


class Signer(Protocol):
    """What a rule needs to know of an official and their key."""

    key: str
    agency: str
    official: str
    office: str
    acting: bool
    host: str
    public: str
    from_at: datetime
    until_at: datetime | None

    @property
    def revoked(self) -> bool:
        """Whether the agency took the key back."""


class Revision(Protocol):
    """What a rule needs to know of the revision that is signed."""

    key: str
    agreement: str
    digest: str


def challenge(revision: Revision, signer: Signer, *, place: str, signed_on: date) -> bytes:
    """The 32 bytes the official's device signs: who signs which words, in which office, where and on which day."""
    content = {
        "acting": signer.acting,
        "agency": signer.agency,
        "agreement": revision.agreement,
        "digest": revision.digest,
        "office": signer.office,
        "official": signer.official,
        "place": place,
        "revision": revision.key,
        "signed_on": signed_on.isoformat(),
        "signer": signer.key,
    }
    return hashlib.sha256(b"sinergi signature v1\n" + canonical.encode(content)).digest()


def assertion_flaw(over: bytes, *, host: str, public: str, authenticator: str, client: str, signature: str) -> str:
    """Why these bytes are no signature over the challenge `over` with that key at that host; nothing where they are.

    `public` is a SubjectPublicKeyInfo in hex; the other three are base64url without padding, as a WebAuthn assertion
    gives them (W3C WebAuthn Level 3, 7.2, steps 11 to 23).
    """
    try:
        data, told, signed = (_bytes(text) for text in (authenticator, client, signature))
    except ValueError:
        return "it is not base64url"
    if not 37 <= len(data) <= LONGEST_AUTHENTICATOR or len(told) > LONGEST_CLIENT:
        return "its data is too short or too long"
    if data[:32] != hashlib.sha256(host.encode()).digest():
        return "it was made for another host"
    if data[32] & _PRESENT_AND_VERIFIED != _PRESENT_AND_VERIFIED:
        return "the device did not ask for the person"
    flaw = _client_flaw(told, over, host)
    if flaw:
        return flaw
    key = _public_key(public)
    if key is None:
        return "the key is none that signs here"
    content = data + hashlib.sha256(told).digest()
    try:
        if isinstance(key, ec.EllipticCurvePublicKey):
            if not _is_der(signed):
                return "the signature does not hold"
            key.verify(signed, content, ec.ECDSA(hashes.SHA256()))
        else:
            key.verify(signed, content, padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        return "the signature does not hold"
    return ""


def named_flaw(named: SignerNamed) -> str:
    """The field of a naming that cannot be; nothing where it can. Depends on the fact alone."""
    checks = {
        "official": bool(_OFFICIAL.fullmatch(named.official)),
        "host": bool(_HOST.fullmatch(named.host)),
        "public": len(named.public) <= 2 * LONGEST_KEY and _public_key(named.public) is not None,
        "until_at": named.until_at is None or named.from_at < named.until_at,
    }
    return next((field for field, holds in checks.items() if not holds), "")


def rival(named: SignerNamed, others: Iterable[Signer]) -> bool:
    """Whether the same agency named somebody else for this office at the same time: two chairs.

    A Plh acts while the holder is away, so one holder and one Plh stand beside each other; two of a kind do not.
    """
    return any(
        other.official != named.official
        and other.office == named.office
        and other.acting == named.acting
        and not other.revoked
        and (other.until_at is None or named.from_at < other.until_at)
        and (named.until_at is None or other.from_at < named.until_at)
        for other in others
    )


def signed_flaw(
    event: AgreementSigned,
    revision: Revision,
    signer: Signer,
    *,
    agency: str,
    actor: tuple[str, str, bool],
    at: datetime,
) -> str:
    """Why this is no signature of that official under that revision; nothing where it is.

    `actor`: the pseudonym, office and acting of whoever stated it; `at`: when, by the author's clock, which is a claim
    of the same agency that named the period.
    """
    if event.digest != revision.digest:
        return "it was signed over another revision"
    wrong = person_flaw(signer, agency=agency, actor=actor, at=at)
    if wrong:
        return wrong
    if not _is_place(event.place) or not EARLIEST_SIGNING <= event.signed_on <= day_of(at):
        return "its place or day cannot be"
    return assertion_flaw(
        challenge(revision, signer, place=event.place, signed_on=event.signed_on),
        host=signer.host,
        public=signer.public,
        authenticator=event.authenticator,
        client=event.client,
        signature=event.signature,
    )


def person_flaw(signer: Signer, *, agency: str, actor: tuple[str, str, bool], at: datetime) -> str:
    """Why whoever stated it is not that official with that key at that time; nothing where they are (`signed_flaw`)."""
    if signer.agency != agency or actor != (signer.official, signer.office, signer.acting):
        return "it was signed by somebody else than the official named"
    if signer.revoked:
        return "the key was revoked before"
    if not is_in_term(signer, at):
        return "the term of the official was over, or had not begun"
    return ""


def refuse_unfit(signer: Signer, *, at: datetime) -> None:
    """Refused where the key was taken back or the official's term is over."""
    if signer.revoked:
        raise Refused("Kunci tanda tangan ini sudah dicabut. Nyatakan kunci yang lain.", code="TTD-13")
    if not is_in_term(signer, at):
        raise Refused("Masa jabatan yang dinyatakan untuk kunci ini sudah berakhir atau belum mulai.", code="TTD-14")


def is_in_term(signer: Signer, at: datetime) -> bool:
    """Whether the official holds the office at `at`; the end is exclusive."""
    return signer.from_at <= at and (signer.until_at is None or at < signer.until_at)


def name(
    *,
    kind: str,
    official: str,
    office: str,
    acting: bool,
    host: str,
    public: bytes,
    from_at: datetime,
    until_at: datetime | None,
    others: Iterable[Signer],
    text: Any,
) -> SignerNamed:
    """The naming of an official and their key by their own agency (`kind`), or Refused."""
    if OFFICE_OF.get(kind) != office:
        raise Refused("Perjanjian ditandatangani Ketua KPU dan Kapolres, atau Plh-nya.", code="TTD-01")
    if acting and until_at is None:
        raise Refused("Penugasan Plh perlu hari terakhir sebelum dapat menandatangani.", code="TTD-02")
    named = SignerNamed(
        official=official,
        office=office,  # type: ignore[arg-type]  # one of OFFICE_OF
        acting=acting,
        host=host,
        public=public.hex(),
        from_at=from_at,
        until_at=until_at,
        text=text,
    )
    if named_flaw(named):
        raise Refused("Kunci sandi ini tidak dapat dipakai menandatangani. Daftarkan yang lain.", code="TTD-03")
    if rival(named, others):
        raise Refused(
            "Kantor ini sudah menyatakan pejabat lain untuk jabatan itu pada masa yang sama. Cabut dahulu kuncinya.",
            code="TTD-04",
        )
    return named


def revoke(signer: Signer, *, agency: str) -> SignerRevoked:
    """The revocation of an own official's key: nothing it signs afterwards counts. Or Refused."""
    if signer.agency != agency:
        raise Refused("Kunci itu milik pejabat instansi lain.", code="TTD-05")
    if signer.revoked:
        raise Refused("Kunci itu sudah dicabut.", code="TTD-06")
    return SignerRevoked(signer=RecordKey(signer.key))


def sign(
    revision: Revision,
    signer: Signer,
    *,
    agency: str,
    actor: tuple[str, str, bool],
    at: datetime,
    place: str,
    signed_on: date,
    authenticator: str,
    client: str,
    signature: str,
) -> AgreementSigned:
    """The signature of an own official under `revision`, which may be signed (`negotiation.may_sign`); or Refused."""
    refuse_unfit(signer, at=at)
    if signed_on > day_of(at):
        raise Refused("Hari penandatanganan belum tiba.", code="TTD-15", field="signed_on")
    if signed_on < EARLIEST_SIGNING:
        raise Refused("Tanggal tanda tangan terlalu lama. Periksa tahunnya.", code="TTD-16", field="signed_on")
    if not _is_place(place):
        raise Refused("Isi tempat penandatanganan, paling banyak 100 huruf.", code="TTD-17", field="place")
    signed = AgreementSigned(
        revision=RecordKey(revision.key),
        signer=RecordKey(signer.key),
        digest=revision.digest,
        place=place,
        signed_on=signed_on,
        authenticator=authenticator,
        client=client,
        signature=signature,
    )
    if signed_flaw(signed, revision, signer, agency=agency, actor=actor, at=at):
        raise Refused(
            "Tanda tangan perangkat tidak cocok dengan naskah, pejabat, atau kuncinya. Ulangi dari awal.", code="TTD-18"
        )
    return signed


def spki(key: Any) -> bytes:
    """A public key of `cryptography` as a signer's `public` holds it."""
    return bytes(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))


def fingerprint(public: str) -> str:
    """What two people read to each other to know it is the same key: the first 16 hex digits of its SHA-256."""
    return hashlib.sha256(bytes.fromhex(public)).hexdigest()[:16]


def _client_flaw(told: bytes, over: bytes, host: str) -> str:
    # How deep a reader can follow differs from one program to the next; what a browser writes is flat.
    if told.count(b"{") + told.count(b"[") > MOST_BRACKETS:
        return "its client data cannot be read"
    try:
        client = json.loads(told.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_number)
    except ValueError:
        return "its client data cannot be read"
    if not isinstance(client, dict) or client.get("type") != "webauthn.get":
        return "it answers something else than a request to sign"
    if client.get("challenge") != base64.urlsafe_b64encode(over).rstrip(b"=").decode():
        return "it was signed over something else"
    if client.get("crossOrigin", False) is not False or not _is_origin(client.get("origin"), host):
        return "it was signed at another address"
    return ""


def _is_origin(origin: Any, host: str) -> bool:
    """https at that very host, any port; plain http where the host is this machine itself."""
    scheme = "https?" if host == "localhost" else "https"
    return isinstance(origin, str) and bool(re.fullmatch(rf"{scheme}://{re.escape(host)}(:[0-9]{{1,5}})?", origin))


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({name for name, _ in pairs}) != len(pairs):
        raise ValueError("a name twice")
    return dict(pairs)


def _no_number(word: str) -> float:
    raise ValueError(f"{word} is no JSON")


def _is_der(signature: bytes) -> bool:
    """Whether an ECDSA signature is written in its one form: libraries differ in what else they let pass."""
    try:
        return encode_dss_signature(*decode_dss_signature(signature)) == signature
    except ValueError:
        return False


def _public_key(public: str) -> ec.EllipticCurvePublicKey | rsa.RSAPublicKey | None:
    try:
        data = bytes.fromhex(public)
        key = load_der_public_key(data)
    except (ValueError, UnsupportedAlgorithm, TypeError):
        return None
    small = isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1)
    large = isinstance(key, rsa.RSAPublicKey) and key.key_size in (2048, 3072, 4096)
    large = large and key.public_numbers().e == 65537  # type: ignore[union-attr]  # only an RSA key gets here
    # One spelling for one key, so that its fingerprint is one.
    return key if (small or large) and spki(key) == data and public == public.lower() else None  # type: ignore[return-value]


def _bytes(text: str) -> bytes:
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError("not base64url") from error
    if base64.urlsafe_b64encode(data).rstrip(b"=").decode() != text:
        raise ValueError("not in its one form")
    return data


def _is_place(place: str) -> bool:
    return is_line(place, LONGEST_PLACE) and place == line(place)
