"""Puts the acting person and the arrival time on the request, and lets no view answer that has no door."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from sinergi.access import doors, identity
from sinergi.kernel.instants import now

log = logging.getLogger("sinergi.access")


class ActorMiddleware:
    """`request.user`, `request.actor`, `request.arrived_at`; deny by default.

    A bearer token counts for addresses below /api/ only. It carries no cookie, so nobody can be tricked into sending
    it; such a request needs no CSRF token, and any session cookie beside it is ignored.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        asked: Any = request
        at = asked.arrived_at = now()
        asked.actor = None
        token = identity.bearer(request.headers.get("Authorization", "")) if doors.is_api(request) else None
        if token is None:
            user = identity.person_of_request(request, at)
        else:
            user = identity.person_of_token(token, at, is_loopback=identity.is_loopback(request))
            if user is None:
                return doors.unauthenticated(request)
            asked._dont_enforce_csrf_checks = True
        if user is None and doors.is_api(request):
            # Nobody can be tricked into what nobody may do: the door says 401, not that a form has expired.
            asked._dont_enforce_csrf_checks = True
        asked.user = user or identity.Anonymous()
        if user is not None:
            asked.actor = user.actor()
        response = self.get_response(request)
        if user is not None:
            # What one person was shown must not come back for the next one at the same desk.
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Refuse a view that declares no door, and send whoever must choose a new password to do so."""
        door = doors.door_of(view)
        if door is None:
            log.error("a view without a door was asked for", extra={"view": f"{view.__module__}.{view.__qualname__}"})
            doors.forbidden(request, "")
        user: Any = request.user
        if user.is_authenticated and user.must_change_password and not door.before_new_password:
            if doors.is_api(request):
                doors.forbidden(request, "")
            return redirect(reverse("access:password"))
        return None
