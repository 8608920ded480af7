"""Plans that were kept, folded; and calculations, ordinary rows whose files lie in the node's folder."""

from __future__ import annotations

from django.db import models

from sinergi.ledger.models import Folded


class Plan(Folded):
    """A plan that an official kept; `name` and `files` are NULL once erased."""

    seq = models.BigIntegerField()
    made_at = models.DateTimeField()
    office = models.CharField(max_length=100)
    grouping = models.CharField(max_length=10)
    stations = models.PositiveIntegerField()
    posts = models.PositiveIntegerField()
    posts_bound = models.PositiveIntegerField()
    needed = models.PositiveIntegerField()
    officers = models.PositiveIntegerField()
    unmet = models.PositiveIntegerField()
    unmet_bound = models.PositiveIntegerField()
    lent = models.PositiveIntegerField()
    linmas = models.PositiveIntegerField()
    travel_m = models.BigIntegerField()
    travel_bound_m = models.BigIntegerField()
    certificate = models.CharField(max_length=64)
    name = models.TextField(null=True)
    files = models.JSONField(null=True)


class Calculation(models.Model):
    """One run of the planner for one person, gone after a week; `beside`: the plan it is compared with."""

    id = models.UUIDField(primary_key=True)
    owner = models.CharField(max_length=32, db_index=True)
    started_at = models.DateTimeField(db_index=True)
    grouping = models.CharField(max_length=10)
    extra = models.PositiveIntegerField(default=0)
    is_raised = models.BooleanField(default=False)
    beside = models.CharField(max_length=26, default="")
