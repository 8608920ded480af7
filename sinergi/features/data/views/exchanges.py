"""From asking to destroying, on screen."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dateformat import format as date_format
from django.utils.timezone import localdate, localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sinergi.access.doors import PersonRequest, note_read, open_record, requires, visible
from sinergi.access.roles import ROLES
from sinergi.features.agreement import public as agreements
from sinergi.features.data import actions, objects, public, rules, sealing, versions
from sinergi.features.data.forms import AnswerForm, AskForm, DestroyForm, UseForm, WithdrawForm
from sinergi.features.data.models import (
    DataAnswer,
    DataDelivery,
    DataDestruction,
    DataOccasion,
    DataReceipt,
    DataRequest,
    Dataset,
    DataUse,
    DataWithdrawal,
)
from sinergi.features.data.views.catalogue import BOTH
from sinergi.features.data.views.versions import changed_lines, counted, named_lines, told_lines
from sinergi.kernel.errors import Refused
from sinergi.kernel.ids import new_event_id
from sinergi.kernel.words import line, spaced
from sinergi.ledger import rows, sealed
from sinergi.ledger.grades import NOTHING, grade, grades
from sinergi.ledger.store import own_agency
from sinergi.sheets import Column, Kind
from sinergi.sheets.writing import export
from sinergi.sync import objects as kept
from sinergi.web import navigation, records
from sinergi.web.uploads import sheet_answer

STATES = {
    "sent": ("waiting", _("dalam perjalanan")),
    "kept": ("accepted", _("diterima")),
    "over": ("waiting", _("masa pakai habis")),
    "overdue": ("late", _("pemusnahan terlambat")),
    "destroyed": ("done", _("dimusnahkan")),
}
WITHDRAWN = ("done", _("permintaan ditarik"))
REVOKED = ("refused", _("persetujuan dicabut"))
DECISIONS = {
    None: ("waiting", _("menunggu jawaban")),
    True: ("accepted", _("disetujui")),
    False: ("refused", _("ditolak")),
}


@require_safe
@requires("data.read")
def exchanges(request: PersonRequest) -> HttpResponse:
    """Requests that wait and that were decided, and every delivery with where it stands."""
    asked = visible(request.user, DataRequest.objects.all(), "data.read", region=None, scope=request.scope)
    asks = list(asked.order_by("-asked_at", "key"))
    answers = {row.request: row for row in DataAnswer.objects.filter(request__in=[row.key for row in asks])}
    taken_back = _taken_back([*(row.key for row in asks), *(one.key for one in answers.values())])
    rows = _deliveries(request)
    named = _datasets({row.dataset for row in asks} | {row.dataset for row in rows})
    proof = grades([*(row.key for row in asks), *(row.key for row in rows)])
    context = {
        "asks": [
            {
                "row": row,
                "dataset": named[row.dataset],
                "by": agreements.short_name(row.agency),
                "owner": agreements.short_name(row.owner),
                "answer": answers.get(row.key),
                "state": _decision(row, answers.get(row.key), taken_back),
                "grade": proof.get(row.key, NOTHING),
            }
            for row in asks
        ],
        "deliveries": [
            _delivery_line(row, named[row.dataset], request) | {"grade": proof.get(row.key, NOTHING)} for row in rows
        ],
    }
    return render(request, "data/exchanges.html", context)


@require_safe
@requires("data.read")
def exchanges_sheet(request: PersonRequest) -> HttpResponse:
    """Every delivery as an Excel file: who holds what of whom, until when, how often it was used."""
    columns = (
        Column(name="code", label=gettext("Kode"), kind=Kind.CODE),
        Column(name="title", label=gettext("Kumpulan data")),
        Column(name="by", label=gettext("Pemilik")),
        Column(name="to", label=gettext("Penerima")),
        Column(name="rows", label=gettext("Baris"), kind=Kind.INTEGER),
        Column(name="delivered_at", label=gettext("Diserahkan (WIB)"), kind=Kind.DATE),
        Column(name="uses_until", label=gettext("Dipakai sampai"), kind=Kind.DATE),
        Column(name="state", label=gettext("Keadaan")),
        Column(name="uses", label=gettext("Dipakai (kali)"), kind=Kind.INTEGER),
    )
    rows = _deliveries(request)
    named = _datasets({row.dataset for row in rows})
    lines = []
    for row in rows:
        line = _delivery_line(row, named[row.dataset], request)
        lines.append(
            {
                "code": line["dataset"].code,
                "title": line["dataset"].title or "",
                "by": line["by"],
                "to": line["to"],
                "rows": row.rows,
                "delivered_at": localdate(row.delivered_at),
                "uses_until": row.uses_until,
                "state": str(line["state"][1]),
                "uses": DataUse.objects.filter(delivery=row.key).count(),
            }
        )
    mark = "LATIHAN" if any(row.exercise for row in rows) else ""
    return sheet_answer(export(columns, lines, sheet=gettext("Pertukaran data"), mark=mark), "pertukaran-data.xlsx")


@require_http_methods(BOTH)
@requires("data.request")
def ask(request: PersonRequest, key: str) -> HttpResponse:
    """Ask for a data set of another office."""
    row: Dataset = open_record(request, Dataset.objects.all(), key, "data.request", region=None)
    posted, today = request.method == "POST", localdate(request.arrived_at)
    form = AskForm(
        request.POST if posted else None,
        columns=[(field.name, row.label(field.name)) for field in row.columns()],
        initial={
            "id": new_event_id(request.arrived_at),
            "purpose": row.purpose or "",
            "legal_basis": row.legal_basis or "",
            "uses_from": today,
        },
    )
    if posted and form.is_valid():
        given = dict(form.cleaned_data)
        try:
            receipt = actions.ask(
                id=given.pop("id"),
                by=request.actor,
                at=request.arrived_at,
                dataset=row.key,
                fields=given.pop("fields_chosen"),
                **given,
            )
        except Refused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, gettext("Permintaan dicatat dan sedang dikirim."))
            return redirect("data:request", key=receipt.key)
    context = {"row": row, "form": form, "owner": agreements.short_name(row.agency)}
    return render(request, "data/ask.html", context, status=422 if posted else 200)


@require_safe
@requires("data.read")
def data_request(request: PersonRequest, key: str) -> HttpResponse:
    """One request, its decision, and what was delivered under it."""
    return _request_page(request, key, None)


@require_POST
@requires("data.decide")
def answer(request: PersonRequest, key: str) -> HttpResponse:
    """Decide on a request for this office's data."""
    row: DataRequest = open_record(request, DataRequest.objects.all(), key, "data.decide", region=None)
    form = AnswerForm(request.POST, columns=[(name, name) for name in row.fields_json])
    if form.is_valid():
        given = dict(form.cleaned_data)
        try:
            actions.answer(
                id=given.pop("id"),
                by=request.actor,
                at=request.arrived_at,
                request=row.key,
                agrees=request.POST.get("agrees") == "yes",
                fields=given.pop("fields_chosen"),
                **given,
            )
        except Refused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, gettext("Keputusan dicatat dan sedang dikirim."))
            return redirect("data:request", key=key)
    return _request_page(request, key, form)


