"""Voter-data updates, what the police answered, and contact lists."""

from __future__ import annotations

from typing import ClassVar

import msgspec
from django.db import models

from sinergi.features.standing_duties import rules
from sinergi.features.standing_duties.events import Contact, DistrictCounts
from sinergi.ledger.models import Folded


class VoterUpdate(Folded):
    """What a commission said about one quarter; of several the one furthest along its log counts."""

    agreement = models.CharField(max_length=64)
    agency = models.CharField(max_length=64)
    exercise = models.BooleanField()
    seq = models.BigIntegerField()
    stated_at = models.DateTimeField()
    year = models.PositiveSmallIntegerField()
    quarter = models.PositiveSmallIntegerField()
    new = models.PositiveIntegerField()
    gone = models.PositiveIntegerField()
    changed = models.PositiveIntegerField()
    letter_number = models.CharField(max_length=100)
    letter_dated = models.DateField()
    letter = models.CharField(max_length=64)
    letter_size = models.PositiveIntegerField()
    districts_json = models.JSONField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["agreement", "year", "quarter"], name="update_quarter")]

    def districts(self) -> list[DistrictCounts]:
        """The counts per district, as they were told."""
        return msgspec.convert(self.districts_json, list[DistrictCounts])


class MemberChanges(Folded):
    """The police's answer to an update; of several the one furthest along their log counts."""

    update = models.CharField(max_length=26, db_index=True)
    agreement = models.CharField(max_length=64)
    agency = models.CharField(max_length=64)
    seq = models.BigIntegerField()
    stated_at = models.DateTimeField()
    joined = models.PositiveIntegerField()
    left = models.PositiveIntegerField()
    letter_number = models.CharField(max_length=100)
    letter_dated = models.DateField()


class ContactList(Folded):
    """An office's contacts; of several the one furthest along its log counts. Rows are NULL once erased or not here."""

    agreement = models.CharField(max_length=64, db_index=True)
    agency = models.CharField(max_length=64)
    exercise = models.BooleanField()
    seq = models.BigIntegerField()
    stated_at = models.DateTimeField()
    count = models.PositiveSmallIntegerField()
    rows_json = models.JSONField(null=True)

    def rows(self) -> list[Contact] | None:
        """The contacts, None where they are not here."""
        return None if self.rows_json is None else msgspec.convert(self.rows_json, list[Contact])


class TrainingSession(Folded):
    """A joint training session as it was proposed. Words are NULL once erased or not here."""

    agreement = models.CharField(max_length=64, db_index=True)
    agency = models.CharField(max_length=64)
    exercise = models.BooleanField()
    stated_at = models.DateTimeField()
    on = models.DateField()
    people = models.PositiveIntegerField()
    arranger = models.CharField(max_length=64)
    topic = models.TextField(null=True)
    place = models.TextField(null=True)

    @property
    def said(self) -> list[tuple[str, bool]]:
        """(agency, whether it agrees), the last word of each."""
        words = sorted(self.answers.all(), key=lambda one: (one.seq, one.key))
        return list({one.agency: one.agrees for one in words}.items())

    @property
    def report(self) -> SessionReport | None:
        """The report that counts: the arranger's last, else the other's."""
        found = sorted(self.reports.all(), key=lambda one: (one.agency == self.arranger, one.agency, one.seq, one.key))
        return found[-1] if found else None

    @property
    def is_held(self) -> bool:
        """Whether somebody reported that it was held."""
        return bool(self.reports.all())

    @property
    def state(self) -> rules.SessionState:
        """Where it stands (rules.session_state)."""
        return rules.session_state(self)


class SessionAnswer(Folded):
    """A party's word about a session."""

    session = models.ForeignKey(TrainingSession, models.CASCADE, related_name="answers", db_constraint=False)
    agency = models.CharField(max_length=64)
    seq = models.BigIntegerField()
    agrees = models.BooleanField()


class SessionReport(Folded):
    """How many came."""

    session = models.ForeignKey(TrainingSession, models.CASCADE, related_name="reports", db_constraint=False)
    agency = models.CharField(max_length=64)
    seq = models.BigIntegerField()
    held_on = models.DateField()
    commission = models.PositiveIntegerField()
    police = models.PositiveIntegerField()
