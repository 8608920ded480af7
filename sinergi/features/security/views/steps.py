"""The steps about one request: each takes one form of its page, states one fact, and goes back to the page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from sinergi.access.doors import PersonRequest, open_record, requires
from sinergi.features.security import actions
from sinergi.features.security.forms import (
    AnswerForm,
    ConfirmationForm,
    ForceForm,
    ReportForm,
    Sent,
    WithdrawalForm,
    WordsForm,
)
from sinergi.features.security.models import Request
from sinergi.features.security.views.detail import page_of
from sinergi.features.security.views.showing import requests_for
from sinergi.kernel.errors import Refused
from sinergi.web.deliveries import form_once


class Step:
    """One form that was sent about one request: `once` states its fact, however often it is sent."""

    def __init__(self, request: PersonRequest, found: Request, form: Any) -> None:
        self.request, self.found, self.form = request, found, form
        self.given: dict[str, Any] = form.cleaned_data
        self.choice = request.POST.get("choice", "")
        self.by = request.actor
        self.at = request.arrived_at

    def once(self, action: Callable[..., Any], **given: Any) -> None:
        """Do `action` about the request as the page showed it."""
        form_once(
            self.request,
            action,
            id=self.given["id"],
            by=self.by,
            at=self.at,
            request=self.found.key,
            seen=self.given["seen"],
            **given,
        )


def _step(permission: str, form_type: type[Sent], form_name: str) -> Callable[..., Any]:
    """A POST about one request: open it, read the form, do it, go back. What is refused comes back with its form."""

    def decorate(do: Callable[[Step], None]) -> Callable[..., HttpResponse]:
        @requires(permission)
        @require_POST
        def view(request: PersonRequest, key: str) -> HttpResponse:
            found = open_record(request, requests_for(request.user), key, permission)
            form = form_type(request.POST)
            refusal, field = None, ""
            if form.is_valid():
                try:
                    do(Step(request, found, form))
                except Refused as no:
                    refusal, field = no, form.refuse(no)
            if form.errors:
                # What stands now, not what stood before somebody else was quicker.
                fresh = Request.objects.with_answers().get(pk=found.pk)
                page = page_of(request, fresh, refusal=refusal, at_field=field, **{form_name: form})
                return render(request, "security/request.html", page, status=422)
            if request.POST.get("back") == "home":
                messages.success(request, _("%(code)s sudah diputuskan.") % {"code": found.code})
                return redirect("home:home")
            return redirect("security:request", key=found.key)

        view.__doc__ = do.__doc__
        return view

    return decorate


@_step("security.propose_answer", AnswerForm, "answer_form")
def proposal(step: Step) -> None:
    """The operations head lays an answer before the Kapolres."""
    actions.propose_answer(
        by=step.by,
        at=step.at,
        request=step.found.key,
        seen=step.given["seen"],
        decision=step.given["decision"],
        **step.form.content(),
    )


@_step("security.assign", AnswerForm, "answer_form")
def spoken_order(step: Step) -> None:
    """A spoken emergency order of the Kapolres, recorded by who received it."""
    step.once(actions.answer_request, decision=step.given["decision"], spoken=True, **step.form.content())


@_step("security.decide", AnswerForm, "answer_form")
def answer(step: Step) -> None:
    """The Kapolres answers directly."""
    step.once(actions.answer_request, decision=step.given["decision"], **step.form.content())


@_step("security.decide", WordsForm, "disposition_form")
def disposition(step: Step) -> None:
    """The Kapolres approves what was laid before them, or sends it back."""
    read = step.given["proposal"]
    if step.choice == "return":
        actions.return_proposal(at=step.at, request=step.found.key, words=step.given["words"], proposal=read)
    elif step.choice == "approve":
        step.once(actions.approve_proposal, proposal=read)
    else:
        raise _no_choice()


@_step("security.decide", WordsForm, "spoken_form")
def spoken_confirmation(step: Step) -> None:
    """The Kapolres confirms a spoken order."""
    step.once(actions.confirm_spoken_order)


@_step("security.withdraw", WordsForm, "reaction_form")
def reaction(step: Step) -> None:
    """The commission accepts or declines the offer."""
    if step.choice == "accept":
        step.once(actions.accept_offer)
    elif step.choice == "decline":
        step.once(actions.decline_offer, words=step.given["words"])
    else:
        raise _no_choice()


@_step("security.withdraw", WithdrawalForm, "withdrawal_form")
def withdrawal(step: Step) -> None:
    """The commission takes the request back."""
    step.once(actions.withdraw_request, reason=step.given["reason"], words=step.given["words"])


@_step("security.assign", ForceForm, "force_form")
def force(step: Step) -> None:
    """The police name unit and duty order."""
    filled = {name: value for name, value in step.given.items() if name not in ("id", "seen")}
    filled["vehicles"] = filled["vehicles"] or 0
    step.once(actions.assign_force, **filled)


@_step("security.report", ReportForm, "report_form")
def completion(step: Step) -> None:
    """The police report."""
    step.once(actions.report_completion, **step.form.done())


@_step("security.confirm", ConfirmationForm, "confirmation_form")
def confirmation(step: Step) -> None:
    """The commission confirms."""
    step.once(actions.confirm_completion, as_reported=step.given["as_reported"], words=step.given["words"])


def _no_choice() -> Refused:
    # A form sent by Enter carries no button: nothing may be decided by accident.
    return Refused("Pilih salah satu tombol keputusan.", code="PAM-15")
