"""A found file: for whom it was written, where its mark can still tell."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from sinergi.access.doors import PersonRequest, requires
from sinergi.features.rights.forms import TraceForm
from sinergi.kernel.errors import Refused
from sinergi.sheets import Limits, Unreadable, read_cells
from sinergi.sheets.marking import content
from sinergi.web.recipients import Found, recipient_of
from sinergi.web.uploads import LARGEST_FILE, said

# Longer cells than people may upload were written by us.
LIMITS = Limits(cell=32_767)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("rights.trace")
def trace(request: PersonRequest) -> HttpResponse:
    """Read the hidden mark of a file that turned up somewhere. Nothing of the file is kept."""
    posted = request.method == "POST"
    form = TraceForm(request.POST if posted else None, request.FILES if posted else None)
    found: Found | None = None
    if posted and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            found = _read(file.read() if file.size <= LARGEST_FILE else b"", file.name)
        except Refused as refusal:
            form.refuse(refusal)
    return render(request, "rights/trace.html", {"form": form, "found": found}, status=422 if form.errors else 200)


def _read(data: bytes, name: str) -> Found:
    try:
        cells = read_cells(data, name=name, limits=LIMITS)
    except Unreadable as refusal:
        raise said(refusal) from None
    return recipient_of(data, content([cells.header, *(row for _number, row in cells.rows)]))
