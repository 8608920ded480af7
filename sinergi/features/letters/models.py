"""How this agency's letters look and how they are numbered. Ordinary tables, never replicated."""

from __future__ import annotations

from django.db import models


class Stationery(models.Model):
    """How this agency's letters look: one row. Without it the agency's name makes the head."""

    head = models.JSONField(default=list)
    address = models.CharField(max_length=200, default="")
    city = models.CharField(max_length=60, default="")
    office = models.CharField(max_length=80, default="")
    signer = models.CharField(max_length=120, default="")
    rank = models.CharField(max_length=80, default="")
    copies = models.JSONField(default=list)


class PatternChange(models.Model):
    """One change of a number series. The last of a series holds; rows are only added, so who changed what stays told.

    `first`: the number that the series begins at in `year`, or 0; it continues a register on paper. `actor` is empty
    where an older version of this program had set the pattern.
    """

    series = models.CharField(max_length=12, db_index=True)
    pattern = models.CharField(max_length=80)
    first = models.PositiveIntegerField(default=0)
    year = models.PositiveSmallIntegerField()
    changed_at = models.DateTimeField()
    actor = models.CharField(max_length=32, default="")
    office = models.CharField(max_length=64, default="")
