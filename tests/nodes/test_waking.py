"""A node that is an old copy of itself signs nothing before its partners said how much of its log they hold."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.db import transaction
from django.db.models import Q

from sinergi.features.agreement.actions import enter_agreement
from sinergi.features.agreement.events import AgreementConfirmed
from sinergi.features.security.events import AssistanceRequested, RequestText, Spot
from sinergi.kernel.errors import Refused
from sinergi.kernel.ids import new_event_id
from sinergi.ledger import bundle as bundles
from sinergi.ledger import checkpoint as notes
from sinergi.ledger import envelope, fsck, guard, histories, keys, rebuild, store
from sinergi.ledger.models import Body, Entry, Equivocation, Log
from sinergi.ledger.writer import run
from sinergi.sync import messages, pull, service, statement, waking
from sinergi.sync.models import Peer as Line
from sinergi.sync.models import Resumption
from tests.nodes.fixtures import KPU_PALUTA, terms
from tests.nodes.simulator import NOON, Peer, PeerLog
from tests.nodes.test_exchange import founded_by


def ask_for(agreement: str, number: int) -> None:
    """State one more request, with words."""
    event = AssistanceRequested(
        number=number,
        year=2024,
        service="escort",
        starts_at=NOON + timedelta(days=6),
        ends_at=NOON + timedelta(days=6, hours=8),
        spot=Spot(region="1203022001"),
        people=1,
        officers=number,
        text=RequestText(activity=f"Kawal logistik {number}", place="Gudang"),
    )
    run(lambda: store.append(agreement, event, id=new_event_id(NOON), by=None, at=NOON))


class Holder:
    """The partner's node: it shows the logs as they stood when it was asked to keep them."""

    def __init__(self, police: Peer, agreement: str) -> None:
        self.agency, self.agreement = police.id, agreement
        self.kept: dict[str, PeerLog] = {}
        self.elsewhere = -1
        self.yours: list[messages.YourLine] = []
        self.keep()

    def keep(self) -> None:
        """Hold everything of the agreement, words too, and the logs of keys."""
        for row in Log.objects.filter(Q(agreement=self.agreement) | Q(role="identity")):
            if row.is_own:
                run(lambda row=row: store.sign_checkpoint(row))
            log = PeerLog(row.agency, row.agreement, row.role)
            log.entries = [bytes(entry.data) for entry in Entry.objects.filter(log=row).order_by("seq")]
            for body in Body.objects.filter(entry__log=row).select_related("entry"):
                log.bodies[body.entry.seq] = (bytes(body.salt), bytes(body.data))
            log.note = bytes(Log.objects.get(pk=row.pk).checkpoint_note)  # type: ignore[attr-defined]
            self.kept[row.origin] = log

    def state(self) -> messages.State:
        lines = [
            messages.LogLine(
                log=log.origin,
                agreement=log.agreement,
                role=log.role,
                author=log.agency,
                size=len(log.entries),
                checkpoint=log.note.decode(),  # type: ignore[attr-defined]
            )
            for log in self.kept.values()
        ]
        return messages.State(agency=self.agency, logs=lines, cosigned=[], yours=self.yours, elsewhere=self.elsewhere)

    def entries(self, origin: str, start: int) -> bundles.Bundle:
        log = self.kept[origin]
        whole = Peer.bundle(SimpleNamespace(checkpoint=lambda log: log.note), log, start)  # type: ignore[arg-type]
        return whole

    def bodies(self, origin: str, seqs: list[int]) -> messages.Bodies:
        held = self.kept[origin].bodies
        given = [messages.BodyLine(seq=seq, salt=held[seq][0], data=held[seq][1]) for seq in seqs if seq in held]
        return messages.Bodies(bodies=given, absent=[seq for seq in seqs if seq not in held])


@pytest.fixture
def folder(agreement, police, tmp_path) -> Iterator[Path]:
    """The node's folder; the police are a partner whose node can be asked."""
    Line.objects.create(agency=police.id, url="http://127.0.0.1:9", introduced_at=NOON)
    data = tmp_path / "data"
    data.mkdir()
    guard.note_start(data)
    yield data
    guard.lift(data)


@pytest.fixture
def restored(folder, agreement, police) -> Holder:
    """Two requests are stated, backed up; three more reach the partner; then the node is what it was at the backup."""
    for number in (1, 2):
        ask_for(agreement, number)
    run(lambda: [store.sign_checkpoint(log) for log in Log.objects.filter(is_own=True)])
    backup = transaction.savepoint()
    for number in (3, 4, 5):
        ask_for(agreement, number)
    holder = Holder(police, agreement)
    transaction.savepoint_rollback(backup)
    (folder / guard.NAME).unlink()
    assert own(agreement).size == 3
    return holder


