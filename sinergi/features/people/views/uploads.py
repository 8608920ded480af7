"""From a file to a list of units or officers: choose, look, note. All of it, or nothing while a cell is wrong."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sinergi.access.doors import PersonRequest, requires
from sinergi.features.people import actions, forms
from sinergi.features.people.public import units
from sinergi.kernel.errors import Refused
from sinergi.kernel.ids import new_event_id
from sinergi.sheets import Cells, Unreadable
from sinergi.sheets.writing import corrected, template
from sinergi.web import uploads
from sinergi.web.models import Upload

PURPOSE = "people:"


@require_http_methods(["GET", "HEAD", "POST"])
@requires("people.import")
def new_upload(request: PersonRequest) -> HttpResponse:
    """Choose what a file holds and the file. Nothing is noted yet."""
    posted = request.method == "POST"
    form = forms.Upload(request.POST if posted else None, request.FILES if posted else None)
    if form.is_valid():
        file, subject = form.cleaned_data["file"], form.cleaned_data["subject"]
        cells = uploads.read(file)
        _checked(subject, cells)
        draft = uploads.keep(
            owner=request.user.actor_id,
            purpose=PURPOSE + subject,
            agreement="",
            filename=file.name,
            cells=cells,
            at=request.arrived_at,
        )
        return redirect("people:preview", draft=draft.id)
    context = {"form": form, "subjects": forms.SUBJECTS}
    return render(request, "people/upload.html", context, status=422 if posted else 200)


@require_safe
@requires("people.import")
def template_sheet(request: PersonRequest, subject: str) -> HttpResponse:
    """The template to fill in."""
    columns = {forms.UNITS: forms.UNIT_COLUMNS, forms.OFFICERS: forms.OFFICER_COLUMNS}.get(subject)
    if columns is None:
        raise Http404
    notes = (gettext("Unggahan menggantikan seluruh daftar."),)
    title = str(dict(forms.SUBJECTS)[subject])
    return uploads.sheet_answer(template(columns, title=title, notes=notes), f"templat-{subject}.xlsx")


@require_safe
@requires("people.import")
def preview(request: PersonRequest, draft: UUID) -> HttpResponse:
    """What would be noted, and every wrong cell with its sentence."""
    kept, subject = _draft(request, draft)
    checked = _checked(subject, uploads.cells_of(kept))
    context = {
        "draft": kept,
        "title": dict(forms.SUBJECTS)[subject],
        "checked": checked,
        **uploads.wrong(checked.table),
        "id": new_event_id(request.arrived_at),
    }
    return render(request, "people/preview.html", context)


@require_safe
@requires("people.import")
def corrected_sheet(request: PersonRequest, draft: UUID) -> HttpResponse:
    """The uploaded rows with every error marked."""
    kept, subject = _draft(request, draft)
    return uploads.sheet_answer(corrected(_checked(subject, uploads.cells_of(kept)).table), f"perbaikan-{subject}.xlsx")


@require_POST
@requires("people.import")
def discarded(request: PersonRequest, draft: UUID) -> HttpResponse:
    """Drop the upload."""
    uploads.discard(_draft(request, draft)[0])
    return redirect("people:strength")


@require_POST
@requires("people.import")
def statement(request: PersonRequest, draft: UUID) -> HttpResponse:
    """Note the list: all of it, or nothing while a cell is wrong."""
    kept, subject = _draft(request, draft)
    checked = _checked(subject, uploads.cells_of(kept))
    if checked.table.problems:
        raise Refused("Perbaiki dahulu sel yang salah; belum ada yang dicatat.", code="SDM-08")
    noted: dict[str, Any] = {"id": request.POST.get("id", ""), "by": request.actor, "at": request.arrived_at}
    if subject == forms.UNITS:
        actions.list_units(**noted, rows=checked.units)
    else:
        actions.list_officers(**noted, rows=checked.officers)
    uploads.discard(kept)
    messages.success(
        request, gettext("%(count)s baris dicatat; hanya kantor ini yang melihatnya.") % {"count": checked.count}
    )
    return redirect("people:strength")


def _draft(request: PersonRequest, draft: UUID) -> tuple[Upload, str]:
    kept = uploads.kept(request, draft, *(PURPOSE + subject for subject, _ in forms.SUBJECTS))
    return kept, kept.purpose.removeprefix(PURPOSE)


def _checked(subject: str, cells: Cells) -> forms.Checked:
    try:
        if subject == forms.UNITS:
            return forms.check_units(cells)
        return forms.check_officers(cells, set(units().values_list("code", flat=True)))
    except Unreadable as refusal:
        raise uploads.said(refusal) from None
