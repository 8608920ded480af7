"""Who has what: how far every log of an agreement has come at every party. Frozen structs out; nothing here writes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Literal, NamedTuple

import msgspec
from django.db.models import F, Max, QuerySet

from sinergi.features.agreement import public as agreements
from sinergi.ledger import rows
from sinergi.ledger.grade import TRUSTED_FOR
from sinergi.ledger.models import Agreement, Cosignature, Entry, Log
from sinergi.ledger.store import own_agency, stated_at
from sinergi.sync import clocks, rights
from sinergi.sync.models import Carried, Peer

# Below so many agreements they are asked for by name.
FEW = 20

Line = Literal["self", "connected", "apart", "new", "paused", "stranger"]
# author: writes this log · same: has all of it · behind: lacks `missing` · until: had all when last heard of
# unseen: writes it, out of our sight · stranger: no party · none: nothing written yet
Has = Literal["author", "same", "behind", "until", "unseen", "stranger", "none"]


class Partner(msgspec.Struct, frozen=True, kw_only=True):
    """One party's node as this node last saw it. `stranger`: known by name, never introduced.

    `missed`: it did not answer when last asked. `ahead`: by how many seconds its clock differs from ours, 0 while that
    is tolerated.
    """

    id: str
    name: str
    line: Line
    last_contact: datetime | None = None
    last_try: datetime | None = None
    trouble: str = ""
    missed: bool = False
    ahead: int = 0


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """What one party has of one log. `witnessed`: it put its witness key under all it has."""

    has: Has
    count: int = 0
    missing: int = 0
    at: datetime | None = None
    witnessed: bool = False


class Book(msgspec.Struct, frozen=True, kw_only=True):
    """One log: its author, its size here, why it is frozen (empty if not), and what each party has of it."""

    log: int
    origin: str
    author: str
    author_name: str
    is_own: bool
    size: int
    frozen: str
    last_at: datetime | None
    cells: dict[str, Cell]


class Outside(msgspec.Struct, frozen=True, kw_only=True):
    """An outside witness: party to none of the agreements, it cosigns origin, size and root of their logs.

    `whole`: how many of the `books` it has cosigned as they stand here; `latest`: by its own clock.
    """

    id: str
    name: str
    asked: bool
    trouble: str
    books: int
    whole: int
    latest: datetime | None


class Shelf(msgspec.Struct, frozen=True, kw_only=True):
    """The logs of one agreement."""

    agreement: str
    label: str
    exercise: bool
    parties: tuple[str, ...]
    books: tuple[Book, ...]

    def waiting(self, partner: str) -> int:
        """How many facts of our own the partner is not known to have."""
        return sum(book.cells[partner].missing for book in self.books if book.is_own and partner in book.cells)


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """All of it for one person: this node first, then the partners of the agreements that person may see."""

    own: Partner
    partners: tuple[Partner, ...]
    shelves: tuple[Shelf, ...]

    @property
    def columns(self) -> tuple[Partner, ...]:
        """This node, then its partners."""
        return (self.own, *self.partners)

    @property
    def frozen(self) -> list[Book]:
        """Logs that are frozen: their author told two histories, or a partner holds more of ours than we do."""
        return [book for shelf in self.shelves for book in shelf.books if book.frozen]

    @property
    def apart(self) -> list[Partner]:
        """Partners that do not answer."""
        return [partner for partner in self.partners if partner.line == "apart"]

    def waiting(self, partner: str) -> int:
        """How many facts of our own wait for this partner."""
        return sum(shelf.waiting(partner) for shelf in self.shelves)

    def unread_by(self, partner: str) -> list[tuple[int, int]]:
        """(log, first place) of our own logs from which on `partner` is not known to have the facts."""
        own = [book for shelf in self.shelves for book in shelf.books if book.is_own and partner in book.cells]
        return [(book.log, book.size - book.cells[partner].missing) for book in own if book.cells[partner].missing]

    @property
    def checked_at(self) -> datetime | None:
        """When the partner heard of longest ago was last heard of; None while one was never heard of."""
        heard = [partner.last_contact for partner in self.partners]
        known = [at for at in heard if at is not None]
        return min(known) if known and len(known) == len(heard) else None


def reach(user: Any, permission: str, scope: str = "") -> list[Agreement]:
    """The agreements that one of this person's duties reaches with `permission`, only `scope` if given."""
    duties = user.duties_for(permission)
    known = (agreement for agreement in rows.agreements() if scope in ("", agreement.id))
    return [agreement for agreement in known if any(duty.covers(agreement=agreement.id) for duty in duties)]


