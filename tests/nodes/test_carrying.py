"""A file carried by hand brings what the line would, with the same proofs and nothing else; a receipt goes back."""

from __future__ import annotations

import base64
import errno
import hashlib
import json
import shutil
import tarfile
import uuid
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from sinergi.features.agreement.events import AgreementLeft
from sinergi.kernel import age
from sinergi.kernel.age import Lock
from sinergi.kernel.errors import Refused
from sinergi.kernel.instants import to_text
from sinergi.ledger import bundle as bundles
from sinergi.ledger import checkpoint as notes
from sinergi.ledger import envelope, guard, store
from sinergi.ledger.models import Agency, Body, Cosignature, Entry, Log
from sinergi.sync import carrying, messages, parcel, waking
from sinergi.sync.models import Carried
from sinergi.sync.models import Peer as Line
from tests.nodes.fixtures import KPU_PALUTA
from tests.nodes.simulator import NOON, Peer, PeerLog
from tests.nodes.test_waking import ask_for


@pytest.fixture(autouse=True)
def folder(tmp_path, settings) -> Path:
    settings.DATA = tmp_path / "node"
    return tmp_path


@pytest.fixture
def met(agreement, police) -> Line:
    return Line.objects.create(agency=police.id, url="http://127.0.0.1:9", inside=True, introduced_at=NOON)


class Stick:
    """The partner's side: it makes parcels, honest or not, and opens ours."""

    def __init__(self, police: Peer, folder: Path) -> None:
        self.police, self.folder = police, folder
        self.made = 0

    def lay(self, parts: Path, log: PeerLog, start: int = 0) -> messages.LogLine:
        """Bundle and bodies of one log."""
        (parts / "entries").mkdir(parents=True, exist_ok=True)
        (parts / "bodies").mkdir(exist_ok=True)
        bundle = self.police.bundle(log, start)
        (parts / f"entries/{log.origin}-{start}").write_bytes(bundles.encode(bundle))
        lines = [messages.BodyLine(seq=seq, salt=salt, data=data) for seq, (salt, data) in log.bodies.items()]
        (parts / f"bodies/{log.origin}-{start}-{len(log.entries)}").write_bytes(
            messages.encode(messages.Bodies(bodies=lines, absent=[]))
        )
        return messages.LogLine(
            log=log.origin,
            agreement=log.agreement,
            role=log.role,
            author=log.agency,
            size=len(log.entries),
            checkpoint=bundle.checkpoint,
        )

    def write(
        self,
        *logs: PeerLog,
        start: int = 0,
        recipient: str = "",
        cosigned: list[messages.Cosigned] | None = None,
        spoil: Callable[[Path], None] = lambda parts: None,
        change: Callable[[Path], None] = lambda plain: None,
        **said: Any,
    ) -> Path:
        """A parcel of these logs. `spoil` comes before signing, `change` after; `said` goes into the manifest."""
        self.made += 1
        parts, plain = self.folder / f"parts-{self.made}", self.folder / f"plain-{self.made}"
        parts.mkdir()
        lines = [self.lay(parts, log, start) for log in logs]
        state = messages.State(agency=self.police.id, logs=lines, cosigned=cosigned or [])
        (parts / "state").write_bytes(messages.encode(state))
        spoil(parts)
        named = {str(file.relative_to(parts)): file for file in parts.rglob("*") if file.is_file()}
        own = Agency.objects.get(is_self=True).id
        manifest = {
            "v": 1,
            "id": str(uuid.uuid4()),
            "agency": self.police.id,
            "recipient": recipient or own,
            "at": to_text(NOON),
            "answers": "",
            "files": {name: carrying._digest(file) for name, file in named.items()},
        } | said
        signer = self.police.ring[said.pop("signer", "event")] if "signer" in said else self.police.ring["event"]
        manifest.pop("signer", None)
        parcel.write(plain, parcel.Manifest(**manifest), signer, parts)
        change(plain)
        target = self.folder / f"stick-{self.made}.age"
        Lock(recipient=encryption_key(own)).close(plain, target)
        return target


