"""Two agencies and the log between them: what honest partners get, what dishonest ones do not."""

from __future__ import annotations

import contextlib
import itertools
from datetime import UTC, date, datetime, timedelta

import pytest

from sinergi.features.agreement.actions import confirm_agreement, enter_agreement, leave_agreement
from sinergi.features.agreement.events import AgreementConfirmed, AgreementEntered, AgreementLeft
from sinergi.features.agreement.models import Agreement
from sinergi.features.security.events import AssistanceRequested, Spot
from sinergi.features.standing_duties.events import VoterUpdateReported
from sinergi.kernel.errors import Refused
from sinergi.kernel.ids import new_event_id
from sinergi.ledger import bundle as bundles
from sinergi.ledger import catalog, cosigning, envelope, fsck, rebuild, store
from sinergi.ledger import checkpoint as notes
from sinergi.ledger.events import founding_id
from sinergi.ledger.evidence import export_agreement
from sinergi.ledger.grades import grade
from sinergi.ledger.models import Agency, Entry, Equivocation, Log
from sinergi.ledger.writer import Writing, run
from tests.evidence.test_evidence import ours, theirs
from tests.nodes.fixtures import KPU_PALUTA, enter_and_confirm, terms
from tests.nodes.simulator import NOON, Peer


def entered_by(peer: Peer, own: Agency) -> AgreementEntered:
    return AgreementEntered(parties=[peer.id, own.id], nonce="0" * 32, **terms())


def founded_by(peer: Peer, own: Agency) -> str:
    event = entered_by(peer, own)
    agreement = founding_id(event)
    peer.state(agreement, event)
    return agreement


def test_agreement_is_in_force_once_both_sides_stand_behind_it(agreement):
    assert Agreement.objects.get(agreement=agreement).state == "in_force"


def test_partner_enters_and_we_confirm(node, police, secretary):
    agreement = founded_by(police, node)
    assert Agreement.objects.get().state == "waiting"
    confirm_agreement(id=new_event_id(NOON), by=secretary, at=NOON, agreement=agreement, scan=terms()["scan"])
    assert Agreement.objects.get().state == "in_force"


def test_nothing_can_be_stated_before_the_agreement_is_in_force(node, police, secretary):
    agreement = founded_by(police, node)
    with pytest.raises(Refused, match="belum berlaku"):
        leave_agreement(id=new_event_id(NOON), by=secretary, at=NOON, agreement=agreement, reason="term_over")
    unruly = Writing(id=new_event_id(NOON), by=secretary, at=NOON)
    with pytest.raises(Exception, match="not in force"):
        run(lambda: unruly.append(agreement, AgreementLeft(reason="term_over")))
    assert not Log.objects.filter(agreement=agreement, is_own=True).exists()


def test_confirming_another_scan_is_refused(node, police, secretary):
    agreement = founded_by(police, node)
    with pytest.raises(Refused, match="Pindaian"):
        confirm_agreement(id=new_event_id(NOON), by=secretary, at=NOON, agreement=agreement, scan="00" * 32)


def test_same_command_twice_is_one_fact(agreement, secretary):
    id = new_event_id(NOON)
    first = leave_agreement(id=id, by=secretary, at=NOON, agreement=agreement, reason="term_over")
    again = leave_agreement(id=id, by=secretary, at=NOON, agreement=agreement, reason="term_over")
    assert first == again
    assert Entry.objects.filter(kind="agreement.left").count() == 1


def test_facts_after_leaving_are_kept_as_invalid_evidence(agreement, police):
    police.state(agreement, AgreementLeft(reason="term_over"))
    key = police.state(agreement, AgreementLeft(reason="void_law"))
    entry = Entry.objects.get(key=key)
    assert (entry.state, entry.verdict) == ("invalid", "its author had left the agreement")


def test_a_stranger_is_not_admitted(agreement, node):
    stranger = Peer(**KPU_PALUTA)
    with pytest.raises(store.NotOurs, match="never introduced"):
        stranger.deliver(stranger.identity)


def test_a_known_agency_cannot_write_into_an_agreement_it_is_no_party_to(agreement):
    outsider = Peer(**KPU_PALUTA)
    outsider.meet()
    with pytest.raises(store.NotOurs, match="no party"):
        outsider.state(agreement, AgreementLeft(reason="term_over"))


def test_replayed_bundle_changes_nothing(agreement, police):
    before = Entry.objects.count()
    log = police.log(agreement)
    with pytest.raises(store.OutOfStep):
        run(lambda: store.admit_checked(police.bundle(log, 0, 0)))
    run(lambda: store.admit_checked(police.bundle(log)))
    assert Entry.objects.count() == before


