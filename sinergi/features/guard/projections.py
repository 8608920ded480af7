"""What a kept plan changes. Only the office's own internal log may hold one."""

from __future__ import annotations

from sinergi.features.guard.events import PlanMade, PlanText
from sinergi.features.guard.models import Plan
from sinergi.ledger.catalog import Envelope, Ignored, folds, folds_text
from sinergi.ledger.events import facts_of


@folds(PlanMade)
def made(event: PlanMade, envelope: Envelope) -> None:
    """A plan."""
    if envelope.agreement:
        raise Ignored("plans of guards stay in the internal log of the police")
    Plan.insert(key=envelope.key, seq=envelope.seq, made_at=envelope.at, office=envelope.office, **facts_of(event))


@folds_text(PlanMade)
def made_text(text: PlanText | None, envelope: Envelope) -> None:
    """Its name and files; gone once erased."""
    Plan.objects.filter(key=envelope.key).update(name=text and text.name, files=text and text.files)
