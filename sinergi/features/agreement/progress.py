"""How a negotiation, proposed changes and disputes stand, read from the tables folded from everybody's facts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from functools import cached_property
from typing import Any, TypeVar

import msgspec

from sinergi.features.agreement.events import EvidenceDemand
from sinergi.features.agreement.models import (
    Agreement,
    Change,
    Comment,
    Dispute,
    DisputeStep,
    EvidenceProposal,
    GatePassage,
    MatterAnswer,
    Revision,
    RevisionAnswer,
    Settlement,
    Signature,
)
from sinergi.features.agreement.rules import lifecycle, negotiation
from sinergi.features.agreement.rules.revisions import Lacks, lacks, open_heads
from sinergi.kernel.once import once_each
from sinergi.kernel.succession import holding
from sinergi.ledger import rows

Told = TypeVar("Told", Revision, Change, Dispute, Settlement, EvidenceProposal)


def _told(table: type[Told], order: Callable[[Told], Any]) -> Callable[[Iterable[str]], dict[str, list[Told]]]:
    """What parties told of each of some agreements, in an order, asked once for all of them."""

    @once_each
    def told(agreements: list[str]) -> dict[str, list[Told]]:
        return {agreement: sorted(found, key=order) for agreement, found in table.under(agreements).items()}

    return told


_revisions = _told(Revision, lambda one: (one.proposed_at, one.key))
_changes = _told(Change, lambda one: (one.proposed_at, one.key))
_evidence = _told(EvidenceProposal, lambda one: (one.proposed_at, one.key))
_disputes = _told(Dispute, lambda one: (one.raised_at, one.key))
_settlements = _told(Settlement, lambda one: (one.proposed_at, one.key))


def ask_beforehand(known: Iterable[Agreement]) -> None:
    """Ask at once what is told of each of these agreements, for a reading that goes through all of them."""
    ids = [row.agreement for row in known]
    for question in (_revisions, _changes, _disputes, _settlements, _evidence):
        question(ids)


class Negotiation:
    """One text under negotiation: the agreement itself, or with `addendum` what would change the one in force."""

    def __init__(self, row: Agreement, *, addendum: bool = False) -> None:
        self.row = row
        self.amends = (row.revision or row.key) if addendum else ""
        self._all = _revisions([row.agreement])[row.agreement]

    @cached_property
    def revisions(self) -> list[Revision]:
        """Its texts, oldest first."""
        return [one for one in self._all if one.amends == self.amends]

    @cached_property
    def heads(self) -> list[str]:
        """The open ones: none once the agreement is in force, more than one where they were proposed apart."""
        if not self.amends and self.row.signed:
            return []
        return open_heads(self._all, self.amends)

    @property
    def open_revisions(self) -> list[Revision]:
        """The open ones as rows, oldest first."""
        return [one for one in self.revisions if one.key in self.heads]

    def number(self, key: str) -> int:
        """Which text this is, counted from the first."""
        return 1 + [one.key for one in self.revisions].index(key)

    def agreed(self, key: str) -> list[str]:
        """Agencies that agreed to its words; who proposed it does not say so again."""
        return [said.agency for said in self.answers if said.revision == key and said.agrees]

    def returned(self, key: str) -> list[str]:
        """Agencies that sent it back."""
        return [said.agency for said in self.answers if said.revision == key and not said.agrees]

    def passages(self, key: str) -> list[GatePassage]:
        """The steps before signing that were taken with it, each with the paper that shows it now."""
        wrong = {one.replaces for one in self._passages}
        return [one for one in self._passages if one.revision == key and one.key not in wrong]

    def replaced(self, passage: GatePassage) -> list[GatePassage]:
        """The wrong papers that this one stands for, newest first."""
        known, found = {one.key: one for one in self._passages}, []
        while (wrong := known.get(passage.replaces)) is not None:
            found.append(wrong)
            passage = wrong
        return found

    def signed_by(self, key: str) -> list[str]:
        """Agencies that signed it."""
        return [one.agency for one in self._signatures if one.revision == key]

    def lacks(self, revision: Revision) -> Lacks:
        """What it lacks before it can be signed."""
        return lacks(
            revision,
            heads=self.heads,
            kinds={party: rows.agency_kind(party) for party in self.row.party_ids},
            agreed=self.agreed(revision.key),
            returned=self.returned(revision.key),
            passed={(one.agency, one.gate) for one in self.passages(revision.key)},
        )

    @cached_property
    def answers(self) -> list[RevisionAnswer]:
        """What parties answered to any of its texts."""
        return list(RevisionAnswer.objects.filter(agreement=self.row.agreement).order_by("answered_at", "key"))

    @cached_property
    def comments(self) -> list[Comment]:
        """What parties said about articles, oldest first."""
        return list(Comment.objects.filter(agreement=self.row.agreement).order_by("said_at", "key"))

    @cached_property
    def _passages(self) -> list[GatePassage]:
        return list(GatePassage.objects.filter(agreement=self.row.agreement).order_by("passed_at", "key"))

    @cached_property
    def _signatures(self) -> list[Signature]:
        return list(Signature.objects.filter(agreement=self.row.agreement).order_by("signed_at", "key"))


def refuse_unready(revision: Revision, *, agency: str, on: date) -> None:
    """Raise Refused unless `agency` may sign `revision` on the day `on`."""
    found = Negotiation(Agreement.objects.get(agreement=revision.agreement), addendum=bool(revision.amends))
    negotiation.may_sign(
        revision,
        agreement=found.row,
        standing=found.row.standing_on(on),
        lack=found.lacks(revision),
        agency=agency,
        signed=found.signed_by(revision.key),
    )


class Proposed(msgspec.Struct, frozen=True, kw_only=True):
    """A change, a settlement or wanted evidence, and who agreed to it or refused it."""

    matter: Change | Settlement | EvidenceProposal
    agreed: tuple[str, ...]
    refused: tuple[str, ...]

    def awaited(self, parties: list[str]) -> list[str]:
        """The agencies that have not answered."""
        return [party for party in parties if party not in {self.matter.agency, *self.agreed, *self.refused}]


def open_changes(row: Agreement) -> list[Change]:
    """Proposed changes that follow what holds and that nobody has refused nor everybody agreed to, oldest first."""
    held = [change.key for change in row.agreed_changes]
    after = held[-1] if held else ""
    found = [one for one in _changes([row.agreement])[row.agreement] if one.after == after]
    return [one for one in found if one.key not in held and not proposed(row, one).refused]


def wanted_evidence(row: Agreement) -> tuple[str, list[EvidenceDemand]]:
    """What evidence every party agreed to want, and the proposal that says so; ("", []) where there is none."""
    found = {one.key: one for one in _evidence([row.agreement])[row.agreement]}
    if not found:
        return "", []
    everybody = set(row.party_ids)
    told = {key: proposed(row, one) for key, one in found.items()}
    complete = [(key, one.after) for key, one in found.items() if everybody <= {one.agency, *told[key].agreed}]
    chain = holding(complete)[0]
    return (chain[-1], msgspec.convert(found[chain[-1]].demands, list[EvidenceDemand])) if chain else ("", [])


def open_evidence(row: Agreement) -> list[EvidenceProposal]:
    """Proposals of evidence that follow what holds and that nobody has refused, oldest first."""
    held = wanted_evidence(row)[0]
    found = [one for one in _evidence([row.agreement])[row.agreement] if one.after == held]
    return [one for one in found if not proposed(row, one).refused]


def proposed(row: Agreement, matter: Change | Settlement | EvidenceProposal) -> Proposed:
    """A change, a settlement or wanted evidence with the answers to it."""
    said = MatterAnswer.objects.filter(agreement=row.agreement, about=matter.key).order_by("answered_at", "key")
    answers = list(said)
    return Proposed(
        matter=matter,
        agreed=tuple(one.agency for one in answers if one.agrees),
        refused=tuple(one.agency for one in answers if not one.agrees),
    )


class Disputes:
    """The disputes under one agreement."""

    def __init__(self, row: Agreement) -> None:
        self.row = row
        self.all = _disputes([row.agreement])[row.agreement]
        self.settlements = [proposed(row, one) for one in _settlements([row.agreement])[row.agreement]]

    @cached_property
    def _steps(self) -> list[DisputeStep]:
        return list(DisputeStep.objects.filter(agreement=self.row.agreement).order_by("moved_on", "key"))

    def settled(self, dispute: str) -> Settlement | None:
        """How it was settled: what every party agreed to, of several the one with the smallest key."""
        everybody = set(self.row.party_ids)
        complete = [
            one.matter
            for one in self.settlements
            if isinstance(one.matter, Settlement)
            and one.matter.dispute == dispute
            and everybody <= {one.matter.agency, *one.agreed}
        ]
        return min(complete, key=lambda one: one.key, default=None)

    def is_settled(self, dispute: str) -> bool:
        """Whether every party agreed how it ends."""
        return self.settled(dispute) is not None

    def waiting(self, dispute: str) -> list[Proposed]:
        """Settlements that nobody has refused, while none holds."""
        if self.is_settled(dispute):
            return []
        return [
            one
            for one in self.settlements
            if isinstance(one.matter, Settlement) and one.matter.dispute == dispute and not one.refused
        ]

    def days(self, dispute: Dispute) -> dict[lifecycle.Step, date]:
        """On which day it reached each step: of two who took the same step, the earlier one counts."""
        reached: dict[lifecycle.Step, date] = {"working_group": dispute.raised_on}
        for step in self._steps:
            if step.dispute == dispute.key:
                reached.setdefault(step.step, step.moved_on)  # type: ignore[arg-type]
        return reached

    def reached(self, dispute: Dispute) -> tuple[str, lifecycle.Step, date]:
        """The record by which it reached its present step, that step, and since when."""
        days = self.days(dispute)
        step = next(step for step in reversed(lifecycle.STEPS) if step in days)
        record = next((one.key for one in self._steps if one.dispute == dispute.key and one.step == step), dispute.key)
        return record, step, days[step]
