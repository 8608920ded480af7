"""Two nodes that never met: an invitation made here, presented there, honoured here.

docs/protocol/invitation.md is the normative page. An invitation carries the inviter's founding entry (its keys), its
address and a secret that works once. People compare the fingerprints by voice; no software can do that for them.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import secrets
import uuid
from datetime import datetime, timedelta

import msgspec
from django.utils.translation import gettext

from sinergi.kernel import canonical
from sinergi.kernel.errors import Refused
from sinergi.kernel.instants import from_text, now, to_text
from sinergi.kernel.words import spaced
from sinergi.ledger import bundle as bundles
from sinergi.ledger import checkpoint as notes
from sinergi.ledger import envelope, founding, identity, keys, store
from sinergi.ledger.envelope import BadEnvelope, pre_authentication, verify_signature
from sinergi.ledger.identity import named
from sinergi.ledger.models import Log
from sinergi.ledger.writer import run
from sinergi.sync import addresses, messages, statement
from sinergi.sync.conversation import Conversation
from sinergi.sync.fetch import Unreachable
from sinergi.sync.models import Invitation, OwnAddress, Peer

LETTER_TYPE = "application/vnd.sinergi.invitation.v1+json"
# An entry begins with its header, the only line that begins with a brace.
_ENTRIES = re.compile(r"(?m)(?!\A)^(?={)")
LARGEST_LETTER = 64 * 1024
LARGEST_INTRODUCTION = 512 * 1024
SHORT_FORM = "sinergi1"
MOST_DAYS = 30

_NOT_AN_INVITATION = "Berkas ini bukan undangan Sinergi, atau rusak. Minta pengundang mengirim ulang."
_FORGED = "Undangan ini diubah atau dipalsukan. Jangan dipakai; hubungi instansi yang mengundang."


class Letter(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The content of an invitation file: `identity` is the inviter's founding entry, `expires` by its own clock."""

    v: int
    id: str
    agency: str
    code: str
    name: str
    url: str
    identity: str
    recipient: str
    expires: str
    secret: str