def encryption_key(agency: str) -> bytes:
    return bytes(Agency.objects.get(id=agency).keys.get(use="encryption").public)


def everything() -> list[Any]:
    return [list(table.objects.order_by("pk").values()) for table in (Log, Entry, Body, Cosignature, Carried)]


@pytest.fixture
def stick(met, police, folder) -> Stick:
    return Stick(police, folder)


def opened(file: Path, key: Any, folder: Path) -> dict[str, bytes]:
    plain = folder / f"opened-{uuid.uuid4()}"
    Lock(own=[key]).open(file, plain)
    with tarfile.open(plain) as tar:
        return {item.name: tar.extractfile(item).read() for item in tar}  # type: ignore[union-attr]


def test_an_export_holds_what_the_partner_lacks_and_only_it_can_open_it(met, agreement, police, folder):
    ask_for(agreement, 1)
    ask_for(agreement, 2)
    target = folder / "out.age"
    made = carrying.export(Agency.objects.get(id=police.id), target, at=NOON)
    held = opened(target, police.ring["encryption"], folder)
    own = Log.objects.get(agreement=agreement, is_own=True)
    bundle = bundles.decode(held[f"entries/{own.origin}-0"])
    assert [envelope.parse(text.encode()).header.seq for text in bundle.entries] == [0, 1, 2]
    bodies = messages.decode(held[f"bodies/{own.origin}-0-2"], messages.Bodies, messages.LARGEST_BODIES)
    assert {body.seq for body in bodies.bodies} >= {1, 2}
    assert made.entries == 3 and Carried.objects.get(id=made.id).facts == made.entries
    assert not any(str(police.id) in name for name in held), "a partner's own log is not carried to it"
    with pytest.raises(age.Unopened):
        Lock(own=[police.ring["transport"]]).open(target, folder / "no")
    assert b"Kawal logistik" not in target.read_bytes()


def test_what_is_already_proved_there_is_not_carried_again(met, agreement, police, folder):
    from tests.evidence.conftest import cosign_ours

    ask_for(agreement, 1)
    cosign_ours(police, agreement)
    ask_for(agreement, 2)
    partner, own = Agency.objects.get(id=police.id), Log.objects.get(agreement=agreement, is_own=True)
    carrying.export(partner, folder / "new.age", at=NOON)
    carrying.export(partner, folder / "all.age", at=NOON, whole=True)
    assert f"entries/{own.origin}-2" in opened(folder / "new.age", police.ring["encryption"], folder)
    assert f"entries/{own.origin}-0" in opened(folder / "all.age", police.ring["encryption"], folder)


def test_an_import_is_a_round_and_its_receipt_proves_it(stick, agreement, police, folder):
    police.state(agreement, AgreementLeft(reason="term_over"), deliver=False)
    log = police.log(agreement)
    file = stick.write(log)
    taken = carrying.take_in(file, at=NOON)
    assert (taken.outcome.entries, taken.outcome.troubles, taken.foreign) == (1, [], 0)
    assert Entry.objects.filter(log__origin=log.origin, state="folded").count() == len(log.entries)
    assert Carried.objects.get(outgoing=False).facts == 1
    back = folder / "back.age"
    carrying.answer(taken, back, at=NOON)
    held = opened(back, police.ring["encryption"], folder)
    state = messages.read_state(held["state"], Agency.objects.get(is_self=True).id)
    assert state.logs == [] and not any(name.startswith("entries") for name in held)
    told = next(line for line in state.cosigned if line.log == log.origin)
    assert notes.parse(told.note.encode()).checkpoint.size == len(log.entries)
    with closing(parcel.Parcel(_plain(back, police, folder))) as receipt:
        assert receipt.manifest.answers == taken.id


def _plain(file: Path, police: Peer, folder: Path) -> Path:
    plain = folder / f"plain-{uuid.uuid4()}"
    Lock(own=[police.ring["encryption"]]).open(file, plain)
    return plain


