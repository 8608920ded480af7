"""Orders on screen: all of them, one with its letters, its files, what a commission was told, and taking it back."""

from __future__ import annotations

import tempfile
import zipfile
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from sinergi.access.doors import PersonRequest, note_read, open_record, requires
from sinergi.access.models import User
from sinergi.documents import Order, order_docx, order_pdf
from sinergi.features.agreement import public as agreements
from sinergi.features.letters import public as letters
from sinergi.features.orders import actions, drawing, making, papers
from sinergi.features.orders.forms import WordsForm
from sinergi.features.orders.models import Duty, DutyLetter, DutyOrder, Intelligence, OrderDraft
from sinergi.features.orders.views.drafts import check_page, inline, start_form
from sinergi.kernel.errors import Refused
from sinergi.kernel.ids import new_event_id
from sinergi.ledger.rows import own_zone
from sinergi.sheets import Column, Kind
from sinergi.sheets.writing import export
from sinergi.web import uploads

PAGE = 50
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
SHEET = (
    Column(name="written", label="Surat tugas"),
    Column(name="name", label="Nama"),
    Column(name="rank", label="Pangkat"),
    Column(name="officer", label="NRP", kind=Kind.CODE),
    Column(name="unit", label="Kesatuan"),
    Column(name="post_place", label="Pos"),
    Column(name="stations", label="TPS"),
    Column(name="starts_at", label="Mulai"),
    Column(name="ends_at", label="Selesai"),
    Column(name="commander", label="Padal"),
    Column(name="over", label="Alasan melebihi batas jam"),
)


@require_safe
@requires("orders.read")
def orders(request: PersonRequest) -> HttpResponse:
    """Orders of this office, newest first, and drafts."""
    may_draft = request.user.can("orders.draft")
    context = {
        "orders": list(DutyOrder.objects.order_by("-seq")[:100]),
        "drafts": OrderDraft.objects.filter(issued="").order_by("-changed_at"),
        "form": start_form() if may_draft else None,
        "may_draft": may_draft,
        "may_sign": request.user.can("orders.sign"),
    }
    return render(request, "orders/orders.html", context)


@require_safe
@requires("orders.read")
def order(request: PersonRequest, key: str) -> HttpResponse:
    """One order: what it says, its letters, how their files stand, who was told."""
    found = _opened(request, key)
    return render(request, "orders/order.html", page_of(request, found))


