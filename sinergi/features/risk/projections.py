"""What facts about vulnerability change. A fact its speaker does not own is ignored."""

from __future__ import annotations

from sinergi.features.risk import rules
from sinergi.features.risk.events import ClassesSet, ClassesText, PlacesScored, ScoresText
from sinergi.features.risk.models import ClassDecision, Score, ScoreSheet, StationClass
from sinergi.ledger import rows
from sinergi.ledger.catalog import Envelope, Ignored, folds, folds_text

_COUNTS = ("low", "medium", "high", "special")


@folds(PlacesScored)
def scored(event: PlacesScored, envelope: Envelope) -> None:
    """The sheet. A commission scores under an agreement, the police in their internal log."""
    author = rows.agency(envelope.agency)
    if author is None or (author.kind, bool(envelope.agreement)) not in (("kpu", True), ("police", False)):
        raise Ignored("scores of a commission are told under an agreement, those of the police stay internal")
    _refuse_counts([event.places, event.indicators], event.digest)
    ScoreSheet.insert(
        key=envelope.key,
        agreement=envelope.agreement,
        author=envelope.agency,
        seq=envelope.seq,
        instrument=event.instrument[:60],
        places=event.places,
        digest=event.digest,
        indicators=event.indicators,
        stated_at=envelope.at,
        exercise=envelope.exercise,
    )


@folds_text(PlacesScored)
def scored_rows(text: ScoresText | None, envelope: Envelope) -> None:
    """The values; gone once erased. Rows that are not the ones the header counts are kept as evidence only."""
    sheet = ScoreSheet.objects.get(key=envelope.key)
    sheet.rows.all().delete()
    said = [] if text is None else text.rows
    author = rows.agency(envelope.agency)
    stated = PlacesScored(
        instrument=sheet.instrument, places=sheet.places, indicators=sheet.indicators, digest=sheet.digest
    )
    readable = author is not None and rules.scores_agree(said, stated=stated, region=author.region)
    if readable:
        Score.objects.bulk_create(
            [Score(sheet=sheet, place=row.place, values=row.values) for row in said], batch_size=500
        )
    ScoreSheet.objects.filter(key=envelope.key).update(is_readable=readable)


@folds(ClassesSet)
def classified(event: ClassesSet, envelope: Envelope) -> None:
    """The decision of an official of the police."""
    author = rows.agency(envelope.agency)
    if author is None or author.kind != "police" or not envelope.agreement:
        raise Ignored("only the police set classes, under an agreement")
    _refuse_counts([getattr(event, name) for name in _COUNTS], event.digest)
    ClassDecision.insert(
        key=envelope.key,
        agreement=envelope.agreement,
        author=envelope.agency,
        seq=envelope.seq,
        low=event.low,
        medium=event.medium,
        high=event.high,
        special=event.special,
        digest=event.digest,
        set_at=envelope.at,
        office=envelope.office,
        exercise=envelope.exercise,
    )


@folds_text(ClassesSet)
def classified_rows(text: ClassesText | None, envelope: Envelope) -> None:
    """Class and reason of each station; gone once erased."""
    decision = ClassDecision.objects.get(key=envelope.key)
    decision.rows.all().delete()
    said = [] if text is None else text.rows
    stated = ClassesSet(**{name: getattr(decision, name) for name in _COUNTS}, digest=decision.digest)
    author = rows.agency(envelope.agency)
    readable = author is not None and rules.classes_agree(said, stated=stated, region=author.region)
    if readable:
        StationClass.objects.bulk_create(
            [StationClass(decision=decision, code=row.code, level=row.level, reason=row.reason[:300]) for row in said],
            batch_size=500,
        )
    ClassDecision.objects.filter(key=envelope.key).update(
        is_readable=readable, set_by=text.set_by[:200] if text and readable else None
    )


def _refuse_counts(counts: list[int], digest: str) -> None:
    """Also what one database would hold and another not, so that every node judges alike."""
    if not all(0 <= count <= rules.MOST_PLACES for count in counts) or len(digest) > 64:
        raise Ignored("its counts are of no list of places")