def test_a_receipt_marks_what_arrived(stick, agreement, police, folder):
    ask_for(agreement, 1)
    made = carrying.export(Agency.objects.get(id=police.id), folder / "out.age", at=NOON)
    own = Log.objects.get(agreement=agreement, is_own=True)
    note = notes.parse(bytes(own.checkpoint_note))
    lines = b"".join(
        notes.cosign(note.checkpoint, police.id, use, police.ring[use], int(NOON.timestamp()))
        for use in ("witness", "mirror")
    )
    cosigned = [messages.Cosigned(log=own.origin, note=note.data.decode(), lines=lines.decode())]
    taken = carrying.take_in(stick.write(cosigned=cosigned, answers=made.id), at=NOON)
    assert taken.answers and taken.outcome.cosignatures == 2
    assert Cosignature.objects.filter(log=own, agency=police.id, use="mirror", size=own.size).exists()
    assert Carried.objects.get(id=made.id).answered_at == NOON


def test_the_same_file_again_and_an_older_one_change_nothing(stick, agreement, police):
    older = stick.write(police.log(agreement))
    police.state(agreement, AgreementLeft(reason="term_over"), deliver=False)
    newer = stick.write(police.log(agreement))
    carrying.take_in(newer, at=NOON)
    before = everything()
    again = carrying.take_in(newer, at=NOON)
    assert again.known and again.outcome.entries == 0 and again.outcome.troubles == []
    assert everything() == before
    assert carrying.take_in(older, at=NOON).outcome.entries == 0
    assert everything()[:4] == before[:4]


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: -file.stat().st_size // 3])


def changed(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)


SPOILED = {
    "cut": cut,
    "changed": changed,
    "empty": lambda file: file.write_bytes(b""),
    "no age file": lambda file: file.write_bytes(b"x" * 5000),
    "words": lambda file: file.write_text("Selamat pagi"),
}


@pytest.mark.parametrize("spoil", SPOILED.values(), ids=SPOILED)
def test_a_spoiled_file_is_refused_whole(stick, agreement, police, spoil, folder):
    police.state(agreement, AgreementLeft(reason="term_over"), deliver=False)
    file, before = stick.write(police.log(agreement)), everything()
    spoil(file)
    with pytest.raises(Refused, match="Tidak ada yang diambil"):
        carrying.take_in(file, at=NOON)
    assert everything() == before
    assert not list((folder / "node").iterdir()), "no plain byte is left behind"


def swap_hash(parts: Path) -> None:
    (parts / "objects").mkdir()
    (parts / "objects" / ("ab" * 32)).write_bytes(b"x")


def edit(plain: Path) -> None:
    """Whoever can open the file changes a byte of an entry and closes it again."""
    data = plain.read_bytes()
    at = data.index(b"term_over")
    plain.write_bytes(data[:at] + b"void_lawx"[:9] + data[at + 9 :])


def resign(plain: Path) -> None:
    """Another signature under the name of the right key."""
    data = bytearray(plain.read_bytes())
    at = data.index(b'"sig":"') + len(b'"sig":"')
    data[at] = ord("A") if data[at] != ord("A") else ord("B")
    plain.write_bytes(data)


def add_name(name: str) -> Callable[[Path], None]:
    def spoil(parts: Path) -> None:
        (parts / name).parent.mkdir(parents=True, exist_ok=True)
        (parts / name).write_bytes(b"x")

    return spoil


FORGED = {
    "an edited entry": {"change": edit},
    "signed by another key": {"signer": "transport"},
    "another signature under the right key's name": {"change": resign},
    "another name": {"spoil": add_name("etc/passwd")},
    "a place with a leading zero": {"spoil": add_name("entries/" + "0" * 64 + "-01")},
    "no state": {"spoil": lambda parts: (parts / "state").unlink()},
    "a state of another agency": {
        "spoil": lambda parts: (parts / "state").write_bytes(
            messages.encode(messages.State(agency="0" * 64, logs=[], cosigned=[]))
        )
    },
    "a state that is none": {"spoil": lambda parts: (parts / "state").write_bytes(b"[" * 50_000)},
    "cut before it was closed": {"change": cut},
    "not a tar": {"change": lambda plain: plain.write_bytes(b"x" * 20_000)},
    "an id that is none": {"id": "x" * 300},
    "a link": {"change": lambda plain: relabel(plain, tarfile.SYMTYPE)},
    "a file with holes": {"change": lambda plain: relabel(plain, tarfile.GNUTYPE_SPARSE)},
    "a header that claims more": {"change": lambda plain: relabel(plain, tarfile.XHDTYPE)},
}


