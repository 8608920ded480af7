"""Kelola, Kantor, Wilayah: the regions of this office from a file."""

from __future__ import annotations

from collections import Counter

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from sinergi.access.doors import PersonRequest, requires
from sinergi.features.places.forms import RegionFile
from sinergi.features.places.models import Region
from sinergi.features.places.regions import REGION_COLUMNS, check_regions, own_regions, take_in
from sinergi.features.places.views.stations import level_word
from sinergi.kernel.errors import Refused
from sinergi.ledger.models import Agency
from sinergi.sheets import Unreadable
from sinergi.sheets.writing import template
from sinergi.web import uploads

LEVELS = ("province", "regency", "district", "village")


@require_http_methods(["GET", "HEAD", "POST"])
@requires("places.regions")
def regions(request: PersonRequest) -> HttpResponse:
    """What is known, and taking in a file: all of it, or nothing and every wrong cell with its sentence."""
    form = RegionFile(request.POST or None, request.FILES or None)
    wrong: dict[str, object] = {}
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            checked = check_regions(uploads.read(file), source=file.name)
        except Unreadable as refusal:
            raise uploads.said(refusal) from None
        if not checked.table.problems:
            changed = take_in(checked.regions)
            words = {"changed": changed, "all": len(checked.regions), "left_out": checked.left_out}
            pattern = gettext("%(changed)d dari %(all)d wilayah baru atau berubah; %(left_out)d baris kantor lain.")
            messages.success(request, pattern % words)
            return redirect("places:regions")
        wrong = uploads.wrong(checked.table)
    counts = Counter(Region.objects.values_list("level", flat=True))
    context = {
        "form": form,
        **wrong,
        "levels": [(level_word(level), counts[level]) for level in LEVELS] if counts else [],
        "own": _own_words(),
    }
    return render(request, "places/regions.html", context, status=422 if request.method == "POST" else 200)


@require_safe
@requires("places.regions")
def region_template(request: PersonRequest) -> HttpResponse:
    """The template to fill in."""
    notes = (
        gettext("Satu baris untuk satu desa dengan nama wilayah di atasnya, atau satu baris untuk satu wilayah."),
        gettext("Lintang dan bujur memakai derajat desimal; koma dan titik sama-sama dibaca."),
    )
    return uploads.sheet_answer(template(REGION_COLUMNS, title=gettext("Wilayah"), notes=notes), "templat-wilayah.xlsx")


def _own_words() -> str:
    """The codes this office covers, or an empty text where nobody can say yet."""
    try:
        codes = own_regions() if Agency.objects.filter(is_self=True).exists() else ()
    except Refused:
        return ""
    return ", ".join(code or gettext("seluruh Indonesia") for code in codes)
