"""The observer's pages: equal treatment, obligations kept, who read what, and what is never stored."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from sinergi.access import recorded
from sinergi.access.doors import PersonRequest, public, requires
from sinergi.access.models import ReadAudit
from sinergi.access.roles import ROLES
from sinergi.features.agreement import public as agreements
from sinergi.features.obligations.public import Board, Counts, counts, shape
from sinergi.features.oversight import rules
from sinergi.features.oversight.forms import WitnessedFilter
from sinergi.features.oversight.never import NEVER
from sinergi.features.places import public as places
from sinergi.features.security import public as security
from sinergi.kernel.words import spaced
from sinergi.ledger.models import Entry, Witnessed, WitnessedFork
from sinergi.sheets import Column, Kind
from sinergi.sheets.writing import XLSX, export
from sinergi.web import navigation

PAGE = "oversight:oversight"
WITNESSED = (
    Column(name="name", label="Penulis"),
    Column(name="origin", label="Penanda buku", kind=Kind.CODE),
    Column(name="size", label="Catatan", kind=Kind.INTEGER),
    Column(name="first_at", label="Sejak (WIB)", kind=Kind.DATE),
    Column(name="seen_at", label="Terakhir (WIB)", kind=Kind.DATE),
    Column(name="standing", label="Keadaan"),
)
READS_SHOWN = 200


@require_safe
@requires("oversight.read")
def oversight(request: PersonRequest) -> HttpResponse:
    """How requests were treated, by contestant, by district and by agreement, and how obligations were kept."""
    infos = _agreements(request)
    treated = security.treatment([info.id for info in infos], request.arrived_at)
    names = {info.id: info.name for info in infos}
    districts = places.area_names({one.district for one in treated})
    tables = [
        {
            "title": gettext("Per peserta"),
            "first": gettext("Nomor urut"),
            "rows": _lines(
                [one for one in treated if one.contestant], lambda one: one.contestant, lambda group: str(group)
            ),
            "none": gettext("Belum ada permohonan yang menyebut nomor urut peserta."),
        },
        {
            "title": gettext("Per kecamatan"),
            "first": gettext("Kecamatan"),
            "rows": _lines(treated, lambda one: one.district, lambda group: districts.get(group, group)),
            "none": gettext("Belum ada permohonan."),
        },
        {
            "title": gettext("Per perjanjian"),
            "first": gettext("Perjanjian"),
            "rows": _lines(treated, lambda one: one.agreement, lambda group: names[group]),
            "none": gettext("Belum ada permohonan."),
        },
    ]
    counted = counts([info.id for info in infos], request.arrived_at)
    kept = [_kept(info, counted[info.id], request.arrived_at) for info in infos]
    context = {"tables": tables, "kept": kept, "few": rules.FEW}
    return render(request, "oversight/oversight.html", context)


@require_safe
@requires("oversight.read")
def dues(request: PersonRequest, agreement: str) -> HttpResponse:
    """The obligations behind the figures: code, what, who, when and how it stands; no words and no files."""
    info = agreements.opened(request, agreement, "oversight.read")
    board = Board(agreement, at=request.arrived_at)
    party, article = request.GET.get("pihak", ""), request.GET.get("pasal", "")
    lines = [
        {
            "code": line.item.code,
            "title": line.title,
            "who": ", ".join(agreements.short_name(one) for one in line.item.debtors),
            "due": line.occurrence.due_at,
            "state": shape(line.found),
        }
        for line in board.lines
        if line.occurrence.due_at <= request.arrived_at
        and (not party or party in line.item.debtors)
        and article in ("", str(line.item.article))
    ]
    name = agreements.short_name(party) if party in board.parties else ""
    number = article if any(article == str(number) for number in board.articles) else ""
    context = {"info": info, "lines": lines[::-1], "party": name, "article": number}
    return render(request, "oversight/dues.html", context)


@require_safe
@requires("oversight.read")
def reads(request: PersonRequest) -> HttpResponse:
    """Who read what is protected, by office: the person's name stays with the office's own auditor."""
    reached = [info.id for info in _agreements(request)]
    latest = ReadAudit.objects.order_by("-at", "-pk")[: 2 * READS_SHOWN]
    known = Entry.objects.filter(log__agreement__in=reached, key__in=[recorded.key(row.record) for row in latest])
    keys = set(known.values_list("key", flat=True))
    rows = [row for row in latest if recorded.key(row.record) in keys][:READS_SHOWN]
    called = recorded.called(row.record for row in rows)
    lines = [
        {
            "at": row.at,
            "office": gettext(ROLES[row.office].label) if row.office in ROLES else gettext("tanpa jabatan"),
            "what": gettext("Bukti diunduh") if row.permission == "evidence.export" else gettext("Dibaca"),
            "about": called[row.record],
        }
        for row in rows
    ]
    return render(request, "oversight/reads.html", {"lines": lines, "most": READS_SHOWN})


@require_safe
@requires("oversight.read")
def witnessed(request: PersonRequest) -> HttpResponse:
    """The logs this node witnesses from outside: whose, how large, since when, and whether two histories were found."""
    form, lines = _witnessed(request)
    context = {
        "form": form,
        "lines": lines,
        "any": Witnessed.objects.exists(),
        "is_filtered": any(request.GET.get(name) for name in form.fields),
        "forked": WitnessedFork.objects.count(),
    }
    return render(request, "oversight/witnessed.html", context)


@require_safe
@requires("oversight.read")
def witnessed_sheet(request: PersonRequest) -> HttpResponse:
    """The same list as an Excel file, with the same filter."""
    _form, lines = _witnessed(request)
    told = [
        line
        | {
            "first_at": localtime(line["first_at"]),
            "seen_at": localtime(line["seen_at"]),
            "standing": gettext("dua riwayat") if line["forked_at"] else gettext("satu riwayat"),
        }
        for line in lines
    ]
    columns = [column.name for column in WITNESSED]
    data = export(WITNESSED, [{name: line[name] for name in columns} for line in told], sheet=gettext("Disaksikan"))
    name = "buku-yang-disaksikan.xlsx"
    return HttpResponse(data, content_type=XLSX, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@require_safe
@public
def never(request: HttpRequest) -> HttpResponse:
    """What Sinergi never stores; anybody may read it."""
    return render(request, "oversight/never.html", {"never": NEVER})


def figures(user: Any, at: datetime, scope: str) -> list[navigation.Figure]:
    """The observer's own start page; officials find the same behind *Pengawasan*."""
    if not _only_observes(user):
        return []
    infos = agreements.agreements_of(user, "oversight.read", scope=scope)
    logs, forked = Witnessed.objects.count(), WitnessedFork.objects.count()
    if logs and not infos:
        # A supervisor's own node is party to nothing.
        here = reverse("oversight:witnessed")
        return [
            navigation.Figure(label=_("Buku yang disaksikan"), value=logs, url=here),
            navigation.Figure(label=_("Dua riwayat ditemukan"), value=forked, url=here, tone="bad" if forked else ""),
        ]
    treated = security.treatment([info.id for info in infos], at)
    kept = [one.tally(at) for one in counts([info.id for info in infos], at).values()]
    late, missing, url = sum(one.is_late for one in treated), sum(one.missing for one in kept), reverse(PAGE)
    return [
        navigation.Figure(label=_("Permohonan pengamanan"), value=len(treated), url=url),
        navigation.Figure(
            label=_("Lewat batas jawab"), value=late, of=len(treated), url=url, tone="bad" if late else ""
        ),
        navigation.Figure(
            label=_("Kewajiban belum dipenuhi"),
            value=missing,
            of=sum(one.due for one in kept),
            url=url,
            tone="bad" if missing else "",
        ),
    ]