def relabel(plain: Path, kind: bytes) -> None:
    """Give the last file of the tar another type, with a right checksum."""
    data = bytearray(plain.read_bytes())
    with tarfile.open(plain) as tar:
        last = tar.getmembers()[-1]
    last.type = kind
    data[last.offset : last.offset + 512] = last.tobuf(tarfile.USTAR_FORMAT)[-512:]
    plain.write_bytes(data)


@pytest.mark.parametrize("how", FORGED.values(), ids=FORGED)
def test_a_forged_file_is_refused_whole(stick, agreement, police, how):
    police.state(agreement, AgreementLeft(reason="term_over"), deliver=False)
    file, before = stick.write(police.log(agreement), **how), everything()
    with pytest.raises(Refused, match=r"utuh|versi Sinergi"):
        carrying.take_in(file, at=NOON)
    assert everything() == before


def test_entries_that_do_not_prove_themselves_are_not_stored_though_the_sender_signed_the_file(
    stick, agreement, police
):
    police.state(agreement, AgreementLeft(reason="term_over"), deliver=False)
    log = police.log(agreement)
    log.entries[-1] = log.entries[-1].replace(b"term_over", b"void_law_")
    size = Log.objects.get(origin=log.origin).size
    taken = carrying.take_in(stick.write(log), at=NOON)
    assert taken.outcome.entries == 0 and taken.outcome.troubles
    assert Log.objects.get(origin=log.origin).size == size


def test_two_histories_on_a_stick_freeze_the_log_as_over_the_line(stick, agreement, police):
    police.state(agreement, AgreementLeft(reason="term_over"))
    log = police.log(agreement)
    log.entries.pop()
    police.state(agreement, AgreementLeft(reason="void_law"), deliver=False)
    carrying.take_in(stick.write(log), at=NOON)
    assert Log.objects.get(origin=log.origin).frozen


def test_a_file_of_strangers_for_others_or_of_a_paused_partner_is_refused(stick, agreement, police, met):
    with pytest.raises(Refused, match="dibuat untuk kantor lain"):
        carrying.take_in(stick.write(police.log(agreement), recipient=police.id), at=NOON)
    Line.objects.update(paused=True)
    with pytest.raises(Refused, match="dijeda"):
        carrying.take_in(stick.write(police.log(agreement)), at=NOON)
    with pytest.raises(Refused, match="dijeda"):
        carrying.export(Agency.objects.get(id=police.id), stick.folder / "out.age", at=NOON)
    assert not (stick.folder / "out.age").exists()
    Line.objects.all().delete()
    with pytest.raises(Refused, match="belum dikenalkan"):
        carrying.take_in(stick.write(police.log(agreement)), at=NOON)


def test_a_log_of_an_agreement_that_is_not_ours_is_left_out_and_said(stick, agreement, police):
    from sinergi.features.agreement.events import AgreementEntered
    from sinergi.ledger.events import founding_id
    from tests.nodes.fixtures import terms

    other = Peer(**KPU_PALUTA)
    event = AgreementEntered(parties=[police.id, other.id], nonce="1" * 32, **terms())
    elsewhere = founding_id(event)
    police.state(elsewhere, event, deliver=False)
    before = everything()[:4]
    taken = carrying.take_in(stick.write(police.log(elsewhere)), at=NOON)
    assert taken.outcome.entries == 0 and (taken.foreign or taken.outcome.troubles)
    assert everything()[:4] == before


def test_a_file_that_begins_too_late_says_what_to_ask_for(stick, agreement, police):
    for reason in ("term_over", "void_law"):
        police.state(agreement, AgreementLeft(reason=reason), deliver=False)
    file, before = stick.write(police.log(agreement), start=2), everything()
    with pytest.raises(Refused, match="--all"):
        carrying.take_in(file, at=NOON)
    assert everything() == before


