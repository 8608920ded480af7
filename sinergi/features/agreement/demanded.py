"""Wanted evidence in words."""

from __future__ import annotations

from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sinergi.features.agreement.events import EvidenceDemand

ACT_LABELS = {
    "requests": gettext_lazy("Permohonan (pengamanan, data)"),
    "orders": gettext_lazy("Jawaban dan perintah Polri"),
    "reports": gettext_lazy("Laporan pelaksanaan dan evaluasi"),
    "deliveries": gettext_lazy("Penyerahan data"),
}
GRADE_LABELS = {
    "arrived": gettext_lazy("sampai di pihak lain"),
    "witnessed": gettext_lazy("disaksikan pihak lain"),
    "stamped": gettext_lazy("berstempel waktu"),
}


class Told(NamedTuple):
    """A demand in words: for which facts, what within how long, and what happens before."""

    act: str
    want: str
    effect: str


def told(demand: EvidenceDemand) -> Told:
    """One demand in words."""
    want = _("%(grade)s dalam %(span)s") % {"grade": GRADE_LABELS[demand.grade], "span": span(demand.hours)}
    effect = _("belum mengikat sebelum itu") if demand.binds else _("peringatan bila lewat")
    return Told(str(ACT_LABELS[demand.act]), want, effect)


def span(hours: int) -> str:
    """How long people say it is."""
    if hours >= 48 and hours % 24 == 0:
        return _("%(n)s hari") % {"n": hours // 24}
    return _("%(n)s jam") % {"n": hours}
