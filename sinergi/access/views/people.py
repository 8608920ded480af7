"""Kelola › Pengguna: the people of this agency, their duties, passwords and tokens."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Max, Prefetch, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import localdate, localtime
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sinergi.access import accounts
from sinergi.access.doors import PersonRequest, requires
from sinergi.access.forms import DutyPeriod, Filter, Person, TokenFor
from sinergi.access.models import EVERYTHING, CodeKey, Duty, Token, User
from sinergi.kernel.errors import Refused
from sinergi.kernel.instants import end_of_day
from sinergi.ledger.models import Agency, Agreement
from sinergi.sheets import Column, Kind
from sinergi.sheets.writing import XLSX, export

PER_PAGE = 50
HERE = "access:people"

COLUMNS = (
    Column(name="name", label="Nama", kind=Kind.TEXT),
    Column(name="title", label="Pangkat atau jabatan", kind=Kind.TEXT),
    Column(name="service_number", label="NRP/NIP", kind=Kind.CODE),
    Column(name="username", label="Nama pengguna", kind=Kind.CODE),
    Column(name="duties", label="Penugasan", kind=Kind.TEXT),
    Column(name="state", label="Keadaan", kind=Kind.TEXT),
    Column(name="last_login", label="Terakhir masuk", kind=Kind.DATE),
)


@requires("access.manage")
@require_safe
def people(request: PersonRequest) -> HttpResponse:
    """Everybody of this agency, filtered; with `?format=xlsx` the same list as an Excel file."""
    form = Filter(request.GET, roles=_role_choices())
    found = _filtered(form)
    if request.GET.get("format") == "xlsx":
        return _as_excel(found, request.arrived_at)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    for user in page:
        user.seen_at = request.arrived_at
    context = {"form": form, "page": page, "is_filtered": form.is_valid() and any(form.cleaned_data.values())}
    return render(request, "access/people.html", context)


@requires("access.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: PersonRequest) -> HttpResponse:
    """Add a person; then their page asks for the duty."""
    form = Person(request.POST or None)
    if request.method != "POST":
        return render(request, "access/person_new.html", {"form": form})
    if not form.is_valid():
        return render(request, "access/person_new.html", {"form": form}, status=422)
    user = accounts.add(**form.cleaned_data, at=request.arrived_at, by=request.user)
    messages.success(request, gettext("Pengguna ditambahkan. Berikan penugasan dan kata sandi."))
    return redirect("access:person", user.actor_id)


@requires("access.manage")
@require_safe
def person(request: PersonRequest, actor_id: str) -> HttpResponse:
    """One person: duties of all times, tokens, and what can be changed."""
    return _page(request, _one(request, actor_id))


@requires("access.manage")
@require_POST
def give_duty(request: PersonRequest, actor_id: str) -> HttpResponse:
    """Give the person an office for a time."""
    user = _one(request, actor_id)
    form = _duty_form(request, user)
    if not form.is_valid():
        return _page(request, user, duty_form=form, status=422)
    told = form.cleaned_data
    acting_for = User.objects.filter(actor_id=told["acting_for"]).first() if told["acting_for"] else None
    accounts.give_duty(
        user,
        told["role"],
        at=request.arrived_at,
        by=request.user,
        starts_at=_start_of(told["starts_on"], request.arrived_at),
        ends_at=end_of_day(told["ends_on"]) if told["ends_on"] else None,
        regions=_codes(told["regions"]),
        agreements=told["agreements"] or [EVERYTHING],
        level=told["level"],
        acting_for=acting_for,
    )
    messages.success(request, gettext("Penugasan diberikan."))
    return redirect("access:person", user.actor_id)


@requires("access.manage")
@require_POST
def end_duty(request: PersonRequest, actor_id: str, number: int) -> HttpResponse:
    """End one duty now."""
    user = _one(request, actor_id)
    duty = get_object_or_404(Duty, pk=number, user=user)
    accounts.end_duty(duty, at=request.arrived_at, by=request.user)
    messages.success(request, gettext("Penugasan diakhiri."))
    return redirect("access:person", user.actor_id)


@requires("access.manage")
@require_POST
def suspend(request: PersonRequest, actor_id: str) -> HttpResponse:
    """Shut the person out, or let them in again (`restore`)."""
    user = _one(request, actor_id)
    if request.POST.get("restore"):
        accounts.restore(user, at=request.arrived_at, by=request.user)
        messages.success(request, gettext("Pengguna dapat masuk lagi."))
    else:
        accounts.suspend(user, at=request.arrived_at, by=request.user)
        messages.success(request, gettext("Pengguna ditangguhkan. Semua sesinya berakhir."))
    return redirect("access:person", user.actor_id)


@requires("access.manage")
@require_POST
@sensitive_variables("text")
def reset_password(request: PersonRequest, actor_id: str) -> HttpResponse:
    """Make a fresh password and show it once; the person chooses their own at the next sign-in."""
    user = _one(request, actor_id)
    if user.pk == request.user.pk:
        raise Refused(gettext("Ganti kata sandi Anda sendiri di Akun saya."), code="A-32")
    text = accounts.set_password(user, at=request.arrived_at, by=request.user)
    return _shown_once(request, user, text, what="password")


@requires("access.manage")
@require_POST
def reset_factors(request: PersonRequest, actor_id: str) -> HttpResponse:
    """Take away the second factors of a person who lost their device."""
    user = _one(request, actor_id)
    accounts.reset_factors(user, at=request.arrived_at, by=request.user)
    messages.success(
        request, gettext("Faktor kedua dicabut. Orang ini masuk dengan kata sandi dan memasang yang baru.")
    )
    return redirect("access:person", user.actor_id)


@requires("access.manage")
@require_POST
@sensitive_variables("text")
def make_token(request: PersonRequest, actor_id: str) -> HttpResponse:
    """Make a token and show it once."""
    user = _one(request, actor_id)
    form = TokenFor(request.POST)
    if not form.is_valid():
        return _page(request, user, token_form=form, status=422)
    text = accounts.new_token(
        user,
        label=form.cleaned_data["label"],
        at=request.arrived_at,
        expires_at=request.arrived_at + timedelta(days=form.cleaned_data["days"]),
        by=request.user,
    )
    return _shown_once(request, user, text, what="token")


@requires("access.manage")
@require_POST
def revoke_token(request: PersonRequest, actor_id: str, number: int) -> HttpResponse:
    """Let a token open nothing from now on."""
    user = _one(request, actor_id)
    accounts.revoke_token(get_object_or_404(Token, pk=number, user=user), at=request.arrived_at, by=request.user)
    messages.success(request, gettext("Token dicabut."))
    return redirect("access:person", user.actor_id)


def _one(request: PersonRequest, actor_id: str) -> User:
    user = get_object_or_404(User, actor_id=actor_id)
    user.seen_at = request.arrived_at
    return user


def _page(
    request: PersonRequest,
    user: User,
    duty_form: DutyPeriod | None = None,
    token_form: TokenFor | None = None,
    status: int = 200,
) -> HttpResponse:
    names = _agreement_names()
    duties = list(user.duties.select_related("acting_for").order_by("-starts_at", "-pk"))
    held = {duty.pk for duty in user.duties_at(request.arrived_at)}
    rows = [
        {
            "duty": duty,
            "holds": duty.pk in held,
            "is_coming": duty.starts_at > request.arrived_at,
            "agreements": [names.get(id, id[:8]) for id in duty.agreements if id != EVERYTHING],
            "regions": [code for code in duty.regions if code != EVERYTHING],
        }
        for duty in duties
    ]
    context = {
        "person": user,
        "is_self": user.pk == request.user.pk,
        "rows": rows,
        "passkeys": user.passkeys.order_by("pk"),
        "code_key": CodeKey.objects.filter(user=user, confirmed_at__isnull=False).first(),
        "tokens": user.tokens.filter(revoked_at=None, expires_at__gt=request.arrived_at).order_by("pk"),
        "duty_form": duty_form or _duty_form(request, user),
        "token_form": token_form or TokenFor(),
    }
    return render(request, "access/person.html", context, status=status)


def _duty_form(request: PersonRequest, user: User) -> DutyPeriod:
    others = User.objects.filter(is_suspended=False).exclude(pk=user.pk).order_by("name", "pk")
    return DutyPeriod(
        request.POST if request.method == "POST" and "starts_on" in request.POST else None,
        roles=_role_choices(),
        agreements=sorted(_agreement_names().items(), key=lambda pair: (pair[1], pair[0])),
        people=[(other.actor_id, other.get_full_name()) for other in others],
        initial={"starts_on": localdate(request.arrived_at), "level": "regency"},
    )


def _shown_once(request: PersonRequest, user: User, text: str, *, what: str) -> HttpResponse:
    response = render(request, "access/shown_once.html", {"person": user, "text": text, "what": what})
    response.headers["Cache-Control"] = "no-store"
    return response


def _filtered(form: Filter) -> QuerySet[User]:
    found = User.objects.annotate(last_seen=Max("sessions__seen_at")).order_by("name", "pk")
    found = found.prefetch_related(Prefetch("duties", Duty.objects.order_by("pk")))
    if not form.is_valid():
        return found
    told = form.cleaned_data
    for word in told["words"].split():
        found = found.filter(Q(name__icontains=word) | Q(username__icontains=word) | Q(service_number__startswith=word))
    if told["role"]:
        found = found.filter(pk__in=Duty.objects.filter(role=told["role"]).values("user"))
    if told["state"]:
        found = found.filter(is_suspended=told["state"] == "suspended")
    return found


def _as_excel(found: QuerySet[User], at: datetime) -> HttpResponse:
    rows = []
    for user in found:
        last = localtime(user.last_login) if user.last_login else None
        rows.append(
            {
                "name": user.name,
                "title": user.title,
                "service_number": user.service_number,
                "username": user.username,
                "duties": ", ".join(gettext(duty.label) for duty in user.duties_at(at)),
                "state": gettext("Ditangguhkan") if user.is_suspended else gettext("Aktif"),
                "last_login": last,
            }
        )
    data = export(COLUMNS, rows, sheet=gettext("Pengguna"))
    return HttpResponse(
        data, content_type=XLSX, headers={"Content-Disposition": 'attachment; filename="pengguna.xlsx"'}
    )


def _role_choices() -> list[tuple[str, str]]:
    return [(code, gettext(role.label)) for code, role in accounts.roles_here().items()]


def _agreement_names() -> dict[str, str]:
    """Each agreement called by its other parties."""
    own = set(Agency.objects.filter(is_self=True).values_list("id", flat=True))
    names = dict(Agency.objects.values_list("id", "name"))
    return {
        agreement.pk: ", ".join(names.get(id, id[:8]) for id in agreement.party_ids() if id not in own)
        or agreement.pk[:8]
        for agreement in Agreement.objects.order_by("id")
    }


def _codes(text: str) -> list[str]:
    return text.replace(",", " ").split() or [EVERYTHING]


def _start_of(day: date, at: datetime) -> datetime:
    """Midnight of `day`, or this moment if that is today: a duty given now holds now."""
    start = end_of_day(day - timedelta(days=1))
    return at if start <= at < end_of_day(day) else start
