"""One agreement: its terms and proof, comparing a scan, confirming, ending, and taking the evidence along."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from sinergi.access.doors import PersonRequest, note_read, open_record, requires
from sinergi.features.agreement import actions, public, scans
from sinergi.features.agreement.forms import ConfirmationForm, EndingForm, ScanForm, WithdrawalForm, insist
from sinergi.features.agreement.models import Agreement
from sinergi.features.agreement.progress import Negotiation
from sinergi.features.agreement.views import lifecycle, shown, turns
from sinergi.kernel.ids import new_event_id
from sinergi.kernel.words import spaced
from sinergi.ledger.evidence import export_agreement


@require_safe
@requires("agreement.read")
def agreement(request: PersonRequest, agreement: str) -> HttpResponse:
    """Terms, parties, who stands behind them, and the paper's fingerprint; of a draft, how its negotiation stands."""
    row = _opened(request, agreement, "agreement.read")
    if row.drafted and not row.signed:
        return redirect("agreement:negotiation", agreement=row.agreement)
    return _page(request, row)


@requires("agreement.read")
@require_POST
def comparison(request: PersonRequest, agreement: str) -> HttpResponse:
    """Say whether a file is the scan this agreement is bound to. The file is not kept."""
    row = _opened(request, agreement, "agreement.read")
    form = ScanForm(request.POST, request.FILES)
    insist(form)
    upload = form.cleaned_data["scan"]
    is_same = upload.size == row.scan_size and scans.fingerprint(scans.taken(upload)) == row.scan
    return _page(request, row, compared={"is_same": is_same, "name": upload.name})


@requires("agreement.confirm")
@require_POST
def confirmation(request: PersonRequest, agreement: str) -> HttpResponse:
    """Confirm the terms with this agency's own copy of the same scan, which is then kept here too."""
    row = _opened(request, agreement, "agreement.confirm")
    form = ConfirmationForm(request.POST, request.FILES)
    insist(form)
    data = scans.taken(form.cleaned_data["scan"])
    if scans.fingerprint(data) == row.scan:
        scans.keep(data)
    actions.confirm_agreement(
        id=form.cleaned_data["id"],
        by=request.actor,
        at=request.arrived_at,
        agreement=row.agreement,
        scan=scans.fingerprint(data),
    )
    return redirect("agreement:agreement", agreement=row.agreement)


@requires("agreement.confirm")
@require_POST
def ending(request: PersonRequest, agreement: str) -> HttpResponse:
    """End the agreement for this agency, or withdraw it while it still waits for others."""
    row = _opened(request, agreement, "agreement.confirm")
    form = WithdrawalForm(request.POST) if row.state in ("draft", "waiting") else EndingForm(request.POST)
    insist(form)
    actions.leave_agreement(
        id=form.cleaned_data["id"],
        by=request.actor,
        at=request.arrived_at,
        agreement=row.agreement,
        reason=form.cleaned_data.get("reason", "withdrawn"),
    )
    return redirect("agreement:agreement", agreement=row.agreement)


@require_safe
@requires("agreement.read")
def scan(request: PersonRequest, agreement: str) -> HttpResponse:
    """The scan itself, where this node keeps it. It carries names and signatures, so reading it leaves a trace."""
    row = _opened(request, agreement, "agreement.read", restricted=True)
    if row.drafted:
        raise Http404
    return shown.scan_answer(row.scan, f"perjanjian-{row.scan[:8]}")


@require_safe
@requires("evidence.export")
def evidence(request: PersonRequest, agreement: str) -> StreamingHttpResponse:
    """Everything stated under this agreement as one file that a stranger can check; `?isi=tanpa` without the texts."""
    row = _opened(request, agreement, "evidence.export")
    note_read(request, [row], "evidence.export")
    bodies = request.GET.get("isi") != "tanpa"
    name = f"bukti-{row.agreement[:8]}{'' if bodies else '-tanpa-isi'}.sinergi"
    return StreamingHttpResponse(
        export_agreement(row.agreement, bodies=bodies),
        content_type="application/vnd.sinergi.evidence+jsonl",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _opened(request: PersonRequest, agreement: str, permission: str, *, restricted: bool = False) -> Agreement:
    rows = Agreement.objects.prefetch_related("standings")
    return open_record(request, rows, agreement, permission, field="agreement", restricted=restricted)


def _page(request: PersonRequest, row: Agreement, **more: Any) -> HttpResponse:
    asked: Any = request
    info = public.agreement(row.agreement)
    assert info is not None  # the row was just opened
    own, at = shown.own_id(), asked.arrived_at
    addendum = Negotiation(row, addendum=True)
    may = asked.user.can("agreement.confirm", agreement=row.agreement)
    awaits_us = row.state == "waiting" and own in row.party_ids and own not in row.confirmed_ids
    awaited = [party for party in row.party_ids if party not in row.confirmed_ids]
    context = {
        "row": row,
        "info": info,
        "parties": [
            {"name": public.agency_name(party), "number": number, "is_own": party == own}
            for party, number in zip(info.parties, info.numbers, strict=True)
        ],
        "state": shown.state_of(row, at, own),
        "scopes": shown.scopes_of(row),
        "articles": shown.articles_of(row, asked.arrived_at),
        "signers": shown.signers_of(row),
        "stated": shown.stated_about(row),
        "fingerprint": spaced(row.scan),
        "has_scan": bool(row.scan) and scans.is_here(row.scan),  # a text signed here has none
        "awaited": ", ".join(public.short_name(party) for party in awaited) if row.state == "waiting" else "",
        "founder": public.short_name(row.parties[0]),
        "awaits_us": awaits_us,
        "may_confirm": may and awaits_us,
        "may_end": may and row.state == "in_force" and own in row.party_ids,
        "may_change": asked.user.can("agreement.negotiate", agreement=row.agreement)
        and own in row.party_ids
        and row.standing_on(at) in ("not_started", "in_force", "suspended"),
        "has_addendum": bool(addendum.revisions),
        "addendum_turns": turns.turns(addendum) if row.state == "in_force" else [],
        "may_withdraw": may and row.state == "waiting" and own in row.confirmed_ids,
        "may_export": asked.user.can("evidence.export", agreement=row.agreement),
        "scan_form": ScanForm(auto_id="compare_%s"),
        "confirmation_form": ConfirmationForm(auto_id="confirm_%s", initial={"id": new_event_id(asked.arrived_at)}),
        "ending_form": EndingForm(auto_id="end_%s", initial={"id": new_event_id(asked.arrived_at)}),
        "withdrawal_form": WithdrawalForm(auto_id="withdraw_%s", initial={"id": new_event_id(asked.arrived_at)}),
        **lifecycle.matters(asked.user, row, asked.arrived_at),
        **more,
    }
    return render(request, "agreement/agreement.html", context)
