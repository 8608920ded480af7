"""Which language and which theme a request is answered in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

LANGUAGE_COOKIE = "sinergi_language"
THEME_COOKIE = "sinergi_theme"
THEMES = ("auto", "light", "dark")
A_YEAR = 365 * 24 * 3600


class LanguageMiddleware:
    """Answers in the language a person chose on this device; Indonesian until they choose.

    The browser's own wish is not asked: office computers are often set to English by nobody's decision.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with translation.override(language_of(request)):
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", translation.get_language() or settings.LANGUAGE_CODE)
        return response

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        """Now that access has said who asks: the language kept with the person, where the device knows of none."""
        translation.activate(language_of(request))


def language_of(request: HttpRequest) -> str:
    """`id` or `en`: chosen on this device, else kept with the person, else Indonesian."""
    kept = getattr(getattr(request, "user", None), "language", "")
    chosen = request.COOKIES.get(LANGUAGE_COOKIE) or kept
    return chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def theme_of(request: HttpRequest) -> str:
    """`light`, `dark`, or `auto` for whatever the device wishes."""
    chosen = request.COOKIES.get(THEME_COOKIE, "")
    return chosen if chosen in THEMES else "auto"


def remember(response: HttpResponse, name: str, value: str) -> None:
    """Keep a choice on this device for a year; no script needs to read it."""
    response.set_cookie(
        name, value, max_age=A_YEAR, httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
    )
