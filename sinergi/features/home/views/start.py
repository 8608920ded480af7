"""The start page and the inbox."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import msgspec
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.timezone import localdate, localtime
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from sinergi.access.doors import requires, signed_in
from sinergi.access.models import User
from sinergi.features.home import rules
from sinergi.features.home.forms import PRESSING, FilterForm
from sinergi.features.places import public as places
from sinergi.features.stages import public as stages
from sinergi.ledger import rows as ledger_rows
from sinergi.ledger.models import Agency
from sinergi.sheets import Column, Kind
from sinergi.sheets.writing import XLSX, export
from sinergi.sync.models import Invitation
from sinergi.web import navigation
from sinergi.web.scope import Scope, scopes

PER_PAGE = 50
# Below the fold nobody decides; the inbox has the rest.
SHOWN = 8
DISTRICTS = 8

COLUMNS = (
    Column(name="code", label="Nomor", kind=Kind.CODE),
    Column(name="title", label="Hal"),
    Column(name="sub", label="Keterangan"),
    Column(name="agreement", label="Perjanjian"),
    Column(name="due", label="Batas (WIB)", kind=Kind.DATE),
    Column(name="pressing", label="Desakan"),
)


class Group(msgspec.Struct, frozen=True):
    """What waits under one agreement; no label where all belongs together."""

    label: str
    items: list[navigation.Waiting]


class Step(msgspec.Struct, frozen=True):
    """One of the first steps of a fresh node."""

    title: str
    sub: str
    done: bool
    url: str
    button: str
    icon: str
    who: str
    is_next: bool = False


class District(msgspec.Struct, frozen=True):
    """How many polling stations one district has, of the largest count shown."""

    name: str
    count: int
    of: int
    url: str


# Anybody who is signed in: who holds no office today is told so, in place of a closed door.
@signed_in
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What waits for this person, the numbers of the day and what is on today."""
    asked: Any = request
    user, at, scope = asked.user, asked.arrived_at, asked.scope
    waiting = navigation.waiting(user, at, scope)
    decisions = [item for item in waiting if item.decision]
    rows = [item for item in waiting if not item.decision]
    actions = navigation.actions(user, at, scope)
    has_office = bool(user.duties_at(at))
    steps = _first_steps(user) if has_office else []
    panels = navigation.panels(user, at, scope)
    figures = navigation.figures(user, at, scope)
    context = {
        "today": localdate(at),
        "stage": _stage(localdate(at)),
        "countdown": stages.label(localdate(at)),
        "has_office": has_office,
        "lead": _lead(waiting, at) if has_office else "",
        "is_late": rules.late(waiting, at) > 0,
        "sentences": navigation.sentences(user, at, scope),
        "figures": figures,
        "action": actions[0] if actions else None,
        "decisions": decisions,
        "groups": _groups(rows[:SHOWN], scopes(request)),
        "rows_count": len(rows),
        "more": max(0, len(rows) - SHOWN),
        "panels": [panel for panel in panels if not panel.is_side],
        "side_panels": [panel for panel in panels if panel.is_side],
        "districts": _districts(user, scope),
        "station_count": places.station_count("", user=user, scope=scope) if user.can("places.read") else 0,
        "steps": steps,
        # An outside witness has no agreement and yet something to look after.
        "is_empty": not ledger_rows.agreements() and not any(figure.value for figure in figures),
    }
    return render(request, "home/home.html", context)


@requires("home.read")
@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """Everything that waits for this person, most pressing first."""
    asked: Any = request
    form, items = _asked(asked)
    # What waits is counted whole; an official of hundreds of agreements reads it page by page.
    page = Paginator(items, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "groups": [Group("", list(page))] if items else [],
        "total": len(items),
        "late": rules.late(items, asked.arrived_at),
        "is_filtered": any(request.GET.get(name) for name in form.fields),
        "labels": {scope.id: scope.label for scope in scopes(request)},
    }
    return render(request, "home/inbox.html", context)


@requires("home.read")
@require_safe
def inbox_sheet(request: HttpRequest) -> HttpResponse:
    """The inbox as an Excel file, with the same filter."""
    asked: Any = request
    _form, items = _asked(asked)
    known = {scope.id: scope for scope in scopes(request)}
    data = export(
        COLUMNS,
        [
            {
                "code": item.code,
                "title": item.title,
                "sub": item.sub,
                "agreement": known[item.agreement].label if item.agreement in known else "",
                "due": localtime(item.due) if item.due else None,
                "pressing": str(PRESSING[rules.pressing(item, asked.arrived_at)]),
            }
            for item in items
        ],
        sheet=_("Kotak masuk"),
        mark="LATIHAN" if any(known[item.agreement].exercise for item in items if item.agreement in known) else "",
    )
    return HttpResponse(
        data, content_type=XLSX, headers={"Content-Disposition": 'attachment; filename="kotak-masuk.xlsx"'}
    )