class _Signature(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    keyid: str
    sig: str


class _Sealed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A DSSE envelope."""

    payload: str
    payload_type: str = msgspec.field(name="payloadType")
    signatures: list[_Signature]


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """What an accepting office knows of an invitation before it connects. From a QR code most of it is empty."""

    agency: str
    url: str
    secret: str
    name: str = ""
    recipient: str = ""
    expires_at: datetime | None = None
    identity: str = ""


class Introduction(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an invited node presents: the secret, its own identity log and where it is reached."""

    v: int
    secret: str
    url: str
    identity: bundles.Bundle


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """A fresh invitation: the file's bytes and the short text for the QR code. The secret is nowhere else."""

    id: str
    letter: bytes
    short: str
    expires_at: datetime


def settle(url: str) -> None:
    """Set the address at which partners reach this node. Raises Refused for one that is no node's address."""
    addresses.read(url)
    run(lambda: OwnAddress.objects.update_or_create(pk=1, defaults={"url": url}))


def own_url() -> str:
    """The address at which partners reach this node. Raises Refused where none was set."""
    own = OwnAddress.objects.filter(pk=1).first()
    if own is None:
        raise Refused("Alamat simpul ini belum diatur. Isi dahulu alamatnya.", code="S-103", field="own_url")
    return own.url


def invite(recipient: str, *, days: int, at: datetime, inside: bool = False) -> Made:
    """Make an invitation for one agency (its name or code), good for `days` days and one use. Raises Refused."""
    recipient = " ".join(recipient.split())
    if not recipient or len(recipient) > 200:
        raise Refused("Tulis nama atau kode instansi yang diundang.", code="S-101", field="recipient")
    if not 1 <= days <= MOST_DAYS:
        raise Refused(
            "Masa berlaku undangan 1 sampai %(most)d hari.", code="S-102", field="days", words={"most": MOST_DAYS}
        )
    url = own_url()
    own, secret = store.own_agency(), base64.b32encode(secrets.token_bytes(20)).decode("ascii").lower()
    row = Invitation(
        id=str(uuid.uuid4()),
        secret_hash=_hash(secret),
        for_whom=recipient,
        inside=inside or addresses.read(url).is_inside,
        created_at=at,
        expires_at=at + timedelta(days=days),
    )
    letter = Letter(
        v=1,
        id=row.id,
        agency=own.id,
        code=own.code,
        name=own.name,
        url=url,
        identity="".join(_own_identity().entries),
        recipient=recipient,
        expires=to_text(row.expires_at),
        secret=secret,
    )
    run(row.save)
    return Made(
        id=row.id, letter=_seal(letter), short=f"{SHORT_FORM} {url} {own.id} {secret}", expires_at=row.expires_at
    )


def read(data: bytes) -> Offer:
    """Read an invitation file or the text of its QR code. Raises Refused with the sentence for what is wrong."""
    if data[: len(SHORT_FORM) + 1] == SHORT_FORM.encode() + b" ":
        return _read_short(data)
    letter, payload, sealed = _open(data)
    # 3. The identity log makes the agency the letter names.
    try:
        entries = [text.encode() for text in _ENTRIES.split(letter.identity)]
        held = named.proven(entries)
        entry = envelope.parse(entries[0])
    except (BadEnvelope, UnicodeError) as error:
        raise Refused(_FORGED, code="S-112") from error
    if entry.header.agency != letter.agency:
        raise Refused(_FORGED, code="S-112")
    # 4. The letter is signed by an event key that this log names and has not revoked.
    good = {key.kid: key.public for key in held.of("event") if key.last is None}
    public = good.get(sealed.signatures[0].keyid)
    signature = _signature_by(sealed, public)
    if public is None or not verify_signature(public, pre_authentication(LETTER_TYPE, payload), signature):
        raise Refused(_FORGED, code="S-112")
    # 5. What the letter says of its sender is what the founding entry says.
    if (letter.code, letter.name) != (entry.header.facts.get("code"), entry.header.facts.get("name")):
        raise Refused(_FORGED, code="S-112")
    addresses.read(letter.url)
    return Offer(
        agency=letter.agency,
        url=letter.url,
        secret=letter.secret,
        name=letter.name,
        recipient=letter.recipient,
        expires_at=from_text(letter.expires),
        identity=letter.identity,
    )


def accept(offer: Offer, *, at: datetime, inside: bool = False, fingerprint: str = "") -> Peer:
    """Present the invitation to its sender and keep it as a partner. Raises Refused with one clear sentence."""
    own = store.own_agency()
    if offer.agency == own.id:
        raise Refused("Undangan ini dibuat oleh kantor ini sendiri.", code="S-121")
    if fingerprint and "".join(fingerprint.split()).lower() != offer.agency:
        raise Refused("Sidik jari tidak sama dengan yang dibacakan. Jangan terima undangan ini.", code="S-122")
    if offer.recipient and not _names(offer.recipient, own.code, own.name):
        raise Refused(
            "Undangan ini untuk %(recipient)s, bukan untuk kantor ini.",
            code="S-123",
            words={"recipient": offer.recipient},
        )
    presented = Introduction(v=1, secret=offer.secret, url=own_url(), identity=_own_identity())
    line = Conversation(offer.url, offer.agency, inside=inside)
    try:
        answer = line.introduce(messages.encode(presented), LARGEST_INTRODUCTION)
    except Unreachable as error:
        raise Refused(
            "%(why)s Undangan belum terpakai; coba lagi nanti.", code="S-124", words={"why": gettext(str(error))}
        ) from error
    finally:
        line.close()
    theirs = _identity(answer, offer)
    return run(lambda: _keep(theirs, offer.url, inside=inside, at=at))


def honour(presented: Introduction) -> bytes:
    """The inviter's side: keep who presents a good invitation as a partner; our identity log as the answer.

    The same agency may present the same invitation again (its first answer may have been lost). Raises Refused.
    """
    answer = bundles.encode(_own_identity())
    run(lambda: _honour(presented, now()))
    return answer


def transport_key_of(presented: Introduction) -> bytes:
    """The key with which an introduction must be signed: the newest of its own identity log. Raises Refused."""
    _first_entry(presented.identity)
    try:
        held = named.proven(text.encode() for text in presented.identity.entries)
    except (BadEnvelope, UnicodeError) as error:
        raise Refused("Perkenalan itu tidak lolos pemeriksaan kunci.", code="S-136") from error
    good = [key.public for key in held.of("transport") if key.last is None]
    if not good:
        raise Refused("Perkenalan itu tidak memuat kunci yang dibutuhkan.", code="S-131")
    return good[-1]


def fingerprint(agency: str) -> str:
    """An agency's id in groups of four, for reading aloud."""
    return spaced(agency)


def _honour(presented: Introduction, at: datetime) -> None:
    entry = _first_entry(presented.identity)
    agency, facts = entry.header.agency, entry.header.facts
    # 1. The secret is one we gave out.
    row = Invitation.objects.filter(secret_hash=_hash(presented.secret)).first()
    if row is None:
        raise Refused("Undangan ini tidak dikenal oleh pengundang.", code="S-132")
    # 2. Nobody else has used it, and its time is not over.
    if row.used_at is not None and row.used_by != agency:
        raise Refused("Undangan ini sudah dipakai. Minta undangan baru.", code="S-133")
    if row.used_at is None and at >= row.expires_at:
        raise Refused("Masa berlaku undangan ini sudah lewat. Minta undangan baru.", code="S-134")
    # 3. It is presented by whom it was made for.
    if not _names(row.for_whom, str(facts.get("code", "")), str(facts.get("name", ""))):
        raise Refused("Undangan ini dibuat untuk instansi lain.", code="S-135")
    if agency == store.own_agency().id:
        raise Refused("Undangan ini dibuat oleh kantor ini sendiri.", code="S-121")
    # 4. Its address is one we may ask.
    addresses.check(addresses.read(presented.url), inside=row.inside)
    _keep(presented.identity, presented.url, inside=row.inside, at=at)
    if row.used_at is None:
        row.used_at, row.used_by = at, agency
        row.save(update_fields=["used_at", "used_by"])


def _keep(theirs: bundles.Bundle, url: str, *, inside: bool, at: datetime) -> Peer:
    """Inside the writer: the agency, its keys and its address."""
    try:
        agency = founding.introduce(theirs.entries[0].encode())
        store.admit_checked(theirs)
    except store.OutOfStep:
        # We already hold more of its identity log than it presents.
        pass
    except (BadEnvelope, bundles.BadBundle, notes.BadNote, store.NotOurs) as error:
        raise Refused("Perkenalan itu tidak lolos pemeriksaan kunci.", code="S-136") from error
    peer, _ = Peer.objects.update_or_create(
        agency=agency.id,
        defaults={"url": url, "inside": inside, "failures": 0, "error": ""},
        create_defaults={"url": url, "inside": inside, "introduced_at": at},
    )
    return peer


def _own_identity() -> bundles.Bundle:
    statement.sign_own()
    return store.bundle(Log.objects.get(is_own=True, role="identity").origin, 0)


def _identity(answer: bytes, offer: Offer) -> bundles.Bundle:
    try:
        theirs = bundles.decode(answer)
        entry = _first_entry(theirs)
    except bundles.BadBundle as error:
        raise Refused("Pengundang menjawab dengan sesuatu yang bukan identitasnya.", code="S-125") from error
    if entry.header.agency != offer.agency or not offer.identity.startswith(
        theirs.entries[0] if offer.identity else ""
    ):
        raise Refused("Simpul di alamat itu bukan instansi yang mengundang.", code="S-126")
    return theirs


def _first_entry(presented: bundles.Bundle) -> envelope.Entry:
    try:
        if presented.start != 0 or not presented.entries:
            raise BadEnvelope(2, "no founding entry")
        entry = envelope.parse(presented.entries[0].encode())
        envelope.verify(entry, identity.founding_keys(entry))
    except (BadEnvelope, UnicodeError) as error:
        raise Refused("Perkenalan itu tidak lolos pemeriksaan kunci.", code="S-136") from error
    return entry


def _seal(letter: Letter) -> bytes:
    payload, signer = canonical.encode(letter), keys.own()["event"]
    value = signer.sign(pre_authentication(LETTER_TYPE, payload)).signature
    signature = _Signature(keyid=envelope.key_id(bytes(signer.verify_key)), sig=base64.b64encode(value).decode("ascii"))
    sealed = _Sealed(
        payload=base64.b64encode(payload).decode("ascii"), payload_type=LETTER_TYPE, signatures=[signature]
    )
    return canonical.encode(sealed)


def _open(data: bytes) -> tuple[Letter, bytes, _Sealed]:
    # 1. A DSSE envelope of the invitation's own type, with one signature.
    try:
        sealed = msgspec.convert(canonical.decode(data.strip(), limit=LARGEST_LETTER), _Sealed)
        payload = base64.b64decode(sealed.payload, validate=True)
        if sealed.payload_type != LETTER_TYPE or len(sealed.signatures) != 1:
            raise Refused(_NOT_AN_INVITATION, code="S-111")
        # 2. Its content is canonical and of a version we know.
        letter = msgspec.convert(canonical.decode(payload, limit=LARGEST_LETTER), Letter)
        from_text(letter.expires)
    except (canonical.NotCanonical, msgspec.ValidationError, binascii.Error, ValueError) as error:
        raise Refused(_NOT_AN_INVITATION, code="S-111") from error
    if letter.v != 1:
        raise Refused("Undangan ini dari versi Sinergi yang lebih baru.", code="S-113")
    return letter, payload, sealed


def _signature_by(sealed: _Sealed, public: bytes | None) -> bytes:
    try:
        value = base64.b64decode(sealed.signatures[0].sig, validate=True)
    except ValueError:  # of binascii too; letters outside ASCII are only a ValueError
        return b""
    named = public is not None and sealed.signatures[0].keyid == envelope.key_id(public)
    return value if named else b""


def _read_short(data: bytes) -> Offer:
    try:
        _, url, agency, secret = data.decode("ascii").split()
    except (UnicodeDecodeError, ValueError) as error:
        raise Refused(_NOT_AN_INVITATION, code="S-111") from error
    if len(agency) != 64 or set(agency) - set("0123456789abcdef") or not 16 <= len(secret) <= 64:
        raise Refused(_NOT_AN_INVITATION, code="S-111")
    addresses.read(url)
    return Offer(agency=agency, url=url, secret=secret)


def _names(recipient: str, code: str, name: str) -> bool:
    plain = " ".join(recipient.split()).casefold()
    return plain in (code.casefold(), " ".join(name.split()).casefold())


def _hash(secret: str) -> str:
    return hashlib.sha256(b"sinergi invitation v1\n" + secret.encode("utf-8", "replace")).hexdigest()
