"""What an agreement from paper brings along: its list and its history from a file, looked at before it is stated."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localdate
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sinergi.access.doors import PersonRequest, requires
from sinergi.features.agreement import public as agreements
from sinergi.features.obligations import actions, paper
from sinergi.features.obligations.forms import PaperForm, ProposalForm
from sinergi.features.obligations.held import Held
from sinergi.features.obligations.public import Board
from sinergi.features.obligations.views import words
from sinergi.features.obligations.views.history import shown
from sinergi.features.obligations.views.lists import listed
from sinergi.kernel.errors import Refused
from sinergi.kernel.ids import new_event_id
from sinergi.sheets import Cells, Unreadable
from sinergi.sheets.writing import corrected, template
from sinergi.web import uploads
from sinergi.web.forms import said_with_code
from sinergi.web.models import Upload

# What a file may be, by the word in its address; the uploads of each are kept apart.
PURPOSES = {"daftar": "obligations.list", "riwayat": "obligations.history"}
PERMISSIONS = {"daftar": "obligations.propose", "riwayat": "obligations.recount"}
TITLES = {"daftar": gettext_lazy("Daftar kewajiban dari berkas"), "riwayat": gettext_lazy("Riwayat dari berkas")}
SAMPLE = 40


@requires("obligations.recount")
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: PersonRequest, agreement: str, what: str) -> HttpResponse:
    """Choose a file. It is read in a limited child process and looked at on the next page; nothing is stated yet."""
    info = _opened(request, agreement, what)
    form = PaperForm(request.POST or None, request.FILES or None)
    about = _list_of(Board(agreement, at=request.arrived_at)) if what == "riwayat" else None
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        cells = uploads.read(file)
        _checked(request, agreement, what, cells)  # what is refused as a whole is not kept
        kept = uploads.keep(
            owner=request.user.actor_id,
            purpose=PURPOSES[what],
            agreement=agreement,
            filename=file.name,
            cells=cells,
            at=request.arrived_at,
        )
        return redirect("obligations:paper-preview", upload=kept.id)
    context = {"info": info, "form": form, "what": what, "title": TITLES[what], "about": about}
    return render(request, "obligations/paper_upload.html", context, status=422 if request.method == "POST" else 200)


@require_safe
@requires("obligations.recount")
def template_sheet(request: PersonRequest, agreement: str, what: str) -> HttpResponse:
    """The template to fill in, with the words that this agreement knows."""
    _opened(request, agreement, what)
    if what == "daftar":
        columns, name = paper.list_columns(_terms(agreement)), "templat-daftar-kewajiban.xlsx"
        notes = (
            "Satu baris untuk satu kewajiban. Aturan tenggat kedua ditulis di baris lain dengan kode yang sama.",
            "Patokan seperti “setiap bulan” tidak butuh hitungan; tahapan butuh, misalnya H-30, H-7.",
        )
    else:
        columns, name = paper.history_columns(), "templat-riwayat.xlsx"
        notes = (
            "Satu baris untuk satu tenggat yang sudah lewat, atau satu adendum yang sudah ditandatangani.",
            "Riwayat baru dihitung setelah pihak lain membenarkannya.",
        )
    return uploads.sheet_answer(template(columns, title=str(TITLES[what]), notes=notes), name)


@requires("obligations.recount")
@require_http_methods(["GET", "HEAD", "POST"])
def preview(request: PersonRequest, upload: UUID) -> HttpResponse:
    """What would be stated, every wrong cell with its sentence; sending states all of it, or nothing."""
    kept, what, info = _kept(request, upload)
    checked = _checked(request, kept.agreement, what, uploads.cells_of(kept))
    posted = request.POST if request.method == "POST" else None
    form = ProposalForm(
        posted, initial={"id": new_event_id(request.arrived_at), "counts_from": localdate(request.arrived_at)}
    )
    is_list = isinstance(checked, paper.CheckedList)
    empty = not (checked.items if isinstance(checked, paper.CheckedList) else checked.entries)
    if posted is not None and not checked.table.problems and not empty:
        if not is_list:
            form.fields["counts_from"].required = False
        if form.is_valid() and _sent(request, kept, checked, form):
            uploads.discard(kept)
            return redirect("obligations:list" if is_list else "obligations:history", agreement=kept.agreement)
    context = {
        "info": info,
        "upload": kept,
        "what": what,
        "title": TITLES[what],
        "checked": checked,
        "form": form,
        "is_list": is_list,
        "may_send": not checked.table.problems and not empty,
        **uploads.wrong(checked.table),
    }
    if isinstance(checked, paper.CheckedList):
        context["items"] = listed(checked.items, checked.titles)
        context["count"] = len(checked.items)
    else:
        numbers = {str(place): number for place, number in enumerate(checked.numbers)}
        remarks = {str(place): remark for place, remark in enumerate(checked.remarks)}
        titles = _list_of(Board(kept.agreement, at=request.arrived_at)).titles or {}
        context["entries"] = shown(checked.entries, titles, numbers, remarks)
        context["count"] = len(checked.entries)
    return render(request, "obligations/paper_preview.html", context, status=200 if posted is None else 422)


@require_safe
@requires("obligations.recount")
def corrected_sheet(request: PersonRequest, upload: UUID) -> HttpResponse:
    """The uploaded rows with every error marked, to correct and upload again."""
    kept, what, _info = _kept(request, upload)
    checked = _checked(request, kept.agreement, what, uploads.cells_of(kept))
    return uploads.sheet_answer(corrected(checked.table), f"perbaikan-{what}.xlsx")


@require_POST
@requires("obligations.recount")
def discarded(request: PersonRequest, upload: UUID) -> HttpResponse:
    """Drop the upload."""
    kept, what, _info = _kept(request, upload)
    uploads.discard(kept)
    return redirect("obligations:list" if what == "daftar" else "obligations:history", agreement=kept.agreement)


def _sent(
    request: PersonRequest, kept: Upload, checked: paper.CheckedList | paper.CheckedHistory, form: ProposalForm
) -> bool:
    given: dict[str, Any] = {
        "id": form.cleaned_data["id"],
        "by": request.actor,
        "at": request.arrived_at,
        "agreement": kept.agreement,
    }
    try:
        if isinstance(checked, paper.CheckedList):
            actions.propose_list(
                **given,
                items=checked.items,
                titles=checked.titles,
                counts_from=form.cleaned_data["counts_from"],
                remark=form.cleaned_data["remark"],
            )
            done = gettext("Usul daftar kewajiban dikirim. Ia berlaku setelah pihak lain menyetujui.")
        else:
            actions.state_history(
                **given,
                list_key=_list_of(Board(kept.agreement, at=request.arrived_at)).key,
                entries=checked.entries,
                numbers=checked.numbers,
                remarks=checked.remarks,
                on=localdate(request.arrived_at),
            )
            done = gettext("Riwayat dikirim. Ia dihitung setelah pihak lain membenarkannya.")
    except Refused as refusal:
        known = refusal.field if refusal.field in form.fields else None
        form.add_error(known, said_with_code(refusal))
        return False
    messages.success(request, done)
    return True


def _opened(request: PersonRequest, agreement: str, what: str) -> agreements.AgreementInfo:
    if what not in PURPOSES:
        raise Http404
    return agreements.opened(request, agreement, PERMISSIONS[what])


def _kept(request: PersonRequest, upload: UUID) -> tuple[Upload, str, agreements.AgreementInfo]:
    """The person's own upload, what it is, and its agreement, as far as they may still do that under it."""
    kept = uploads.kept(request, upload, *PURPOSES.values())
    what = next(word for word, purpose in PURPOSES.items() if purpose == kept.purpose)
    return kept, what, agreements.opened(request, kept.agreement, PERMISSIONS[what])


