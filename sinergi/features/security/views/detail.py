"""One request: what was asked, what was answered, who has it, and the one thing this person can do next."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_safe

from sinergi.access import masking
from sinergi.access.doors import PersonRequest, open_record, requires, visible
from sinergi.features.agreement import public as agreements
from sinergi.features.letters import public as letters
from sinergi.features.places import public as places
from sinergi.features.security import rules
from sinergi.features.security.forms import (
    DECISIONS,
    OFFICES,
    RISKS,
    SERVICES,
    WITHDRAWALS,
    AnswerForm,
    ConfirmationForm,
    ForceForm,
    ReportForm,
    WithdrawalForm,
    WordsForm,
    initial_of_span,
)
from sinergi.features.security.models import Answer, Proposal, Request
from sinergi.features.security.views.showing import Row, is_police, requests_for, rows_of, waits_for
from sinergi.features.stages import public as stages
from sinergi.kernel.errors import Refused
from sinergi.kernel.ids import new_event_id
from sinergi.ledger.evidence.export import export_record
from sinergi.ledger.grades import NOTHING, Grade, grades
from sinergi.ledger.store import own_agency
from sinergi.web.middleware import said

STEP_WORDS = {
    "security.assistance_requested": gettext_noop("meminta pengamanan"),
    "security.assistance_answered": gettext_noop("menjawab"),
    "security.spoken_order_confirmed": gettext_noop("menegaskan perintah lisan"),
    "security.offer_accepted": gettext_noop("menerima tawaran"),
    "security.offer_declined": gettext_noop("menolak tawaran"),
    "security.assistance_withdrawn": gettext_noop("menarik permohonan"),
    "security.force_assigned": gettext_noop("menunjuk satuan"),
    "security.assistance_completed": gettext_noop("melaporkan pelaksanaan"),
    "security.completion_confirmed": gettext_noop("menegaskan laporan"),
    "security.letter_issued": gettext_noop("menerbitkan surat"),
}


class Trace(msgspec.Struct, frozen=True):
    """One line of the trail."""

    at: datetime
    who: str
    office: Any
    acting: bool
    what: str
    more: Any
    is_correction: bool
    grade: Grade
    key: str
    kind: str


@requires("security.read")
@require_safe
def request_page(request: PersonRequest, key: str) -> HttpResponse:
    """The page of one request."""
    found = open_record(request, requests_for(request.user), key, "security.read")
    return render(request, "security/request.html", page_of(request, found))


def page_of(
    request: PersonRequest, found: Request, *, refusal: Refused | None = None, at_field: str = "", **forms: Form
) -> dict[str, Any]:
    """Everything the page shows. A form that was refused comes back in `forms` with what was typed.

    `refusal` is what the rules said about it, `at_field` the field it stands beside.
    """
    user: Any = request.user
    at: datetime = request.arrived_at
    row = rows_of([found], user=user, at=at)[0]
    police = is_police()
    proposal = Proposal.objects.filter(request=found.key, decided_at=None).order_by("-proposed_at").first()
    may = _what_may(user, row, found, proposal, police=police)
    trail = _trail(found)
    spots = _spots(found)
    return {
        "asked": found,
        "phones": {name: masking.told(user, found, f"{name}_phone") for name in ("contact", "commander")},
        "row": row,
        "answer": found.answer,
        "decision": DECISIONS.get(found.answer.decision) if found.answer else "",
        "offer": _offer_rows(found, found.answer) if found.answer and found.answer.decision != "refused" else [],
        "proposal": proposal,
        "proposal_decision": DECISIONS.get(proposal.decision) if proposal else "",
        "proposal_rows": _offer_rows(found, proposal) if proposal and proposal.decision != "refused" else [],
        "area": places.area_name(found.region),
        "to_area": places.area_name(found.to_region) if found.to_region else "",
        "spots": spots,
        "spots_json": msgspec.json.encode(spots).decode(),
        "areas_url": reverse("places:areas"),
        "risks": [RISKS.get(risk, risk) for risk in found.risks],
        "service": SERVICES[found.service],
        "withdrawal": WITHDRAWALS.get(found.withdrawal_reason, ""),
        "basis": agreements.basis(found.agreement, agreements.article_for(found.agreement, "security") or 5, 1),
        "trail": trail,
        "clocks": _clocks(found, trail),
        "same_time": _same_time(request, found),
        "letters": list(found.letters.order_by("issued_at", "key")),
        "may": may,
        "no_letterhead": "letter" in may and not letters.has_signer(),
        "may_letterhead": user.can("letters.letterhead"),
        "waits": waits_for(row, user, police=police),
        "police": police,
        "letter_id": new_event_id(at),
        "refusal": refusal,
        "refusal_words": said(refusal) if refusal else "",
        "refusal_field": at_field,
        **_forms(found, at, proposal, forms),
    }


def _spots(found: Request) -> list[dict[str, Any]]:
    """The points to draw: where it is, and for an escort where it arrives."""
    named = ((found.point, _("Tempat")), (found.to_point, _("Tujuan")))
    return [{"lat": point.lat, "lon": point.lon, "name": name} for point, name in named if point is not None]


def _what_may(user: Any, row: Row, found: Request, proposal: Proposal | None, *, police: bool) -> set[str]:
    where = {"agreement": found.agreement, "region": found.region}
    open_to_answer = row.state in ("requested", "declined")
    laid = proposal is not None and proposal.returned_at is None
    own = found.agency == own_agency().id
    checks = {
        "decide": police and open_to_answer and laid and agreements.offers(user, "security.decide", **where),
        "answer": police
        and open_to_answer
        and (
            agreements.offers(user, "security.decide", **where)
            or agreements.offers(user, "security.propose_answer", **where)
        ),
        "bind": agreements.offers(user, "security.decide", **where),
        "speak": police
        and found.emergency
        and row.state == "requested"
        and agreements.offers(user, "security.assign", **where),
        "confirm_spoken": police
        and bool(found.answer and found.answer.spoken_due)
        and agreements.offers(user, "security.decide", **where),
        "assign": police
        and row.state in ("agreed", "assigned")
        and agreements.offers(user, "security.assign", **where),
        "report": police
        and row.state in ("agreed", "assigned", "completed")
        and agreements.offers(user, "security.report", **where),
        "react": own and row.state == "offered" and agreements.offers(user, "security.withdraw", **where),
        "confirm": own and row.state == "completed" and agreements.offers(user, "security.confirm", **where),
        "withdraw": own
        and row.state in ("requested", "offered", "declined", "agreed", "assigned")
        and agreements.offers(user, "security.withdraw", **where),
        "correct": own
        and row.state in ("requested", "offered", "declined", "agreed")
        and agreements.offers(user, "security.correct", **where),
        "letter": agreements.offers(user, "security.letter", **where) and _letter_is_due(found, own=own, police=police),
        "export": user.can("evidence.export", **where),
        "letter_file": user.can("security.letter_file", **where),
    }
    return {name for name, holds in checks.items() if holds}


def _letter_is_due(found: Request, *, own: bool, police: bool) -> bool:
    if own:
        about = "" if found.withdrawn_at else found.version
    else:
        about = found.answer.key if police and found.answer else ""
    return bool(about) and not found.letters.filter(about=about).exists()


def _forms(found: Request, at: datetime, laid: Proposal | None, given: dict[str, Form]) -> dict[str, Form]:
    span = initial_of_span(found.starts_at, found.ends_at)
    wanted = {"officers": found.officers, "vehicles": found.vehicles}
    answer = found.answer
    agreed = {"officers": answer.officers, "vehicles": answer.vehicles} if answer else wanted

    def start() -> dict[str, Any]:
        # An id for each form: what one states can never be taken for the other.
        return {"id": new_event_id(at), "seen": found.standing}

    made: dict[str, Callable[[], Form]] = {
        "answer_form": lambda: AnswerForm(initial={**start(), "decision": "agreed", **span, **wanted}),
        "force_form": lambda: ForceForm(
            initial={
                **start(),
                **agreed,
                "unit": found.unit,
                "sprin_number": found.sprin_number,
                "commander": found.commander,
                "commander_phone": found.commander_phone,
            }
        ),
        "report_form": lambda: ReportForm(
            initial={**start(), **span, "officers": found.assigned_officers or agreed["officers"], "incidents": 0}
        ),
        "confirmation_form": lambda: ConfirmationForm(initial={**start(), "as_reported": "1"}),
        "withdrawal_form": lambda: WithdrawalForm(initial=start()),
        "disposition_form": lambda: WordsForm(initial={**start(), "proposal": laid.pk if laid else None}),
        "spoken_form": lambda: WordsForm(initial=start(), auto_id="spoken_%s"),
        "reaction_form": lambda: WordsForm(initial=start(), auto_id="reaction_%s"),
    }
    return {name: given.get(name) or make() for name, make in made.items()}


def _offer_rows(found: Request, offer: Answer | Proposal) -> list[dict[str, Any]]:
    """Request and offer side by side, field by field, with the reason."""
    reasons = offer.reasons or {}
    starts_at, ends_at = offer.starts_at or found.starts_at, offer.ends_at or found.ends_at
    return [
        {
            "label": _("Waktu"),
            "span": (found.starts_at, found.ends_at),
            "offered_span": (starts_at, ends_at),
            "same": (starts_at, ends_at) == (found.starts_at, found.ends_at),
            "reason": reasons.get("starts", ""),
        },
        {
            "label": _("Petugas"),
            "asked": found.officers,
            "offered": offer.officers if offer.decision != "agreed" else found.officers,
            "same": offer.decision == "agreed" or offer.officers == found.officers,
            "reason": reasons.get("officers", ""),
        },
        {
            "label": _("Kendaraan"),
            "asked": found.vehicles,
            "offered": offer.vehicles if offer.decision != "agreed" else found.vehicles,
            "same": offer.decision == "agreed" or offer.vehicles == found.vehicles,
            "reason": reasons.get("vehicles", ""),
        },
    ]


def _trail(found: Request) -> list[Trace]:
    steps = list(found.steps.order_by("at", "key"))
    evidence = grades(step.key for step in steps)
    words = {**{str(code): word for code, word in DECISIONS.items()}, **WITHDRAWALS}
    return [
        Trace(
            step.at,
            agreements.short_name(step.agency),
            OFFICES.get(step.office, ""),
            step.acting,
            _(STEP_WORDS.get(step.kind, step.kind)),
            words.get(step.code, ""),
            bool(step.corrects),
            evidence.get(step.key, NOTHING),
            step.key,
            step.kind,
        )
        for step in steps
    ]


def _clocks(found: Request, trail: list[Trace]) -> dict[str, Any]:
    """Whether each side kept its time: True, False, or None as long as it cannot be known."""
    closures = stages.closures(found.agreement)
    holidays, zone = closures.days(), agreements.zone_of(found.agreement)
    answer = found.answer
    when = {trace.key: found.counted(trace.at, trace.grade) for trace in trail}
    asked = when.get(found.version)
    # Whoever asks can only know the holidays of that moment.
    then = closures.days(by=asked or found.asked_at)
    kept: dict[str, Any] = {
        "asked": rules.asked_in_time(found, then, asked=asked, zone=zone),
        "last_day": rules.last_day_to_ask(found.starts_at, then, zone=zone),
    }
    if answer is not None and answer.version == found.version:
        answered = when.get(answer.key)
        kept["answered"] = rules.answered_in_time(found, holidays, asked=asked, answered=answered, zone=zone)
        due = rules.answer_due(found, holidays, zone=zone)
        kept["answer_due"] = due - timedelta(minutes=0 if found.emergency else 1)
    if answer is not None and answer.spoken_confirmed_at is not None:
        confirmed = [trace.key for trace in trail if trace.kind == "security.spoken_order_confirmed"]
        kept["confirmed"] = rules.confirmed_in_time(answer, confirmed=when.get(confirmed[-1]) if confirmed else None)
    return kept


def _same_time(request: PersonRequest, found: Request) -> list[Row]:
    """Other requests this person may see that run at the same time: what else binds people then."""
    overlap = visible(request.user, requests_for(request.user), "security.read").filter(
        starts_at__lt=found.ends_at + timedelta(hours=2), ends_at__gt=found.starts_at - timedelta(hours=2)
    )
    others = overlap.exclude(pk=found.pk).with_answers().order_by("starts_at", "key")[:12]
    rows = rows_of(others, user=request.user, at=request.arrived_at)
    return [row for row in rows if row.is_open][:6]


@requires("evidence.export")
@require_safe
def evidence(request: PersonRequest, key: str) -> HttpResponse:
    """The evidence bundle of this request: every fact about it, with its proofs."""
    found = open_record(request, requests_for(request.user), key, "evidence.export")
    # The last fact names the ones it answers, so its bundle carries the whole story.
    last = max(_trail(found), key=lambda step: step.at)
    data = b"".join(export_record(last.key))
    return HttpResponse(
        data,
        content_type="application/vnd.sinergi.evidence",
        headers={"Content-Disposition": f'attachment; filename="bukti-{found.code}.sinergi"'},
    )
