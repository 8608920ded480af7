"""Facts under agreements whose parties want evidence for them: what lags, and what may not be built on yet.

The rule is `rules/evidence.py`; here it meets the facts and marks that this node holds.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec
from django.db.models import Max

from sinergi.features.agreement.events import EvidenceDemand
from sinergi.features.agreement.models import Agreement, EvidenceProposal
from sinergi.features.agreement.progress import wanted_evidence
from sinergi.features.agreement.rules import evidence
from sinergi.kernel.errors import Refused
from sinergi.ledger.catalog import before_stating
from sinergi.ledger.events import Event, references
from sinergi.ledger.grade import Grade
from sinergi.ledger.grades import NOTHING, grades
from sinergi.ledger.models import Cosignature, Entry, Log, Stamp
from sinergi.ledger.store import stated_at

# More would be a partner that has been away for weeks: one row says so as well as a thousand.
MOST = 200


class Lagging(msgspec.Struct, frozen=True):
    """A fact that has not the evidence its parties want, and how it stands."""

    entry: Entry
    lag: evidence.Lag


def lag_of(entry: Entry, grade: Grade, at: datetime) -> evidence.Lag | None:
    """How a fact stands against what the parties of its agreement want; None where they want nothing for it."""
    if entry.kind not in evidence.ACT_OF or entry.state != Entry.State.FOLDED:
        return None
    row = Agreement.objects.filter(agreement=entry.log.agreement).first()
    demand = evidence.demand_for(entry.kind, wanted_evidence(row)[1]) if row is not None else None
    return None if demand is None else evidence.judge(demand, grade, stated_at=stated_at(entry), at=at)


def lagging(agreements: Iterable[str], at: datetime) -> list[Lagging]:
    """The facts of these agreements that have not the evidence wanted for them, oldest first."""
    asked = EvidenceProposal.objects.filter(agreement__in=list(agreements)).values("agreement")
    found = []
    for row in Agreement.objects.filter(agreement__in=asked).order_by("key"):
        for demand in wanted_evidence(row)[1]:
            for entry in _candidates(row.agreement, demand):
                found.append((entry, demand))
    known = grades(entry.key for entry, _demand in found)
    told = [
        Lagging(entry, evidence.judge(demand, known.get(entry.key, NOTHING), stated_at=stated_at(entry), at=at))
        for entry, demand in found
    ]
    return sorted((one for one in told if one.lag.state != "met"), key=lambda one: (one.lag.until, one.entry.pk))


def _candidates(agreement: str, demand: EvidenceDemand) -> list[Entry]:
    """Facts that a demand speaks of and that somebody it needs has not signed as far as them."""
    found: list[Entry] = []
    for log in Log.objects.filter(agreement=agreement, frozen="").order_by("pk"):
        rows = Cosignature.objects.filter(log=log).exclude(agency=log.agency)
        sizes = dict(rows.order_by().values_list("use").annotate(Max("size")))
        reached = min(sizes.get(use, 0) for use in ("mirror", "witness")[: evidence.STEP[demand.grade] - 1])
        if demand.grade == "stamped":
            reached = min(reached, Stamp.objects.filter(log=log).aggregate(Max("size"))["size__max"] or 0)
        kinds = evidence.ACTS[demand.act]
        late = Entry.objects.filter(log=log, seq__gte=reached, kind__in=kinds, state=Entry.State.FOLDED)
        found += late.select_related("log").order_by("seq")[:MOST]
    return found


@before_stating
def refuse_on_unbound(agreement: str, event: Event) -> None:
    """Nothing is built on a fact that by agreement binds only once it has its evidence, but what takes it back."""
    named = references(event)
    if not named or event.kind.startswith(("agreement.", "negotiation.")) or "withdrawn" in event.kind:
        return
    row = Agreement.objects.filter(agreement=agreement).first()
    demands = [one for one in wanted_evidence(row)[1] if one.binds] if row is not None else []
    wanted = Entry.objects.filter(key__in=named if demands else (), kind__in=evidence.ACT_OF).order_by("pk")
    for key, kind in wanted.values_list("key", "kind"):
        demand = evidence.demand_for(kind, demands)
        # A correction names what it corrects.
        if demand is not None and kind != event.kind and grades([key])[key].steps < evidence.STEP[demand.grade]:
            raise Refused(
                "Yang mendahuluinya belum mengikat: para pihak sepakat buktinya harus lebih kuat dahulu. "
                "Keadaannya ada di Siapa punya apa.",
                code="PKS-113",
            )
