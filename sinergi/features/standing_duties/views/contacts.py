"""Whom to call at which office."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localdate
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from sinergi.access import masking
from sinergi.access.doors import PersonRequest, requires
from sinergi.features.agreement import public as agreements
from sinergi.features.places import public as places
from sinergi.features.standing_duties import actions, rules
from sinergi.features.standing_duties.events import Contact
from sinergi.features.standing_duties.forms import SPARE_CONTACTS, ContactForm
from sinergi.features.standing_duties.models import ContactList
from sinergi.features.standing_duties.views.updates import own_districts
from sinergi.kernel.errors import Refused
from sinergi.kernel.ids import new_event_id
from sinergi.ledger.grades import NOTHING, Grade, grades
from sinergi.web.middleware import said


@require_safe
@requires("standing_duties.read")
def contacts(request: PersonRequest) -> HttpResponse:
    """Whom to call: each office's list under each agreement, and what its newest version changed."""
    infos = agreements.agreements_of(request.user, "standing_duties.read", scope=request.scope)
    today = localdate(request.arrived_at)
    ours = agreements.in_force_for(request.user, "standing_duties.contacts", on=request.arrived_at)
    may = {info.id for info in ours}
    versions: dict[tuple[str, str], list[ContactList]] = {}
    for row in ContactList.objects.filter(agreement__in=[info.id for info in infos]).order_by("-seq", "key"):
        versions.setdefault((row.agreement, row.agency), []).append(row)
    proof = grades(mine[0].key for mine in versions.values())
    shelves = [
        {
            "info": info,
            "parties": [
                _shelf(request.user, party, versions.get((info.id, party), []), proof, today) for party in info.parties
            ],
            "may": info.id in may,
        }
        for info in infos
        if info.state == "in_force" or any((info.id, party) in versions for party in info.parties)
    ]
    return render(request, "standing_duties/contacts.html", {"shelves": shelves, "mask": masking.MASK})


@require_http_methods(["GET", "HEAD", "POST"])
@requires("standing_duties.contacts")
def edit_contacts(request: PersonRequest, agreement: str) -> HttpResponse:
    """Change this office's list; sending it makes a new version."""
    info = agreements.opened(request, agreement, "standing_duties.contacts")
    current = actions.current_contacts(agreement)
    known = (current.rows() if current else None) or []
    posted = request.method == "POST"
    # As many lines as were typed, also where the list has become shorter meanwhile.
    typed = sum(name.endswith("-post") for name in request.POST)
    districts = own_districts()
    forms = [
        ContactForm(
            request.POST if posted else None,
            prefix=f"kontak-{number}",
            districts=districts,
            initial=msgspec.structs.asdict(known[number]) if number < len(known) else None,
        )
        for number in range(min(rules.MOST_CONTACTS, max(len(known) + SPARE_CONTACTS, typed)))
    ]
    refusal: Refused | None = None
    if posted and all(form.is_valid() for form in forms):
        try:
            actions.publish_contacts(
                id=request.POST.get("id", ""),
                by=request.actor,
                at=request.arrived_at,
                agreement=agreement,
                rows=[form.contact() for form in forms],
                seen=request.POST.get("seen", ""),
            )
        except Refused as refused:
            refusal = refused
        else:
            messages.success(request, gettext("Daftar kontak dikirim ke pihak lain."))
            return redirect("standing_duties:contacts")
    context = {
        "info": info,
        "forms": forms,
        "id": new_event_id(request.arrived_at),
        "seen": current.key if current else "",
        "refusal": said(refusal) if refusal else "",
        "refusal_code": refusal.code if refusal else "",
    }
    return render(request, "standing_duties/contacts_edit.html", context, status=422 if posted else 200)


def _shelf(user: Any, party: str, mine: list[ContactList], proof: dict[str, Grade], today: date) -> dict[str, Any]:
    rows = mine[0].rows() if mine else None
    before = mine[1].rows() if len(mine) > 1 else None
    names = places.area_names({row.region for row in rows or () if row.region})
    return {
        "name": agreements.agency_name(party),
        "list": mine[0] if mine else None,
        "rows": [
            (_masked(user, mine[0], row), names.get(row.region, ""), row.since is not None and row.since > today)
            for row in rows or ()
            if not rules.is_over(row, today)
        ],
        "over": [row.post for row in rows or () if rules.is_over(row, today)],
        "changes": rules.changes(before, rows) if before is not None and rows is not None else None,
        "grade": proof.get(mine[0].key, NOTHING) if mine else NOTHING,
    }


def _masked(user: Any, listed: ContactList, row: Contact) -> Contact:
    kept = {name: masking.told(user, listed, name, getattr(row, name)) for name in ("phone", "email")}
    return msgspec.structs.replace(row, **kept)