@require_POST
@requires("data.request")
def withdrawal(request: PersonRequest, key: str) -> HttpResponse:
    """Take back a request of this office's."""
    row: DataRequest = open_record(request, DataRequest.objects.all(), key, "data.request", region=None)
    return _withdrawn(request, row, actions.withdraw_request)


@require_POST
@requires("data.decide")
def revocation(request: PersonRequest, key: str) -> HttpResponse:
    """Take back this office's yes to a request."""
    row: DataRequest = open_record(request, DataRequest.objects.all(), key, "data.decide", region=None)
    return _withdrawn(request, row, actions.withdraw_grant)


def _withdrawn(request: PersonRequest, row: DataRequest, action: Any) -> HttpResponse:
    form = WithdrawForm(request.POST, auto_id="tarik_%s")
    if form.is_valid():
        try:
            action(by=request.actor, at=request.arrived_at, request=row.key, **form.cleaned_data)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, gettext("Penarikan dicatat dan sedang dikirim."))
            return redirect("data:request", key=row.key)
    return _request_page(request, row.key, None, withdraw=form)


@require_safe
@requires("data.read")
def delivery(request: PersonRequest, key: str) -> HttpResponse:
    """One delivery: terms, whether it arrived, what it was used for, how it ended."""
    return _delivery_page(request, key)


