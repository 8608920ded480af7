"""Turns what goes wrong into words a person can act on: a page, a fragment, or a problem document for programs."""

from __future__ import annotations

import errno
import logging
import secrets
import sys
from collections.abc import Callable

from django.core.exceptions import (
    BadRequest,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
    TooManyFieldsSent,
)
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext

from sinergi.kernel.errors import Refused
from sinergi.kernel.once import reading
from sinergi.ledger.writer import NotStored
from sinergi.web.shell import Shell

log = logging.getLogger("sinergi.web")

# What SQLite and PostgreSQL say when the disk is full, and when they cannot write just now.
_FULL = ("database or disk is full", "No space left on device")
_AWAY = ("disk I/O error", "database is locked", "readonly database", "unable to open database", "connection")

# Where a refusal lands when the page gave no better place: the region above the content that screen readers announce.
REFUSAL_SLOT = "#refusal"


class KeptFormMiddleware:
    """Tells a form that a script sends (forms.js) where to go, in place of a redirect that the script would follow.

    So the next page is asked for once, by the browser itself, and the message it shows is not used up unseen.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if "X-Kept-Form" not in request.headers or response.status_code not in (302, 303):
            return response
        told = HttpResponse(status=204, headers={"X-Location": response["Location"]})
        told.cookies = response.cookies
        return told


class ReadingMiddleware:
    """A page that is only read asks each question once, however many of its parts need the answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in ("GET", "HEAD"):
            return self.get_response(request)
        with reading():
            return self.get_response(request)


class RefusalMiddleware:
    """Answers every exception of a view: `Refused` 422, no permission 403, not there 404, no room on
    the disk 507, anything else 500."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse:
        """The answer for `exception`."""
        if isinstance(exception, Refused):
            return refusal(request, exception)
        if isinstance(exception, PermissionDenied):
            return forbidden(request, exception)
        if isinstance(exception, Http404):
            return missing(request, exception)
        if isinstance(exception, SuspiciousOperation | BadRequest):
            return bad_request(request, exception)
        return broken(request, exception)


def refusal(request: HttpRequest, refused: Refused, status: int = 422) -> HttpResponse:
    """The sentence of a refusal, in the form the asker can read."""
    return _answer(
        request,
        status=status,
        title=gettext("Belum dapat dilakukan"),
        sentence=said(refused),
        next_step=gettext("Tidak ada yang disimpan atau dikirim. Kembali, perbaiki, lalu coba lagi."),
        code=refused.code or "R-422",
        field=refused.field,
    )


def storage_trouble(error: BaseException | None) -> int | None:
    """507 where `error` says that the disk is full, 503 where the store takes nothing now, None for anything else.

    What was raised while such an error was handled counts too: a session that cannot be saved is told by Django as one
    that somebody deleted (`UpdateError`, `SessionInterrupted`), with the disk's own words behind it only.
    """
    while error is not None:
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            return 507
        if isinstance(error, OperationalError | NotStored):
            if any(words in str(error) for words in _FULL):
                return 507
            if any(words in str(error) for words in _AWAY):
                return 503
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return None


def said(refused: Refused) -> str:
    """A refusal's sentence in the reader's language."""
    return gettext(refused.pattern) % refused.words if refused.words else gettext(refused.sentence)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: the person is known, the office is not enough."""
    return _answer(
        request,
        status=403,
        title=gettext("Jabatan Anda tidak membuka halaman ini"),
        sentence=gettext("Halaman atau tindakan ini bukan wewenang jabatan Anda saat ini."),
        next_step=gettext("Bila seharusnya boleh, minta administrator instansi Anda memeriksa jabatan Anda."),
        code="A-403",
    )


