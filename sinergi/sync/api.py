"""The addresses that partners' nodes ask. docs/protocol/sync.md, sections 2 to 6, is the normative page."""

from __future__ import annotations

import gzip
import logging
import time
from collections.abc import Callable
from functools import wraps
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from sinergi.access.doors import public
from sinergi.kernel.errors import Refused
from sinergi.kernel.instants import now
from sinergi.ledger import bundle as bundles
from sinergi.ledger import store, witness, witnessing
from sinergi.ledger.models import Key, Log
from sinergi.sync import clocks, invitations, messages, objects, processes, service, signing, statement
from sinergi.sync.challenges import Challenges
from sinergi.sync.models import Peer
from sinergi.sync.quota import Bucket

logger = logging.getLogger("sinergi.sync")

REQUESTS_PER_MINUTE = 1_200
BYTES_PER_MINUTE = 256 * 1024 * 1024
_GZIP_FROM = 1024

challenges = Challenges()
_quotas: dict[str, tuple[Bucket, Bucket]] = {}
_strangers = Bucket(REQUESTS_PER_MINUTE)
_submitters: dict[str, Bucket] = {}


class Declined(Exception):
    """The request is not answered; `status` and one sentence go back."""

    def __init__(self, status: int, sentence: str, wait: float = 0.0) -> None:
        super().__init__(sentence)
        self.status, self.sentence, self.wait = status, sentence, wait


Answering = Callable[..., HttpResponse]


def from_partner(method: str) -> Callable[[Answering], Answering]:
    """A view that only introduced partners reach, with a signed request; it gets the partner's agency id."""

    def decorate(view: Answering) -> Answering:
        # Open to the network: the signature checked here is the door, people have no business behind it.
        @csrf_exempt
        @public
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            try:
                if request.method != method:
                    raise Declined(405, f"Alamat ini hanya menjawab {method}.")
                agency = _authenticate(request)
                processes.heard(agency, request.headers.get(processes.HEADER, ""))
                answer = view(request, agency, *args, **kwargs)
                _charge(agency, len(answer.content))
            except Declined as declined:
                answer = _declined(declined)
            return _with_challenge(answer)

        return guarded

    return decorate


@from_partner("GET")
def state(request: HttpRequest, agency: str) -> HttpResponse:
    """All that is new, in one answer."""
    process = request.headers.get(processes.HEADER, "")
    return _json(request, messages.encode(statement.state_for(agency, process)))


@from_partner("GET")
def entries(request: HttpRequest, agency: str, origin: str) -> HttpResponse:
    """One bundle of a log from place `from`."""
    data = statement.entries_for(agency, origin, _place(request))
    if data is None:
        raise Declined(404, "Buku catatan itu tidak ada untuk Anda di sini.")
    return _json(request, data)


@from_partner("POST")
def bodies(request: HttpRequest, agency: str, origin: str) -> HttpResponse:
    """Erasable bodies of a log, at the places asked for."""
    try:
        asked = messages.decode(request.body, messages.BodiesAsked, messages.LARGEST_REQUEST)
    except messages.BadMessage as error:
        raise Declined(400, "Permintaan isi tidak terbaca.") from error
    found = statement.bodies_for(agency, origin, asked.seqs)
    if found is None:
        raise Declined(404, "Buku catatan itu tidak ada untuk Anda di sini.")
    return _json(request, messages.encode(found))


@from_partner("GET")
def sealed_object(request: HttpRequest, agency: str, digest: str) -> HttpResponse:
    """The bytes of an object sealed for the partner, from place `from`."""
    data = objects.piece(agency, digest, _place(request))
    if data is None:
        raise Declined(404, "Objek itu tidak ada untuk Anda di sini.")
    return HttpResponse(data, content_type="application/octet-stream")


@from_partner("POST")
def hint(request: HttpRequest, agency: str) -> HttpResponse:
    """The partner has news: ask it soon. Says nothing about what, so it can lie about nothing."""
    service.wake(agency)
    return HttpResponse(status=204)