def _checked(
    request: PersonRequest, agreement: str, what: str, cells: Cells
) -> paper.CheckedList | paper.CheckedHistory:
    """The file against what is known now. Raises Refused in the reader's language."""
    try:
        if what == "daftar":
            return paper.check_list(cells, _terms(agreement))
        board = Board(agreement, at=request.arrived_at)
        about, info = _list_of(board), agreements.agreement(agreement)
        assert info is not None  # it was opened
        standing = [row for row in board.histories if not row.returned_ids]
        told = [
            (entry, (row.numbers or {}).get(str(place), ""))
            for row in standing
            for place, entry in enumerate(row.entries())
        ]
        return paper.check_history(
            cells,
            items={item.code: item for item in about.items()},
            starts_on=info.starts_on,
            counts_from=about.counts_from,
            today=localdate(request.arrived_at),
            known={(entry.code, entry.on): entry for entry, _number in told if entry.told != "addendum"},
            signed={number: entry for entry, number in told if entry.told == "addendum" and number},
        )
    except Unreadable as refusal:
        raise uploads.said(refusal) from None


def _list_of(board: Board) -> Held:
    """The list that a history is about: the one that holds, else the newest that waits for an answer."""
    found = board.held or next(reversed(board.open_lists), None)
    if found is None:
        raise Refused("Usulkan dahulu daftar kewajibannya; riwayat menyebut kode dari daftar itu.", code="KWJ-68")
    return found


def _terms(agreement: str) -> paper.Terms:
    """The words that a list from a file may use under this agreement."""
    info = agreements.agreement(agreement)
    assert info is not None  # it was opened
    bases, evidence = words.in_files()
    return paper.Terms(
        parties={agreements.short_name(party): party for party in info.parties},
        everybody=info.parties,
        articles=[article["number"] for article in agreements.articles_of(agreement)],
        bases=bases,
        evidence=evidence,
    )
