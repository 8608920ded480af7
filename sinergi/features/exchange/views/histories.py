"""Two histories in words: what an agency signed twice, what that means, and the proof as a file."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec
from django.db.models import Q
from django.http import HttpRequest, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from sinergi.access.doors import note_read, open_record, requires
from sinergi.features.agreement import public as agreements
from sinergi.kernel.words import spaced
from sinergi.ledger import checkpoint as notes
from sinergi.ledger import envelope, forks
from sinergi.ledger.evidence import export_histories
from sinergi.ledger.models import Agreement, Equivocation, Log, Party
from sinergi.web.templatetags.sinergi import number

EVIDENCE = "application/vnd.sinergi.evidence"
# As much of a hash as people compare by voice.
_PRINT = 16


class Half(msgspec.Struct, frozen=True):
    """One of the two things the author signed, in words, and the beginning of its fingerprint."""

    what: str
    print: str


class TwoHistories(msgspec.Struct, frozen=True):
    """One frozen log. `agreement`: under which its proof can be downloaded; `keys`: it is the agency's identity log."""

    origin: str
    agreement: str
    agreement_name: str
    author_name: str
    is_own: bool
    keys: bool
    found_at: datetime
    halves: tuple[Half, Half]


def two_histories(seen: Iterable[Agreement]) -> list[TwoHistories]:
    """What was proved against authors of logs of these agreements, and against the identity logs of their parties."""
    known = [agreement.id for agreement in seen]
    parties = dict(Party.objects.filter(agreement__in=known).order_by("-agreement").values_list("agency", "agreement"))
    rows = Equivocation.objects.filter(
        Q(log__agreement__in=known) | Q(log__role="identity", log__agency__in=parties)
    ).select_related("log")
    first = {row.log_id: row for row in rows.order_by("-pk")}
    called = agreements.names(known)
    names = agreements.short_names({row.log.agency for row in first.values()})
    return [
        TwoHistories(
            origin=row.log.origin,
            agreement=row.log.agreement or parties[row.log.agency],
            agreement_name=called.get(row.log.agreement, ""),
            author_name=names[row.log.agency],
            is_own=row.log.is_own,
            keys=row.log.role == "identity",
            found_at=row.found_at,
            halves=(_half(bytes(row.first)), _half(bytes(row.second))),
        )
        for row in sorted(first.values(), key=lambda row: row.pk)
    ]


@requires("evidence.export")
@require_safe
def proof(request: HttpRequest, agreement: str, origin: str) -> StreamingHttpResponse:
    """The proof against the author of one log, as a file that a stranger can check: no words, no other facts."""
    found = open_record(request, Agreement.objects.all(), agreement, "evidence.export", agreement="id", region=None)
    authors = found.parties.values("agency")
    log = get_object_or_404(
        Log.objects.filter(Q(agreement=found.id) | Q(role="identity", agency__in=authors)).exclude(frozen_at=None),
        origin=origin,
    )
    lines = export_histories(log.origin)
    note_read(request, [found], "evidence.export")
    name = f"dua-riwayat-{log.origin[:8]}.sinergi"
    return StreamingHttpResponse(
        lines, content_type=EVIDENCE, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def _half(data: bytes) -> Half:
    if forks.is_entry(data):
        entry = envelope.parse(data)
        return Half(
            _("catatan nomor %(place)s") % {"place": number(entry.header.seq)}, spaced(entry.leaf.hex()[:_PRINT])
        )
    claimed = notes.parse(data).checkpoint
    words = ngettext("seluruh %(count)s catatan", "seluruh %(count)s catatan", claimed.size)
    return Half(words % {"count": number(claimed.size)}, spaced(claimed.root.hex()[:_PRINT]))
