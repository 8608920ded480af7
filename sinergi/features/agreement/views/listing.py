"""The list of agreements, what waits for a confirmation, and what the search finds."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from sinergi.access.doors import PersonRequest, requires, visible
from sinergi.access.models import User
from sinergi.features.agreement import public
from sinergi.features.agreement.models import Agreement, with_said
from sinergi.features.agreement.progress import (
    Disputes,
    Negotiation,
    ask_beforehand,
    open_changes,
    open_evidence,
    proposed,
)
from sinergi.features.agreement.views import shown, turns
from sinergi.ledger.grades import NOTHING, grades
from sinergi.ledger.models import Agency
from sinergi.sheets import Column, Kind
from sinergi.sheets.writing import XLSX, export
from sinergi.web import navigation

_FILTERS = {
    "berlaku": ("in_force", "suspended"),
    "menunggu": ("draft", "waiting", "not_started"),
    "berakhir": ("over", "ended"),
}


@require_safe
@requires("agreement.read")
def agreements(request: PersonRequest) -> HttpResponse:
    """Every agreement this person may see, newest first."""
    chosen = request.GET.get("tampil", "")
    lines = _lines(request, chosen)
    context = {
        "lines": lines,
        "chosen": chosen,
        "may_enter": _may_enter(request),
        "has_partners": _has_partners(),
        "waiting": [line for line in lines if line["is_ours_to_confirm"]],
    }
    return render(request, "agreement/agreements.html", context)


@require_safe
@requires("agreement.read")
def agreements_sheet(request: PersonRequest) -> HttpResponse:
    """The same list as an Excel file."""
    columns = (
        Column(name="partner", label=gettext("Pihak lain")),
        Column(name="title", label=gettext("Judul")),
        Column(name="numbers", label=gettext("Nomor")),
        Column(name="signed_on", label=gettext("Ditandatangani"), kind=Kind.DATE),
        Column(name="starts_on", label=gettext("Berlaku sejak"), kind=Kind.DATE),
        Column(name="ends_on", label=gettext("Berlaku sampai"), kind=Kind.DATE),
        Column(name="state", label=gettext("Keadaan")),
        Column(name="mark", label=gettext("Latihan")),
        Column(name="scan", label=gettext("Sidik pindaian (SHA-256)"), kind=Kind.CODE),
    )
    lines = _lines(request, request.GET.get("tampil", ""))
    rows = [
        {
            "partner": line["partner"],
            "title": line["row"].title,
            "numbers": "; ".join(line["numbers"]),
            "signed_on": line["row"].signed_on,
            "starts_on": line["row"].starts_on,
            "ends_on": line["row"].ends_on,
            "state": line["state"].word,
            "mark": "LATIHAN" if line["row"].exercise else "",
            "scan": line["row"].scan,
        }
        for line in lines
    ]
    mark = "LATIHAN" if any(line["row"].exercise for line in lines) else ""
    data = export(columns, rows, sheet=gettext("Perjanjian"), mark=mark)
    headers = {"Content-Disposition": 'attachment; filename="perjanjian.xlsx"'}
    return HttpResponse(data, content_type=XLSX, headers=headers)


def found(user: User, words: str) -> list[navigation.Hit]:
    """Agreements whose title, number or partner holds every word."""
    if not user.can("agreement.read"):
        return []
    hits = []
    for info in public.agreements_of(user):
        heap = " ".join([info.title, info.name, *info.numbers, *(public.agency_name(each) for each in info.partners)])
        if all(word in heap.casefold() for word in words.casefold().split()):
            hits.append(
                navigation.Hit(
                    title=info.title,
                    url=reverse("agreement:agreement", args=[info.id]),
                    sub=f"{info.name}; {', '.join(info.numbers)}",
                    icon="file-text",
                )
            )
    return hits


def waiting_for(user: User, at: datetime) -> list[navigation.Waiting]:
    """What this person's office has to do about agreements: confirm one, go on with a text, answer a proposal."""
    if not any(user.can(f"agreement.{verb}") for verb in ("confirm", "negotiate", "bind")):
        return []
    # Articles are long, and not told here.
    rows = Agreement.objects.defer("articles", "article_texts", "signers", "obligations")
    own, known = shown.own_id(), with_said(rows.order_by("key"))
    ask_beforehand(known)
    return [*_to_confirm(user, own, known), *_texts(user, own, known), *_matters(user, own, known)]


def _reached(user: User, known: list[Agreement], permission: str) -> list[Agreement]:
    duties = user.duties_for(permission)
    return [row for row in known if any(duty.covers(agreement=row.agreement) for duty in duties)]


