"""The schedule for administrators: what is kept how long, what went, what is held back."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from sinergi.access.doors import PersonRequest, requires
from sinergi.features.agreement import public as agreements
from sinergi.features.retention import actions, kept, rules
from sinergi.features.retention.forms import HoldForm
from sinergi.features.retention.models import Hold, Sweep
from sinergi.kernel.errors import Refused
from sinergi.ledger.models import Agreement
from sinergi.web.forms import said_with_code

LABELS = {
    "sessions": _("Sesi masuk dan perangkatnya"),
    "devices": _("Perangkat yang dikenal"),
    "tokens": _("Token program yang kedaluwarsa"),
    "readings": _("Jejak pembacaan catatan terbatas"),
    "changes": _("Jejak perubahan hak orang"),
    "officers": _("Daftar personel yang sudah diganti"),
    "contacts": _("Nama dan nomor kontak"),
    "requests": _("Nama dan uraian dalam permintaan pengamanan"),
    "archives": _("Perjanjian, surat bernomor, berita acara, laporan"),
}
SINCE = {
    "seen": _("sejak terakhir dipakai"),
    "used": _("sejak terakhir dipakai"),
    "expired": _("sejak kedaluwarsa"),
    "happened": _("sejak dicatat"),
    "replaced": _("sejak daftar berikutnya"),
    "over": _("sejak perjanjian berakhir"),
}
_SOON = timedelta(days=30)


@requires("node.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def schedule(request: PersonRequest) -> HttpResponse:
    """The schedule, the last sweep, what is held back; holding something back."""
    names = agreements.names(Agreement.objects.values_list("id", flat=True))
    posted = request.POST if request.method == "POST" else None
    form = HoldForm(posted, names=names)
    if form.is_valid():
        try:
            actions.hold(
                form.cleaned_data["agreement"],
                reason=form.cleaned_data["reason"],
                by=request.actor.id,
                at=request.arrived_at,
            )
        except Refused as refusal:
            form.add_error(refusal.field or None, said_with_code(refusal))
        else:
            messages.success(request, gettext("Ditahan: jadwal tidak menghapus apa pun darinya."))
            return redirect("retention:schedule")
    last = Sweep.objects.order_by("-at").first()
    swept = {row.code: row for row in Sweep.objects.filter(at=last.at)} if last else {}
    disputed = agreements.in_dispute()
    context = {
        "form": form,
        "version": rules.schedule().version,
        "last": last,
        "rows": [_shown(term, swept.get(term.code), request) for term in rules.schedule().terms],
        "holds": [
            {"row": row, "name": names.get(row.agreement) or gettext("Semua yang disimpan kantor ini")}
            for row in Hold.objects.filter(lifted_at=None).order_by("-since")
        ],
        "disputed": [names[agreement] for agreement in sorted(disputed) if agreement in names],
    }
    return render(request, "retention/schedule.html", context, status=200 if posted is None else 422)


@requires("node.manage")
@require_POST
def lift(request: PersonRequest, pk: int) -> HttpResponse:
    """Let the schedule have what was held back."""
    try:
        actions.lift(pk, by=request.actor.id, at=request.arrived_at)
    except Refused as refusal:
        messages.error(request, said_with_code(refusal))
    else:
        messages.success(request, gettext("Penahanan dicabut. Jadwal berlaku lagi mulai penyapuan berikutnya."))
    return redirect("retention:schedule")


def _shown(term: rules.Term, swept: Sweep | None, request: PersonRequest) -> dict[str, object]:
    soon = request.arrived_at + _SOON
    due = (
        0
        if term.days is None
        else sum(
            rules.may_go(term, item.since, item.agreement, now=soon, held=()) for item in kept.items(term, before=soon)
        )
    )
    return {
        "term": term,
        "label": LABELS[term.code],
        "since": SINCE[term.since],
        "years": (term.days or 0) // 365,
        "count": kept.count(term) if term.days is not None else None,
        "due": due,
        "swept": swept,
    }
