"""Voter-data updates, what the police answered, and contact lists."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import ClassVar

import msgspec
from django.db import models

from sinergi.features.standing_duties import rules
from sinergi.features.standing_duties.events import Contact, DistrictCounts
from sinergi.ledger.models import Folded


class VoterUpdate(Folded):
    """What a commission said about one quarter; of several the one furthest along its log counts."""

    agreement = models.CharField(max_length=64)
    agency = models.CharField(max_length=64)
    exercise = models.BooleanField()
    seq = models.BigIntegerField()
    stated_at = models.DateTimeField()
    year = models.PositiveSmallIntegerField()
    quarter = models.PositiveSmallIntegerField()
    new = models.PositiveIntegerField()
    gone = models.PositiveIntegerField()
    changed = models.PositiveIntegerField()
    letter_number = models.CharField(max_length=100)
    letter_dated = models.DateField()
    letter = models.CharField(max_length=64)
    letter_size = models.PositiveIntegerField()
    districts_json = models.JSONField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["agreement", "year", "quarter"], name="update_quarter")]

    def districts(self) -> list[DistrictCounts]:
        """The counts per district, as they were told."""
        return msgspec.convert(self.districts_json, list[DistrictCounts])


class MemberChanges(Folded):
    """The police's answer to an update; of several the one furthest along their log counts."""

    update = models.CharField(max_length=26, db_index=True)
    agreement = models.CharField(max_length=64)
    agency = models.CharField(max_length=64)
    seq = models.BigIntegerField()
    stated_at = models.DateTimeField()
    joined = models.PositiveIntegerField()
    left = models.PositiveIntegerField()
    letter_number = models.CharField(max_length=100)
    letter_dated = models.DateField()


class ContactList(Folded):
    """An office's contacts; of several the one furthest along its log counts. Rows are NULL once erased or not here."""

    agreement = models.CharField(max_length=64, db_index=True)
    agency = models.CharField(max_length=64)
    exercise = models.BooleanField()
    seq = models.BigIntegerField()
    stated_at = models.DateTimeField()
    count = models.PositiveSmallIntegerField()
    rows_json = models.JSONField(null=True)

    def rows(self) -> list[Contact] | None:
        """The contacts, None where they are not here."""
        return None if self.rows_json is None else msgspec.convert(self.rows_json, list[Contact])


class TrainingSession(Folded):
    """A joint training session as it was proposed. Words are NULL once erased or not here."""

    agreement = models.CharField(max_length=64, db_index=True)
    agency = models.CharField(max_length=64)
    exercise = models.BooleanField()
    stated_at = models.DateTimeField()
    on = models.DateField()
    people = models.PositiveIntegerField()
    arranger = models.CharField(max_length=64)
    topic = models.TextField(null=True)
    place = models.TextField(null=True)

    @property
    def said(self) -> list[tuple[str, bool]]:
        """(agency, whether it agrees), the last word of each; a day agreed on is a yes to the session too."""
        words = [(one.seq, one.key, one.agency, one.agrees) for one in self.answers.all()]
        for move in self.moved:
            if not rules.is_agreed(move):
                continue
            words.append((move.seq, move.key, move.agency, True))
            words += [(one.seq, one.key, one.agency, True) for one in move.answers.all() if one.agrees]
        # Nobody says yes to the own session; the author's no takes it back.
        words = [word for word in words if word[2:] != (self.agency, True)]
        return _last(words)

    @property
    def moved(self) -> list[SessionMove]:
        """Every other day that was proposed, oldest first."""
        return sorted(self.moves.all(), key=lambda one: (one.step, one.key))

    @property
    def day(self) -> date:
        """The day on which it is (rules.day_of_session)."""
        return rules.day_of_session(self)

    @property
    def report(self) -> SessionReport | None:
        """The report that counts: the arranger's last, else the other's."""
        found = sorted(self.reports.all(), key=lambda one: (one.agency == self.arranger, one.agency, one.seq, one.key))
        return found[-1] if found else None

    @property
    def is_held(self) -> bool:
        """Whether somebody reported that it was held."""
        return bool(self.reports.all())

    @property
    def state(self) -> rules.SessionState:
        """Where it stands (rules.session_state)."""
        return rules.session_state(self)


class SessionAnswer(Folded):
    """A party's word about a session."""

    session = models.ForeignKey(TrainingSession, models.CASCADE, related_name="answers", db_constraint=False)
    agency = models.CharField(max_length=64)
    seq = models.BigIntegerField()
    agrees = models.BooleanField()


class SessionMove(Folded):
    """A party's proposal of another day."""

    session = models.ForeignKey(TrainingSession, models.CASCADE, related_name="moves", db_constraint=False)
    agency = models.CharField(max_length=64)
    seq = models.BigIntegerField()
    on = models.DateField()
    step = models.PositiveIntegerField()

    @property
    def said(self) -> list[tuple[str, bool]]:
        """(agency, whether it agrees), the last word of each."""
        return _last((one.seq, one.key, one.agency, one.agrees) for one in self.answers.all())


class SessionMoveAnswer(Folded):
    """A party's word about another day."""

    move = models.ForeignKey(SessionMove, models.CASCADE, related_name="answers", db_constraint=False)
    agency = models.CharField(max_length=64)
    seq = models.BigIntegerField()
    agrees = models.BooleanField()


class SessionReport(Folded):
    """How many came."""

    session = models.ForeignKey(TrainingSession, models.CASCADE, related_name="reports", db_constraint=False)
    agency = models.CharField(max_length=64)
    seq = models.BigIntegerField()
    held_on = models.DateField()
    commission = models.PositiveIntegerField()
    police = models.PositiveIntegerField()


def _last(words: Iterable[tuple[int, str, str, bool]]) -> list[tuple[str, bool]]:
    """The last word of each agency, by the order of its own log: of (seq, key, agency, whether it agrees)."""
    return list({agency: agrees for _seq, _key, agency, agrees in sorted(words)}.items())
