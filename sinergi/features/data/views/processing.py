"""The register of processing: on screen, as Excel, and as a paper to sign."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.timezone import localdate
from django.utils.translation import gettext, override
from django.views.decorators.http import require_safe

from sinergi.access.doors import PersonRequest, requires, visible
from sinergi.documents import Annex, Letter, Signature, letter_pdf
from sinergi.documents import Column as Printed
from sinergi.features.data import processing
from sinergi.features.data.models import Dataset
from sinergi.features.data.processing import Activity
from sinergi.features.data.views.catalogue import current
from sinergi.features.letters import public as letters
from sinergi.ledger.store import own_agency
from sinergi.sheets import Column
from sinergi.sheets.writing import export
from sinergi.web.uploads import sheet_answer

# Headings as the paper has them, and how much of its width each takes.
HEADINGS = (
    ("activity", "Kegiatan", 5),
    ("part", "Peran kantor ini", 3),
    ("purpose", "Tujuan", 6),
    ("legal_basis", "Dasar hukum", 6),
    ("subjects", "Subjek data", 4),
    ("data", "Data pribadi", 6),
    ("recipients", "Penerima", 5),
    ("retention", "Masa simpan", 4),
    ("safeguards", "Pengamanan", 6),
)


@require_safe
@requires("data.read")
def processing_page(request: PersonRequest) -> HttpResponse:
    """Every activity with personal data of this office."""
    context = {"headings": [heading for _name, heading, _width in HEADINGS], "rows": _cells(_register(request))}
    return render(request, "data/processing.html", context)


@require_safe
@requires("data.read")
def processing_sheet(request: PersonRequest) -> HttpResponse:
    """The register as an Excel file."""
    columns = [Column(name=name, label=heading) for name, heading, _width in HEADINGS]
    lines = [{name: getattr(line, name) for name, _heading, _width in HEADINGS} for line in _register(request)]
    return sheet_answer(export(columns, lines, sheet=gettext("Pemrosesan")), "register-pemrosesan.xlsx")


@require_safe
@requires("data.read")
def processing_paper(request: PersonRequest) -> HttpResponse:
    """The register as a paper that the office numbers and signs."""
    pdf = letter_pdf(_paper(_register(request), at=request.arrived_at))
    headers = {"Content-Disposition": 'attachment; filename="register-pemrosesan.pdf"'}
    return HttpResponse(pdf, content_type="application/pdf", headers=headers)


def _register(request: PersonRequest) -> list[Activity]:
    rows = current(visible(request.user, Dataset.objects.all(), "data.read", region=None, scope=request.scope))
    return processing.register(rows, on=localdate(request.arrived_at))


def _cells(lines: list[Activity]) -> list[list[tuple[str, str]]]:
    return [[(heading, getattr(line, name)) for name, heading, _width in HEADINGS] for line in lines]


def _paper(lines: list[Activity], *, at: datetime) -> Letter:
    with override("id"):
        return Letter(
            letterhead=letters.letterhead(),
            number="." * 24,
            subject="Register kegiatan pemrosesan data pribadi",
            dateline=letters.dateline(at),
            addressee=("Arsip", own_agency().name),
            opening=(
                "Dasar: Undang-Undang Nomor 27 Tahun 2022 tentang Pelindungan Data Pribadi, Pasal 31.",
                f"Terlampir {len(lines)} kegiatan menurut katalog, persetujuan, dan penyerahan sampai tanggal ini.",
            ),
            closing=("Masa simpan yang bertanda usulan ditetapkan bersama unit kearsipan menurut jadwal retensi.",),
            signature=letters.signature() if letters.has_signer() else Signature(office="Pimpinan", name="." * 36),
            issued_at=at,
            annexes=(
                Annex(
                    title="Register kegiatan pemrosesan",
                    columns=tuple(Printed(heading, width) for _name, heading, width in HEADINGS),
                    rows=tuple(tuple(getattr(line, name) for name, _heading, _width in HEADINGS) for line in lines),
                    is_landscape=True,
                ),
            ),
            draft=True,
        )
