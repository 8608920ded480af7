"""Time-stamps that this node holds: which checkpoints want one, and keeping what an authority answered.

Nothing ever waits for a stamp. It stands beside the checkpoint; no byte of a log changes by it.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
from django.db.models import Max

from sinergi.ledger import checkpoint as notes
from sinergi.ledger import histories, stamp
from sinergi.ledger.models import Log, Stamp, TimeAuthority

# A clock of this office that is further off is worth a word to people.
CLOCKS_APART = timedelta(minutes=5)


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """One checkpoint to be stamped: the log's row, its size, its text (what is stamped) and its author's note."""

    log: int
    size: int
    text: bytes
    note: bytes


def asked() -> list[TimeAuthority]:
    """The authorities that this node asks, oldest first."""
    return list(TimeAuthority.objects.filter(removed_at=None).order_by("added_at", "fingerprint"))


def wanted(authority: TimeAuthority) -> list[Wanted]:
    """The newest checkpoint of every log of an agreement, own or copied, that grew since this authority's last stamp.

    So an authority is asked once for each log and interval, however many records there are. Identity and internal logs
    are not shown: when they grow is nobody's business.
    """
    logs = Log.objects.filter(frozen="", checkpoint_size__gt=0).exclude(agreement="").order_by("origin")
    had = dict(Stamp.objects.filter(authority=authority).order_by().values_list("log_id").annotate(Max("size")))
    found = []
    for log in logs:
        if had.get(log.pk, 0) < log.checkpoint_size <= log.size:
            note = notes.parse(bytes(log.checkpoint_note))
            found.append(Wanted(log=log.pk, size=note.checkpoint.size, text=note.checkpoint.body, note=note.data))
    return found


def keep(authority: TimeAuthority, one: Wanted, reply: bytes, nonce: int) -> datetime:
    """Inside the writer: keep an answer that proves a time. Raises BadStamp where it does not."""
    at = stamp.check(reply, one.text, [bytes(authority.certificates)], nonce)
    before = Stamp.objects.filter(log=one.log, authority=authority).aggregate(Max("stamped_at"))["stamped_at__max"]
    if before is not None and at < before:
        # It was asked later: an authority whose clock goes back proves nothing.
        raise stamp.BadStamp("a time before the authority's last one")
    Stamp.objects.get_or_create(
        log_id=one.log,
        authority=authority,
        size=one.size,
        defaults={"note": one.note, "reply": reply, "stamped_at": at},
    )
    return at


def check_kept(log: Log, row: Stamp) -> bytes:
    """The root under this stored stamp. Raises BadNote or BadStamp unless the log's author signed that checkpoint."""
    note = notes.parse(bytes(row.note))
    notes.check_author(note, histories.checkpoint_keys(log))
    if (note.checkpoint.log, note.checkpoint.size) != (log.origin, row.size):
        raise notes.BadNote("ukuran atau bukunya lain daripada yang dicatat")
    if stamp.check(bytes(row.reply), note.checkpoint.body, [bytes(row.authority.certificates)]) != row.stamped_at:
        raise stamp.BadStamp("waktunya lain daripada yang dicatat")
    return note.checkpoint.root
