"""Units and officers, folded from the internal log."""

from __future__ import annotations

from django.db import models

from sinergi.features.people import rules
from sinergi.ledger.models import Folded, FoldedPart


class Listed(Folded):
    """One list; the one furthest along the log counts."""

    seq = models.BigIntegerField()
    digest = models.CharField(max_length=64)
    listed_at = models.DateTimeField()

    class Meta:
        abstract = True


class UnitList(Listed):
    """The units of one list stand in `Unit` unless they were erased."""


class OfficerList(Listed):
    """The officers of one list stand in `Officer` unless they were erased."""


class Unit(FoldedPart):
    """One unit of one list."""

    list = models.ForeignKey(UnitList, on_delete=models.CASCADE, related_name="rows", db_constraint=False)
    code = models.CharField(max_length=40)
    name = models.CharField(max_length=100)
    level = models.CharField(max_length=10)
    regency = models.CharField(max_length=4)
    lat_e6 = models.IntegerField()
    lon_e6 = models.IntegerField()
    officers = models.PositiveIntegerField()
    reserve = models.PositiveIntegerField()


class Officer(FoldedPart):
    """One officer of one list."""

    list = models.ForeignKey(OfficerList, on_delete=models.CASCADE, related_name="rows", db_constraint=False)
    code = models.CharField(max_length=20)
    name = models.CharField(max_length=100)
    rank = models.CharField(max_length=40)
    unit = models.CharField(max_length=40)
    sex = models.CharField(max_length=1)
    age = models.PositiveSmallIntegerField()
    fit = models.BooleanField()
    home = models.CharField(max_length=10)
    training = models.CharField(max_length=200)
    hours_worked = models.PositiveIntegerField()
    rested_hours = models.PositiveIntegerField(null=True)
    phone = models.CharField(max_length=30)

    @property
    def able(self) -> bool:
        """Whether this officer may guard a station. All that is told of health to who does not plan."""
        return self.fit and self.age <= rules.OLDEST
