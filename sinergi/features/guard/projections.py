"""What a kept plan changes. Only the office's own internal log may hold one."""

from __future__ import annotations

from sinergi.features.guard.events import OfficerOrdered, OrderText, PlanMade, PlanText
from sinergi.features.guard.models import Order, Plan
from sinergi.ledger.catalog import Envelope, Ignored, folds, folds_text
from sinergi.ledger.events import facts_of


@folds(PlanMade)
def made(event: PlanMade, envelope: Envelope) -> None:
    """A plan."""
    if envelope.agreement:
        raise Ignored("plans of guards stay in the internal log of the police")
    known = {"named": event.named, "pins": event.pins, "replaces": event.replaces}
    stated = facts_of(event) | known
    Plan.insert(key=envelope.key, seq=envelope.seq, made_at=envelope.at, office=envelope.office, **stated)


@folds_text(PlanMade)
def made_text(text: PlanText | None, envelope: Envelope) -> None:
    """Its name and files; gone once erased."""
    Plan.objects.filter(key=envelope.key).update(name=text and text.name, files=text and text.files)


@folds(OfficerOrdered)
def ordered(event: OfficerOrdered, envelope: Envelope) -> None:
    """An officer sent against a rule."""
    if envelope.agreement:
        raise Ignored("plans of guards stay in the internal log of the police")
    Order.insert(
        key=envelope.key,
        seq=envelope.seq,
        plan=event.plan,
        rule=event.rule,
        ordered_at=envelope.at,
        office=envelope.office,
    )


@folds_text(OfficerOrdered)
def ordered_text(text: OrderText | None, envelope: Envelope) -> None:
    """Who, where, why and by whom; gone once erased."""
    said = {name: text and getattr(text, name) for name in ("officer", "post", "reason", "ordered_by")}
    Order.objects.filter(key=envelope.key).update(**said)