def page_of(request: PersonRequest, found: DutyOrder, **more: Any) -> dict[str, Any]:
    """Everything its page shows."""
    duties = Duty.objects.filter(order=found.key).order_by("place")
    district, asked = request.GET.get("kecamatan", ""), request.GET.get("cari", "").strip()
    shown = duties.filter(district=district) if district else duties
    shown = shown.filter(name__icontains=asked) | shown.filter(officer=asked) if asked else shown
    page = Paginator(shown, PAGE).get_page(request.GET.get("page"))
    by_code = {letter.code: letter for letter in DutyLetter.objects.filter(code__in=[duty.letter for duty in page])}
    state, done, total = drawing.progress(found.key)
    signer = User.objects.filter(actor_id=found.actor).first()
    return {
        "order": found,
        "signer": signer.get_full_name() if signer else "",
        "by": DutyOrder.objects.filter(key=found.replaced_by).first() if found.replaced_by else None,
        "before": DutyOrder.objects.filter(key=found.replaces).first() if found.replaces else None,
        "page_obj": page,
        "total": page.paginator.count,
        "rows": [(duty, by_code.get(duty.letter)) for duty in page],
        "districts": sorted(set(duties.values_list("district", "district_name")), key=lambda pair: pair[1]),
        "district": district,
        "asked": asked,
        "units": sorted(set(duties.values_list("unit", flat=True))),
        "drawing": {"state": state, "done": done, "total": total, "percent": 100 * done // total if total else 0},
        "told": _told(request, found),
        "intelligence": request.user.can("orders.intelligence")
        and Intelligence.objects.filter(order=found.key).exists(),
        "may_draw": request.user.can("orders.draft") or request.user.can("orders.sign"),
        "may_revoke": request.user.can("orders.sign") and found.state == "in_force",
        "may_replace": request.user.can("orders.draft") and found.state == "in_force",
        "words_form": WordsForm(initial={"id": new_event_id(request.arrived_at)}),
        **more,
    }


@require_POST
@requires("orders.draw")
def drawn(request: PersonRequest, key: str) -> HttpResponse:
    """Draw the letters, or go on where it was cut off."""
    actions.draw_letters(_opened(request, key, "orders.draw"), by=request.actor, check_page=check_page(request))
    return redirect("orders:order", key=key)


@require_POST
@requires("orders.draw")
def stopped(request: PersonRequest, key: str) -> HttpResponse:
    """Stop drawing; what is drawn stays."""
    drawing.stop(_opened(request, key, "orders.draw").key)
    return redirect("orders:order", key=key)


@require_safe
@requires("orders.read")
def paper(request: PersonRequest, key: str, paper: str, form: str) -> HttpResponse:
    """The order or its security plan."""
    found = _opened(request, key)
    issue, duties = making.issue_of(found), making.duties_of(found)
    if paper == "sprin":
        made = papers.duty_order(issue, duties, check=letters.check(check_page(request), found.key))
    else:
        made = papers.security_plan(issue, duties)
    return _file(made, form, name=found.sprin_written if paper == "sprin" else found.renpam_written)


@require_safe
@requires("orders.intelligence")
def intelligence(request: PersonRequest, key: str) -> HttpResponse:
    """The intelligence annex; who opened it is written down."""
    found = _opened(request, key, "orders.intelligence")
    annex = Intelligence.objects.filter(order=found.key).exclude(words=None).first()
    if annex is None:
        raise Http404
    note_read(request, [annex], "orders.intelligence")
    made = papers.intelligence_annex(making.issue_of(found), annex.words or "")
    return _file(made, "pdf", name=f"lampiran-intelijen-{found.renpam_written}")


@require_safe
@requires("orders.read")
def letter(request: PersonRequest, key: str, code: str, form: str) -> HttpResponse:
    """One officer's letter."""
    found = _opened(request, key)
    return letter_file(request, found, Duty.objects.filter(order=found.key, letter=code).first(), form)


def letter_file(request: PersonRequest, found: DutyOrder, duty: Duty | None, form: str) -> HttpResponse:
    """The file as it was drawn; one that was not is drawn now, to the same bytes."""
    if duty is None:
        raise Http404
    made_by = DutyLetter.objects.get(code=duty.letter)
    if made_by.order != found.key:
        # It goes on from an earlier order: the paper in the officer's hand is that one.
        found = DutyOrder.objects.get(key=made_by.order)
        duty = Duty.objects.filter(order=found.key, letter=duty.letter).first()
        if duty is None:
            raise Http404
    lies = drawing.path_of(found.key, duty.letter)
    name = made_by.written.replace("/", "-")
    if form == "pdf" and lies is not None:
        return inline(lies.read_bytes(), f"{name}.pdf")
    check = letters.check(check_page(request), duty.letter)
    return _file(papers.duty_letter(making.issue_of(found), duty, check=check), form, name=name)


@require_safe
@requires("orders.read")
def bundle(request: PersonRequest, key: str) -> HttpResponse | FileResponse:
    """The drawn letters of one unit in one file, to be printed there."""
    found = _opened(request, key)
    unit = request.GET.get("satuan", "")
    letters_of = dict(Duty.objects.filter(order=found.key, unit=unit).values_list("letter", "name"))
    if not letters_of:
        raise Http404
    out = tempfile.TemporaryFile()  # noqa: SIM115 - the answer closes it
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as packed:
        for made_by in DutyLetter.objects.filter(code__in=list(letters_of)).order_by("year", "number"):
            lies = drawing.path_of(made_by.order, made_by.code)
            if lies is not None:
                packed.write(lies, f"{made_by.written.replace('/', '-')} {letters_of[made_by.code]}.pdf")
    out.seek(0)
    return FileResponse(out, as_attachment=True, filename=f"surat-tugas-{unit}.zip")


@require_safe
@requires("orders.read")
def sheet(request: PersonRequest, key: str) -> HttpResponse:
    """The annex by name as an Excel file."""
    found = _opened(request, key)
    written = making.issue_of(found).written
    zone = own_zone()
    lines = [
        {
            "written": written.get(duty.letter, ""),
            **{name: getattr(duty, name) for name in ("name", "rank", "officer", "unit", "post_place", "over")},
            "stations": ", ".join(duty.stations),
            "starts_at": papers.short(duty.starts_at, zone),
            "ends_at": papers.short(duty.ends_at, zone),
            "commander": f"{duty.commander_rank} {duty.commander_name}",
        }
        for duty in making.duties_of(found)
    ]
    mark = "LATIHAN" if found.in_exercise else ""
    return uploads.sheet_answer(export(SHEET, lines, sheet="Personel", mark=mark), f"{mark or 'sprin'}-personel.xlsx")


@require_POST
@requires("orders.tell")
def told(request: PersonRequest, key: str, agreement: str) -> HttpResponse:
    """Tell the commission of an agreement who guards its stations (D-06)."""
    found = _opened(request, key, "orders.tell")
    info = agreements.opened(request, agreement, "orders.tell")
    actions.tell_roster(
        id=request.POST.get("id", ""), by=request.actor, at=request.arrived_at, order=found.key, agreement=info.id
    )
    messages.success(request, gettext("Daftar petugas dikirim ke %(name)s.") % {"name": info.name})
    return redirect("orders:order", key=found.key)


@require_POST
@requires("orders.sign")
def revoked(request: PersonRequest, key: str) -> HttpResponse:
    """Take it back."""
    found, form = _opened(request, key, "orders.sign"), WordsForm(request.POST)
    if form.is_valid():
        try:
            actions.revoke_order(
                id=form.cleaned_data["id"],
                by=request.actor,
                at=request.arrived_at,
                order=found.key,
                words=form.cleaned_data["words"],
            )
        except Refused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, gettext("Dicabut. Halaman periksa setiap surat tugasnya mengatakannya."))
            return redirect("orders:order", key=key)
    return render(request, "orders/order.html", page_of(request, found, words_form=form), status=422)