@require_POST
@requires("data.use")
def use(request: PersonRequest, key: str) -> HttpResponse:
    """Open the data as an Excel file that names its recipient; the owner learns by whom (office) and what for."""
    row: DataDelivery = open_record(request, DataDelivery.objects.all(), key, "data.use", region=None)
    form = UseForm(request.POST)
    if not form.is_valid():
        return _delivery_page(request, key, use=form)
    try:
        shows_changes = "perubahan" in request.POST
        data = _sheet_of(row, request, form.cleaned_data["words"])
        # Opened first: what turns out to be broken was not used. Nothing leaves before the use is stored.
        receipt = actions.use(
            id=form.cleaned_data["id"],
            by=request.actor,
            at=request.arrived_at,
            delivery=row.key,
            words=form.cleaned_data["words"],
        )
        if not DataUse.objects.filter(key=receipt.key, delivery=row.key).exists():
            raise Refused("Pembukaan ini tidak tercatat, jadi berkasnya tidak dibuka.", code="DAT-65")
    except Refused as refusal:
        form.refuse(refusal)
        return _delivery_page(request, key, use=form)
    note_read(request, [row], "data.use")
    if shows_changes:
        return _delivery_page(request, key, changes=versions.changes(row))
    code = Dataset.objects.get(key=row.dataset).code
    return sheet_answer(data, f"{code.lower()}-{row.key[:8]}.xlsx")


def _sheet_of(row: DataDelivery, request: PersonRequest, words: str) -> bytes:
    """The data of a delivery for us as an Excel file that says on every printed page for whom it was opened, when and
    what for. Raises Refused where it may not or cannot be opened."""
    if row.recipient != own_agency().id:
        raise Refused("Penyerahan ini bukan untuk kantor ini.", code="DAT-52")
    actions.require_kept(row, localdate(request.arrived_at))
    try:
        lines = sealing.rows_of(row)
    except FileNotFoundError as error:
        raise Refused("Datanya tidak ada di simpul ini.", code="DAT-61") from error
    except (sealed.BadSeal, ValueError) as error:
        raise Refused("Berkas tersegel ini rusak. Minta diserahkan lagi.", code="DAT-62") from error
    dataset = Dataset.objects.get(key=row.dataset)
    labels = {field.name: dataset.label(field.name) for field in sealing.fields_of(row)}
    mark = gettext("Salinan untuk %(name)s (%(office)s), dibuka %(opened)s, dipakai sampai %(day)s: %(words)s") % {
        "name": agreements.short_name(row.recipient),
        "office": _office(request.actor.office) if request.actor else "–",
        "opened": date_format(localtime(request.arrived_at), "j F Y H.i T"),
        "day": date_format(row.uses_until, "j F Y"),
        "words": line(words),
    }
    return export(
        rules.columns_of(sealing.fields_of(row), labels),
        lines,
        sheet=dataset.code,
        mark=f"LATIHAN {mark}" if row.exercise else mark,
    )


@require_POST
@requires("data.destroy")
def destruction(request: PersonRequest, key: str) -> HttpResponse:
    """Attest that it is gone; the sealed object is deleted here once that is stored."""
    row: DataDelivery = open_record(request, DataDelivery.objects.all(), key, "data.destroy", region=None)
    form = DestroyForm(request.POST)
    if form.is_valid():
        try:
            actions.destroy(
                id=form.cleaned_data["id"],
                by=request.actor,
                at=request.arrived_at,
                delivery=row.key,
                words=form.cleaned_data["words"],
            )
        except Refused as refusal:
            if refusal.code in actions.NO_MORE_FACTS and row.recipient == own_agency().id:
                kept.drop(row.key)
                words = gettext(
                    "Berkas tersegel di simpul ini dihapus, tetapi pernyataannya tidak dapat dicatat: %(why)s"
                )
                messages.warning(request, words % {"why": gettext(refusal.pattern) % refusal.words})
                return redirect("data:delivery", key=key)
            form.refuse(refusal)
        else:
            objects.delete_destroyed()
            messages.success(request, gettext("Pemusnahan dicatat. Hapus juga salinan yang pernah diunduh."))
            return redirect("data:delivery", key=key)
    return _delivery_page(request, key, destroy=form)


