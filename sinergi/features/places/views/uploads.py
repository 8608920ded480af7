"""From a file to a published list: upload, look, leave out, publish. And the lists published so far."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sinergi.access.doors import PersonRequest, requires
from sinergi.access.models import covering
from sinergi.features.places import actions, forms, rules
from sinergi.features.places.models import Region, Station, StationList
from sinergi.features.places.public import area_name, area_names
from sinergi.features.places.views.stations import agreements_of
from sinergi.kernel.errors import Refused
from sinergi.kernel.ids import new_event_id
from sinergi.ledger.grades import grade
from sinergi.ledger.models import Agency, Party
from sinergi.sheets import Unreadable
from sinergi.sheets.writing import corrected, template
from sinergi.web import uploads
from sinergi.web.models import Upload
from sinergi.web.templatetags.sinergi import number

# What an upload here is to become.
PURPOSE = "places.stations"


@require_safe
@requires("places.read")
def lists(request: PersonRequest) -> HttpResponse:
    """The station lists stated so far, newest first, with what each changed."""
    found = list(_visible_lists(request).newest_first()[:100])
    authors = dict(Agency.objects.values_list("id", "name"))
    names = area_names({row.regency for row in found})
    in_force = set(StationList.objects.current().values_list("key", flat=True))
    return render(
        request,
        "places/lists.html",
        {
            "lists": [
                {
                    "row": row,
                    "author": authors.get(row.author, row.author[:8]),
                    "regency": names.get(row.regency, row.regency),
                    "is_current": row.key in in_force,
                    "grade": grade(row.key),
                }
                for row in found
            ],
            "may_import": request.user.can("places.import") and _own().kind == "kpu",
        },
    )


@require_safe
@requires("places.read")
def station_list(request: PersonRequest, key: str) -> HttpResponse:
    """One published list: its totals, its proof, and what it changed against the one before."""
    row = get_object_or_404(_visible_lists(request), key=key)
    before = (
        StationList.objects.filter(agreement=row.agreement, author=row.author, regency=row.regency, seq__lt=row.seq)
        .newest_first()
        .first()
    )
    changes = rules.changes(_rows(before), _rows(row)) if before else None
    return render(
        request,
        "places/list.html",
        {
            "row": row,
            "before": before,
            "changes": _worded(changes) if changes else None,
            "counts": changes,
            "regency": area_name(row.regency),
            "author": Agency.objects.filter(id=row.author).first(),
            "grade": grade(row.key),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires("places.import")
def new_upload(request: PersonRequest) -> HttpResponse:
    """Choose a file. It is read in a limited child process and looked at on the next page; nothing is stated yet."""
    choices = _agreement_choices(request)
    form = forms.Upload(request.POST or None, request.FILES or None, agreements=choices)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        cells = uploads.read(file)
        try:
            # What is forbidden is refused before anything of it is kept.
            forms.check_stations(cells, regency=_own_regency(), villages={}, area="")
        except Unreadable as refusal:
            raise uploads.said(refusal) from None
        draft = uploads.keep(
            owner=request.user.actor_id,
            purpose=PURPOSE,
            agreement=form.cleaned_data["agreement"],
            filename=file.name,
            cells=cells,
            at=request.arrived_at,
        )
        return redirect("places:preview", draft=draft.id)
    return render(
        request,
        "places/upload.html",
        {"form": form, "is_commission": _own().kind == "kpu", "agreements": choices},
        status=422 if request.method == "POST" else 200,
    )


@require_safe
@requires("places.import")
def template_sheet(request: PersonRequest) -> HttpResponse:
    """The template to fill in."""
    notes = (
        gettext("Satu baris untuk satu TPS. Unggahan menggantikan seluruh daftar kabupaten."),
        gettext("Lintang dan bujur memakai derajat desimal; koma dan titik sama-sama dibaca."),
    )
    return uploads.sheet_answer(
        template(forms.STATION_COLUMNS, title=gettext("Daftar TPS"), notes=notes), "templat-daftar-tps.xlsx"
    )


@require_safe
@requires("places.import")
def preview(request: PersonRequest, draft: UUID) -> HttpResponse:
    """What would be stated: totals, changes, every wrong cell with its sentence, and what is doubtful."""
    kept = _draft(request, draft)
    checked = _checked(kept)
    in_force = actions.current_list(agreement=kept.agreement, author=_own().id, regency=checked.regency)
    same = in_force is not None and checked.may_publish and in_force.digest == rules.digest_of(checked.rows)
    changes = rules.changes(_rows(in_force), checked.rows) if in_force else None
    names = area_names({row.code[:10] for row in checked.rows} | set(checked.others) | {checked.regency})
    return render(
        request,
        "places/preview.html",
        {
            "draft": kept,
            "checked": checked,
            "same": same,
            "in_force": in_force,
            "counts": changes,
            "regency": names.get(checked.regency, checked.regency),
            "partner": dict(_agreement_choices(request)).get(kept.agreement, ""),
            "total": len(checked.rows),
            "villages": len({row.code[:10] for row in checked.rows}),
            "special": sum(row.is_special for row in checked.rows),
            "voters": sum(row.voters or 0 for row in checked.rows),
            "known_voters": sum(row.voters is not None for row in checked.rows),
            "warnings": [
                {
                    "sentence": gettext(w.pattern) % _numbers(w.words),
                    "codes": w.codes[:12],
                    "more": max(0, len(w.codes) - 12),
                }
                for w in checked.warnings
            ],
            "others": [
                {
                    "name": names.get(code) or gettext("wilayah %(code)s") % {"code": code},
                    "count": count,
                    "first": first,
                    "last": last,
                }
                for code, (count, first, last) in checked.others.items()
            ],
            **uploads.wrong(checked.table),
            "sample": [(row, names.get(row.code[:10], row.code[:10])) for row in checked.rows[:12]],
            "id": new_event_id(request.arrived_at),
        },
    )


@require_safe
@requires("places.import")
def corrected_sheet(request: PersonRequest, draft: UUID) -> HttpResponse:
    """The uploaded rows with every error marked, to correct and upload again."""
    return uploads.sheet_answer(corrected(_checked(_draft(request, draft)).table), "perbaikan-daftar-tps.xlsx")


@require_POST
@requires("places.import")
def without_others(request: PersonRequest, draft: UUID) -> HttpResponse:
    """Leave out the rows of other regencies."""
    uploads.narrow(_draft(request, draft))
    return redirect("places:preview", draft=draft)


@require_POST
@requires("places.import")
def discarded(request: PersonRequest, draft: UUID) -> HttpResponse:
    """Drop the upload."""
    uploads.discard(_draft(request, draft))
    return redirect("places:lists")


@require_POST
@requires("places.import")
def publication(request: PersonRequest, draft: UUID) -> HttpResponse:
    """State the list: all of it, or nothing while a cell is wrong."""
    kept = _draft(request, draft)
    checked = _checked(kept)
    if checked.others:
        raise Refused(gettext("Tinggalkan dahulu baris kabupaten lain."), code="TPS-08")
    if checked.table.problems:
        raise Refused(gettext("Perbaiki dahulu sel yang salah; belum ada yang diterbitkan."), code="TPS-09")
    receipt = actions.publish_stations(
        id=request.POST.get("id", ""),
        by=request.actor,
        at=request.arrived_at,
        agreement=kept.agreement,
        regency=checked.regency,
        rows=checked.rows,
    )
    uploads.discard(kept)
    messages.success(
        request, gettext("%(count)s TPS diterbitkan dan sedang dikirim ke mitra.") % {"count": len(checked.rows)}
    )
    return redirect("places:list", key=receipt.key)


def _visible_lists(request: PersonRequest) -> Any:
    duties = request.user.duties_for("places.read")
    return StationList.objects.filter(covering(duties, agreement="agreement", region=None))


def _draft(request: PersonRequest, draft: UUID) -> Upload:
    """The person's own upload, younger than a day."""
    kept = uploads.kept(request, draft, PURPOSE)
    if kept.agreement not in dict(_agreement_choices(request)):
        raise Http404
    return kept


