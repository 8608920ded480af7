"""What each of these facts changes."""

from __future__ import annotations

import msgspec

from sinergi.features.standing_duties import rules
from sinergi.features.standing_duties.events import (
    ContactsPublished,
    ContactsText,
    MemberChangesReported,
    SessionAnswered,
    SessionHeld,
    SessionMoveAnswered,
    SessionMoved,
    SessionProposed,
    SessionText,
    VoterUpdateReported,
)
from sinergi.features.standing_duties.models import (
    ContactList,
    MemberChanges,
    SessionAnswer,
    SessionMove,
    SessionMoveAnswer,
    SessionReport,
    TrainingSession,
    VoterUpdate,
)
from sinergi.kernel.instants import day_of
from sinergi.kernel.words import line
from sinergi.ledger import rows
from sinergi.ledger.catalog import Envelope, Ignored, folds, folds_text


@folds(VoterUpdateReported)
def update_reported(event: VoterUpdateReported, envelope: Envelope) -> None:
    """An update of one quarter; only a commission reports one."""
    author = rows.agency(envelope.agency)
    if author is None or author.kind != "kpu":
        raise Ignored("only a commission reports the voter-data update")
    if rules.update_flaw(event, author.region, day_of(envelope.at)):
        raise Ignored("it is no possible voter-data update")
    VoterUpdate.insert(
        key=envelope.key,
        agreement=envelope.agreement,
        agency=envelope.agency,
        exercise=envelope.exercise,
        seq=envelope.seq,
        stated_at=envelope.at,
        year=event.year,
        quarter=event.quarter,
        new=event.new,
        gone=event.gone,
        changed=event.changed,
        letter_number=event.letter_number,
        letter_dated=event.letter_dated,
        letter=event.letter,
        letter_size=event.letter_size,
        districts_json=msgspec.to_builtins(event.districts),
    )


@folds(MemberChangesReported)
def members_reported(event: MemberChangesReported, envelope: Envelope) -> None:
    """The police's answer to an update under the same agreement."""
    author = rows.agency(envelope.agency)
    if author is None or author.kind != "police":
        raise Ignored("only the police report changes of their members")
    if rules.members_flaw(event):
        raise Ignored("it is no possible answer to an update")
    if VoterUpdate.look("key", where={"key": event.update, "agreement": envelope.agreement}) is None:
        raise Ignored("it answers no update of this agreement")
    MemberChanges.insert(
        key=envelope.key,
        update=event.update,
        agreement=envelope.agreement,
        agency=envelope.agency,
        seq=envelope.seq,
        stated_at=envelope.at,
        joined=event.joined,
        left=event.left,
        letter_number=event.letter_number,
        letter_dated=event.letter_dated,
    )


@folds(ContactsPublished)
def contacts_published(event: ContactsPublished, envelope: Envelope) -> None:
    """An office's contact list."""
    if not 0 < event.count <= rules.MOST_CONTACTS:
        raise Ignored("it is no possible contact list")
    ContactList.insert(
        key=envelope.key,
        agreement=envelope.agreement,
        agency=envelope.agency,
        exercise=envelope.exercise,
        seq=envelope.seq,
        stated_at=envelope.at,
        count=event.count,
    )


@folds_text(ContactsPublished)
def contacts_text(text: ContactsText | None, envelope: Envelope) -> None:
    """The contacts themselves; gone once erased."""
    told = None
    if text is not None:
        told = msgspec.to_builtins([rules.usable(row) for row in text.rows[: rules.MOST_CONTACTS]])
    ContactList.change({"key": envelope.key}, rows_json=told)


@folds(SessionProposed)
def session_proposed(event: SessionProposed, envelope: Envelope) -> None:
    """A session that another party may take into the plan."""
    if rules.session_flaw(event):
        raise Ignored("it is no possible training session")
    TrainingSession.insert(
        key=envelope.key,
        agreement=envelope.agreement,
        agency=envelope.agency,
        exercise=envelope.exercise,
        stated_at=envelope.at,
        on=event.on,
        people=event.people,
        arranger=event.arranger[:64],
    )


@folds_text(SessionProposed)
def session_text(text: SessionText | None, envelope: Envelope) -> None:
    """Its words."""
    topic = None if text is None else line(text.topic)[: rules.LONGEST]
    place = None if text is None else line(text.place)[: rules.LONGEST]
    TrainingSession.change({"key": envelope.key}, topic=topic, place=place)


@folds(SessionAnswered)
def session_answered(event: SessionAnswered, envelope: Envelope) -> None:
    """A party's word about a session."""
    author = _author_of(event.session, envelope)
    if author == envelope.agency and event.agrees:
        raise Ignored("nobody agrees to their own training session")
    SessionAnswer.insert(
        key=envelope.key, session_id=event.session, agency=envelope.agency, seq=envelope.seq, agrees=event.agrees
    )


@folds(SessionMoved)
def session_moved(event: SessionMoved, envelope: Envelope) -> None:
    """Another day for a session."""
    _author_of(event.session, envelope)
    before = 0
    if event.follows is not None:
        found = SessionMove.look("step", where={"key": event.follows, "session_id": event.session})
        if found is None:
            raise Ignored("it follows no other day of this training session")
        (before,) = found
    SessionMove.insert(
        key=envelope.key,
        session_id=event.session,
        agency=envelope.agency,
        seq=envelope.seq,
        on=event.on,
        step=before + 1,
    )


@folds(SessionMoveAnswered)
def session_move_answered(event: SessionMoveAnswered, envelope: Envelope) -> None:
    """A party's word about another day."""
    move = SessionMove.look("agency", "session_id", where={"key": event.move})
    if move is None:
        raise Ignored("it speaks of no training session of this agreement")
    author, session = move
    _author_of(session, envelope)
    if author == envelope.agency and event.agrees:
        raise Ignored("nobody agrees to their own training session")
    SessionMoveAnswer.insert(
        key=envelope.key, move_id=event.move, agency=envelope.agency, seq=envelope.seq, agrees=event.agrees
    )


@folds(SessionHeld)
def session_held(event: SessionHeld, envelope: Envelope) -> None:
    """How many came."""
    _author_of(event.session, envelope)
    if rules.held_flaw(event):
        raise Ignored("it is no possible report of a training session")
    SessionReport.insert(
        key=envelope.key,
        session_id=event.session,
        agency=envelope.agency,
        seq=envelope.seq,
        held_on=event.held_on,
        commission=event.commission,
        police=event.police,
    )


def _author_of(session: str, envelope: Envelope) -> str:
    found = TrainingSession.look("agency", where={"key": session, "agreement": envelope.agreement})
    if found is None:
        raise Ignored("it speaks of no training session of this agreement")
    return str(found[0])
