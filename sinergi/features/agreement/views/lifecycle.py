"""What happens to an agreement in force: changes proposed and answered, disputes raised, moved and settled."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import msgspec
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localdate
from django.views.decorators.http import require_http_methods, require_POST

from sinergi.access.doors import PersonRequest, open_record, requires
from sinergi.access.models import User
from sinergi.features.agreement import actions, public
from sinergi.features.agreement.demanded import told
from sinergi.features.agreement.events import EvidenceDemand
from sinergi.features.agreement.forms import (
    CHANGES,
    STEPS,
    AnswerForm,
    ChangeForm,
    DisputeForm,
    IdForm,
    SettlementForm,
    insist,
)
from sinergi.features.agreement.models import Agreement, Change, Dispute, EvidenceProposal, Settlement
from sinergi.features.agreement.progress import (
    Disputes,
    Proposed,
    open_changes,
    open_evidence,
    proposed,
    wanted_evidence,
)
from sinergi.features.agreement.rules import lifecycle
from sinergi.features.agreement.views import shown
from sinergi.kernel.ids import new_event_id


@requires("agreement.negotiate")
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: PersonRequest, agreement: str) -> HttpResponse:
    """Propose to extend, suspend, resume or end the agreement."""
    row = _opened(request, agreement)
    posted = request.POST if request.method == "POST" else None
    next_year = lifecycle.term_end(row.last_day + timedelta(days=1), years=1)
    form = ChangeForm(
        posted,
        suspended=row.standing_on(request.arrived_at) == "suspended",
        initial={
            "id": new_event_id(request.arrived_at),
            "from_on": localdate(request.arrived_at),
            "ends_on": next_year,
            "change": request.GET.get("usul", ""),
        },
    )
    if posted is None:
        return render(request, "agreement/change.html", {"row": row, "info": _info(row), "form": form})
    insist(form)
    given = form.cleaned_data
    actions.propose_change(
        id=given["id"],
        by=request.actor,
        at=request.arrived_at,
        agreement=row.agreement,
        change=given["change"],
        from_on=given["from_on"] or localdate(request.arrived_at),
        ends_on=given["ends_on"],
        reason=given["words"],
    )
    return redirect("agreement:agreement", agreement=row.agreement)


@requires("agreement.negotiate")
@require_http_methods(["GET", "HEAD", "POST"])
def dispute(request: PersonRequest, agreement: str) -> HttpResponse:
    """Bring a disagreement about an article before the working group."""
    row = _opened(request, agreement)
    posted = request.POST if request.method == "POST" else None
    articles = [(one["number"], f"{one['number']}. {one['title']}") for one in row.articles]
    form = DisputeForm(posted, articles=articles, initial={"id": new_event_id(request.arrived_at)})
    if posted is None:
        return render(request, "agreement/dispute.html", {"row": row, "info": _info(row), "form": form})
    insist(form)
    given = form.cleaned_data
    actions.raise_dispute(
        id=given["id"],
        by=request.actor,
        at=request.arrived_at,
        agreement=row.agreement,
        article=given["article"],
        words=given["words"],
    )
    return redirect("agreement:agreement", agreement=row.agreement)


@requires("agreement.negotiate")
@require_POST
def dispute_step(request: PersonRequest, key: str) -> HttpResponse:
    """Take a dispute to the next step."""
    found = open_record(request, Dispute.objects.all(), key, "agreement.negotiate", region=None)
    form = IdForm(request.POST)
    insist(form)
    actions.move_dispute(id=form.cleaned_data["id"], by=request.actor, at=request.arrived_at, dispute=found.key)
    return redirect("agreement:agreement", agreement=found.agreement)


@requires("agreement.negotiate")
@require_POST
def settlement(request: PersonRequest, key: str) -> HttpResponse:
    """Write down how a dispute ends."""
    found = open_record(request, Dispute.objects.all(), key, "agreement.negotiate", region=None)
    form = SettlementForm(request.POST)
    insist(form)
    given = form.cleaned_data
    actions.propose_settlement(
        id=given["id"], by=request.actor, at=request.arrived_at, dispute=found.key, words=given["words"]
    )
    return redirect("agreement:agreement", agreement=found.agreement)


@requires("agreement.bind")
@require_POST
def change_answer(request: PersonRequest, key: str) -> HttpResponse:
    """Agree to a proposed change, or refuse it."""
    found = open_record(request, Change.objects.all(), key, "agreement.bind", region=None)
    return answered(request, found)


@requires("agreement.bind")
@require_POST
def settlement_answer(request: PersonRequest, key: str) -> HttpResponse:
    """Agree to how a dispute is to end, or refuse it."""
    found = open_record(request, Settlement.objects.all(), key, "agreement.bind", region=None)
    return answered(request, found)


def matters(user: User, row: Agreement, at: datetime) -> dict[str, Any]:
    """Changes and disputes of an agreement as its page shows them, with the forms this person may use."""
    own, today = shown.own_id(), localdate(at)
    may = public.offers(user, "agreement.negotiate", agreement=row.agreement) and own in row.party_ids
    may_bind = public.offers(user, "agreement.bind", agreement=row.agreement)
    disputes = Disputes(row)
    return {
        "wanted": [told(demand) for demand in wanted_evidence(row)[1]],
        "open_wanted": [
            _waiting(row, proposed(row, one), own, at, may_bind)
            | {"demands": [told(each) for each in msgspec.convert(one.demands, list[EvidenceDemand])]}
            for one in open_evidence(row)
        ],
        "changes": [
            {"label": CHANGES[one.change], "from_on": one.from_on, "ends_on": one.ends_on} for one in row.agreed_changes
        ],
        "open_changes": [
            _waiting(row, proposed(row, one), own, at, may_bind)
            | {"label": CHANGES.get(one.what, one.what), "from_on": one.from_on, "ends_on": one.ends_on}
            for one in open_changes(row)
        ],
        "disputes": [_dispute(row, disputes, one, own, at, today, may, may_bind) for one in disputes.all],
    }


def _dispute(
    row: Agreement, disputes: Disputes, one: Dispute, own: str, at: datetime, today: date, may: bool, may_bind: bool
) -> dict[str, Any]:
    days, settled = disputes.days(one), disputes.settled(one.key)
    _record, step, since = disputes.reached(one)
    heading = next((each["title"] for each in row.articles if each["number"] == one.article), "")
    return {
        "key": one.key,
        "article": one.article,
        "heading": heading,
        "by": public.short_name(one.agency),
        "words": one.words,
        "settled": settled,
        "steps": [
            {
                "label": STEPS[each],
                "since": days.get(each),
                "until": days[each] + timedelta(days=lifecycle.STEP_DAYS) if each in days else None,
                "is_now": settled is None and each == step,
            }
            for each in lifecycle.STEPS
        ],
        "may_move": may and settled is None and step != lifecycle.STEPS[-1] and lifecycle.may_move(since, today),
        "may_settle": may and settled is None,
        "step_form": IdForm(auto_id=f"step_{one.key}_%s", initial={"id": new_event_id(at)}),
        "settlement_form": SettlementForm(auto_id=f"settle_{one.key}_%s", initial={"id": new_event_id(at)}),
        "waiting": [_waiting(row, each, own, at, may_bind) for each in disputes.waiting(one.key)],
    }


def _waiting(row: Agreement, one: Proposed, own: str, at: datetime, may_bind: bool) -> dict[str, Any]:
    awaited = one.awaited(row.party_ids)
    return {
        "key": one.matter.key,
        "by": public.short_name(one.matter.agency),
        "at": one.matter.proposed_at,
        "words": one.matter.words,
        "awaited": ", ".join(public.short_name(party) for party in awaited),
        "may_answer": may_bind and own in awaited,
        "form": AnswerForm(auto_id=f"{one.matter.key}_%s", initial={"id": new_event_id(at)}),
    }


def answered(request: PersonRequest, found: Change | Settlement | EvidenceProposal) -> HttpResponse:
    """Take the yes or no of this office to what another party proposed."""
    form = AnswerForm(request.POST)
    insist(form)
    given = form.cleaned_data
    actions.answer_matter(
        id=given["id"],
        by=request.actor,
        at=request.arrived_at,
        matter=found.key,
        agrees=given["agrees"],
        words=given["words"],
    )
    return redirect("agreement:agreement", agreement=found.agreement)


def _opened(request: PersonRequest, agreement: str) -> Agreement:
    return open_record(request, Agreement.objects.all(), agreement, "agreement.negotiate", field="agreement")


def _info(row: Agreement) -> public.AgreementInfo | None:
    return public.agreement(row.agreement)
