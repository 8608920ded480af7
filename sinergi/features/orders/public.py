"""What other features may know of orders: their number series, and a letter for the check page. Nothing here writes."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import F
from django.utils.translation import gettext, gettext_lazy

from sinergi.features.letters import public as letters
from sinergi.features.orders.models import DrawnFile, DutyLetter, DutyOrder
from sinergi.kernel.instants import say_instant
from sinergi.ledger.rows import own_zone

__all__ = ["SERIES", "is_ordered", "issued_letter"]


SERIES: Mapping[str, letters.Series] = {
    "sprin": letters.Series(
        code="sprin",
        label=gettext_lazy("Surat perintah (Sprin)"),
        default={"police": "Sprin/{nomor}/{bulan}/OPS.1.3./{tahun}"},
        letters=lambda: DutyOrder.objects.annotate(number=F("sprin"), written=F("sprin_written")),
    ),
    "renpam": letters.Series(
        code="renpam",
        label=gettext_lazy("Rencana pengamanan (Renpam)"),
        default={"police": "R/Renpam-{nomor}/{bulan}/OPS.1.3./{tahun}"},
        letters=lambda: DutyOrder.objects.annotate(number=F("renpam"), written=F("renpam_written")),
    ),
    "duty": letters.Series(
        code="duty",
        label=gettext_lazy("Surat tugas (Sgas)"),
        default={"police": "Sgas/{nomor}/{bulan}/OPS.1.3./{tahun}"},
        letters=lambda: DutyLetter.objects.all(),
    ),
}


def is_ordered(plan: str) -> bool:
    """Whether an order in force sends out the officers of that plan: they were told where they stand."""
    return DutyOrder.objects.filter(plan=plan, replaced_at=None, revoked_at=None).exists()


def issued_letter(key: str) -> letters.Issued | None:
    """A duty letter by its code, or an order by its key, as the check page tells of it: nobody's name."""
    letter = DutyLetter.objects.filter(code=key).first()
    order = DutyOrder.objects.filter(key=letter.order if letter else key).first()
    if order is None:
        return None
    hash = DrawnFile.objects.filter(code=key).values_list("pdf_hash", flat=True).first() or ""
    return letters.Issued(
        key=key,
        fact=order.key,
        agency=order.agency,
        written=letter.written if letter else order.sprin_written,
        issued_at=order.issued_at,
        exercise=order.in_exercise,
        pdf_hash=hash,
        docx_hash="",
        warning=_letter_ended(letter) if letter else _order_ended(order),
        ended=letter.ended_at is not None if letter else order.state != "in_force",
    )


def _letter_ended(letter: DutyLetter) -> str:
    if letter.ended_at is None:
        return ""
    return _ended(letter.held_by, DutyOrder.objects.filter(key=letter.ended_by).first())


def _order_ended(order: DutyOrder) -> str:
    return _ended(order.key, DutyOrder.objects.filter(key=order.replaced_by).first() if order.replaced_by else None)


def _ended(held_by: str, by: DutyOrder | None) -> str:
    """Why what hangs on that order is good no longer, and since when."""
    if by is not None:
        return gettext("Diganti oleh %(number)s sejak %(at)s. Surat ini tidak berlaku lagi.") % {
            "number": by.sprin_written,
            "at": say_instant(by.issued_at, own_zone()),
        }
    order = DutyOrder.objects.get(key=held_by)
    if order.revoked_at is None:
        return ""
    return gettext("Dicabut sejak %(at)s. Surat ini tidak berlaku lagi.") % {
        "at": say_instant(order.revoked_at, own_zone())
    }