def inbox(user: Any, at: datetime) -> list[navigation.Waiting]:
    """Requests to decide, granted ones to deliver, and deliveries to destroy; at the owner, those not destroyed."""
    office = rows.own_agency()
    if office is None:  # not initialised yet
        return []
    own, today, found = office.id, localdate(at), []
    ours = DataRequest.objects.filter(owner=own)
    if user.can("data.decide"):
        # What was asked for until a day that is past can no longer be granted.
        open_ones = ours.filter(uses_until__gte=today).exclude(key__in=DataAnswer.objects.values("request"))
        open_ones = open_ones.exclude(key__in=DataWithdrawal.objects.values("about"))
        for row in agreements.workable(user, visible(user, open_ones, "data.decide", region=None), "data.decide"):
            found.append(_waiting(gettext("Putuskan permintaan data"), "data:request", row))
    if user.can("data.deliver"):
        granted = DataAnswer.objects.filter(agency=own, agrees=True, uses_until__gte=today)
        granted = granted.exclude(key__in=DataDelivery.objects.filter(agency=own).values("answer"))
        granted = granted.exclude(key__in=actions.answers_taken_back())
        to_deliver = visible(user, ours.filter(key__in=granted.values("request")), "data.deliver", region=None)
        for row in agreements.workable(user, to_deliver, "data.deliver"):
            found.append(_waiting(gettext("Serahkan data yang disetujui"), "data:request", row))
    late = DataDelivery.objects.filter(Q(uses_until__lt=today) | Q(answer__in=actions.answers_taken_back()))
    late = late.exclude(key__in=DataDestruction.objects.values("delivery"))
    if user.can("data.destroy"):
        for one in visible(user, late.filter(recipient=own), "data.destroy", region=None):
            # Who left can state nothing more: then the object is deleted here, and that is the end of it.
            if kept.is_here(one.key) or not rows.has_left(one.agreement, own):
                found.append(
                    _waiting(gettext("Musnahkan data yang habis masa pakainya"), "data:delivery", one, urgency=2)
                )
        for one in visible(user, late.filter(agency=own), "data.destroy", region=None):
            if actions.stands_at(one, today) == "overdue" and not rows.has_left(one.agreement, one.recipient):
                found.append(_waiting(gettext("Penerima belum memusnahkan data"), "data:delivery", one, urgency=2))
    return found


def opens(user: Any, keys: list[str]) -> dict[str, records.Page]:
    """The pages of those facts that this person may read."""

    def may_read(model: Any, **named: Any) -> Any:
        return visible(user, model.objects.filter(**named), "data.read", region=None)

    asks = {row.key: row.key for row in may_read(DataRequest, key__in=keys)}
    asks |= {row.key: row.request for row in may_read(DataAnswer, key__in=keys)}
    back = dict(DataWithdrawal.objects.filter(key__in=keys).values_list("key", "about"))
    of_request = {row.key: row.key for row in may_read(DataRequest, key__in=back.values())}
    of_request |= {row.key: row.request for row in may_read(DataAnswer, key__in=back.values())}
    asks |= {key: of_request[one] for key, one in back.items() if one in of_request}
    about: dict[str, str] = {}
    for model in (DataReceipt, DataUse, DataDestruction):
        about |= dict(model.objects.filter(key__in=keys).values_list("key", "delivery"))
    seen = {row.key for row in may_read(DataDelivery, key__in=[*keys, *about.values()])}
    about |= {key: key for key in seen if key in keys}
    occasions = {row.key: row.dataset for row in may_read(DataOccasion, key__in=keys)}
    found = {key: records.Page(url=reverse("data:request", args=[asked])) for key, asked in asks.items()}
    found |= {key: records.Page(url=reverse("data:dataset", args=[one])) for key, one in occasions.items()}
    return found | {
        key: records.Page(url=reverse("data:delivery", args=[one])) for key, one in about.items() if one in seen
    }


