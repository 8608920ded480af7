"""An officer's duty card: where, when, who commands, whom to call. For that officer and their commander alone."""

from __future__ import annotations

from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from sinergi.access.doors import PersonRequest, note_read, requires
from sinergi.features.orders.models import Duty, DutyLetter, DutyOrder
from sinergi.features.orders.views.orders import letter_file


@require_safe
@requires("orders.card")
def cards(request: PersonRequest) -> HttpResponse:
    """One's own duties that are in force, and those of the officers one commands."""
    number = request.user.service_number
    found = _in_force(Duty.objects.filter(Q(officer=number) | Q(commander=number))) if number else []
    own = [duty for duty in found if duty.officer == number]
    led = [duty for duty in found if duty.officer != number]
    if led:
        note_read(request, led, "orders.card")
    return render(request, "orders/cards.html", {"own": own, "led": led, "number": number})


@require_safe
@requires("orders.card")
def card(request: PersonRequest, code: str) -> HttpResponse:
    """One card, for the phone and for print."""
    duty, letter = _opened(request, code)
    order = DutyOrder.objects.get(key=duty.order)
    context = {"duty": duty, "letter": letter, "order": order, "is_own": duty.officer == request.user.service_number}
    return render(request, "orders/card.html", context)


@require_safe
@requires("orders.card")
def letter(request: PersonRequest, code: str) -> HttpResponse:
    """The letter behind the card."""
    duty, _ = _opened(request, code)
    return letter_file(request, DutyOrder.objects.get(key=duty.order), duty, "pdf")


def _opened(request: PersonRequest, code: str) -> tuple[Duty, DutyLetter]:
    """The duty with that letter, for its officer and their commander; for all others it does not exist."""
    number, letter = request.user.service_number, DutyLetter.objects.filter(code=code).first()
    if letter is None or not number:
        raise Http404
    duty = Duty.objects.filter(Q(officer=number) | Q(commander=number), letter=code, order=letter.held_by).first()
    if duty is None:
        raise Http404
    if duty.officer != number:
        note_read(request, [duty], "orders.card")
    return duty, letter


def _in_force(rows: object) -> list[Duty]:
    duties = list(rows.order_by("starts_at", "district", "post", "name"))  # type: ignore[attr-defined]
    held = dict(
        DutyLetter.objects.filter(code__in=[duty.letter for duty in duties], ended_at=None).values_list(
            "code", "held_by"
        )
    )
    return [duty for duty in duties if held.get(duty.letter) == duty.order]
