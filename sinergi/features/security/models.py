"""Requests for security and the police's answers, folded; and the police's internal proposals, an ordinary table."""

from __future__ import annotations

import hashlib
from datetime import datetime
from functools import cached_property
from typing import ClassVar

from django.db import models

from sinergi.access.doors import visible
from sinergi.access.models import User
from sinergi.features.security import rules
from sinergi.kernel.places import Point
from sinergi.ledger.grades import Grade
from sinergi.ledger.models import Folded

# Where a candidate or an official sleeps and travels is not for everybody.
RESTRICTED = ("candidate", "person")


class RequestQuerySet(models.QuerySet["Request"]):
    """Meaningful selections of requests."""

    def with_answers(self) -> RequestQuerySet:
        """Fetch every answer along, so that states cost no further queries."""
        return self.prefetch_related("answers")

    def readable_by(self, user: User) -> RequestQuerySet:
        """Without restricted requests that no duty of this person opens: for them these do not exist."""
        opened = visible(user, Request.objects.filter(service__in=RESTRICTED), "security.read_restricted")
        return self.filter(~models.Q(service__in=RESTRICTED) | models.Q(pk__in=opened.values("pk")))

    def newest_first(self) -> RequestQuerySet:
        """The order people expect in a list."""
        return self.order_by("-requested_at", "key")


class Request(Folded):
    """One request as it stands: columns of the commission, then columns of the police. Words are NULL once erased."""

    agreement = models.CharField(max_length=64, db_index=True)
    agency = models.CharField(max_length=64)
    exercise = models.BooleanField()
    number = models.PositiveIntegerField()
    year = models.PositiveSmallIntegerField()
    # `version` is the key of the fact that says what is asked now: the request itself or its last correction.
    version = models.CharField(max_length=26, db_index=True)
    requested_at = models.DateTimeField()
    asked_at = models.DateTimeField()
    service = models.CharField(max_length=12)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    region = models.CharField(max_length=13)
    lat_micro = models.IntegerField(null=True)
    lon_micro = models.IntegerField(null=True)
    to_region = models.CharField(max_length=13, default="")
    to_lat_micro = models.IntegerField(null=True)
    to_lon_micro = models.IntegerField(null=True)
    people = models.PositiveIntegerField()
    officers = models.PositiveIntegerField()
    vehicles = models.PositiveIntegerField()
    risks = models.JSONField()
    emergency = models.BooleanField()
    contestant = models.PositiveSmallIntegerField(default=0)
    activity = models.TextField(null=True)
    place = models.TextField(null=True)
    destination = models.TextField(null=True)
    note = models.TextField(null=True)
    contact_name = models.TextField(null=True)
    contact_phone = models.TextField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawal_reason = models.CharField(max_length=12, default="")
    withdrawal_words = models.TextField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    as_reported = models.BooleanField(null=True)
    confirmation_words = models.TextField(null=True)

    assignment = models.CharField(max_length=26, default="")
    assigned_at = models.DateTimeField(null=True)
    sprin_number = models.CharField(max_length=60, default="")
    assigned_officers = models.PositiveIntegerField(null=True)
    assigned_vehicles = models.PositiveIntegerField(null=True)
    unit = models.TextField(null=True)
    commander = models.TextField(null=True)
    commander_phone = models.TextField(null=True)
    completion = models.CharField(max_length=26, default="")
    completed_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    present_officers = models.PositiveIntegerField(null=True)
    incidents = models.PositiveIntegerField(null=True)
    report = models.TextField(null=True)

    objects = RequestQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["starts_at"], name="request_starts"),
            models.Index(fields=["requested_at"], name="request_asked"),
            # The next number is the last one and one more (actions/steps.py); without this, asking reads every row.
            models.Index(fields=["agency", "year", "exercise", "number"], name="request_numbered"),
        ]

    def counted(self, stated_at: datetime, held: Grade | None) -> datetime | None:
        """The instant at which a fact about this request counts (rules.counts_from); None while nobody else holds it.

        An exercise plays through days that never were, and nobody proves anything with it: its own clock counts.
        """
        return stated_at if self.exercise else rules.counts_from(stated_at, held.arrived_at if held else None)

    @cached_property
    def answer(self) -> Answer | None:
        """The police's current answer: the last one they gave."""
        return max(self.answers.all(), key=lambda answer: answer.place, default=None)

    @property
    def state(self) -> rules.State:
        """Where it stands (rules.state)."""
        return rules.state(self, self.answer)

    @property
    def is_crossed(self) -> bool:
        """Whether withdrawal and consent crossed."""
        return rules.crossed(self, self.answer)

    @property
    def is_restricted(self) -> bool:
        """Whether only some may read it, and reading it leaves a trace."""
        return self.service in RESTRICTED

    @property
    def classification(self) -> str:
        """The letter's class: terbatas for protection of persons, else terbuka."""
        return "terbatas" if self.is_restricted else "terbuka"

    @property
    def code(self) -> str:
        """The number people say: PAM-0074, in an exercise L-PAM-0074."""
        return f"{'L-' if self.exercise else ''}PAM-{self.number:04d}"

    @property
    def point(self) -> Point | None:
        """Where on the map, if it was marked."""
        if self.lat_micro is None or self.lon_micro is None:
            return None
        return Point(self.lat_micro / 1e6, self.lon_micro / 1e6)

    @property
    def to_point(self) -> Point | None:
        """Where an escort arrives, if it was marked."""
        if self.to_lat_micro is None or self.to_lon_micro is None:
            return None
        return Point(self.to_lat_micro / 1e6, self.to_lon_micro / 1e6)

    @property
    def standing(self) -> str:
        """What stands now, in a few characters: a form brings back what its page showed, so nobody decides unseen."""
        answer = self.answer
        reaction = answer and (answer.accepted_at or answer.declined_at or answer.spoken_confirmed_at)
        parts = (self.version, answer and answer.key, reaction, self.assignment, self.completion, self.state)
        return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