def own(agreement: str) -> Log:
    return Log.objects.get(agreement=agreement, is_own=True)


def round_with(holder: Holder) -> list[str]:
    return pull.Round(holder.agency).go(holder).troubles  # type: ignore[arg-type]


def test_the_same_folder_and_boot_signs_at_once(folder, agreement):
    waking.begin(folder)
    ask_for(agreement, 1)
    assert not guard.is_holding() and waking.why(agreement) == ""


@pytest.mark.parametrize("how", ["copied", "no mark", "another store", "another boot", "spoilt", "a folder"])
def test_whatever_is_not_that_folder_asks_first(folder, agreement, how, tmp_path, monkeypatch):
    if how == "copied":
        copy = tmp_path / "copy"
        shutil.copytree(folder, copy)  # keeps times of change of content, as cp -a and tar do
        os.utime(copy / guard.NAME, ns=(folder / guard.NAME).stat()[7:9])
        folder = copy
    elif how == "no mark":
        (folder / guard.NAME).unlink()
    elif how == "another store":
        before = transaction.savepoint()
        guard.note_start(folder)
        transaction.savepoint_rollback(before)
    elif how == "another boot":
        monkeypatch.setattr(guard, "_BOOT", Path("/dev/null"))
    elif how == "spoilt":
        (folder / guard.NAME).write_bytes(b"\xff")
    else:
        (folder / guard.NAME).unlink()
        (folder / guard.NAME).mkdir()
    waking.begin(folder)
    with pytest.raises(Refused, match="memastikan pada mitra"):
        ask_for(agreement, 1)
    assert waking.why(agreement).startswith("Menunggu jawaban Polres Tapanuli Selatan")
    if how == "a folder":
        (folder / guard.NAME).rmdir()


def test_after_a_power_cut_with_the_line_down_the_office_signs_once_everybody_was_tried(
    folder, agreement, police, monkeypatch
):
    monkeypatch.setattr(guard, "_BOOT", Path("/dev/null"))
    waking.begin(folder)
    waking.missed(police.id)
    ask_for(agreement, 1)
    assert waking.why(agreement) == ""
    # The next start asks again: only answers say that nothing of ours is missing.
    assert not guard.is_unbroken(folder) and guard.is_unbroken(folder, any_boot=True)


def test_a_machine_put_back_to_an_old_image_heals_where_a_partner_answers(folder, agreement, restored, monkeypatch):
    guard.note_start(folder)
    monkeypatch.setattr(guard, "_BOOT", Path("/dev/null"))
    waking.begin(folder)
    restored.elsewhere = 5
    round_with(restored)
    waking.missed(restored.agency)
    with pytest.raises(Refused):
        ask_for(agreement, 3)
    restored.elsewhere = -1
    assert round_with(restored) == []
    assert own(agreement).size == 6
    ask_for(agreement, 6)


def test_an_old_copy_takes_its_own_facts_back_and_signs_on(folder, agreement, restored):
    waking.begin(folder)
    with pytest.raises(Refused):
        ask_for(agreement, 3)
    assert round_with(restored) == []
    log = own(agreement)
    assert (log.size, log.folded, log.frozen) == (6, 6, "")
    assert bytes(log.checkpoint_note) == restored.kept[log.origin].note  # type: ignore[attr-defined]
    assert Body.objects.filter(entry__log=log).count() == len(restored.kept[log.origin].bodies)
    ask_for(agreement, 6)
    assert fsck.check() == [] and rebuild.check() == []
    run(lambda: store.sign_checkpoint(own(agreement)))
    # What is signed now continues what the partner holds.
    held = restored.kept[log.origin]
    grown = store.bundle(log.origin, 6)
    assert grown.start == 6 and envelope.parse(grown.entries[0].encode()).header.prev == held.leaves()[-1].hex()
    assert not guard.is_holding() and guard.is_unbroken(folder)