def _asked(request: Any) -> tuple[FilterForm, list[navigation.Waiting]]:
    at: datetime = request.arrived_at
    options = [(scope.id, scope.label) for scope in scopes(request)]
    form = FilterForm(request.GET or None, agreements=options)
    items = navigation.waiting(request.user, at, request.scope)
    given = form.cleaned_data if form.is_bound and form.is_valid() else {}
    if given.get("pressing"):
        items = [item for item in items if rules.pressing(item, at) == given["pressing"]]
    if given.get("agreement"):
        items = [item for item in items if item.agreement == given["agreement"]]
    return form, items


def _lead(waiting: list[navigation.Waiting], at: datetime) -> str:
    """The first sentence: how much waits, and whether a clock has passed."""
    if not waiting:
        return _("Tidak ada yang menunggu Anda.")
    count, late = len(waiting), rules.late(waiting, at)
    said = ngettext("%(count)s hal menunggu Anda.", "%(count)s hal menunggu Anda.", count) % {"count": count}
    if late:
        said += " " + ngettext("%(count)s lewat batas.", "%(count)s lewat batas.", late) % {"count": late}
    return said


def _stage(today: date) -> str:
    stage = stages.current_stage(today)
    if stage is None:
        return ""
    return stage.name_en if (get_language() or "id").startswith("en") else stage.name


def _groups(items: list[navigation.Waiting], known: list[Scope]) -> list[Group]:
    """Each partner's matters apart where there is more than one; else in one list."""
    labels = {scope.id: scope.label for scope in known}
    groups = rules.by_agreement(items, list(labels))
    if len(groups) < 2:
        return [Group("", items)] if items else []
    return [Group(labels.get(agreement, _("Kantor sendiri")), held) for agreement, held in groups]


def _districts(user: User, scope: str) -> list[District]:
    """The districts with most polling stations of the lists in force, as far as this person sees them."""
    if not user.can("places.read") or not places.has_stations():
        return []
    counted = places.station_counts(6, user=user, scope=scope)
    names = places.area_names(set(counted))
    most = max(counted.values(), default=0)
    largest = sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))[:DISTRICTS]
    url = reverse("places:stations")
    return [District(names.get(code, code), count, most, f"{url}?wilayah={code}") for code, count in largest]


def _first_steps(user: User) -> list[Step]:
    """What an administrator of a fresh node does next; empty once all is done or for anybody else."""
    if not user.can("access.manage"):
        return []
    has_people = User.objects.exclude(pk=user.pk).exists()
    has_partner = Agency.objects.filter(is_self=False).exists()
    invited = Invitation.objects.filter(used_at=None).exists()
    has_agreement = bool(ledger_rows.agreements())
    if has_people and has_partner and has_agreement:
        return []
    steps = [
        Step(
            _("Daftarkan orang dan jabatannya"),
            _("Setiap orang masuk dengan namanya sendiri. Jabatan menentukan apa yang boleh dibuka."),
            has_people,
            _url("access:people"),
            _("Daftarkan orang"),
            "users",
            "",
        ),
        Step(
            _("Undang mitra"),
            _("Undangan sudah dibuat dan menunggu dipakai mitra.")
            if invited and not has_partner
            else _("Buat berkas undangan berisi sidik jari kunci, atau terima undangan dari mitra."),
            has_partner,
            _url("sync:partners") or _url("sync:invitations"),
            _("Undang mitra"),
            "plug-connected",
            _("lewat baris perintah: sinergi invite"),
        ),
        Step(
            _("Masukkan perjanjian yang sudah ditandatangani"),
            _("Pindaian naskah diikat dengan sidik jari. Pihak lain menegaskannya dari kantornya."),
            has_agreement,
            _url("agreement:new") if user.can("agreement.enter") else "",
            _("Masukkan perjanjian"),
            "file-text",
            _("oleh pimpinan, sekretaris atau Kabag Ops"),
        ),
    ]
    following = next((place for place, step in enumerate(steps) if not step.done and step.url), None)
    return [msgspec.structs.replace(step, is_next=place == following) for place, step in enumerate(steps)]


def _url(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