def _checked(kept: Upload) -> forms.Checked:
    regency = _own_regency()
    villages = dict(Region.objects.filter(level="village", code__startswith=regency).values_list("code", "name"))
    area = Region.objects.filter(code=regency).values_list("area", flat=True).first() or ""
    return forms.check_stations(
        uploads.cells_of(kept),
        regency=regency,
        villages=villages,
        area=area,
        leave_others_out=kept.narrowed,
    )


def _own() -> Agency:
    return Agency.objects.get(is_self=True)


def _own_regency() -> str:
    return _own().region[:4]


def _agreement_choices(request: PersonRequest) -> list[tuple[str, str]]:
    """Agreements in force, called by their other parties."""
    own = _own()
    if own.kind != "kpu":
        return []
    names = dict(Agency.objects.values_list("id", "name"))
    choices = []
    for agreement in agreements_of(request.user):
        others = Party.objects.filter(agreement=agreement).exclude(agency=own.id).order_by("place")
        words = " dan ".join(names.get(party.agency, party.agency[:8]) for party in others)
        choices.append((agreement.id, f"{words} (LATIHAN)" if agreement.exercise else words))
    return choices


def _rows(listed: StationList | None) -> list[Any]:
    return [] if listed is None else [row.as_row() for row in Station.objects.filter(list=listed).order_by("code")]


def _worded(changes: rules.Changes) -> list[dict[str, Any]]:
    """Every change as a row: station, what happened, which facts."""
    words = {
        "address": gettext("alamat"),
        "lat_e6": gettext("titik"),
        "lon_e6": gettext("titik"),
        "voters": gettext("pemilih"),
        "voters_male": gettext("pemilih laki-laki"),
        "voters_female": gettext("pemilih perempuan"),
        "is_special": gettext("lokasi khusus"),
        "no_signal": gettext("sinyal"),
    }
    codes = {*changes.added, *changes.removed, *(change.code for change in changes.changed)}
    names = area_names({code[:10] for code in codes})
    said = [(code, "added", gettext("baru"), "") for code in changes.added]
    said += [(code, "removed", gettext("dihapus"), "") for code in changes.removed]
    for change in changes.changed:
        facts = ", ".join(dict.fromkeys(words[field] for field in change.fields))
        said.append((change.code, "changed", gettext("berubah"), facts))
    return [
        {"code": code, "kind": kind, "word": word, "facts": facts, "village": names.get(code[:10], code[:10])}
        for code, kind, word, facts in sorted(said)
    ]


def _numbers(words: dict[str, int | str]) -> dict[str, str]:
    """Counts as people read them."""
    return {name: number(value) if isinstance(value, int) else value for name, value in words.items()}
