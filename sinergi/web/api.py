"""The JSON interface: each route is declared once; its door, what it reads and answers, and its description follow.

A feature's `api.py` ends with its table `ROUTES`; its `urls.py` adds `*addresses(ROUTES)`. Errors are raised as
everywhere (Refused, Http404, PermissionDenied) and leave as RFC 9457 problem documents. docs/protocol/api.md.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

import msgspec
from django.core.exceptions import BadRequest, RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext

from sinergi.access import doors
from sinergi.access.models import User
from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Refused
from sinergi.kernel.ids import is_event_id
from sinergi.ledger.writer import Receipt
from sinergi.web.deliveries import once
from sinergi.web.middleware import problem

LARGEST_BODY = 64 * 1024
MOST_PER_PAGE = 500
# What no text may carry: a NUL breaks PostgreSQL, other control characters hide what a person would read.
_UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_OF_FIELD = re.compile(r"`\$\.?([\w.\[\]]*)`")
_NAMED = re.compile(r"(missing required|unknown) field `([^`]{1,60})`")


class Body(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a program sends. `id` is the event id, unless the header Idempotency-Key carries it."""

    id: str = ""


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """One method of one address. `answer` is what `view` returns; `query` what it reads behind the question mark.

    `permission`: a permission of sinergi/access/roles.py, or `public`. A route with a `body` writes and answers 201.
    """

    method: str
    path: str
    name: str
    permission: str
    view: Callable[..., Any]
    answer: Any
    summary: str
    body: type[Body] | None = None
    query: type[msgspec.Struct] | None = None


class Call:
    """One request as a view of this interface sees it: who asks, what was sent."""

    def __init__(self, request: HttpRequest, route: Route) -> None:
        self.request = request
        self._route = route
        self._body: Body | None = None

    @property
    def user(self) -> User:
        """The person whose token or session it is."""
        return self.request.user  # type: ignore[return-value]

    @property
    def at(self) -> datetime:
        """When the request arrived."""
        return self.request.arrived_at  # type: ignore[attr-defined, no-any-return]

    @property
    def by(self) -> Actor:
        """The person in the office that the door, or the record opened last, granted."""
        return self.request.actor  # type: ignore[attr-defined, no-any-return]

    def open(self, rows: Any, key: str, **where: Any) -> Any:
        """The record of this address that the person may use this route on, or Http404."""
        return doors.open_record(self.request, rows, key, self._route.permission, **where)

    def visible(self, rows: Any, **where: Any) -> Any:
        """The rows that the person may see through this route."""
        return doors.visible(self.user, rows, self._route.permission, **where)

    def read(self) -> Any:
        """The body. Raises BadRequest for what is no JSON, Refused with the field for what is not the right shape."""
        assert self._route.body is not None, "only a route with a body reads one"
        if self._body is None:
            self._body = read_body(self.request, self._route.body)
        return self._body

    def query(self) -> Any:
        """The parameters behind the question mark."""
        assert self._route.query is not None, "only a route with a query reads one"
        return read_query(self.request, self._route.query)

    def once(self, action: Callable[..., Receipt], **given: Any) -> Receipt:
        """Do `action` under the id that was sent. The same delivery again: the same receipt. Another body: Refused."""
        body = self.read()
        return once(
            self.request,
            action,
            id=event_id(self.request, body),
            said=msgspec.json.encode(msgspec.structs.replace(body, id="")),
            used=Refused("Kunci pengiriman ini sudah dipakai untuk kiriman lain.", code="API-04", field="id"),
            by=self.by,
            at=self.at,
            **given,
        )


def addresses(routes: Iterable[Route]) -> list[URLPattern]:
    """The Django addresses of these routes; methods of one address share its name."""
    by_path: dict[str, list[Route]] = {}
    for route in routes:
        by_path.setdefault(route.path, []).append(route)
    return [
        path(
            address,
            doors.by_method({route.method: _view(route) for route in group}, otherwise=_wrong_method(group)),
            name=group[0].name,
        )
        for address, group in by_path.items()
    ]


