"""The check page: whoever holds a letter may ask whether it is genuine."""

from __future__ import annotations

import hashlib
import re

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from sinergi.access.doors import public as open_door
from sinergi.features.agreement import public as agreements
from sinergi.features.letters import public
from sinergi.kernel.errors import Refused
from sinergi.kernel.words import spaced
from sinergi.ledger.grades import grade

# The code of a letter is its record key.
_CODE = re.compile(r"[a-z2-7]{26}")
LARGEST_CHECKED = 5 * 1024 * 1024


# Whoever holds the paper may check it: number, date, agency and fingerprint are all that is told.
@open_door
def check(request: HttpRequest, key: str = "") -> HttpResponse:
    """The check page that a letter's QR code opens."""
    code = (key or request.GET.get("kode", "")).strip().lower()
    letter = public.issued(code) if _CODE.fullmatch(code) else None
    verdict = ""
    upload = request.FILES.get("berkas") if request.method == "POST" else None
    if letter is not None and upload is not None:
        if (upload.size or 0) > LARGEST_CHECKED:
            raise Refused("Berkas terlalu besar untuk sebuah surat.", code="PAM-93", field="berkas")
        known = {letter.pdf_hash, letter.docx_hash} - {""}
        verdict = "same" if hashlib.sha256(upload.read()).hexdigest() in known else "other"
    context = {
        "code": code,
        "letter": letter,
        "issuer": agreements.agency_name(letter.agency) if letter else "",
        "grade": grade(letter.fact or letter.key) if letter else None,
        "fingerprint": spaced(letter.pdf_hash[:20]) if letter else "",
        "verdict": verdict,
        "accept": ".pdf,.docx" if letter and letter.docx_hash else ".pdf",
        "asked": bool(code),
    }
    return render(request, "letters/check.html", context, status=404 if code and letter is None else 200)
