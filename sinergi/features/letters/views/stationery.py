"""Letterhead and signer of this office."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from sinergi.access.doors import PersonRequest, requires
from sinergi.features.letters import actions
from sinergi.features.letters.forms import StationeryForm
from sinergi.features.letters.models import Stationery
from sinergi.ledger.store import own_agency

PLAIN = ("address", "city", "office", "signer", "rank")


@requires("letters.letterhead")
@require_http_methods(["GET", "HEAD", "POST"])
def stationery(request: PersonRequest) -> HttpResponse:
    """How this office's letters look. Letters already issued keep theirs."""
    paper = Stationery.objects.first() or Stationery(head=[own_agency().name.upper()])
    initial = {name: getattr(paper, name) for name in PLAIN}
    initial |= {"head": "\n".join(paper.head), "copies": "\n".join(paper.copies)}
    form = StationeryForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        given = form.cleaned_data
        actions.set_letterhead(
            head=_lines(given["head"]), copies=_lines(given["copies"]), **{name: given[name] for name in PLAIN}
        )
        messages.success(request, gettext("Kop surat disimpan. Surat berikutnya memakainya."))
        return redirect("letters:stationery")
    context = {"form": form, "is_set": bool(paper.signer)}
    return render(request, "letters/stationery.html", context, status=422 if form.errors else 200)


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]
