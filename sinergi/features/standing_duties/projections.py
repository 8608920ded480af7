"""What each of these facts changes."""

from __future__ import annotations

import msgspec

from sinergi.features.standing_duties import rules
from sinergi.features.standing_duties.events import (
    ContactsPublished,
    ContactsText,
    MemberChangesReported,
    VoterUpdateReported,
)
from sinergi.features.standing_duties.models import ContactList, MemberChanges, VoterUpdate
from sinergi.ledger import rows
from sinergi.ledger.catalog import Envelope, Ignored, folds, folds_text


@folds(VoterUpdateReported)
def update_reported(event: VoterUpdateReported, envelope: Envelope) -> None:
    """An update of one quarter; only a commission reports one."""
    author = rows.agency(envelope.agency)
    if author is None or author.kind != "kpu":
        raise Ignored("only a commission reports the voter-data update")
    if rules.update_flaw(event, author.region):
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
