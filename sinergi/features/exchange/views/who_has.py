"""The page *Siapa punya apa*: the sentence, the matrix, what waits, what does not count and why."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from sinergi.access.doors import note_read, open_record, requires
from sinergi.features.exchange.public import Book, Partner, Shelf, Standing, carried, lagging, outside, reach, standing
from sinergi.features.exchange.views import facts, stamps, words
from sinergi.features.exchange.views import lagging as late
from sinergi.features.exchange.views.histories import EVIDENCE, two_histories
from sinergi.ledger import guard
from sinergi.ledger.evidence import export_agreement
from sinergi.ledger.histories import RESTORED
from sinergi.ledger.models import Agreement, Entry
from sinergi.sheets import Column, Kind
from sinergi.sheets.writing import XLSX, export
from sinergi.sync import waking
from sinergi.web import navigation, records

# A chief sees the first few; the rest is one click away.
SHOWN = 6

COLUMNS = (
    Column(name="agreement", label="Perjanjian"),
    Column(name="book", label="Buku catatan"),
    Column(name="party", label="Pihak"),
    Column(name="standing", label="Keadaan"),
    Column(name="detail", label="Keterangan"),
    Column(name="count", label="Catatan di sana", kind=Kind.INTEGER),
    Column(name="missing", label="Kurang", kind=Kind.INTEGER),
    Column(name="heard_at", label="Bicara terakhir (WIB)", kind=Kind.DATE),
)


class Head(msgspec.Struct, frozen=True):
    """The head of one column."""

    partner: Partner
    tone: str
    word: str
    when: str


class Row(msgspec.Struct, frozen=True):
    """One log with its cells in the order of the columns."""

    book: Book
    kinds: str
    cells: list[tuple[str, words.Told]]


class Group(msgspec.Struct, frozen=True):
    """The logs of one agreement."""

    shelf: Shelf
    rows: list[Row]


class Queue(msgspec.Struct, frozen=True):
    """Facts of ours that one partner is not known to have."""

    partner: Partner
    count: int
    words: str
    facts: list[facts.Fact]
    shape: str


@requires("exchange.read")
@require_safe
def who_has(request: HttpRequest) -> HttpResponse:
    """Which facts are where, what is on its way, and why something was not sent."""
    asked: Any = request
    at: datetime = asked.arrived_at
    seen = reach(asked.user, "exchange.read", asked.scope)
    found = standing(seen, at)
    troubled = facts.entries_of(seen).exclude(state=Entry.State.FOLDED)
    context = {
        "groups": _groups(found, at),
        "heads": [Head(partner, *words.line_words(partner, at)) for partner in found.columns],
        "width": len(found.columns) + 1,
        "banner": words.banner(found, at) if found.partners else None,
        "queues": _queues(asked, seen, found),
        "troubled": facts.told(asked.user, list(troubled.order_by("-stored_at", "-pk")[:SHOWN])),
        "troubled_count": troubled.count(),
        "witnesses": _witnesses(found),
        "lags": [words.lagging(partner, count) for partner, count in lagging(found, at)],
        **late.late(asked.user, seen, at),
        "authorities": stamps.authorities(found, at),
        "outside": [(one, *words.outside(one, at)) for one in outside(found)],
        "histories": two_histories(seen),
        "unsigned": [(shelf.label, why) for shelf in found.shelves if (why := waking.why(shelf.agreement))],
        "behind": [book for book in found.frozen if book.frozen == RESTORED],
        "clocks": [words.clock_apart(partner) for partner in found.partners if partner.ahead],
        "carried": [words.carried(partner, parcel, at) for partner, parcel in carried(found)],
        "troubles": [partner for partner in found.partners if partner.trouble],
        "may_export": {item.id for item in reach(asked.user, "evidence.export", asked.scope)},
        "any": bool(found.shelves),
    }
    return render(request, "exchange/who_has.html", context)


@requires("exchange.read")
@require_safe
def who_has_sheet(request: HttpRequest) -> HttpResponse:
    """The matrix as an Excel file: one row for each log at each party."""
    asked: Any = request
    at: datetime = asked.arrived_at
    found = standing(reach(asked.user, "exchange.read", asked.scope), at)
    rows: list[dict[str, str | int | datetime | None]] = []
    for shelf in found.shelves:
        for book in shelf.books:
            for partner in found.columns:
                if partner.id not in book.cells:
                    continue
                held = book.cells[partner.id]
                told = words.cell(held, partner.line, book, at)
                heard = partner.last_contact
                rows.append(
                    {
                        "agreement": shelf.label,
                        "book": _("Buku %(name)s") % {"name": book.author_name},
                        "party": partner.name,
                        "standing": told.title,
                        "detail": told.sub,
                        "count": held.count,
                        "missing": held.missing,
                        "heard_at": localtime(heard) if heard else None,
                    }
                )
    mark = "LATIHAN" if any(shelf.exercise for shelf in found.shelves) else ""
    return sheet(export(COLUMNS, rows, sheet=_("Siapa punya apa"), mark=mark), "siapa-punya-apa.xlsx")


@requires("evidence.export")
@require_safe
def evidence(request: HttpRequest, agreement: str) -> HttpResponse | StreamingHttpResponse:
    """The evidence bundle of one agreement: every fact with its proofs, in one file that a stranger can check."""
    found = open_record(request, Agreement.objects.all(), agreement, "evidence.export", agreement="id", region=None)
    lines = export_agreement(found.id)
    # The bundle carries the words too, also those of restricted records.
    note_read(request, [found], "evidence.export")
    name = "bukti-latihan" if found.exercise else "bukti"
    return StreamingHttpResponse(
        lines,
        content_type=EVIDENCE,
        headers={"Content-Disposition": f'attachment; filename="{name}-{found.id[:8]}.sinergi"'},
    )


def sync_state(user: Any, at: datetime) -> navigation.SyncState | None:
    """How this node stands with the partners of the agreements this person reads; for the top bar."""
    seen = reach(user, "agreement.read")
    found = standing(seen, at, with_last=False) if seen else None
    if found is None or not found.partners:
        return None
    apart = bool(found.frozen or any(partner.line != "connected" for partner in found.partners))
    url = reverse("exchange:who-has") if user.can("exchange.read") else ""
    if any(guard.is_held(shelf.agreement) for shelf in found.shelves):
        return navigation.SyncState(sentence=_("Belum menandatangani"), url=url, apart=True)
    return navigation.SyncState(sentence=words.state_sentence(found, at), url=url, apart=apart)


def sheet(data: bytes, name: str) -> HttpResponse:
    """An Excel file as a download."""
    return HttpResponse(data, content_type=XLSX, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _groups(found: Standing, at: datetime) -> list[Group]:
    kinds = _kinds([book.log for shelf in found.shelves for book in shelf.books])
    groups = []
    for shelf in found.shelves:
        rows = []
        for book in shelf.books:
            cells = []
            for partner in found.columns:
                held = book.cells.get(partner.id)
                told = words.cell(held, partner.line, book, at) if held else words.stranger()
                cells.append((partner.name, told))
            rows.append(Row(book, kinds.get(book.log, ""), cells))
        groups.append(Group(shelf, rows))
    return groups


def _kinds(logs: list[int]) -> dict[int, str]:
    """What mostly stands in each log, in words."""
    rows = (
        Entry.objects.filter(log__in=logs).values_list("log_id", "kind").annotate(n=Count("pk")).order_by("-n", "kind")
    )
    named: dict[int, list[str]] = {}
    for log, kind, _n in rows:
        named.setdefault(log, []).append(records.word(kind))
    return {log: ", ".join(list(dict.fromkeys(found))[:3]) for log, found in named.items()}


def _queues(request: Any, seen: list[Agreement], found: Standing) -> list[Queue]:
    queues = []
    for partner in found.partners:
        count = found.waiting(partner.id)
        if not count:
            continue
        rows = facts.waiting_for(partner.id, seen, found).order_by("stored_at", "pk")[:SHOWN]
        travelling = partner.line == "connected"
        pattern = (
            _("%(count)s catatan di jalan ke %(name)s") if travelling else _("%(count)s catatan menunggu %(name)s")
        )
        title = pattern % {"count": words.count_words(count).capitalize(), "name": partner.name}
        shape = "working" if travelling else "waiting"
        queues.append(Queue(partner, count, title, facts.told(request.user, list(rows)), shape))
    return queues


def _witnesses(found: Standing) -> list[tuple[str, datetime]]:
    """Until when each partner has vouched for the same content of our logs."""
    marks: dict[str, datetime] = {}
    for shelf in found.shelves:
        for book in shelf.books:
            for partner in found.partners:
                held = book.cells.get(partner.id)
                if book.is_own and held is not None and held.at is not None:
                    marks[partner.name] = max(held.at, marks.get(partner.name, held.at))
    return sorted(marks.items())
