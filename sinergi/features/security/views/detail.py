"""One request: what was asked, what was answered, who has it, and the one thing this person can do next."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_POST, require_safe

from sinergi.access.doors import open_record, requires, visible
from sinergi.features.agreement import public as agreements
from sinergi.features.places import public as places
from sinergi.features.security import actions
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
from sinergi.features.security.views.showing import Row, is_police, rows_of, waits_for
from sinergi.kernel.errors import Refused
from sinergi.kernel.ids import new_event_id
from sinergi.ledger.evidence.export import export_record
from sinergi.ledger.grades import NOTHING, Grade, grades
from sinergi.ledger.store import own_agency

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


@requires("security.read")
@require_safe
def request_page(request: HttpRequest, key: str) -> HttpResponse:
    """The page of one request."""
    found = open_record(request, Request.objects.with_answers(), key, "security.read")
    return render(request, "security/request.html", page_of(request, found))


def page_of(request: HttpRequest, found: Request, **forms: Form) -> dict[str, Any]:
    """Everything the page shows. A form that was refused comes back in `forms` with what was typed."""
    user: Any = request.user
    at: datetime = request.arrived_at  # type: ignore[attr-defined]
    row = rows_of([found], user=user, at=at)[0]
    police = is_police()
    proposal = Proposal.objects.filter(request=found.key, decided_at=None).order_by("-proposed_at").first()
    may = _what_may(user, row, found, proposal, police=police)
    return {
        "asked": found,
        "row": row,
        "answer": found.answer,
        "decision": DECISIONS.get(found.answer.decision) if found.answer else "",
        "offer": _offer_rows(found, found.answer) if found.answer and found.answer.decision != "refused" else [],
        "proposal": proposal,
        "proposal_decision": DECISIONS.get(proposal.decision) if proposal else "",
        "proposal_rows": _offer_rows(found, proposal) if proposal and proposal.decision != "refused" else [],
        "area": places.area_name(found.region),
        "risks": [RISKS.get(risk, risk) for risk in found.risks],
        "service": SERVICES[found.service],
        "withdrawal": WITHDRAWALS.get(found.withdrawal_reason, ""),
        "basis": agreements.basis(found.agreement, agreements.article_for(found.agreement, "security") or 5, 1),
        "trail": _trail(found),
        "same_time": _same_time(request, found),
        "letters": list(found.letters.order_by("issued_at", "key")),
        "may": may,
        "waits": waits_for(row, user, police=police),
        "police": police,
        "id": new_event_id(at),
        **_forms(found, at, may, forms),
    }


def _what_may(user: Any, row: Row, found: Request, proposal: Proposal | None, *, police: bool) -> set[str]:
    where = {"agreement": found.agreement, "region": found.region}
    open_to_answer = row.state in ("requested", "declined")
    laid = proposal is not None and proposal.returned_at is None
    own = found.agency == own_agency().id
    checks = {
        "decide": police and open_to_answer and laid and user.can("security.decide", **where),
        "answer": police
        and open_to_answer
        and (user.can("security.decide", **where) or user.can("security.propose_answer", **where)),
        "bind": user.can("security.decide", **where),
        "speak": police and found.emergency and row.state == "requested" and user.can("security.assign", **where),
        "confirm_spoken": police
        and bool(found.answer and found.answer.spoken_due)
        and user.can("security.decide", **where),
        "assign": police and row.state in ("agreed", "assigned") and user.can("security.assign", **where),
        "report": police and row.state in ("agreed", "assigned", "completed") and user.can("security.report", **where),
        "react": own and row.state == "offered" and user.can("security.withdraw", **where),
        "confirm": own and row.state == "completed" and user.can("security.confirm", **where),
        "withdraw": own
        and row.state in ("requested", "offered", "declined", "agreed", "assigned")
        and user.can("security.withdraw", **where),
        "correct": own
        and row.state in ("requested", "offered", "declined", "agreed")
        and user.can("security.request", **where),
        "letter": user.can("security.letter", **where) and _letter_is_due(found, own=own, police=police),
        "export": user.can("evidence.export", **where),
    }
    return {name for name, holds in checks.items() if holds}


def _letter_is_due(found: Request, *, own: bool, police: bool) -> bool:
    about = found.version if own else (found.answer.key if police and found.answer else "")
    return bool(about) and not found.letters.filter(about=about).exists()


def _forms(found: Request, at: datetime, may: set[str], given: dict[str, Form]) -> dict[str, Form]:
    start = {"id": new_event_id(at)}
    span = initial_of_span(found.starts_at, found.ends_at)
    wanted = {"officers": found.officers, "vehicles": found.vehicles}
    answer = found.answer
    agreed = {"officers": answer.officers, "vehicles": answer.vehicles} if answer else wanted
    made: dict[str, Callable[[], Form]] = {
        "answer_form": lambda: AnswerForm(initial={**start, "decision": "agreed", **span, **wanted}),
        "force_form": lambda: ForceForm(
            initial={
                **start,
                **agreed,
                "unit": found.unit,
                "sprin_number": found.sprin_number,
                "commander": found.commander,
                "commander_phone": found.commander_phone,
            }
        ),
        "report_form": lambda: ReportForm(
            initial={**start, **span, "officers": found.assigned_officers or agreed["officers"], "incidents": 0}
        ),
        "confirmation_form": lambda: ConfirmationForm(initial={**start, "as_reported": "1"}),
        "withdrawal_form": lambda: WithdrawalForm(initial=start),
        "words_form": lambda: WordsForm(initial=start),
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
        )
        for step in steps
    ]


def _same_time(request: HttpRequest, found: Request) -> list[Row]:
    """Other requests this person may see that run at the same time: what else binds people then."""
    overlap = visible(request.user, Request.objects.all(), "security.read").filter(
        starts_at__lt=found.ends_at + timedelta(hours=2), ends_at__gt=found.starts_at - timedelta(hours=2)
    )
    others = overlap.exclude(pk=found.pk).with_answers().order_by("starts_at", "key")[:12]
    rows = rows_of(others, user=request.user, at=request.arrived_at)  # type: ignore[attr-defined]
    return [row for row in rows if row.is_open][:6]


def _step(permission: str, form_type: type[Form], form_name: str) -> Callable[..., Any]:
    """A POST about one request: open it, read the form, do it, go back to its page."""

    def decorate(do: Callable[[HttpRequest, Request, dict[str, Any], Any], None]) -> Callable[..., HttpResponse]:
        @requires(permission)
        @require_POST
        def view(request: HttpRequest, key: str) -> HttpResponse:
            found = open_record(request, Request.objects.with_answers(), key, permission)
            form = form_type(request.POST)
            if not form.is_valid():
                return render(
                    request, "security/request.html", page_of(request, found, **{form_name: form}), status=422
                )
            given = {
                "id": form.cleaned_data["id"],
                "by": request.actor,  # type: ignore[attr-defined]
                "at": request.arrived_at,  # type: ignore[attr-defined]
                "request": found.key,
            }
            do(request, found, given, form)
            if request.POST.get("back") == "home":
                messages.success(request, _("%(code)s sudah diputuskan.") % {"code": found.code})
                return redirect("home:home")
            return redirect("security:request", key=found.key)

        view.__doc__ = do.__doc__
        return view

    return decorate


@_step("security.propose_answer", AnswerForm, "answer_form")
def proposal(request: HttpRequest, found: Request, given: dict[str, Any], form: AnswerForm) -> None:
    """The operations head lays an answer before the Kapolres."""
    actions.propose_answer(
        by=given["by"],
        at=given["at"],
        request=found.key,
        decision=form.cleaned_data["decision"],
        **form.content(),
    )


@_step("security.assign", AnswerForm, "answer_form")
def spoken_order(request: HttpRequest, found: Request, given: dict[str, Any], form: AnswerForm) -> None:
    """A spoken emergency order of the Kapolres, recorded by who received it."""
    actions.answer_request(**given, decision=form.cleaned_data["decision"], spoken=True, **form.content())


@_step("security.decide", AnswerForm, "answer_form")
def answer(request: HttpRequest, found: Request, given: dict[str, Any], form: AnswerForm) -> None:
    """The Kapolres answers directly."""
    actions.answer_request(**given, decision=form.cleaned_data["decision"], **form.content())


@_step("security.decide", WordsForm, "words_form")
def disposition(request: HttpRequest, found: Request, given: dict[str, Any], form: WordsForm) -> None:
    """The Kapolres approves what was laid before them, or sends it back."""
    if request.POST.get("choice") == "return":
        actions.return_proposal(at=given["at"], request=found.key, words=form.cleaned_data["words"])
        return
    laid = Proposal.objects.filter(request=found.key, decided_at=None, returned_at=None).first()
    if laid is None:
        raise Refused(_("Tidak ada usul jawaban yang menunggu disposisi."), code="PAM-43")
    if laid.version != found.version:
        raise Refused(_("KPU mengoreksi permohonan setelah usul dibuat. Minta usul baru."), code="PAM-45")
    actions.answer_request(
        **given,
        decision=laid.decision,
        officers=laid.officers,
        vehicles=laid.vehicles,
        starts_at=laid.starts_at,
        ends_at=laid.ends_at,
        sentence=laid.sentence,
        reasons=laid.reasons,
    )


@_step("security.decide", WordsForm, "words_form")
def spoken_confirmation(request: HttpRequest, found: Request, given: dict[str, Any], form: WordsForm) -> None:
    """The Kapolres confirms a spoken order."""
    actions.confirm_spoken_order(**given)


@_step("security.withdraw", WordsForm, "words_form")
def reaction(request: HttpRequest, found: Request, given: dict[str, Any], form: WordsForm) -> None:
    """The commission accepts or declines the offer."""
    if request.POST.get("choice") == "accept":
        actions.accept_offer(**given)
    else:
        actions.decline_offer(**given, words=form.cleaned_data["words"])


@_step("security.withdraw", WithdrawalForm, "withdrawal_form")
def withdrawal(request: HttpRequest, found: Request, given: dict[str, Any], form: WithdrawalForm) -> None:
    """The commission takes the request back."""
    actions.withdraw_request(**given, reason=form.cleaned_data["reason"], words=form.cleaned_data["words"])


@_step("security.assign", ForceForm, "force_form")
def force(request: HttpRequest, found: Request, given: dict[str, Any], form: ForceForm) -> None:
    """The police name unit and duty order."""
    filled = {name: value for name, value in form.cleaned_data.items() if name != "id"}
    filled["vehicles"] = filled["vehicles"] or 0
    actions.assign_force(**given, **filled)


@_step("security.report", ReportForm, "report_form")
def completion(request: HttpRequest, found: Request, given: dict[str, Any], form: ReportForm) -> None:
    """The police report."""
    actions.report_completion(**given, **form.done())


@_step("security.confirm", ConfirmationForm, "confirmation_form")
def confirmation(request: HttpRequest, found: Request, given: dict[str, Any], form: ConfirmationForm) -> None:
    """The commission confirms."""
    actions.confirm_completion(**given, as_reported=form.cleaned_data["as_reported"], words=form.cleaned_data["words"])


@requires("evidence.export")
@require_safe
def evidence(request: HttpRequest, key: str) -> HttpResponse:
    """The evidence bundle of this request: every fact about it, with its proofs."""
    found = open_record(request, Request.objects.all(), key, "evidence.export")
    # The last fact names the ones it answers, so its bundle carries the whole story.
    last = max(_trail(found), key=lambda step: step.at)
    data = b"".join(export_record(last.key))
    return HttpResponse(
        data,
        content_type="application/vnd.sinergi.evidence",
        headers={"Content-Disposition": f'attachment; filename="bukti-{found.code}.sinergi"'},
    )
