"""Carrying by hand: what the line would bring, as a file on a stick, and the receipt that comes back with it.

Export writes what a partner is not known to have; import is one round of `pull` with the file in the partner's place,
so a file can do nothing that a partner on the line could not. docs/protocol/carried.md is the normative page.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

import msgspec
from django.conf import settings

from sinergi.kernel import files
from sinergi.kernel.age import Lock, Unopened, close_into
from sinergi.kernel.errors import Broken, Refused
from sinergi.kernel.instants import to_text
from sinergi.ledger import bundle as bundles
from sinergi.ledger import histories, keys, store
from sinergi.ledger.models import Agency, Cosignature, Entry, Key, Log
from sinergi.ledger.writer import run
from sinergi.sync import messages, objects, parcel, statement
from sinergi.sync.models import Carried, Peer
from sinergi.sync.pull import Outcome, Round

# What must stay free on the node's disk while a file is taken in.
_ROOM = 64 * 1024 * 1024
_ID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_NOT_WHOLE = (
    "Berkas ini bukan berkas pertukaran Sinergi yang utuh: terpotong, berubah atau palsu. Tidak ada yang diambil."
)


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """A parcel that was written: how many entries and objects are in it."""

    id: str
    entries: int
    objects: int


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """A parcel that was taken in: whose it is, what it brought, how many logs in it are not for this office.

    `answers`: it was a receipt. `known`: it was taken in before.
    """

    id: str
    agency: str
    name: str
    answers: bool
    known: bool
    foreign: int
    outcome: Outcome


def partner_named(text: str) -> Agency:
    """The partner with this code, name or id. Raises Refused."""
    plain = " ".join(text.split()).casefold()
    for agency in Agency.objects.filter(id__in=Peer.objects.values("agency")).order_by("id"):
        if plain in (agency.code.casefold(), agency.name.casefold(), agency.id):
            return agency
    raise Refused(
        "Tidak ada mitra bernama %(name)s di simpul ini.", code="S-140", words={"name": " ".join(text.split())[:60]}
    )


def export(partner: Agency, target: Path, *, at: datetime, whole: bool = False, passphrase: str = "") -> Made:
    """Write what `partner` is not known to have (`whole`: everything it may read) to the new file `target`."""
    if target.exists():
        raise Refused("Berkas %(name)s sudah ada; pilih nama lain.", code="N-25", words={"name": target.name})
    if Peer.objects.filter(agency=partner.id, paused=True).exists():
        # Nor would the line answer it.
        raise Refused(
            "Pertukaran dengan %(name)s sedang dijeda oleh administrator. Tidak ada yang ditulis.",
            code="S-153",
            words={"name": partner.name},
        )
    return _write(partner, target, at=at, whole=whole, passphrase=passphrase)


def answer(taken: Taken, target: Path, *, at: datetime, passphrase: str = "") -> None:
    """Write the receipt for a parcel: our cosignatures under the partner's logs, nothing else.

    It takes the place of an older one, since it says all that one said.
    """
    partner = Agency.objects.get(id=taken.agency)
    _write(partner, target, at=at, answers=taken.id, passphrase=passphrase)


def take_in(file: Path, *, at: datetime, passphrase: str = "") -> Taken:
    """Take in a parcel. Raises Refused, having stored nothing, for what is not a whole parcel of a partner for us."""
    if not file.is_file():
        raise Refused("Berkas %(name)s tidak dapat dibaca.", code="S-120", words={"name": file.name})
    with _work() as work:
        if shutil.disk_usage(work).free < file.stat().st_size + _ROOM:
            raise Refused(
                "Ruang kosong di simpul ini kurang untuk %(name)s. Tidak ada yang diambil.",
                code="S-141",
                words={"name": file.name},
            )
        plain = work / "parcel"
        lock = Lock(passphrase=passphrase) if passphrase else Lock(own=keys.own().encryption)
        try:
            lock.open(file, plain)
            opened = parcel.Parcel(plain)
        except Unopened as error:
            raise Refused(
                "Berkas ini tidak terbuka: dibuat untuk kantor lain, terpotong, atau bukan berkas pertukaran. "
                "Tidak ada yang diambil.",
                code="S-142",
            ) from error
        except parcel.BadParcel as error:
            raise Refused(_NOT_WHOLE, code="S-143") from error
        try:
            return _take_in(opened, at)
        except (parcel.BadParcel, messages.BadMessage) as error:
            raise Refused(_NOT_WHOLE, code="S-143") from error
        finally:
            opened.close()


def _take_in(opened: parcel.Parcel, at: datetime) -> Taken:
    manifest = opened.manifest
    sender = Agency.objects.filter(id=manifest.agency, is_self=False).first()
    peer = Peer.objects.filter(agency=manifest.agency).first()
    # 1. It comes from a partner, is for us, and is not older than the formats we know.
    if sender is None or peer is None:
        raise Refused(
            "Berkas ini dari kantor yang belum dikenalkan kepada simpul ini; mulai dari undangan.", code="S-144"
        )
    if manifest.recipient != store.own_agency().id:
        raise Refused("Berkas ini dibuat untuk kantor lain. Tidak ada yang diambil.", code="S-145")
    if manifest.v != 1 or not _ID.fullmatch(manifest.id):
        raise Refused("Berkas ini dari versi Sinergi yang lebih baru; perbarui simpul ini dahulu.", code="S-146")
    if peer.paused:
        raise Refused(
            "Pertukaran dengan %(name)s sedang dijeda oleh administrator. Tidak ada yang diambil.",
            code="S-147",
            words={"name": sender.name},
        )
    # 2. Its signature holds and covers every byte.
    opened.index()
    key = _signer(opened, sender)
    opened.check_signature(bytes(key.public))
    state = opened.state()
    # 3. It begins no later than where this node stands: half a log cannot be proved.
    offered = [told for told in state.logs if Round.is_for_us(told)]
    for told in offered:
        held = Log.objects.filter(origin=told.log).first()
        size, first = (held.size, opened.begins(told.log)) if held else (0, opened.begins(told.log))
        if told.size > size and not (held and held.frozen == histories.FORKED) and (first is None or first > size):
            raise Refused(
                "Berkas ini melanjutkan catatan yang belum ada di simpul ini. Mintalah %(name)s membuat berkas "
                "lengkap (sinergi sync export --all). Tidak ada yang diambil.",
                code="S-148",
                words={"name": sender.name},
            )
    # 4. From here on it is a round like any other, step by step with the same proofs.
    outcome = Round(sender.id).go(opened, now_there=False)
    known = Carried.objects.filter(id=manifest.id).exists()
    run(lambda: _note_in(manifest, outcome, at))
    return Taken(
        id=manifest.id,
        agency=sender.id,
        name=sender.name,
        answers=bool(manifest.answers),
        known=known,
        foreign=len(state.logs) - len(offered),
        outcome=outcome,
    )


def _signer(opened: parcel.Parcel, sender: Agency) -> Key:
    """The sender's event key that signed. Its identity log in the file may name it first, and proves itself."""
    good = Key.objects.filter(agency=sender, use="event", kid=opened.keyid, last__isnull=True)
    log = Log.objects.filter(agency=sender.id, role="identity").first()
    if not good.exists() and log is not None and opened.begins(log.origin) is not None:
        with suppress(Broken):
            bundle = opened.entries(log.origin, log.size)
            run(lambda: store.admit_checked(bundle))
    key = good.first()
    if key is None:
        raise parcel.BadParcel("signed by a key that is none of the sender's")
    return key


