"""The catalogue."""

from __future__ import annotations

from typing import ClassVar

import msgspec
from django.db import models

from sinergi.features.data import rules
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


class DataRequest(Folded):
    """A request for a data set. Words are NULL once erased or not here."""

    agreement = models.CharField(max_length=64, db_index=True)
    agency = models.CharField(max_length=64)
    owner = models.CharField(max_length=64)
    dataset = models.CharField(max_length=26)
    exercise = models.BooleanField()
    office = models.CharField(max_length=64)
    asked_at = models.DateTimeField()
    fields_json = models.JSONField()
    uses_from = models.DateField()
    uses_until = models.DateField()
    purpose = models.TextField(null=True)
    legal_basis = models.TextField(null=True)


class DataAnswer(Folded):
    """The owner's decision on a request: its first one."""

    request = models.CharField(max_length=26, db_index=True)
    agreement = models.CharField(max_length=64)
    agency = models.CharField(max_length=64)
    office = models.CharField(max_length=64)
    acting = models.BooleanField()
    answered_at = models.DateTimeField()
    agrees = models.BooleanField()
    fields_json = models.JSONField()
    uses_until = models.DateField(null=True)
    words = models.TextField(null=True)


class DataWithdrawal(Folded):
    """A request or a yes taken back by whom it is of, once. `about`: the key of the request or of the answer."""

    about = models.CharField(max_length=26, db_index=True)
    office = models.CharField(max_length=64)
    withdrawn_at = models.DateTimeField()
    words = models.TextField(null=True)


class DataDelivery(Folded):
    """A table sealed for one recipient. The object itself lies beside the database, under its hash."""

    agreement = models.CharField(max_length=64, db_index=True)
    agency = models.CharField(max_length=64)
    recipient = models.CharField(max_length=64)
    dataset = models.CharField(max_length=26)
    answer = models.CharField(max_length=26)
    exercise = models.BooleanField()
    office = models.CharField(max_length=64)
    delivered_at = models.DateTimeField()
    object = models.CharField(max_length=64, db_index=True)
    size = models.BigIntegerField()
    rows = models.PositiveIntegerField()
    fields_json = models.JSONField()
    uses_until = models.DateField()
    occasions_json = models.JSONField(default=list)


class DataOccasion(Folded):
    """What makes a delivery due on a day. `obligation`: that of its data set."""

    agreement = models.CharField(max_length=64, db_index=True)
    agency = models.CharField(max_length=64)
    dataset = models.CharField(max_length=26)
    obligation = models.CharField(max_length=5)
    exercise = models.BooleanField()
    stated_at = models.DateTimeField()
    on = models.DateField()
    words = models.TextField(null=True)


class DeliverySummary(models.Model):
    """What this node may tell of a delivery without opening it (rules.Summary). An ordinary row of this node's own."""

    delivery = models.CharField(primary_key=True, max_length=26)
    told = models.JSONField()

    def summary(self) -> rules.Summary:
        """What it tells."""
        return msgspec.convert(self.told, rules.Summary)


class DataReceipt(Folded):
    """The recipient's node has it."""

    delivery = models.CharField(max_length=26, db_index=True)
    received_at = models.DateTimeField()


class DataUse(Folded):
    """One use by the recipient."""

    delivery = models.CharField(max_length=26, db_index=True)
    office = models.CharField(max_length=64)
    used_at = models.DateTimeField()
    rows = models.PositiveIntegerField()
    words = models.TextField(null=True)


class DataDestruction(Folded):
    """The recipient's word that it is gone."""

    delivery = models.CharField(max_length=26, db_index=True)
    office = models.CharField(max_length=64)
    destroyed_at = models.DateTimeField()
    words = models.TextField(null=True)
