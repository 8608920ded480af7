"""Officers of a plan by name: the list, why one stands where, why not elsewhere, placing one by hand, ordering one."""

from __future__ import annotations

from typing import Any

import msgspec
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from sinergi.access.doors import PersonRequest, requires
from sinergi.features.guard import actions, public, rules, running, saying
from sinergi.features.guard.forms import ReasonForm
from sinergi.features.guard.rules import names
from sinergi.features.guard.views.frame import (
    Files,
    level_words,
    mark,
    opened_by_name,
    place_names,
    said_place,
    unit_names,
    versions,
)
from sinergi.features.places import public as places
from sinergi.kernel.errors import Refused
from sinergi.kernel.ids import new_event_id
from sinergi.sheets import Column, Kind
from sinergi.sheets.writing import export
from sinergi.web import uploads

PAGE = 50


@require_safe
@requires("guard.read")
def people(request: PersonRequest, key: str) -> HttpResponse:
    """Who stands where, unit by unit, and who does not and by which rule."""
    found, files = opened_by_name(request, key)
    rows = _asked(request, files, key)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {
        "plan": found,
        "page_obj": page,
        "rows": page,
        "total": len(rows),
        "units": unit_names(files).items(),
        "chosen": request.GET.get("satuan", ""),
        "state": request.GET.get("keadaan", ""),
        "query": request.GET.get("cari", ""),
        **versions(found),
    }
    return render(request, "guard/people.html", context)


@require_safe
@requires("guard.read")
def people_sheet(request: PersonRequest, key: str) -> HttpResponse:
    """The same list as an Excel file, with the same filters."""
    _, files = opened_by_name(request, key)
    columns = (
        Column(name="code", label="NRP", kind=Kind.CODE),
        Column(name="name", label="Nama"),
        Column(name="rank", label="Pangkat"),
        Column(name="unit", label="Satuan"),
        Column(name="place", label="Posko"),
        Column(name="post", label="Kode TPS", kind=Kind.CODE),
        Column(name="starts", label="Mulai"),
        Column(name="ends", label="Selesai"),
        Column(name="note", label="Catatan"),
    )
    lines = [
        {
            "code": row["code"],
            "name": row["name"],
            "rank": row["rank"],
            "unit": row["unit"],
            "place": row["place"],
            "post": row["post"],
            "starts": _local(row["starts_at"]),
            "ends": _local(row["ends_at"]),
            "note": str(row["note"]),
        }
        for row in _asked(request, files, key)
    ]
    marked = mark(request)
    data = export(columns, lines, sheet="Personel", mark=marked)
    return uploads.sheet_answer(data, f"{'LATIHAN-' if marked else ''}personel-posko.xlsx")


@require_safe
@requires("guard.read")
def person(request: PersonRequest, key: str, officer: str) -> HttpResponse:
    """Why this officer stands here, or nowhere; and, asked for another post, why not there."""
    found, files = opened_by_name(request, key)
    row = names.people(files).get(officer)
    if row is None:
        raise Http404
    orders = public.orders_of(key)
    standing = next((one for one in names.standing(files, orders) if one.officer == officer), None)
    posts = {post.code: post for post in rules.posts(files)}
    wanted = request.GET.get("posko", "")
    there = posts.get(wanted)
    barring = names.barring(files, officer, there.stations) if there else ""
    area = places.area_names({code[:10] for code in posts} | {code[:6] for code in posts})
    missing = (there.missing - sum(one.post == wanted for one in orders)) if there else 0
    is_last = not public.next_versions([key])
    context = {
        "plan": found,
        "officer": row,
        "unit": unit_names(files).get(row["unit_code"], row["unit_code"]),
        "standing": standing,
        "place": said_place(standing.post, area) if standing else "",
        "post": posts.get(standing.post) if standing else None,
        "order": next((one for one in orders if one.officer == officer), None),
        "here": _why(found.key, files, ["here", officer]),
        "choices": [
            (area.get(district, district), [(post.code, said_place(post.code, area), post.missing) for post in some])
            for district, some in _by_district(posts)
        ],
        "wanted": wanted if there else "",
        "wanted_place": said_place(wanted, area) if there else "",
        "not_there": _why(found.key, files, ["not", officer, wanted]) if there else [],
        "may_pin": is_last and there and not barring and request.user.can("guard.plan"),
        "may_order": is_last
        and standing is None
        and missing > 0
        and barring in names.BENDING
        and request.user.can("guard.order"),
        "rule": saying.RULES.get(barring, ""),
        "form": ReasonForm(initial={"id": new_event_id(request.arrived_at), "officer": officer, "post": wanted}),
        **versions(found),
    }
    return render(request, "guard/person.html", context)


@require_safe
@requires("guard.read")
def short(request: PersonRequest, key: str) -> HttpResponse:
    """Why people are missing: what is needed, who there is, and what keeps the others away."""
    found, files = opened_by_name(request, key)
    orders = [(one, names.people(files).get(one.officer, {})) for one in public.orders_of(key)]
    where = place_names({one.post for one, _ in orders})
    context = {
        "plan": found,
        "said": _why(found.key, files, ["short"]),
        "barred": _barred(files),
        "orders": [
            (one, row.get("name") or one.officer, where[one.post], saying.RULES.get(one.rule, one.rule))
            for one, row in orders
        ],
        **versions(found),
    }
    return render(request, "guard/short.html", context)