def _waiting(title: str, page: str, row: DataRequest | DataDelivery, urgency: int = 1) -> navigation.Waiting:
    dataset = Dataset.objects.get(key=row.dataset)
    return navigation.Waiting(
        title=title,
        url=reverse(page, args=[row.key]),
        sub=f"{dataset.code} {dataset.title or ''}, {date_format(row.uses_until, 'j F Y')}",
        urgency=urgency,
        agreement=row.agreement,
        key=row.key,
        icon="database",
    )


def _office(code: str) -> str:
    return gettext(ROLES[code].label) if code in ROLES else code


def _deliveries(request: PersonRequest) -> list[DataDelivery]:
    rows = visible(request.user, DataDelivery.objects.all(), "data.read", region=None, scope=request.scope)
    return list(rows.order_by("-delivered_at", "key"))


def _datasets(named: set[str]) -> dict[str, Dataset]:
    return Dataset.objects.in_bulk(named)


def _delivery_line(row: DataDelivery, dataset: Dataset, request: PersonRequest) -> dict[str, Any]:
    return {
        "row": row,
        "dataset": dataset,
        "by": agreements.short_name(row.agency),
        "to": agreements.short_name(row.recipient),
        "state": STATES[actions.stands_at(row, localdate(request.arrived_at))],
    }


def _version(
    row: DataDelivery,
    dataset: Dataset,
    told: rules.Summary | None,
    changes: list[rules.Change] | None,
    request: PersonRequest,
) -> dict[str, Any]:
    """Which version it is, what it changed and lacks, and which plans rest on what changed; words of rows only where
    they were opened."""
    mine = [] if row.answer else [one.key for one in versions.of_dataset(dataset, row.recipient)]
    context: dict[str, Any] = {
        "number": mine.index(row.key) + 1 if row.key in mine else 0,
        "newest": mine[-1] if mine and mine[-1] != row.key else "",
    }
    if told is not None:
        opened = changed_lines(dataset, changes) if changes else []
        context |= {
            "told": told_lines(dataset, told),
            "count_words": counted(dataset, told) if told.before else "",
            "changed": opened or named_lines(dataset, told),
            "has_changes": bool(told.before) and not told.is_same and not opened,
            "touched": public.touched(told.stations, request.user),
        }
    return context


def _taken_back(about: list[str]) -> dict[str, DataWithdrawal]:
    """What was taken back of these requests and answers, by the key of each."""
    return {row.about: row for row in DataWithdrawal.objects.filter(about__in=about)}


def _decision(row: DataRequest, said: DataAnswer | None, back: dict[str, DataWithdrawal]) -> tuple[str, Any]:
    if said is not None and said.key in back:
        return REVOKED
    return WITHDRAWN if row.key in back else DECISIONS[said.agrees if said else None]


