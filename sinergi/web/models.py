"""What the frame keeps: the marks of deliveries that programs made, and uploads that are not yet a fact.

Ordinary tables, never replicated.
"""

from __future__ import annotations

from django.db import models


class Delivery(models.Model):
    """One write of a program under its event id; `mark` tells the same body, address and person from any other."""

    id = models.CharField(primary_key=True, max_length=36)
    mark = models.CharField(max_length=64)


class Upload(models.Model):
    """An uploaded table that was read and not stated: the cells only, gone once stated or after a day.

    `purpose` is the feature's word for what it is to become. `narrowed`: its owner left out rows that are not theirs.
    """

    id = models.UUIDField(primary_key=True)
    owner = models.CharField(max_length=32, db_index=True)  # actor id
    purpose = models.CharField(max_length=40)
    agreement = models.CharField(max_length=64)
    filename = models.CharField(max_length=200)
    uploaded_at = models.DateTimeField(db_index=True)
    cells = models.BinaryField()
    narrowed = models.BooleanField(default=False)
