"""This node as an outside witness: it cosigns what grows, once, and nothing else (docs/protocol/witness.md)."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client

from sinergi.kernel.errors import Refused
from sinergi.ledger import checkpoint as notes
from sinergi.ledger import cosigning, forks, guard, histories, keys, merkle, store, witness, witnessing
from sinergi.ledger.models import Cosignature, Entry, Key, Log, Witnessed, WitnessedFork
from sinergi.ledger.writer import run
from sinergi.sync import api
from tests.nodes.simulator import NOON, PeerLog

AGREEMENT = "5" * 64


@pytest.fixture
def log(police) -> PeerLog:
    """A log of the police under an agreement that this node is no party to, of eleven entries."""
    return tree_of(police, 11)


@pytest.fixture
def ask(police):
    """`ask(log, size, old)`: (status, body) of add-checkpoint for that size; `proof`, `note` say something else."""
    client = Client(raise_request_exception=False)

    def asked(log, size, old, *, proof=None, note=None):
        proof = merkle.consistency_proof(old, size, log.subtree) if proof is None else proof
        body = witness.encode(old, proof, note or police.checkpoint(log, size))
        answer = client.post("/witness/v1/add-checkpoint", body, content_type="text/plain")
        return answer.status_code, answer.content

    return asked


def tree_of(author, size: int, *, but: int = -1) -> PeerLog:
    log = PeerLog(author.id, AGREEMENT, "facts")
    log.entries = [b"other" if place == but else b"entry %d" % place for place in range(size)]
    return log


def held() -> tuple[int, bytes]:
    row = Witnessed.objects.get()
    return row.size, bytes(row.root)


def test_a_log_that_grows_is_cosigned_with_the_witness_key_and_its_size_kept(ask, log, police, node):
    for old, size in ((0, 3), (3, 8), (8, 11), (11, 11)):
        status, line = ask(log, size, old)
        (parsed,) = notes.parse_lines(line)
        assert status == 200 and held() == (size, log.root(size))
        checkpoint = notes.Checkpoint(log.origin, size, log.root(size))
        notes.check_cosignature(parsed, checkpoint, node.id, "witness", keys.own().public("witness"))
    assert Witnessed.objects.get().agency == police.id and not Entry.objects.filter(log__origin=log.origin).exists()
    shown = Client().get(f"/witness/v1/checkpoint/{log.origin}")
    assert shown.content == police.checkpoint(log)


@pytest.mark.parametrize(("size", "old"), [(6, 8), (8, 3), (11, 0), (11, 3)])
def test_no_size_but_the_one_cosigned_last_is_gone_on_from(ask, log, size, old):
    ask(log, 8, 0)
    before = held()
    if old > size:
        assert ask(log, size, old, proof=[])[0] == 400
    else:
        assert ask(log, size, old) == (409, b"8\n")
    assert held() == before


def test_a_rollback_is_never_cosigned(ask, log):
    """A smaller tree of the very same history, with whatever `old` its sender says."""
    ask(log, 8, 0)
    assert {ask(log, 5, old)[0] for old in range(6)} == {409}
    assert held() == (8, log.root(8))


def test_two_roots_of_one_size_are_a_proof_that_any_stranger_checks(ask, log, police):
    ask(log, 8, 0)
    other = tree_of(police, 8, but=2)
    assert ask(other, 8, 8, proof=[]) == (409, b"8\n")
    fork = WitnessedFork.objects.get()
    told = forks.Fork(bytes(fork.first), bytes(fork.second), bytes(fork.proof))
    forks.check(told, log.origin, histories.event_keys, [police.ring.public("checkpoint")])
    assert held() == (8, log.root(8))
    shown = Client().get(f"/witness/v1/checkpoint/{log.origin}?histories=2").json()
    assert (shown["log"], shown["first"].encode(), shown["second"].encode()) == (log.origin, told.first, told.second)
    # From then on the log is cosigned by nobody honest, in neither history.
    assert ask(log, 11, 8)[0] == ask(other, 8, 8, proof=[])[0] == 403


def test_a_larger_tree_of_another_history_is_refused_and_where_the_proof_shows_it_kept(ask, log, police):
    ask(log, 7, 0)
    assert ask(tree_of(police, 11, but=2), 11, 7)[0] == 422
    fork = WitnessedFork.objects.get()
    told = forks.Fork(bytes(fork.first), bytes(fork.second), bytes(fork.proof))
    forks.check(told, log.origin, histories.event_keys, [police.ring.public("checkpoint")])
    assert held() == (7, log.root(7))


def test_a_larger_tree_over_a_power_of_two_is_proof_with_the_root_it_had_there(ask, log, police):
    """The proof from such a size does not hold the root there; who shows the other history puts it before the proof."""
    ask(log, 8, 0)
    other = tree_of(police, 11, but=2)
    proof = merkle.consistency_proof(8, 11, other.subtree)
    assert ask(other, 11, 8)[0] == ask(other, 11, 8, proof=[log.root(8), *proof])[0] == 422
    assert not WitnessedFork.objects.exists()
    assert ask(other, 11, 8, proof=[other.root(8), *proof])[0] == 422
    fork = WitnessedFork.objects.get()
    told = forks.Fork(bytes(fork.first), bytes(fork.second), bytes(fork.proof))
    forks.check(told, log.origin, histories.event_keys, [police.ring.public("checkpoint")])
    assert ask(log, 11, 8)[0] == 403


def test_no_noise_by_strangers_keeps_an_author_from_being_witnessed(ask, log, police, monkeypatch):
    monkeypatch.setattr(api, "REQUESTS_PER_MINUTE", 3)
    monkeypatch.setattr(api, "_submitters", {})
    forged = police.checkpoint(log, 8).partition(b"\n\n")[0] + b"\n\n" + police.checkpoint(log, 7).partition(b"\n\n")[2]
    with monkeypatch.context() as patched:
        # Nor does it take a turn of the one writer.
        patched.setattr(witnessing, "run", None)
        assert {ask(log, 8, 0, note=forged)[0] for _ in range(5)} == {404}
    looked = {Client().get(f"/witness/v1/checkpoint/{letter * 64}").status_code for letter in "abcdef"}
    assert looked == {404}
    assert [ask(log, size, old)[0] for old, size in ((0, 3), (3, 8), (8, 11), (11, 11))] == [200, 200, 200, 429]


@pytest.mark.parametrize("spoil", ["flipped", "short", "long", "empty", "swapped"])
def test_a_bad_proof_moves_nothing_and_accuses_nobody(ask, log, spoil):
    ask(log, 7, 0)
    good = merkle.consistency_proof(7, 11, log.subtree)
    bad = {
        "flipped": [bytes([good[0][0] ^ 1]) + good[0][1:], *good[1:]],
        "short": good[:-1],
        "long": [*good, bytes(32)],
        "empty": [],
        "swapped": good[::-1],
    }[spoil]
    assert ask(log, 11, 7, proof=bad)[0] == 422
    assert held() == (7, log.root(7)) and not WitnessedFork.objects.exists()
    assert ask(log, 11, 7)[0] == 200


def test_a_first_checkpoint_with_a_proof_is_refused(ask, log):
    assert ask(log, 8, 0, proof=[bytes(32)])[0] == 422 and not Witnessed.objects.exists()


def test_of_strangers_and_of_our_own_agreements_nothing_is_known(ask, log, police, agreement):
    own = Log.objects.get(agreement=agreement, is_own=True)
    note = run(lambda: store.sign_checkpoint(Log.objects.get(pk=own.pk)))
    assert ask(log, 1, 0, note=note)[0] == 404
    assert ask(log, 1, 0, note=police.checkpoint(police.log(agreement)))[0] == 404
    Key.objects.filter(agency_id=police.id, use="checkpoint").delete()
    assert ask(log, 8, 0)[0] == 404
    assert ask(log, 8, 0, note=b"example.com/log\n8\nAAAA\n\n- x\n")[0] == 404
    assert not Witnessed.objects.exists()


def test_whoever_signed_first_under_an_origin_keeps_it(ask, log, police, node):
    ask(log, 8, 0)
    Key.objects.filter(agency_id=police.id, use="checkpoint").update(public=bytes(32))
    assert ask(log, 11, 8)[0] == 403 and held()[0] == 8


def test_a_forged_signature_is_no_signature(ask, log, police):
    note = police.checkpoint(log, 8)
    body, _, _line = note.partition(b"\n\n")
    other = police.checkpoint(log, 7).partition(b"\n\n")[2]
    assert ask(log, 8, 0, note=body + b"\n\n" + other)[0] == 404 and not Witnessed.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"old -1\n\nx",
        b"old 01\n\nx",
        b"old 99999999999999999\n\nx",
        b"old 0\nAAAA\n\nsinergi.invalid/log/",
        b"old 0\n" + b"\xc3" * 50 + b"\n\nsinergi.invalid/log/",
        b"old 0\n" + (b"A" * 43 + b"=\n") * 64 + b"\nsinergi.invalid/log/",
        b"old 0\n\nsinergi.invalid/log/" + b"a" * 64 + b"\n0\nAAAA\n",
    ],
)
def test_what_is_no_request_is_refused(body, node):
    answer = Client(raise_request_exception=False).post("/witness/v1/add-checkpoint", body, content_type="text/plain")
    assert answer.status_code == 400


def test_what_is_too_large_is_not_even_read(node):
    answer = Client(raise_request_exception=False).post(
        "/witness/v1/add-checkpoint", b"x" * (witness.LARGEST_REQUEST + 1), content_type="text/plain"
    )
    assert answer.status_code == 413


def test_signatures_by_others_are_ignored_and_not_kept(ask, log, police):
    note = police.checkpoint(log, 8)
    assert ask(log, 8, 0, note="— someone.example/w1 AAAAAAAAAA==\n".encode().join([note, b""]))[0] == 200
    assert bytes(Witnessed.objects.get().note) == note


def test_nobody_fills_our_disk_with_logs(ask, log, police, monkeypatch):
    monkeypatch.setattr(witnessing, "MOST_LOGS", 1)
    ask(log, 8, 0)
    other = PeerLog(police.id, "6" * 64, "facts")
    other.entries = list(log.entries)
    assert ask(other, 8, 0)[0] == 403 and ask(log, 11, 8)[0] == 200


def test_a_copy_that_may_have_forgotten_what_it_signed_signs_nothing(ask, log):
    ask(log, 8, 0)
    guard.hold()
    try:
        assert ask(log, 11, 8)[0] == 503
    finally:
        guard._held = False
    assert ask(log, 11, 8)[0] == 200


def test_dying_between_keeping_and_answering_leaves_one_tree_that_is_signed_when_asked_again(ask, log, monkeypatch):
    ask(log, 8, 0)

    def die(*_given):
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(notes, "cosign", die)
        with pytest.raises(SystemExit):
            ask(log, 11, 8)
    assert held() == (11, log.root(11))
    assert ask(log, 11, 8) == (409, b"11\n") and ask(log, 11, 11)[0] == 200


def test_nothing_is_signed_that_was_not_kept(ask, log, monkeypatch):
    """The negative control of the test before: a disk that takes nothing gets no signature out of us."""

    def full(*_given, **_more):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Witnessed.objects, "update_or_create", full)
        assert ask(log, 8, 0)[0] == 507
    assert not Witnessed.objects.exists()


def test_a_witness_that_becomes_a_party_goes_on_from_what_it_cosigned(police, agreement):
    """One witness key, one history: what it signed from outside binds it inside."""
    log = Log.objects.get(agreement=agreement, agency=police.id)
    theirs = police.log(agreement)
    row = {"agency": police.id, "first_at": NOON, "seen_at": NOON, "note": police.checkpoint(theirs)}
    seen = Witnessed.objects.create(origin=log.origin, size=log.size + 1, root=b"r" * 32, **row)
    assert cosigning.cosign(log) == []
    seen.size, seen.root = log.size, bytes(log.root)
    seen.save()
    assert len(cosigning.cosign(log)) == 2
    # What it signed was another history: proof, and a frozen log, instead of a second signature.
    Cosignature.objects.all().delete()
    forged = notes.sign(notes.Checkpoint(log.origin, log.size, b"f" * 32), police.ring["checkpoint"])
    Witnessed.objects.update(root=b"f" * 32, note=forged)
    assert cosigning.cosign(log) == []
    assert Log.objects.get(pk=log.pk).frozen == histories.FORKED


def test_the_beginning_that_a_proof_shows_is_that_of_the_other_tree(police):
    """`other_beginning` for every pair of sizes, from powers of two only with that root before the proof; never where
    the histories agree."""
    one, other = tree_of(police, 17), tree_of(police, 17, but=0)
    for new in range(2, 18):
        for old in range(1, new):
            proof = merkle.consistency_proof(old, new, other.subtree)
            if old & (old - 1) == 0:
                assert merkle.other_beginning(old, one.root(old), new, other.root(new), proof) is None
                proof = [other.root(old), *proof]
            path = proof[-len(merkle.consistency_proof(old, new, other.subtree)) :]
            found = merkle.other_beginning(old, one.root(old), new, other.root(new), proof)
            assert found == [other.root(old), *path]
            assert merkle.other_beginning(old, other.root(old), new, other.root(new), proof) is None


def test_the_limits_on_the_page_are_those_of_the_code():
    from sinergi.sync import witnesses

    text = (Path(__file__).parents[2] / "docs" / "protocol" / "witness.md").read_text()
    told = [
        f"at most {witness.LARGEST_REQUEST:,} bytes",
        f"at most {witness.MOST_HASHES} lines",
        f"over {witnessing.MOST_LOGS:,} logs",
        f"Every {witnesses.EVERY_SECONDS:.0f} seconds",
    ]
    assert [words for words in told if words not in text] == []


def test_a_revoked_key_gets_no_cosignature(ask, log, police):
    ask(log, 7, 0)
    Key.objects.filter(agency_id=police.id, use="checkpoint").update(last={}, reason="stolen")
    assert ask(log, 11, 7)[0] == 403 and held()[0] == 7


def test_the_witness_s_people_can_give_an_origin_back_to_its_author(ask, log, police, node, capsys):
    """Before, the author is shut out; afterwards only it signs there, from the beginning, and the taker no more."""
    from sinergi.sync.verbs import sync
    from tests.nodes.fixtures import KPU_PALUTA
    from tests.nodes.simulator import Peer

    taker = Peer(**KPU_PALUTA)
    taker.meet()
    taken = notes.sign(notes.Checkpoint(log.origin, 99, b"f" * 32), taker.ring["checkpoint"])
    assert ask(log, 99, 0, proof=[], note=taken)[0] == 200 and ask(log, 8, 0)[0] == 403
    for words in (["--sure"], ["--author", police.code], ["--author", "nobody", "--sure"]):
        with pytest.raises((Refused, SystemExit)):
            sync(["release", log.origin[:8], *words], Path())
    assert sync(["release", log.origin[:8], "--author", police.code, "--sure"], Path()) == 0
    assert "dilupakan" in capsys.readouterr().out
    assert Client().get(f"/witness/v1/checkpoint/{log.origin}").status_code == 404
    assert ask(log, 99, 0, proof=[], note=taken)[0] == 403
    assert ask(log, 8, 0)[0] == 200 and held() == (8, log.root(8))
