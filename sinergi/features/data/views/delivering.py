"""From a table to a sealed delivery: from what Sinergi knows in one click, or a file that is looked at first."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sinergi.access.doors import PersonRequest, open_record, requires
from sinergi.features.agreement import public as agreements
from sinergi.features.data import actions, delivering, public
from sinergi.features.data.forms import DeliverForm, OccasionForm
from sinergi.features.data.models import DataAnswer, DataRequest, Dataset
from sinergi.features.data.views.catalogue import BOTH
from sinergi.features.data.views.versions import changed_lines, counted, told_lines
from sinergi.kernel.errors import Refused
from sinergi.kernel.ids import new_event_id
from sinergi.ledger.store import own_agency
from sinergi.sheets import Cells, Unreadable
from sinergi.sheets.writing import corrected, export, template
from sinergi.web import uploads
from sinergi.web.middleware import said as said_of
from sinergi.web.models import Upload

# Rows that a page shows before they are delivered.
SAMPLE = 8


class Ground(msgspec.Struct, frozen=True, kw_only=True):
    """What is delivered to whom, and under which answer; `query`: the part of an address that says the same."""

    row: Any
    said: Any
    recipients: list[tuple[str, str]]
    query: str

    def recipient(self, chosen: str) -> str:
        """The recipient that was chosen; Refused where it is none."""
        if chosen not in dict(self.recipients):
            raise Refused("Pilih pihak lain dalam perjanjian sebagai penerima.", code="DAT-46", field="recipient")
        return chosen


@require_http_methods(BOTH)
@requires("data.deliver")
def deliver(request: PersonRequest, key: str) -> HttpResponse:
    """Choose: what Sinergi knows, shown as it would be delivered, or a file; `?jawaban=` under a granted request."""
    ground = _ground(request, key)
    posted = request.method == "POST"
    form = DeliverForm(
        request.POST if posted else None,
        request.FILES if posted else None,
        recipients=ground.recipients,
        initial={"recipient": next((party for party, _name in ground.recipients), "")},
    )
    if posted and form.is_valid():
        file, recipient = form.cleaned_data["file"], form.cleaned_data["recipient"]
        try:
            cells = uploads.read(file)
            _checked(ground, recipient, cells)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            draft = uploads.keep(
                owner=request.user.actor_id,
                purpose=_purpose(ground.row),
                agreement=ground.row.agreement,
                filename=file.name,
                cells=cells,
                at=request.arrived_at,
            )
            query = urlencode({"penerima": recipient} | ({"jawaban": ground.said.key} if ground.said else {}))
            return redirect(f"{reverse('data:preview', args=[key, draft.id])}?{query}")
    row = ground.row
    context = {
        "row": row,
        "form": form,
        "query": ground.query,
        "several": len(ground.recipients) > 1,
        "columns": [(column.label, field.people) for column, field in _columns(ground)],
        "until": delivering.until_of(row, ground.said, localdate(request.arrived_at)),
        "name": agreements.name_of(row.agreement),
        "offers": [_offer(request, ground, party, name) for party, name in ground.recipients],
    }
    return render(request, "data/deliver.html", context, status=422 if posted else 200)


@require_POST
@requires("data.deliver")
def known(request: PersonRequest, key: str) -> HttpResponse:
    """Deliver what Sinergi knows of it."""
    ground = _ground(request, key)
    found = public.known(ground.row.code, ground.row.agreement, request.user)
    if found is None:
        raise Refused("Sinergi belum mengetahui isi data ini. Unggah tabelnya.", code="DAT-28")
    return _deliver(request, ground, delivering.cells_of(ground.row, ground.said, found.rows), request.POST)


@require_safe
@requires("data.deliver")
def table_sheet(request: PersonRequest, key: str) -> HttpResponse:
    """The table to fill in: with the rows Sinergi knows, else a template."""
    ground = _ground(request, key)
    columns = delivering.columns_for(ground.row, ground.said)
    found = public.known(ground.row.code, ground.row.agreement, request.user)
    if found is None:
        notes = (gettext("Kolom jumlah orang: angka 1 sampai 4 ditolak; gabungkan barisnya."),)
        data = template(columns, title=f"{ground.row.code} {ground.row.title or ''}"[:60], notes=notes)
    else:
        mark = "LATIHAN" if ground.row.exercise else ""
        data = export(columns, found.rows, sheet=ground.row.code, mark=mark)
    return uploads.sheet_answer(data, f"isian-{ground.row.code.lower()}.xlsx")


@require_safe
@requires("data.deliver")
def preview(request: PersonRequest, key: str, draft: UUID) -> HttpResponse:
    """What would be delivered, what it changes, and every wrong cell with its sentence."""
    ground, kept = _draft(request, key, draft)
    recipient = ground.recipient(request.GET.get("penerima", ""))
    checked = _checked(ground, recipient, uploads.cells_of(kept))
    context = {
        **_shown(request, ground, checked),
        **uploads.wrong(checked.table),
        "row": ground.row,
        "draft": kept,
        "query": ground.query,
        "recipient": recipient,
        "to": agreements.short_name(recipient),
        "id": new_event_id(request.arrived_at),
    }
    return render(request, "data/preview.html", context)


@require_safe
@requires("data.deliver")
def corrected_sheet(request: PersonRequest, key: str, draft: UUID) -> HttpResponse:
    """The uploaded rows with every error marked."""
    ground, kept = _draft(request, key, draft)
    checked = _checked(ground, "", uploads.cells_of(kept))
    return uploads.sheet_answer(corrected(checked.table), f"perbaikan-{ground.row.code.lower()}.xlsx")


@require_POST
@requires("data.deliver")
def discarded(request: PersonRequest, key: str, draft: UUID) -> HttpResponse:
    """Drop the upload."""
    ground, kept = _draft(request, key, draft)
    uploads.discard(kept)
    return redirect(reverse("data:deliver", args=[key]) + ground.query)


@require_POST
@requires("data.deliver")
def sealing(request: PersonRequest, key: str, draft: UUID) -> HttpResponse:
    """Seal and deliver an upload: all of it, or nothing while a cell is wrong."""
    ground, kept = _draft(request, key, draft)
    answer = _deliver(request, ground, uploads.cells_of(kept), request.POST)
    uploads.discard(kept)
    return answer


@require_POST
@requires("data.deliver")
def occasion(request: PersonRequest, key: str) -> HttpResponse:
    """State what makes a delivery due: a plenary that decided on contestants, a movement of logistics."""
    row: Dataset = open_record(request, Dataset.objects.all(), key, "data.deliver", region=None)
    form = OccasionForm(request.POST)
    if not form.is_valid():
        raise Refused("Isi tanggal dan keterangannya.", code="DAT-29")
    actions.state_occasion(by=request.actor, at=request.arrived_at, dataset=row.key, **form.cleaned_data)
    messages.success(request, gettext("Dicatat; batas penyerahannya tampil pada papan kewajiban kedua kantor."))
    return redirect("data:dataset", key=key)


def _deliver(request: PersonRequest, ground: Ground, cells: Cells, posted: Any) -> HttpResponse:
    try:
        receipt = delivering.deliver(
            id=posted.get("id", ""),
            by=request.actor,
            at=request.arrived_at,
            row=ground.row,
            recipient=ground.recipient(posted.get("recipient", "")),
            said=ground.said,
            cells=cells,
        )
    except Unreadable as refusal:
        raise uploads.said(refusal) from None
    messages.success(request, gettext("Data disegel; simpul penerima mengambilnya sendiri."))
    return redirect("data:delivery", key=receipt.key)


def _ground(request: PersonRequest, key: str) -> Ground:
    row: Dataset = open_record(request, Dataset.objects.all(), key, "data.deliver", region=None)
    said, asked = _granted(request, row)
    if row.agency != own_agency().id or (said is None and not row.obligation):
        raise Http404
    info = agreements.agreement(row.agreement)
    partners = (asked.agency,) if asked else info.partners if info else ()
    return Ground(
        row=row,
        said=said,
        recipients=[(party, agreements.short_name(party)) for party in partners],
        query=f"?jawaban={said.key}" if said else "",
    )


def _granted(request: PersonRequest, row: Dataset) -> tuple[DataAnswer | None, DataRequest | None]:
    key = request.GET.get("jawaban", "")
    if not key:
        return None, None
    said = DataAnswer.objects.filter(key=key, agreement=row.agreement, agrees=True).first()
    asked = DataRequest.objects.filter(key=said.request, dataset=row.key).first() if said else None
    if said is None or asked is None:
        raise Http404
    return said, asked


def _draft(request: PersonRequest, key: str, draft: UUID) -> tuple[Ground, Upload]:
    ground = _ground(request, key)
    return ground, uploads.kept(request, draft, _purpose(ground.row))


def _purpose(row: Dataset) -> str:
    return f"data:{row.key}"


def _columns(ground: Ground) -> Iterable[tuple[Any, Any]]:
    fields = delivering.fields_for(ground.row, ground.said)
    return zip(delivering.columns_for(ground.row, ground.said), fields, strict=True)


def _checked(ground: Ground, recipient: str, cells: Cells) -> delivering.Checked:
    try:
        return delivering.check(ground.row, ground.said, recipient, cells)
    except Unreadable as refusal:
        raise uploads.said(refusal) from None


def _offer(request: PersonRequest, ground: Ground, party: str, name: str) -> dict[str, Any] | None:
    """What Sinergi knows, as it would be delivered to this party; None where it knows nothing."""
    found = public.known(ground.row.code, ground.row.agreement, request.user)
    if found is None:
        return None
    offer: dict[str, Any] = {"found": found, "party": party, "name": name, "id": new_event_id(request.arrived_at)}
    try:
        checked = _checked(ground, party, delivering.cells_of(ground.row, ground.said, found.rows))
    except Refused as refusal:
        return offer | {"refusal": said_of(refusal)}
    missing = [column.label for column, _field in _columns(ground) if column.name not in found.rows[0]]
    return offer | _shown(request, ground, checked) | uploads.wrong(checked.table) | {"missing": missing}


def _shown(request: PersonRequest, ground: Ground, checked: delivering.Checked) -> dict[str, Any]:
    """A judged table as a page shows it: first rows, what is missing in it, what it changes, which plans rest on it."""
    row, summary = ground.row, checked.summary
    labels = [row.label(field.name) for field in checked.fields]
    count = len(checked.rows)
    return {
        "checked": checked,
        "summary": summary,
        "labels": labels,
        "sample": [[one[field.name] for field in checked.fields] for one in checked.rows[:SAMPLE]],
        "count": ngettext("%(count)d baris", "%(count)d baris", count) % {"count": count},
        "told": told_lines(row, summary) if summary else None,
        "count_words": counted(row, summary) if summary and summary.before else "",
        "changed": changed_lines(row, checked.changes),
        "touched": public.touched(summary.stations, request.user) if summary else [],
    }
