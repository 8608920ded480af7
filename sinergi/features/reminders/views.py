"""One's own reminders, and for administrators how e-mail stands."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from sinergi.access.doors import PersonRequest, requires, signed_in
from sinergi.access.models import User
from sinergi.features.obligations import public as obligations
from sinergi.features.reminders import actions, rules, service
from sinergi.features.reminders.forms import MailboxForm, TrialForm
from sinergi.features.reminders.models import Mailbox, Reminder, Server
from sinergi.features.reminders.post import is_set
from sinergi.kernel.errors import Refused
from sinergi.web import navigation
from sinergi.web.forms import said_with_code

MOST_SHOWN = 30
BOTH = ["GET", "HEAD", "POST"]
STATES = {
    "sending": ("working", _("sedang dikirim")),
    "sent": ("done", _("terkirim")),
    "unsure": ("late", _("tidak pasti sampai")),
    "refused": ("refused", _("ditolak server")),
}
STEPS = {
    "ahead": _("tujuh hari sebelumnya"),
    "today": _("pada harinya"),
    "late": _("terlambat"),
    "escalated": _("terlambat sepekan"),
}
TROUBLES = {
    "apart": _("Server surel tidak terjangkau. Periksa nama, pintu, dan jaringannya."),
    "cut": _("Sambungan ke server surel terputus saat mengirim."),
    "tls": _("Server surel tidak menyediakan sambungan aman yang dapat dipercaya."),
    "login": _("Server surel menolak nama pengguna atau kata sandi simpul ini."),
    "sender": _("Server surel menolak alamat pengirim simpul ini."),
    "busy": _("Server surel sedang tidak menerima pesan."),
}
TRIALS = TROUBLES | {
    "asked": _("Sedang dikirim. Muat ulang halaman ini sebentar lagi."),
    "sent": _("Diterima server. Periksa kotak masuknya."),
    "later": _("Server surel menundanya. Coba lagi beberapa menit lagi."),
    "unsure": _("Sambungan terputus; tidak pasti sampai."),
    "refused": _("Server surel menolak pesan ini."),
    "address": _("Server surel menolak alamat ini. Periksa ejaannya."),
}


@signed_in
@require_http_methods(BOTH)
def mine(request: PersonRequest) -> HttpResponse:
    """Where one's reminders go, and which went out."""
    box = Mailbox.objects.filter(user=request.user.pk).first()
    posted = request.POST if request.method == "POST" else None
    form = MailboxForm(posted, initial={"address": box.address if box else ""})
    if form.is_valid():
        address = form.cleaned_data["address"]
        actions.choose(request.user, address)
        messages.success(
            request,
            gettext("Pengingat dikirim ke surel Anda dan tetap ada di kotak.")
            if address
            else gettext("Pengingat hanya ada di kotak."),
        )
        return redirect("reminders:mine")
    rows = Reminder.objects.filter(user=request.user.pk).order_by("-at", "-pk")[:MOST_SHOWN]
    context = {"form": form, "box": box, "is_set": is_set(), "rows": [_shown(row) for row in rows]}
    return render(request, "reminders/mine.html", context, status=200 if posted is None else 422)


@requires("node.manage")
@require_http_methods(BOTH)
def server(request: PersonRequest) -> HttpResponse:
    """How e-mail stands, whom it does not reach, and a test message."""
    posted = request.POST if request.method == "POST" else None
    form = TrialForm(posted)
    if form.is_valid():
        try:
            actions.ask_trial(form.cleaned_data["address"], at=request.arrived_at)
        except Refused as refusal:
            form.add_error(None, said_with_code(refusal))
        else:
            service.wake()
            return redirect("reminders:server")
    row = Server.objects.filter(pk=1).first()
    left = Reminder.objects.exclude(state="sent").select_related("user").order_by("-at", "-pk")
    boxes = Mailbox.objects.filter(user__is_suspended=False)
    context = {
        "form": form,
        "is_set": is_set(),
        "flaw": settings.MAIL_FLAW,  # type: ignore[misc]  # a setting of ours
        "host": f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}",
        "sender": settings.DEFAULT_FROM_EMAIL,
        "row": row,
        "trouble": TROUBLES.get(row.trouble, "") if row else "",
        "trial": TRIALS.get(row.trial_told, "") if row else "",
        "refused": boxes.exclude(refusal=0).select_related("user").order_by("-refused_at", "pk"),
        "count": boxes.count(),
        "left": left.count(),
        "rows": [_shown(one) for one in left[:MOST_SHOWN]],
    }
    return render(request, "reminders/server.html", context, status=200 if posted is None else 422)


def inbox(user: User, at: datetime) -> list[navigation.Waiting]:
    """An own address that the server does not take; for administrators, that nothing goes out."""
    if not is_set():
        return []
    found = []
    box = Mailbox.objects.filter(user=user.pk).exclude(refusal=0).first()
    if box is not None:
        found.append(
            navigation.Waiting(
                title=gettext("Perbaiki alamat surel Anda"),
                url=reverse("reminders:mine"),
                sub=gettext("Server menolaknya; pengingat tidak sampai"),
                icon="bell",
                key="mailbox",
            )
        )
    if user.can("node.manage", at=at):
        row = Server.objects.filter(pk=1).exclude(trouble="").first()
        if row is not None and row.since is not None and at - row.since >= rules.TROUBLE:
            found.append(
                navigation.Waiting(
                    title=gettext("Surel pengingat tidak terkirim"),
                    url=reverse("reminders:server"),
                    sub=str(TROUBLES.get(row.trouble, "")),
                    icon="bell",
                    key="mail-server",
                )
            )
    return found


def _shown(row: Reminder) -> dict[str, object]:
    return {
        "row": row,
        "state": STATES[row.state],
        "step": STEPS.get(row.step, row.step),
        "mark": obligations.said_mark(row.mark),
        "url": reverse("obligations:due", args=[row.agreement, row.code, row.mark]),
    }
