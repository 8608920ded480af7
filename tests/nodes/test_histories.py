"""An author who tells two histories is caught with a proof that anybody can check; nobody else can be framed."""

from __future__ import annotations

import copy
import hashlib

import pytest

from sinergi.features.agreement.events import AgreementEntered, AgreementLeft
from sinergi.ledger import bundle as bundles
from sinergi.ledger import checkpoint as notes
from sinergi.ledger import cosigning, envelope, forks, fsck, histories, merkle, store
from sinergi.ledger.events import founding_id
from sinergi.ledger.evidence import export_agreement
from sinergi.ledger.models import Entry, Equivocation, Log, Unreached
from sinergi.ledger.writer import run
from sinergi.sync import messages, pull
from tests.evidence.test_evidence import ours, theirs
from tests.nodes.fixtures import terms
from tests.nodes.simulator import Peer, PeerLog

OVER, VOID = AgreementLeft(reason="term_over"), AgreementLeft(reason="void_law")


@pytest.fixture
def told(agreement, police) -> PeerLog:
    """The police's log: confirmed, then five more facts, all delivered."""
    for _ in range(5):
        police.state(agreement, OVER, deliver=False)
    police.deliver(police.log(agreement))
    return police.log(agreement)


def retold(police: Peer, log: PeerLog, keep: int, more: int) -> PeerLog:
    """Another history of this log by the same author: the first `keep` entries, then `more` others."""
    other = copy.deepcopy(log)
    del other.entries[keep:]
    police.logs[log.agreement] = other
    for _ in range(more):
        police.state(log.agreement, VOID, deliver=False)
    police.logs[log.agreement] = log
    return other


def admit(bundle: bundles.Bundle) -> Log:
    return run(lambda: store.admit_checked(bundle))


def check_proof(log: PeerLog) -> Equivocation:
    """The log is frozen, its proof holds for us and inside an evidence file for both verifiers; fsck is content."""
    held, proof = Log.objects.get(origin=log.origin), Equivocation.objects.get()
    assert held.frozen == histories.FORKED
    fork = forks.Fork(bytes(proof.first), bytes(proof.second), bytes(proof.proof))
    forks.check(fork, log.origin, histories.event_keys, histories.checkpoint_keys(held))
    file = b"".join(export_agreement(log.agreement))
    assert b"/fork/2" in file
    assert ours(file) == theirs(file) == ""
    assert fsck.check() == []
    return proof


def test_an_entry_that_continues_another_history_freezes_the_log_with_proof(police, told):
    other = retold(police, told, keep=3, more=6)
    admit(police.bundle(other, 6))
    proof = check_proof(told)
    assert not forks.is_entry(bytes(proof.first)) and forks.is_entry(bytes(proof.second))
    assert Entry.objects.filter(log__origin=told.origin).count() == 6


def test_two_entries_for_one_place_freeze_the_log_with_proof(police, told):
    admit(police.bundle(retold(police, told, keep=3, more=9), 2))
    proof = check_proof(told)
    first, second = (envelope.parse(bytes(half)).header for half in (proof.first, proof.second))
    assert first.seq == second.seq == 3 and first.facts != second.facts


def test_a_checkpoint_of_another_past_freezes_the_log_with_proof(police, told):
    other = retold(police, told, keep=2, more=2)
    run(lambda: histories.compare(Log.objects.get(origin=told.origin), police.checkpoint(other)))
    proof = check_proof(told)
    assert [notes.parse(bytes(half)).checkpoint.size for half in (proof.first, proof.second)] == [4, 6]
    assert proof.proof


@pytest.mark.parametrize("reached", range(6, 12))
def test_a_checkpoint_shown_while_catching_up_is_not_forgotten_for_a_newer_one(police, told, reached):
    """The first bundle comes with a checkpoint far ahead; the next ones tell another history beyond it."""
    other = retold(police, told, keep=3, more=5)
    for _ in range(7):
        police.state(told.agreement, OVER, deliver=False)
    ahead = police.checkpoint(other)
    run(lambda: histories.compare(Log.objects.get(origin=told.origin), ahead))
    admit(police.bundle(told, 6, reached))
    for start in range(reached, 13):
        if not Log.objects.get(origin=told.origin).frozen:
            assert Unreached.objects.filter(note=ahead).exists()
            admit(police.bundle(told, start, start + 1))
    assert bytes(check_proof(told).first) == ahead
    assert Log.objects.get(origin=told.origin).size == max(8, reached)


def test_an_accepted_checkpoint_is_compared_before_it_is_cosigned(agreement, police, told):
    """What the author signed along with the first bundle is held against what it tells later."""
    for _ in range(6):
        police.state(agreement, OVER, deliver=False)
    first = retold(police, told, keep=7, more=3)
    admit(police.bundle(first, 6, 7))
    second = retold(police, told, keep=7, more=5)
    for start in range(7, 10):
        admit(police.bundle(second, start, start + 1))
        log = Log.objects.get(origin=told.origin)
        assert run(lambda log=log: cosigning.cosign(log)) == []
    check_proof(told)


