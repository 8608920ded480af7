"""The catalogue: what each office has for the other, and entering a data set of one's own."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sinergi.access.doors import PersonRequest, open_record, requires, visible
from sinergi.features.agreement import public as agreements
from sinergi.features.data import actions, rules, template
from sinergi.features.data import versions as of_dataset
from sinergi.features.data.forms import (
    CLASSES,
    FIELD_CLASSES,
    REFRESHES,
    SPARE_COLUMNS,
    ColumnForm,
    DatasetForm,
    FilterForm,
    OccasionForm,
)
from sinergi.features.data.models import Dataset
from sinergi.features.data.views import dcat, standing
from sinergi.features.data.views.versions import counted
from sinergi.kernel.errors import Refused
from sinergi.kernel.ids import new_event_id
from sinergi.ledger.grades import NOTHING, grade, grades
from sinergi.ledger.store import own_agency
from sinergi.sheets import Column, Kind
from sinergi.sheets.writing import export
from sinergi.web import records
from sinergi.web.uploads import sheet_answer

BOTH = ["GET", "HEAD", "POST"]


@require_safe
@requires("data.read")
def catalogue(request: PersonRequest) -> HttpResponse:
    """Every data set that counts, by office; and which standing exchanges this office has not taken in yet."""
    rows, form = _shown(request)
    proof = grades(row.key for row in rows)
    last, due = standing.newest(request, rows), standing.dues(request, rows, request.arrived_at)
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        code = (row.agreement, row.agency, row.code)
        line = _line(row, proof.get(row.key, NOTHING)) | {"last": last.get(code), "due": due.get(code)}
        groups.setdefault(agreements.short_name(row.agency), []).append(line)
    context = {
        "groups": list(groups.items()),
        "form": form,
        "is_filtered": bool(form.data.get("q") or form.data.get("cls")),
        "offers": _offers(request),
        "id": new_event_id(request.arrived_at),
        "may_list": bool(_choices(request)),
        "several": len({row.agreement for row in rows}) > 1,
    }
    return render(request, "data/catalogue.html", context)


@require_safe
@requires("data.read")
def catalogue_sheet(request: PersonRequest) -> HttpResponse:
    """The same list as an Excel file, with the same filter; one row for each field."""
    columns = (
        Column(name="code", label=gettext("Kode"), kind=Kind.CODE),
        Column(name="title", label=gettext("Kumpulan data")),
        Column(name="owner", label=gettext("Pemilik")),
        Column(name="article", label=gettext("Pasal"), kind=Kind.INTEGER),
        Column(name="purpose", label=gettext("Tujuan pemakaian")),
        Column(name="legal_basis", label=gettext("Dasar hukum")),
        Column(name="cls", label=gettext("Klasifikasi")),
        Column(name="consequence_test", label=gettext("Nomor uji konsekuensi")),
        Column(name="refresh", label=gettext("Diperbarui")),
        Column(name="retention_days", label=gettext("Masa simpan (hari)"), kind=Kind.INTEGER),
        Column(name="field", label=gettext("Kolom")),
        Column(name="field_cls", label=gettext("Kelas kolom")),
    )
    rows, _form = _shown(request)
    lines = [
        {
            "code": row.code,
            "title": row.title or "",
            "owner": agreements.short_name(row.agency),
            "article": row.article,
            "purpose": row.purpose or "",
            "legal_basis": row.legal_basis or "",
            "cls": str(CLASSES[row.information_class]),
            "consequence_test": row.consequence_test,
            "refresh": str(REFRESHES[row.refresh]),
            "retention_days": row.retention_days,
            "field": row.label(field.name),
            "field_cls": str(FIELD_CLASSES[field.cls]),
        }
        for row in rows
        for field in row.columns()
    ]
    mark = "LATIHAN" if any(row.exercise for row in rows) else ""
    return sheet_answer(export(columns, lines, sheet=gettext("Katalog data"), mark=mark), "katalog-data.xlsx")


@require_safe
@requires("data.read")
def catalogue_dcat(request: PersonRequest) -> HttpResponse:
    """The catalogue as DCAT 3 in JSON-LD, for the catalogues of Satu Data Indonesia."""
    rows, _form = _shown(request)
    owners = {row.agency: (agreements.agency_code(row.agency), agreements.agency_name(row.agency)) for row in rows}
    own = own_agency()
    told = dcat.catalogue(rows, publisher=(own.code, own.name), owners=owners)
    return HttpResponse(
        json.dumps(told, ensure_ascii=False, indent=1),
        content_type="application/ld+json; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="katalog-data.jsonld"'},
    )


@require_safe
@requires("data.read")
def dataset(request: PersonRequest, key: str) -> HttpResponse:
    """One data set: its fields with their class, purpose, legal basis, and how long it may be kept."""
    row = open_record(request, Dataset.objects.all(), key, "data.read", region=None)
    newest = actions.entries(row.agreement, row.agency)[row.code]
    is_own = row.agency == own_agency().id
    may_deliver = (
        is_own
        and newest.key == row.key
        and bool(row.obligation)
        and agreements.offers(request.user, "data.deliver", agreement=row.agreement)
    )
    sent = of_dataset.of_dataset(row)
    told = of_dataset.told([one.key for one in sent])
    due = standing.dues(request, [row], request.arrived_at)
    context = {
        **_line(row, grade(row.key)),
        "newest": None if newest.key == row.key else newest,
        "name": agreements.name_of(row.agreement),
        "columns": [
            {"label": row.label(field.name), "cls": FIELD_CLASSES[field.cls], "field": field} for field in row.columns()
        ],
        "may_ask": not is_own
        and newest.key == row.key
        and agreements.offers(request.user, "data.request", agreement=row.agreement),
        "may_deliver": may_deliver,
        "versions": standing.versions(sent, told, lambda one: counted(row, one)),
        "due": due.get((row.agreement, row.agency, row.code)),
        "occasion": OccasionForm(initial={"id": new_event_id(request.arrived_at)})
        if may_deliver and row.obligation in rules.OCCASIONS
        else None,
        "may_change": is_own and newest.key == row.key and row.agreement in dict(_choices(request)),
    }
    return render(request, "data/dataset.html", context)


@require_http_methods(BOTH)
@requires("data.list")
def list_dataset(request: PersonRequest) -> HttpResponse:
    """Enter a data set of this office, or with `?dari=` change one: a new version."""
    posted = request.method == "POST"
    before = _before(request)
    known = [
        {"label": before.label(field.name), "cls": field.cls, "people": field.people} for field in before.columns()
    ] if before else []  # fmt: skip
    typed = sum(name.startswith("kolom-") and name.endswith("-label") for name in request.POST)
    forms = [
        ColumnForm(
            request.POST if posted else None,
            prefix=f"kolom-{place}",
            initial=known[place] if place < len(known) else {"cls": "terbatas"},
        )
        for place in range(min(rules.MOST_FIELDS, max(len(known) + SPARE_COLUMNS, typed)))
    ]
    initial: dict[str, Any] = {"id": new_event_id(request.arrived_at), "agreement": request.scope}
    if before:
        same = ("agreement", "code", "title", "purpose", "legal_basis", "consequence_test", "refresh", "retention_days")
        initial |= {name: getattr(before, name) for name in same}
        initial |= {"cls": before.information_class, "seen": before.key}
    form = DatasetForm(request.POST if posted else None, agreements=_choices(request), initial=initial)
    if posted and form.is_valid() and all(one.is_valid() for one in forms):
        given = dict(form.cleaned_data)
        try:
            receipt = actions.list_dataset(
                id=given.pop("id"),
                by=request.actor,
                at=request.arrived_at,
                fields=[one.typed() for one in forms],
                obligation=before.obligation if before else "",
                **given,
            )
        except Refused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, gettext("Katalog diperbarui dan sedang dikirim ke pihak lain."))
            return redirect("data:dataset", key=receipt.key)
    context = {"form": form, "columns": forms, "before": before}
    return render(request, "data/list.html", context, status=422 if posted else 200)


@require_POST
@requires("data.list")
def adoption(request: PersonRequest, agreement: str) -> HttpResponse:
    """Take standing exchanges into this office's catalogue."""
    info = agreements.opened(request, agreement, "data.list")
    actions.adopt(
        id=request.POST.get("id", ""),
        by=request.actor,
        at=request.arrived_at,
        agreement=info.id,
        codes=request.POST.getlist("code"),
    )
    messages.success(request, gettext("Katalog diperbarui dan sedang dikirim ke pihak lain."))
    return redirect("data:catalogue")


