"""Facts one by one: the list with its filter, and the page of one fact with everything its header says."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import Any

import msgspec
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import localtime, make_aware
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from sinergi.access.doors import note_read, open_record, requires
from sinergi.access.roles import ROLES
from sinergi.features.agreement import public as agreements
from sinergi.features.exchange.forms import FilterForm
from sinergi.features.exchange.public import Standing, reach, standing
from sinergi.features.exchange.views import stamps, words
from sinergi.kernel.instants import from_text
from sinergi.kernel.words import spaced
from sinergi.ledger import envelope
from sinergi.ledger.grades import NOTHING, Grade, grades
from sinergi.ledger.models import Agreement, Body, Cosignature, Entry, Key, Log
from sinergi.sheets import Column, Kind
from sinergi.sheets.writing import XLSX, export
from sinergi.web import records
from sinergi.web.templatetags.sinergi import moment

PER_PAGE = 50
# An Excel sheet people still open on an office machine.
MOST_ROWS = 20_000

COLUMNS = (
    Column(name="stated_at", label="Dicatat (WIB)", kind=Kind.DATE),
    Column(name="kind", label="Catatan"),
    Column(name="name", label="Tentang"),
    Column(name="author", label="Penulis"),
    Column(name="agreement", label="Perjanjian"),
    Column(name="place", label="Nomor urut", kind=Kind.INTEGER),
    Column(name="standing", label="Keadaan"),
    Column(name="reason", label="Sebab"),
    Column(name="evidence", label="Bukti"),
    Column(name="key", label="Kunci catatan", kind=Kind.CODE),
    Column(name="fingerprint", label="Sidik jari", kind=Kind.CODE),
)

_STATES = {
    "folded": ("done", gettext_lazy("berlaku")),
    "waiting": ("waiting", gettext_lazy("menunggu catatan lain")),
    "invalid": ("refused", gettext_lazy("tidak berlaku")),
    "unknown": ("scheduled", gettext_lazy("jenis belum dikenal")),
}


class Fact(msgspec.Struct, frozen=True):
    """One fact as a list shows it."""

    key: str
    at: datetime
    word: str
    name: str
    url: str
    author: str
    agreement: str
    place: int
    shape: str
    state: str
    reason: str
    grade: Grade
    fingerprint: str
    exercise: bool
    entry: Entry
    is_restricted: bool


class Mark(msgspec.Struct, frozen=True):
    """One cosignature that covers a fact."""

    who: str
    use: str
    size: int
    at: datetime


def entries_of(seen: Iterable[Agreement]) -> QuerySet[Entry]:
    """Every fact of these agreements that this node holds."""
    known = list(seen)
    logs = Log.objects.filter(agreement__in=[item.id for item in known], role__in={item.role for item in known})
    return Entry.objects.filter(log__in=logs).select_related("log")


def names(keys: list[str]) -> dict[str, str]:
    """What facts are called in the access trail, by row number: kind, place and author, never what they say."""
    found = Entry.objects.filter(pk__in=[key for key in keys if key.isdecimal()]).select_related("log")
    authors = agreements.short_names({row.log.agency for row in found})
    return {
        str(row.pk): _("%(kind)s, catatan nomor %(place)d dari %(author)s")
        % {"kind": records.word(row.kind), "place": row.seq, "author": authors[row.log.agency]}
        for row in found
    }


def waiting_for(partner: str, seen: Iterable[Agreement], found: Standing) -> QuerySet[Entry]:
    """Facts of ours that `partner` is not known to have."""
    wanted = Q(pk__in=[])
    for log, first in found.unread_by(partner):
        wanted |= Q(log=log, seq__gte=first)
    return entries_of(seen).filter(wanted)


@requires("exchange.read")
@require_safe
def fact_list(request: HttpRequest) -> HttpResponse:
    """Every fact of the agreements this person reads, newest first, with a filter."""
    asked: Any = request
    form, rows = _asked(asked)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "facts": told(asked.user, list(page.object_list)),
        "is_filtered": any(request.GET.get(name) for name in form.fields),
    }
    return render(request, "exchange/facts.html", context)


@requires("exchange.read")
@require_safe
def fact_sheet(request: HttpRequest) -> HttpResponse:
    """The same list as an Excel file, with the same filter."""
    asked: Any = request
    _form, rows = _asked(asked)
    found = told(asked.user, list(rows[:MOST_ROWS]))
    note_read(request, [fact.entry for fact in found if fact.is_restricted and fact.name], "exchange.read")
    data = export(
        COLUMNS,
        [
            {
                "stated_at": localtime(fact.at),
                "kind": fact.word,
                "name": fact.name,
                "author": fact.author,
                "agreement": fact.agreement,
                "place": fact.place,
                "standing": fact.state,
                "reason": fact.reason,
                "evidence": fact.grade.word,
                "key": fact.key,
                "fingerprint": fact.fingerprint,
            }
            for fact in found
        ],
        sheet=_("Catatan"),
        mark="LATIHAN" if any(fact.exercise for fact in found) else "",
    )
    return HttpResponse(data, content_type=XLSX, headers={"Content-Disposition": 'attachment; filename="catatan.xlsx"'})


@requires("exchange.read")
@require_safe
def fact(request: HttpRequest, key: str) -> HttpResponse:
    """Everything about one fact: what its header says, who signed, who has it, its exact bytes."""
    asked: Any = request
    rows = Entry.objects.select_related("log").exclude(log__agreement="").order_by("seq")
    found = open_record(request, rows, key, "exchange.read", field="key", agreement="log__agreement", region=None)
    entry = envelope.parse(bytes(found.data))
    header = entry.header
    page = records.pages(asked.user, [(found.kind, found.key)]).get(found.key)
    # What was said is for those who may open the record itself, or take its evidence away.
    may_read = page is not None or asked.user.can("evidence.export", agreement=found.log.agreement)
    if may_read and header.cls != "terbuka":
        note_read(request, [found], "exchange.read")
    marks = _marks(found)
    shape, state = _STATES[found.state]
    held = grades([found.key]).get(found.key, NOTHING)
    context = {
        "entry": found,
        "header": header,
        "word": records.word(found.kind),
        "name": page.name if page else "",
        "page": page,
        "author": agreements.agency_name(header.agency),
        "author_short": agreements.short_name(header.agency),
        "office": ROLES[header.actor.office].label if header.actor and header.actor.office in ROLES else "",
        "stated_at": from_text(header.t),
        "label": agreements.name_of(found.log.agreement),
        "exercise": header.status != "actual",
        "shape": shape,
        "state": str(state),
        "reason": _reason(found, header),
        "grade": held,
        "lag": (lag := agreements.lag_of(found, held, asked.arrived_at)),
        "wanted": agreements.demand_in_words(lag.demand) if lag else None,
        "marks": marks,
        "said_signed": f"{agreements.short_name(header.agency)} {moment(from_text(header.t), asked.arrived_at)}",
        "said_arrived": _who_when(_first(marks, "mirror"), asked.arrived_at),
        "said_witnessed": _who_when(_first(marks, "witness"), asked.arrived_at),
        "said_stamped": stamps.said(found, asked.arrived_at),
        "fingerprint": _groups(bytes(found.leaf).hex()),
        "content_hash": hashlib.sha256(bytes(found.data)).hexdigest(),
        "is_intact": entry.leaf == bytes(found.leaf) and _is_signed(entry),
        "refs": _named(asked.user, [*header.refs, *([header.corr] if header.corr else [])], found.log.agreement),
        "named_by": _naming(asked.user, found),
        "seen": _seen(header, found.log.agreement),
        "has_body": Body.objects.filter(entry=found).exists(),
        "may_read": may_read,
        "may_export": asked.user.can("evidence.export", agreement=found.log.agreement),
        "raw": bytes(found.data).decode("utf-8", "replace") if may_read else "",
        "said": [(name, _plain(value)) for name, value in sorted(header.facts.items())] if may_read else [],
    }
    return render(request, "exchange/fact.html", context)


def told(user: Any, rows: list[Entry]) -> list[Fact]:
    """These entries as a list shows them; a handful of queries however many there are."""
    evidence = grades(row.key for row in rows)
    pages = records.pages(user, ((row.kind, row.key) for row in rows))
    names = agreements.short_names({row.log.agency for row in rows})
    labels = agreements.names({row.log.agreement for row in rows})
    found = []
    for row in rows:
        header = envelope.parse(bytes(row.data)).header
        shape, state = _STATES[row.state]
        page = pages.get(row.key)
        found.append(
            Fact(
                row.key,
                from_text(header.t),
                records.word(row.kind),
                page.name if page else "",
                page.url if page else "",
                names[row.log.agency],
                labels.get(row.log.agreement, row.log.agreement[:8]),
                row.seq + 1,
                shape,
                str(state),
                _reason(row, header),
                evidence.get(row.key, NOTHING),
                bytes(row.leaf).hex(),
                header.status != "actual",
                row,
                header.cls != "terbuka",
            )
        )
    return found


def _asked(request: Any) -> tuple[FilterForm, QuerySet[Entry]]:
    seen = reach(request.user, "exchange.read", request.scope)
    at: datetime = request.arrived_at
    held = standing(seen, at, with_last=False)
    parties = [(partner.id, partner.name) for partner in held.columns]
    kinds = entries_of(seen).order_by("kind").values_list("kind", flat=True).distinct()
    form = FilterForm(request.GET or None, parties=parties, kinds=[(kind, records.word(kind)) for kind in kinds])
    rows = entries_of(seen)
    given = form.cleaned_data if form.is_bound and form.is_valid() else {}
    if given.get("author"):
        rows = rows.filter(log__agency=given["author"])
    if given.get("kind"):
        rows = rows.filter(kind=given["kind"])
    if given.get("waits_for"):
        rows = rows.filter(pk__in=waiting_for(given["waits_for"], seen, held).values("pk"))
    if given.get("state") == "troubled":
        rows = rows.exclude(state=Entry.State.FOLDED)
    if given.get("since"):
        since = make_aware(datetime.combine(given["since"], time()))
        rows = rows.filter(stored_at__gte=since)
    if given.get("until"):
        until = make_aware(datetime.combine(given["until"], time()))
        rows = rows.filter(stored_at__lt=until + timedelta(days=1))
    return form, rows.order_by("-stored_at", "-pk")


def _reason(row: Entry, header: envelope.Header) -> str:
    if row.state == Entry.State.INVALID:
        return words.reason(row.verdict)
    if row.state == Entry.State.UNKNOWN:
        return _("Jenis catatan dari versi yang lebih baru. Perbarui perangkat lunak; catatan lalu dibaca ulang.")
    if row.state == Entry.State.WAITING:
        return _missing(header, row.log.agreement)
    return ""


def _missing(header: envelope.Header, agreement: str) -> str:
    """Which facts of whom have to arrive first."""
    logs = {log.origin: log for log in Log.objects.filter(agreement=agreement)}
    for origin, mark in sorted(header.seen.items()):
        log = logs.get(origin)
        lacking = mark.size - (log.folded if log else 0)
        if lacking > 0:
            name = agreements.short_name(log.agency) if log else _("pihak lain")
            return _("Menunggu %(count)s catatan %(name)s yang belum sampai.") % {
                "count": words.count_words(lacking),
                "name": name,
            }
    return _("Menunggu giliran di belakang catatan sebelumnya.")


def _marks(entry: Entry) -> list[Mark]:
    """For each party and use the first cosignature that covers the fact."""
    found: dict[tuple[str, str], Mark] = {}
    rows = Cosignature.objects.filter(log=entry.log, size__gt=entry.seq).order_by("size", "pk")
    for row in rows.exclude(agency=entry.log.agency):
        found.setdefault(
            (row.agency, row.use), Mark(agreements.short_name(row.agency), row.use, row.size, row.signed_at)
        )
    return sorted(found.values(), key=lambda mark: (mark.at, mark.who, mark.use))


def _first(marks: list[Mark], use: str) -> Mark | None:
    return next((mark for mark in marks if mark.use == use), None)


def _who_when(mark: Mark | None, at: datetime) -> str:
    return f"{mark.who} {moment(mark.at, at)}" if mark else ""


def _named(user: Any, keys: list[str], agreement: str) -> list[Fact]:
    rows = (
        Entry.objects.filter(key__in=keys, log__agreement=agreement).select_related("log").order_by("stored_at", "pk")
    )
    return told(user, list(rows))


def _naming(user: Any, entry: Entry) -> list[Fact]:
    """Later facts of the same agreement that name this one, as far as they stand here."""
    later = Entry.objects.filter(log__agreement=entry.log.agreement, lam__gt=entry.lam).select_related("log")
    found = []
    for row in later.order_by("lam", "pk")[:1000]:
        header = envelope.parse(bytes(row.data)).header
        if entry.key in header.refs or entry.key == header.corr:
            found.append(row)
    return told(user, found[:50])


def _seen(header: envelope.Header, agreement: str) -> list[tuple[str, int]]:
    logs = {log.origin: log.agency for log in Log.objects.filter(agreement=agreement)}
    return [
        (agreements.short_name(logs[origin]) if origin in logs else origin[:8], mark.size)
        for origin, mark in sorted(header.seen.items())
    ]


def _is_signed(entry: envelope.Entry) -> bool:
    rows = Key.objects.filter(agency_id=entry.header.agency, use="event")
    try:
        envelope.verify(entry, {row.kid: bytes(row.public) for row in rows})
    except envelope.BadEnvelope:
        return False
    return True


def _groups(text: str) -> str:
    return spaced(text)


def _plain(value: Any) -> str:
    if isinstance(value, str):
        return value
    return msgspec.json.encode(value).decode()
