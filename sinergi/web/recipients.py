"""Marks of whoever takes a table out: their name at the foot of each page, and a hidden token that only this node can
make and read.

A token is sealed with a key of this node, so nobody else can make one, nor learn from one who it was. It is bound to
what the table tells: moved into another file it proves nothing, and nobody is named. What it survives, and what not:
sinergi/sheets/marking.py.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Literal

import msgspec
from django.http import HttpRequest, HttpResponse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext
from nacl.exceptions import CryptoError
from nacl.secret import SecretBox
from nacl.signing import SigningKey

from sinergi.access.models import User
from sinergi.access.roles import ROLES
from sinergi.ledger import keys
from sinergi.sheets import marking

_PREFIX, _PERSON = "snr1", b"sinergi mark"
_ACTOR, _TIME, _CONTENT = 16, 8, 16


class RecipientMiddleware:
    """Whatever a signed-in person exports bears their marks."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        asked: Any = request
        if not asked.user.is_authenticated:
            return self.get_response(request)
        actor_id, at = asked.user.actor_id, asked.arrived_at
        office = ROLES[asked.actor.office].label if asked.actor and asked.actor.office in ROLES else "–"
        shown = gettext("Diambil %(name)s (%(office)s), %(at)s") % {
            "name": asked.user.name,
            "office": gettext(office),
            "at": date_format(localtime(at), "d-m-Y H.i T"),
        }
        recipient = marking.Recipient(shown, lambda content: token(actor_id, at, content))
        with marking.leaving_for(recipient):
            return self.get_response(request)


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """What a found file tells. `other_content`: a token of ours in a table that tells something else; then nobody is
    named, because a token can be moved from one file to another."""

    verdict: Literal["recipient", "other_content", "not_ours", "none"]
    name: str = ""
    at: datetime | None = None


def token(actor_id: str, at: datetime, content: bytes) -> str:
    """The token of a table with that content, taken out by this person at this time."""
    told = bytes.fromhex(actor_id) + int(at.timestamp()).to_bytes(_TIME) + content[:_CONTENT]
    sealed = SecretBox(_key(keys.own().encryption[0])).encrypt(told)
    return _PREFIX + base64.b32encode(sealed).decode().rstrip("=").lower()


def recipient_of(data: bytes, content: bytes) -> Found:
    """For whom a found workbook was written; `content` is what its table tells now."""
    found = [opened for one in marking.tokens(data) if (opened := _open(one)) is not None]
    if not found:
        return Found(verdict="not_ours" if marking.tokens(data) else "none")
    same = {told[: _ACTOR + _TIME] for told in found if told[_ACTOR + _TIME :] == content[:_CONTENT]}
    if len(same) != 1:
        return Found(verdict="other_content")
    told = same.pop()
    at = datetime.fromtimestamp(int.from_bytes(told[_ACTOR:]), UTC)
    person = User.objects.filter(actor_id=told[:_ACTOR].hex()).first()
    return Found(verdict="recipient", name=person.name if person else told[:_ACTOR].hex(), at=at)


def _open(one: str) -> bytes | None:
    letters = one.removeprefix(_PREFIX).upper()
    try:
        sealed = base64.b32decode(letters + "=" * (-len(letters) % 8))
    except binascii.Error:
        return None
    for key in keys.own().encryption:
        try:
            told = SecretBox(_key(key)).decrypt(sealed)
        except (CryptoError, ValueError):
            continue
        return told if len(told) == _ACTOR + _TIME + _CONTENT else None
    return None


def _key(key: SigningKey) -> bytes:
    return hashlib.blake2b(bytes(key), digest_size=SecretBox.KEY_SIZE, person=_PERSON).digest()