def test_without_the_guard_the_old_copy_forks(folder, agreement, restored):
    """The control: nothing but the guard stands between an old copy and a second history."""
    ask_for(agreement, 3)
    run(lambda: store.sign_checkpoint(own(agreement)))
    fork = Log.objects.get(pk=own(agreement).pk)
    with pytest.raises(Refused, match="dibekukan"):
        round_with(restored)
        ask_for(agreement, 4)
    fork.refresh_from_db()
    assert fork.frozen == histories.RESTORED
    first, second = notes.parse(bytes(fork.checkpoint_note)), restored.kept[fork.origin]
    assert second.root(first.checkpoint.size) != first.checkpoint.root, "two signed histories of one log"


def test_an_agreement_founded_after_the_backup_comes_back_too(folder, agreement, police, secretary):
    from tests.nodes.fixtures import enter_and_confirm

    before = transaction.savepoint()
    later = enter_and_confirm(police, secretary, "gladi")
    ask_for(later, 1)
    holder = Holder(police, later)
    transaction.savepoint_rollback(before)
    (folder / guard.NAME).unlink()
    waking.begin(folder)
    assert round_with(holder) == []
    assert own(later).size == 2 == own(later).folded
    ask_for(later, 2)
    assert fsck.check() == [] and rebuild.check() == []


@pytest.fixture
def forgotten(node, police, tmp_path) -> Iterator[Holder]:
    """The police found an agreement, we confirm it and ask twice; then the node is a back-up older than the police's
    line, and the police are introduced again: they hold a log of ours that this copy never had."""
    before = transaction.savepoint()
    agreement = founded_by(police, node)
    opening = Entry.objects.get(log__agreement=agreement, seq=0)
    event = AgreementConfirmed(entered=opening.key, scan=terms()["scan"])
    run(lambda: store.append(agreement, event, id=new_event_id(NOON), by=None, at=NOON))
    for number in (1, 2):
        ask_for(agreement, number)
    holder = Holder(police, agreement)
    transaction.savepoint_rollback(before)
    waking.begin(tmp_path)
    assert not guard.is_holding(), "a back-up without partners has nobody to ask"
    Line.objects.create(agency=police.id, url="http://127.0.0.1:9", introduced_at=NOON)
    yield holder
    guard.lift(tmp_path)


def test_a_backup_older_than_the_partner_takes_the_log_it_never_had(forgotten, tmp_path):
    assert round_with(forgotten) == []
    log = own(forgotten.agreement)
    assert (log.size, log.folded, log.frozen) == (3, 3, "")
    ask_for(forgotten.agreement, 3)
    assert own(forgotten.agreement).size == 4
    assert fsck.check() == [] and rebuild.check() == [] and guard.is_unbroken(tmp_path)


@pytest.mark.parametrize("held", [False, True])
def test_a_log_of_ours_that_nobody_shows_whole_is_not_begun_anew(forgotten, held, tmp_path):
    """The partner shows a checkpoint of it, and no entries: nothing may be signed at their places."""
    if held:
        guard.hold()
    origin = envelope.log_id(forgotten.agreement, store.own_agency().id, "facts")
    note = forgotten.kept.pop(origin).note.decode()  # type: ignore[attr-defined]
    forgotten.yours = [messages.YourLine(log=origin, agreement=forgotten.agreement, role="facts", checkpoint=note)]
    for _ in range(2):
        round_with(forgotten)
        assert (own(forgotten.agreement).size, own(forgotten.agreement).frozen) == (0, histories.RESTORED)
        with pytest.raises(Refused):
            ask_for(forgotten.agreement, 1)
    assert "sedang diambil kembali" in waking.why(forgotten.agreement)
    assert fsck.check() == []
    waking.begin(tmp_path)
    assert guard.is_holding(), "nor after a restart"


@pytest.mark.slow
def test_a_partner_cannot_make_up_a_log_of_ours(folder, agreement, police):
    """Only what we signed closes anything: names are free, our signature is not."""
    us = store.own_agency().id
    held = Log.objects.count()
    for agreement_id, role, log in (
        ("c" * 64, "facts", ""), ("c" * 64, "internal", ""), ("", "facts", ""), ("x" * 9000, "facts", ""),
        ("c" * 64, "facts", own(agreement).origin), ("\ud800", "facts", ""),
    ):  # fmt: skip
        origin = log or "0" * 64
        if not log and agreement_id.isascii():
            origin = envelope.log_id(agreement_id, us, role)
        false = notes.sign(notes.Checkpoint(origin, 2, b"x" * 32), police.ring["checkpoint"])
        borrowed = run(lambda: store.sign_checkpoint(own(agreement)))
        for note in (false, borrowed, b"", b"x"):
            holder = Holder(police, agreement)
            holder.yours = [messages.YourLine(log=origin, agreement=agreement_id, role=role, checkpoint=note.decode())]
            round_with(holder)
    assert Log.objects.count() == held and not guard.is_holding()
    ask_for(agreement, 1)