# Open to the network: C2SP asks for no other proof than the signature on the checkpoint (docs/protocol/witness.md).
@csrf_exempt
@public
def add_checkpoint(request: HttpRequest) -> HttpResponse:
    """An outside witness is asked: our cosignature under the checkpoint, or the status that C2SP tlog-witness names."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if request.method != "POST":
        return _declined(Declined(405, "Alamat ini hanya menjawab POST."))
    if not length.isdecimal() or int(length) > witness.LARGEST_REQUEST:
        return _declined(Declined(413, "Permintaan terlalu besar."))
    try:
        # To each author its share: neither strangers, whose noise never reaches the one writer, nor another author may
        # use up what an honest one needs.
        share = _submitters.setdefault(witnessing.author(request.body), Bucket(REQUESTS_PER_MINUTE))
        if wait := share.take(1, time.monotonic()):
            return _declined(Declined(429, "Terlalu banyak permintaan. Coba lagi sebentar.", wait))
        line = witnessing.add_checkpoint(request.body, now())
    except witnessing.Declined as declined:
        if declined.status == 409:
            return HttpResponse(f"{declined.size}\n", status=409, content_type="text/x.tlog.size")
        return _declined(Declined(declined.status, "Titik periksa ini tidak disaksikan."))
    return HttpResponse(line, content_type="text/plain; charset=utf-8")


# Open to the network: whoever knows an origin, which says nothing by itself, may compare what was shown here.
@csrf_exempt
@public
def witnessed(request: HttpRequest, origin: str) -> HttpResponse:
    """The newest checkpoint of that log which this node cosigned as an outside witness; with `histories=2` the proof
    that its author signed two histories."""
    if request.method != "GET":
        return _declined(Declined(405, "Alamat ini hanya menjawab GET."))
    if request.GET.get("histories") == "2":
        fork = witnessing.fork(origin)
        if fork is None:
            return _declined(Declined(404, "Buku catatan itu punya satu riwayat di sini."))
        return _json(request, messages.encode(statement.fork_line(origin, fork)))
    note = witnessing.newest(origin)
    if note is None:
        return _declined(Declined(404, "Buku catatan itu tidak disaksikan di sini."))
    return HttpResponse(note, content_type="text/plain; charset=utf-8")


# Open to the network: whoever was handed an invitation on paper must be able to compare our fingerprint first.
@csrf_exempt
@public
def identity(request: HttpRequest) -> HttpResponse:
    """The beginning of our identity log: names and public keys of this agency, nothing else."""
    if request.method != "GET":
        return _declined(Declined(405, "Alamat ini hanya menjawab GET."))
    if _strangers.take(1, time.monotonic()):
        return _declined(Declined(429, "Terlalu banyak permintaan. Coba lagi sebentar.", 5))
    statement.sign_own()
    log = Log.objects.filter(is_own=True, role="identity").first()
    if log is None:
        return _declined(Declined(404, "Simpul ini belum memiliki instansi."))
    return _json(request, bundles.encode(store.bundle(log.origin, 0)))


# Open to the network: the caller is not known yet; the secret of its invitation and its own signature are the door.
@csrf_exempt
@public
def introduction(request: HttpRequest) -> HttpResponse:
    """An invited agency introduces itself: keeps it as a partner and answers with our identity log."""
    try:
        if request.method != "POST":
            raise Declined(405, "Alamat ini hanya menjawab POST.")
        if wait := _strangers.take(10, time.monotonic()):
            raise Declined(429, "Terlalu banyak permintaan. Coba lagi sebentar.", wait)
        claim = _claim(request)
        presented = messages.decode(request.body, invitations.Introduction, invitations.LARGEST_INTRODUCTION)
        public_key = invitations.transport_key_of(presented)
        if not signing.holds(claim, public_key):
            raise Declined(403, "Tanda tangan perkenalan tidak cocok dengan kunci instansi itu.")
        if not challenges.take(claim.nonce):
            raise Declined(401, "Tantangan sudah dipakai atau kedaluwarsa; jawab yang baru.")
        answer = _json(request, invitations.honour(presented))
    except Declined as declined:
        answer = _declined(declined)
    except messages.BadMessage:
        answer = _declined(Declined(400, "Perkenalan tidak terbaca."))
    except Refused as refused:
        answer = _declined(Declined(403, refused.sentence))
    return _with_challenge(answer)


def _place(request: HttpRequest) -> int:
    start = request.GET.get("from", "")
    if not start.isdecimal() or not start.isascii() or len(start) > 15:
        raise Declined(400, "Tempat mulai tidak sah.")
    return int(start)


def _claim(request: HttpRequest) -> signing.Claim:
    """Steps 1 to 4 of a signed request."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdecimal() or int(length) > invitations.LARGEST_INTRODUCTION:
        raise Declined(413, "Permintaan terlalu besar.")
    wire = signing.Wire(
        method=str(request.method),
        path=request.path,
        query=request.META.get("QUERY_STRING", ""),
        body=request.body,
        audience=request.headers.get("Sinergi-Audience", ""),
    )
    if not request.headers.get("Signature"):
        raise Declined(401, "Permintaan ini harus bertanda tangan; jawab tantangan pada kepala jawaban.")
    try:
        claim = signing.read(
            wire,
            content_digest=request.headers.get("Content-Digest", ""),
            signature_input=request.headers.get("Signature-Input", ""),
            signature=request.headers.get("Signature", ""),
        )
    except signing.BadSignature as error:
        raise Declined(400, str(error)) from error
    # 4. It is meant for this node: a dishonest partner cannot pass on what another signed for it.
    if wire.audience != store.own_agency().id:
        raise Declined(403, "Permintaan ini ditujukan kepada instansi lain.")
    return claim


