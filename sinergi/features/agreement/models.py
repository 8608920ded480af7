"""The agreement as its parties' facts describe it."""

from __future__ import annotations

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
    title = models.CharField(max_length=300)
    place = models.CharField(max_length=100)
    signed_on = models.DateField()
    starts_on = models.DateField()
    ends_on = models.DateField()
    scopes = models.JSONField()
    articles = models.JSONField()
    scan = models.CharField(max_length=64)
    scan_size = models.BigIntegerField()
    entered_at = models.DateTimeField()
    signers = models.JSONField(null=True)
    article_texts = models.JSONField(null=True)

    @property
    def party_ids(self) -> list[str]:
        """Agency ids, founder first."""
        return list(self.parties)

    @property
    def confirmed_ids(self) -> list[str]:
        """Agencies that stand behind it: the founder and all that confirmed."""
        return [self.parties[0], *self.standings.exclude(confirmed_at=None).values_list("agency", flat=True)]

    @property
    def left_ids(self) -> list[str]:
        """Agencies that have ended it for themselves."""
        return list(self.standings.exclude(left_at=None).values_list("agency", flat=True))

    @property
    def state(self) -> rules.State:
        """waiting, in_force or ended."""
        return rules.state(self)


class Standing(Folded):
    """What one party said of the agreement: its confirmation or its leaving (one row per fact)."""

    agreement = models.ForeignKey(
        Agreement, to_field="agreement", on_delete=models.CASCADE, related_name="standings", db_constraint=False
    )
    agency = models.CharField(max_length=64)
    confirmed_at = models.DateTimeField(null=True)
    left_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=20, default="")

    class Meta:
        indexes: ClassVar = [models.Index(fields=["agency"], name="standing_agency")]
