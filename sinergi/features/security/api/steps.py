"""The steps about a request, as JSON: each takes what its screen takes and answers the receipt."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.urls import reverse

from sinergi.features.places import public as places
from sinergi.features.security import actions
from sinergi.features.security.actions.letters import send_letter
from sinergi.features.security.api.shapes import (
    Correction,
    NewRequest,
    RequestContent,
)
from sinergi.features.security.events import RequestText, Spot
from sinergi.features.security.models import Request
from sinergi.kernel.errors import Refused
from sinergi.ledger.models import Agency
from sinergi.ledger.writer import Receipt
from sinergi.web.api import Body, Call


def new_request(call: Call) -> Receipt:
    """Ask for security."""
    body: NewRequest = call.read()
    # An agreement outside this person's duties is as unknown as one that does not exist.
    if not call.user.can("security.request", agreement=body.agreement):
        raise Refused("Perjanjian ini belum dikenal di kantor ini.", code="PKS-31", field="agreement")
    asked = _asked(call, body)
    duty = call.user.duty_for("security.request", agreement=body.agreement, region=body.region)
    if duty is None:
        raise Refused("Tempat ini di luar wilayah tugas Anda.", code="PAM-10", field="region")
    call.request.actor = call.user.actor(duty)  # type: ignore[attr-defined]
    return call.once(actions.request_assistance, agreement=body.agreement, **asked)


def correction(call: Call, key: str) -> Receipt:
    """Replace what the request says."""
    found = _opened(call, key)
    body: Correction = call.read()
    asked = _asked(call, body, reason=body.reason)
    return call.once(actions.correct_request, request=found.key, seen=body.seen, **asked)


def step(action: Callable[..., Receipt], says: str, **fixed: Any) -> Callable[[Call, str], Receipt]:
    """A step that takes what its body holds and nothing else; `says` describes it to programs."""

    def take(call: Call, key: str) -> Receipt:
        found = _opened(call, key)
        body: Body = call.read()
        return call.once(action, request=found.key, **fixed, **_without_id(body))

    take.__doc__ = says
    return take


withdrawal = step(actions.withdraw_request, "Take the request back.")
answer = step(actions.answer_request, "The binding answer of the Kapolres or the Plh.")
spoken_order = step(
    actions.answer_request, "Record an emergency order that the Kapolres gave by word of mouth.", spoken=True
)
spoken_confirmation = step(actions.confirm_spoken_order, "The Kapolres confirms the spoken order in writing.")
offer_acceptance = step(actions.accept_offer, "The commission accepts the offer.")
offer_decline = step(actions.decline_offer, "The commission declines the offer.")
assignment = step(actions.assign_force, "The police name unit and duty order.")
completion = step(actions.report_completion, "The police report that it was carried out.")
confirmation = step(actions.confirm_completion, "The commission confirms the report or says what differed.")


def letter(call: Call, key: str) -> Receipt:
    """Issue the formal letter: of the request on a commission's node, of the answer on the police's."""
    found = _opened(call, key)
    call.read()
    police = Agency.objects.filter(is_self=True, kind="police").exists()
    check_page = call.request.build_absolute_uri(reverse("letters:check"))
    return call.once(send_letter, found=found, series="answer" if police else "request", check_page=check_page)


def _opened(call: Call, key: str) -> Request:
    found: Request = call.open(Request.objects.readable_by(call.user).with_answers(), key)
    return found


def _asked(call: Call, body: RequestContent, reason: str = "") -> dict[str, Any]:
    """The keywords of the action."""
    spot = _spot(call, "region", body.region, body.lat, body.lon)
    goes = body.to_region or body.to_lat is not None or body.to_lon is not None
    return {
        "service": body.service,
        "starts_at": body.starts_at,
        "ends_at": body.ends_at,
        "spot": spot,
        "destination": _spot(call, "to_region", body.to_region, body.to_lat, body.to_lon) if goes else None,
        "people": body.people,
        "officers": body.officers,
        "vehicles": body.vehicles,
        "risks": body.risks,
        "emergency": body.emergency,
        "contestant": body.contestant,
        "text": RequestText(
            activity=body.activity.strip(),
            place=body.place.strip(),
            destination=body.destination.strip(),
            note=body.note.strip(),
            contact_name=body.contact_name.strip(),
            contact_phone=body.contact_phone.strip(),
            reason=reason.strip(),
        ),
    }


def _spot(call: Call, field: str, region: str, lat: float | None, lon: float | None) -> Spot:
    try:
        picked = places.place_of(
            village=region,
            lat="" if lat is None else repr(lat),
            lon="" if lon is None else repr(lon),
            user=call.user,
        )
    except Refused as refusal:
        raise Refused(refusal.pattern, code=refusal.code, field=field, words=refusal.words) from refusal
    return Spot.at(picked.region, picked.lat, picked.lon)


def _without_id(body: Body) -> dict[str, Any]:
    return {name: getattr(body, name) for name in body.__struct_fields__ if name != "id"}