def _opened(request: PersonRequest, key: str, permission: str = "orders.read") -> DutyOrder:
    return open_record(request, DutyOrder.objects.all(), key, permission, restricted=True)


def _file(made: Order, form: str, *, name: str) -> HttpResponse:
    name = name.replace("/", "-")
    if form == "pdf":
        return inline(order_pdf(made), f"{name}.pdf")
    headers = {"Content-Disposition": f'attachment; filename="{name}.docx"', "X-Content-Type-Options": "nosniff"}
    return HttpResponse(order_docx(made), content_type=DOCX, headers=headers)


def _told(request: PersonRequest, found: DutyOrder) -> list[dict[str, Any]]:
    """Each commission whose stations the order guards: what it was told, and whether it can be told."""
    stated = actions.rosters_of(found.sprin_written)
    regions = {code[:4] for code in Duty.objects.filter(order=found.key).values_list("post", flat=True)}
    return [
        {
            "info": info,
            "roster": stated.get(info.id),
            "may_tell": found.state == "in_force"
            and info.state == "in_force"
            and agreements.offers(request.user, "orders.tell", agreement=info.id),
            "id": new_event_id(request.arrived_at),
        }
        for info in agreements.agreements_of(request.user, "orders.read")
        if making.region_of(info.id) in regions and (info.state == "in_force" or info.id in stated)
    ]
