"""Kelola › Jejak akses: who read what is restricted, and who changed what a person may do."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from sinergi.access import recorded
from sinergi.access.doors import requires
from sinergi.access.models import ChangeAudit, ReadAudit, User
from sinergi.access.roles import ROLES
from sinergi.sheets import Column, Kind
from sinergi.sheets.writing import XLSX, export

PER_PAGE = 100

CHANGES = {
    "added": "Pengguna ditambahkan",
    "duty_given": "Penugasan diberikan",
    "duty_ended": "Penugasan diakhiri",
    "suspended": "Pengguna ditangguhkan",
    "restored": "Pengguna dipulihkan",
    "password_set": "Kata sandi baru dibuat",
    "token_made": "Token dibuat",
    "token_revoked": "Token dicabut",
    "passkey_added": "Kunci sandi didaftarkan",
    "passkey_removed": "Kunci sandi dicabut pemiliknya",
    "code_set": "Aplikasi kode dipasang",
    "code_removed": "Aplikasi kode dicabut pemiliknya",
    "recovery_made": "Kode pemulihan dibuat",
    "recovery_used": "Kode pemulihan dipakai",
    "factors_reset": "Semua faktor kedua dicabut",
}

COLUMNS = (
    Column(name="at", label="Waktu", kind=Kind.TEXT),
    Column(name="who", label="Siapa", kind=Kind.TEXT),
    Column(name="what", label="Apa", kind=Kind.TEXT),
    Column(name="about", label="Mengenai", kind=Kind.TEXT),
    Column(name="source", label="Asal (kode)", kind=Kind.CODE),
)


@requires("audit.read")
@require_safe
def trail(request: HttpRequest) -> HttpResponse:
    """Reads (`reads`, the default) or changes of rights (`changes`), newest first; `?format=xlsx` as Excel."""
    kind = "changes" if request.GET.get("kind") == "changes" else "reads"
    words = request.GET.get("words", "").strip()[:80]
    found = _changes(words) if kind == "changes" else _reads(words)
    if request.GET.get("format") == "xlsx":
        data = export(COLUMNS, _shown(found[:10_000]), sheet=gettext("Jejak akses"))
        return HttpResponse(
            data, content_type=XLSX, headers={"Content-Disposition": 'attachment; filename="jejak-akses.xlsx"'}
        )
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {"kind": kind, "words": words, "page": page, "rows": _shown(page.object_list)}
    return render(request, "access/trail.html", context)


def _reads(words: str) -> QuerySet[Any]:
    found = ReadAudit.objects.order_by("-at", "-pk")
    if not words:
        return found
    records = recorded.called(ReadAudit.objects.order_by("record").values_list("record", flat=True).distinct())
    meant = [record for record, name in records.items() if words.casefold() in f"{name} {record}".casefold()]
    return found.filter(Q(actor__in=_named(words)) | Q(record__in=meant[:500]))


def _changes(words: str) -> QuerySet[Any]:
    found = ChangeAudit.objects.order_by("-at", "-pk")
    return found.filter(Q(actor__in=_named(words)) | Q(subject__in=_named(words))) if words else found


def _named(words: str) -> list[str]:
    return list(User.objects.filter(name__icontains=words).values_list("actor_id", flat=True)[:500])


def _shown(rows: Any) -> list[dict[str, Any]]:
    rows = list(rows)
    ids = {row.actor for row in rows} | {getattr(row, "subject", "") for row in rows}
    names = {user.actor_id: user.get_full_name() for user in User.objects.filter(actor_id__in=ids)}
    records = recorded.called(row.record for row in rows if isinstance(row, ReadAudit))
    return [_row(row, names, records) for row in rows]


def _row(row: Any, names: dict[str, str], records: dict[str, str]) -> dict[str, Any]:
    who = names.get(row.actor, row.actor[:8]) if row.actor else gettext("Baris perintah simpul")
    if isinstance(row, ReadAudit):
        office = gettext(ROLES[row.office].label) if row.office in ROLES else ""
        what = gettext("Bukti diunduh") if row.permission == "evidence.export" else gettext("Dibaca")
        about, source = records[row.record], row.source[:8]
        who = f"{who}, {office}" if office else who
    else:
        what = gettext(CHANGES.get(row.change, row.change))
        role = row.detail.get("role", "")
        about = names.get(row.subject, row.subject[:8]) + (f", {gettext(ROLES[role].label)}" if role in ROLES else "")
        source = ""
    return {"at": _clock(row.at), "instant": row.at, "who": who, "what": what, "about": about, "source": source}


def _clock(at: datetime) -> str:
    return f"{localtime(at):%Y-%m-%d %H:%M:%S %Z}"
