"""From a file to scores or classes: choose, look, state. All of it, or nothing while a cell is wrong."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sinergi.access.doors import PersonRequest, requires
from sinergi.features.agreement import public as agreements
from sinergi.features.places import public as places
from sinergi.features.risk import actions, forms
from sinergi.features.risk.instruments import instruments
from sinergi.kernel.errors import Refused
from sinergi.kernel.ids import new_event_id
from sinergi.ledger.store import own_agency
from sinergi.sheets import Cells, Unreadable
from sinergi.sheets.writing import corrected, template
from sinergi.web import uploads
from sinergi.web.models import Upload

PURPOSE = "risk:"


@require_http_methods(["GET", "HEAD", "POST"])
@requires("risk.score")
def new_upload(request: PersonRequest) -> HttpResponse:
    """Choose what to tell and a file. Nothing is stated yet."""
    subjects, choices = _subjects(request), _agreements(request)
    posted = request.method == "POST"
    form = forms.Upload(
        request.POST if posted else None,
        request.FILES if posted else None,
        subjects=subjects,
        agreements=choices,
        initial={"subject": request.GET.get("isi", "")},
    )
    if form.is_valid():
        file = form.cleaned_data["file"]
        cells = uploads.read(file)
        subject, agreement = form.cleaned_data["subject"], form.cleaned_data["agreement"]
        if not _may(request, subject, agreement):
            raise Http404
        _checked(subject, agreement, cells)
        draft = uploads.keep(
            owner=request.user.actor_id,
            purpose=PURPOSE + subject,
            agreement=agreement,
            filename=file.name,
            cells=cells,
            at=request.arrived_at,
        )
        return redirect("risk:preview", draft=draft.id)
    context = {"form": form, "subjects": subjects, "agreements": choices}
    return render(request, "risk/upload.html", context, status=422 if posted else 200)


@require_safe
@requires("risk.score")
def template_sheet(request: PersonRequest, subject: str) -> HttpResponse:
    """The template to fill in."""
    words = dict(_subjects(request))
    if subject not in words:
        raise Http404
    if subject == forms.CLASSES:
        columns: Any = forms.CLASS_COLUMNS
        notes: tuple[str, ...] = (gettext("Tempat yang tidak disebut tetap pada kelasnya."),)
    else:
        columns = forms.score_columns(instruments()[subject])
        notes = (instruments()[subject].source, gettext("Sel kosong berarti belum diketahui."))
    return uploads.sheet_answer(
        template(columns, title=str(words[subject])[:31], notes=notes), f"templat-{subject}.xlsx"
    )


@require_safe
@requires("risk.score")
def preview(request: PersonRequest, draft: UUID) -> HttpResponse:
    """What would be stated, and every wrong cell with its sentence."""
    kept, subject = _draft(request, draft)
    checked = _checked(subject, kept.agreement, uploads.cells_of(kept))
    counts = {level: sum(row.level == level for row in checked.classes) for level, _ in forms.LEVEL_CHOICES}
    return render(
        request,
        "risk/preview.html",
        {
            "draft": kept,
            "subject": subject,
            "title": dict(_subjects(request))[subject],
            "checked": checked,
            "is_classes": subject == forms.CLASSES,
            "counts": [(level, counts[level]) for level, _ in forms.LEVEL_CHOICES],
            **uploads.wrong(checked.table),
            "sample": checked.classes[:12],
            "partner": dict(_agreements(request)).get(kept.agreement, ""),
            "stays_internal": subject != forms.CLASSES and own_agency().kind == "police",
            "id": new_event_id(request.arrived_at),
        },
    )


@require_safe
@requires("risk.score")
def corrected_sheet(request: PersonRequest, draft: UUID) -> HttpResponse:
    """The uploaded rows with every error marked."""
    kept, subject = _draft(request, draft)
    checked = _checked(subject, kept.agreement, uploads.cells_of(kept))
    return uploads.sheet_answer(corrected(checked.table), "perbaikan-kerawanan.xlsx")


@require_POST
@requires("risk.score")
def discarded(request: PersonRequest, draft: UUID) -> HttpResponse:
    """Drop the upload."""
    kept, _ = _draft(request, draft)
    uploads.discard(kept)
    return redirect("risk:stations")


@require_POST
@requires("risk.score")
def statement(request: PersonRequest, draft: UUID) -> HttpResponse:
    """State what the file holds: all of it, or nothing while a cell is wrong."""
    kept, subject = _draft(request, draft)
    checked = _checked(subject, kept.agreement, uploads.cells_of(kept))
    if checked.table.problems:
        raise Refused("Perbaiki dahulu sel yang salah; belum ada yang dicatat.", code="RAW-09")
    stated: dict[str, Any] = {
        "id": request.POST.get("id", ""),
        "by": request.actor,
        "at": request.arrived_at,
        "agreement": kept.agreement,
    }
    if subject == forms.CLASSES:
        actions.set_classes(**stated, set_by=request.user.name, rows=checked.classes)
    else:
        actions.score_places(**stated, instrument=subject, rows=checked.scores)
    uploads.discard(kept)
    messages.success(request, gettext("%(count)s tempat dicatat.") % {"count": checked.count})
    return redirect("risk:stations")


def _subjects(request: PersonRequest) -> list[tuple[str, Any]]:
    """What this person may upload: scores by the instruments of this office, and classes where they may set them."""
    own = own_agency()
    found: list[tuple[str, Any]] = [(one.id, one.title) for one in instruments().values() if one.side == own.kind]
    if own.kind == "police" and request.user.can("risk.classify"):
        found.insert(0, (forms.CLASSES, gettext("Kelas kerawanan TPS")))
    return found


def _agreements(request: PersonRequest) -> list[tuple[str, str]]:
    return [(info.id, info.name) for info in agreements.in_force_for(request.user, "risk.score")]


def _draft(request: PersonRequest, draft: UUID) -> tuple[Upload, str]:
    subjects = [subject for subject, _ in _subjects(request)]
    kept = uploads.kept(request, draft, *(PURPOSE + subject for subject in subjects))
    subject = kept.purpose.removeprefix(PURPOSE)
    if kept.agreement not in dict(_agreements(request)) or not _may(request, subject, kept.agreement):
        raise Http404
    return kept, subject


def _may(request: PersonRequest, subject: str, agreement: str) -> bool:
    """Whether this very agreement is theirs for that: one duty may score here and another classify elsewhere."""
    return request.user.can("risk.classify" if subject == forms.CLASSES else "risk.score", agreement=agreement)


def _checked(subject: str, agreement: str, cells: Cells) -> forms.Checked:
    try:
        if subject == forms.CLASSES:
            return forms.check_classes(cells, places.station_codes(agreement))
        return forms.check_scores(cells, instruments()[subject])
    except Unreadable as refusal:
        raise uploads.said(refusal) from None
