"""People, their duties, their keys to the door, and what is remembered about opening it."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q

from sinergi.access.roles import LEVELS, PERMISSIONS, RANK, ROLES
from sinergi.kernel.actors import Actor
from sinergi.kernel.instants import now
from sinergi.kernel.places import lies_in

EVERYTHING = "*"


def new_actor_id() -> str:
    """A random pseudonym: 128 bits as 32 hexadecimal letters, saying nothing about the person."""
    return secrets.token_hex(16)


def everything() -> list[str]:
    """The list that covers all agreements, or all regions."""
    return [EVERYTHING]


class People(BaseUserManager["User"]):
    """Finds people."""

    def named(self, username: str) -> User | None:
        """The person who signs in as `username` (letter case and outer blanks do not matter), if there is one."""
        return self.filter(username=username_of(username)).first()

    def get_by_natural_key(self, username: str | None) -> User:
        """As Django asks for it."""
        return self.get(username=username_of(username or ""))


def username_of(text: str) -> str:
    """The one spelling under which a user name is kept."""
    return User.normalize_username(text.strip()).lower()


class User(AbstractBaseUser):
    """An official of this agency. The name stays here; the ledger knows only `actor_id`."""

    username = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=120)
    title = models.CharField(max_length=80, blank=True)  # rank or title as written before a signature
    service_number = models.CharField(max_length=24, blank=True)  # NRP or NIP: text, leading zeros count
    actor_id = models.CharField(max_length=32, unique=True, default=new_actor_id, editable=False)
    language = models.CharField(max_length=2, default="id", choices=[("id", "Bahasa Indonesia"), ("en", "English")])
    must_change_password = models.BooleanField(default=False)
    is_suspended = models.BooleanField(default=False)
    is_demo = models.BooleanField(default=False)  # signs in from this very machine only
    created_at = models.DateTimeField(default=now)

    objects = People()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name"]

    # Set at the edge, so that one request sees one moment.
    seen_at: datetime | None = None
    _standing: tuple[datetime, list[Duty]] | None = None

    @property
    def is_active(self) -> bool:  # type: ignore[override]  # Django keeps a column; ours is the suspension
        """What Django asks before it lets anybody in."""
        return not self.is_suspended

    def get_full_name(self) -> str:
        """Rank or title and name, as one writes it."""
        return f"{self.title} {self.name}".strip()

    def duties_at(self, at: datetime | None = None) -> list[Duty]:
        """The duties that hold at `at` (the moment of the request), strongest first; none for a suspended person."""
        moment = at or self.seen_at or now()
        if self.is_suspended or self.pk is None:
            return []
        if self._standing is None or self._standing[0] != moment:
            held = sorted(self.duties.at(moment), key=lambda duty: (RANK.get(duty.role, 99), duty.is_acting, duty.pk))
            self._standing = (moment, held)
        return self._standing[1]

    def duties_for(self, permission: str, *, at: datetime | None = None) -> list[Duty]:
        """The duties that hold and grant `permission`, strongest first."""
        return [duty for duty in self.duties_at(at) if duty.role in PERMISSIONS[permission]]

    def can(
        self, permission: str, *, agreement: str | None = None, region: str | None = None, at: datetime | None = None
    ) -> bool:
        """Whether a duty that holds grants `permission`, for that agreement and that region if they are given."""
        return self.duty_for(permission, agreement=agreement, region=region, at=at) is not None

    def duty_for(
        self, permission: str, *, agreement: str | None = None, region: str | None = None, at: datetime | None = None
    ) -> Duty | None:
        """The strongest duty behind `can`, or None."""
        for duty in self.duties_for(permission, at=at):
            if duty.covers(agreement=agreement, region=region):
                return duty
        return None

    def actor(self, duty: Duty | None = None) -> Actor | None:
        """The person as the ledger knows them, in the office of `duty` or of their strongest; None without a duty."""
        held = duty or next(iter(self.duties_at()), None)
        return Actor(id=self.actor_id, office=held.role, acting=held.is_acting) if held else None

    @property
    def has_second_factor(self) -> bool:
        """Whether a passkey or a confirmed code app is theirs."""
        return self.passkeys.exists() or CodeKey.objects.filter(user=self, confirmed_at__isnull=False).exists()

    @property
    def permissions(self) -> frozenset[str]:
        """Everything a duty that holds now grants, somewhere. For menus; a door still asks `can`."""
        roles = {duty.role for duty in self.duties_at()}
        return frozenset(name for name, holders in PERMISSIONS.items() if holders & roles)


class Duties(models.QuerySet["Duty"]):
    """Finds duties."""

    def at(self, at: datetime) -> Duties:
        """Those that hold at `at`: the end is exclusive."""
        return self.filter(Q(ends_at=None) | Q(ends_at__gt=at), starts_at__lte=at)


class Duty(models.Model):
    """An office held for a time, for some agreements and regions. Outside its period it gives nothing."""

    user = models.ForeignKey(User, models.CASCADE, related_name="duties")
    role = models.CharField(max_length=32, choices=[(code, role.label) for code, role in ROLES.items()])
    level = models.CharField(max_length=16, choices=list(LEVELS.items()), default="regency")
    regions = models.JSONField(default=everything)  # region codes, or ["*"]
    agreements = models.JSONField(default=everything)  # agreement ids, or ["*"]
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)
    is_acting = models.BooleanField(default=False)  # Plh: held for somebody else
    acting_for = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="replaced_by")
    given_by = models.CharField(max_length=32, blank=True)  # actor id; empty: the command line

    objects = Duties.as_manager()

    def covers(self, *, agreement: str | None = None, region: str | None = None) -> bool:
        """Whether the duty reaches that agreement and that region; None is not asked for.

        What lies in no region is an office's own matter: only duties of a regency or above reach it.
        """
        if agreement is not None and EVERYTHING not in self.agreements and agreement not in self.agreements:
            return False
        if region is None:
            return True
        if region == "":
            return self.is_office_wide
        return any(lies_in(region, covered) for covered in self.regions)

    @property
    def is_office_wide(self) -> bool:
        """Whether the duty is for a whole regency or more."""
        return any(region == EVERYTHING or len(region) <= 4 for region in self.regions)

    @property
    def label(self) -> str:
        """The office by name, in Indonesian."""
        return ROLES[self.role].label


class Token(models.Model):
    """A key for programs: shown once, kept as a hash, worth exactly its owner's duties until it expires."""

    user = models.ForeignKey(User, models.CASCADE, related_name="tokens")
    label = models.CharField(max_length=80)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)