def _note_in(manifest: parcel.Manifest, outcome: Outcome, at: datetime) -> None:
    if manifest.answers:
        ours = Carried.objects.filter(id=manifest.answers, agency=manifest.agency, outgoing=True)
        ours.filter(answered_at=None).update(answered_at=at)
    else:
        Carried.objects.get_or_create(
            id=manifest.id,
            defaults={"agency": manifest.agency, "outgoing": False, "at": at, "facts": outcome.entries},
        )


def _write(
    partner: Agency, target: Path, *, at: datetime, whole: bool = False, answers: str = "", passphrase: str = ""
) -> Made:
    key = Key.objects.filter(agency=partner, use="encryption", last__isnull=True).order_by("pk").last()
    if not passphrase and key is None:
        raise Refused(
            "%(name)s tidak memiliki kunci sandi; sebut kata sandi dengan --passphrase-file.",
            code="S-149",
            words={"name": partner.name},
        )
    lock = Lock(passphrase=passphrase) if key is None or passphrase else Lock(recipient=bytes(key.public))
    try:
        with _work() as work:
            parts = work / "parts"
            state = statement.state_for(partner.id)
            entries = carried = 0
            if answers:
                state = msgspec.structs.replace(state, logs=[])
            for told in state.logs:
                laid_entries = _lay_log(parts, partner.id, told, 0 if whole else _held_by(partner.id, told))
                # Keys travel with every file and are no news to people.
                entries += laid_entries if told.agreement else 0
            for digest in () if answers else sorted(objects.owed(partner.id)):
                carried += _lay_object(parts, digest)
            _lay(parts, "state", messages.encode(state))
            laid = {str(file.relative_to(parts)): file for file in parts.rglob("*") if file.is_file()}
            manifest = parcel.Manifest(
                v=1,
                id=str(uuid.uuid4()),
                agency=store.own_agency().id,
                recipient=partner.id,
                at=to_text(at),
                answers=answers,
                files={name: _digest(file) for name, file in laid.items()},
            )
            parcel.write(work / "parcel", manifest, keys.own()["event"], parts)
            close_into(work / "parcel", target, lock, instead=bool(answers))
    except OSError as error:
        raise Refused(
            "Disk simpul ini penuh atau rusak: %(why)s. Tidak ada yang ditulis.",
            code="S-150",
            words={"why": str(error.strerror)},
        ) from error
    if not answers:
        run(lambda: Carried.objects.create(id=manifest.id, agency=partner.id, outgoing=True, at=at, facts=entries))
    return Made(id=manifest.id, entries=entries, objects=carried)