def current(rows: Any) -> list[Dataset]:
    """The entries that count, by office and code."""
    kept: dict[tuple[str, str, str], Dataset] = {}
    for row in rows.order_by("seq", "key"):
        kept[row.agreement, row.agency, row.code] = row
    own = own_agency().id
    return sorted(kept.values(), key=lambda row: (row.agency == own, row.agency, row.agreement, row.code))


def _shown(request: PersonRequest) -> tuple[list[Dataset], FilterForm]:
    rows = current(visible(request.user, Dataset.objects.all(), "data.read", region=None, scope=request.scope))
    form = FilterForm(request.GET)
    if not form.is_valid():
        return rows, form
    asked, cls = form.cleaned_data["q"].casefold(), form.cleaned_data["cls"]
    return [
        row
        for row in rows
        if (not cls or row.information_class == cls)
        and (not asked or asked in f"{row.code} {row.title or ''} {row.purpose or ''}".casefold())
    ], form


def _line(row: Dataset, found: Any) -> dict[str, Any]:
    return {
        "row": row,
        "owner": agreements.short_name(row.agency),
        "agreement": agreements.name_of(row.agreement),
        "cls": CLASSES[row.information_class],
        "refresh": REFRESHES[row.refresh],
        "personal": any(field.cls == "pribadi" for field in row.columns()),
        "grade": found,
    }


def _offers(request: PersonRequest) -> list[dict[str, Any]]:
    """Per agreement the standing exchanges that this office owes and has not taken into its catalogue."""
    own, found = own_agency(), []
    for id, name in _choices(request):
        known = actions.entries(id, own.id)
        left = [draft for draft in template.drafts_of(own.kind) if draft.code not in known]
        if left:
            found.append({"agreement": id, "name": name, "drafts": left})
    return found


def _before(request: PersonRequest) -> Dataset | None:
    key = request.GET.get("dari", "")
    if not key:
        return None
    row: Dataset = open_record(request, Dataset.objects.all(), key, "data.list", region=None)
    if row.agency != own_agency().id:
        raise Http404
    return row


def _choices(request: PersonRequest) -> list[tuple[str, str]]:
    found = agreements.in_force_for(request.user, "data.list", on=request.arrived_at)
    return [(info.id, info.name) for info in found if "data" in info.scopes]


def opens(user: Any, keys: list[str]) -> dict[str, records.Page]:
    """The pages of those facts that this person may read."""
    rows = visible(user, Dataset.objects.filter(key__in=keys), "data.read", region=None)
    return {row.key: records.Page(url=reverse("data:dataset", args=[row.key]), name=row.code) for row in rows}
