"""What orders tell the frame: what waits for the Kapolres, one's own duties, and which page shows a record."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy

from sinergi.access.models import User
from sinergi.features.orders.models import Duty, DutyLetter, DutyOrder, OrderDraft
from sinergi.web import navigation
from sinergi.web.records import Page


def inbox(user: User, at: datetime) -> list[navigation.Waiting]:
    """Drafts that wait for the signature; for who writes them, those sent back."""
    found = []
    if user.can("orders.sign"):
        found += [
            navigation.Waiting(
                title=gettext("Surat perintah: %(what)s") % {"what": row.activity},
                url=reverse("orders:signing", args=[row.id]),
                sub=gettext("menunggu tanda tangan Anda"),
                urgency=2,
                icon="fingerprint",
                action=gettext_lazy("Baca"),
            )
            for row in OrderDraft.objects.filter(issued="", laid_at__isnull=False).order_by("laid_at")
        ]
    if user.can("orders.draft"):
        found += [
            navigation.Waiting(
                title=gettext("Konsep surat perintah dikembalikan"),
                url=reverse("orders:draft", args=[row.id]),
                sub=row.returned_words,
            )
            for row in OrderDraft.objects.filter(issued="").exclude(returned_words="").order_by("changed_at")
        ]
    return found


def panels(user: User, at: datetime, scope: str) -> list[navigation.Panel]:
    """One's own duties, on the first page of an officer."""
    if not user.service_number or not user.can("orders.card"):
        return []
    held = DutyLetter.objects.filter(ended_at=None).values("code")
    rows = Duty.objects.filter(Q(officer=user.service_number), letter__in=held, ends_at__gte=at).order_by("starts_at")
    current = dict(DutyLetter.objects.filter(code__in=[row.letter for row in rows]).values_list("code", "held_by"))
    lines = [
        navigation.Line(
            title=gettext("Pos %(place)s") % {"place": row.post_place},
            url=reverse("orders:card", args=[row.letter]),
            sub=f"{row.district_name}, {row.commander_rank} {row.commander_name}",
            at=row.starts_at,
        )
        for row in rows
        if current.get(row.letter) == row.order
    ]
    return [
        navigation.Panel(title=gettext("Tugas pengamanan saya"), lines=lines, url=reverse("orders:cards"), weight=90)
    ]


def opens(user: User, keys: list[str]) -> dict[str, Page]:
    """Which of these records have a page for this person."""
    if not user.can("orders.read"):
        return {}
    return {
        row.key: Page(url=reverse("orders:order", args=[row.key]), name=row.sprin_written)
        for row in DutyOrder.objects.filter(key__in=keys)
    }
