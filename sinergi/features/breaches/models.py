"""Breaches of this office and their steps, folded from the internal log; and what partners told of theirs."""

from __future__ import annotations

from django.db import models

from sinergi.ledger.models import Folded


class Breach(Folded):
    """One breach as it was noted. Words are NULL once erased."""

    office = models.CharField(max_length=64)
    noted_at = models.DateTimeField()
    known_at = models.DateTimeField()
    data_json = models.JSONField()
    people = models.PositiveIntegerField()
    what = models.TextField(null=True)
    how = models.TextField(null=True)


class BreachStep(Folded):
    """One step against it. `people` where it was counted anew."""

    breach = models.CharField(max_length=26, db_index=True)
    office = models.CharField(max_length=64)
    step = models.CharField(max_length=10)
    taken_at = models.DateTimeField()
    people = models.PositiveIntegerField(null=True)
    letter = models.CharField(max_length=80, default="")
    words = models.TextField(null=True)


class BreachNotice(Folded):
    """What a party told the others under an agreement."""

    agreement = models.CharField(max_length=64, db_index=True)
    agency = models.CharField(max_length=64)
    exercise = models.BooleanField()
    told_at = models.DateTimeField()
    known_at = models.DateTimeField()
    data_json = models.JSONField()
    people = models.PositiveIntegerField()
    words = models.TextField(null=True)
