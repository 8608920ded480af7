"""Passkeys (WebAuthn): what a person's own device is asked, and whether it answered.

Ceremonies are judged by py_webauthn; here is only what it cannot know: which challenges are open, for whom, and at
which address this node is met. A passkey always asks the person's finger, face or PIN (user verification), so it counts
as two factors.
"""

from __future__ import annotations

import ipaddress
import json
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils.translation import gettext
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import (
    base64url_to_bytes,
    bytes_to_base64url,
    decode_credential_public_key,
    decoded_public_key_to_cryptography,
    parse_authentication_credential_json,
    parse_client_data_json,
    parse_registration_credential_json,
)
from webauthn.helpers.cose import COSEAlgorithmIdentifier
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from sinergi.access import audit, identity
from sinergi.access.models import Challenge, Passkey, User
from sinergi.kernel.errors import Refused

CHALLENGE_LASTS = timedelta(minutes=5)
MOST_PASSKEYS = 10
LONGEST_ANSWER = 20_000
# What devices really have: ECDSA on P-256 everywhere, RSA in older Windows Hello.
_ALGORITHMS = [COSEAlgorithmIdentifier.ECDSA_SHA_256, COSEAlgorithmIdentifier.RSASSA_PKCS1_v1_5_SHA_256]
_NOT_READ = "Jawaban perangkat tidak terbaca. Ulangi dari awal."
_NOT_GOOD = "Kunci sandi ini tidak diterima. Ulangi, atau pakai cara masuk yang lain."


def host_of(request: HttpRequest) -> str:
    """The relying party: the name under which the person meets this node; "" where passkeys cannot work.

    WebAuthn knows no numeric addresses (W3C WebAuthn Level 3, 5.1.3), and no HTTP beyond this very machine.
    """
    host = request.get_host().rsplit("@")[-1]
    name = host.rpartition(":")[0] if host.rpartition(":")[2].isdecimal() else host
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return name if request.is_secure() or _is_local(name) else ""
    return ""


def elsewhere(request: HttpRequest) -> str:
    """Where on this machine passkeys do work, for somebody who came to 127.0.0.1; "" for everybody else."""
    name, _, port = request.get_host().rpartition(":")
    local = (name or port) in ("127.0.0.1", "[::1]")
    return f"http://localhost:{port}" if local and port.isdecimal() and identity.is_loopback(request) else ""


def to_enrol(request: HttpRequest, user: User, *, at: datetime) -> str:
    """The options for `navigator.credentials.create()`, as JSON."""
    options = generate_registration_options(
        rp_id=_here(request),
        rp_name=f"Sinergi {_node_name()}",
        user_name=user.username,
        user_display_name=user.get_full_name(),
        user_id=bytes.fromhex(user.actor_id) if len(user.actor_id) == 32 else user.actor_id.encode(),
        exclude_credentials=_descriptors(user),
        supported_pub_key_algs=_ALGORITHMS,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
    )
    _open(options.challenge, "enrol", user, at)
    return options_to_json(options)


def enrol(request: HttpRequest, user: User, answer: str, *, label: str, at: datetime) -> Passkey:
    """Keep the new passkey of `user`. Raises Refused."""
    try:
        credential = parse_registration_credential_json(_short(answer))
        challenge = parse_client_data_json(credential.response.client_data_json).challenge
    except (WebAuthnException, ValueError, KeyError, TypeError, AttributeError) as unread:
        raise Refused(_NOT_READ, code="A-60", field="credential") from unread
    _close(challenge, "enrol", user, at)
    if user.passkeys.count() >= MOST_PASSKEYS:
        raise Refused("Sudah ada sepuluh kunci sandi. Cabut yang tidak dipakai lagi.", code="A-61", field="credential")
    try:
        made = verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=_here(request),
            expected_origin=origin_of(request),
            require_user_verification=True,
            supported_pub_key_algs=_ALGORITHMS,
        )
    except Exception as refused:  # a device may send any bytes; the library's parsers raise whatever they like
        raise Refused(_NOT_GOOD, code="A-62", field="credential") from refused
    transports = [str(each.value) for each in credential.response.transports or []]
    try:
        with transaction.atomic():
            kept = Passkey.objects.create(
                user=user,
                label=" ".join(label.split())[:80] or gettext("Kunci sandi"),
                credential=bytes_to_base64url(made.credential_id),
                public_key=made.credential_public_key,
                host=_here(request),
                counter=made.sign_count,
                transports=transports,
                created_at=at,
            )
            audit.write_down(user, at, "passkey_added", user, passkey=kept.pk)
    except IntegrityError as taken:
        raise Refused("Kunci sandi ini sudah terdaftar.", code="A-63", field="credential") from taken
    return kept


