"""Signing in and out."""

from __future__ import annotations

import math
from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext, ngettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from sinergi.access import signin
from sinergi.access.doors import ArrivedRequest, public
from sinergi.access.forms import SignIn
from sinergi.access.models import User


@public  # everybody stands before the door
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: ArrivedRequest) -> HttpResponse:
    """Ask for name and password; go on to where the person wanted to be."""
    target = _target(request)
    if request.user.is_authenticated and request.method != "POST":
        return redirect(target)
    form = SignIn(request.POST or None)
    sentence, status, headers = "", 200, {}
    if request.method == "POST":
        status = 422
        if form.is_valid():
            outcome = signin.attempt(request, **form.cleaned_data, at=request.arrived_at)
            if outcome.user is not None:
                first = reverse("access:password") if outcome.user.must_change_password else target
                inside = redirect(first)
                signin.begin(request, inside, outcome.user, at=request.arrived_at)
                return inside
            sentence = _sentence(outcome.wait)
            if outcome.wait:
                status, headers = 429, {"Retry-After": str(math.ceil(outcome.wait.total_seconds()))}
        else:
            sentence = gettext("Isi nama pengguna dan kata sandi.")
    context = {"form": form, "next": request.POST.get("next", request.GET.get("next", "")), "sentence": sentence}
    context["has_demo"] = User.objects.filter(is_demo=True, is_suspended=False).exists()
    response = render(request, "access/sign_in.html", context, status=status)
    response.headers["Cache-Control"] = "no-store"
    for name, value in headers.items():
        response.headers[name] = value
    return response


@public  # signing out twice is no mistake
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End this session and have the browser forget its pages."""
    response = redirect(settings.LOGOUT_REDIRECT_URL)
    signin.end(request, response)
    return response


def _target(request: HttpRequest) -> str:
    asked = request.POST.get("next", request.GET.get("next", ""))
    here = url_has_allowed_host_and_scheme(asked, allowed_hosts=None, require_https=request.is_secure())
    return asked if asked.startswith("/") and here else settings.LOGIN_REDIRECT_URL


def _sentence(wait: timedelta) -> str:
    if not wait:
        return gettext("Nama pengguna atau kata sandi tidak cocok. Periksa, lalu coba lagi.")
    seconds = math.ceil(wait.total_seconds())
    if seconds <= 90:
        words = ngettext("%(count)s detik", "%(count)s detik", seconds) % {"count": seconds}
    else:
        minutes = math.ceil(seconds / 60)
        words = ngettext("%(count)s menit", "%(count)s menit", minutes) % {"count": minutes}
    return gettext("Terlalu banyak percobaan. Tunggu %(time)s, lalu coba lagi. Akun tidak dikunci.") % {"time": words}
