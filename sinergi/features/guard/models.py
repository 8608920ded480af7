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
    named = models.PositiveIntegerField(default=0)
    pins = models.PositiveIntegerField(default=0)
    replaces = models.CharField(max_length=26, null=True, db_index=True)
    name = models.TextField(null=True)
    files = models.JSONField(null=True)


class Order(Folded):
    """An officer whom a commander sent against a rule; what is said is NULL once erased."""

    seq = models.BigIntegerField()
    plan = models.CharField(max_length=26, db_index=True)
    rule = models.CharField(max_length=10)
    ordered_at = models.DateTimeField()
    office = models.CharField(max_length=100)
    officer = models.TextField(null=True)
    post = models.TextField(null=True)
    reason = models.TextField(null=True)
    ordered_by = models.TextField(null=True)


class Calculation(models.Model):
    """One run of the planner for one person, gone after a week; `beside`: the plan it is compared with.

    One that `replaces` a plan becomes its next version. `is_anew`: made anew, with choices.
    """

    id = models.UUIDField(primary_key=True)
    owner = models.CharField(max_length=32, db_index=True)
    started_at = models.DateTimeField(db_index=True)
    grouping = models.CharField(max_length=10)
    extra = models.PositiveIntegerField(default=0)
    is_raised = models.BooleanField(default=False)
    beside = models.CharField(max_length=26, default="")
    replaces = models.CharField(max_length=26, default="")
    is_anew = models.BooleanField(default=False)