def standing(seen: Iterable[Agreement], at: datetime, *, with_last: bool = True) -> Standing:
    """Who has what of these agreements. `with_last` also looks up when each log was last written to."""
    known = {agreement.id: agreement for agreement in seen}
    own = own_agency()
    members = {id: parties for id, parties in rows.party_ids().items() if id in known}
    ids = [party for parties in members.values() for party in parties]
    partners = _partners([agency for agency in dict.fromkeys(ids) if agency != own.id], at)
    lines = {partner.id: partner for partner in partners}
    logs = _logs(known)
    marks = _marks(known)
    last = _last_stated([log.pk for held in logs.values() for log in held.values()]) if with_last else {}
    names = agreements.short_names({own.id, *ids})
    called = agreements.names(known)
    shelves = []
    for agreement in known.values():
        parties, held = members.get(agreement.id, []), logs.get(agreement.id, {})
        books = [
            _book(held[author], own.id, parties, lines, marks, last, names[author])
            for author in sorted(parties, key=lambda party: (party != own.id, parties.index(party)))
            if author in held
        ]
        label = called.get(agreement.id) or " · ".join(names[party] for party in parties if party != own.id)
        shelves.append(
            Shelf(
                agreement=agreement.id,
                label=label,
                exercise=agreement.exercise,
                parties=tuple(parties),
                books=tuple(books),
            )
        )
    here = Partner(id=own.id, name=names[own.id], line="self", last_contact=at)
    return Standing(own=here, partners=tuple(partners), shelves=tuple(shelves))


def carried(told: Standing) -> list[tuple[Partner, Carried]]:
    """For each partner the last file to it and the last from it, where the line has brought nothing since."""
    newest: dict[tuple[str, bool], Carried] = {}
    for parcel in Carried.objects.filter(agency__in=[partner.id for partner in told.partners]).order_by("at", "id"):
        newest[parcel.agency, parcel.outgoing] = parcel
    found = [(partner, newest.get((partner.id, outgoing))) for partner in told.partners for outgoing in (True, False)]
    return [
        (partner, parcel)
        for partner, parcel in found
        if parcel is not None and (partner.last_contact is None or parcel.at > partner.last_contact)
    ]


def lagging(told: Standing, at: datetime) -> list[tuple[Partner, int]]:
    """How many of our facts each partner is not known to have after the time for which our clock alone is believed.

    What was stated after it had left an agreement is not for it.
    """
    before, found = at - TRUSTED_FOR, []
    for partner in told.partners:
        count = 0
        for log, first in told.unread_by(partner.id):
            late = Entry.objects.filter(log=log, seq__gte=first, stored_at__lt=before)
            if late.exists():
                end = rights.may_read(partner.id, Log.objects.get(pk=log)).upto
                count += (late if end is None else late.filter(seq__lt=end)).count()
        if count:
            found.append((partner, count))
    return found


def outside(told: Standing) -> list[Outside]:
    """The outside witnesses of these agreements' logs, by name: those asked now, and any that cosigned before."""
    books = {book.log: book for shelf in told.shelves for book in shelf.books if book.size}
    parties = {party for shelf in told.shelves for party in shelf.parties}
    asked = {peer.agency: peer for peer in Peer.objects.filter(witnesses=True)}
    lines = Cosignature.objects.filter(log__in=books, use="witness").exclude(agency__in=parties).order_by()
    marks: dict[str, list[tuple[int, int, datetime]]] = {agency: [] for agency in asked if agency not in parties}
    for log, agency, size, at in lines.values_list("log_id", "agency").annotate(Max("size"), Max("signed_at")):
        marks.setdefault(agency, []).append((log, size, at))
    names = agreements.short_names(marks)
    found = [
        Outside(
            id=agency,
            name=names[agency],
            asked=agency in asked,
            trouble=asked[agency].error if agency in asked else "",
            books=len(books),
            whole=sum(size >= books[log].size for log, size, _at in signed),
            latest=max((at for _log, _size, at in signed), default=None),
        )
        for agency, signed in marks.items()
    ]
    return sorted(found, key=lambda one: (one.name, one.id))


