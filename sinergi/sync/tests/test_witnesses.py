"""Asking an outside witness: what it is shown, what is kept of its answer, and what comes to light."""

from __future__ import annotations

import copy

import pytest

from sinergi.features.agreement.events import AgreementLeft
from sinergi.kernel.instants import now
from sinergi.ledger import checkpoint as notes
from sinergi.ledger import cosigning, forks, histories, witness
from sinergi.ledger.grade import Mark, judge
from sinergi.ledger.grades import grade
from sinergi.ledger.models import Cosignature, Entry, Equivocation, Log
from sinergi.sync import messages, statement, witnesses
from sinergi.sync.fetch import Answer
from sinergi.sync.models import Peer
from sinergi.sync.pull import Round
from tests.nodes.fixtures import met
from tests.nodes.simulator import NOON

BAWASLU = {"code": "bawaslu-tapsel", "name": "Bawaslu Kabupaten", "kind": "supervisor", "region": "1203"}


class Outside:
    """A witness behind a line: keeps the newest note by origin and judges as the product's witness does."""

    def __init__(self, who) -> None:
        self.who, self.kept, self.heard = who, {}, []
        self.signer = who.ring["witness"]

    def ask(self, method: str, target: str, *, body: bytes, headers: dict[str, str], limit: int) -> Answer:
        self.heard.append((target, body))
        if method == "GET":
            note = self.kept.get(target.rsplit("/")[-1])
            return self._answer(200, note) if note else self._answer(404, b"")
        asked = witness.read(body)
        checkpoint = asked.note.checkpoint
        before = notes.parse(self.kept[checkpoint.log]).checkpoint if checkpoint.log in self.kept else None
        verdict = witness.judge(asked, witness.Seen(before.size, before.root) if before else witness.Seen())
        if verdict.status != 200:
            return self._answer(verdict.status, b"%d\n" % (before.size if before else 0))
        self.kept[checkpoint.log] = asked.note.data
        return self._answer(200, notes.cosign(checkpoint, self.who.id, "witness", self.signer, int(NOON.timestamp())))

    def _answer(self, status: int, body: bytes) -> Answer:
        return Answer(status=status, headers={}, body=body)


@pytest.fixture
def outside(agreement) -> Outside:
    return Outside(met(BAWASLU))


@pytest.fixture
def peer(outside) -> Peer:
    return Peer.objects.create(
        agency=outside.who.id, url="https://bawaslu.example", introduced_at=now(), witnesses=True
    )


def test_it_is_shown_origin_size_and_root_of_both_logs_and_nothing_else(peer, outside, agreement):
    told = witnesses.submit(peer, outside)
    logs = {log.origin: log for log in Log.objects.filter(agreement=agreement)}
    assert told == witnesses.Told(cosigned=2) and set(outside.kept) == set(logs)
    for _target, body in outside.heard:
        log = logs[witness.read(body).note.checkpoint.log]
        assert body == witness.encode(0, [], bytes(log.checkpoint_note))
    assert not [log for log in Log.objects.filter(role="identity") if log.origin in outside.kept]
    # What it has signed it is not asked again.
    assert witnesses.submit(peer, outside) == witnesses.Told() and len(outside.heard) == 2


def test_its_cosignature_counts_beside_the_partners(peer, outside, agreement, police):
    key = Entry.objects.get(kind="agreement.entered").key
    assert (grade(key).witnessed, grade(key).of) == (0, 1)
    witnesses.submit(peer, outside)
    told = grade(key)
    assert (told.witnessed, told.of, told.arrived) == (1, 2, 0)
    # It stores nothing: letters and boards must not call a fact witnessed that has not come to the other party.
    assert told.word == "signed"
    both = [Mark(police.id, use, 9, None) for use in ("mirror", "witness")]
    assert judge(0, "author", ("author", police.id), both).word == "witnessed"


def test_a_log_that_grew_is_shown_with_the_proof_from_where_it_signed_last(peer, outside, agreement, police):
    witnesses.submit(peer, outside)
    for _ in range(3):
        police.state(agreement, AgreementLeft(reason="term_over"))
    outside.heard.clear()
    assert witnesses.submit(peer, outside).cosigned == 1
    ((_target, body),) = outside.heard
    assert witness.read(body).old == 1 and witness.read(body).proof


