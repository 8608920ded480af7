"""What is held back, and what each sweep erased. Ordinary rows; the ledger knows none."""

from __future__ import annotations

from django.db import models


class Hold(models.Model):
    """Nothing under `agreement` (empty: nothing at all) is erased by the schedule until it is lifted."""

    agreement = models.CharField(max_length=64, db_index=True)
    reason = models.CharField(max_length=200)
    since = models.DateTimeField()
    by = models.CharField(max_length=32)  # actor id
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.CharField(max_length=32, default="")


class Sweep(models.Model):
    """What one sweep did by one row of the schedule: `erased` things; `kept`: their term is over, but they are held."""

    at = models.DateTimeField(db_index=True)
    code = models.CharField(max_length=20)
    erased = models.PositiveIntegerField()
    kept = models.PositiveIntegerField()
