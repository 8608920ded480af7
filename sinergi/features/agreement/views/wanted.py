"""Which evidence the parties want for which facts: proposed, answered, and told in words."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from sinergi.access.doors import PersonRequest, open_record, requires
from sinergi.features.agreement import actions, public
from sinergi.features.agreement.forms import insist
from sinergi.features.agreement.models import Agreement, EvidenceProposal
from sinergi.features.agreement.progress import open_evidence, wanted_evidence
from sinergi.features.agreement.views.lifecycle import answered
from sinergi.features.agreement.wanted_forms import WantedForm
from sinergi.kernel.ids import new_event_id


@requires("agreement.negotiate")
@require_http_methods(["GET", "HEAD", "POST"])
def wanted(request: PersonRequest, agreement: str) -> HttpResponse:
    """Propose which evidence is wanted."""
    row = open_record(request, Agreement.objects.all(), agreement, "agreement.negotiate", field="agreement")
    posted = request.POST if request.method == "POST" else None
    form = WantedForm(posted, now=wanted_evidence(row)[1], initial={"id": new_event_id(request.arrived_at)})
    if posted is None:
        info = public.agreement(row.agreement)
        context = {"row": row, "info": info, "form": form, "is_open": bool(open_evidence(row))}
        return render(request, "agreement/wanted.html", context)
    insist(form)
    actions.propose_evidence(
        id=form.cleaned_data["id"],
        by=request.actor,
        at=request.arrived_at,
        agreement=row.agreement,
        demands=form.demands(),
        reason=form.cleaned_data["words"],
    )
    return redirect("agreement:agreement", agreement=row.agreement)


@requires("agreement.bind")
@require_POST
def wanted_answer(request: PersonRequest, key: str) -> HttpResponse:
    """Agree to the evidence that another party wants, or refuse it."""
    found = open_record(request, EvidenceProposal.objects.all(), key, "agreement.bind", region=None)
    return answered(request, found)
