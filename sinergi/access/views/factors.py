"""One's own second factors: passkeys, the code app, recovery codes; and showing again that it is oneself."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sinergi.access import codes, passkeys, proof, signin
from sinergi.access.doors import PersonRequest, signed_in
from sinergi.access.forms import CodeForm, PasswordAgain
from sinergi.access.models import CodeKey, Passkey, RecoveryCode
from sinergi.access.views.door import onward, too_soon, waiting
from sinergi.documents.qr import qr_svg
from sinergi.kernel.words import spaced
from sinergi.ledger.models import Agency

View = Callable[..., HttpResponse]


def after_proof(view: View) -> View:
    """Changing the keys of an account asks who sits there: a second factor, or the password where there is none."""

    @wraps(view)
    def guarded(request: PersonRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if proof.holds(request, at=request.arrived_at, factor=request.user.has_second_factor):
            return view(request, *args, **kwargs)
        target = f"{reverse('access:prove')}?{urlencode({'next': reverse('access:factors')})}"
        return proof.lead(request, target)

    return guarded


@signed_in
@require_safe
def factors(request: PersonRequest) -> HttpResponse:
    """What one can show beside the password, and how to get it. `?for=act` says what one came for."""
    user, at = request.user, request.arrived_at
    context = {
        "passkeys": user.passkeys.order_by("pk"),
        "host": passkeys.host_of(request),
        "elsewhere": passkeys.elsewhere(request),
        "code_key": CodeKey.objects.filter(user=user, confirmed_at__isnull=False).first(),
        "recovery_left": RecoveryCode.objects.filter(user=user, used_at=None).count(),
        "has_second_factor": user.has_second_factor,
        "is_proven": proof.holds(request, at=at, factor=user.has_second_factor),
        "for_act": request.GET.get("for") == "act",
        "next": onward(request),
    }
    return render(request, "access/factors.html", context)


@signed_in
@require_POST
@after_proof
def enrol_challenge(request: PersonRequest) -> HttpResponse:
    """What the new device is asked to sign."""
    options = passkeys.to_enrol(request, request.user, at=request.arrived_at)
    return HttpResponse(options, content_type="application/json")


@signed_in
@require_POST
@after_proof
def add_passkey(request: PersonRequest) -> HttpResponse:
    """Keep the passkey the device made."""
    device = request.POST.get("label", "") or signin.device_name(request.headers.get("User-Agent", ""))
    answer = request.POST.get("credential", "")
    passkeys.enrol(request, request.user, answer, label=device, at=request.arrived_at)
    return _enrolled(request, "passkey", gettext("Kunci sandi terdaftar."))


@signed_in
@require_POST
@after_proof
def remove_passkey(request: PersonRequest, number: int) -> HttpResponse:
    """Let one of one's passkeys open nothing from now on."""
    passkey = Passkey.objects.select_related("user").filter(pk=number, user=request.user).first()
    if passkey is not None:  # it may be gone already, by another window
        passkeys.remove(passkey, at=request.arrived_at)
    messages.success(request, gettext("Kunci sandi dicabut."))
    return redirect("access:factors")


@signed_in
@require_POST
@after_proof
def begin_code(request: PersonRequest) -> HttpResponse:
    """Make the secret for a code app."""
    codes.begin(request.user, at=request.arrived_at)
    return redirect(f"{reverse('access:code')}?{urlencode({'next': onward(request)})}")


