"""What security adds to the start page, and what its facts are called elsewhere."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sinergi.access.doors import visible
from sinergi.features.agreement import public as agreements
from sinergi.features.security.models import Letter, Step
from sinergi.features.security.views.showing import RUNNING, Row, is_police, open_rows, requests_for, runs_on
from sinergi.kernel.instants import end_of_day
from sinergi.ledger.store import own_agency
from sinergi.web import navigation, records
from sinergi.web.templatetags.sinergi import clock, named_day

WORDS = {
    "security.assistance_requested": gettext_lazy("permohonan pengamanan"),
    "security.assistance_answered": gettext_lazy("jawaban permohonan"),
    "security.spoken_order_confirmed": gettext_lazy("penegasan perintah lisan"),
    "security.offer_accepted": gettext_lazy("penerimaan tawaran"),
    "security.offer_declined": gettext_lazy("penolakan tawaran"),
    "security.assistance_withdrawn": gettext_lazy("penarikan permohonan"),
    "security.force_assigned": gettext_lazy("penunjukan satuan dan Sprin"),
    "security.assistance_completed": gettext_lazy("laporan pelaksanaan"),
    "security.completion_confirmed": gettext_lazy("penegasan laporan"),
    "security.letter_issued": gettext_lazy("surat resmi"),
}

REASONS = {
    "it was withdrawn before": gettext_lazy("Permohonan sudah ditarik sebelumnya."),
    "an answer binds only after disposisi by the Kapolres or Plh": gettext_lazy(
        "Jawaban hanya mengikat setelah disposisi Kapolres atau Plh."
    ),
    "it answers no version of this request": gettext_lazy("Jawaban tidak cocok dengan isi permohonan mana pun."),
    "this version of the request was answered before": gettext_lazy(
        "Permohonan ini sudah dijawab; jawaban pertama berlaku."
    ),
    "only the Kapolres or Plh confirms a spoken order": gettext_lazy(
        "Perintah lisan hanya ditegaskan Kapolres atau Plh."
    ),
    "no spoken order waits for this confirmation": gettext_lazy("Tidak ada perintah lisan yang menunggu penegasan."),
    "it was confirmed before": gettext_lazy("Laporan sudah ditegaskan sebelumnya."),
    "the request is not the author's": gettext_lazy("Permohonan ini bukan milik penulisnya."),
    "no such request under this agreement": gettext_lazy("Tidak ada permohonan itu dalam perjanjian ini."),
    "no such offer waits for an answer": gettext_lazy("Tidak ada tawaran yang menunggu jawaban ini."),
}

_SHOWN = 6


def panels(user: Any, at: datetime, scope: str) -> list[navigation.Panel]:
    """Today's protection, what waits for the other side's answer, and letters with their numbers."""
    if not user.can("security.read"):
        return []
    rows = open_rows(user, at, scope)
    found = [_today(rows, at)]
    if not is_police():
        found.append(_unanswered(rows))
    if user.can("security.letter"):
        found.append(_letters(user, rows, scope))
    return found


def opens(user: Any, keys: list[str]) -> dict[str, records.Page]:
    """The request's page for each of these facts, where this person may open that request."""
    steps = dict(Step.objects.filter(key__in=keys).values_list("key", "request_id"))
    requests = visible(user, requests_for(user).filter(key__in=set(steps.values())), "security.read").in_bulk()
    return {
        key: records.Page(
            url=reverse("security:request", args=[request]),
            name=f"{requests[request].code} {requests[request].activity or ''}".strip(),
        )
        for key, request in steps.items()
        if request in requests
    }


def _today(rows: list[Row], at: datetime) -> navigation.Panel:
    day = localdate(at)
    today = runs_on(rows, day)
    later = (row for row in rows if row.state in RUNNING and row.request.starts_at >= end_of_day(day))
    following = min(later, key=lambda row: (row.request.starts_at, row.request.key), default=None)
    empty = _("Tidak ada pengamanan hari ini.")
    if following is not None:
        words = {
            "what": following.request.activity or str(following.service),
            "when": f"{named_day(following.request.starts_at)} {clock(following.request.starts_at)}",
        }
        empty += " " + _("Berikutnya: %(what)s, %(when)s.") % words
    return navigation.Panel(
        title=_("Tugas hari ini"),
        lines=[_line(row, at=row.request.starts_at) for row in today[:_SHOWN]],
        total=len(today),
        url=f"{reverse('security:requests')}?state=arranged&since={day}&until={day}" if len(today) > _SHOWN else "",
        empty=empty,
        weight=80,
    )


def _unanswered(rows: list[Row]) -> navigation.Panel:
    asked = sorted(
        (row for row in rows if row.state == "requested"),
        key=lambda row: (row.due is None, row.due or row.request.asked_at, row.request.key),
    )
    return navigation.Panel(
        title=_("Menunggu jawaban Polres"),
        lines=[_line(row, due=row.due) for row in asked[:_SHOWN]],
        total=len(asked),
        url=f"{reverse('security:requests')}?state=requested",
        empty=_("Tidak ada. Semua permohonan sudah dijawab."),
        weight=60,
    )


def _letters(user: Any, rows: list[Row], scope: str) -> navigation.Panel:
    """Letters still to be issued, then the newest with their numbers."""
    own = own_agency().id
    about = [(row, _asked(row) if row.request.agency == own else _answer_of(row)) for row in rows]
    issued = set(Letter.objects.filter(about__in=[fact for _row, fact in about]).values_list("about", flat=True))
    closed = agreements.closed_to(user, "security.letter")
    due = [row for row, fact in about if fact and fact not in issued and row.request.agreement not in closed]
    lines = [
        navigation.Line(
            title=row.request.activity or str(row.service),
            url=reverse("security:request", args=[row.request.key]),
            code=row.request.code,
            shape="waiting",
            word=_("belum bernomor"),
            agreement=row.request.agreement,
        )
        for row in due[:3]
    ]
    letters = visible(
        user,
        Letter.objects.filter(request__in=requests_for(user)).select_related("request"),
        "security.read",
        scope=scope,
        agreement="request__agreement",
        region="request__region",
    )
    lines += [
        navigation.Line(
            title=letter.written,
            url=reverse("security:request", args=[letter.request_id]),
            sub=letter.request.activity or "",
            code=letter.request.code,
            agreement=letter.request.agreement,
        )
        for letter in letters.filter(agency=own).order_by("-issued_at", "key")[:4]
    ]
    return navigation.Panel(
        title=_("Surat"), lines=lines, total=len(lines), empty=_("Belum ada surat."), weight=40, is_side=True
    )


def _asked(row: Row) -> str:
    """The request a letter is due for; nothing once it was withdrawn."""
    return "" if row.request.withdrawn_at else row.request.version


def _answer_of(row: Row) -> str:
    return row.request.answer.key if row.request.answer and is_police() else ""


def _line(row: Row, **more: Any) -> navigation.Line:
    return navigation.Line(
        title=row.request.activity or str(row.service),
        url=reverse("security:request", args=[row.request.key]),
        sub=f"{row.agency} · {row.request.place}" if row.request.place else row.agency,
        code=row.request.code,
        shape=row.shape,
        word=row.word,
        agreement=row.request.agreement,
        **more,
    )
