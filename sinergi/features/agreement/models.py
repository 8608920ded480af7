"""The agreement as its parties' facts describe it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from functools import cached_property
from typing import ClassVar

import msgspec
from django.db import models

from sinergi.features.agreement import rules
from sinergi.kernel.instants import day_of
from sinergi.kernel.once import once
from sinergi.ledger import rows
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
    # Drafted here: the terms are of the revision `revision`, which every party signed where `signed`.
    drafted = models.BooleanField(default=False)
    revision = models.CharField(max_length=26, default="")
    signed = models.BooleanField(default=False)
    # Obligations signed with it or with an addendum, in order: {key of the revision, counts_from, items, titles}.
    obligations = models.JSONField(default=list)
    # What every party agreed to, in order: {key, change, from_on, ends_on}.
    changes = models.JSONField(default=list)

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
        """Agencies that stand behind it: the founder and all that confirmed, or all that signed."""
        if self.drafted:
            return self.party_ids if self.signed else []
        return [self.parties[0], *(said.agency for said in self.said if said.confirmed_at is not None)]

    @property
    def left_ids(self) -> list[str]:
        """Agencies that have ended it for themselves."""
        return [said.agency for said in self.said if said.left_at is not None]

    @property
    def state(self) -> rules.State:
        """waiting, in_force or ended."""
        return rules.state(self)

    @cached_property
    def zone(self) -> str:
        """WIB, WITA or WIT, in which its days end."""
        return rows.zones().get(self.agreement, "WIB")

    def day_on(self, on: date) -> date:
        """The day itself; a moment is the day that it is in the agreement's zone."""
        return day_of(on, self.zone) if isinstance(on, datetime) else on

    def standing_on(self, on: date) -> rules.Standing:
        """How it stands on that day or at that moment, its term considered."""
        return rules.standing(
            self.state,
            starts_on=self.starts_on,
            ends_on=self.ends_on,
            on=self.day_on(on),
            changes=self.agreed_changes,
        )

    @property
    def agreed_changes(self) -> list[rules.AgreedChange]:
        """Extensions, suspensions, resumptions and the end that every party agreed to, in order."""
        return msgspec.convert(self.changes, list[rules.AgreedChange])

    @property
    def last_day(self) -> date:
        """The last day of its term, extensions considered."""
        return rules.last_day(self.ends_on, self.agreed_changes)


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


def with_said(found: Iterable[Agreement]) -> list[Agreement]:
    """These agreements with what each party said of them, asked once for all."""
    known, said = list(found), dict[str, list[Standing]]()
    for one in _standings() if len(known) > 1 else Standing.every(agreement_id=known[0].agreement) if known else []:
        said.setdefault(one.agreement_id, []).append(one)
    for row in known:
        row.said = said.get(row.agreement, [])
    return known


@once
def _standings() -> list[Standing]:
    """What parties said of every agreement this node knows; a row or two for each."""
    return Standing.every()


class Revision(Folded):
    """One proposed text of an agreement, or of an addendum to it. Texts are NULL once erased.

    `digest` is what its signatures are made over. `is_whole`: the words are here, and are those that `words` names.
    """

    agreement = models.CharField(max_length=64, db_index=True)
    exercise = models.BooleanField()
    agency = models.CharField(max_length=64)
    office = models.CharField(max_length=64, default="")
    acting = models.BooleanField(default=False)
    proposed_at = models.DateTimeField()
    predecessors = models.JSONField()
    amends = models.CharField(max_length=26, default="")
    digest = models.CharField(max_length=64)
    terms = models.JSONField()
    is_whole = models.BooleanField(default=False)
    article_texts = models.JSONField(null=True)
    signers = models.JSONField(null=True)
    remark = models.TextField(null=True)
    obligation_titles = models.JSONField(null=True)  # by code


class Comment(Folded):
    """What a party said about one article of a revision; 0 is the whole. `words` is NULL once erased."""

    agreement = models.CharField(max_length=64, db_index=True)
    revision = models.CharField(max_length=26)
    article = models.PositiveSmallIntegerField()
    agency = models.CharField(max_length=64)
    office = models.CharField(max_length=64, default="")
    acting = models.BooleanField(default=False)
    said_at = models.DateTimeField()
    words = models.TextField(null=True)


class RevisionAnswer(Folded):
    """One party's yes or no to a revision."""

    agreement = models.CharField(max_length=64, db_index=True)
    revision = models.CharField(max_length=26)
    agency = models.CharField(max_length=64)
    office = models.CharField(max_length=64, default="")
    acting = models.BooleanField(default=False)
    agrees = models.BooleanField()
    answered_at = models.DateTimeField()
    words = models.TextField(null=True)