@signed_in
@sensitive_post_parameters("code")
@sensitive_variables("secret")
@require_http_methods(["GET", "HEAD", "POST"])
@after_proof
def code(request: PersonRequest) -> HttpResponse:
    """Show the secret as QR code and letters, and take the first code of the app."""
    secret = codes.pending_secret(request.user)
    if not secret:
        return redirect("access:factors")
    form, status = CodeForm(request.POST or None), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            codes.confirm(request.user, form.cleaned_data["code"].replace(" ", ""), at=request.arrived_at)
            return _enrolled(request, "code", gettext("Aplikasi kode terpasang."))
    own = Agency.objects.filter(is_self=True).values_list("name", flat=True).first()
    address = codes.address_of(request.user, secret, issuer=f"Sinergi {own or ''}".strip())
    context = {
        "form": form,
        "drawing": mark_safe(qr_svg(address)),  # noqa: S308  drawn by segno from our own address
        "secret": spaced(secret),
        "address": address,
        "next": onward(request),
    }
    response = render(request, "access/code.html", context, status=status)
    response.headers["Cache-Control"] = "no-store"
    return response


@signed_in
@require_POST
@after_proof
def remove_code(request: PersonRequest) -> HttpResponse:
    """Let the code app open nothing from now on."""
    codes.remove(request.user, at=request.arrived_at)
    messages.success(request, gettext("Aplikasi kode dicabut."))
    return redirect("access:factors")


@signed_in
@require_POST
@after_proof
@sensitive_variables()
def recovery(request: PersonRequest) -> HttpResponse:
    """Ten fresh recovery codes, shown once."""
    return _recovery_page(request, "")


@signed_in
@require_POST
def prove_challenge(request: PersonRequest) -> HttpResponse:
    """What one's device is asked, to show that it is still oneself."""
    options = passkeys.to_prove(request, request.user, at=request.arrived_at)
    return HttpResponse(options, content_type="application/json")


@signed_in
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def prove(request: PersonRequest) -> HttpResponse:
    """Show again that it is oneself: passkey, code, or the password where one has nothing else; then go on."""
    user, at = request.user, request.arrived_at
    has_factor = user.has_second_factor
    form = CodeForm(request.POST or None) if has_factor else PasswordAgain(request.POST or None)
    sentence, status = "", 200
    headers: dict[str, str] = {}
    if request.method == "POST":
        how = ""
        if has_factor and request.POST.get("credential"):
            passkeys.answered(request, request.POST["credential"], user=user, at=at)
            how = "passkey"
        elif form.is_valid():
            if has_factor:
                how, wait = signin.attempt_code(request, user, form.cleaned_data["code"], at=at)
            else:
                outcome = signin.attempt(request, user.username, form.cleaned_data["password"], at=at)
                how, wait = (proof.PASSWORD if outcome.user else ""), outcome.wait
            status, headers = waiting(wait)
            sentence = too_soon(wait) or (
                gettext("Kode tidak cocok atau sudah dipakai. Tunggu kode berikutnya, lalu coba lagi.")
                if has_factor
                else gettext("Kata sandi sekarang tidak cocok.")
            )
        else:
            status, sentence = 422, gettext("Isi kolom ini.")
        if how:
            proof.note(request, how, at=at)
            return redirect(onward(request))
    context = {
        "form": form,
        "sentence": sentence,
        "has_factor": has_factor,
        "passkeys_work": user.passkeys.filter(host=passkeys.host_of(request) or "-").exists(),
        "next": onward(request),
    }
    response = render(request, "access/prove.html", context, status=status)
    for name, value in headers.items():
        response.headers[name] = value
    return response


def _enrolled(request: PersonRequest, how: str, sentence: str) -> HttpResponse:
    proof.note(request, how, at=request.arrived_at)
    if RecoveryCode.objects.filter(user=request.user, used_at=None).exists():
        messages.success(request, sentence)
        return redirect(onward(request) if request.POST.get("next", "/") != "/" else "access:factors")
    return _recovery_page(request, sentence)


def _recovery_page(request: PersonRequest, sentence: str) -> HttpResponse:
    made = codes.new_recovery_codes(request.user, at=request.arrived_at)
    target = onward(request)
    context = {"codes": made, "sentence": sentence, "next": reverse("access:factors") if target == "/" else target}
    response = render(request, "access/recovery.html", context)
    response.headers["Cache-Control"] = "no-store"
    return response
