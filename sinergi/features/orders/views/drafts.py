"""Drafts of orders: begun from a plan, written, laid before the Kapolres, signed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sinergi.access import passkeys
from sinergi.access.doors import PersonRequest, requires
from sinergi.documents import Order, order_pdf
from sinergi.features.agreement import public as agreements
from sinergi.features.orders import actions, making, papers, plans
from sinergi.features.orders.forms import DraftForm, SigningForm, StartForm, WordsForm
from sinergi.features.orders.models import DutyOrder, OrderDraft
from sinergi.features.people import public as people
from sinergi.features.places import public as places
from sinergi.kernel.errors import Refused
from sinergi.kernel.ids import new_event_id
from sinergi.kernel.instants import say_instant
from sinergi.ledger.rows import own_zone
from sinergi.web.forms import said_with_code


@require_POST
@requires("orders.draft")
def begin(request: PersonRequest) -> HttpResponse:
    """Begin an order from a plan."""
    form = start_form(request.POST)
    if not form.is_valid():
        raise Refused("Pilih rencana penjagaan yang ada.", code="SPR-18", field="plan")
    made = actions.begin_draft(by=request.actor, at=request.arrived_at, **form.cleaned_data)
    return redirect("orders:draft", draft=made.id)


def start_form(data: Any = None) -> StartForm:
    """Plans of this office, and orders in force."""
    kept = [(one.key, f"{one.name}, {say_instant(one.made_at, own_zone())}") for one in plans.known()]
    orders = [(row.key, row.sprin_written) for row in DutyOrder.objects.order_by("-seq") if row.state == "in_force"]
    return StartForm(data, plans=kept, orders=orders)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("orders.draft")
def draft(request: PersonRequest, draft: UUID) -> HttpResponse:
    """Write the words, choose who leads; what would hinder the signature is said at once."""
    found = _found(draft)
    codes = sorted({row.post[:6] for row in plans.guarded(found.plan)})
    names = places.area_names(set(codes))
    officers = {one.code: one for one in people.officers()}
    initial = {name: getattr(found, name) for name in actions.WORDS}
    initial |= {f"padal-{code}": officer for code, officer in found.commanders.items()}
    districts = [(code, names.get(code, code)) for code in codes]
    form = DraftForm(request.POST if request.method == "POST" else None, initial=initial, districts=districts)
    if not request.user.can("orders.intelligence"):
        del form.fields["intelligence"]
    if request.method == "POST" and form.is_valid():
        actions.change_draft(
            at=request.arrived_at, draft=found.id, words=form.cleaned_data, commanders=form.commanders()
        )
        if "ajukan" in request.POST:
            try:
                actions.lay_draft(at=request.arrived_at, draft=found.id)
            except Refused as refusal:
                form.refuse(refusal)
            else:
                messages.success(request, gettext("Diajukan. Kapolres melihatnya di kotaknya."))
                return redirect("orders:orders")
        else:
            messages.success(request, gettext("Konsep disimpan."))
            return redirect("orders:draft", draft=found.id)
    found.refresh_from_db()
    context = {"form": form, "officers": officers.values()} | _told(request, found)
    return render(request, "orders/draft.html", context, status=422 if form.errors else 200)


@require_POST
@requires("orders.draft")
def dropped(request: PersonRequest, draft: UUID) -> HttpResponse:
    """Throw it away."""
    actions.drop_draft(draft=_found(draft).id)
    return redirect("orders:orders")


@require_safe
@requires("orders.read")
def draft_paper(request: PersonRequest, draft: UUID, paper: str) -> HttpResponse:
    """The order or the plan as it would be printed: KONSEP on every page."""
    found = _found(draft)
    made = making.assemble(found, at=request.arrived_at)
    issue, duties = making.issue_of_draft(found, made, at=request.arrived_at)
    printed: Order
    if paper == "sprin":
        printed = papers.duty_order(issue, duties, check=None)
    elif paper == "renpam":
        printed = papers.security_plan(issue, duties)
    else:
        raise Http404
    return inline(order_pdf(printed), f"konsep-{paper}.pdf")


@require_safe
@requires("orders.read")
def signing(request: PersonRequest, draft: UUID) -> HttpResponse:
    """The order as it is signed, and with what one signs."""
    found = _found(draft)
    told = _told(request, found)
    may_sign = request.user.can("orders.sign")
    initial = {"id": new_event_id(request.arrived_at), "digest": told["made"].digest if told["made"] else ""}
    context = told | {
        "may_sign": may_sign,
        "form": SigningForm(initial=initial),
        "words_form": WordsForm(auto_id="kembali-%s"),
        "host": passkeys.host_of(request),
        "elsewhere": passkeys.elsewhere(request),
        "has_key": request.user.passkeys.filter(host=passkeys.host_of(request) or "-").exists(),
    }
    return render(request, "orders/signing.html", context)


@require_POST
@requires("orders.sign")
def challenge(request: PersonRequest, draft: UUID) -> HttpResponse:
    """What the device is asked to sign."""
    found, told = _found(draft), _signed(request)
    if making.assemble(found, at=request.arrived_at).digest != told["digest"]:
        raise Refused(
            "Surat perintah ini berubah sejak halaman dibuka. Muat ulang, baca yang baru, lalu tandatangani.",
            code="SPR-16",
        )
    over = making.challenge(found, digest=told["digest"], by=request.actor)
    return HttpResponse(passkeys.to_sign(request, request.user, over), content_type="application/json")


@require_POST
@requires("orders.sign")
def sign(request: PersonRequest, draft: UUID) -> HttpResponse:
    """Sign: with the device's answer, or with the second factor that opened this door."""
    told, answer = _signed(request), request.POST.get("credential", "")
    found = _found(draft)
    said: dict[str, str] = {}
    if answer:
        over = making.challenge(found, digest=told["digest"], by=request.actor)
        held = passkeys.used(answer, user=request.user)
        said = passkeys.signed(request, answer, user=request.user, challenge=over, at=request.arrived_at) | {
            "host": held.host,
            "public": agreements.public_of(held),
        }
    receipt = actions.issue_order(
        id=told["id"], by=request.actor, at=request.arrived_at, draft=str(found.id), digest=told["digest"], **said
    )
    order = DutyOrder.objects.get(key=receipt.key)
    messages.success(request, gettext("Ditandatangani dengan nomor %(number)s.") % {"number": order.sprin_written})
    try:
        actions.draw_letters(order, by=request.actor, check_page=check_page(request))
    except Refused as refusal:
        messages.warning(request, gettext("Surat tugas belum dibuat: %(why)s") % {"why": said_with_code(refusal)})
    return redirect("orders:order", key=receipt.key)