class GatePassage(Folded):
    """A party took a revision through one step before signing; the paper is bound by its hash.

    `replaces`: the record whose wrong paper this one stands for, empty where it is the first.
    """

    agreement = models.CharField(max_length=64, db_index=True)
    revision = models.CharField(max_length=26)
    agency = models.CharField(max_length=64)
    office = models.CharField(max_length=64, default="")
    acting = models.BooleanField(default=False)
    gate = models.CharField(max_length=20)
    number = models.CharField(max_length=rules.LONGEST_NUMBER)
    dated = models.DateField()
    document = models.CharField(max_length=64)
    document_size = models.BigIntegerField()
    passed_at = models.DateTimeField()
    replaces = models.CharField(max_length=26, default="")


class Signature(Folded):
    """One party's signature over one revision."""

    agreement = models.CharField(max_length=64, db_index=True)
    revision = models.CharField(max_length=26)
    agency = models.CharField(max_length=64)
    office = models.CharField(max_length=64, default="")
    acting = models.BooleanField(default=False)
    signed_at = models.DateTimeField()
    signer = models.CharField(max_length=26, default="")
    place = models.CharField(max_length=rules.LONGEST_PLACE, default="")
    signed_on = models.DateField(null=True)
    signature = models.TextField(default="")  # base64url, as the device gave it


class NamedSigner(Folded):
    """An official whom an agency named to sign for it; `name` is NULL once erased."""

    agreement = models.CharField(max_length=64, db_index=True)
    agency = models.CharField(max_length=64)
    official = models.CharField(max_length=64)
    office = models.CharField(max_length=64)
    acting = models.BooleanField(default=False)
    host = models.CharField(max_length=253)
    public = models.TextField()
    from_at = models.DateTimeField()
    until_at = models.DateTimeField(null=True)
    named_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    name = models.TextField(null=True)
    identity_number = models.TextField(null=True)

    @property
    def revoked(self) -> bool:
        """Whether the agency took the key back."""
        return self.revoked_at is not None


class Paper(Folded):
    """A file that a party keeps as the signed text of a revision, by its hash."""

    agreement = models.CharField(max_length=64, db_index=True)
    revision = models.CharField(max_length=26)
    agency = models.CharField(max_length=64)
    office = models.CharField(max_length=64, default="")
    acting = models.BooleanField(default=False)
    paper = models.CharField(max_length=12)
    document = models.CharField(max_length=64)
    size = models.BigIntegerField()
    bound_at = models.DateTimeField()


class Change(Folded):
    """A proposed extension, suspension, resumption or end."""

    agreement = models.CharField(max_length=64, db_index=True)
    agency = models.CharField(max_length=64)
    office = models.CharField(max_length=64, default="")
    acting = models.BooleanField(default=False)
    proposed_at = models.DateTimeField()
    what = models.CharField(max_length=12)
    from_on = models.DateField()
    ends_on = models.DateField(null=True)
    after = models.CharField(max_length=26, default="")
    words = models.TextField(null=True)


class EvidenceProposal(Folded):
    """Which evidence a party proposed to want for which facts."""

    agreement = models.CharField(max_length=64, db_index=True)
    agency = models.CharField(max_length=64)
    office = models.CharField(max_length=64, default="")
    acting = models.BooleanField(default=False)
    proposed_at = models.DateTimeField()
    demands = models.JSONField(default=list)
    after = models.CharField(max_length=26, default="")
    words = models.TextField(null=True)


class Dispute(Folded):
    """A disagreement about one article, before the working group since `raised_on`."""

    agreement = models.CharField(max_length=64, db_index=True)
    agency = models.CharField(max_length=64)
    office = models.CharField(max_length=64, default="")
    acting = models.BooleanField(default=False)
    raised_at = models.DateTimeField()
    article = models.PositiveSmallIntegerField()
    raised_on = models.DateField()
    words = models.TextField(null=True)


class DisputeStep(Folded):
    """A party took a dispute to the next step."""

    agreement = models.CharField(max_length=64)
    dispute = models.CharField(max_length=26, db_index=True)
    agency = models.CharField(max_length=64)
    office = models.CharField(max_length=64, default="")
    acting = models.BooleanField(default=False)
    step = models.CharField(max_length=16)
    moved_on = models.DateField()
    moved_at = models.DateTimeField()


class Settlement(Folded):
    """How a dispute ends, as one party wrote it down."""

    agreement = models.CharField(max_length=64)
    dispute = models.CharField(max_length=26, db_index=True)
    agency = models.CharField(max_length=64)
    office = models.CharField(max_length=64, default="")
    acting = models.BooleanField(default=False)
    settled_on = models.DateField()
    proposed_at = models.DateTimeField()
    words = models.TextField(null=True)


class MatterAnswer(Folded):
    """One party's yes or no to a change or a settlement."""

    agreement = models.CharField(max_length=64, db_index=True)
    about = models.CharField(max_length=26)
    agency = models.CharField(max_length=64)
    office = models.CharField(max_length=64, default="")
    acting = models.BooleanField(default=False)
    agrees = models.BooleanField()
    answered_at = models.DateTimeField()
    words = models.TextField(null=True)
