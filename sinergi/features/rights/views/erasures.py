"""Requests to erase: the list, one of them, asking, and answering."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sinergi.access.doors import PersonRequest, note_read, open_record, requires, visible
from sinergi.features.agreement import public as agreements
from sinergi.features.rights import actions, rules
from sinergi.features.rights.forms import ASKERS, GROUNDS, REFUSALS, AskForm, EraseForm, RefuseForm, SearchForm
from sinergi.features.rights.models import ErasureAnswer, ErasureRequest
from sinergi.features.rights.projections import kinds_of
from sinergi.kernel.errors import Refused
from sinergi.kernel.ids import new_event_id
from sinergi.ledger import rows
from sinergi.ledger.grades import NOTHING, grades
from sinergi.ledger.models import Body, Entry
from sinergi.ledger.store import own_agency, stated_at
from sinergi.sheets import Column, Kind
from sinergi.sheets.writing import export
from sinergi.web import navigation, records
from sinergi.web.uploads import sheet_answer

# In place of an agreement: the internal log.
INSIDE = "dalam"
STATES: dict[str, tuple[str, Any]] = {
    "waiting": ("waiting", _("menunggu")),
    "overdue": ("late", _("lewat waktu")),
    "refused": ("refused", _("ditolak")),
    "done": ("done", _("sudah dihapus")),
    "left": ("refused", _("keluar dari perjanjian")),
}


@require_safe
@requires("rights.read")
def erasures(request: PersonRequest) -> HttpResponse:
    """Every request to erase, with what each holder did."""
    context = {"rows": _lines(request), "may_ask": bool(_choices(request))}
    return render(request, "rights/erasures.html", context)


@require_safe
@requires("rights.read")
def erasures_sheet(request: PersonRequest) -> HttpResponse:
    """The same list as an Excel file, one row for each holder."""
    columns = (
        Column(name="asked", label=gettext("Diminta (WIB)"), kind=Kind.DATE),
        Column(name="by", label=gettext("Peminta")),
        Column(name="letter", label=gettext("Surat permohonan")),
        Column(name="ground", label=gettext("Alasan")),
        Column(name="records", label=gettext("Catatan"), kind=Kind.INTEGER),
        Column(name="holder", label=gettext("Pemegang")),
        Column(name="state", label=gettext("Keadaan")),
        Column(name="answered", label=gettext("Dijawab (WIB)"), kind=Kind.DATE),
        Column(name="schedule", label=gettext("Jadwal retensi")),
    )
    told = _lines(request)
    lines = [
        {
            "asked": localdate(line["row"].asked_at),
            "by": line["by"],
            "letter": line["row"].words or "",
            "ground": str(line["ground"]),
            "records": len(line["row"].records_json),
            "holder": holder["name"],
            "state": str(holder["state"][1]),
            "answered": localdate(holder["answer"].answered_at) if holder["answer"] else None,
            "schedule": holder["answer"].schedule if holder["answer"] else "",
        }
        for line in told
        for holder in line["holders"]
    ]
    mark = "LATIHAN" if any(line["row"].exercise for line in told) else ""
    return sheet_answer(export(columns, lines, sheet=gettext("Penghapusan"), mark=mark), "penghapusan.xlsx")


@require_http_methods(["GET", "HEAD", "POST"])
@requires("rights.ask")
def ask(request: PersonRequest) -> HttpResponse:
    """Look for the records that tell of a person, choose, and ask every holder. What was looked for is kept nowhere."""
    searched = request.method == "POST"
    initial = {"agreement": request.scope}
    search = SearchForm(request.POST if searched else None, agreements=_choices(request), initial=initial)
    context: dict[str, Any] = {"search": search, "found": None}
    if searched and search.is_valid():
        chosen = search.cleaned_data["agreement"]
        agreement = "" if chosen == INSIDE else agreements.opened(request, chosen, "rights.ask").id
        found = list(actions.mentions(agreement, search.cleaned_data["sought"]))
        note_read(request, found, "rights.ask")
        names = [(entry.key, _said(entry)) for entry in found]
        given = request.POST if request.POST.get("step") == "ask" else None
        form = AskForm(given, found=names, initial={"id": new_event_id(request.arrived_at)})
        if given is not None and form.is_valid():
            told = dict(form.cleaned_data)
            try:
                receipt = actions.ask(
                    id=told.pop("id"), by=request.actor, at=request.arrived_at, agreement=agreement, **told
                )
            except Refused as refusal:
                form.refuse(refusal)
            else:
                messages.success(request, gettext("Permintaan dicatat dan sedang dikirim ke semua pemegang."))
                return redirect("rights:erasure", key=receipt.key)
        context |= {"found": names, "form": form, "most": actions.MOST_FOUND}
    return render(request, "rights/ask.html", context, status=422 if searched and not search.is_valid() else 200)


@require_safe
@requires("rights.read")
def erasure(request: PersonRequest, key: str) -> HttpResponse:
    """One request: what is to go, and what each holder did."""
    return _page(request, key)


@require_POST
@requires("rights.decide")
def carry_out(request: PersonRequest, key: str) -> HttpResponse:
    """Erase here, for good, and attest it."""
    row = open_record(request, ErasureRequest.objects.all(), key, "rights.decide", region=None)
    form = EraseForm(request.POST)
    if form.is_valid():
        try:
            actions.erase(by=request.actor, at=request.arrived_at, request=row.key, **form.cleaned_data)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            messages.success(
                request, gettext("Isinya sudah dihapus dari simpul ini, dan itu dinyatakan kepada pihak lain.")
            )
            return redirect("rights:erasure", key=key)
    return _page(request, key, erase=form)


@require_POST
@requires("rights.decide")
def refuse(request: PersonRequest, key: str) -> HttpResponse:
    """Keep it, and say why."""
    row = open_record(request, ErasureRequest.objects.all(), key, "rights.decide", region=None)
    form = RefuseForm(request.POST)
    if form.is_valid():
        try:
            actions.refuse(by=request.actor, at=request.arrived_at, request=row.key, **form.cleaned_data)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, gettext("Penolakan dan dasarnya dicatat."))
            return redirect("rights:erasure", key=key)
    return _page(request, key, refuse=form)


def inbox(user: Any, at: datetime) -> list[navigation.Waiting]:
    """What this office has to decide; and, for who asked, holders that are late."""
    own = rows.own_agency()
    if own is None:  # not initialised yet
        return []
    found = []
    for permission in ("rights.decide", "rights.ask"):
        if not user.can(permission):
            continue
        for asked in visible(user, ErasureRequest.objects.all(), permission, region=None):
            states = {holder["id"]: holder["code"] for holder in _holders(asked, at)}
            if permission == "rights.decide" and states.get(own.id) in ("waiting", "overdue"):
                title = gettext("Putuskan permintaan penghapusan")
            elif (
                permission == "rights.ask"
                and asked.agency == own.id
                and "overdue" in {code for holder, code in states.items() if holder != own.id}
            ):
                title = gettext("Pemegang lain belum menjawab permintaan penghapusan")
            else:
                continue
            found.append(
                navigation.Waiting(
                    title=title,
                    url=reverse("rights:erasure", args=[asked.key]),
                    sub=asked.words or "",
                    due=rules.due(asked.asked_at),
                    agreement=asked.agreement,
                    key=asked.key,
                    icon="shield",
                )
            )
    return found


def opens(user: Any, keys: list[str]) -> dict[str, records.Page]:
    """The pages of those facts that this person may read."""
    about = {key: key for key in keys} | dict(ErasureAnswer.objects.filter(key__in=keys).values_list("key", "request"))
    seen = visible(user, ErasureRequest.objects.filter(key__in=about.values()), "rights.read", region=None)
    known = set(seen.values_list("key", flat=True))
    return {
        key: records.Page(url=reverse("rights:erasure", args=[asked])) for key, asked in about.items() if asked in known
    }


def _page(request: PersonRequest, key: str, **given: Any) -> HttpResponse:
    row = open_record(request, ErasureRequest.objects.all(), key, "rights.read", region=None)
    at, own = request.arrived_at, own_agency().id
    holders = _holders(row, at)
    mine = next((holder for holder in holders if holder["id"] == own), None)
    decides = mine is not None and agreements.offers(request.user, "rights.decide", agreement=row.agreement)
    entries = list(Entry.objects.filter(key__in=row.records_json).select_related("log").order_by("stored_at", "seq"))
    here = set(Body.objects.filter(entry__in=entries).values_list("entry_id", flat=True))
    initial = {"id": new_event_id(at)}
    context: dict[str, Any] = {
        "row": row,
        "by": agreements.agency_name(row.agency),
        "ground": GROUNDS[row.ground],
        "asked_by": ASKERS[row.asked_by],
        "due": rules.due(row.asked_at),
        "holders": holders,
        "records": [(entry, _said(entry), entry.pk in here) for entry in entries],
        "has_archive": rules.has_archive(kinds_of(row.records_json)),
        "erase": given.get("erase")
        or (EraseForm(initial=initial) if decides and mine and mine["code"] != "done" else None),
        "refuse": given.get("refuse")
        or (RefuseForm(initial=initial) if decides and mine and mine["answer"] is None else None),
        "erased_here": mine is not None and mine["code"] == "done",
    }
    if context["erase"] and context["has_archive"]:
        context["erase"].fields["schedule"].required = True
    return render(request, "rights/erasure.html", context, status=422 if given else 200)


def _lines(request: PersonRequest) -> list[dict[str, Any]]:
    found = visible(request.user, ErasureRequest.objects.all(), "rights.read", region=None, scope=request.scope)
    listed = list(found.order_by("-asked_at", "key"))
    proof = grades(row.key for row in listed)
    return [
        {
            "row": row,
            "by": agreements.short_name(row.agency),
            "ground": GROUNDS[row.ground],
            "holders": _holders(row, request.arrived_at),
            "grade": proof.get(row.key, NOTHING),
        }
        for row in listed
    ]


def _holders(row: ErasureRequest, at: datetime) -> list[dict[str, Any]]:
    """Each holder with where it stands and its newest answer."""
    answers: dict[str, list[ErasureAnswer]] = {}
    for answer in ErasureAnswer.objects.filter(request=row.key).order_by("answered_at", "key"):
        answers.setdefault(answer.agency, []).append(answer)
    proof = grades(answer.key for given in answers.values() for answer in given)
    told = []
    for holder in actions.holders(row):
        given = answers.get(holder, [])
        last = next((answer for answer in given if answer.said == "done"), given[-1] if given else None)
        has_left = bool(row.agreement) and rows.has_left(row.agreement, holder)
        code = rules.state({answer.said for answer in given}, asked_at=row.asked_at, at=at, has_left=has_left)
        told.append(
            {
                "id": holder,
                "name": agreements.short_name(holder),
                "code": code,
                "state": STATES[code],
                "answer": last,
                "ground": REFUSALS.get(last.ground, "") if last else "",
                "grade": proof.get(last.key, NOTHING) if last else None,
            }
        )
    return told


def _said(entry: Entry) -> str:
    """What a record is called in a list of them: never what it says."""
    day = localdate(stated_at(entry))
    return f"{records.word(entry.kind)}, {agreements.short_name(entry.log.agency)}, {day:%d-%m-%Y}"


def _choices(request: PersonRequest) -> list[tuple[str, str]]:
    known = agreements.agreements_of(request.user, "rights.ask")
    # What the office keeps for itself alone is for those whose duty reaches everything.
    inside = [(INSIDE, gettext("buku kantor sendiri"))] if request.user.can("rights.ask", agreement="") else []
    return [*[(info.id, info.name) for info in sorted(known, key=lambda info: info.state != "in_force")], *inside]
