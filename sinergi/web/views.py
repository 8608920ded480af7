"""Choices that hold on every page, the search, and the living page of components."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from sinergi.access.doors import public, requires, signed_in
from sinergi.kernel.instants import now
from sinergi.web import navigation
from sinergi.web.language import LANGUAGE_COOKIE, THEME_COOKIE, THEMES, remember
from sinergi.web.samples import EVIDENCE, Sample
from sinergi.web.scope import choose


@signed_in
@require_POST
def scope(request: HttpRequest) -> HttpResponse:
    """Narrow everything to one agreement, or widen to all."""
    choose(request, request.POST.get("scope", ""))
    return _back(request)


# Open to anybody: whoever stands before the sign-in page must be able to read it.
@public
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Answer in this language on this device from now on, and for this person on new devices."""
    response = _back(request)
    chosen = request.POST.get("language", "")
    if chosen in dict(settings.LANGUAGES):
        remember(response, LANGUAGE_COOKIE, chosen)
        if request.user.is_authenticated:
            request.user.language = chosen
            request.user.save(update_fields=["language"])
    return response


@public
@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Show light, dark, or what the device wishes, on this device from now on."""
    response = _back(request)
    chosen = request.POST.get("theme", "")
    if chosen in THEMES:
        remember(response, THEME_COOKIE, chosen)
    return response


@requires("search.use")
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """What all features find for the words; a fragment for the box at the top, a page otherwise."""
    words = " ".join(request.GET.get("q", "")[:100].split())
    hits = navigation.search(request.user, words)  # type: ignore[arg-type]
    template = "web/_hits.html" if request.headers.get("HX-Request") else "web/search.html"
    return render(request, template, {"words": words, "hits": hits, "asked": len(words) >= 2})


@signed_in
@require_safe
def components(request: HttpRequest) -> HttpResponse:
    """Every part of the design system, light and dark: for administrators, and for everybody in the demo."""
    user: Any = request.user
    if not (user.is_demo or user.can("node.manage")):
        raise PermissionDenied
    at = getattr(request, "arrived_at", None) or now()
    context = {
        "themes": ("light", "dark"),
        "shapes": ("new", "accepted", "working", "done", "refused"),
        "more_shapes": ("scheduled", "waiting", "late"),
        "levels": (1, 2, 3, 4),
        "classes": ("low", "medium", "high", "special"),
        "in_six_days": at + timedelta(days=6, hours=1),
        "in_26_minutes": at + timedelta(minutes=26, seconds=30),
        "three_days_ago": at - timedelta(days=3, hours=1),
        "evidence": EVIDENCE,
        "sample_form": Sample({"nrp": "0712345", "service": "escort"}, auto_id="sample-%s"),
    }
    return render(request, "web/components.html", context)


def _back(request: HttpRequest) -> HttpResponse:
    wanted = request.POST.get("next", "/")
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return HttpResponseRedirect(wanted if safe else "/")
