"""The agreement as its parties' facts describe it."""

from __future__ import annotations

from datetime import date
from functools import cached_property
from typing import ClassVar

from django.db import models

from sinergi.features.agreement import rules
from sinergi.ledger.models import Folded


class Agreement(Folded):
    """One agreement; `agreement` is its id in the ledger. Texts are NULL once erased."""

    agreement = models.CharField(max_length=64, unique=True)
    exercise = models.BooleanField()
    parties = models.JSONField()
    numbers = models.JSONField()
    title = models.CharField(max_length=rules.LONGEST_TITLE)
    place = models.CharField(max_length=rules.LONGEST_PLACE)
    signed_on = models.DateField()
    starts_on = models.DateField()
    ends_on = models.DateField()
    scopes = models.JSONField()
    articles = models.JSONField()
    scan = models.CharField(max_length=64)
    scan_size = models.BigIntegerField()
    entered_at = models.DateTimeField()
    entered_by = models.CharField(max_length=64, default="")  # the office that entered it
    signers = models.JSONField(null=True)
    article_texts = models.JSONField(null=True)

    @cached_property
    def said(self) -> list[Standing]:
        """What each party said after the founder entered it."""
        return list(self.standings.all())

    @property
    def party_ids(self) -> list[str]:
        """Agency ids, founder first."""
        return list(self.parties)

    @property
    def confirmed_ids(self) -> list[str]:
        """Agencies that stand behind it: the founder and all that confirmed."""
        return [self.parties[0], *(said.agency for said in self.said if said.confirmed_at is not None)]

    @property
    def left_ids(self) -> list[str]:
        """Agencies that have ended it for themselves."""
        return [said.agency for said in self.said if said.left_at is not None]

    @property
    def state(self) -> rules.State:
        """waiting, in_force or ended."""
        return rules.state(self)

    def standing_on(self, day: date) -> rules.Standing:
        """How it stands on `day`, its term considered."""
        return rules.standing(self.state, starts_on=self.starts_on, ends_on=self.ends_on, on=day)


class Standing(Folded):
    """What one party said of the agreement: its confirmation or its leaving (one row per fact)."""

    agreement = models.ForeignKey(
        Agreement, to_field="agreement", on_delete=models.CASCADE, related_name="standings", db_constraint=False
    )
    agency = models.CharField(max_length=64)
    confirmed_at = models.DateTimeField(null=True)
    left_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=20, default="")
    office = models.CharField(max_length=64, default="")

    class Meta:
        indexes: ClassVar = [models.Index(fields=["agency"], name="standing_agency")]
