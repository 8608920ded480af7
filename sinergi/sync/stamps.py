"""Asking time authorities (RFC 3161) for stamps, off every path that people wait on.

A quiet thread shows each authority the newest checkpoint of every log that grew, once an hour. An authority that is
away, slow or lying holds nothing up: the evidence stays at its lower grade, and people read why.
"""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial

import msgspec
from django.db import connection
from django.utils.translation import gettext_noop

from sinergi.kernel.errors import Broken, Refused
from sinergi.kernel.instants import now
from sinergi.ledger import stamp, stamping
from sinergi.ledger.models import TimeAuthority
from sinergi.ledger.writer import run
from sinergi.sync import addresses
from sinergi.sync.fetch import Line
from sinergi.sync.statement import sign_own

logger = logging.getLogger("sinergi.sync")

# Both may be paid for by the piece; what happens within an hour is stamped together.
EVERY = timedelta(hours=1)
AFTER_FAILURE = timedelta(minutes=5)
_LOOK_SECONDS = 20.0

_PARTS = re.compile(r"(https?://[^/]+)((?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*/?)")
_CLOCKS = gettext_noop("Jam kantor ini berbeda jauh dari jam otoritas waktu; periksa jam mesin ini.")


class Told(msgspec.Struct, kw_only=True):
    """What asking one authority brought: checkpoints stamped, and one sentence for people where something is wrong."""

    stamped: int = 0
    trouble: str = ""


def add(url: str, pem: bytes, name: str, at: datetime) -> TimeAuthority:
    """Trust and ask an authority from now on, once it has stamped a trial. Raises Refused where it cannot be."""
    _parts(url)
    try:
        fingerprint = stamp.fingerprint(pem)
        trial = f"sinergi {at.isoformat()}\n".encode()
        data, nonce = stamp.request(trial)
        stamp.check(next(_ask(url, [data])), trial, [pem], nonce)
    except stamp.BadStamp as error:
        raise Refused(
            "Otoritas waktu itu tidak dapat dipakai dengan sertifikat ini (%(why)s).",
            code="S-760",
            words={"why": str(error)},
        ) from error
    except Broken as error:
        raise Refused("Otoritas waktu itu tidak menjawab: %(why)s", code="S-761", words={"why": str(error)}) from error
    kept = {"url": url, "name": name, "certificates": pem, "removed_at": None, "error": ""}
    return run(
        lambda: TimeAuthority.objects.update_or_create(
            fingerprint=fingerprint, defaults=kept, create_defaults={**kept, "added_at": at}
        )[0]
    )


def remove(start: str, at: datetime) -> TimeAuthority:
    """Ask this authority no more; what it stamped stays proof. Raises Refused where there is not exactly one."""
    found = [one for one in stamping.asked() if one.fingerprint.startswith(start.lower()) and start]
    if len(found) != 1:
        raise Refused("Tidak ada tepat satu otoritas waktu dengan sidik jari itu.", code="S-762")
    run(lambda: TimeAuthority.objects.filter(pk=found[0].pk).update(removed_at=at))
    return found[0]


def collect(authority: TimeAuthority, at: datetime) -> Told:
    """Have every checkpoint that grew stamped by this authority, and note how it went. Never raises what it answers."""
    sign_own()
    told, waiting = Told(), stamping.wanted(authority)
    changed: dict[str, object] = {"last_try": at}
    if waiting:
        try:
            _collect(authority, waiting, told, at)
        except (Broken, Refused) as error:
            told.trouble = getattr(error, "sentence", "") or str(error)
        changed |= {"error": told.trouble[:300]} | ({"last_answer": at} if told.stamped else {})
    run(lambda: TimeAuthority.objects.filter(pk=authority.pk).update(**changed))
    return told


def is_due(authority: TimeAuthority, at: datetime) -> bool:
    """Whether it is time to ask this authority. A clock that was set back is no reason to wait.

    An authority that stamped and was only warned about (its clock, say) is asked by the hour like any other.
    """
    last = authority.last_try
    rest = AFTER_FAILURE if authority.error and authority.last_answer != last else EVERY
    return last is None or not timedelta(0) <= at - last < rest


def start() -> None:
    """Begin to ask, whenever an authority is named."""
    global _service
    if _service is None:
        _service = _Stamper()
        _service.start()


def stop() -> None:
    """Stop soon; what was not stamped is stamped after the next start."""
    global _service
    if _service is not None:
        stopping, _service = _service, None
        stopping.stopping.set()
        stopping.join(0.9)


class _Stamper(threading.Thread):
    def __init__(self) -> None:
        super().__init__(name="stamps", daemon=True)
        self.stopping = threading.Event()

    def run(self) -> None:
        try:
            while not self.stopping.wait(_LOOK_SECONDS):
                self._look()
        finally:
            connection.close()

    def _look(self) -> None:
        try:
            for authority in stamping.asked():
                if is_due(authority, now()) and not self.stopping.is_set():
                    told = collect(authority, now())
                    logger.info("time-stamps", extra={"event": "stamps.asked", "stamped": told.stamped})
        except Exception:
            # Whatever it was: nothing may depend on stamps, and the next try may find it gone.
            logger.exception("asking for time-stamps failed", extra={"event": "stamps.failed"})
            connection.close()


def _collect(authority: TimeAuthority, waiting: list[stamping.Wanted], told: Told, at: datetime) -> None:
    made = [stamp.request(one.text) for one in waiting]
    replies = _ask(authority.url, [data for data, _nonce in made])
    for one, (_data, nonce), reply in zip(waiting, made, replies, strict=True):
        try:
            seen = run(partial(stamping.keep, authority, one, reply, nonce))
        except stamp.BadStamp as error:
            told.trouble = f"Jawaban otoritas waktu tidak lolos pemeriksaan ({error})."
            continue
        told.stamped += 1
        if abs(seen - at) > stamping.CLOCKS_APART:
            told.trouble = told.trouble or _CLOCKS


def _ask(url: str, requests: Sequence[bytes]) -> Iterator[bytes]:
    """The answer to each request as it comes, over one line, so what came before a failure is kept.

    Raises Broken, for another status too.
    """
    base, target = _parts(url)
    # The operator wrote the address down, so one inside the network is meant. Answers carry their own signature.
    line = Line(base, inside=True, plain=True)
    headers = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
    try:
        for data in requests:
            answer = line.ask("POST", target, body=data, headers=headers, limit=stamp.LARGEST_REPLY)
            if answer.status != 200:
                raise Broken(f"Otoritas waktu menjawab {answer.status}.")
            yield answer.body
    finally:
        line.close()


def _parts(url: str) -> tuple[str, str]:
    found = _PARTS.fullmatch(url)
    if found is None or len(url) > 200:
        raise Refused("Alamat otoritas waktu harus berbentuk https://nama/jalan, tanpa tambahan apa pun.", code="S-763")
    addresses.check(addresses.read(found[1]), inside=True, plain=True)
    return found[1], found[2] or "/"


_service: _Stamper | None = None
