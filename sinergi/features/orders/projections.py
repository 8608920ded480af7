"""What facts about orders change. Orders and intelligence stay in the internal log; only rosters are told."""

from __future__ import annotations

from datetime import datetime

import msgspec

from sinergi.documents.series import written_number
from sinergi.features.orders import rules
from sinergi.features.orders.events import (
    IntelligenceAnnexed,
    IntelligenceText,
    LettersDrawn,
    OrderIssued,
    OrderRevoked,
    OrderText,
    RosterStated,
    RosterText,
    RosterWithdrawn,
    WordsText,
)
from sinergi.features.orders.models import Duty, DutyLetter, DutyOrder, Intelligence, Roster, RosterEntry
from sinergi.kernel.errors import Refused
from sinergi.kernel.instants import day_of
from sinergi.ledger import rows
from sinergi.ledger.catalog import Envelope, Ignored, folds, folds_text

INSIDE = "orders and intelligence of the police stay in their internal log"


@folds(OrderIssued)
def issued(event: OrderIssued, envelope: Envelope) -> None:
    """An order with its letters; those of the order it replaces go on or end."""
    _only_inside(envelope)
    if envelope.office != rules.SIGNER or envelope.actor is None:
        raise Ignored("only the Kapolres or the Plh signs an order")
    before = DutyOrder.every(key=event.replaces) if event.replaces else []
    if event.replaces and (not before or before[0].state != "in_force"):
        raise Ignored("the order it replaces is not in force")
    DutyOrder.insert(
        key=envelope.key,
        seq=envelope.seq,
        plan=event.plan,
        agency=envelope.agency,
        office=envelope.office,
        acting=envelope.acting,
        actor=envelope.actor.id,
        issued_at=envelope.at,
        leaf=envelope.leaf,
        is_own_key=bool(event.signature),
        replaces=event.replaces or "",
        in_exercise=event.exercise,
        replaced_by="",
        revocation="",
        drawn_files=0,
        drawn_digest="",
        **{
            name: getattr(event, name)
            for name in (
                *("year", "sprin", "sprin_written", "renpam", "renpam_written", "starts_at", "ends_at", "posts"),
                *("stations", "officers", "letters", "over", "digest"),
            )
        },
    )
    if event.replaces:
        for year, first, last in event.kept:
            DutyLetter.objects.filter(
                held_by=event.replaces, year=year, number__gte=first, number__lte=last, ended_at=None
            ).update(held_by=envelope.key)
        _end(event.replaces, envelope.at, envelope.key)
        DutyOrder.change({"key": event.replaces}, replaced_by=envelope.key, replaced_at=envelope.at)
    day = day_of(envelope.at)
    DutyLetter.objects.bulk_create(
        [
            DutyLetter(
                order=envelope.key,
                agency=envelope.agency,
                year=event.year,
                number=number,
                written=written_number(
                    event.pattern, number=number, day=day, regency=event.region, exercise=event.exercise
                ),
                in_exercise=event.exercise,
                code=rules.code_of(envelope.key, (event.year, number)),
                issued_at=envelope.at,
                held_by=envelope.key,
            )
            for number in range(event.first, event.first + event.letters)
        ],
        batch_size=500,
    )


@folds_text(OrderIssued)
def issued_text(text: OrderText | None, envelope: Envelope) -> None:
    """The words and the annex by name; gone once erased."""
    found = DutyOrder.objects.get(key=envelope.key)
    Duty.objects.filter(order=envelope.key).delete()
    if text is None or rules.digest_of(text) != found.digest:
        DutyOrder.objects.filter(key=envelope.key).update(activity=None, words=None)
        return
    fields = ("operation", "basis", "tasks", "situation", "phone")
    words = {name: getattr(text, name) for name in fields}
    DutyOrder.objects.filter(key=envelope.key).update(activity=text.activity, words=words)
    codes = {
        (year, number): code
        for year, number, code in DutyLetter.objects.filter(
            agency=envelope.agency, in_exercise=found.in_exercise, year__in={row.year for row in text.rows}
        ).values_list("year", "number", "code")
    }
    Duty.objects.bulk_create(Duty.of(text, order=envelope.key, codes=codes), batch_size=500)