def test_an_answer_that_was_lost_is_asked_for_again(peer, outside, agreement):
    witnesses.submit(peer, outside)
    Cosignature.objects.filter(agency=peer.agency).delete()
    assert witnesses.submit(peer, outside).cosigned == 2
    assert [target for target, _body in outside.heard] == ["/witness/v1/add-checkpoint"] * 6


def test_an_author_who_shows_the_witness_another_history_is_found_out(peer, outside, agreement, police):
    """The split view of two parties: the police showed the witness what it did not show us."""
    log = police.log(agreement)
    other = copy.deepcopy(log)
    police.state(agreement, AgreementLeft(reason="term_over"))
    police.logs[agreement] = other
    police.state(agreement, AgreementLeft(reason="void_law"), deliver=False)
    outside.kept[log.origin] = police.checkpoint(other)
    witnesses.submit(peer, outside)
    assert Log.objects.get(origin=log.origin).frozen == histories.FORKED
    assert Equivocation.objects.get().log.origin == log.origin
    assert (log.origin, 0) not in [(shown.origin, old) for shown, old in witnesses.shown_to(peer.agency)]


def test_a_witness_that_saw_more_of_our_own_log_stops_us_from_writing_a_second_history(peer, outside, node):
    from sinergi.ledger import keys

    log = Log.objects.get(agency=node.id, role="facts")
    outside.kept[log.origin] = notes.sign(notes.Checkpoint(log.origin, 9, b"r" * 32), keys.own()["checkpoint"])
    witnesses.submit(peer, outside)
    assert Log.objects.get(pk=log.pk).frozen == histories.RESTORED


def test_a_witness_cannot_frame_an_author(peer, outside, agreement, police):
    """What it shows counts only with the author's own signature."""
    log = Log.objects.get(agreement=agreement, agency=police.id)
    outside.kept[log.origin] = notes.sign(notes.Checkpoint(log.origin, log.size, b"r" * 32), outside.signer)
    told = witnesses.submit(peer, outside)
    assert told.troubles and not Log.objects.get(pk=log.pk).frozen and not Equivocation.objects.exists()


def test_a_cosignature_by_another_key_is_not_kept(peer, outside, agreement):
    outside.signer = outside.who.ring["mirror"]
    assert len(witnesses.submit(peer, outside).troubles) == 2
    assert not Cosignature.objects.filter(agency=peer.agency).exists()


@pytest.mark.parametrize("status", [403, 404])
def test_a_log_the_witness_does_not_know_holds_up_no_other(peer, outside, agreement, monkeypatch, status):
    really, asked = outside.ask, []

    def ask(*given, **more):
        asked.append(given)
        return outside._answer(status, b"") if len(asked) == 1 else really(*given, **more)

    monkeypatch.setattr(outside, "ask", ask)
    told = witnesses.submit(peer, outside)
    assert told.cosigned == len(told.troubles) == 1


def test_whoever_took_our_origin_at_the_witness_is_named_to_us_by_its_own_signature(
    peer, outside, agreement, police, node, monkeypatch
):
    """A partner that signs first under our origin shuts the witness to us; we are told, and who it was."""
    own, really = Log.objects.get(agreement=agreement, agency=node.id), outside.ask
    checkpoint = notes.Checkpoint(own.origin, 1, b"f" * 32)
    taken = notes.sign(checkpoint, police.ring["checkpoint"])

    def ask(method, target, **more):
        if own.origin not in target and own.origin.encode() not in more["body"]:
            return really(method, target, **more)
        if "histories" in target:
            return outside._answer(404, b"")
        return outside._answer(403, b"") if method == "POST" else outside._answer(200, taken)

    monkeypatch.setattr(outside, "ask", ask)
    (sentence,) = witnesses.submit(peer, outside).troubles
    assert sentence.startswith("Polres Tapanuli Selatan menandatangani lebih dahulu atas nama buku KPU")
    # The witness cannot blame anybody who did not sign that.
    taken = notes.sign(checkpoint, outside.signer)
    (sentence,) = witnesses.submit(peer, outside).troubles
    assert "Polres" not in sentence and "menolak buku KPU" in sentence