def test_the_checkpoint_of_the_very_first_bundle_is_remembered_too(node, police):
    event = AgreementEntered(parties=[police.id, node.id], nonce="0" * 32, **terms())
    agreement = founding_id(event)
    police.state(agreement, event, deliver=False)
    log = police.log(agreement)
    first, second = (retold(police, log, keep=1, more=more) for more in (4, 5))
    admit(police.bundle(first, 0, 1))
    for start in range(1, 6):
        if not Log.objects.get(origin=log.origin).frozen:
            admit(police.bundle(second, start, start + 1))
    check_proof(first)


def test_two_checkpoints_ahead_of_us_with_one_size_are_proof_at_once(police, told):
    log = Log.objects.get(origin=told.origin)
    one, two = (police.checkpoint(retold(police, told, keep=keep, more=12 - keep)) for keep in (2, 3))
    run(lambda: histories.compare(log, one))
    assert not Log.objects.get(pk=log.pk).frozen
    run(lambda: histories.compare(log, two))
    check_proof(told)


def test_an_honest_author_leaves_nothing_to_compare(police, told):
    for _ in range(5):
        police.state(told.agreement, OVER, deliver=False)
    for start in range(6, 11):
        admit(police.bundle(told, start, start + 1))
    assert not Unreached.objects.exists() and not Equivocation.objects.exists()
    assert fsck.check() == []


def two_signatures(police: Peer, log: PeerLog) -> None:
    """State one more fact, signed by the event key and a second one."""
    header, _, _ = police.header(log, OVER)
    log.entries.append(envelope.seal(header, police.ring["event"], police.ring["root"]))


FRAMES = {
    "a signature that does not hold": lambda text: text[:-12] + ("A" if text[-12] != "A" else "B") + text[-11:],
    "facts the author did not sign": lambda text: text.replace("term_over", "void_law"),
    "another chain the author did not sign": lambda text: text.replace('"prev":"', '"prev":"f', 1).replace(
        text[text.index('"prev":"') + 71], "", 1
    ),
    "a place the author did not sign": lambda text: text.replace('"seq":4', '"seq":5'),
}


@pytest.mark.parametrize("forge", FRAMES.values(), ids=FRAMES)
def test_nobody_can_be_framed_with_entries_they_did_not_sign(police, told, forge):
    honest = police.bundle(told, 2)
    texts = [*honest.entries[:2], forge(honest.entries[2]), *honest.entries[3:]]
    forged = bundles.Bundle(log=honest.log, start=2, checkpoint=honest.checkpoint, entries=texts, proof=honest.proof)
    with pytest.raises((bundles.BadBundle, envelope.BadEnvelope)):
        admit(forged)
    assert not Equivocation.objects.exists() and not Log.objects.filter(frozen=histories.FORKED).exists()


def test_leaving_out_one_of_two_signatures_frames_nobody(police, told):
    """A relay may drop a line of an entry with several; what the author signed is the same."""
    two_signatures(police, told)
    police.logs[told.agreement] = told
    entry = told.entries[6]
    stripped = b"\n".join(entry.split(b"\n")[:2]) + b"\n"
    header, _, _ = police.header(told, OVER)
    follower = envelope.seal(header, police.ring["event"])
    note, path = police.checkpoint(told), merkle.inclusion_proof(6, 7, told.subtree)
    for leaf in (envelope.leaf_hash(entry), envelope.leaf_hash(stripped)):
        shown = forks.hashes([leaf, *path])
        for fork in (forks.Fork(entry, stripped), forks.Fork(stripped, follower), forks.Fork(note, follower, shown)):
            with pytest.raises(forks.NoFork):
                forks.check(fork, told.origin, lambda _: keys_of(police), [police.ring.public("checkpoint")])


def keys_of(peer: Peer) -> dict[str, bytes]:
    return {envelope.key_id(peer.ring.public(use)): peer.ring.public(use) for use in ("event", "root")}


