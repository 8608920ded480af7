"""What administrators do with people: add, suspend, give duties, new passwords, tokens. Each change is written down.

Called by the pages of Kelola › Pengguna and by `sinergi user`. `by` is the administrator, None at the command line,
where whoever holds the machine holds the node anyway.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext

from sinergi.access import audit, identity, proof, signin
from sinergi.access.models import EVERYTHING, Duty, Token, User, username_of
from sinergi.access.roles import LEVELS, ROLES, Role, offered
from sinergi.kernel import places
from sinergi.kernel.errors import Refused
from sinergi.ledger.models import Agency, Agreement

LONGEST_TOKEN = timedelta(days=366)
# Letters and digits that nobody confuses when reading them out over the radio.
_CLEAR = "abcdefghjkmnpqrstuvwxyz23456789"


def own_kind() -> str:
    """kpu or police: what this node's agency is; "any" before `sinergi init`."""
    own = Agency.objects.filter(is_self=True).first()
    return own.kind if own else "any"


def roles_here() -> dict[str, Role]:
    """The roles this agency may give."""
    kind = own_kind()
    return dict(ROLES) if kind == "any" else offered(kind)


def add(
    *,
    username: str,
    name: str,
    at: datetime,
    by: User | None = None,
    title: str = "",
    service_number: str = "",
    password: str | None = None,
    language: str = "id",
    is_demo: bool = False,
    must_change_password: bool | None = None,
) -> User:
    """Add a person without any duty. Without `password` they cannot sign in until one is set.

    A password that somebody else chose must be changed at the first sign-in, unless this is a demonstration.
    """
    spelt = username_of(username)
    if not re.fullmatch(r"[a-z0-9][a-z0-9._-]{1,63}", spelt):
        raise Refused(
            gettext("Nama pengguna memakai 2 sampai 64 huruf kecil, angka, titik, atau garis."),
            code="A-10",
            field="username",
        )
    if not name.strip():
        raise Refused(gettext("Isi nama orangnya."), code="A-11", field="name")
    number = service_number.replace(" ", "")
    if number and not (number.isascii() and number.isdecimal() and len(number) in (8, 18)):
        raise Refused(
            gettext("NRP terdiri dari 8 angka dan NIP dari 18 angka; ini %(count)s.") % {"count": len(number)},
            code="A-12",
            field="service_number",
        )
    user = User(
        username=spelt,
        name=" ".join(name.split()),
        title=title.strip(),
        service_number=number,
        language=language,
        is_demo=is_demo,
        created_at=at,
    )
    user.must_change_password = (
        (password is not None and not is_demo) if must_change_password is None else must_change_password
    )
    if password is None:
        user.set_unusable_password()
    else:
        _check_password(password, user)
        user.set_password(password)
    try:
        with transaction.atomic():
            user.save()
            audit.write_down(by, at, "added", user)
    except IntegrityError as taken:
        raise Refused(
            gettext("Nama pengguna %(name)s sudah dipakai. Pilih yang lain.") % {"name": spelt},
            code="A-13",
            field="username",
        ) from taken
    return user


def give_duty(
    user: User,
    role: str,
    *,
    at: datetime,
    by: User | None = None,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    regions: Sequence[str] = (EVERYTHING,),
    agreements: Sequence[str] = (EVERYTHING,),
    level: str = "",
    is_acting: bool = False,
    acting_for: User | None = None,
) -> Duty:
    """Give `user` an office from `starts_at` (now) until before `ends_at` (until ended)."""
    if by is not None and by.pk == user.pk:
        raise Refused(gettext("Penugasan untuk diri sendiri diberikan oleh administrator lain."), code="A-20")
    if role not in roles_here():
        raise Refused(gettext("Instansi ini tidak memiliki jabatan itu."), code="A-21", field="role")
    starts = starts_at or at
    if ends_at is not None and ends_at <= starts:
        raise Refused(gettext("Akhir penugasan harus sesudah mulainya."), code="A-22", field="ends_on")
    if (is_acting or acting_for is not None) and ends_at is None:
        raise Refused(gettext("Penugasan Plh perlu hari terakhir."), code="A-23", field="ends_on")
    if acting_for is not None and acting_for.pk == user.pk:
        raise Refused(gettext("Seseorang tidak dapat menjadi Plh bagi dirinya sendiri."), code="A-24")
    for region in regions:
        if region != EVERYTHING and not _is_region(region):
            raise Refused(
                gettext("%(code)s bukan kode wilayah. Contoh: 1203 atau 120301.") % {"code": region},
                code="A-25",
                field="regions",
            )
    known = set(Agreement.objects.filter(id__in=agreements).values_list("id", flat=True))
    if any(agreement not in known and agreement != EVERYTHING for agreement in agreements):
        raise Refused(gettext("Perjanjian itu tidak dikenal di simpul ini."), code="A-26", field="agreements")
    if level and level not in LEVELS:
        raise Refused(gettext("Pilih tingkat dari daftar."), code="A-27", field="level")
    with transaction.atomic():
        duty = Duty.objects.create(
            user=user,
            role=role,
            level=level or ROLES[role].level,
            regions=list(regions) or [EVERYTHING],
            agreements=list(agreements) or [EVERYTHING],
            starts_at=starts,
            ends_at=ends_at,
            is_acting=is_acting or acting_for is not None,
            acting_for=acting_for,
            given_by=by.actor_id if by else "",
        )
        audit.write_down(by, at, "duty_given", user, duty=duty.pk, role=role, is_acting=duty.is_acting)
    return duty