def test_a_partner_that_does_not_answer_leaves_the_node_reading(folder, agreement, police, restored):
    waking.begin(folder)
    waking.missed(police.id)
    with pytest.raises(Refused) as refused:
        ask_for(agreement, 3)
    assert refused.value.code == "K-114"
    assert statement.state_for(police.id).logs, "it serves reading"
    waking.begin(folder)
    assert guard.is_holding(), "a second start does not forget it"


def test_one_partners_silence_does_not_hold_the_agreement_with_another(folder, agreement, police, secretary):
    from tests.nodes.fixtures import enter_and_confirm

    other = Peer(**KPU_PALUTA)
    other.meet()
    Line.objects.create(agency=other.id, url="http://127.0.0.1:9", introduced_at=NOON)
    second = enter_and_confirm(other, secretary)
    (folder / guard.NAME).unlink()
    waking.begin(folder)
    waking.answered(police.id, -1)
    ask_for(agreement, 1)
    with pytest.raises(Refused):
        ask_for(second, 1)
    waking.answered(other.id, -1)
    ask_for(second, 1)
    assert guard.is_unbroken(folder)


@pytest.fixture
def of_three(folder, police, secretary) -> tuple[str, Peer, Peer]:
    """An agreement with two partners, of which the second alone holds our newest facts; we are an older folder."""
    other = Peer(**KPU_PALUTA)
    other.meet()
    Line.objects.create(agency=other.id, url="http://127.0.0.1:9", introduced_at=NOON)
    given = terms() | {"numbers": ["05/PKS/2023", "B/11/III/2023", "07/PKS/2023"]}
    partners = [police.id, other.id]
    receipt = enter_agreement(id=new_event_id(NOON), by=secretary, at=NOON, partners=partners, exercise="", **given)
    agreement = Entry.objects.get(key=receipt.key).log.agreement
    for partner in (police, other):
        partner.state(agreement, AgreementConfirmed(entered=receipt.key, scan=terms()["scan"]))
    ask_for(agreement, 1)
    return agreement, police, other


@pytest.mark.parametrize("why_unheard", ["cut off", "paused"])
def test_an_old_copy_hears_every_partner_since_one_alone_may_hold_the_newest_facts(
    folder, of_three, two_people, why_unheard
):
    agreement, near, far = of_three
    run(lambda: store.sign_checkpoint(own(agreement)))
    near_holds, backup = Holder(near, agreement), transaction.savepoint()
    ask_for(agreement, 2)
    far_holds = Holder(far, agreement)
    transaction.savepoint_rollback(backup)
    (folder / guard.NAME).unlink()
    Line.objects.filter(agency=far.id).update(paused=why_unheard == "paused")
    waking.begin(folder)
    assert round_with(near_holds) == []
    waking.missed(far.id)
    with pytest.raises(Refused) as refused:
        ask_for(agreement, 3)
    assert refused.value.code == "K-114"
    assert waking.why(agreement) == f"Menunggu jawaban {far.name} tentang buku kantor ini."
    assert round_with(far_holds) == []
    assert own(agreement).size == 3
    ask_for(agreement, 3)
    assert fsck.check() == []


def test_two_people_vouch_for_an_old_copy_where_one_of_two_partners_is_gone(folder, of_three, two_people):
    agreement, near, far = of_three
    (folder / guard.NAME).unlink()
    waking.begin(folder)
    waking.answered(near.id, -1)
    waking.missed(far.id)
    waking.resume(*two_people[:2], "gedung mitra padam listrik", at=NOON)
    ask_for(agreement, 2)


def test_a_reboot_with_one_of_two_lines_down_stops_no_office(folder, of_three, monkeypatch):
    agreement, near, far = of_three
    monkeypatch.setattr(guard, "_BOOT", Path("/dev/null"))
    waking.begin(folder)
    waking.answered(near.id, -1)
    with pytest.raises(Refused):
        ask_for(agreement, 2)
    waking.missed(far.id)
    ask_for(agreement, 2)