class UserSession(models.Model):
    """One sign-in on one device, so that a person sees where they are signed in and can end it."""

    user = models.ForeignKey(User, models.CASCADE, related_name="sessions")
    key = models.CharField(max_length=40, unique=True)  # the key of the session row
    device = models.CharField(max_length=80, blank=True)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()


class KnownDevice(models.Model):
    """A device from which this person has signed in before; other people's guesses do not slow it down."""

    user = models.ForeignKey(User, models.CASCADE, related_name="devices")
    digest = models.CharField(max_length=64)
    last_used_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "digest"], name="device_known_once")]


class Passkey(models.Model):
    """A key in the person's own device (WebAuthn credential): it opens the door alone, and signs."""

    user = models.ForeignKey(User, models.CASCADE, related_name="passkeys")
    label = models.CharField(max_length=80)
    credential = models.CharField(max_length=1400, unique=True)  # base64url, as the browser names it
    public_key = models.BinaryField()  # COSE, as the device gave it
    host = models.CharField(max_length=253)  # the relying party: a passkey works at the address it was made at only
    counter = models.BigIntegerField(default=0)  # 0 for ever at devices that do not count
    transports = models.JSONField(default=list)
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)

    @property
    def fingerprint(self) -> str:
        """What two people read to each other to know it is the same key."""
        return hashlib.sha256(bytes(self.public_key)).hexdigest()[:16]


class CodeKey(models.Model):
    """The secret of the person's code app (TOTP, RFC 6238), sealed; not in use before it was confirmed by a code."""

    user = models.OneToOneField(User, models.CASCADE, related_name="code_key")
    sealed = models.BinaryField()
    last_step = models.BigIntegerField(default=0)  # the youngest time step whose code was used: none counts twice
    created_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)


class RecoveryCode(models.Model):
    """One of ten codes on paper for the day the device is lost; kept as a keyed hash, worth one use."""

    user = models.ForeignKey(User, models.CASCADE, related_name="recovery_codes")
    digest = models.CharField(max_length=32)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "digest"], name="recovery_code_once")]


class Challenge(models.Model):
    """Random bytes a device was asked to sign. Gone once answered, so that no answer counts twice."""

    digest = models.CharField(max_length=64, unique=True)
    purpose = models.CharField(max_length=8)  # enrol, sign_in, prove
    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="+")  # nobody yet at the door
    expires_at = models.DateTimeField(db_index=True)


class SignInAttempt(models.Model):
    """A password or a code that was tried. Name, address and device are kept only as keyed hashes, for a day."""

    account = models.CharField(max_length=32)
    source = models.CharField(max_length=32)
    device = models.CharField(max_length=64, blank=True)  # set only if the device is known for this account
    at = models.DateTimeField(db_index=True)
    outcome = models.CharField(max_length=8, default="failed")  # failed, good, delayed

    class Meta:
        indexes = [models.Index(fields=["account", "at"], name="attempts_by_account")]


class ReadAudit(models.Model):
    """Somebody read a restricted record. Names nobody: the actor id is a pseudonym, the source a keyed hash."""

    at = models.DateTimeField(db_index=True)
    actor = models.CharField(max_length=32, db_index=True)
    office = models.CharField(max_length=32)
    permission = models.CharField(max_length=64)
    record = models.CharField(max_length=128, db_index=True)
    source = models.CharField(max_length=32)


class ChangeAudit(models.Model):
    """Somebody changed what a person may do."""

    at = models.DateTimeField(db_index=True)
    actor = models.CharField(max_length=32, db_index=True)  # empty: the command line
    change = models.CharField(max_length=32)
    subject = models.CharField(max_length=32)  # actor id of the person concerned
    detail = models.JSONField(default=dict)  # codes and instants only


def covering(duties: Iterable[Duty], *, agreement: str | None, region: str | None) -> Q:
    """The condition on a table that at least one of `duties` reaches the row.

    `agreement` and `region` are the lookups of the columns that hold them, None for a table without.
    """
    allowed = Q(pk__in=[])
    for duty in duties:
        reach = Q()
        if agreement and EVERYTHING not in duty.agreements:
            reach &= Q(**{f"{agreement}__in": duty.agreements})
        if region and EVERYTHING not in duty.regions:
            inside = Q(pk__in=[])
            for code in duty.regions:
                inside |= Q(**{f"{region}__startswith": code})
            if duty.is_office_wide:
                inside |= Q(**{region: ""}) | Q(**{f"{region}__isnull": True})
            reach &= inside
        allowed |= reach if reach else Q()
        if not reach:
            return Q()
    return allowed
