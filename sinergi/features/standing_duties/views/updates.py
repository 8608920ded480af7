"""The quarterly voter-data updates on screen."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from sinergi.access.doors import PersonRequest, open_record, requires, visible
from sinergi.features.agreement import public as agreements
from sinergi.features.places import public as places
from sinergi.features.standing_duties import actions, rules
from sinergi.features.standing_duties.forms import HEADS, MembersForm, UpdateForm
from sinergi.features.standing_duties.models import MemberChanges, VoterUpdate
from sinergi.kernel.errors import Refused
from sinergi.kernel.ids import new_event_id
from sinergi.kernel.words import spaced
from sinergi.ledger.grades import NOTHING, grade, grades
from sinergi.ledger.store import own_agency
from sinergi.sheets.forbidden import FEW
from sinergi.web import navigation

QUARTERS_OFFERED = 8
BOTH = ["GET", "HEAD", "POST"]


@require_safe
@requires("standing_duties.read")
def updates(request: PersonRequest) -> HttpResponse:
    """Every quarter's update, newest first, with the police's answer; and how the counts went."""
    rows = current(visible(request.user, VoterUpdate.objects.all(), "standing_duties.read", scope=request.scope))
    most = max((row.new + row.gone + row.changed for row in rows), default=0)
    proof, answers = grades(row.key for row in rows), _answers([row.key for row in rows])
    lines = [
        {
            "row": row,
            "who": agreements.short_name(row.agency),
            "sum": row.new + row.gone + row.changed,
            "answer": answers.get(row.key),
            "grade": proof.get(row.key, NOTHING),
        }
        for row in rows
    ]
    context = {"lines": lines, "most": most, "may_report": bool(choices(request))}
    return render(request, "standing_duties/updates.html", context)


@require_http_methods(BOTH)
@requires("standing_duties.report")
def report(request: PersonRequest) -> HttpResponse:
    """Report a quarter; reporting it again corrects it."""
    posted = request.method == "POST"
    form = _report_form(request, {})
    if posted and form.is_valid():
        try:
            receipt = actions.report_update(
                id=form.cleaned_data["id"], by=request.actor, at=request.arrived_at, **form.told()
            )
        except Refused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, gettext("Pemutakhiran dicatat dan sedang dikirim ke Polres."))
            return redirect("standing_duties:update", key=receipt.key)
    context = {"form": form, "few": FEW}
    return render(request, "standing_duties/report.html", context, status=422 if posted else 200)


def filled(request: PersonRequest, counts: dict[str, int], filename: str) -> HttpResponse:
    """The report with the counts of a table, to be looked at and sent with its letter."""
    context = {"form": _report_form(request, counts), "few": FEW, "filename": filename}
    return render(request, "standing_duties/report.html", context)


def _report_form(request: PersonRequest, counts: dict[str, int]) -> UpdateForm:
    posted = request.method == "POST"
    return UpdateForm(
        request.POST if posted else None,
        request.FILES if posted else None,
        agreements=choices(request),
        quarters=_quarters(localdate(request.arrived_at)),
        districts=own_districts(),
        initial={"id": new_event_id(request.arrived_at), **counts},
    )


@require_safe
@requires("standing_duties.read")
def update(request: PersonRequest, key: str) -> HttpResponse:
    """One update: counts per district, the letter's hash, the police's answer."""
    return _shown(request, key, None)


@require_http_methods(["POST"])
@requires("standing_duties.answer")
def answer(request: PersonRequest, key: str) -> HttpResponse:
    """The police confirm the update and tell how many of their members changed status."""
    row = open_record(request, VoterUpdate.objects.all(), key, "standing_duties.answer", region=None)
    form = MembersForm(request.POST)
    if form.is_valid():
        given = dict(form.cleaned_data)
        try:
            actions.report_members(id=given.pop("id"), by=request.actor, at=request.arrived_at, update=row.key, **given)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, gettext("Jawaban dicatat dan sedang dikirim ke KPU."))
            return redirect("standing_duties:update", key=key)
    return _shown(request, key, form)


def inbox(user: Any, at: datetime) -> list[navigation.Waiting]:
    """Updates that wait for the police's answer."""
    if not user.can("standing_duties.answer"):
        return []
    asked = visible(user, VoterUpdate.objects.all(), "standing_duties.answer")
    rows = current(agreements.workable(user, asked, "standing_duties.answer"))
    if not rows or own_agency().kind != "police":
        return []
    answered = _answers([row.key for row in rows])
    return [
        navigation.Waiting(
            title=gettext("Jawab pemutakhiran data pemilih"),
            url=reverse("standing_duties:update", args=[row.key]),
            sub=gettext("triwulan %(quarter)d tahun %(year)d, surat %(letter)s")
            % {"quarter": row.quarter, "year": row.year, "letter": row.letter_number},
            agreement=row.agreement,
            key=row.key,
            icon="users",
        )
        for row in rows
        if row.key not in answered
    ]