def to_sign_in(request: HttpRequest, *, at: datetime) -> str:
    """The options for `navigator.credentials.get()` at the door: the device itself knows whose passkeys it has."""
    return _to_answer(request, None, "sign_in", at)


def to_prove(request: HttpRequest, user: User, *, at: datetime) -> str:
    """The options with which `user` shows again that it is them."""
    return _to_answer(request, user, "prove", at)


def to_sign(request: HttpRequest, user: User, challenge: bytes) -> str:
    """The options with which `user` signs what `challenge` was made from."""
    return options_to_json(_asking(request, _descriptors(user, host=_here(request)), challenge))


def answered(request: HttpRequest, answer: str, *, user: User | None, at: datetime) -> Passkey:
    """The passkey that answered a challenge of `to_sign_in` (no user) or `to_prove`. Raises Refused.

    One challenge takes one answer, right or wrong; a counter that does not grow betrays a copied key.
    """
    credential, challenge = _read(answer)
    _close(challenge, "prove" if user else "sign_in", user, at)
    return _judge(request, credential, challenge, user=user, at=at)


def signed(request: HttpRequest, answer: str, *, user: User, challenge: bytes, at: datetime) -> dict[str, str]:
    """What the device of `user` said over `challenge`, as facts carry it: authenticator, client and signature.

    Each in base64url without padding. Raises Refused where it is no signature of theirs over that.
    """
    credential, answered_challenge = _read(answer)
    if answered_challenge != challenge:
        raise Refused(
            "Yang ditandatangani perangkat bukan naskah ini. Muat ulang halaman dan ulangi.",
            code="A-64",
            field="credential",
        )
    _judge(request, credential, challenge, user=user, at=at)
    response = credential.response
    return {
        "authenticator": bytes_to_base64url(response.authenticator_data),
        "client": bytes_to_base64url(response.client_data_json),
        "signature": bytes_to_base64url(response.signature),
    }


def used(answer: str, *, user: User) -> Passkey:
    """The passkey of `user` that an answer names; nothing is judged yet. Raises Refused where it is none of theirs."""
    credential, _ = _read(answer)
    found = Passkey.objects.filter(credential=credential.id, user=user).first()
    if found is None:
        raise Refused("Kunci sandi ini tidak dikenal di simpul ini.", code="A-65", field="credential")
    return found


def key_of(passkey: Passkey) -> Any:
    """Its public key as `cryptography` knows it."""
    return decoded_public_key_to_cryptography(decode_credential_public_key(bytes(passkey.public_key)))


def remove(passkey: Passkey, *, at: datetime) -> None:
    """Let a passkey open nothing from now on, by its owner."""
    with transaction.atomic():
        audit.write_down(passkey.user, at, "passkey_removed", passkey.user, passkey=passkey.pk)
        passkey.delete()


def origin_of(request: HttpRequest) -> str:
    """Scheme, name and port of the address at which the person meets this node."""
    return f"{'https' if request.is_secure() else 'http'}://{request.get_host()}"