def test_a_reboot_that_a_partner_shows_to_be_an_old_image_hears_every_partner(folder, of_three, monkeypatch):
    """It passes for a mere reboot, until one partner shows more of our log: then the other may hold still more."""
    agreement, near, far = of_three
    run(lambda: store.sign_checkpoint(own(agreement)))
    image = transaction.savepoint()
    ask_for(agreement, 2)
    near_holds = Holder(near, agreement)
    ask_for(agreement, 3)
    far_holds = Holder(far, agreement)
    transaction.savepoint_rollback(image)
    monkeypatch.setattr(guard, "_BOOT", Path("/dev/null"))
    for _ in range(2):
        waking.begin(folder)
        waking.missed(far.id)
        round_with(near_holds)
        assert own(agreement).size == 3
        with pytest.raises(Refused):
            ask_for(agreement, 3)
    assert round_with(far_holds) == [] == round_with(near_holds)
    assert own(agreement).size == 4
    ask_for(agreement, 4)
    assert not guard.is_holding() and fsck.check() == []


def test_a_clone_waits_while_the_other_node_still_speaks(folder, agreement, police, restored, two_people):
    waking.begin(folder)
    restored.elsewhere = 20
    round_with(restored)
    with pytest.raises(Refused):
        ask_for(agreement, 6)
    assert "Matikan salah satunya" in waking.why(agreement)
    with pytest.raises(Refused, match="Tidak aman"):
        waking.resume(*two_people[:2], "gedung mitra padam listrik", at=NOON)
    restored.elsewhere = waking.ALONE_SECONDS
    round_with(restored)
    ask_for(agreement, 6)


def test_a_checkpoint_the_partner_saw_but_cannot_show_whole_keeps_the_log_closed(folder, agreement, restored):
    log = restored.kept[own(agreement).origin]
    del log.entries[4:]
    restored.yours = [messages.YourLine(log=log.origin, checkpoint=log.note.decode())]  # type: ignore[attr-defined]
    log.note = notes.sign(notes.Checkpoint(log.origin, 4, log.root(4)), keys.own()["checkpoint"])  # type: ignore[attr-defined]
    waking.begin(folder)
    round_with(restored)
    assert (own(agreement).size, own(agreement).frozen) == (4, histories.RESTORED)
    with pytest.raises(Refused):
        ask_for(agreement, 4)


def test_a_running_node_does_not_take_what_a_clone_wrote(folder, agreement, restored):
    """No guard holds: somebody else signs with our keys. The log stops; nothing is merged in silence."""
    round_with(restored)
    assert (own(agreement).size, own(agreement).frozen) == (3, histories.RESTORED)
    with pytest.raises(Refused, match="salinan lama"):
        ask_for(agreement, 3)


def test_a_lying_partner_cannot_write_into_our_log(folder, agreement, police, restored):
    waking.begin(folder)
    log = restored.kept[own(agreement).origin]
    forged = envelope.parse(log.entries[3])
    log.entries[3] = envelope.seal(forged.header, police.ring["event"])
    assert round_with(restored) != []
    assert own(agreement).size == 3 and not Equivocation.objects.exists()
    with pytest.raises(Refused):
        ask_for(agreement, 3)


@pytest.fixture
def two_people(person):
    return [person(role).user.username for role in ("administrator", "chair", "secretary")]


def test_two_people_let_it_sign_and_are_recorded(folder, agreement, police, two_people):
    admin, chair, secretary = two_people
    (folder / guard.NAME).unlink()
    waking.begin(folder)
    waking.missed(police.id)
    why = "gedung mitra padam listrik"
    for first, second, reason in (
        (admin, admin, why),
        (chair, secretary, why),
        (admin, "nobody", why),
        (admin, chair, "ya"),
    ):
        with pytest.raises(Refused):
            waking.resume(first, second, reason, at=NOON)
    assert not Resumption.objects.exists() and guard.is_holding()
    waking.resume(admin, chair, why, at=NOON)
    ask_for(agreement, 1)
    row = Resumption.objects.get()
    assert row.reason == why and len({row.first, row.second}) == 2
    assert guard.is_unbroken(folder)
    with pytest.raises(Refused, match="seperti biasa"):
        waking.resume(admin, chair, why, at=NOON)


def test_nobody_can_vouch_against_what_a_partner_has_shown(folder, agreement, restored, two_people):
    waking.begin(folder)
    log = own(agreement)
    run(lambda: histories.compare(log, restored.kept[log.origin].note))  # type: ignore[attr-defined]
    with pytest.raises(Refused, match="Tidak aman"):
        waking.resume(two_people[0], two_people[1], "gedung mitra padam listrik", at=NOON)