def _authenticate(request: HttpRequest) -> str:
    """The agency whose transport key signed this request, just now. Raises Declined."""
    claim = _claim(request)
    found = list(Key.objects.filter(kid=claim.keyid, use="transport", last__isnull=True))
    if len(found) > 1:
        # A founding entry is not signed by the transport key that it names, so it may name somebody else's; an added
        # key signed for itself.
        found = [key for key in found if key.seq]
        if len(found) != 1:
            raise Declined(
                403,
                "Kunci kantor ini dinyatakan juga oleh kantor lain. Ganti kuncinya: sinergi keys rotate transport.",
            )
    key = found[0] if found else None
    peer = Peer.objects.filter(agency=key.agency_id).first() if key else None
    if key is None or peer is None:
        raise Declined(403, "Instansi ini belum dikenalkan kepada simpul ini; mulai dari undangan.")
    # 5. The signature holds.
    if not signing.holds(claim, bytes(key.public)):
        raise Declined(403, "Tanda tangan permintaan tidak cocok.")
    # 6. It answers a challenge of ours that nobody answered before. Only now, so that strangers cannot use them up.
    if not challenges.take(claim.nonce):
        raise Declined(401, "Tantangan sudah dipakai atau kedaluwarsa; jawab yang baru.")
    clocks.note(peer.agency, claim.created, int(time.time()))
    if peer.paused:
        raise Declined(403, "Pertukaran dengan instansi ini sedang dijeda oleh administratornya.")
    # 7. Within its share.
    requests, _ = _quota(peer.agency)
    if wait := requests.take(1, time.monotonic()):
        raise Declined(429, "Terlalu banyak permintaan. Coba lagi sebentar.", wait)
    return peer.agency


def _charge(agency: str, size: int) -> None:
    if wait := _quota(agency)[1].take(size, time.monotonic()):
        raise Declined(429, "Jatah data menit ini habis. Coba lagi sebentar.", wait)


def _quota(agency: str) -> tuple[Bucket, Bucket]:
    return _quotas.setdefault(agency, (Bucket(REQUESTS_PER_MINUTE), Bucket(BYTES_PER_MINUTE)))


def _json(request: HttpRequest, data: bytes) -> HttpResponse:
    answer = HttpResponse(data, content_type="application/json")
    if len(data) >= _GZIP_FROM and "gzip" in request.headers.get("Accept-Encoding", ""):
        # mtime 0: the same answer has the same bytes.
        answer.content = gzip.compress(data, compresslevel=5, mtime=0)
        answer["Content-Encoding"] = "gzip"
    return answer


def _declined(declined: Declined) -> HttpResponse:
    problem = {
        "type": "about:blank",
        "title": "Permintaan tidak dijawab",
        "status": declined.status,
        "detail": declined.sentence,
    }
    answer = HttpResponse(msgspec.json.encode(problem), status=declined.status, content_type="application/problem+json")
    if declined.wait:
        answer["Retry-After"] = str(int(declined.wait) + 1)
    return answer


def _with_challenge(answer: HttpResponse) -> HttpResponse:
    answer["Sinergi-Challenge"] = challenges.issue()
    answer["Cache-Control"] = "no-store"
    return answer
