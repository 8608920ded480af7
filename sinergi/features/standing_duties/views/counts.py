"""The counts of a quarter from a table: choose the file, see every wrong cell, then send them with the letter."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from sinergi.access.doors import PersonRequest, requires
from sinergi.features.standing_duties import forms
from sinergi.features.standing_duties.views.updates import BOTH, choices, filled, own_districts
from sinergi.kernel.errors import Refused
from sinergi.sheets import Cells, Unreadable
from sinergi.sheets.writing import corrected, export
from sinergi.web import uploads
from sinergi.web.models import Upload

PURPOSE = "standing_duties.counts"


@require_http_methods(BOTH)
@requires("standing_duties.report")
def upload(request: PersonRequest) -> HttpResponse:
    """Choose the table. It is read in a limited child process and looked at on the next page."""
    posted = request.method == "POST"
    form = forms.CountsFile(request.POST if posted else None, request.FILES if posted else None)
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            cells = uploads.read(file)
            _checked(cells)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            draft = uploads.keep(
                owner=request.user.actor_id,
                purpose=PURPOSE,
                agreement="",
                filename=file.name,
                cells=cells,
                at=request.arrived_at,
            )
            return redirect("standing_duties:counts-preview", draft=draft.id)
    context = {"form": form, "districts": own_districts(), "may_report": bool(choices(request))}
    return render(request, "standing_duties/counts_upload.html", context, status=422 if posted else 200)


@require_safe
@requires("standing_duties.report")
def template_sheet(request: PersonRequest) -> HttpResponse:
    """The table to fill in, with a row for each district of this office."""
    rows = [{"district": code, "name": name} for code, name in own_districts()]
    return uploads.sheet_answer(export(forms.COUNT_COLUMNS, rows, sheet=gettext("Jumlah")), "jumlah-data-pemilih.xlsx")


@require_safe
@requires("standing_duties.report")
def preview(request: PersonRequest, draft: UUID) -> HttpResponse:
    """Every wrong cell with its sentence; where none is, the report filled in with the counts, ready for its letter."""
    kept = _draft(request, draft)
    checked = _checked(uploads.cells_of(kept))
    if not checked.table.problems and checked.rows:
        return filled(request, checked.initial(), kept.filename)
    context = {"draft": kept, "checked": checked, **uploads.wrong(checked.table)}
    return render(request, "standing_duties/counts_preview.html", context)


@require_safe
@requires("standing_duties.report")
def corrected_sheet(request: PersonRequest, draft: UUID) -> HttpResponse:
    """The uploaded rows with every error marked."""
    checked = _checked(uploads.cells_of(_draft(request, draft)))
    return uploads.sheet_answer(corrected(checked.table), "perbaikan-jumlah.xlsx")


def _draft(request: PersonRequest, draft: UUID) -> Upload:
    return uploads.kept(request, draft, PURPOSE)


def _checked(cells: Cells) -> forms.CheckedCounts:
    districts = own_districts()
    if not districts:
        raise Refused("Kantor ini tidak punya daftar kecamatan; isi jumlahnya saja.", code="TGS-34", field="file")
    try:
        return forms.check_counts(cells, districts)
    except Unreadable as refusal:
        raise uploads.said(refusal) from None