@require_POST
@requires("orders.sign")
def returned(request: PersonRequest, draft: UUID) -> HttpResponse:
    """Send it back with a remark."""
    form = WordsForm(request.POST)
    if not form.is_valid():
        raise Refused("Tulis apa yang perlu diperbaiki.", code="SPR-21", field="words")
    actions.return_draft(draft=_found(draft).id, words=form.cleaned_data["words"])
    messages.success(request, gettext("Dikembalikan dengan catatan Anda."))
    return redirect("orders:orders")


def inline(data: bytes, name: str) -> HttpResponse:
    """A PDF that the browser shows."""
    headers = {"Content-Disposition": f'inline; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return HttpResponse(data, content_type="application/pdf", headers=headers)


def check_page(request: PersonRequest) -> str:
    """The full address of the page where a letter is checked."""
    return request.build_absolute_uri(reverse("letters:check"))


def _found(draft: UUID) -> OrderDraft:
    found = OrderDraft.objects.filter(id=draft, issued="").first()
    if found is None:
        raise Http404
    return found


def _told(request: PersonRequest, found: OrderDraft) -> dict[str, Any]:
    """What the order would say in numbers, or what hinders it."""
    made, hindrance = None, ""
    try:
        made = making.assemble(found, at=request.arrived_at)
    except Refused as refused:
        hindrance = said_with_code(refused)
    rows = made.text.rows if made else []
    return {
        "draft": found,
        "plan": plans.info(found.plan),
        "before": DutyOrder.objects.filter(key=found.replaces).first() if found.replaces else None,
        "made": made,
        "hindrance": hindrance,
        "officers_count": len({row.officer for row in rows}),
        "posts_count": len(made.text.posts) if made else 0,
        "stations_count": len({code for post in made.text.posts for code in post.stations}) if made else 0,
        "starts_at": min((row.starts_at for row in rows), default=None),
        "ends_at": max((row.ends_at for row in rows), default=None),
        "kept": len(rows) - made.new if made else 0,
        "ended": len(made.standing) - (len(rows) - made.new) if made else 0,
        "over": [row for row in rows if row.over],
        "leaders": [
            (leader, sum(row.commander == place for row in rows)) for place, leader in enumerate(made.text.commanders)
        ]
        if made
        else [],
    }


def _signed(request: PersonRequest) -> dict[str, Any]:
    form = SigningForm(request.POST)
    if not form.is_valid():
        raise Refused("Yang dikirim tidak lengkap. Muat ulang halaman dan ulangi.", code="SPR-29")
    return form.cleaned_data
