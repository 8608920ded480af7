"""Asking for an erasure, carrying it out, refusing it. Each decides inside the write lock, from rows read there."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

from sinergi.features.rights import rules
from sinergi.features.rights.models import ErasureAnswer, ErasureRequest
from sinergi.features.rights.projections import kinds_of
from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Refused
from sinergi.ledger import erasing, rows
from sinergi.ledger.models import Body, Entry
from sinergi.ledger.store import own_agency
from sinergi.ledger.writer import Receipt, Writing, command
from sinergi.web.models import Upload

MOST_FOUND = 100


@command
def ask(log: Writing, /, *, agreement: str, records: Collection[str], **told: Any) -> Receipt:
    """Ask every holder under the agreement to erase these records; `agreement` empty: records of this office alone.

    Keywords are those of rules.ask.
    """
    known = Entry.objects.filter(key__in=records, log__agreement=agreement, has_body=True, state=Entry.State.FOLDED)
    if not agreement:
        known = known.filter(log__is_own=True, log__role="internal")
    keys = set(known.values_list("key", flat=True))
    if keys != set(records):
        raise Refused(
            "Catatan itu tidak ada di bawah perjanjian ini, atau tidak punya isi.", code="HAK-10", field="records"
        )
    return log.append(agreement, rules.ask(records=sorted(keys), kinds=kinds_of(sorted(keys)), **told))


def erase(*, id: str, by: Actor | None, at: datetime, request: str, schedule: str = "") -> Receipt:
    """Erase on this node what was asked for and attest it: one transaction; then the bytes are freed."""
    receipt: Receipt = _erase(id=id, by=by, at=at, request=request, schedule=schedule)
    erasing.scrub()
    return receipt


@command
def _erase(log: Writing, /, *, request: str, schedule: str) -> Receipt:
    asked = _to_decide(request, log)
    if ErasureAnswer.objects.filter(request=request, agency=log.agency, said="done").exists():
        raise Refused("Kantor ini sudah menghapusnya.", code="HAK-11")
    bodies = Body.objects.filter(entry__key__in=asked.records_json).count()
    # Tables that somebody uploaded and has not stated yet may hold the same words.
    Upload.objects.filter(agreement=asked.agreement).delete()
    return log.append(
        asked.agreement, rules.done(request, kinds=kinds_of(asked.records_json), bodies=bodies, schedule=schedule)
    )


@command
def refuse(log: Writing, /, *, request: str, **told: Any) -> Receipt:
    """Keep what was asked to be erased. Keywords are those of rules.refuse."""
    asked = _to_decide(request, log)
    if ErasureAnswer.objects.filter(request=request, agency=log.agency).exists():
        raise Refused("Kantor ini sudah menjawab.", code="HAK-12")
    return log.append(asked.agreement, rules.refuse(request, **told))


def mentions(agreement: str, words: str) -> Iterator[Entry]:
    """The records under an agreement (of this office alone where it is empty) whose body here holds these words."""
    sought = words.casefold()
    bodies = Body.objects.filter(entry__log__agreement=agreement, entry__state=Entry.State.FOLDED)
    if not agreement:
        bodies = bodies.filter(entry__log__is_own=True, entry__log__role="internal")
    found = 0
    for body in bodies.select_related("entry", "entry__log").order_by("-entry__stored_at", "entry_id").iterator(200):
        if (
            not body.entry.kind.startswith(rules.NEVER)
            and sought in bytes(body.data).decode("utf-8", "replace").casefold()
        ):
            yield body.entry
            found += 1
            if found == MOST_FOUND:
                return


def _to_decide(request: str, log: Writing) -> ErasureRequest:
    asked = ErasureRequest.objects.filter(key=request).first()
    if asked is None:
        raise Refused("Permintaan penghapusan ini tidak dikenal di kantor ini.", code="HAK-13")
    office = log.by.office if log.by else ""
    if office not in rules.DECIDERS.get(own_agency().kind, ()):
        raise Refused("Penghapusan diputus Kapolres, atau Ketua dan Sekretaris KPU.", code="HAK-14")
    return asked


def holders(asked: ErasureRequest) -> list[str]:
    """The agencies that hold what was asked to be erased."""
    return rows.party_ids().get(asked.agreement, []) if asked.agreement else [asked.agency]
