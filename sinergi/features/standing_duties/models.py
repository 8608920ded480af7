"""Voter-data updates, what the police answered, and contact lists."""

from __future__ import annotations

from typing import ClassVar

import msgspec
from django.db import models

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
