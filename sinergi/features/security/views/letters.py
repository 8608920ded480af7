"""Formal letters about a request on screen: issuing, fetching the files, and the check page for anyone."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from sinergi.access.doors import PersonRequest, open_record, public, requires
from sinergi.documents.numbers import check_pattern
from sinergi.features.agreement import public as agreements
from sinergi.features.security.actions.letters import groups, send_letter
from sinergi.features.security.events import Series
from sinergi.features.security.forms import StationeryForm
from sinergi.features.security.models import Letter, Stationery
from sinergi.features.security.views.detail import page_of
from sinergi.features.security.views.showing import is_police, requests_for
from sinergi.kernel.errors import Refused
from sinergi.kernel.ids import new_event_id
from sinergi.ledger.grades import grade
from sinergi.ledger.store import own_agency
from sinergi.ledger.writer import run
from sinergi.web.middleware import said

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
# The code of a letter is its record key.
_CODE = re.compile(r"[a-z2-7]{26}")
LARGEST_CHECKED = 5 * 1024 * 1024


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
            check_page=request.build_absolute_uri(reverse("security:check")),
        )
    except Refused as refusal:
        return render(request, "security/request.html", page_of(request, found, refusal=refusal), status=422)
    return redirect("security:request", key=found.key)


@requires("security.letterhead")
def stationery(request: HttpRequest) -> HttpResponse:
    """How this office's letters look: head, signer, numbering. An ordinary row; letters already issued keep theirs."""
    paper = Stationery.objects.first() or Stationery(head=[own_agency().name.upper()])
    column = f"{_own_series()}_pattern"
    initial = {name: getattr(paper, name) for name in ("address", "city", "office", "signer", "rank")}
    initial |= {"pattern": getattr(paper, column), "head": "\n".join(paper.head), "copies": "\n".join(paper.copies)}
    form = StationeryForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            check_pattern(given["pattern"])
            if "{regency}" in given["pattern"] and not own_agency().region.isdigit():
                raise Refused("Kantor ini mencakup beberapa kabupaten; tulis pola tanpa {regency}.", code="PAM-96")
        except Refused as refusal:
            form.add_error("pattern", said(refusal))
        else:
            for name in ("address", "city", "office", "signer", "rank"):
                setattr(paper, name, given[name])
            setattr(paper, column, given["pattern"])
            paper.head, paper.copies = _lines(given["head"]), _lines(given["copies"])
            run(paper.save)
            messages.success(request, _("Kop surat disimpan. Surat berikutnya memakainya."))
            return redirect("security:stationery")
    return render(
        request,
        "security/stationery.html",
        {"form": form, "is_set": bool(paper.signer)},
        status=422 if form.errors else 200,
    )


@requires("security.read")
@require_safe
def pdf(request: HttpRequest, key: str) -> HttpResponse:
    """The letter as PDF."""
    return _file(request, key, "pdf", "application/pdf")


@requires("security.read")
@require_safe
def docx(request: HttpRequest, key: str) -> HttpResponse:
    """The letter as DOCX, for editing."""
    return _file(request, key, "docx", DOCX)


# Whoever holds the paper may check it: number, date, agency and fingerprint are all that is told.
@public
def check(request: HttpRequest, key: str = "") -> HttpResponse:
    """The check page that a letter's QR code opens."""
    code = (key or request.GET.get("kode", "")).strip().lower()
    letter = Letter.objects.filter(key=code).select_related("request").first() if _CODE.fullmatch(code) else None
    verdict = ""
    upload = request.FILES.get("berkas") if request.method == "POST" else None
    if letter is not None and upload is not None:
        if (upload.size or 0) > LARGEST_CHECKED:
            raise Refused(_("Berkas terlalu besar untuk sebuah surat."), code="PAM-93", field="berkas")
        same = hashlib.sha256(upload.read()).hexdigest() in (letter.pdf_hash, letter.docx_hash)
        verdict = "same" if same else "other"
    context = {
        "code": code,
        "letter": letter,
        "issuer": agreements.agency_name(letter.agency) if letter else "",
        "grade": grade(letter.key) if letter else None,
        "fingerprint": groups(letter.pdf_hash) if letter else "",
        "withdrawn": letter is not None and letter.request.withdrawn_at is not None,
        "verdict": verdict,
        "asked": bool(code),
    }
    return render(request, "security/check.html", context, status=404 if code and letter is None else 200)


def _own_series() -> Series:
    return "answer" if is_police() else "request"


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _file(request: HttpRequest, key: str, form: str, media_type: str) -> HttpResponse:
    letter = Letter.objects.filter(key=key).first()
    if letter is None:
        raise Http404
    # The letter is seen by whoever may see its request; a restricted one leaves a trace there.
    open_record(request, requests_for(request.user), letter.request_id, "security.read")
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
