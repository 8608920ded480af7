"""Entering an agreement that was signed on paper."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from sinergi.access.doors import PersonRequest, requires
from sinergi.features.agreement import actions, scans
from sinergi.features.agreement.events import AgreementText
from sinergi.features.agreement.forms import EntryForm, article_forms, insist
from sinergi.features.agreement.models import Agreement
from sinergi.features.agreement.views import shown
from sinergi.features.agreement.views.listing import partners
from sinergi.kernel.errors import Refused
from sinergi.kernel.ids import new_event_id

# Exercises of one node that people enter by hand share one name; the demo has its own.
EXERCISE = "latihan"


@requires("agreement.enter")
@require_http_methods(["GET", "HEAD", "POST"])
def new_agreement(request: PersonRequest) -> HttpResponse:
    """The form, and what it makes."""
    # A duty for certain agreements cannot reach one that does not exist yet.
    if not request.user.can("agreement.enter", agreement=""):
        raise PermissionDenied
    if request.method == "POST":
        return _enter(request)
    at = request.arrived_at
    form = EntryForm(partners=partners(), initial={"id": new_event_id(at)})
    return render(request, "agreement/entry.html", {"form": form, "articles": article_forms()})


def _enter(request: PersonRequest) -> HttpResponse:
    form = EntryForm(request.POST, request.FILES, partners=partners())
    articles = article_forms(request.POST)
    insist(form, articles)
    given = form.cleaned_data
    numbered, words = articles.numbered(given["scopes"])
    kept = scans.keep(scans.taken(given["scan"]))
    try:
        receipt = actions.enter_agreement(
            id=given["id"],
            by=request.actor,
            at=request.arrived_at,
            partners=[given["partner"]],
            exercise=EXERCISE if given["exercise"] else "",
            numbers=[given["own_number"], given["partner_number"]],
            scan=kept.scan,
            scan_size=kept.size,
            **{name: given[name] for name in ("title", "place", "signed_on", "starts_on", "ends_on", "scopes")},
            articles=numbered,
            text=AgreementText(signers=form.signers(shown.own_id()), articles=words),
        )
    except Refused:
        _drop_unless_known(kept.scan)
        raise
    entered = Agreement.objects.filter(key=receipt.key).first()
    if entered is None:
        raise Refused("Kiriman ini sudah dipakai untuk hal lain. Muat ulang halaman.", code="PKS-52")
    return redirect("agreement:agreement", agreement=entered.agreement)


def _drop_unless_known(scan: str) -> None:
    if not Agreement.objects.filter(scan=scan).exists():
        scans.drop(scan)
