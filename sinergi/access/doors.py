"""The one guarded door: which view opens to whom, and which records a person may see.

Every view wears exactly one of `requires`, `signed_in` and `public`. Records are fetched through `open_record` and
listed through `visible`; what a person may not see does not exist for them (404, never 403).
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import wraps
from typing import Any, NoReturn, TypeVar, cast, overload
from urllib.parse import urlencode

import msgspec
from django.conf import settings
from django.core.exceptions import FieldDoesNotExist, PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext

from sinergi.access import identity, proof, roles
from sinergi.access.models import ReadAudit, User, covering
from sinergi.kernel.actors import Actor

log = logging.getLogger("sinergi.access")


class ArrivedRequest(HttpRequest):
    """A request as every view gets it: what the middleware puts on it."""

    actor: Actor | None
    arrived_at: datetime
    scope: str  # an agreement id, or empty for all; set by sinergi.web.scope
    under: str  # the agreement of the record that was opened; set by open_record where the record has one


class PersonRequest(ArrivedRequest):
    """How a view behind `requires` may annotate its request: what middleware and the door have put on it."""

    user: User
    actor: Actor


View = TypeVar("View", bound=Callable[..., Any])
Row = TypeVar("Row", bound=Model)
Rows = TypeVar("Rows", bound=QuerySet[Any])

# Codes of letters and of data whose reading leaves a trace (docs/glossary.md).
RESTRICTED = frozenset({"restricted", "secret", "top_secret", "terbatas", "rahasia", "sangat_rahasia"})


class Door(msgspec.Struct, frozen=True):
    """What a view declares: `public`, `signed_in`, or a permission."""

    permission: str
    before_new_password: bool = False


def requires(permission: str) -> Callable[[View], View]:
    """Open only to people one of whose present duties grants `permission`; they act in the office that grants it.

    Nobody signed in: the sign-in page, or 401 as a problem document below /api/. Signed in without it: 403, logged.
    What `roles.SECOND_FACTOR` names opens only after a second factor was shown (`proof`).
    """
    roles.known(permission)

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: PersonRequest, *args: Any, **kwargs: Any) -> Any:
            user = request.user
            if not user.is_authenticated:
                return unauthenticated(request)
            duty = user.duty_for(permission)
            if duty is None:
                forbidden(request, permission)
            actor = user.actor(duty)
            assert actor is not None  # there is a duty
            request.actor = actor
            if permission in roles.SECOND_FACTOR and not proof.holds(request, at=request.arrived_at, factor=True):
                # A program's token has no finger and no phone: these acts are for people at a page.
                return forbidden(request, permission) if is_api(request) else proof.ask(request, user)
            return view(request, *args, **kwargs)

        return cast(View, _declare(guarded, Door(permission)))

    return decorate


@overload
def signed_in(view: View) -> View: ...


@overload
def signed_in(*, before_new_password: bool = ...) -> Callable[[View], View]: ...


def signed_in(view: Callable[..., Any] | None = None, *, before_new_password: bool = False) -> Any:
    """Open to everybody who is signed in, duty or not: their own account."""

    def decorate(inner: View) -> View:
        @wraps(inner)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if not request.user.is_authenticated:
                return unauthenticated(request)
            return inner(request, *args, **kwargs)

        return cast(View, _declare(guarded, Door("signed_in", before_new_password)))

    return decorate(view) if view is not None else decorate


def public(view: View) -> View:
    """Open to anybody on the network. Say why beside it."""

    @wraps(view)
    def open_to_all(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return view(request, *args, **kwargs)

    return cast(View, _declare(open_to_all, Door("public", before_new_password=True)))


def by_method(views: dict[str, Callable[..., Any]], *, otherwise: Callable[..., Any]) -> Callable[..., Any]:
    """One address whose methods have doors of their own; `otherwise` answers every other method, to anybody.

    Every one of `views` must wear a door.
    """
    bare = [method for method, view in views.items() if door_of(view) is None]
    assert not bare, f"these methods wear no door: {bare}"

    def one_of(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        method = "GET" if request.method == "HEAD" else str(request.method)
        return views.get(method, otherwise)(request, *args, **kwargs)

    permissions = {door.permission for door in map(door_of, views.values()) if door is not None}
    return _declare(one_of, Door(" ".join(sorted(permissions))))


def door_of(view: Callable[..., Any]) -> Door | None:
    """The door a view wears, or None."""
    return getattr(view, "door", None)


def visible(
    user: Any,
    queryset: Rows,
    permission: str,
    *,
    scope: str = "",
    agreement: str | None = "",
    region: str | None = "",
) -> Rows:
    """The rows that one of the person's present duties lets them see with `permission`.

    `agreement` and `region` are the lookups of the columns that say where a row belongs (`request__agreement`); left
    out, the columns of these names if the table has them; None: the table has none. `scope` narrows the answer to one
    agreement (pass `request.scope`). Who holds no such duty sees nothing.
    """
    duties = user.duties_for(permission)
    by_agreement = _column(queryset.model, "agreement") if agreement == "" else agreement
    by_region = _column(queryset.model, "region") if region == "" else region
    if not duties:
        return queryset.none()
    seen = queryset.filter(covering(duties, agreement=by_agreement, region=by_region))
    return seen.filter(**{by_agreement: scope}) if scope and by_agreement else seen


def open_record(
    request: HttpRequest,
    queryset: QuerySet[Row],
    key: Any,
    permission: str,
    *,
    field: str = "pk",
    agreement: str | None = "",
    region: str | None = "",
    restricted: bool = False,
) -> Row:
    """The one record with `key` that the person may see with `permission`; Http404 for every other key.

    Sets `request.actor` to the office that opens this very record, and `request.under` to its agreement. Reading a
    record whose `classification` is restricted or higher, or any with `restricted=True`, is written down.
    """
    roles.known(permission)
    rows = visible(request.user, queryset, permission, agreement=agreement, region=region)
    try:
        row = rows.filter(**{field: key}).first()
    except (ValueError, TypeError) as not_a_key:
        raise Http404 from not_a_key
    if row is None:
        raise Http404
    user: Any = request.user
    by_agreement = _column(queryset.model, "agreement") if agreement == "" else agreement
    by_region = _column(queryset.model, "region") if region == "" else region
    under = _value(row, by_agreement) if by_agreement else None
    if under:
        request.under = under  # type: ignore[attr-defined]
    duty = user.duty_for(
        permission,
        agreement=under,
        region=(_value(row, by_region) or "") if by_region else None,
    )
    request.actor = user.actor(duty)  # type: ignore[attr-defined]
    if restricted or getattr(row, "classification", "") in RESTRICTED:
        note_read(request, [row], permission)
    return row


def note_read(request: HttpRequest, rows: Iterable[Model], permission: str) -> None:
    """Write down that the person read these restricted records: for lists, exports and downloads."""
    asked: Any = request
    actor = asked.actor
    ReadAudit.objects.bulk_create(
        ReadAudit(
            at=asked.arrived_at,
            actor=asked.user.actor_id,
            office=actor.office if actor else "",
            permission=permission,
            record=f"{row._meta.label_lower}:{row.pk}",
            source=identity.source_of(request),
        )
        for row in rows
    )


def is_api(request: HttpRequest) -> bool:
    """Whether the request speaks to the JSON interface."""
    return request.path_info.startswith("/api/")


def unauthenticated(request: HttpRequest) -> HttpResponse:
    """Ask who it is: the sign-in page for people, 401 for programs."""
    if is_api(request):
        problem = {
            "type": "about:blank",
            "title": gettext("Belum masuk"),
            "status": 401,
            "detail": gettext("Masuk dahulu, atau kirim token yang masih berlaku."),
            "code": "A-401",
        }
        return HttpResponse(
            json.dumps(problem),
            status=401,
            content_type="application/problem+json",
            headers={"WWW-Authenticate": 'Bearer realm="sinergi"'},
        )
    back = request.get_full_path() if request.method in ("GET", "HEAD") else ""
    target = f"{settings.LOGIN_URL}?{urlencode({'next': back})}" if back not in ("", "/") else settings.LOGIN_URL
    if request.headers.get("HX-Request") == "true":
        # A fragment must not receive a whole sign-in page in its place.
        return HttpResponse(status=401, headers={"HX-Redirect": settings.LOGIN_URL})
    return redirect(target)


def forbidden(request: HttpRequest, permission: str) -> NoReturn:
    """Say no to somebody whose duties do not reach, and remember that it was said. Raises PermissionDenied."""
    user: Any = request.user
    actor = getattr(request, "actor", None)
    log.warning(
        "refused at the door",
        extra={
            "actor": getattr(user, "actor_id", ""),
            "office": actor.office if actor else "",
            "permission": permission,
        },
    )
    raise PermissionDenied(permission)


def _declare(view: Callable[..., Any], door: Door) -> Callable[..., Any]:
    view.door = door  # type: ignore[attr-defined]  # a function carries what it declares
    return view


def _column(model: type[Model], name: str) -> str | None:
    try:
        field = model._meta.get_field(name)
    except FieldDoesNotExist:
        return None
    return getattr(field, "attname", None)


def _value(row: Model, lookup: str) -> Any:
    value: Any = row
    for part in lookup.split("__"):
        value = getattr(value, part)
    return value
