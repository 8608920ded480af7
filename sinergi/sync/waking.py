"""Whom a node asks before it signs again, and what their answers mean. The guard itself is `sinergi.ledger.guard`.

Under an agreement the log is complete as soon as each of its other parties answered (one alone may hold the newest
facts), all that they showed is here, and no other process of ours spoke with them a moment ago. After a mere reboot it
is enough that each was tried: a power cut while the line is down stops no office. Two people may say instead that it is
(`resume`), unless a partner has shown the contrary.
"""

from __future__ import annotations

import logging
import threading
import time
from datetime import datetime
from pathlib import Path

from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from sinergi.access.models import User
from sinergi.kernel.errors import Refused
from sinergi.ledger import guard, histories, rotation
from sinergi.ledger.models import Agency, Agreement, Log
from sinergi.ledger.writer import run
from sinergi.sync.models import Peer, Resumption

logger = logging.getLogger("sinergi.sync")

# A node speaks with every partner once a minute and a little, and at least this often after failures (service.backoff);
# one of which nothing was heard for longer has ended, or has lost its way to that partner.
ALONE_SECONDS = 480

_lock = threading.Lock()
_tried: set[str] = set()
_answered: set[str] = set()
# By partner: until when (this machine's running clock) another process of ours must be taken to live.
_elsewhere: dict[str, float] = {}
_data = Path()
_rebooted = False


def begin(data: Path) -> None:
    """Decide at a start whether to sign at once: in the folder of the last start, or where there is nobody to ask."""
    global _data, _rebooted
    with _lock:
        _data, _rebooted = data, guard.is_unbroken(data, any_boot=True)
        _forget()
    if Agency.objects.filter(is_self=True).exists():
        rotation.finish()
    behind = Log.objects.filter(is_own=True, frozen=histories.RESTORED).exists()
    if guard.is_unbroken(data) and not behind:
        return
    guard.hold()
    if not behind and not Peer.objects.exists():
        guard.lift(data)
    else:
        logger.warning("nothing is signed until partners answer", extra={"event": "ledger.held"})
        _decide()


def doubt(agreement: str) -> None:
    """A partner showed what we signed and is not here: whatever the folder says, it is an old copy of the node."""
    global _rebooted
    if guard.is_held(agreement) and not _rebooted:
        return
    _rebooted = False
    with _lock:
        _forget()
    run(guard.doubt)
    logger.warning("an old copy signs nothing until partners answer", extra={"event": "ledger.held"})


def answered(agency: str, elsewhere: int) -> None:
    """A whole round with this partner went through; `elsewhere` as in its state document."""
    if not guard.is_holding():
        return
    with _lock:
        _tried.add(agency)
        if 0 <= elsewhere < ALONE_SECONDS:
            _elsewhere[agency] = time.monotonic() + ALONE_SECONDS - elsewhere
            _answered.discard(agency)
        else:
            _elsewhere.pop(agency, None)
            _answered.add(agency)
    _decide()


def missed(agency: str) -> None:
    """A round with this partner failed."""
    if guard.is_holding():
        with _lock:
            _tried.add(agency)
        _decide()


def waits_for(agency: str) -> bool:
    """Whether an answer of this partner could let the node sign."""
    return guard.is_holding() and agency not in _answered


def why(agreement: str) -> str:
    """Why nothing is signed under this agreement yet, for people; empty where it may be."""
    if not guard.is_held(agreement):
        return ""
    names = dict(Agency.objects.values_list("id", "name"))
    asked = _asked(agreement)
    twins = [names[agency] for agency in asked if agency in _heard_elsewhere()]
    if twins:
        return _("Simpul lain dengan kunci kantor ini baru saja berbicara dengan %(names)s. Matikan salah satunya.") % {
            "names": ", ".join(twins)
        }
    if Log.objects.filter(is_own=True, agreement=agreement, frozen=histories.RESTORED).exists():
        return _("Mitra memegang catatan kantor ini yang belum ada di sini; catatan itu sedang diambil kembali.")
    silent = [agency for agency in asked if agency not in _answered] or asked
    return _("Menunggu jawaban %(names)s tentang buku kantor ini.") % {
        "names": ", ".join(names[agency] for agency in silent)
    }


