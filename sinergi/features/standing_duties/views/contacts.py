"""Whom to call at which office."""

from __future__ import annotations

from typing import Any

import msgspec
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localdate
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from sinergi.access.doors import PersonRequest, requires
from sinergi.features.agreement import public as agreements
from sinergi.features.places import public as places
from sinergi.features.standing_duties import actions, rules
from sinergi.features.standing_duties.forms import SPARE_CONTACTS, ContactForm
from sinergi.features.standing_duties.models import ContactList
from sinergi.features.standing_duties.views.updates import own_districts
from sinergi.kernel.errors import Refused
from sinergi.kernel.ids import new_event_id
from sinergi.ledger.grades import NOTHING, grade
from sinergi.ledger.store import own_agency

QUARTERS_OFFERED = 8
BOTH = ["GET", "HEAD", "POST"]


@require_safe
@requires("standing_duties.read")
def contacts(request: PersonRequest) -> HttpResponse:
    """Whom to call: each office's list under each agreement, and what its newest version changed."""
    shelves = []
    for info in agreements.agreements_of(request.user, "standing_duties.read", scope=request.scope):
        lists = list(ContactList.objects.filter(agreement=info.id).order_by("-seq", "key"))
        parties = []
        for party in info.parties:
            mine = [row for row in lists if row.agency == party]
            parties.append(_contact_shelf(party, mine))
        if info.state == "in_force" or lists:
            shelves.append({"info": info, "parties": parties, "may": info.id in dict(_contact_choices(request))})
    return render(request, "standing_duties/contacts.html", {"shelves": shelves})


@require_http_methods(BOTH)
@requires("standing_duties.contacts")
def edit_contacts(request: PersonRequest, agreement: str) -> HttpResponse:
    """Change this office's list; sending it makes a new version."""
    info = agreements.opened(request, agreement, "standing_duties.contacts")
    own = own_agency()
    current_list = ContactList.objects.filter(agreement=agreement, agency=own.id).order_by("-seq").first()
    known = (current_list.rows() if current_list else None) or []
    posted = request.method == "POST"
    count = min(rules.MOST_CONTACTS, len(known) + SPARE_CONTACTS)
    forms = [
        ContactForm(
            request.POST if posted else None,
            prefix=f"kontak-{number}",
            districts=own_districts(),
            initial=msgspec.structs.asdict(known[number]) if number < len(known) else None,
        )
        for number in range(count)
    ]
    refused, sentence = None, ""
    if posted and all(form.is_valid() for form in forms):
        try:
            actions.publish_contacts(
                id=request.POST.get("id", ""),
                by=request.actor,
                at=request.arrived_at,
                agreement=agreement,
                rows=[form.contact() for form in forms],
            )
        except Refused as refusal:
            refused, sentence = refusal, gettext(refusal.pattern) % refusal.words
        else:
            messages.success(request, gettext("Daftar kontak dikirim ke pihak lain."))
            return redirect("standing_duties:contacts")
    context = {
        "info": info,
        "forms": forms,
        "id": new_event_id(request.arrived_at),
        "refusal": sentence,
        "refusal_code": refused.code if refused else "",
    }
    return render(request, "standing_duties/contacts_edit.html", context, status=422 if posted else 200)


def _contact_shelf(party: str, mine: list[ContactList]) -> dict[str, Any]:
    rows = mine[0].rows() if mine else None
    before = mine[1].rows() if len(mine) > 1 else None
    names = places.area_names({row.region for row in rows or () if row.region})
    return {
        "name": agreements.agency_name(party),
        "list": mine[0] if mine else None,
        "rows": [(row, names.get(row.region, "")) for row in rows or ()],
        "is_here": rows is not None,
        "changes": rules.changes(before, rows) if before is not None and rows is not None else None,
        "grade": grade(mine[0].key) if mine else NOTHING,
    }


def _contact_choices(request: PersonRequest) -> list[tuple[str, str]]:
    found = agreements.in_force_for(request.user, "standing_duties.contacts", on=localdate(request.arrived_at))
    return [(info.id, info.name) for info in found]
