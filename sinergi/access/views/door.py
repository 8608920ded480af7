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

from sinergi.access import passkeys, proof, signin
from sinergi.access.doors import ArrivedRequest, public
from sinergi.access.forms import CodeForm, SignIn
from sinergi.access.models import CodeKey, User
from sinergi.kernel.errors import Refused, in_brackets


@public  # everybody stands before the door
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: ArrivedRequest) -> HttpResponse:
    """Ask for name and password; go on to where the person wanted to be."""
    target = onward(request)
    if request.user.is_authenticated and request.method != "POST":
        return redirect(target)
    form = SignIn(request.POST or None)
    sentence, status = "", 200
    headers: dict[str, str] = {}
    if request.method == "POST":
        status = 422
        if form.is_valid():
            outcome = signin.attempt(request, **form.cleaned_data, at=request.arrived_at)
            if outcome.user is not None:
                if outcome.user.has_second_factor:
                    signin.wait_for_second_step(request, outcome.user, target, at=request.arrived_at)
                    return redirect("access:second-step")
                return _inside(request, outcome.user, target, by=proof.PASSWORD)
            sentence = too_soon(outcome.wait) or gettext(
                "Nama pengguna atau kata sandi tidak cocok. Periksa, lalu coba lagi."
            )
            status, headers = waiting(outcome.wait)
        else:
            sentence = gettext("Isi nama pengguna dan kata sandi.")
    return _door(request, form, sentence, status, headers)


@public  # whose password was right a moment ago in this browser
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def second_step(request: ArrivedRequest) -> HttpResponse:
    """After the password: a code of the person's app or of their paper, or their passkey."""
    at = request.arrived_at
    known = signin.at_second_step(request, at=at)
    if known is None:
        return redirect(settings.LOGIN_URL)
    user, target = known
    form = CodeForm(request.POST or None)
    sentence, status = "", 200
    headers: dict[str, str] = {}
    if request.method == "POST":
        status, sentence = 422, gettext("Ketik kode dari aplikasi, atau satu kode pemulihan.")
        if form.is_valid():
            how, wait = signin.attempt_code(request, user, form.cleaned_data["code"], at=at)
            if how:
                return _inside(request, user, target, by=how)
            sentence = too_soon(wait) or gettext(
                "Kode tidak cocok atau sudah dipakai. Tunggu kode berikutnya, lalu coba lagi."
            )
            status, headers = waiting(wait)
    context = {"form": form, "sentence": sentence, "has_code": CodeKey.objects.filter(user=user).exists()}
    context["passkeys_work"] = bool(passkeys.host_of(request))
    return _fresh(request, "access/second_step.html", context, status, headers)


@public  # everybody stands before the door
@require_POST
def passkey_challenge(request: ArrivedRequest) -> HttpResponse:
    """What the device at the door is asked to sign."""
    return HttpResponse(passkeys.to_sign_in(request, at=request.arrived_at), content_type="application/json")


@public  # everybody stands before the door
@require_POST
def sign_in_with_passkey(request: ArrivedRequest) -> HttpResponse:
    """A passkey opens the door alone: it is something one has, and asked for a finger, a face or a PIN."""
    try:
        passkey = passkeys.answered(request, request.POST.get("credential", ""), user=None, at=request.arrived_at)
        if not signin.admitted(request, passkey.user):
            raise Refused("Kunci sandi ini tidak dikenal di simpul ini.", code="A-65")
    except Refused as refused:
        return _door(request, SignIn(), f"{gettext(refused.pattern)} {in_brackets(refused.code)}", 422)
    known = signin.at_second_step(request, at=request.arrived_at)
    target = known[1] if known else onward(request)
    return _inside(request, passkey.user, target, by="passkey")


@public  # signing out twice is no mistake
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End this session and have the browser forget its pages."""
    response = redirect(settings.LOGOUT_REDIRECT_URL)
    signin.end(request, response)
    return response


def onward(request: HttpRequest) -> str:
    """Where the person wanted to go (`next`), if that is a page of this node; else the first page."""
    asked = request.POST.get("next", request.GET.get("next", ""))
    here = url_has_allowed_host_and_scheme(asked, allowed_hosts=None, require_https=request.is_secure())
    return asked if asked.startswith("/") and here else settings.LOGIN_REDIRECT_URL


def too_soon(wait: timedelta) -> str:
    """How long to wait before the next try, in a sentence; "" where one need not wait."""
    if not wait:
        return ""
    seconds = math.ceil(wait.total_seconds())
    if seconds <= 90:
        words = ngettext("%(count)s detik", "%(count)s detik", seconds) % {"count": seconds}
    else:
        minutes = math.ceil(seconds / 60)
        words = ngettext("%(count)s menit", "%(count)s menit", minutes) % {"count": minutes}
    return gettext("Terlalu banyak percobaan. Tunggu %(time)s, lalu coba lagi. Akun tidak dikunci.") % {"time": words}


def waiting(wait: timedelta) -> tuple[int, dict[str, str]]:
    """Status and headers of a refused try."""
    return (429, {"Retry-After": str(math.ceil(wait.total_seconds()))}) if wait else (422, {})


def _inside(request: ArrivedRequest, user: User, target: str, *, by: str) -> HttpResponse:
    response = redirect(reverse("access:password") if user.must_change_password else target)
    signin.begin(request, response, user, at=request.arrived_at, by=by)
    return response


def _door(
    request: HttpRequest, form: SignIn, sentence: str, status: int, headers: dict[str, str] | None = None
) -> HttpResponse:
    context = {
        "form": form,
        "next": request.POST.get("next", request.GET.get("next", "")),
        "sentence": sentence,
        "has_demo": User.objects.filter(is_demo=True, is_suspended=False).exists(),
        "passkeys_work": bool(passkeys.host_of(request)),
    }
    return _fresh(request, "access/sign_in.html", context, status, headers or {})


def _fresh(
    request: HttpRequest, template: str, context: dict[str, object], status: int, headers: dict[str, str]
) -> HttpResponse:
    response = render(request, template, context, status=status)
    response.headers["Cache-Control"] = "no-store"
    for name, value in headers.items():
        response.headers[name] = value
    return response