def end_duty(duty: Duty, *, at: datetime, by: User | None = None) -> None:
    """Let `duty` end now. It stays in the record."""
    _keep_one_administrator(duty.user, at, without=duty)
    with transaction.atomic():
        if duty.starts_at > at:
            duty.starts_at = at
        if duty.ends_at is None or duty.ends_at > at:
            duty.ends_at = at
        duty.save(update_fields=["starts_at", "ends_at"])
        audit.write_down(by, at, "duty_ended", duty.user, duty=duty.pk, role=duty.role)


def suspend(user: User, *, at: datetime, by: User | None = None) -> None:
    """Shut `user` out at once: sessions end, tokens and duties give nothing until they are restored."""
    if by is not None and by.pk == user.pk:
        raise Refused(gettext("Anda tidak dapat menangguhkan diri sendiri."), code="A-30")
    _keep_one_administrator(user, at)
    with transaction.atomic():
        User.objects.filter(pk=user.pk).update(is_suspended=True)
        signin.end_sessions(user)
        audit.write_down(by, at, "suspended", user)
    user.is_suspended = True


def restore(user: User, *, at: datetime, by: User | None = None) -> None:
    """Let a suspended person in again."""
    with transaction.atomic():
        User.objects.filter(pk=user.pk).update(is_suspended=False)
        audit.write_down(by, at, "restored", user)
    user.is_suspended = False


def set_password(
    user: User, *, at: datetime, by: User | None = None, password: str | None = None, must_change: bool = True
) -> str:
    """Set a password for `user` (a fresh random one unless given) and return it; all their sessions end."""
    text = password if password is not None else "-".join(_word() for _ in range(4))
    if password is not None:
        _check_password(password, user)
    user.set_password(text)
    user.must_change_password = must_change
    with transaction.atomic():
        user.save(update_fields=["password", "must_change_password"])
        signin.end_sessions(user)
        audit.write_down(by, at, "password_set", user)
    return text


def reset_factors(user: User, *, at: datetime, by: User | None = None) -> None:
    """Take away every second factor of `user`, who lost theirs; all their sessions end.

    Nobody does it for themselves: whoever found an open screen would rid the account of what protects it.
    """
    if by is not None and by.pk == user.pk:
        raise Refused(gettext("Faktor kedua Anda sendiri dicabut oleh administrator lain."), code="A-33")
    with transaction.atomic():
        proof.reset(user, at=at, by=by)
        signin.end_sessions(user)


def recover(user: User, *, at: datetime) -> str:
    """Open the agency's accounts again from the machine itself, through `user`; the password to hand over.

    For the day the last administrator lost device and paper: `user` is let in again, without second factors, with a
    fresh password, and holds the duty of administrator if nobody who may come in does.
    """
    present = Duty.objects.at(at).filter(role="administrator")
    if present.filter(user__is_suspended=False).exists() and not present.filter(user=user).exists():
        raise Refused(
            gettext("Masih ada administrator lain. Mintalah ia yang mencabut faktor kedua dan membuat kata sandi."),
            code="A-34",
        )
    with transaction.atomic():
        if user.is_suspended:
            restore(user, at=at)
        if not present.filter(user=user, ends_at=None).exists():
            give_duty(user, "administrator", at=at)
        reset_factors(user, at=at)
        return set_password(user, at=at)


def choose_password(user: User, password: str) -> None:
    """The person's own new password, already checked by the form."""
    user.set_password(password)
    user.must_change_password = False
    user.save(update_fields=["password", "must_change_password"])


def new_token(user: User, *, label: str, at: datetime, expires_at: datetime, by: User | None = None) -> str:
    """Make a token and return its text, which nobody can read again."""
    if not label.strip():
        raise Refused(gettext("Sebutkan token ini untuk program apa."), code="A-40", field="label")
    if not at < expires_at <= at + LONGEST_TOKEN:
        raise Refused(gettext("Token berlaku paling lama 366 hari."), code="A-41", field="days")
    text = identity.new_secret()
    with transaction.atomic():
        made = Token.objects.create(
            user=user, label=label.strip(), digest=identity.digest(text), created_at=at, expires_at=expires_at
        )
        audit.write_down(by, at, "token_made", user, token=made.pk)
    return text


def revoke_token(token: Token, *, at: datetime, by: User | None = None) -> None:
    """Let `token` open nothing from now on."""
    with transaction.atomic():
        Token.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=at)
        audit.write_down(by, at, "token_revoked", token.user, token=token.pk)


def _is_region(code: str) -> bool:
    try:
        places.level(code)
    except ValueError:
        return False
    return True


def _keep_one_administrator(user: User, at: datetime, without: Duty | None = None) -> None:
    """Refuse what would leave the agency without anybody who can manage accounts."""

    held = Duty.objects.at(at).filter(role="administrator", user__is_suspended=False)
    lost = held.filter(user=user) if without is None else held.filter(pk=without.pk)
    # A duty that will end by itself keeps the door open only until then.
    left = held.filter(ends_at=None).exclude(pk__in=lost)
    loses = lost.exists() and not left.exists()
    if loses:
        raise Refused(gettext("Ini administrator terakhir. Tugaskan administrator lain dahulu."), code="A-31")


def _check_password(password: str, user: User) -> None:
    try:
        validate_password(password, user)
    except ValidationError as weak:
        raise Refused(" ".join(weak.messages), code="A-14", field="password") from weak


def _word() -> str:
    return "".join(secrets.choice(_CLEAR) for _ in range(5))