def test_an_author_with_another_history_over_a_power_of_two_is_found_out_at_the_witness_too(
    peer, outside, agreement, police
):
    log = police.log(agreement)
    other = copy.deepcopy(log)
    for _ in range(2):
        police.state(agreement, AgreementLeft(reason="term_over"))
    police.logs[agreement] = other
    police.state(agreement, AgreementLeft(reason="void_law"), deliver=False)
    outside.kept[log.origin] = police.checkpoint(other)
    witnesses.submit(peer, outside)
    assert Log.objects.get(origin=log.origin).frozen == histories.FORKED
    shown = [witness.read(body) for _target, body in outside.heard if body and log.origin.encode() in body]
    seen = notes.parse(outside.kept[log.origin]).checkpoint
    assert seen.size == 2 and witness.judge(shown[-1], witness.Seen(2, seen.root)).forked


@pytest.mark.parametrize(("seconds", "kept"), [(253_370_764_799, 2), (253_402_300_799, 0)])
def test_a_witness_whose_clock_is_beyond_the_calendar_breaks_no_page(
    peer, outside, agreement, monkeypatch, seconds, kept
):
    really = notes.cosign
    monkeypatch.setattr(notes, "cosign", lambda *given: really(*given[:-1], seconds))
    assert witnesses.submit(peer, outside).cosigned == kept


@pytest.mark.parametrize("lines", ["forged", "forged and true"])
def test_no_cosigner_slips_a_line_its_author_never_signed_into_evidence(outside, agreement, police, lines):
    """Size and root are right, so nothing contradicts; the file that carried this note would be refused as a whole."""
    note = bytes(Log.objects.get(agreement=agreement, agency=police.id).checkpoint_note)
    checkpoint = notes.parse(note).checkpoint
    forged = notes.sign(checkpoint, outside.who.ring["checkpoint"])
    slipped = forged + (note.removeprefix(checkpoint.body + b"\n") if lines == "forged and true" else b"")
    cosigned = notes.cosign(checkpoint, outside.who.id, "witness", outside.signer, int(NOON.timestamp()))
    with pytest.raises(notes.BadNote):
        cosigning.admit(outside.who.id, slipped, cosigned)
    assert cosigning.admit(outside.who.id, note, cosigned) == 1


def test_an_author_cannot_spoil_evidence_by_cosigning_its_own_log(agreement, police):
    """Both verifiers refuse such a line, and with it the file."""
    log = Log.objects.get(agreement=agreement, agency=police.id)
    checkpoint = notes.parse(bytes(log.checkpoint_note)).checkpoint
    own = notes.cosign(checkpoint, police.id, "witness", police.ring["witness"], int(NOON.timestamp()))
    with pytest.raises(notes.BadNote):
        cosigning.admit(police.id, bytes(log.checkpoint_note), own)


def test_a_party_is_no_outside_witness_of_its_own_agreement(agreement, police):
    assert witnesses.shown_to(police.id) == []


def test_it_is_shown_on_a_schedule_and_not_whenever_something_happens(node, monkeypatch):
    clock = [100.0]
    monkeypatch.setattr("time.monotonic", lambda: clock[0])
    one = Round("a" * 64)
    assert [one.submits(), one.submits()] == [True, False]
    clock[0] += witnesses.EVERY_SECONDS
    assert one.submits()


def test_a_proof_the_witness_holds_freezes_the_log_here_too_and_a_false_one_nothing(
    peer, outside, agreement, police, monkeypatch
):
    log = police.log(agreement)
    other = copy.deepcopy(log)
    other.entries[0] = b"other"
    checkpoint = police.checkpoint(other)
    really, told = outside.ask, []

    def ask(method, target, **more):
        if log.origin not in target and log.origin.encode() not in more["body"]:
            return really(method, target, **more)
        if method == "POST":
            return outside._answer(403, b"")
        return outside._answer(200, messages.encode(told[-1]))

    monkeypatch.setattr(outside, "ask", ask)
    told.append(messages.ForkLine(log=log.origin, first="no", second="proof", proof=""))
    assert witnesses.submit(peer, outside).troubles and not Equivocation.objects.exists()
    told.append(statement.fork_line(log.origin, forks.Fork(police.checkpoint(log), checkpoint)))
    witnesses.submit(peer, outside)
    assert Log.objects.get(origin=log.origin).frozen == histories.FORKED and Equivocation.objects.exists()
