"""Under which agreement a person is looking at things right now."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse

from sinergi.ledger import rows
from sinergi.web import navigation

SESSION_KEY = "scope"


class Scope(msgspec.Struct, frozen=True):
    """One entry of the scope switch: an agreement, called by its other parties."""

    id: str
    label: str
    exercise: bool


class ScopeMiddleware:
    """Puts `request.scope` on every page request: an agreement id, or "" for all agreements."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Programs name the agreement themselves; reading their session would only cost them a query.
        is_page = not request.path_info.startswith(("/api/", "/healthz", "/static/"))
        request.scope = str(request.session.get(SESSION_KEY, "")) if is_page else ""  # type: ignore[attr-defined]
        return self.get_response(request)


def choose(request: HttpRequest, agreement: str) -> None:
    """Narrow everything to `agreement`, or widen to all with "". An agreement outside the person's duties: all."""
    allowed = {scope.id for scope in scopes(request)}
    request.session[SESSION_KEY] = agreement if agreement in allowed else ""


def scopes(request: HttpRequest) -> list[Scope]:
    """The agreements of this node that the duties of the person who asks reach, by name; looked up once a request."""
    if not hasattr(request, "_scopes"):
        request._scopes = _scopes_of(getattr(request, "user", None))  # type: ignore[attr-defined]
    found: list[Scope] = request._scopes  # type: ignore[attr-defined]
    return found


def _scopes_of(user: Any) -> list[Scope]:
    if not getattr(user, "is_authenticated", False):
        return []
    duties = user.duties_at()
    reached = [
        agreement for agreement in rows.agreements() if any(duty.covers(agreement=agreement.id) for duty in duties)
    ]
    called = navigation.names([agreement.id for agreement in reached])
    # Nothing can stand under a draft yet; its name still tells it from the agreement before it.
    whole = rows.were_in_force() if any(agreement.opened for agreement in reached) else set()
    known = [agreement for agreement in reached if not agreement.opened or agreement.id in whole]
    if any(agreement.id not in called for agreement in known):
        called = _partners() | called
    found = [Scope(agreement.id, called.get(agreement.id, agreement.id[:8]), agreement.exercise) for agreement in known]
    return sorted(found, key=lambda scope: (scope.label, scope.id))


def _partners() -> dict[str, str]:
    """The other parties of every agreement, by its id: what it is called until a feature knows its paper."""
    # "KPU Kabupaten X" is too long for a button; a Kota keeps its word, so the short form stays unambiguous.
    names = {one.id: one.name.replace(" Kabupaten ", " ") for one in rows.agencies() if not one.is_self}
    others = {id: [names[party] for party in parties if party in names] for id, parties in rows.party_ids().items()}
    return {agreement: " · ".join(parties) for agreement, parties in others.items() if parties}