def test_what_proves_nothing_is_refused_whoever_brings_it(police, told):
    log = Log.objects.get(origin=told.origin)
    other = retold(police, told, keep=2, more=2)
    path = merkle.consistency_proof(4, 6, told.subtree)
    real, false = police.checkpoint(told, 4), police.checkpoint(other)
    newest = police.checkpoint(told)
    stranger = Peer(code="x", name="X", kind="kpu", region="*")
    nothing = {
        "twice the same checkpoint": forks.Fork(newest, newest),
        "an honest extension": forks.of_checkpoints(real, newest, told.root(4), path),
        "no proof": forks.Fork(false, newest),
        "a proof that leads elsewhere": forks.of_checkpoints(false, newest, told.root(4), path[:-1]),
        "larger before smaller": forks.of_checkpoints(newest, false, told.root(4), path),
        "signed by somebody else": forks.Fork(
            newest, notes.sign(notes.Checkpoint(told.origin, 6, b"x" * 32), stranger.ring["checkpoint"])
        ),
        "one entry twice": forks.Fork(told.entries[2], told.entries[2]),
        "an entry and the next": forks.Fork(told.entries[2], told.entries[3]),
        "two places apart": forks.Fork(told.entries[1], other.entries[3]),
        "an entry and a checkpoint": forks.Fork(told.entries[1], newest),
        "entries with a proof": forks.Fork(told.entries[2], other.entries[2], b"AAAA\n"),
        "an entry that continues the checkpoint": forks.Fork(
            real, told.entries[4], forks.hashes([told.leaves()[3], *merkle.inclusion_proof(3, 4, told.subtree)])
        ),
        "an entry beyond the checkpoint": forks.Fork(
            real, told.entries[5], forks.hashes([told.leaves()[3], *merkle.inclusion_proof(3, 4, told.subtree)])
        ),
        "a leaf the checkpoint does not have": forks.Fork(
            real, told.entries[4], forks.hashes([b"x" * 32, *merkle.inclusion_proof(3, 4, told.subtree)])
        ),
        "an entry and no leaf": forks.Fork(real, told.entries[4]),
        "nothing": forks.Fork(b"", b""),
    }
    for why, fork in nothing.items():
        with pytest.raises(forks.NoFork):
            run(lambda fork=fork: histories.accuse(log, fork))
        assert not Equivocation.objects.exists(), why
    run(lambda: histories.accuse(log, forks.Fork(told.entries[2], other.entries[2])))
    check_proof(told)


class Line:
    """A partner that answers a round with this state and nothing else."""

    def __init__(self, told: messages.State) -> None:
        self.told = told

    def state(self) -> messages.State:
        return self.told


def test_a_proof_found_by_one_party_reaches_the_others(police, told, node):
    """Whoever freezes a log stops showing it, so it hands on the proof; our own state document does too."""
    from sinergi.sync import statement

    other = retold(police, told, keep=2, more=2)
    fork = messages.ForkLine(
        log=told.origin, first=told.entries[2].decode(), second=other.entries[2].decode(), proof=""
    )
    false = messages.ForkLine(log=told.origin, first="{}", second="{}", proof="")
    unknown = messages.ForkLine(log="0" * 64, first="", second="", proof="")
    state = messages.State(agency="", logs=[], cosigned=[], forks=[false, unknown, fork])
    outcome = pull.Round("").go(Line(messages.decode(messages.encode(state), messages.State, 100_000)))
    check_proof(told)
    assert len(outcome.troubles) == 1
    assert statement.state_for(police.id).forks == [fork]


def test_a_cosigned_checkpoint_of_another_history_is_proof_too(police, told, node):
    """A third party shows what it cosigned; the author's signature on it is what counts."""
    other = retold(police, told, keep=2, more=4)
    cosigned = messages.Cosigned(log=told.origin, note=police.checkpoint(other).decode(), lines="")
    pull.Round("").go(Line(messages.State(agency="", logs=[], cosigned=[cosigned])))
    check_proof(told)


@pytest.mark.slow
def test_a_partner_cannot_fill_the_store_with_checkpoints_ahead(police, told):
    log = Log.objects.get(origin=told.origin)
    for size in range(100, 100 + 2 * histories.MOST_UNREACHED):
        note = notes.sign(notes.Checkpoint(told.origin, size, hashlib.sha256(b"%d" % size).digest()),
                          police.ring["checkpoint"])  # fmt: skip
        run(lambda note=note: histories.compare(log, note))
    assert Unreached.objects.count() == histories.MOST_UNREACHED


def test_a_frozen_log_takes_nothing_more_and_keeps_what_it_has(police, told):
    admit(police.bundle(retold(police, told, keep=3, more=9), 2))
    police.state(told.agreement, OVER, deliver=False)
    with pytest.raises(store.NotOurs, match="frozen"):
        admit(police.bundle(told, 6))
    assert Entry.objects.filter(log__origin=told.origin).count() == 6


@pytest.mark.parametrize("new", range(1, 20))
def test_a_consistency_proof_can_be_made_from_part_of_the_tree_and_a_proof(new):
    leaves = [hashlib.sha256(b"%d" % number).digest() for number in range(new)]

    def subtree(level: int, index: int) -> bytes:
        assert (index + 1) << level <= held, "it looked beyond what it holds"
        return whole(level, index)

    def whole(level: int, index: int) -> bytes:
        if level == 0:
            return leaves[index]
        return merkle.node_hash(whole(level - 1, 2 * index), whole(level - 1, 2 * index + 1))

    for held in range(1, new + 1):
        beyond = merkle.consistency_proof(held, new, whole)
        for old in range(1, held + 1):
            assert merkle.consistency_beyond(old, held, new, beyond, subtree) == merkle.consistency_proof(
                old, new, whole
            )