def _book(
    log: _Log,
    own: str,
    parties: list[str],
    lines: dict[str, Partner],
    marks: dict[tuple[int, str], _Mark],
    last: dict[int, datetime],
    author_name: str,
) -> Book:
    cells = {}
    for party in parties:
        line = lines[party].line if party in lines else "self"
        cells[party] = _cell(log, party, own, line, marks.get((log.pk, party)), lines.get(log.agency))
    return Book(
        log=log.pk,
        origin=log.origin,
        author=log.agency,
        author_name=author_name,
        is_own=log.is_own,
        size=log.size,
        frozen=log.frozen,
        last_at=last.get(log.pk),
        cells=cells,
    )


def _cell(log: _Log, party: str, own: str, line: str, mark: _Mark | None, author: Partner | None) -> Cell:
    if party == log.agency:
        if party == own:
            return Cell(has="author", count=log.size)
        has: Has = "author" if line == "connected" else "unseen"
        return Cell(has=has, count=max(log.size, log.checkpoint_size))
    if party == own:
        # What the author signed and we lack is missing; what it wrote since we last spoke nobody here can know.
        missing = max(0, log.checkpoint_size - log.size)
        witnessed = mark is not None and mark.witnessed >= log.size
        if missing:
            return Cell(has="behind", count=log.size, missing=missing, witnessed=witnessed)
        if author is not None and author.line != "connected":
            return Cell(has="until", count=log.size, at=author.last_contact, witnessed=witnessed)
        return Cell(has="same", count=log.size, witnessed=witnessed)
    if log.size == 0:
        return Cell(has="none")
    held = min(log.size, mark.size) if mark else 0
    witnessed = mark is not None and mark.witnessed >= held > 0
    if held < log.size:
        at = mark.at if mark else None
        return Cell(has="behind", count=held, missing=log.size - held, at=at, witnessed=witnessed)
    return Cell(has="same", count=held, at=mark.at if mark else None, witnessed=witnessed)


class _Mark(NamedTuple):
    size: int
    witnessed: int
    at: datetime | None


class _Log(NamedTuple):
    pk: int
    origin: str
    agreement: str
    agency: str
    role: str
    size: int
    checkpoint_size: int
    frozen: str
    is_own: bool


def _logs(known: dict[str, Agreement]) -> dict[str, dict[str, _Log]]:
    """The logs of these agreements, by agreement and author. What was signed about each is long and not needed."""
    found: dict[str, dict[str, _Log]] = {}
    for row in _of(known, Log.objects.order_by("pk"), "agreement").values_list(*_Log._fields):
        log = _Log(*row)
        if log.agreement in known and log.role == known[log.agreement].role:
            found.setdefault(log.agreement, {})[log.agency] = log
    return found


def _marks(known: dict[str, Agreement]) -> dict[tuple[int, str], _Mark]:
    lines = (
        _of(known, Cosignature.objects.order_by(), "log__agreement")
        .values_list("log_id", "agency", "use")
        .annotate(size=Max("size"), at=Max("signed_at"))
    )
    found: dict[tuple[int, str], _Mark] = {}
    for log, agency, use, size, at in lines:
        mark = found.get((log, agency), _Mark(0, 0, None))
        witnessed = size if use == "witness" else mark.witnessed
        latest = at if mark.at is None or at > mark.at else mark.at
        found[log, agency] = _Mark(max(mark.size, size), witnessed, latest)
    return found


def _of(known: dict[str, Agreement], found: QuerySet[Any], agreement: str) -> QuerySet[Any]:
    """`found` without what stands under other agreements; naming hundreds costs more than reading a few too many."""
    return found.filter(**{f"{agreement}__in": [*known]}) if len(known) < FEW else found


def _last_stated(logs: list[int]) -> dict[int, datetime]:
    found = Entry.objects.filter(log__in=logs, seq=F("log__size") - 1).select_related("log").order_by("pk")
    return {row.log_id: stated_at(row) for row in found}


def _partners(ids: list[str], at: datetime) -> list[Partner]:
    peers = {peer.agency: peer for peer in Peer.objects.filter(agency__in=ids)}
    found = []
    for agency, name in agreements.short_names(ids).items():
        peer = peers.get(agency)
        if peer is None:
            found.append(Partner(id=agency, name=name, line="stranger"))
            continue
        line: Any = peer.state(at)
        found.append(
            Partner(
                id=agency,
                name=name,
                line=line,
                last_contact=peer.last_contact,
                last_try=peer.last_try,
                trouble=peer.error,
                missed=peer.failures > 0,
                ahead=clocks.ahead(agency),
            )
        )
    return sorted(found, key=lambda partner: (partner.name, partner.id))