def resume(first: str, second: str, reason: str, *, at: datetime) -> None:
    """Sign again without a partner's answer, because two people say that this is the only and newest node.

    Agreements of which a partner has shown more than is here stay as they are. Raises Refused where nothing waits,
    where they are not two active people with one administrator among them, where another process of ours may still
    live, or where every agreement is one of those.
    """
    if not guard.is_holding():
        raise Refused("Simpul ini sudah menandatangani seperti biasa; tidak ada yang menunggu.", code="S-130")
    people = [_person(first), _person(second)]
    if people[0] == people[1]:
        raise Refused("Sebut dua orang yang berbeda; satu orang saja tidak cukup.", code="S-131")
    if not any(person.can("node.manage") for person in people):
        raise Refused("Salah satu dari kedua orang itu harus administrator.", code="S-132")
    if len(reason.split()) < 3:
        raise Refused("Tulis alasannya dalam satu kalimat.", code="S-133")
    unsafe = set(_incomplete().values_list("agreement", flat=True))
    safe = [agreement for agreement in _held() if agreement not in unsafe]
    if _heard_elsewhere() or (unsafe and not safe):
        raise Refused(
            "Tidak aman: mitra sudah menunjukkan catatan kantor ini yang tidak ada di sini, atau simpul lain dengan "
            "kunci ini. Jalankan hanya satu simpul dan tunggu sampai ia lengkap.",
            code="S-134",
        )
    run(
        lambda: Resumption.objects.create(
            at=at, first=people[0].actor_id, second=people[1].actor_id, reason=reason.strip()[:500]
        )
    )
    logger.warning("two people let the node sign", extra={"event": "ledger.resumed", "actor": people[0].actor_id})
    if unsafe:
        for agreement in safe:
            guard.certain(agreement)
    else:
        run(lambda: guard.lift(_data))


def _decide() -> None:
    waiting = _held()
    for agreement in waiting:
        if _is_complete(agreement):
            guard.certain(agreement)
    # An agreement that is not known here (any more) is told of by a partner: everybody is tried before all is free.
    everybody = set(Peer.objects.filter(paused=False).values_list("agency", flat=True))
    if not any(map(guard.is_held, waiting)) and everybody <= _answered and not _behind():
        run(lambda: guard.lift(_data))
        logger.warning("the node signs again", extra={"event": "ledger.certain"})


def _is_complete(agreement: str) -> bool:
    asked = _asked(agreement)
    if _incomplete().filter(agreement=agreement).exists():
        return False
    paused = set(Peer.objects.filter(paused=True).values_list("agency", flat=True))
    enough = _tried | paused if _rebooted else _answered
    return set(asked) <= enough and not set(asked) & _heard_elsewhere()


def _forget() -> None:
    _tried.clear()
    _answered.clear()
    _elsewhere.clear()


def _held() -> list[str]:
    return [agreement for agreement in Agreement.objects.values_list("id", flat=True) if guard.is_held(agreement)]


def _incomplete() -> QuerySet[Log]:
    """Logs of ours of which a partner has shown more than is here. One with two histories is closed for good anyway."""
    own = Log.objects.filter(is_own=True).exclude(frozen=histories.FORKED)
    return own.exclude(frozen="", folded=F("size"))


def _heard_elsewhere() -> set[str]:
    """The partners with whom another process of ours spoke so lately that it may still live."""
    now = time.monotonic()
    with _lock:
        return {agency for agency, until in _elsewhere.items() if until > now}


def _asked(agreement: str) -> list[str]:
    """The partners that may hold our log of this agreement."""
    parties = Agreement.objects.get(id=agreement).party_ids()
    return list(Peer.objects.filter(agency__in=parties).order_by("agency").values_list("agency", flat=True))


def _behind() -> bool:
    return Log.objects.filter(is_own=True, frozen=histories.RESTORED).exists()


def _person(username: str) -> User:
    person = User.objects.filter(username=username).first()
    if person is None or not person.duties_at():
        raise Refused(
            "Tidak ada pengguna aktif bernama %(username)s yang sedang bertugas.",
            code="S-135",
            words={"username": username},
        )
    return person