def current(rows: Any) -> list[VoterUpdate]:
    """The update that counts of each quarter and commission, newest quarter first."""
    kept: dict[tuple[str, str, int, int], VoterUpdate] = {}
    for row in rows.order_by("seq", "key"):
        kept[row.agreement, row.agency, row.year, row.quarter] = row
    return sorted(kept.values(), key=lambda row: (-row.year, -row.quarter, row.agreement, row.key))


def _shown(request: PersonRequest, key: str, form: MembersForm | None) -> HttpResponse:
    row = open_record(request, VoterUpdate.objects.all(), key, "standing_duties.read", region=None)
    newest = next(
        one
        for one in current(VoterUpdate.objects.filter(agreement=row.agreement, agency=row.agency))
        if (one.year, one.quarter) == (row.year, row.quarter)
    )
    districts = row.districts()
    names = places.area_names({one.district for one in districts})
    may_answer = own_agency().kind == "police" and agreements.offers(
        request.user, "standing_duties.answer", agreement=row.agreement
    )
    context = {
        "row": row,
        "who": agreements.short_name(row.agency),
        "name": agreements.name_of(row.agreement),
        "newest": None if newest.key == row.key else newest,
        "districts": [(names.get(one.district, one.district), (one.new, one.gone, one.changed)) for one in districts],
        "heads": HEADS,
        "answer": _answers([row.key]).get(row.key),
        "form": (form or MembersForm(initial={"id": new_event_id(request.arrived_at)})) if may_answer else None,
        "grade": grade(row.key),
        "letter": spaced(row.letter),
    }
    return render(request, "standing_duties/update.html", context, status=200 if form is None else 422)


def _answers(updates: list[str]) -> dict[str, MemberChanges]:
    return {row.update: row for row in MemberChanges.objects.filter(update__in=updates).order_by("seq", "key")}


def choices(request: PersonRequest) -> list[tuple[str, str]]:
    """Agreements under which this person can report now; none at the police."""
    if own_agency().kind != "kpu":
        return []
    found = agreements.in_force_for(request.user, "standing_duties.report", on=request.arrived_at)
    return [(info.id, info.name) for info in found if "data" in info.scopes]


def own_districts() -> list[tuple[str, str]]:
    """Districts of this office, for a choice; none where it covers more than one regency."""
    region = own_agency().region
    if region == "*":
        return []
    return [(info.code, info.name) for info in places.regions_in(region, level="district")]


def _quarters(today: date) -> list[tuple[str, str]]:
    year, quarter = rules.quarter_of(today)
    found = []
    for _back in range(QUARTERS_OFFERED):
        found.append(
            (f"{year}-{quarter}", gettext("Triwulan %(quarter)d tahun %(year)d") % {"quarter": quarter, "year": year})
        )
        year, quarter = (year, quarter - 1) if quarter > 1 else (year - 1, 4)
    return found