def _judge(request: HttpRequest, credential: Any, challenge: bytes, *, user: User | None, at: datetime) -> Passkey:
    held = Passkey.objects.select_related("user").filter(credential=credential.id)
    passkey = (held.filter(user=user) if user else held).first()
    if passkey is None:
        raise Refused("Kunci sandi ini tidak dikenal di simpul ini.", code="A-65", field="credential")
    handle = credential.response.user_handle
    if handle is not None and handle.hex() != passkey.user.actor_id and handle != passkey.user.actor_id.encode():
        raise Refused(_NOT_GOOD, code="A-66", field="credential")
    try:
        proven = verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=_here(request),
            expected_origin=origin_of(request),
            credential_public_key=bytes(passkey.public_key),
            credential_current_sign_count=passkey.counter,
            require_user_verification=True,
        )
    except Exception as refused:  # a device may send any bytes; the library's parsers raise whatever they like
        raise Refused(_NOT_GOOD, code="A-66", field="credential") from refused
    # Two answers at the same moment: the one whose counter was overtaken does not count.
    moved = Passkey.objects.filter(pk=passkey.pk, counter=passkey.counter)
    if not moved.update(counter=proven.new_sign_count, last_used_at=at):
        raise Refused(_NOT_GOOD, code="A-66", field="credential")
    return passkey


def _read(answer: str) -> tuple[Any, bytes]:
    try:
        credential = parse_authentication_credential_json(_short(answer))
        return credential, parse_client_data_json(credential.response.client_data_json).challenge
    except (WebAuthnException, ValueError, KeyError, TypeError, AttributeError) as unread:
        raise Refused(_NOT_READ, code="A-60", field="credential") from unread


def _short(answer: str) -> str:
    if len(answer) > LONGEST_ANSWER:
        raise ValueError("longer than any device answers")
    try:
        json.loads(answer)
    except RecursionError as too_deep:
        raise ValueError("nested deeper than any device answers") from too_deep
    return answer


def _to_answer(request: HttpRequest, user: User | None, purpose: str, at: datetime) -> str:
    options = _asking(request, _descriptors(user, host=_here(request)) if user else [])
    _open(options.challenge, purpose, user, at)
    return options_to_json(options)


def _asking(request: HttpRequest, allowed: list[PublicKeyCredentialDescriptor], challenge: bytes | None = None) -> Any:
    return generate_authentication_options(
        rp_id=_here(request),
        challenge=challenge,
        allow_credentials=allowed,
        user_verification=UserVerificationRequirement.REQUIRED,
    )


def _descriptors(user: User, **where: str) -> list[PublicKeyCredentialDescriptor]:
    return [
        PublicKeyCredentialDescriptor(id=base64url_to_bytes(held.credential))
        for held in user.passkeys.filter(**where).order_by("pk")
    ]


def _open(challenge: bytes, purpose: str, user: User | None, at: datetime) -> None:
    Challenge.objects.filter(expires_at__lte=at).delete()
    Challenge.objects.create(
        digest=identity.digest(challenge.hex()), purpose=purpose, user=user, expires_at=at + CHALLENGE_LASTS
    )


def _close(challenge: bytes, purpose: str, user: User | None, at: datetime) -> None:
    asked = Challenge.objects.filter(
        digest=identity.digest(challenge.hex()), purpose=purpose, user=user, expires_at__gt=at
    )
    if not asked.delete()[0]:
        raise Refused(
            "Pertanyaan untuk perangkat Anda sudah kedaluwarsa atau sudah dijawab. Ulangi.",
            code="A-67",
            field="credential",
        )


def _here(request: HttpRequest) -> str:
    host = host_of(request)
    if not host:
        raise Refused(
            "Kunci sandi tidak bekerja di alamat ini. Buka simpul dengan nama dan HTTPS.",
            code="A-68",
            field="credential",
        )
    return host


def _is_local(name: str) -> bool:
    return name == "localhost" or name.endswith(".localhost")


def _node_name() -> str:
    from sinergi.ledger.models import Agency

    own = Agency.objects.filter(is_self=True).first()
    return own.name if own else settings.SESSION_COOKIE_NAME
