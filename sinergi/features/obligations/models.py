"""Obligations as the parties' facts describe them."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

import msgspec
from django.db import models

from sinergi.features.obligations import rules
from sinergi.features.obligations.events import Past
from sinergi.kernel.obligation import Item
from sinergi.ledger.models import Folded


class _Answered(Folded):
    """What the other parties agree to or send back, by rows that are related as `answers`."""

    answers: Any  # a related manager of _Reply

    class Meta:
        abstract = True

    @property
    def agreed_ids(self) -> list[str]:
        """Agencies that agreed to it."""
        return [answer.agency for answer in self.answers.all() if answer.agrees]

    @property
    def returned_ids(self) -> list[str]:
        """Agencies that sent it back."""
        return [answer.agency for answer in self.answers.all() if not answer.agrees]


class _Reply(Folded):
    """A party's yes or no. `words` is NULL once erased."""

    agency = models.CharField(max_length=64)
    office = models.CharField(max_length=64, default="")
    agrees = models.BooleanField()
    answered_at = models.DateTimeField()
    words = models.TextField(null=True)

    class Meta:
        abstract = True


class ObligationList(_Answered):
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
    def began(self) -> date:
        """The first day on which it counts."""
        return self.counts_from

    def since(self, code: str) -> date:
        """The day from which the obligation counts: of all the same, and of what meetings decided too."""
        return self.counts_from


class Minutes(_Answered):
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
        agreed = [self.agency, *self.agreed_ids]
        return [*agreed, *(agency for agency in self.sealed_ids if agency not in agreed)]

    @property
    def sealed_ids(self) -> list[str]:
        """Agencies whose official signed them with their own key."""
        return [one.agency for one in self.signatures.all()]


class MinutesAnswer(_Reply):
    """One other party's signature under minutes, or why not."""

    minutes = models.ForeignKey(Minutes, on_delete=models.CASCADE, related_name="answers", db_constraint=False)


class MinutesSignature(Folded):
    """An official's own signature under minutes; `signer` is the record that names their key."""

    minutes = models.ForeignKey(Minutes, on_delete=models.CASCADE, related_name="signatures", db_constraint=False)
    agency = models.CharField(max_length=64)
    office = models.CharField(max_length=64, default="")
    acting = models.BooleanField(default=False)
    signer = models.CharField(max_length=26)
    signed_at = models.DateTimeField()


class History(_Answered):
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


class HistoryAnswer(_Reply):
    """Another party's yes or no to a history."""

    history = models.ForeignKey(History, on_delete=models.CASCADE, related_name="answers", db_constraint=False)


class EvaluationReport(Folded):
    """An evaluation report that a party issued. `actor` is the pseudonym of who did; the files are NULL once erased."""

    agreement = models.CharField(max_length=64, db_index=True)
    exercise = models.BooleanField()
    agency = models.CharField(max_length=64)
    office = models.CharField(max_length=64, default="")
    actor = models.CharField(max_length=32, default="")
    acting = models.BooleanField(default=False)
    issued_at = models.DateTimeField()
    period = models.CharField(max_length=48)
    whole = models.BooleanField()
    number = models.PositiveIntegerField()
    year = models.PositiveSmallIntegerField()
    written = models.CharField(max_length=rules.LONGEST_WRITTEN)
    pdf_hash = models.CharField(max_length=64)
    docx_hash = models.CharField(max_length=64)
    pdf = models.BinaryField(null=True)
    docx = models.BinaryField(null=True)


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


class Answer(_Reply):
    """One party's yes or no to a list or to a statement; exactly one of the two is named."""

    about_list = models.ForeignKey(
        ObligationList, null=True, on_delete=models.CASCADE, related_name="answers", db_constraint=False
    )
    about_statement = models.ForeignKey(
        Statement, null=True, on_delete=models.CASCADE, related_name="answers", db_constraint=False
    )


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


class OfficeTemplate(models.Model):
    """A template that an office keeps for its own drafts. No fact: nobody else sees it before it becomes a draft.

    `articles` are {title, text, scope} in order, `items` those of `template.Draft`. `version` counts its changes.
    """

    name = models.CharField(max_length=120)
    scopes = models.JSONField()
    articles = models.JSONField()
    items_json = models.JSONField()
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField()
    office = models.CharField(max_length=64, default="")
    retired_at = models.DateTimeField(null=True)
