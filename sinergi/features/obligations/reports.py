"""Evaluation reports as letters: their number series, and what the check page tells of one."""

from __future__ import annotations

from django.db.models import F
from django.utils.translation import gettext_lazy

from sinergi.features.letters import public as letters
from sinergi.features.obligations.models import EvaluationReport

# KPU's code of cooperation, and that of the police's legal service, which keeps agreements.
SERIES = letters.Series(
    code="evaluation",
    label=gettext_lazy("Laporan analisa dan evaluasi"),
    default={"kpu": "{nomor:3}/PR.07-SD/{wilayah}/{tahun}", "police": "B/{nomor}/{bulan}/HUK.8.1./{tahun}"},
    letters=lambda: EvaluationReport.objects.annotate(in_exercise=F("exercise")),
)


def issued_letter(key: str) -> letters.Issued | None:
    """The report with that record key, for the check page."""
    found = EvaluationReport.objects.filter(key=key).defer("pdf", "docx").first()
    if found is None:
        return None
    return letters.Issued(
        key=found.key,
        agency=found.agency,
        written=found.written,
        issued_at=found.issued_at,
        exercise=found.exercise,
        pdf_hash=found.pdf_hash,
        docx_hash=found.docx_hash,
    )
