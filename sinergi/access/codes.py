"""Codes as a second factor: an app's six digits (TOTP, RFC 6238) and ten recovery codes on paper."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from datetime import datetime, timedelta
from urllib.parse import quote

import pyotp
from django.conf import settings
from django.db import transaction
from nacl.exceptions import CryptoError
from nacl.secret import SecretBox

from sinergi.access import audit, identity
from sinergi.access.models import CodeKey, RecoveryCode, User
from sinergi.kernel.errors import Refused

STEP = timedelta(seconds=30)
# A phone's clock may be one step early or late; RFC 6238, 5.2 advises no more.
DRIFT = 1
RECOVERY_CODES = 10
# Letters and digits that nobody confuses when reading them from paper: 31 of them, so ten letters hold 49 bits.
_CLEAR = "abcdefghjkmnpqrstuvwxyz23456789"
_WRONG = "Kode tidak cocok atau sudah dipakai. Tunggu kode berikutnya, lalu coba lagi."


def begin(user: User, *, at: datetime) -> str:
    """Make a secret for the code app of `user` and return it in base32. It counts once `confirm` has seen a code."""
    if CodeKey.objects.filter(user=user, confirmed_at__isnull=False).exists():
        raise Refused("Aplikasi kode sudah terpasang. Cabut yang lama dahulu.", code="A-70", field="code")
    secret = pyotp.random_base32()
    CodeKey.objects.update_or_create(
        user=user, defaults={"sealed": _box().encrypt(secret.encode()), "last_step": 0, "created_at": at}
    )
    return secret


def address_of(user: User, secret: str, *, issuer: str) -> str:
    """The `otpauth:` address behind the QR code."""
    name = quote(f"{issuer}:{user.username}")
    return f"otpauth://totp/{name}?secret={secret}&issuer={quote(issuer)}"


def pending_secret(user: User) -> str:
    """The secret that still waits for its first code; "" where none does."""
    held = CodeKey.objects.filter(user=user, confirmed_at=None).first()
    return _secret(held) if held else ""


def confirm(user: User, code: str, *, at: datetime) -> None:
    """Take the app into use, its first code having come. Raises Refused."""
    held = CodeKey.objects.filter(user=user, confirmed_at=None).first()
    if held is None:
        raise Refused("Mulai lagi pemasangan aplikasi kode.", code="A-71", field="code")
    if not _takes(held, code, at):
        raise Refused(
            "Kode tidak cocok. Periksa jam ponsel Anda, lalu ketik kode yang sedang tampil.", code="A-72", field="code"
        )
    with transaction.atomic():
        CodeKey.objects.filter(pk=held.pk).update(confirmed_at=at)
        audit.write_down(user, at, "code_set", user)


def remove(user: User, *, at: datetime) -> None:
    """Let the code app open nothing from now on, by its owner."""
    with transaction.atomic():
        if CodeKey.objects.filter(user=user).delete()[0]:
            audit.write_down(user, at, "code_removed", user)


def use(user: User, text: str, *, at: datetime) -> str:
    """How `text` proves that it is `user`: `code` or `recovery`. Each counts once. Raises Refused.

    Callers count tries (`signin.tried`): a million codes are few.
    """
    typed = re.sub(r"[\s-]", "", text).lower()
    if typed.isascii() and typed.isdecimal():
        held = CodeKey.objects.filter(user=user, confirmed_at__isnull=False).first()
        if held is not None and _takes(held, typed, at):
            return "code"
    else:
        kept = RecoveryCode.objects.filter(user=user, digest=_digest(user, typed), used_at=None)
        with transaction.atomic():
            if kept.update(used_at=at):
                audit.write_down(user, at, "recovery_used", user)
                return "recovery"
    raise Refused(_WRONG, code="A-73", field="code")


def new_recovery_codes(user: User, *, at: datetime) -> list[str]:
    """Ten fresh codes, shown once; those before count no longer."""
    made = ["".join(secrets.choice(_CLEAR) for _ in range(10)) for _ in range(RECOVERY_CODES)]
    with transaction.atomic():
        RecoveryCode.objects.filter(user=user).delete()
        RecoveryCode.objects.bulk_create(RecoveryCode(user=user, digest=_digest(user, code)) for code in made)
        audit.write_down(user, at, "recovery_made", user)
    return [f"{code[:5]}-{code[5:]}" for code in made]


def _takes(held: CodeKey, code: str, at: datetime) -> bool:
    secret = _secret(held)
    if not secret or len(code) != 6:
        return False
    now = int(at.timestamp() // STEP.total_seconds())
    app = pyotp.TOTP(secret)
    fitting = [
        step for step in range(now - DRIFT, now + DRIFT + 1) if hmac.compare_digest(app.generate_otp(step), code)
    ]
    # Asked of the table: no code counts twice, not even in two tries at the same moment.
    return bool(fitting) and bool(
        CodeKey.objects.filter(pk=held.pk, last_step__lt=fitting[0]).update(last_step=fitting[0])
    )


def _secret(held: CodeKey) -> str:
    try:
        return _box().decrypt(bytes(held.sealed)).decode()
    except CryptoError:  # the node's secret was replaced: the code app must be set up again
        return ""


def _box() -> SecretBox:
    """Seals secrets with the node's own key, so that a stolen table opens no door."""
    return SecretBox(hashlib.sha256(f"code app\n{settings.SECRET_KEY}".encode()).digest())


def _digest(user: User, code: str) -> str:
    return identity.keyed("recovery", f"{user.actor_id}\n{code}")
