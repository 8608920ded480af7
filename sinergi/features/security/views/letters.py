"""Formal letters about a request on screen: issuing and fetching the files."""

from __future__ import annotations

from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from sinergi.access.doors import PersonRequest, open_record, requires
from sinergi.features.security.actions.letters import send_letter
from sinergi.features.security.events import Series
from sinergi.features.security.models import Letter
from sinergi.features.security.views.detail import page_of
from sinergi.features.security.views.showing import is_police, requests_for
from sinergi.kernel.errors import Refused
from sinergi.kernel.ids import new_event_id

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@requires("security.letter")
@require_POST
def issue(request: PersonRequest, key: str) -> HttpResponse:
    """Draw the letter up and state it."""
    found = open_record(request, requests_for(request.user), key, "security.letter")
    at: datetime = request.arrived_at
    try:
        send_letter(
            id=request.POST.get("id") or new_event_id(at),
            by=request.actor,
            at=at,
            found=found,
            series=_own_series(),
            check_page=request.build_absolute_uri(reverse("letters:check")),
        )
    except Refused as refusal:
        return render(request, "security/request.html", page_of(request, found, refusal=refusal), status=422)
    return redirect("security:request", key=found.key)


@requires("security.letter_file")
@require_safe
def pdf(request: HttpRequest, key: str) -> HttpResponse:
    """The letter as PDF."""
    return _file(request, key, "pdf", "application/pdf")


@requires("security.letter_file")
@require_safe
def docx(request: HttpRequest, key: str) -> HttpResponse:
    """The letter as DOCX, for editing."""
    return _file(request, key, "docx", DOCX)


def _own_series() -> Series:
    return "answer" if is_police() else "request"


def _file(request: HttpRequest, key: str, form: str, media_type: str) -> HttpResponse:
    letter = Letter.objects.filter(key=key).first()
    if letter is None:
        raise Http404
    # The letter is seen by whoever may see its request; a restricted one leaves a trace there.
    open_record(request, requests_for(request.user), letter.request_id, "security.letter_file")
    data = getattr(letter, form)
    if data is None:
        raise Http404
    name = letter.written.replace("/", "-")
    return HttpResponse(
        bytes(data),
        content_type=media_type,
        headers={
            "Content-Disposition": f'attachment; filename="{name}.{form}"',
            "Content-Security-Policy": "sandbox",
            "X-Content-Type-Options": "nosniff",
        },
    )