def _held_by(partner: str, told: messages.LogLine) -> int:
    """How much of this log the partner has proved that it holds; all of its own."""
    if told.author == partner:
        return told.size
    marks = Cosignature.objects.filter(log__origin=told.log, agency=partner, use="mirror").order_by("-size")
    return marks.values_list("size", flat=True).first() or 0


def _lay_log(parts: Path, reader: str, told: messages.LogLine, start: int) -> int:
    """Lay the bundles and bodies of one log from `start` on; how many entries."""
    begun = start
    while start < told.size:
        data = statement.entries_for(reader, told.log, start)
        brought = len(bundles.decode(data).entries) if data else 0
        if data is None or not brought:
            break  # frozen or left a moment ago
        _lay(parts, f"entries/{told.log}-{start}", data)
        _lay_bodies(parts, reader, told.log, start, start + brought - 1)
        start += brought
    return start - begun


def _lay_bodies(parts: Path, reader: str, log: str, first: int, last: int) -> None:
    with_body = Entry.objects.filter(log__origin=log, has_body=True, seq__gte=first, seq__lte=last)
    wanted = list(with_body.order_by("seq").values_list("seq", flat=True))
    while wanted:
        given = statement.bodies_for(reader, log, wanted)
        if given is None:
            return
        # One answer holds as many as fit, so it ends before the first that is left over.
        answered = {*given.absent, *(body.seq for body in given.bodies)}
        left = [seq for seq in wanted if seq not in answered]
        _lay(parts, f"bodies/{log}-{wanted[0]}-{left[0] - 1 if left else last}", messages.encode(given))
        wanted = left


def _lay_object(parts: Path, digest: str) -> int:
    (parts / "objects").mkdir(parents=True, exist_ok=True)
    try:
        shutil.copyfile(objects.path_of(digest), parts / "objects" / digest)
    except FileNotFoundError:
        return 0  # destroyed a moment ago
    return 1


def _lay(parts: Path, name: str, data: bytes) -> None:
    (parts / name).parent.mkdir(parents=True, exist_ok=True)
    (parts / name).write_bytes(data)


def _digest(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


@contextmanager
def _work() -> Iterator[Path]:
    """A folder of the node's own for plain bytes; nothing of it stays."""
    data = Path(settings.DATA)
    files.make_folder(data)
    # One verb runs at a time: what lies here was left by a kill.
    for left in data.glob(".carry-*"):
        shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=".carry-", dir=data) as folder:
        yield Path(folder)
