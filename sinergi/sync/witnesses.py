"""Asking outside witnesses: they are shown origin, size and root of our agreements' logs, on a schedule, and cosign.

The client's half of C2SP tlog-witness (docs/protocol/witness.md). Our copies of partners' logs are shown too: where an
author showed the witness another tree than us, both come to light here.
"""

from __future__ import annotations

from contextlib import suppress
from functools import partial

import msgspec
from django.db.models import Max

from sinergi.kernel.errors import Broken
from sinergi.ledger import checkpoint as notes
from sinergi.ledger import cosigning, forks, histories, merkle, tree, witness
from sinergi.ledger.models import Agency, Agreement, Cosignature, Key, Log
from sinergi.ledger.writer import run
from sinergi.sync import messages
from sinergi.sync.fetch import Answer, Line
from sinergi.sync.models import Peer
from sinergi.sync.statement import sign_own

# A fixed schedule: the sizes a witness is shown say how much happened in so many seconds, and nothing finer.
EVERY_SECONDS = 300.0
# Another of our submissions may come in between; a witness that moves on for ever is asked at the next time.
_TRIES = 3
_LARGEST_ANSWER = 64 * 1024


class Told(msgspec.Struct, kw_only=True):
    """What one submission brought: logs newly cosigned, sentences for people."""

    cosigned: int = 0
    troubles: list[str] = []


def submit(peer: Peer, line: Line | None = None) -> Told:
    """Show this witness every log it has not cosigned as it stands. Raises what a broken line raises."""
    sign_own()
    told, waiting = Told(), shown_to(peer.agency)
    if not waiting:
        return told
    opened = line or Line(peer.url, inside=peer.inside)
    try:
        for log, size in waiting:
            try:
                _submit(opened, peer.agency, log, size, told)
            except notes.BadNote as error:
                told.troubles.append(f"Jawaban saksi tidak lolos pemeriksaan ({error}).")
    finally:
        if line is None:
            opened.close()
    return told


def shown_to(agency: str) -> list[tuple[Log, int]]:
    """The logs that this witness is shown and has not cosigned as they stand, each with the size it cosigned last.

    Those of agreements it is no party to, as whole as their newest checkpoint; a log with two histories to nobody.
    """
    outside = Agreement.objects.exclude(parties__agency=agency).values("id")
    logs = Log.objects.filter(agreement__in=outside, frozen="", checkpoint_size__gt=0).order_by("origin")
    marks = Cosignature.objects.filter(agency=agency, use="witness", log__in=logs).order_by().values_list("log_id")
    signed = dict(marks.annotate(Max("size")))
    whole = [log for log in logs if log.is_own or log.size == log.checkpoint_size]
    return [(log, signed.get(log.pk, 0)) for log in whole if signed.get(log.pk, 0) < log.checkpoint_size]


def _submit(line: Line, agency: str, log: Log, old: int, told: Told) -> None:
    note = bytes(log.checkpoint_note)
    for _try in range(_TRIES):
        proof = tree.prove(log, partial(merkle.consistency_proof, old, log.checkpoint_size))
        answer = _ask(line, "POST", "/witness/v1/add-checkpoint", witness.encode(old, proof, note))
        if answer.status == 200:
            lines = _by(agency, answer.body)
            told.cosigned += run(partial(cosigning.admit, agency, note, lines))
            return
        if answer.status == 403 and _accused(line, log):
            return
        if answer.status in (403, 404):
            # Shown again at the next time.
            told.troubles.append(_refused(line, log, answer.status))
            return
        size = _size(answer) if answer.status == 409 else None
        if size is None or size > log.checkpoint_size or size == old:
            if answer.status == 422 and old & (old - 1) == 0 < old:
                # Proofs from a power of two do not hold the root there: with ours before it the witness has proof too.
                shown = [tree.root_at(log, old), *proof]
                _ask(line, "POST", "/witness/v1/add-checkpoint", witness.encode(old, shown, note))
            if answer.status in (409, 422):
                _look(line, log)
                return
            raise Broken(f"Saksi menjawab {answer.status}.")
        old = size


def _accused(line: Line, log: Log) -> bool:
    """Whether the witness holds a proof of two histories of this log; it freezes the log here too."""
    answer = _ask(line, "GET", f"/witness/v1/checkpoint/{log.origin}?histories=2", b"")
    if answer.status != 200:
        return False
    try:
        told = messages.decode(answer.body, messages.ForkLine, _LARGEST_ANSWER)
        fork = forks.Fork(told.first.encode(), told.second.encode(), told.proof.encode())
        run(lambda: histories.accuse(Log.objects.get(pk=log.pk), fork))
    except (messages.BadMessage, forks.NoFork, UnicodeError) as error:
        raise notes.BadNote("a proof that proves nothing") from error
    return True


def _refused(line: Line, log: Log, status: int) -> str:
    """Why this witness signs nothing of this log, for people. Whoever took its origin is named by its own signature."""
    author = _name(log.agency)
    if status == 404:
        return f"Saksi belum mengenal {author}; kantor itu perlu dikenalkan kepadanya."
    answer = _ask(line, "GET", f"/witness/v1/checkpoint/{log.origin}", b"")
    others = Key.objects.filter(use="checkpoint").exclude(agency_id=log.agency).order_by("pk")
    for key in others if answer.status == 200 else []:
        note = notes.parse(answer.body)
        with suppress(notes.BadNote):
            notes.check_own_signature(note, bytes(key.public))
            if note.checkpoint.log == log.origin:
                taker = _name(key.agency_id)
                return f"{taker} menandatangani lebih dahulu atas nama buku {author}, jadi saksi menolak penulisnya."
    return f"Saksi menolak buku {author}; tanyakan sebabnya kepadanya."


def _name(agency: str) -> str:
    return Agency.objects.get(id=agency).name


def _look(line: Line, log: Log) -> None:
    """The witness has seen something else: hold that against our own. What contradicts is proof and freezes the log;
    what is merely larger is remembered, as from a partner."""
    answer = _ask(line, "GET", f"/witness/v1/checkpoint/{log.origin}", b"")
    if answer.status != 200:
        raise notes.BadNote("a witness that does not show what it has seen")
    if not histories.agrees(log, answer.body):
        run(lambda: histories.compare(Log.objects.get(pk=log.pk), answer.body))


def _by(agency: str, data: bytes) -> bytes:
    """Of the signature lines in an answer those by this witness's own key; C2SP: others are ignored. Raises BadNote."""
    name = notes.key_name(agency, "witness")
    own = [line for line in notes.parse_lines(data) if line.name == name]
    if not own:
        raise notes.BadNote("no cosignature by this witness")
    return notes.line_bytes(own[0])


def _size(answer: Answer) -> int | None:
    text = answer.body.removesuffix(b"\n")
    return int(text) if text.isdigit() and len(text) <= 16 else None


def _ask(line: Line, method: str, target: str, body: bytes) -> Answer:
    return line.ask(method, target, body=body, headers={"Content-Type": "text/plain"}, limit=_LARGEST_ANSWER)