def test_a_twin_is_taken_to_live_for_as_long_as_a_node_may_rest_and_no_longer(
    folder, agreement, restored, two_people, monkeypatch
):
    """The partner falls silent after telling of another process of ours: people may vouch once that has lapsed."""
    assert service.backoff(12, 1.0) < waking.ALONE_SECONDS, "or a living original would pass for a dead one"
    waking.begin(folder)
    restored.elsewhere = 100
    round_with(restored)
    began = time.monotonic()
    for later, allowed in ((waking.ALONE_SECONDS - 110, False), (waking.ALONE_SECONDS - 90, True)):
        monkeypatch.setattr(time, "monotonic", lambda later=later: began + later)
        waking.missed(restored.agency)
        with pytest.raises(Refused):
            ask_for(agreement, 6)
        if allowed:
            waking.resume(*two_people[:2], "gedung mitra padam listrik", at=NOON)
            ask_for(agreement, 6)
            break
        with pytest.raises(Refused, match="Tidak aman"):
            waking.resume(*two_people[:2], "gedung mitra padam listrik", at=NOON)


@pytest.fixture
def second(police, secretary) -> str:
    from tests.nodes.fixtures import enter_and_confirm

    return enter_and_confirm(police, secretary, "gladi")


def test_a_log_with_two_histories_long_ago_holds_up_no_other_agreement(folder, agreement, second, police, two_people):
    own_log = own(second)
    Log.objects.filter(pk=own_log.pk).update(frozen=histories.FORKED, frozen_at=0, folded=0)
    for sign in (lambda: waking.answered(police.id, -1), lambda: waking.resume(*two_people[:2], "a b c", at=NOON)):
        (folder / guard.NAME).unlink()
        waking.begin(folder)
        with pytest.raises(Refused):
            ask_for(agreement, 1)
        sign()
        ask_for(agreement, 1)
        assert not guard.is_holding() and guard.is_unbroken(folder)
        with pytest.raises(Refused, match="dua riwayat"):
            ask_for(second, 1)


def test_two_people_vouch_only_for_agreements_of_which_nobody_showed_more(folder, agreement, second, two_people):
    Log.objects.filter(pk=own(second).pk).update(frozen=histories.RESTORED)
    waking.begin(folder)
    waking.resume(*two_people[:2], "gedung mitra padam listrik", at=NOON)
    ask_for(agreement, 1)
    with pytest.raises(Refused):
        ask_for(second, 1)
    waking.begin(folder)
    assert guard.is_holding(), "the next start asks again"


def test_people_read_why_nothing_is_signed(folder, agreement, person, restored):
    waking.begin(folder)
    page = person("secretary").get("/siapa-punya-apa/").content.decode()
    assert "Kantor ini belum menandatangani" in page and "Menunggu jawaban Polres Tapanuli Selatan" in page
    assert "Belum menandatangani" in page
    guard.lift(folder)
    assert "belum menandatangani" not in person("secretary").get("/siapa-punya-apa/").content.decode()


@pytest.mark.slow
def test_two_people_vouch_with_their_passwords_and_not_with_their_names(
    two_people, folder, agreement, tmp_path, monkeypatch
):
    from sinergi.access.models import User
    from sinergi.sync import resuming, verbs

    (folder / guard.NAME).unlink(missing_ok=True)
    waking.begin(folder)
    for name in two_people[:2]:
        user = User.objects.get(username=name)
        user.set_password(f"{name} pita hitam")
        user.save()
    words = ["--by", two_people[0], "--and", two_people[1], "--reason", "gedung mitra padam listrik"]
    right, wrong = (tmp_path / "right", tmp_path / "wrong")
    right.write_text(f"{two_people[0]} pita hitam\n{two_people[1]} pita hitam\n")
    wrong.write_text(f"{two_people[0]} pita hitam\n{two_people[0]} pita hitam\n")
    for given in (words, [*words, "--passwords-file", str(wrong)], [*words, "--passwords=a", "--passwords=b"]):
        with pytest.raises(Refused, match="Kata sandi"):
            verbs.resume(given, folder)
    assert not Resumption.objects.exists() and guard.is_holding()
    monkeypatch.setattr("sys.stdin", SimpleNamespace(isatty=lambda: False))
    with pytest.raises(Refused, match="diketik"):
        resuming.ask_passwords(words)
    assert resuming.ask_passwords([*words, "--passwords-file", "x"]) == []
    assert verbs.resume([*words, "--passwords-file", str(right)], folder) == 0
    assert Resumption.objects.count() == 1
