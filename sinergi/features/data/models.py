"""The catalogue."""

from __future__ import annotations

from typing import ClassVar

import msgspec
from django.db import models

from sinergi.features.data.events import Field
from sinergi.ledger.models import Folded


class Dataset(Folded):
    """One entry of the catalogue; of several with one code the one furthest along its author's log counts.

    Words are NULL once erased or not here.
    """

    agreement = models.CharField(max_length=64)
    agency = models.CharField(max_length=64)
    exercise = models.BooleanField()
    seq = models.BigIntegerField()
    stated_at = models.DateTimeField()
    code = models.CharField(max_length=10)
    information_class = models.CharField(max_length=12)
    refresh = models.CharField(max_length=10)
    retention_days = models.PositiveIntegerField()
    article = models.PositiveIntegerField(null=True)
    consequence_test = models.CharField(max_length=200)
    obligation = models.CharField(max_length=5)
    fields_json = models.JSONField()
    title = models.TextField(null=True)
    purpose = models.TextField(null=True)
    legal_basis = models.TextField(null=True)
    labels_json = models.JSONField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["agreement", "agency", "code"], name="dataset_code")]

    def columns(self) -> list[Field]:
        """Its fields."""
        return msgspec.convert(self.fields_json, list[Field])

    def label(self, name: str) -> str:
        """What people call the field `name`; the name itself where the words are gone."""
        return str((self.labels_json or {}).get(name, name))
