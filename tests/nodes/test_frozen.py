"""Two signed histories become a file that any stranger can check, and the log stands still."""

from __future__ import annotations

import json

import pytest

from sinergi.kernel.errors import Refused
from sinergi.kernel.ids import new_event_id
from sinergi.ledger import checkpoint as notes
from sinergi.ledger import forks, fsck, histories, keys, rebuild, store, verbs
from sinergi.ledger.evidence import export_histories
from sinergi.ledger.models import Agreement, Entry, Log
from sinergi.ledger.writer import run
from tests.evidence.test_evidence import members_of, ours, theirs, written
from tests.nodes.simulator import NOON, Peer, PeerLog
from tests.nodes.test_histories import OVER, VOID, retold

__all__ = ["told"]
from tests.nodes.test_histories import told


def frozen_by_checkpoints(police: Peer, told: PeerLog) -> Log:
    """The node finds a checkpoint of another past under the police's log."""
    other = retold(police, told, keep=2, more=2)
    run(lambda: histories.compare(Log.objects.get(origin=told.origin), police.checkpoint(other)))
    return Log.objects.get(origin=told.origin)


@pytest.fixture
def frozen(police, told) -> Log:
    return frozen_by_checkpoints(police, told)


def proof_file(log: Log) -> bytes:
    return b"".join(export_histories(log.origin))


def test_the_proof_alone_is_a_file_that_both_verifiers_accept_and_tells_nothing_else(frozen, node, police):
    file = proof_file(frozen)
    assert ours(file) == theirs(file) == ""
    names = [name.split("/", 1)[0] + name[name.index("/", 5 + name.index("/")) :] for name, _ in members_of(file)]
    assert sorted(name for name in names if "identity" not in name) == [
        "log/entry/0", "log/entry/0", "log/fork/1", "log/fork/2", "log/fork/3",
    ]  # fmt: skip
    assert b'"bodies":false' in file and b"/body/" not in file


def test_no_byte_of_the_proof_file_may_change(frozen):
    file = proof_file(frozen)
    for place in range(3, len(file), 173):
        changed = bytearray(file)
        changed[place] ^= 1 << (place % 7)
        assert ours(bytes(changed)) and theirs(bytes(changed)), place
    for end in range(0, len(file) - 1, 997):
        assert ours(file[:end]) and theirs(file[:end])


def with_pair(file: bytes, origin: str, *parts: bytes) -> bytes:
    """The same file with another proof, its chain and manifest signed by the exporter's real key."""
    kept = [(name, data) for name, data in members_of(file) if "/fork/" not in name]
    at = next(number for number, (name, _) in enumerate(kept) if name == f"log/{origin}/entry/0") + 1
    pair = [(f"log/{origin}/fork/{number}", part.decode()) for number, part in enumerate(parts, 1)]
    return written(file, [*kept[:at], *pair, *kept[at:]])


def test_what_proves_nothing_is_refused_even_from_an_exporter_with_a_real_key(frozen, police, told, node):
    """The pairs a framed agency must not fear, and beside them those that are proof."""
    file = proof_file(frozen)
    other = retold(police, told, keep=2, more=2)
    longer = retold(police, told, keep=6, more=3)
    stranger = Peer(code="x", name="X", kind="kpu", region="*")

    def by(ring: keys.KeyRing, size: int, root: bytes) -> bytes:
        return notes.sign(notes.Checkpoint(told.origin, size, root), ring["checkpoint"])

    def shown(smaller: bytes, larger: PeerLog, size: int) -> tuple[bytes, ...]:
        from sinergi.ledger import merkle

        path = merkle.consistency_proof(size, len(larger.entries), larger.subtree)
        fork = forks.of_checkpoints(smaller, police.checkpoint(larger), larger.root(size), path)
        return fork.first, fork.second, fork.proof

    real, false = police.checkpoint(told, 4), police.checkpoint(other)
    nothing = {
        "two that agree": shown(real, longer, 4),
        "one twice": (real, real),
        "smaller tree a prefix, no proof": (real, police.checkpoint(longer)),
        "same size and root, signed twice": (real, by(police.ring, 4, told.root(4))),
        "the second signed by another key": (real, by(stranger.ring, 4, b"x" * 32)),
        "the first signed by another key": (by(stranger.ring, 4, b"x" * 32), real),
        "both by the exporter": (by(keys.own(), 4, b"x" * 32), by(keys.own(), 4, b"y" * 32)),
        "by its author's other keys": (real, notes.sign(notes.Checkpoint(told.origin, 4, b"x" * 32),
                                                        police.ring["event"])),
        "a signature moved to another root": (real, false.replace(false.split(b"\n")[2], b"A" * 43 + b"=")),
        "of another log": (real, notes.sign(notes.Checkpoint("0" * 64, 4, b"x" * 32), police.ring["checkpoint"])),
        "only one half": (real,),
        "a proof for a prefix that is one": shown(real, told, 4),
    }  # fmt: skip
    for why, parts in nothing.items():
        made = with_pair(file, told.origin, *parts)
        assert ours(made) and theirs(made), why
    proofs = {
        "same size, other root": (real, false),
        "a smaller tree that is no prefix": shown(false, told, 4),
        "a smaller tree that is no prefix of a longer one": shown(false, longer, 4),
    }
    for why, parts in proofs.items():
        made = with_pair(file, told.origin, *parts)
        assert ours(made) == theirs(made) == "", why


