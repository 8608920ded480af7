"""Scores and classes, folded."""

from __future__ import annotations

from django.db import models

from sinergi.access.models import User, covering
from sinergi.ledger.models import Folded, FoldedPart


class ScoreSheet(Folded):
    """What one institution scored at once, by one version of an instrument; internal where `agreement` is empty."""

    agreement = models.CharField(max_length=64, db_index=True, blank=True)
    author = models.CharField(max_length=64)
    seq = models.BigIntegerField()
    instrument = models.CharField(max_length=60)
    places = models.PositiveIntegerField()
    indicators = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    stated_at = models.DateTimeField()
    exercise = models.BooleanField(default=False)
    is_readable = models.BooleanField(default=False)


class Score(FoldedPart):
    """The values of one place; `values` are hundredths in the order of the indicators, null where unknown."""

    sheet = models.ForeignKey(ScoreSheet, on_delete=models.CASCADE, related_name="rows", db_constraint=False)
    place = models.CharField(max_length=13, db_index=True)
    values = models.JSONField()


class ClassDecision(Folded):
    """The classes that one official set at once; `set_by` is NULL once erased."""

    agreement = models.CharField(max_length=64, db_index=True)
    author = models.CharField(max_length=64)
    seq = models.BigIntegerField()
    low = models.PositiveIntegerField()
    medium = models.PositiveIntegerField()
    high = models.PositiveIntegerField()
    special = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    set_at = models.DateTimeField()
    office = models.CharField(max_length=100)
    exercise = models.BooleanField(default=False)
    is_readable = models.BooleanField(default=False)
    set_by = models.TextField(null=True)


class StationClasses(models.QuerySet["StationClass"]):
    """Finds classes."""

    def visible_to(self, user: User, permission: str = "risk.read") -> StationClasses:
        """Those in the regions and agreements of a duty that grants `permission`."""
        return self.filter(covering(user.duties_for(permission), agreement="decision__agreement", region="code"))

    def oldest_first(self) -> StationClasses:
        """In the order in which later ones replace earlier ones: by the author's clock, then its log."""
        return self.order_by("decision__set_at", "decision__seq", "decision_id", "code")


class StationClass(FoldedPart):
    """The class of one station in one decision."""

    decision = models.ForeignKey(ClassDecision, on_delete=models.CASCADE, related_name="rows", db_constraint=False)
    code = models.CharField(max_length=13, db_index=True)
    level = models.CharField(max_length=10)
    reason = models.TextField()

    objects = StationClasses.as_manager()
