"""Signing the minutes of a meeting with one's own passkey, as one signs an agreement."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from sinergi.access import passkeys
from sinergi.access.doors import PersonRequest, open_record, requires
from sinergi.features.agreement import public as agreements
from sinergi.features.obligations import actions, signing
from sinergi.features.obligations.forms import MEETINGS, MinutesSigningForm
from sinergi.features.obligations.models import Minutes
from sinergi.features.obligations.views.meetings import decisions_of, signatures_of
from sinergi.kernel.errors import Refused
from sinergi.kernel.ids import new_event_id
from sinergi.kernel.words import spaced
from sinergi.ledger.store import own_agency


@require_safe
@requires("obligations.read")
def page(request: PersonRequest, key: str) -> HttpResponse:
    """The minutes as they are signed, who has signed, and with which key one signs."""
    row = _opened(request, key, "obligations.read")
    own_key, hindrance = agreements.own_key(request, row.agreement), ""
    try:
        actions.minutes_to_sign(row.key, agency=own_agency().id, at=request.arrived_at)
    except Refused as refused:
        hindrance = refused.sentence
    initial = {"id": new_event_id(request.arrived_at), "digest": row.leaf}
    if own_key.held is not None:
        initial["signer"] = own_key.held.key
    context = {
        "row": row,
        "info": agreements.agreement(row.agreement),
        "meeting": dict(MEETINGS)[row.meeting],
        "by": agreements.short_name(row.agency),
        "decisions": decisions_of(row),
        "signatures": signatures_of(row),
        "fingerprint": spaced(row.leaf),
        "may_sign": agreements.offers(request.user, "obligations.sign", agreement=row.agreement),
        "hindrance": hindrance,
        "own_key": own_key,
        "name_id": new_event_id(request.arrived_at),
        "form": MinutesSigningForm(initial=initial),
    }
    return render(request, "obligations/minutes_signing.html", context)


@require_POST
@requires("obligations.sign")
def challenge(request: PersonRequest, key: str) -> HttpResponse:
    """What the device is asked to sign: these minutes, this office."""
    row = _opened(request, key)
    over = _challenge(request, row, _told(request))
    return HttpResponse(passkeys.to_sign(request, request.user, over), content_type="application/json")


@require_POST
@requires("obligations.sign")
def sign(request: PersonRequest, key: str) -> HttpResponse:
    """Sign with the device's answer."""
    row = _opened(request, key)
    told = _told(request)
    over = _challenge(request, row, told)
    answer = request.POST.get("credential", "")
    said = passkeys.signed(request, answer, user=request.user, challenge=over, at=request.arrived_at)
    actions.sign_minutes(
        id=told["id"],
        by=request.actor,
        at=request.arrived_at,
        minutes=row.key,
        signer=told["signer"],
        digest=told["digest"],
        **said,
    )
    return redirect("obligations:minutes-signing", key=row.key)


def _opened(request: PersonRequest, key: str, permission: str = "obligations.sign") -> Minutes:
    rows = Minutes.objects.prefetch_related("answers", "signatures")
    return open_record(request, rows, key, permission, region=None)


def _challenge(request: PersonRequest, row: Minutes, told: dict[str, Any]) -> bytes:
    """Refused, before a device is asked, where its signature could not count."""
    actions.minutes_to_sign(row.key, agency=own_agency().id, at=request.arrived_at)
    signer = actions.signer_of(row, told["signer"], at=request.arrived_at)
    actions.refuse_other_text(row, told["digest"])
    return signing.challenge(signer, agreement=row.agreement, minutes=row.key, digest=row.leaf)


def _told(request: PersonRequest) -> dict[str, Any]:
    form = MinutesSigningForm(request.POST)
    if not form.is_valid():
        raise Refused("Yang dikirim tidak lengkap. Muat ulang halaman dan ulangi.", code="KWJ-56")
    return form.cleaned_data
