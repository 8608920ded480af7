"""Time-stamps in words: how the authorities stand, and what one says of a fact."""

from __future__ import annotations

from datetime import datetime

import msgspec
from django.db.models import Max
from django.utils.translation import gettext as _

from sinergi.features.exchange.public import Standing
from sinergi.ledger import stamping
from sinergi.ledger.models import Entry, Stamp
from sinergi.web.templatetags.sinergi import moment, number


class Authority(msgspec.Struct, frozen=True):
    """One time authority as the page shows it."""

    name: str
    trouble: str
    shape: str
    state: str
    sentence: str


def authorities(found: Standing, at: datetime) -> list[Authority]:
    """The authorities that this node asks, each with how far it has stamped the logs of these agreements."""
    books = {book.log: book.size for shelf in found.shelves for book in shelf.books if book.size and not book.frozen}
    told = []
    for one in stamping.asked():
        sizes = dict(
            Stamp.objects.filter(authority=one, log__in=books).order_by().values_list("log").annotate(Max("size"))
        )
        whole = sum(sizes.get(log, 0) >= size for log, size in books.items())
        if one.last_answer is None:
            shape, state, sentence = "waiting", _("belum menstempel"), _("Belum pernah memberi stempel.")
        else:
            said = {"whole": number(whole), "books": number(len(books)), "at": moment(one.last_answer, at)}
            sentence = _("%(whole)s dari %(books)s buku berstempel sampai catatan terakhir; terakhir %(at)s.") % said
            shape, state = ("done", _("berstempel")) if whole == len(books) else ("working", _("menyusul"))
        told.append(Authority(one.name, _(one.error) if one.error else "", shape, state, sentence))
    return told


def said(entry: Entry, at: datetime) -> str:
    """Who stamped a time under this fact first, and which; where nobody is asked, that nothing waits for it."""
    row = Stamp.objects.filter(log=entry.log, size__gt=entry.seq).order_by("stamped_at").select_related("authority")
    first = row.first()
    if first is not None:
        return f"{first.authority.name} {moment(first.stamped_at, at)}"
    return "" if stamping.asked() else _("tidak dipakai di kantor ini; tidak ada yang menunggunya")
