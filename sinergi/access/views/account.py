"""One's own account: password, and where one is signed in."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sinergi.access import accounts, signin
from sinergi.access.doors import PersonRequest, signed_in
from sinergi.access.forms import NewPassword
from sinergi.access.models import UserSession


@signed_in
@require_safe
def account(request: PersonRequest) -> HttpResponse:
    """Who one is here, what one may do and until when, and on which devices one is signed in."""
    sessions = UserSession.objects.filter(user=request.user.pk).order_by("-seen_at", "-pk")
    context = {
        "duties": request.user.duties.select_related("acting_for").order_by("-starts_at", "-pk"),
        "held": {duty.pk for duty in request.user.duties_at()},
        "sessions": sessions,
        "this_key": request.session.session_key,
        "tokens": request.user.tokens.filter(revoked_at=None, expires_at__gt=request.arrived_at).order_by("pk"),
    }
    return render(request, "access/account.html", context)


@signed_in(before_new_password=True)
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def password(request: PersonRequest) -> HttpResponse:
    """Choose a new password; every other session of this person ends."""
    form = NewPassword(request.POST or None, user=request.user)
    if request.method != "POST":
        return render(request, "access/password.html", {"form": form})
    if not form.is_valid():
        return render(request, "access/password.html", {"form": form}, status=422)
    accounts.choose_password(request.user, form.cleaned_data["new"])
    seat = UserSession.objects.filter(key=request.session.session_key)
    number = list(seat.values_list("pk", flat=True))
    update_session_auth_hash(request, request.user)  # gives the session a new key
    UserSession.objects.filter(pk__in=number).update(key=request.session.session_key)
    signin.end_sessions(request.user, keep=request.session.session_key or "")
    messages.success(request, gettext("Kata sandi diganti. Sesi Anda di perangkat lain sudah diakhiri."))
    return redirect("access:account")


@signed_in
@require_POST
def end_sessions(request: PersonRequest) -> HttpResponse:
    """End one other session (`session`), or all others."""
    only = request.POST.get("session", "")
    if only and not only.isdecimal():
        raise Http404
    ended = signin.end_sessions(request.user, keep=request.session.session_key or "", only=int(only) if only else None)
    messages.success(request, gettext("%(count)s sesi diakhiri.") % {"count": ended})
    return redirect("access:account")