def test_the_verbs_write_and_judge_the_proof_in_words(frozen, tmp_path, capsys):
    file = tmp_path / "dua-riwayat.sinergi"
    assert verbs.evidence(["export", "--two-histories", frozen.origin[:8], str(file)], tmp_path) == 0
    assert file.read_bytes().count(b"\n") == len(proof_file(frozen).splitlines())
    capsys.readouterr()
    assert verbs.evidence(["verify", str(file)], tmp_path) == 0
    assert "DUA RIWAYAT: Polres Tapanuli Selatan menandatangani" in capsys.readouterr().out
    assert verbs.evidence(["verify", "--json", str(file)], tmp_path) == 0
    assert json.loads(capsys.readouterr().out)["report"]["forks"] == {frozen.origin: frozen.agency}
    file.write_bytes(file.read_bytes().replace(b"/fork/1", b"/fork/2"))
    with pytest.raises(Refused):
        verbs.evidence(["verify", str(file)], tmp_path)
    for unknown in ("ffffffffff", ""):
        with pytest.raises(Refused):
            verbs.evidence(["export", "--two-histories", unknown, str(file)], tmp_path)


def test_a_log_without_two_histories_has_no_such_file(told):
    with pytest.raises(Refused):
        export_histories(told.origin)


def test_a_forked_identity_log_is_proved_by_a_file_too(police, told, node):
    log = Log.objects.get(origin=police.identity.origin)
    other = notes.sign(notes.Checkpoint(log.origin, 1, b"x" * 32), police.ring["checkpoint"])
    run(lambda: histories.compare(log, other))
    file = proof_file(log)
    assert ours(file) == theirs(file) == ""


def test_what_was_stored_and_waited_is_not_folded_after_the_proof(agreement, police, node):
    """Four facts wait for one of ours that the police saw and we lost; then the police's second history shows."""
    own = Log.objects.get(agreement=agreement, is_own=True)
    later = {own.origin: {"size": own.size + 1, "root": "ab" * 32}}
    from sinergi.ledger.envelope import Seen

    seen = {origin: Seen(**mark) for origin, mark in later.items()}
    log = police.log(agreement)
    for _ in range(4):
        police.state(agreement, OVER, deliver=False, seen=seen)
    police.deliver(log)
    before = Log.objects.get(origin=log.origin)
    assert (before.size, before.folded) == (5, 1)
    other = retold(police, log, keep=2, more=2)
    run(lambda: histories.compare(before, police.checkpoint(other)))
    frozen = Log.objects.get(pk=before.pk)
    assert (frozen.frozen_at, frozen.folded) == (1, 1)
    from sinergi.ledger import fold, rows

    # What they waited for comes: now they could be folded, were it not for the proof.
    run(lambda: store.append(agreement, OVER, id=new_event_id(NOON), by=None, at=NOON))
    run(lambda: fold.fold_ready(rows.logs_of(agreement)))
    assert Log.objects.get(pk=before.pk).folded == 1
    assert Entry.objects.filter(log=before, state="waiting").count() == 4
    assert fsck.check() == [] and rebuild.check() == []
    assert Log.objects.get(pk=before.pk).folded == 1


def test_folding_again_keeps_our_facts_that_rest_on_a_log_frozen_since(agreement, police, node):
    """Our requests count because the police had joined; they go on counting when the police's log is frozen later."""
    from sinergi.features.security.models import Request
    from tests.nodes.test_waking import ask_for

    for number in (1, 2):
        ask_for(agreement, number)
    log = police.log(agreement)
    other = retold(police, log, keep=0, more=1)
    run(lambda: histories.compare(Log.objects.get(origin=log.origin), police.checkpoint(other)))
    assert Log.objects.get(origin=log.origin).frozen_at == 1
    assert rebuild.check() == []
    rebuild.rebuild()
    assert Request.objects.count() == 2 and not Entry.objects.exclude(state="folded").exists()


def test_a_third_partys_facts_go_on_when_a_log_they_saw_is_frozen(node, police, secretary):
    """Bawaslu saw more of the police's log than we took: its own facts are neither held up nor accused."""
    from sinergi.features.agreement.actions import enter_agreement
    from sinergi.features.agreement.events import AgreementConfirmed
    from sinergi.ledger.envelope import Seen
    from tests.nodes.fixtures import terms

    third = Peer(code="bawaslu", name="Bawaslu Tapanuli Selatan", kind="supervisor", region="1203")
    third.meet()
    given = {**terms(), "numbers": ["1/A", "2/B", "3/C"]}
    receipt = enter_agreement(
        id=new_event_id(NOON), by=secretary, at=NOON, partners=[police.id, third.id], exercise="", **given
    )
    agreement = Agreement.objects.get().id
    for peer in (police, third):
        peer.state(agreement, AgreementConfirmed(entered=receipt.key, scan=given["scan"]))
    log = police.log(agreement)
    for _ in range(3):
        police.state(agreement, OVER, deliver=False)
    seen = {
        receipt.log: Seen(size=1, root=bytes(Log.objects.get(origin=receipt.log).root).hex()),
        log.origin: Seen(size=4, root=log.root(4).hex()),
    }
    third.state(agreement, VOID, seen=seen, lam=99)
    theirs_log = third.log(agreement)
    assert Log.objects.get(origin=theirs_log.origin).folded == 1, "it waits for the police's facts"
    run(lambda: histories.accuse(Log.objects.get(origin=log.origin), forks.Fork(*pair(police, log))))
    assert Log.objects.get(origin=theirs_log.origin).folded == 2
    assert Entry.objects.get(log__origin=theirs_log.origin, seq=1).state == "folded"
    assert rebuild.check() == [] and fsck.check() == []


def pair(police: Peer, log: PeerLog) -> tuple[bytes, bytes]:
    return log.entries[1], retold(police, log, keep=1, more=1).entries[1]
