"""What both offices tell each other all the year round."""

from __future__ import annotations

from datetime import date
from typing import Literal

import msgspec

from sinergi.ledger.events import Event, RecordKey, Text

Quarter = Literal[1, 2, 3, 4]


class DistrictCounts(msgspec.Struct, frozen=True, array_like=True):
    """What changed in one district (six digits): new voters, no longer eligible, corrected entries.

    None is withheld: so few people that they could be recognised, or a count by which such a one could be worked out.
    """

    district: str
    new: int | None
    gone: int | None
    changed: int | None


class VoterUpdateReported(Event, kind="standing_duties.voter_update_reported"):
    """A commission's voter-data update of one quarter (PDPB): its letter by hash, and counts. No names.

    A later one of the same quarter replaces it. Obligation D-08.
    """

    year: int
    quarter: Quarter
    new: int
    gone: int
    changed: int
    letter_number: str
    letter_dated: date
    letter: str
    letter_size: int
    districts: list[DistrictCounts] = []


class MemberChangesReported(Event, kind="standing_duties.member_changes_reported"):
    """The police received an update and tell how many of their members lost or gained the vote since.

    `joined` entered the service and may no longer vote (UU 7/2017, article 200), `left` retired from it. A later one
    about the same update replaces it.
    """

    update: RecordKey
    joined: int
    left: int
    letter_number: str
    letter_dated: date


class Contact(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Whom to call for what. `region`: a district of six digits, empty for the whole area.

    `since` and `until`: first and last day of the duty; None where it has no such end.
    """

    post: str
    name: str = ""
    phone: str = ""
    email: str = ""
    region: str = ""
    since: date | None = None
    until: date | None = None


class ContactsText(Text):
    """The contacts: they name people, so they can be erased."""

    rows: list[Contact]


class ContactsPublished(Event, kind="standing_duties.contacts_published"):
    """An office's contact list, whole: it replaces what this author said before. Obligations D-09 and D-10."""

    count: int
    text: ContactsText | None = None


class SessionText(Text):
    """What a training session is about, and where."""

    topic: str
    place: str = ""


class SessionProposed(Event, kind="standing_duties.session_proposed"):
    """A party proposes a joint training session for the yearly plan. `arranger`: the party that arranges and pays.

    Article 8; obligation H-01.
    """

    on: date
    people: int
    arranger: str
    text: SessionText | None = None


class SessionAnswered(Event, kind="standing_duties.session_answered"):
    """Another party takes the session into the plan or not; its author, with no, takes it back."""

    session: RecordKey
    agrees: bool


class SessionMoved(Event, kind="standing_duties.session_moved"):
    """A party proposes another day for a session; the day counts once another party agrees.

    `follows`: the newest such proposal that its author knew; so no clock decides which of two is the newer.
    """

    session: RecordKey
    on: date
    follows: RecordKey | None = None


class SessionMoveAnswered(Event, kind="standing_duties.session_move_answered"):
    """Another party agrees to the other day or not; whoever proposed it, with no, takes it back.

    A day agreed on takes the session into the plan with it.
    """

    move: RecordKey
    agrees: bool


class SessionHeld(Event, kind="standing_duties.session_held"):
    """The session was held: how many of each side came. A later report of the same party replaces it. H-01."""

    session: RecordKey
    held_on: date
    commission: int
    police: int