def _texts(user: User, own: str, known: list[Agreement]) -> list[navigation.Waiting]:
    """Texts under negotiation that this office has the next step with."""
    found = []
    for row in _reached(user, known, "agreement.negotiate"):
        turn = turns.own_turn(row, own) if row.state in ("draft", "in_force") else None
        if turn is not None:
            said, addendum = turn
            address = reverse("agreement:negotiation", args=[row.agreement])
            found.append(
                navigation.Waiting(
                    title=gettext("Naskah perjanjian: %(title)s") % {"title": row.title},
                    url=f"{address}?adendum=ya" if addendum else address,
                    sub=gettext("Kantor ini %(what)s.") % {"what": said.what},
                    urgency=1,
                    agreement=row.agreement,
                    key=row.revision or row.key,
                    icon="pencil",
                )
            )
    return found


def _matters(user: User, own: str, known: list[Agreement]) -> list[navigation.Waiting]:
    """Changes and settlements that this office has to answer."""
    found = []
    for row in _reached(user, known, "agreement.bind"):
        if row.state != "in_force":
            continue
        disputes = Disputes(row)
        waiting = [proposed(row, one) for one in open_changes(row)]
        waiting += [proposed(row, one) for one in open_evidence(row)]
        waiting += [each for dispute in disputes.all for each in disputes.waiting(dispute.key)]
        found += [
            navigation.Waiting(
                title=gettext("Jawab usul atas perjanjian: %(title)s") % {"title": row.title},
                url=reverse("agreement:agreement", args=[row.agreement]),
                sub=gettext("Diusulkan %(agency)s.") % {"agency": public.short_name(one.matter.agency)},
                urgency=2,
                agreement=row.agreement,
                key=one.matter.key,
                icon="pencil",
            )
            for one in waiting
            if own in one.awaited(row.party_ids)
        ]
    return found


def _to_confirm(user: User, own: str, known: list[Agreement]) -> list[navigation.Waiting]:
    return [
        navigation.Waiting(
            title=gettext("Tegaskan perjanjian: %(title)s") % {"title": row.title},
            url=reverse("agreement:agreement", args=[row.agreement]),
            sub=gettext("Dimasukkan %(agency)s; berlaku setelah Anda menegaskan.")
            % {"agency": public.short_name(row.parties[0])},
            urgency=2,
            agreement=row.agreement,
            key=row.key,
            icon="file-text",
        )
        for row in _reached(user, known, "agreement.confirm")
        if row.state == "waiting" and own in row.party_ids and own not in row.confirmed_ids
    ]


def count_waiting(request: Any) -> int:
    """How many agreements wait for something from this person's office."""
    return len(navigation.waiting_from(waiting_for, request.user, request.arrived_at))


def first_step(user: User, at: datetime, scope: str) -> list[navigation.Action]:
    """On a node without any agreement, entering the first one."""
    if not user.can("agreement.enter", agreement="") or Agreement.objects.exists():
        return []
    return [
        navigation.Action(label=gettext("Masukkan perjanjian"), url=reverse("agreement:new"), weight=90),
        navigation.Action(label=gettext("Rancang perjanjian"), url=reverse("agreement:draft"), weight=89),
    ]


def _lines(request: PersonRequest, chosen: str) -> list[dict[str, Any]]:
    found = visible(request.user, Agreement.objects.all(), "agreement.read", scope=request.scope)
    own, at = shown.own_id(), request.arrived_at
    may_confirm = request.user.can("agreement.confirm")
    wanted = _FILTERS.get(chosen, shown.STATES)
    rows = [row for row in with_said(found.order_by("-entered_at", "key")) if row.standing_on(at) in wanted]
    proof = grades([row.key for row in rows])
    lines = []
    for row in rows:
        info = public.agreement(row.agreement)
        assert info is not None  # the row was just read
        awaits_us = row.state == "waiting" and own in row.party_ids and own not in row.confirmed_ids
        lines.append(
            {
                "row": row,
                "partner": info.name,
                "numbers": info.numbers,
                "state": shown.state_of(row, at, own),
                "turns": turns.turns(Negotiation(row)) if row.state == "draft" else [],
                "grade": proof.get(row.key, NOTHING),
                "is_ours_to_confirm": awaits_us and may_confirm,
            }
        )
    return lines


def _may_enter(request: PersonRequest) -> bool:
    return bool(request.user.can("agreement.enter", agreement=""))


def _has_partners() -> bool:
    return len(partners()) > 0


def partners() -> list[tuple[str, str]]:
    """Agencies that were introduced to this node, as choices of a form."""
    return list(Agency.objects.filter(is_self=False).order_by("name", "id").values_list("id", "name"))
