"""What a breach, a step and a notice change. The first two only in the office's own internal log."""

from __future__ import annotations

from sinergi.features.breaches import rules
from sinergi.features.breaches.events import BreachNoted, BreachStepTaken, BreachText, BreachTold, StepText
from sinergi.features.breaches.models import Breach, BreachNotice, BreachStep
from sinergi.kernel.words import paragraphs
from sinergi.ledger.catalog import Envelope, Ignored, folds, folds_text


@folds(BreachNoted)
def noted(event: BreachNoted, envelope: Envelope) -> None:
    """A breach of this office."""
    _only_inside(envelope)
    Breach.insert(
        key=envelope.key,
        office=envelope.office,
        noted_at=envelope.at,
        known_at=event.known_at,
        data_json=event.data,
        people=_people(event.people),
    )


@folds_text(BreachNoted)
def breach_words(text: BreachText | None, envelope: Envelope) -> None:
    """What got out, and how."""
    Breach.change({"key": envelope.key}, what=text and _cut(text.what), how=text and _cut(text.how))


@folds(BreachStepTaken)
def step_taken(event: BreachStepTaken, envelope: Envelope) -> None:
    """A step against a breach of this office."""
    _only_inside(envelope)
    BreachStep.insert(
        key=envelope.key,
        breach=event.breach,
        office=envelope.office,
        step=event.step,
        taken_at=envelope.at,
        people=None if event.people is None else _people(event.people),
        letter=event.letter[: rules.LONGEST_LETTER],
    )


@folds_text(BreachStepTaken)
def step_words(text: StepText | None, envelope: Envelope) -> None:
    """What was done."""
    BreachStep.change({"key": envelope.key}, words=text and _cut(text.words))


@folds(BreachTold)
def told(event: BreachTold, envelope: Envelope) -> None:
    """A party's notice to the others; about its own office's breach only, under an agreement only."""
    if not envelope.agreement:
        raise Ignored("a notice to partners stands under their agreement")
    BreachNotice.insert(
        key=envelope.key,
        agreement=envelope.agreement,
        agency=envelope.agency,
        exercise=envelope.exercise,
        told_at=envelope.at,
        known_at=event.known_at,
        data_json=event.data,
        people=_people(event.people),
    )


@folds_text(BreachTold)
def notice_words(text: StepText | None, envelope: Envelope) -> None:
    """What the partner should know."""
    BreachNotice.change({"key": envelope.key}, words=text and _cut(text.words))


def _only_inside(envelope: Envelope) -> None:
    if envelope.agreement:
        raise Ignored("a breach is noted in the office's own internal log")


def _people(count: int) -> int:
    if not 0 <= count <= rules.MOST_PEOPLE:
        raise Ignored("so many people cannot be")
    return count


def _cut(words: str) -> str:
    return paragraphs(words)[: rules.LONGEST]
