"""One delivery counts once: of a program under its key, of a page under the id its form was made with."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from sinergi.kernel.errors import Refused
from sinergi.ledger import store
from sinergi.ledger.writer import Receipt, run
from sinergi.web.models import Delivery


def once(
    http: HttpRequest, action: Callable[..., Receipt], /, *, id: str, said: bytes, used: Refused, **given: Any
) -> Receipt:
    """Do `action(id=…, **given)`. The same words from the same person at the same address again: the same receipt.

    Anything else under an id that was used before raises `used`. Both are settled in the transaction that states the
    fact, so two copies sent at once end the same way.
    """
    mark = _mark(http, said)

    def task() -> Receipt:
        known, first = Delivery.objects.filter(id=id).first(), store.receipt_of(id)
        if (known is None) != (first is None) or (known is not None and known.mark != mark):
            raise used
        if first is not None:
            return first
        receipt = action(id=id, **given)
        Delivery.objects.create(id=id, mark=mark)
        return receipt

    return run(task)


def form_once(http: HttpRequest, action: Callable[..., Receipt], /, *, id: str, **given: Any) -> Receipt:
    """`once` for a form of a page: `id` is the one the form was made with, the words are all its fields."""
    fields = sorted((name, http.POST.getlist(name)) for name in http.POST if name != "csrfmiddlewaretoken")
    return once(
        http,
        action,
        id=id,
        said=repr(fields).encode("utf-8", "surrogatepass"),
        used=Refused(
            "Halaman ini sudah dipakai untuk mengirim hal lain. Muat ulang halaman, lalu kirim lagi.", code="K-102"
        ),
        **given,
    )


def _mark(http: HttpRequest, said: bytes) -> str:
    """Tells one delivery from another; keyed, so that it confirms no guess about an erased text."""
    actor: str = http.user.actor_id  # type: ignore[union-attr]
    words = f"{http.method} {http.path}\n{actor}\n".encode() + said
    return hmac.new(settings.SECRET_KEY.encode(), b"delivery\n" + words, sha256).hexdigest()
