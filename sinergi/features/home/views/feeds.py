"""Calendars to subscribe to: the page of one's addresses, and the calendar behind one."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sinergi.access.doors import PersonRequest, public, requires
from sinergi.access.identity import digest
from sinergi.features.agreement import public as agreements
from sinergi.features.home import actions
from sinergi.features.home.forms import NewFeed
from sinergi.features.home.models import FeedAddress
from sinergi.ledger.store import own_agency
from sinergi.web import feeds


@require_http_methods(["GET", "HEAD", "POST"])
@requires("stages.read")
def subscriptions(request: PersonRequest) -> HttpResponse:
    """One's addresses; making one shows it this once."""
    known = {info.id: info.name for info in agreements.agreements_of(request.user, "stages.read")}
    form = NewFeed(request.POST or None, agreements=list(known.items()))
    fresh, status = "", 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            secret = actions.make_feed(request.user, agreement=form.cleaned_data["agreement"], at=request.arrived_at)
            fresh, status = request.build_absolute_uri(reverse("home:feed", args=[secret])), 200
            form = NewFeed(agreements=list(known.items()))
    rows = [
        {"row": row, "name": known.get(row.agreement, "") if row.agreement else gettext("Semua perjanjian saya")}
        for row in FeedAddress.objects.filter(user=request.user).order_by("-made_at", "-pk")
    ]
    context = {"form": form, "fresh": fresh, "rows": rows}
    answer = render(request, "home/subscriptions.html", context, status=status)
    answer["Cache-Control"] = "no-store"
    return answer


@requires("stages.read")
@require_POST
def revocation(request: PersonRequest, number: int) -> HttpResponse:
    """Take an address back: programs that have it get nothing any more."""
    if not actions.revoke_feed(request.user, number):
        raise Http404
    messages.success(request, gettext("Alamat dicabut. Program yang memakainya tidak mendapat apa-apa lagi."))
    return redirect("home:subscriptions")


# Open to all: calendar programs cannot sign in. The secret in the address, 256 random bits, is the key; what it opens
# is what its owner may see at this moment, and nothing once the owner may see nothing.
@public
@require_safe
def feed(request: HttpRequest, secret: str) -> HttpResponse:
    """The calendar behind a secret address."""
    row = FeedAddress.objects.select_related("user").filter(digest=digest(secret)).first()
    if row is None:
        raise Http404
    at = request.arrived_at  # type: ignore[attr-defined]
    infos = [
        info
        for info in agreements.agreements_of(row.user, "stages.read")
        if row.agreement in ("", info.id) and info.state in ("in_force", "not_started", "over")
    ]
    if not infos and not row.user.can("stages.read"):
        raise Http404
    actions.note_read(row, localdate(at))
    own = own_agency()
    found = [entry for info in infos for entry in feeds.entries(row.user, info.id, at)]
    name = f"Sinergi · {infos[0].name}" if row.agreement and infos else f"Sinergi · {own.name}"
    data = feeds.written(found, name=name, host=own.code, base=request.build_absolute_uri("/").rstrip("/"), at=at)
    headers = {"Content-Disposition": 'inline; filename="sinergi.ics"', "Cache-Control": "private, no-store"}
    return HttpResponse(data, content_type="text/calendar; charset=utf-8", headers=headers)
