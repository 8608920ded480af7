"""Obligations as the parties' facts describe them."""

from __future__ import annotations

from typing import ClassVar

import msgspec
from django.db import models

from sinergi.features.obligations import rules
from sinergi.features.obligations.events import Item, Past
from sinergi.ledger.models import Folded


class ObligationList(Folded):
    """One proposed list. Titles are NULL once erased."""

    agreement = models.CharField(max_length=64, db_index=True)
    exercise = models.BooleanField()
    agency = models.CharField(max_length=64)
    office = models.CharField(max_length=64, default="")
    proposed_at = models.DateTimeField()
    counts_from = models.DateField()
    replaces = models.CharField(max_length=26, default="")
    items_json = models.JSONField()
    titles = models.JSONField(null=True)
    remark = models.TextField(null=True)

    def items(self) -> list[Item]:
        """The obligations, in the order of the list."""
        return msgspec.convert(self.items_json, list[Item])

    @property
    def agreed_ids(self) -> list[str]:
        """Agencies that agreed to it."""
        return [answer.agency for answer in self.answers.all() if answer.agrees]

    @property
    def returned_ids(self) -> list[str]:
        """Agencies that sent it back."""
        return [answer.agency for answer in self.answers.all() if not answer.agrees]


class Minutes(Folded):
    """The minutes of one meeting. Words and titles are NULL once erased; `leaf` is the hash that is signed, in hex."""

    agreement = models.CharField(max_length=64, db_index=True)
    exercise = models.BooleanField()
    agency = models.CharField(max_length=64)
    office = models.CharField(max_length=64, default="")
    stated_at = models.DateTimeField()
    held_on = models.DateField()
    meeting = models.CharField(max_length=12)
    leaf = models.CharField(max_length=64, default="")
    items_json = models.JSONField()
    titles = models.JSONField(null=True)
    words = models.TextField(null=True)

    def items(self) -> list[Item]:
        """What was decided."""
        return msgspec.convert(self.items_json, list[Item])

    @property
    def signed_ids(self) -> list[str]:
        """Agencies that stand behind them: the one that stated them, those that agreed, and whose official signed."""
        agreed = [self.agency, *(answer.agency for answer in self.answers.all() if answer.agrees)]
        return [*agreed, *(agency for agency in self.sealed_ids if agency not in agreed)]

    @property
    def sealed_ids(self) -> list[str]:
        """Agencies whose official signed them with their own key."""
        return [one.agency for one in self.signatures.all()]

    @property
    def returned_ids(self) -> list[str]:
        """Agencies that sent them back."""
        return [answer.agency for answer in self.answers.all() if not answer.agrees]


class MinutesAnswer(Folded):
    """One other party's signature under minutes, or why not."""

    minutes = models.ForeignKey(Minutes, on_delete=models.CASCADE, related_name="answers", db_constraint=False)
    agency = models.CharField(max_length=64)
    office = models.CharField(max_length=64, default="")
    agrees = models.BooleanField()
    answered_at = models.DateTimeField()
    words = models.TextField(null=True)


class MinutesSignature(Folded):
    """An official's own signature under minutes; `signer` is the record that names their key."""

    minutes = models.ForeignKey(Minutes, on_delete=models.CASCADE, related_name="signatures", db_constraint=False)
    agency = models.CharField(max_length=64)
    office = models.CharField(max_length=64, default="")
    acting = models.BooleanField(default=False)
    signer = models.CharField(max_length=26)
    signed_at = models.DateTimeField()


class History(Folded):
    """What one party told of the time before the list counts. Numbers and remarks are NULL once erased."""

    agreement = models.CharField(max_length=64, db_index=True)
    exercise = models.BooleanField()
    agency = models.CharField(max_length=64)
    office = models.CharField(max_length=64, default="")
    stated_at = models.DateTimeField()
    list_key = models.CharField(max_length=26)
    entries_json = models.JSONField()
    numbers = models.JSONField(null=True)
    remarks = models.JSONField(null=True)

    def entries(self) -> list[Past]:
        """What happened, in the order of the record."""
        return msgspec.convert(self.entries_json, list[Past])

    @property
    def agreed_ids(self) -> list[str]:
        """Agencies that confirmed it."""
        return [answer.agency for answer in self.answers.all() if answer.agrees]

    @property
    def returned_ids(self) -> list[str]:
        """Agencies that sent it back."""
        return [answer.agency for answer in self.answers.all() if not answer.agrees]


class HistoryAnswer(Folded):
    """Another party's yes or no to a history."""

    history = models.ForeignKey(History, on_delete=models.CASCADE, related_name="answers", db_constraint=False)
    agency = models.CharField(max_length=64)
    office = models.CharField(max_length=64, default="")
    agrees = models.BooleanField()
    answered_at = models.DateTimeField()
    words = models.TextField(null=True)


class Statement(Folded):
    """What a party stated about one due. `words` is NULL once erased."""

    agreement = models.CharField(max_length=64)
    exercise = models.BooleanField()
    list_key = models.CharField(max_length=26)
    code = models.CharField(max_length=4)
    mark = models.CharField(max_length=rules.LONGEST_MARK)
    statement = models.CharField(max_length=10)
    agency = models.CharField(max_length=64)
    office = models.CharField(max_length=64, default="")
    stated_at = models.DateTimeField()
    words = models.TextField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["agreement", "code"], name="statement_place")]

    @property
    def answered_ids(self) -> list[str]:
        """Agencies that answered it."""
        return [answer.agency for answer in self.answers.all()]


class Answer(Folded):
    """One party's yes or no to a list or to a statement; exactly one of the two is named."""

    about_list = models.ForeignKey(
        ObligationList, null=True, on_delete=models.CASCADE, related_name="answers", db_constraint=False
    )
    about_statement = models.ForeignKey(
        Statement, null=True, on_delete=models.CASCADE, related_name="answers", db_constraint=False
    )
    agency = models.CharField(max_length=64)
    office = models.CharField(max_length=64, default="")
    agrees = models.BooleanField()
    answered_at = models.DateTimeField()
    words = models.TextField(null=True)


class WorkRecord(Folded):
    """A fact of any feature that names an obligation in its header. `about`: the records it is or names."""

    agreement = models.CharField(max_length=64)
    agency = models.CharField(max_length=64)
    code = models.CharField(max_length=120)
    kind = models.CharField(max_length=120)
    stated_at = models.DateTimeField()
    about = models.JSONField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["agreement", "code"], name="work_place")]