def test_a_file_is_no_answer_to_a_node_that_asks_before_it_signs(stick, agreement, police, folder):
    guard.hold()
    try:
        waking.begin(folder / "node")
        carrying.take_in(stick.write(police.log(agreement)), at=NOON)
        assert guard.is_held(agreement)
    finally:
        guard._held = False


def test_a_full_stick_keeps_nothing_and_says_so(met, agreement, police, folder, monkeypatch):
    def full(source: Any, into: Any, keys: Any) -> None:
        into.write(b"some")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(age.pyrage, "encrypt_io", full)
    with pytest.raises(Refused, match="tidak dapat ditulis"):
        carrying.export(Agency.objects.get(id=police.id), folder / "out.age", at=NOON)
    assert sorted(item.name for item in folder.iterdir() if "age" in item.name) == []
    assert Carried.objects.count() == 0


def test_a_file_larger_than_the_disk_is_refused_before_it_is_opened(stick, agreement, police, monkeypatch):
    file = stick.write(police.log(agreement))
    monkeypatch.setattr(shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(1, 1, 1000))  # type: ignore[attr-defined]
    with pytest.raises(Refused, match="Ruang kosong"):
        carrying.take_in(file, at=NOON)


@pytest.mark.slow
def test_a_passphrase_serves_where_the_partner_has_no_key(met, agreement, police, folder):
    partner = Agency.objects.get(id=police.id)
    partner.keys.filter(use="encryption").delete()
    with pytest.raises(Refused, match="--passphrase-file"):
        carrying.export(partner, folder / "out.age", at=NOON)
    carrying.export(partner, folder / "out.age", at=NOON, passphrase="pita hitam putih")
    Lock(passphrase="pita hitam putih").open(folder / "out.age", folder / "plain")
    with pytest.raises(Refused, match="sudah ada"):
        carrying.export(partner, folder / "out.age", at=NOON)


def test_many_bodies_travel_in_several_parts(met, agreement, police, folder, monkeypatch):
    from sinergi.sync import statement

    for number in range(1, 6):
        ask_for(agreement, number)
    Body.objects.filter(entry__seq=3, entry__log__is_own=True).delete()
    monkeypatch.setattr(statement, "BODIES_PER_ANSWER", 1)
    carrying.export(Agency.objects.get(id=police.id), folder / "out.age", at=NOON)
    origin = Log.objects.get(agreement=agreement, is_own=True).origin
    wanted, got, absent = [1, 2, 3, 4, 5], set(), set()
    with closing(parcel.Parcel(_plain(folder / "out.age", police, folder))) as made:
        made.index()
        made.check_signature(bytes(store.own_agency().keys.get(use="event").public))
        while left := [seq for seq in wanted if seq not in got | absent]:
            answer = made.bodies(origin, left)
            assert answer.bodies or answer.absent
            got |= {body.seq for body in answer.bodies}
            absent |= set(answer.absent)
    assert (got, absent) == ({1, 2, 4, 5}, {3})


def test_the_manifest_names_every_file_by_its_hash(met, agreement, police, folder):
    carrying.export(Agency.objects.get(id=police.id), folder / "out.age", at=NOON)
    held = opened(folder / "out.age", police.ring["encryption"], folder)
    said = json.loads(base64.b64decode(json.loads(held.pop("manifest.json"))["payload"]))
    assert said["files"] == {name: hashlib.sha256(data).hexdigest() for name, data in held.items()}


def test_a_file_signed_by_a_key_that_it_names_itself_is_taken(stick, agreement, police):
    from tests.nodes.test_keys import revoke, rotate

    old = rotate(police, deliver=False)
    revoke(police, old, {}, deliver=False)
    police.state(agreement, AgreementLeft(reason="term_over"), deliver=False)
    taken = carrying.take_in(stick.write(police.identity, police.log(agreement)), at=NOON)
    assert taken.outcome.troubles == [] and Log.objects.get(origin=police.identity.origin).size == 3
    police.ring = type(police.ring)({**police.ring.by_use, "event": old})
    with pytest.raises(Refused, match="utuh"):
        carrying.take_in(stick.write(police.log(agreement)), at=NOON)