def event_id(request: HttpRequest, body: Body) -> str:
    """The id this delivery counts under: header or body, which must agree if both speak."""
    header = request.headers.get("Idempotency-Key", "").strip().strip('"').lower()
    given = body.id.lower()
    if header and given and header != given:
        raise Refused("Idempotency-Key dan isian id berbeda.", code="API-03", field="id")
    chosen = header or given
    if not chosen:
        raise Refused("Sertakan kepala Idempotency-Key atau isian id berupa UUID.", code="API-01", field="id")
    if not is_event_id(chosen):
        raise Refused("Idempotency-Key harus berupa UUID.", code="API-02", field="id")
    return chosen


def read_body(request: HttpRequest, shape: type[Body]) -> Any:
    """The body as `shape`. Nothing, nesting without end, twice the same name: all end in a sentence."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST_BODY or len(request.body) > LARGEST_BODY:
        raise RequestDataTooBig("larger than any body of this interface")
    data = request.body or b"{}"
    try:
        body = msgspec.json.decode(data, type=shape)
        # Only what has the right shape gets here, so its nesting is bounded.
        json.loads(data, object_pairs_hook=_each_name_once)
    except msgspec.ValidationError as error:
        raise _misshapen(error) from error
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise BadRequest("no JSON") from error
    _check_texts(msgspec.to_builtins(body))
    return body


def read_query(request: HttpRequest, shape: type[msgspec.Struct]) -> Any:
    """The query string as `shape`; a parameter given twice is refused."""
    given = {}
    for name, values in request.GET.lists():
        if len(values) > 1:
            raise _unwanted(name)
        given[name] = values[0]
    try:
        asked = msgspec.convert(given, type=shape, strict=False)
    except msgspec.ValidationError as error:
        raise _misshapen(error) from error
    _check_texts(given)
    return asked


def _view(route: Route) -> Callable[..., HttpResponse]:
    def view(request: HttpRequest, **named: Any) -> HttpResponse:
        answer = route.view(Call(request, route), **named)
        return HttpResponse(
            msgspec.json.encode(answer),
            content_type="application/json",
            status=201 if route.body is not None else 200,
        )

    view.__doc__ = route.summary
    if route.permission == "public":
        return doors.public(view)
    return doors.requires(route.permission)(view)


def _wrong_method(group: list[Route]) -> Callable[..., HttpResponse]:
    methods = ", ".join(sorted({route.method for route in group}))

    def view(request: HttpRequest, **named: Any) -> HttpResponse:
        answer = problem(
            status=405,
            title=gettext("Cara meminta tidak sesuai"),
            detail=gettext("Alamat ini hanya menjawab %(methods)s.") % {"methods": methods},
            code="API-405",
            instance=request.path,
        )
        answer["Allow"] = methods
        return answer

    return view


def _each_name_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        twice = next(name for name, _ in pairs if sum(name == other for other, _ in pairs) > 1)
        raise _unwanted(twice)
    return found


def _check_texts(value: Any, field: str = "") -> None:
    if isinstance(value, str) and _UNWRITABLE.search(value):
        raise Refused("Tulisan memuat karakter yang tidak terbaca.", code="API-05", field=field)
    if isinstance(value, dict):
        for name, part in value.items():
            _check_texts(part, field or name)
    if isinstance(value, list):
        for part in value:
            _check_texts(part, field)


def _unwanted(name: str) -> Refused:
    return Refused("Isian “%(field)s” disebut dua kali.", code="API-06", field=name[:60], words={"field": name[:60]})


def _misshapen(error: msgspec.ValidationError) -> Refused:
    """msgspec's sentence as ours, with the field it speaks of."""
    named, placed = _NAMED.search(str(error)), _OF_FIELD.search(str(error))
    if named:
        field = named[2]
        pattern = "Isian “%(field)s” wajib ada." if named[1] != "unknown" else "Isian “%(field)s” tidak dikenal."
        return Refused(pattern, code="API-07", field=field, words={"field": field})
    if placed and placed[1]:
        field = placed[1]
        pattern = "Isian “%(field)s” tidak sesuai; bentuknya ada di /api/openapi.json."
        return Refused(pattern, code="API-08", field=field, words={"field": field})
    return Refused("Badan permintaan harus berupa objek JSON; bentuknya ada di /api/openapi.json.", code="API-09")