def missing(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: nothing there, or nothing this person may know of; the two look alike on purpose."""
    return _answer(
        request,
        status=404,
        title=gettext("Tidak ada di sini"),
        sentence=gettext("Alamat ini tidak ada, atau isinya bukan untuk instansi Anda."),
        next_step=gettext("Periksa alamatnya, atau cari dari bilah pencarian."),
        code="A-404",
    )


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400 or 413: the request itself cannot be read. A disk that did not take the session is said as such."""
    if storage := storage_trouble(exception):
        log.error("the store takes nothing (%s)", storage, exc_info=exception)
        return not_stored(request, storage)
    if isinstance(exception, RequestDataTooBig | TooManyFieldsSent):
        return _answer(
            request,
            status=413,
            title=gettext("Terlalu besar"),
            sentence=gettext("Kiriman ini terlalu besar untuk dibaca."),
            next_step=gettext("Bagi menjadi beberapa bagian, lalu kirim lagi."),
            code="A-413",
        )
    return _answer(
        request,
        status=400,
        title=gettext("Permintaan tidak terbaca"),
        sentence=gettext("Permintaan ini tidak dapat dibaca."),
        next_step=gettext("Muat ulang halaman, lalu coba lagi."),
        code="A-400",
    )


def form_expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form whose protection no longer fits (CSRF_FAILURE_VIEW)."""
    return _answer(
        request,
        status=403,
        title=gettext("Formulir ini sudah kedaluwarsa"),
        sentence=gettext("Halaman ini dibuka terlalu lama, atau cookie dimatikan."),
        next_step=gettext("Kembali, muat ulang halaman, lalu kirim lagi. Isian Anda masih ada di halaman sebelumnya."),
        code="A-419",
    )


def not_stored(request: HttpRequest, status: int) -> HttpResponse:
    """507 for a full disk, 503 for one that takes nothing at the moment: nothing was kept, nothing is half done."""
    full = status == 507
    answer = _answer(
        request,
        status=status,
        title=gettext("Belum tersimpan"),
        sentence=gettext("Ruang penyimpanan sistem ini penuh, jadi kiriman ini tidak disimpan.")
        if full
        else gettext("Penyimpanan sistem ini sedang terganggu, jadi kiriman ini tidak disimpan."),
        next_step=gettext("Yang sudah diterima tetap aman. Beri tahu administrator, lalu kirim lagi sebentar lagi."),
        code=f"K-{status}",
    )
    answer["Retry-After"] = "10"
    return answer


def broken(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """500: our fault. The log gets the trace under a reference; the person gets the reference.

    A disk that takes nothing is not: that is said as such (`not_stored`).
    """
    reference = secrets.token_hex(4)
    # As handler500 Django calls this while it handles what a middleware raised.
    storage = storage_trouble(exception or sys.exc_info()[1])
    if storage is not None:
        log.error("the store takes nothing (%s)", storage, exc_info=exception)
        return not_stored(request, storage)
    log.error("unexpected error %s at %s", reference, request.path, exc_info=exception)
    return _answer(
        request,
        status=500,
        title=gettext("Ada kesalahan di sistem ini"),
        sentence=gettext("Kesalahan ini bukan karena Anda."),
        next_step=gettext("Coba lagi. Bila berulang, sampaikan nomor ini kepada administrator: %(reference)s.")
        % {"reference": reference},
        code=f"S-500 {reference}",
    )


def _answer(
    request: HttpRequest, *, status: int, title: str, sentence: str, next_step: str, code: str, field: str = ""
) -> HttpResponse:
    if request.path.startswith("/api/"):
        return problem(status=status, title=title, detail=sentence, code=code, field=field, instance=request.path)
    context = {
        "status": status,
        "title": title,
        "sentence": sentence,
        "next_step": next_step,
        "code": code,
        "field": field,
        "is_risky": status == 500 and request.method not in ("GET", "HEAD"),
        "shell": Shell(request),
    }
    if request.headers.get("HX-Request"):
        response = HttpResponse(render_to_string("web/_refusal.html", context, request), status=status)
        response["HX-Retarget"] = REFUSAL_SLOT
        response["HX-Reswap"] = "innerHTML show:window:top"
        return response
    template = f"web/{status}.html" if status in (403, 404, 422, 500) else "web/error.html"
    return HttpResponse(render_to_string(template, context, request), status=status)


def problem(
    *, status: int, title: str, detail: str, code: str = "", field: str = "", instance: str = ""
) -> JsonResponse:
    """An RFC 9457 problem document. `code` and `field` are extension members, left out when empty."""
    document = {"type": "about:blank", "title": title, "status": status, "detail": detail, "instance": instance}
    document |= {name: value for name, value in (("code", code), ("field", field)) if value}
    return JsonResponse(document, status=status, content_type="application/problem+json")
