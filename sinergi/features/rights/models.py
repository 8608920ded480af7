"""Requests to erase and what each holder answered, folded."""

from __future__ import annotations

from django.db import models

from sinergi.ledger.models import Folded


class ErasureRequest(Folded):
    """A request to every holder under an agreement, or within this office alone where `agreement` is empty.

    `words` is NULL once erased or not here.
    """

    agreement = models.CharField(max_length=64, db_index=True)
    agency = models.CharField(max_length=64)
    office = models.CharField(max_length=64)
    exercise = models.BooleanField()
    asked_at = models.DateTimeField()
    records_json = models.JSONField()
    ground = models.CharField(max_length=20)
    asked_by = models.CharField(max_length=10)
    words = models.TextField(null=True)


class ErasureAnswer(Folded):
    """What one holder said: erased (`done`), or refused with a ground."""

    request = models.CharField(max_length=26, db_index=True)
    agency = models.CharField(max_length=64)
    office = models.CharField(max_length=64)
    acting = models.BooleanField()
    answered_at = models.DateTimeField()
    said = models.CharField(max_length=8)
    bodies = models.PositiveIntegerField(default=0)
    schedule = models.CharField(max_length=80, default="")
    ground = models.CharField(max_length=20, default="")
    words = models.TextField(null=True)