def _request_page(
    request: PersonRequest, key: str, form: AnswerForm | None, withdraw: WithdrawForm | None = None
) -> HttpResponse:
    row: DataRequest = open_record(request, DataRequest.objects.all(), key, "data.read", region=None)
    dataset = Dataset.objects.get(key=row.dataset)
    said = DataAnswer.objects.filter(request=key).first()
    own = own_agency()
    offered = partial(agreements.offers, request.user, agreement=row.agreement)
    back = _taken_back([row.key, *([said.key] if said else [])])
    decides = said is None and not back and row.owner == own.id and offered("data.decide")
    takes_back = ""
    if row.agency == own.id and not back and (said is None or said.agrees) and offered("data.request"):
        takes_back = reverse("data:withdrawal", args=[key])
    # A yes is taken back while the agreement is suspended too.
    elif (
        said is not None
        and said.agrees
        and said.key not in back
        and said.agency == own.id
        and request.user.can("data.decide", agreement=row.agreement)
    ):
        takes_back = reverse("data:revocation", args=[key])
    if withdraw is None and takes_back:
        withdraw = WithdrawForm(initial={"id": new_event_id(request.arrived_at)}, auto_id="tarik_%s")
    columns = [(name, dataset.label(name)) for name in row.fields_json]
    if form is not None:
        form.fields["fields_chosen"].choices = columns  # type: ignore[attr-defined]
    elif decides:
        form = AnswerForm(
            columns=columns,
            initial={
                "id": new_event_id(request.arrived_at),
                "uses_until": row.uses_until,
                "fields_chosen": row.fields_json,
            },
        )
    rows = DataDelivery.objects.filter(answer=said.key).order_by("delivered_at", "key") if said else []
    context = {
        "row": row,
        "dataset": dataset,
        "by": agreements.short_name(row.agency),
        "owner": agreements.short_name(row.owner),
        "columns": [label for _name, label in columns],
        "answer": said,
        "granted": [dataset.label(name) for name in said.fields_json] if said else [],
        "state": _decision(row, said, back),
        "decision": DECISIONS[said.agrees if said else None],
        "form": form if decides else None,
        "may_deliver": said is not None
        and said.agrees
        and not back
        and row.owner == own.id
        and offered("data.deliver"),
        "withdraw": withdraw,
        "takes_back": takes_back,
        "is_owner": row.owner == own.id,
        "back": sorted(back.values(), key=lambda one: one.withdrawn_at),
        "deliveries": [_delivery_line(one, dataset, request) for one in rows],
        "grade": grade(row.key),
    }
    failed = any(one is not None and one.is_bound for one in (form, withdraw))
    return render(request, "data/request.html", context, status=422 if failed else 200)


def _delivery_page(
    request: PersonRequest,
    key: str,
    use: UseForm | None = None,
    destroy: DestroyForm | None = None,
    changes: list[rules.Change] | None = None,
) -> HttpResponse:
    row: DataDelivery = open_record(request, DataDelivery.objects.all(), key, "data.read", region=None)
    dataset, today = Dataset.objects.get(key=row.dataset), localdate(request.arrived_at)
    is_ours, stands = row.recipient == own_agency().id, actions.stands_at(row, today)
    said = DataAnswer.objects.filter(key=row.answer).first() if row.answer else None
    id = new_event_id(request.arrived_at)
    may_use = is_ours and stands == "kept" and agreements.offers(request.user, "data.use", agreement=row.agreement)
    may_destroy = is_ours and stands != "destroyed" and request.user.can("data.destroy", agreement=row.agreement)
    told = versions.told([key]).get(key)
    # Whoever delivers it sees the words of the office's own data; who only reads sees which rows changed.
    delivers = row.agency == own_agency().id and request.user.can("data.deliver", agreement=row.agreement)
    if changes is None and delivers and told and told.before:
        changes = versions.changes(row)
    context = {
        **_delivery_line(row, dataset, request),
        **_version(row, dataset, told, changes, request),
        "stands": stands,
        "is_ours": is_ours,
        "columns": [dataset.label(name) for name in row.fields_json],
        "answer": said,
        "receipt": DataReceipt.objects.filter(delivery=key).first(),
        "digest": spaced(row.object),
        "failure": kept.failure(key) if is_ours and stands == "sent" else None,
        "is_gone": is_ours and stands != "sent" and stands != "destroyed" and not kept.is_here(key),
        "uses": [
            {"words": one.words, "used_at": one.used_at, "rows": one.rows, "office_name": _office(one.office)}
            for one in DataUse.objects.filter(delivery=key).order_by("-used_at", "key")
        ],
        "destroyed": DataDestruction.objects.filter(delivery=key).first(),
        "use": (use or UseForm(initial={"id": id}, auto_id="pakai_%s")) if may_use or use else None,
        "destroy": (destroy or DestroyForm(initial={"id": id}, auto_id="musnah_%s"))
        if may_destroy or destroy
        else None,
        "name": agreements.name_of(row.agreement),
        "grade": grade(row.key),
    }
    failed = (use is not None or destroy is not None) and changes is None
    return render(request, "data/delivery.html", context, status=422 if failed else 200)