class Answer(Folded):
    """One answer of the police; `place` is its place in their log, so the last one counts."""

    request = models.ForeignKey(Request, on_delete=models.CASCADE, related_name="answers", db_constraint=False)
    version = models.CharField(max_length=26)
    place = models.BigIntegerField()
    decision = models.CharField(max_length=8)
    officers = models.PositiveIntegerField()
    vehicles = models.PositiveIntegerField()
    starts_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    spoken = models.BooleanField()
    spoken_confirmed_at = models.DateTimeField(null=True)
    office = models.CharField(max_length=64)
    acting = models.BooleanField()
    answered_at = models.DateTimeField()
    sentence = models.TextField(null=True)
    reasons = models.JSONField(null=True)
    accepted_at = models.DateTimeField(null=True)
    declined_at = models.DateTimeField(null=True)
    decline = models.CharField(max_length=26, default="")
    decline_words = models.TextField(null=True)

    @property
    def spoken_due(self) -> datetime | None:
        """Until when a spoken order must be confirmed; None where nothing waits."""
        if not self.spoken or self.spoken_confirmed_at is not None:
            return None
        return rules.spoken_due(self.answered_at)


class Step(Folded):
    """One fact about a request, for its trail: who said what when. `lam` orders facts that know each other."""

    request = models.ForeignKey(Request, on_delete=models.CASCADE, related_name="steps", db_constraint=False)
    kind = models.CharField(max_length=80)
    code = models.CharField(max_length=20, default="")
    agency = models.CharField(max_length=64)
    office = models.CharField(max_length=64)
    acting = models.BooleanField(default=False)
    at = models.DateTimeField()
    corrects = models.CharField(max_length=26, default="")


class Letter(Folded):
    """A formal letter that was issued about a request. The files are NULL once erased."""

    request = models.ForeignKey(Request, on_delete=models.CASCADE, related_name="letters", db_constraint=False)
    agency = models.CharField(max_length=64)
    about = models.CharField(max_length=26)
    series = models.CharField(max_length=10)
    number = models.PositiveIntegerField()
    year = models.PositiveSmallIntegerField()
    written = models.CharField(max_length=80)
    pdf_hash = models.CharField(max_length=64)
    docx_hash = models.CharField(max_length=64)
    issued_at = models.DateTimeField()
    pdf = models.BinaryField(null=True)
    docx = models.BinaryField(null=True)


class Proposal(models.Model):
    """What the operations head proposes to the Kapolres: internal to the police, never replicated."""

    request = models.CharField(max_length=26, db_index=True)
    version = models.CharField(max_length=26)
    decision = models.CharField(max_length=8)
    officers = models.PositiveIntegerField(default=0)
    vehicles = models.PositiveIntegerField(default=0)
    starts_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    sentence = models.TextField(default="")
    reasons = models.JSONField(default=dict)
    proposed_by = models.CharField(max_length=32)
    proposed_at = models.DateTimeField()
    returned_at = models.DateTimeField(null=True)
    returned_words = models.TextField(default="")
    decided_at = models.DateTimeField(null=True)