@folds(IntelligenceAnnexed)
def intelligence(event: IntelligenceAnnexed, envelope: Envelope) -> None:
    """The annex that no partner ever sees."""
    _only_inside(envelope)
    if not DutyOrder.every(key=event.order):
        raise Ignored("no such order")
    Intelligence.insert(key=envelope.key, order=event.order)


@folds_text(IntelligenceAnnexed)
def intelligence_text(text: IntelligenceText | None, envelope: Envelope) -> None:
    """Its words; gone once erased."""
    Intelligence.change({"key": envelope.key}, words=text and text.words)


@folds(LettersDrawn)
def drawn(event: LettersDrawn, envelope: Envelope) -> None:
    """The files of an order are complete."""
    _only_inside(envelope)
    if not DutyOrder.every(key=event.order):
        raise Ignored("no such order")
    DutyOrder.change({"key": event.order}, drawn_files=event.files, drawn_digest=event.digest)


@folds(OrderRevoked)
def revoked(event: OrderRevoked, envelope: Envelope) -> None:
    """An order is taken back; its letters end."""
    _only_inside(envelope)
    if envelope.office != rules.SIGNER:
        raise Ignored("only the Kapolres or the Plh signs an order")
    found = DutyOrder.every(key=event.order)
    if not found or found[0].state != "in_force":
        raise Ignored("the order is not in force")
    DutyOrder.change({"key": event.order}, revoked_at=envelope.at, revocation=envelope.key)
    _end(event.order, envelope.at, envelope.key)


@folds_text(OrderRevoked)
def revoked_text(text: WordsText | None, envelope: Envelope) -> None:
    """Why."""
    DutyOrder.change({"revocation": envelope.key}, revoked_words=text and text.words)


@folds(RosterStated)
def roster(event: RosterStated, envelope: Envelope) -> None:
    """Who guards the stations of one commission."""
    if not envelope.agreement or rows.agency_kind(envelope.agency) != "police":
        raise Ignored(
            "only the police tell who guards, under an agreement",
            Refused("Daftar petugas hanya dikirim Polri di bawah perjanjian.", code="SPR-20"),
        )
    most = rules.MOST_OFFICERS
    if not (0 < event.stations <= 100 * most and 0 < event.officers <= most) or len(event.order) > 120:
        raise Ignored("its counts are of no roster")
    Roster.insert(
        key=envelope.key,
        agreement=envelope.agreement,
        agency=envelope.agency,
        exercise=envelope.exercise,
        seq=envelope.seq,
        stated_at=envelope.at,
        order=event.order,
        stations=event.stations,
        officers=event.officers,
        digest=event.digest[:64],
        is_readable=False,
    )


@folds_text(RosterStated)
def roster_rows(text: RosterText | None, envelope: Envelope) -> None:
    """Its rows; gone once erased. Rows that are not the ones the header tells are kept as evidence only."""
    found = Roster.objects.filter(key=envelope.key).first()
    if found is None:
        return
    found.rows.all().delete()
    readable = text is not None and rules.roster_agrees(text, digest=found.digest, stations=found.stations)
    if text is not None and readable:
        RosterEntry.objects.bulk_create(
            [RosterEntry(roster=found, region=row.station[:10], **msgspec.structs.asdict(row)) for row in text.rows],
            batch_size=500,
        )
    Roster.objects.filter(key=envelope.key).update(is_readable=readable)


@folds(RosterWithdrawn)
def roster_withdrawn(event: RosterWithdrawn, envelope: Envelope) -> None:
    """The roster counts no longer."""
    mine = Roster.every(key=event.roster, agreement=envelope.agreement)
    if not mine or mine[0].agency != envelope.agency:
        raise Ignored("the roster is not the author's")
    Roster.change({"key": event.roster}, withdrawn_at=envelope.at)


def _end(order: str, at: datetime, by: str) -> None:
    DutyLetter.objects.filter(held_by=order, ended_at=None).update(ended_at=at, ended_by=by)


def _only_inside(envelope: Envelope) -> None:
    if envelope.agreement:
        raise Ignored(INSIDE)