@require_POST
@requires("guard.plan")
def pin(request: PersonRequest, key: str) -> HttpResponse:
    """Place an officer by hand: the plan is calculated around it, and its price is shown before anything is kept."""
    found, files = opened_by_name(request, key)
    form = _reason(request)
    officer, station, reason = (form.cleaned_data[name] for name in ("officer", "post", "reason"))
    given = {name: text.encode() for name, text in files.items() if name in (*rules.INPUTS, "duty.json", "closed.csv")}
    made = actions.calculate(
        by=request.actor,
        at=request.arrived_at,
        tables=given
        | {
            "people.csv": rules.pinned(files, officer, station, reason),
            "before.csv": files["officers.csv"].encode(),
            "anew.json": rules.anew(files, grouping=found.grouping, notified=False),
        },
        grouping=found.grouping,
        replaces=found.key,
        is_anew=True,
    )
    return redirect("guard:calculation", id=made.id)


@require_POST
@requires("guard.order")
def order(request: PersonRequest, key: str) -> HttpResponse:
    """A commander sends an officer to a post that lacks people, against a rule, with a reason that stays."""
    opened_by_name(request, key)
    form = _reason(request)
    actions.order_officer(
        id=form.cleaned_data["id"],
        by=request.actor,
        at=request.arrived_at,
        plan=key,
        officer=form.cleaned_data["officer"],
        post=form.cleaned_data["post"],
        reason=form.cleaned_data["reason"],
        ordered_by=request.user.name,
    )
    messages.success(request, gettext("Perintah dicatat dengan nama Anda dan alasannya."))
    return redirect("guard:person", key=key, officer=form.cleaned_data["officer"])


def _reason(request: PersonRequest) -> ReasonForm:
    form = ReasonForm(request.POST)
    if not form.is_valid():
        field = next(iter(form.errors))
        raise Refused(
            "Pilih posko dan tulis alasannya, %(least)d sampai %(most)d huruf.",
            code="JAG-11",
            field=field,
            words={"least": names.SHORTEST_REASON, "most": names.LONGEST_REASON},
        )
    return form


def _why(key: str, files: Files, question: list[str]) -> list[str]:
    """The planner's reasons in words; a sentence that says so where it did not answer."""
    given = {name: text.encode() for name, text in files.items() if name not in ("certificate.json", "summary.json")}
    reasons = msgspec.json.decode(running.ask(key, given, question) or b"null")
    if reasons is None:
        return [gettext("Alasannya belum dapat dihitung sekarang. Muat ulang halaman ini sebentar lagi.")]
    codes = {str(reason["words"].get(name, "")) for reason in reasons for name in ("station", "regency")} - {""}
    where = place_names({code for code in codes if len(code) > 4}) | places.area_names(codes)
    return saying.sentences(reasons, units=unit_names(files), places=where, levels=level_words())


def _asked(request: PersonRequest, files: Files, key: str) -> list[dict[str, Any]]:
    """Everybody of the plan's table as the filters say: where and when they stand, or why they do not."""
    unit, state, query = (request.GET.get(name, "") for name in ("satuan", "keadaan", "cari"))
    standing = {one.officer: one for one in names.standing(files, public.orders_of(key))}
    barred, units = _barred(files), unit_names(files)
    area = places.area_names({one.post[:10] for one in standing.values()})
    rows = []
    for code, row in names.people(files).items():
        one = standing.get(code)
        is_wanted = (
            (not unit or row["unit_code"] == unit)
            and (not state or state == ("bertugas" if one else "tidak" if code in barred else "siaga"))
            and (not query or query.lower() in f"{row['name']} {code}".lower())
        )
        if is_wanted:
            rows.append(
                {
                    "code": code,
                    "name": row["name"] or code,
                    "rank": row.get("rank", ""),
                    "unit": units.get(row["unit_code"], row["unit_code"]),
                    "post": one.post if one else "",
                    "place": said_place(one.post, area) if one else "",
                    "starts_at": one.starts_at if one else None,
                    "ends_at": one.ends_at if one else None,
                    "km": one.metres / 1000 if one else None,
                    "note": saying.RULES[barred[code]]
                    if code in barred and not one
                    else gettext("atas perintah")
                    if one and one.is_ordered
                    else gettext("ditetapkan dengan tangan")
                    if one and one.is_pinned
                    else ""
                    if one
                    else gettext("siaga"),
                }
            )
    return rows


def _barred(files: Files) -> dict[str, str]:
    """Who may stand nowhere, and the rule."""
    certificate = msgspec.json.decode(files["certificate.json"])
    return dict(certificate.get("names", {}).get("barred", {}))


def _by_district(posts: dict[str, rules.Post]) -> list[tuple[str, list[rules.Post]]]:
    found: dict[str, list[rules.Post]] = {}
    for code, post in posts.items():
        found.setdefault(code[:6], []).append(post)
    return sorted(found.items())


def _local(at: Any) -> str:
    return f"{localtime(at):%Y-%m-%d %H:%M %Z}" if at else ""