def first_step(user: Any, at: datetime, scope: str) -> list[navigation.Action]:
    """What an observer opens first."""
    if not _only_observes(user):
        return []
    return [navigation.Action(label=_("Buka pengawasan"), url=reverse(PAGE), icon="eye")]


def _witnessed(request: PersonRequest) -> tuple[WitnessedFilter, list[dict[str, Any]]]:
    """The filter as it was asked for, and the logs it leaves, those with two histories first."""
    found = dict(WitnessedFork.objects.values_list("origin", "found_at"))
    columns = ("origin", "agency", "size", "first_at", "seen_at")
    rows = list(Witnessed.objects.order_by("-seen_at", "origin").values(*columns))
    names = agreements.short_names({row["agency"] for row in rows})
    form = WitnessedFilter(request.GET or None, authors=sorted(names.items(), key=lambda one: one[1]))
    given = form.cleaned_data if form.is_bound and form.is_valid() else {}
    lines = [
        row | {"mark": spaced(row["origin"][:16]), "name": names[row["agency"]], "forked_at": found.get(row["origin"])}
        for row in rows
        if given.get("author") in (None, "", row["agency"])
        and (not given.get("standing") or (given["standing"] == "two") == (row["origin"] in found))
    ]
    # What was found comes first: nobody may bury it under many logs of its own.
    lines.sort(key=lambda line: line["forked_at"] is None)
    return form, lines


def _only_observes(user: Any) -> bool:
    return bool(user.can("oversight.read")) and not user.can("agreement.read")


def _agreements(request: PersonRequest) -> list[Any]:
    return agreements.agreements_of(request.user, "oversight.read", scope=request.scope)


def _lines(treated: list[Any], by: Any, name: Any) -> list[dict[str, Any]]:
    found = rules.shares(treated, by)
    out = rules.stands_out(found)
    return [{"name": name(share.group), "share": share, "stands_out": share.group in out} for share in found]


def _kept(info: Any, counted: Counts, at: datetime) -> dict[str, Any]:
    names = agreements.short_names(info.parties)
    parties = [{"id": party, "name": names[party], "tally": counted.tally(at, party=party)} for party in info.parties]
    return {
        "info": info,
        "parties": parties,
        "articles": [{"number": number, "tally": counted.tally(at, article=number)} for number in counted.articles],
    }