FORGERIES = {
    "a flipped signature": lambda text: text[:-10] + ("A" if text[-10] != "A" else "B") + text[-9:],
    "a changed fact": lambda text: text.replace('"reason":"term_over"', '"reason":"void_law"'),
    "another agency": lambda text: text.replace('"agency":"', '"agency":"0'),
    "white space": lambda text: text.replace('":', '": ', 1),
    "a key twice": lambda text: text.replace('{"', '{"agr":"","', 1),
    "a float": lambda text: text.replace('"lam":', '"lam":1.5,"lam":', 1),
    "a second line": lambda text: text + text.split("\n")[1] + "\n",
    "no signature": lambda text: text.split("\n")[0] + "\n",
    "truncated": lambda text: text[: len(text) // 2],
    "empty": lambda text: "",
    "deep": lambda text: "[" * 30_000 + "\n",
    "huge": lambda text: "{" + " " * 100_000 + "}\n",
    "lone surrogate": lambda text: text.replace('"term_over"', '"\\ud800"'),
}


@pytest.mark.parametrize("forge", FORGERIES.values(), ids=FORGERIES)
def test_forged_entries_are_refused_and_leave_no_trace(agreement, police, forge):
    police.state(agreement, AgreementLeft(reason="term_over"), deliver=False)
    log = police.log(agreement)
    before = list(Log.objects.values())
    honest = police.bundle(log, 1)
    forged = bundles.Bundle(
        log=honest.log,
        start=1,
        checkpoint=honest.checkpoint,
        entries=[forge(honest.entries[0])],
        proof=honest.proof,
    )
    with pytest.raises((bundles.BadBundle, envelope.BadEnvelope)):
        run(lambda: store.admit_checked(forged))
    assert list(Log.objects.values()) == before
    run(lambda: store.admit_checked(honest))


def test_a_log_that_shrank_is_refused(agreement, police):
    log = police.log(agreement)
    police.state(agreement, AgreementLeft(reason="term_over"))
    log.entries.pop()
    with pytest.raises((bundles.BadBundle, store.OutOfStep)):
        run(lambda: store.admit_checked(police.bundle(log, 1)))


def test_two_histories_freeze_the_log_and_are_kept_as_proof(agreement, police):
    log = police.log(agreement)
    police.state(agreement, AgreementLeft(reason="term_over"))
    log.entries.pop()
    police.state(agreement, AgreementLeft(reason="void_law"), deliver=False)
    second = bundles.Bundle(log=log.origin, start=2, checkpoint=police.checkpoint(log).decode(), entries=[], proof=[])
    run(lambda: store.admit_checked(second))
    assert Log.objects.get(origin=log.origin).frozen
    proof = Equivocation.objects.get()
    one, two = notes.parse(bytes(proof.first)), notes.parse(bytes(proof.second))
    assert one.checkpoint.size == two.checkpoint.size and one.checkpoint.root != two.checkpoint.root


def test_a_body_must_match_its_commitment(node, police):
    event = entered_by(police, node)
    agreement = founding_id(event)
    police.state(agreement, event, deliver=False)
    log = police.log(agreement)
    run(lambda: store.admit_checked(police.bundle(log)))
    assert Agreement.objects.get().signers is None
    salt, body = log.bodies[0]
    with pytest.raises(envelope.BadEnvelope, match="not the one"):
        run(lambda: store.admit_body(log.origin, 0, salt, body.replace(b"Tirta", b"Tarti")))
    assert run(lambda: store.admit_body(log.origin, 0, salt, body)) is True
    assert run(lambda: store.admit_body(log.origin, 0, salt, body)) is False
    assert Agreement.objects.get().signers[0]["name"] == "Tirta Lesmana"


def test_partner_cosigns_and_the_grade_rises(agreement, police, node):
    own = Log.objects.get(agreement=agreement, is_own=True)
    key = Entry.objects.get(log=own, seq=0).key
    assert grade(key).word == "signed"
    note = run(lambda: store.sign_checkpoint(own))
    checkpoint = notes.parse(note).checkpoint
    lines = b"".join(
        notes.cosign(checkpoint, police.id, use, police.ring[use], int(NOON.timestamp()))
        for use in ("witness", "mirror")
    )
    assert run(lambda: cosigning.admit(police.id, note, lines)) == 2
    assert run(lambda: cosigning.admit(police.id, note, lines)) == 0
    strong = grade(key)
    assert (strong.word, strong.witnessed, strong.of) == ("witnessed", 1, 1)


def test_we_cosign_what_we_stored_once(agreement, police):
    log = Log.objects.get(origin=police.log(agreement).origin)
    assert len(run(lambda: cosigning.cosign(log))) == 2
    assert run(lambda: cosigning.cosign(log)) == []
    note, lines = cosigning.lines_by(store.own_agency().id, log)
    assert len(notes.parse_lines(lines)) == 2 and notes.parse(note).checkpoint.size == 1


def test_tables_are_what_the_log_says(agreement, police, secretary):
    police.state(agreement, AgreementLeft(reason="term_over"))
    assert rebuild.check() == []
    Agreement.objects.update(title="Judul lain")
    assert [difference.table for difference in rebuild.check()] == ["agreement.Agreement"]
    rebuild.rebuild()
    assert Agreement.objects.get().title == terms()["title"]


def test_unknown_kind_is_kept_and_passed_over(agreement, police):
    class FromTheFuture(AgreementLeft, kind="future.kind"):
        pass

    key = police.state(agreement, FromTheFuture(reason="term_over"))
    assert Entry.objects.get(key=key).state == "unknown"
    later = police.state(agreement, AgreementLeft(reason="term_over"))
    assert Entry.objects.get(key=later).state == "folded"


def test_confirming_waits_until_the_terms_have_arrived(found_node, secretary):
    """The confirmation of a third party overtakes the founding; it is parked, then folded."""
    from tests.nodes.fixtures import KPU_TAPSEL, POLRES

    own = found_node(**KPU_TAPSEL)
    founder, third = Peer(**POLRES), Peer(**KPU_PALUTA)
    founder.meet()
    third.meet()
    event = AgreementEntered(
        parties=[founder.id, own.id, third.id], nonce="1" * 32, **{**terms(), "numbers": ["1", "2", "3"]}
    )
    agreement = founding_id(event)
    entered = founder.state(agreement, event, deliver=False)
    source = founder.log(agreement)
    seen = {source.origin: envelope.Seen(size=1, root=source.root(1).hex())}
    confirmed = third.state(
        agreement, AgreementConfirmed(entered=entered, scan=event.scan), deliver=False, seen=seen, lam=2
    )
    with pytest.raises(store.NotOurs):
        third.deliver(third.log(agreement))
    founder.deliver(source)
    third.deliver(third.log(agreement))
    assert Entry.objects.get(key=confirmed).state == "folded"
    assert set(Agreement.objects.get().confirmed_ids) == {founder.id, third.id}


@pytest.mark.parametrize("t", ["9999-12-31T00:00:00.000Z", "9999-12-31T23:59:00.000Z"])
def test_a_time_at_the_end_of_the_calendar_stops_nobody(node, secretary, t):
    """No clock in Indonesia reaches the end of that day: the fact does not count, what comes after it does."""
    partner = Peer(**KPU_PALUTA)
    partner.meet()
    agreement = enter_and_confirm(partner, secretary)
    for counts in (False, True):
        event = VoterUpdateReported(
            year=2023, quarter=4, new=1, gone=1, changed=1, letter_number="1", letter_dated=date(2024, 1, 5),
            letter="ab" * 32, letter_size=1,
        )  # fmt: skip
        key = partner.state(agreement, event, **({} if counts else {"t": t}))
        assert (Entry.objects.get(key=key).state == "invalid") is not counts
    assert rebuild.check() == [] and fsck.check() == []


def test_a_fact_about_the_end_of_the_calendar_does_not_count_and_is_refused_of_us(node, secretary):
    """No page or rule could count on from there; a partner's must break none of them, ours is refused in words."""
    partner = Peer(**KPU_PALUTA)
    partner.meet()
    agreement = enter_and_confirm(partner, secretary)
    end = datetime(9999, 12, 30, 20, tzinfo=UTC)
    event = AssistanceRequested(
        number=1, year=2024, service="escort", starts_at=end, ends_at=end + timedelta(hours=3),
        spot=Spot(region="1203022001"), people=1, officers=1,
    )  # fmt: skip
    assert Entry.objects.get(key=partner.state(agreement, event)).verdict == "it names a time beyond the calendar"
    with pytest.raises(Refused, match="9999"):
        run(lambda: store.append(agreement, event, id=new_event_id(NOON), by=secretary, at=NOON))
    assert rebuild.check() == [] and fsck.check() == []


def test_a_rule_that_breaks_on_a_fact_stops_only_that_fact(agreement, police, monkeypatch):
    def broken(event: AgreementLeft, envelope: catalog.Envelope) -> None:
        Agreement.change({"agreement": envelope.agreement}, title="changed")
        raise OverflowError("date value out of range")

    with monkeypatch.context() as patched:
        patched.setitem(catalog._projections, AgreementLeft, broken)
        key = police.state(agreement, AgreementLeft(reason="term_over"))
    row = Entry.objects.get(key=key)
    assert (row.state, row.verdict) == ("invalid", "its facts cannot be counted with")
    assert Agreement.objects.get(agreement=agreement).title != "changed", "nothing of it stays"


def test_a_number_that_no_table_holds_stops_only_that_fact(node, secretary):
    partner = Peer(**KPU_PALUTA)
    partner.meet()
    agreement = enter_and_confirm(partner, secretary)
    impossible = AssistanceRequested(
        number=1, year=2024, service="escort", starts_at=NOON, ends_at=NOON + timedelta(hours=3),
        spot=Spot(region="1203022001"), people=-1, officers=1,
    )  # fmt: skip
    row = Entry.objects.get(key=partner.state(agreement, impossible))
    assert (row.state, row.verdict) == ("invalid", "its facts cannot be counted with")


@pytest.mark.parametrize("order", list(itertools.permutations(range(2))))
def test_any_order_of_arrival_gives_the_same_tables(node, police, secretary, order):
    agreement = founded_by(police, node)
    confirm_agreement(id=new_event_id(NOON), by=secretary, at=NOON, agreement=agreement, scan=terms()["scan"])
    steps = [
        lambda: police.state(agreement, AgreementLeft(reason="term_over")),
        lambda: leave_agreement(id=new_event_id(NOON), by=secretary, at=NOON, agreement=agreement, reason="void_law"),
    ]
    for place in order:
        steps[place]()
    assert Agreement.objects.get().state == "ended"
    assert rebuild.check() == []


def test_a_waiting_agreement_is_withdrawn_by_who_entered_it_and_may_be_entered_again(node, police, secretary):
    def enter() -> str:
        key = enter_agreement(id=new_event_id(NOON), by=secretary, at=NOON, partners=[police.id], **terms()).key
        return Entry.objects.get(key=key).log.agreement

    agreement = enter()
    with pytest.raises(Refused, match="belum berlaku"):
        leave_agreement(id=new_event_id(NOON), by=secretary, at=NOON, agreement=agreement, reason="term_over")
    with pytest.raises(Refused, match="sudah dimasukkan"):
        enter()
    leave_agreement(id=new_event_id(NOON), by=secretary, at=NOON, agreement=agreement, reason="withdrawn")
    assert Agreement.objects.get(agreement=agreement).state == "ended"
    assert rebuild.check() == [] and fsck.check() == []
    assert enter() != agreement


def test_only_what_waits_is_withdrawn_and_what_was_withdrawn_is_not_confirmed(node, police, secretary, agreement):
    with pytest.raises(Refused, match="akhiri dengan alasannya"):
        leave_agreement(id=new_event_id(NOON), by=secretary, at=NOON, agreement=agreement, reason="withdrawn")
    event = AgreementEntered(parties=[police.id, node.id], nonce="2" * 32, **terms())
    other = founding_id(event)
    police.state(other, event)
    with pytest.raises(Refused, match="belum berlaku"):
        leave_agreement(id=new_event_id(NOON), by=secretary, at=NOON, agreement=other, reason="withdrawn")
    police.state(other, AgreementLeft(reason="withdrawn"))
    assert Agreement.objects.get(agreement=other).state == "ended"
    with pytest.raises(Refused, match="sudah ditarik"):
        confirm_agreement(id=new_event_id(NOON), by=secretary, at=NOON, agreement=other, scan=terms()["scan"])
    assert theirs(b"".join(export_agreement(other))) == ours(b"".join(export_agreement(other))) == ""


@pytest.mark.parametrize("order", list(itertools.permutations(range(2))))
def test_withdrawal_and_confirmation_that_cross_end_alike_in_any_order(node, police, secretary, order):
    agreement = founded_by(police, node)
    steps = [
        lambda: police.deliver(police.log(agreement)),
        lambda: confirm_agreement(
            id=new_event_id(NOON), by=secretary, at=NOON, agreement=agreement, scan=terms()["scan"]
        ),
    ]
    left = police.state(agreement, AgreementLeft(reason="withdrawn"), deliver=False, seen={}, lam=2)
    for place in order:
        with contextlib.suppress(Refused):
            steps[place]()
    assert Entry.objects.get(key=left).state == "folded"
    assert Agreement.objects.get(agreement=agreement).state == "ended"
    assert rebuild.check() == []
