"""Who may read which log: one rule, asked by the sender before it serves and by the receiver before it keeps."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from sinergi.ledger import envelope
from sinergi.ledger.models import Agency, Agreement, Entry, Log, Party


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """Whether, and why in words for people. `upto`: only the entries before this place; None: all of them."""

    allowed: bool
    why: str
    upto: int | None = None


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What the rule must know of the reader and of one log."""

    role: str
    author: str
    reader: str
    introduced: bool
    parties: frozenset[str]
    shares_an_agreement: bool
    left_before: int | None = None


def judge(standing: Standing) -> Verdict:
    """The rule itself. Pure."""
    if standing.reader == standing.author and standing.introduced and standing.role != "internal":
        return Verdict(allowed=True, why="Buku catatannya sendiri.")
    if standing.role == "internal":
        return Verdict(allowed=False, why="Catatan internal tidak pernah keluar dari kantor.")
    if not standing.introduced:
        return Verdict(allowed=False, why="Instansi ini belum dikenalkan lewat undangan.")
    if standing.role == "identity":
        if standing.shares_an_agreement:
            return Verdict(allowed=True, why="Kunci instansi dikenal oleh setiap mitranya.")
        return Verdict(allowed=False, why="Kedua instansi tidak bermitra dalam perjanjian yang sama.")
    if standing.reader not in standing.parties or standing.author not in standing.parties:
        return Verdict(allowed=False, why="Bukan pihak dalam perjanjian ini.")
    if standing.left_before is not None:
        return Verdict(
            allowed=True,
            why="Sudah mengakhiri perjanjian ini; catatan sesudahnya tidak dikirim.",
            upto=standing.left_before,
        )
    return Verdict(allowed=True, why="Pihak dalam perjanjian ini.")


def may_read(reader: str, log: Log) -> Verdict:
    """Whether agency `reader` may read this log, as this node's tables know both."""
    # Every round of every partner asks this of every log, so only what the answer hangs on is looked up.
    parties = Party.objects.filter(agreement_id=log.agreement).values_list("agency", "left_seq")
    left = dict(parties) if log.agreement else {}
    return judge(
        Standing(
            role=log.role,
            author=log.agency,
            reader=reader,
            introduced=Agency.objects.filter(id=reader).exists(),
            parties=frozenset(left),
            shares_an_agreement=log.role == "identity" and _share(reader, log.agency),
            left_before=_left_before(reader, log, left.get(reader)),
        )
    )


def may_keep(own: str, agreement: str, role: str, author: str) -> Verdict:
    """The same rule seen by the receiver, for a log that a partner says exists.

    An agreement this node does not know yet may be offered: its first entry, which names the parties, decides when it
    is admitted.
    """
    if agreement and not Agreement.objects.filter(id=agreement).exists():
        return Verdict(allowed=Agency.objects.filter(id=author).exists(), why="Perjanjian baru, belum diterima.")
    claimed = Log(agreement=agreement, role=role, agency=author, origin=envelope.log_id(agreement, author, role))
    if not Agency.objects.filter(id=author).exists():
        return Verdict(allowed=False, why="Instansi ini belum dikenalkan lewat undangan.")
    return may_read(own, claimed)


def beyond(own: str, agreement: str, entries: Iterable[str]) -> bool:
    """Whether one of these entries was stated by somebody who knew that we had left: then none of them is for us.

    The receiver's half of `upto`: a node that left takes no more than an honest sender gives it.
    """
    party = Party.objects.filter(agreement_id=agreement, agency=own, left_seq__isnull=False).first()
    if party is None or party.left_seq is None:
        return False
    origin = envelope.log_id(agreement, own, party.agreement.role)
    return any(_knew(envelope.parse(entry.encode()).header, origin, party.left_seq) for entry in entries)


def _share(one: str, other: str) -> bool:
    """Our own keys are for every partner we met; others' keys only for those who share an agreement with them."""
    if Agency.objects.filter(is_self=True, id__in=(one, other)).exists():
        return True
    mine = Party.objects.filter(agency=one).values("agreement_id")
    return Party.objects.filter(agency=other, agreement_id__in=mine).exists()


def _left_before(reader: str, log: Log, left_at: int | None) -> int | None:
    """The place of the first entry in `log` whose author knew that `reader` had left at `left_at`; None: has not."""
    if left_at is None or log.agency == reader:
        return None
    origin = envelope.log_id(log.agreement, reader, log.role)
    leaving = Entry.objects.filter(log__origin=origin, seq=left_at).first()
    if leaving is None or log.pk is None:
        return None
    # An author who has seen the leaving counts beyond its Lamport number, so earlier entries need no look.
    for entry in Entry.objects.filter(log=log, lam__gt=leaving.lam).order_by("seq"):
        if _knew(envelope.parse(bytes(entry.data)).header, origin, leaving.seq):
            return entry.seq
    return log.size


def _knew(header: envelope.Header, origin: str, left_at: int) -> bool:
    """Whether the author had seen the leaving at place `left_at` of the reader's log `origin`."""
    seen = header.seen.get(origin)
    return seen is not None and seen.size > left_at
