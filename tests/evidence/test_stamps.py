"""Time-stamps (RFC 3161) by a real authority; openssl is the judge beside us, and no lie of an authority is kept."""

from __future__ import annotations

import base64
import io
import random
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from sinergi.features.agreement.events import AgreementLeft
from sinergi.kernel.errors import Broken, Refused
from sinergi.kernel.instants import now
from sinergi.ledger import checkpoint as notes
from sinergi.ledger import fsck, grades, stamp, stamping, store
from sinergi.ledger.evidence import BadEvidence, export_agreement, export_record
from sinergi.ledger.evidence.check import Record, check
from sinergi.ledger.models import Entry, Log, Stamp, TimeAuthority
from sinergi.sync import fetch, stamps
from tests.evidence.test_evidence import VERIFIER, members_of, ours, theirs, written
from tests.evidence.tsa import Authority, serving

TEXT = b"sinergi.invalid/log/x\n1\nAAAA\n"


@pytest.fixture(scope="module")
def authority(tmp_path_factory) -> Authority:
    return Authority(tmp_path_factory.mktemp("tsa"))


@pytest.fixture
def desk(authority):
    with serving(authority) as opened:
        yield opened


@pytest.fixture
def trusted(desk, past) -> TimeAuthority:
    return stamps.add(desk.url, desk.authority.root, "Otoritas uji", now())


def stamped(past: str) -> list[Stamp]:
    return list(Stamp.objects.filter(log__agreement=past).order_by("log__is_own"))


def test_every_log_of_an_agreement_is_stamped_once_and_openssl_agrees(past, desk, trusted):
    before = {log.origin: bytes(log.root) for log in Log.objects.all()}
    assert stamps.collect(trusted, now()).stamped == 2
    for row in stamped(past):
        text = notes.parse(bytes(row.note)).checkpoint.body
        assert desk.authority.verifies(text, bytes(row.reply))
        assert not desk.authority.verifies(text + b"x", bytes(row.reply))
        assert abs(row.stamped_at - datetime.now(UTC)) < timedelta(minutes=1)
    # Nothing grew: nobody is asked again, and no byte of a log has changed.
    asked = desk.asked
    assert stamps.collect(trusted, now()).stamped == 0 and desk.asked == asked
    assert {log.origin: bytes(log.root) for log in Log.objects.all()} == before
    founded = Entry.objects.get(kind="agreement.entered")
    found = grades.grade(founded.key)
    assert (found.word, found.stamped_at) == ("stamped", Stamp.objects.get(log=founded.log).stamped_at)
    assert fsck.check() == []


def test_a_record_after_the_stamp_is_not_stamped_and_internal_logs_are_shown_to_nobody(past, police, trusted):
    stamps.collect(trusted, now())
    late = police.state(past, AgreementLeft(reason="void_law"))
    entry = Entry.objects.order_by("-pk").first()
    assert late is not None and not grades.grade(entry.key).stamped
    assert not Stamp.objects.exclude(log__agreement=past).exists()


LIES = {
    "another nonce": lambda tsa, text: lambda query: tsa.reply(tsa.query(TEXT)),
    "a nonce of nobody, the right text": lambda tsa, text: lambda query: tsa.reply(tsa.query(text, "-no_nonce")),
    "cut in the middle": lambda tsa, text: lambda query: tsa.reply(query)[:-40],
    "more behind it": lambda tsa, text: lambda query: tsa.reply(query) + b"\0",
    "empty": lambda tsa, text: lambda query: b"",
    "no stamp at all": lambda tsa, text: lambda query: b"<html>sorry</html>",
    "a refusal": lambda tsa, text: lambda query: tsa.reply(b"garbage"),
    "larger than anything honest": lambda tsa, text: lambda query: b"\0" * (stamp.LARGEST_REPLY + 1),
    "a certificate for mail": lambda tsa, text: lambda query: tsa.forged(query, "mail"),
    "a usage that is not critical": lambda tsa, text: lambda query: tsa.forged(query, "loose"),
    "an expired certificate": lambda tsa, text: lambda query: tsa.reply(query, "old"),
    "another root": lambda tsa, text: lambda query: Authority(tsa.files / "elsewhere").reply(query),
}


@pytest.mark.slow
def test_no_lie_of_an_authority_is_kept_and_people_read_why(past, desk, trusted):
    tsa = desk.authority
    tsa.signer("mail", "EMAIL_PROTECTION")
    tsa.signer("loose", critical=False)
    tsa.signer("old", until=datetime.now(UTC) - timedelta(days=2))
    text = stamping.wanted(trusted)[0].text
    for name, lie in LIES.items():
        desk.answer = lie(tsa, text)
        told = stamps.collect(trusted, now())
        trusted.refresh_from_db()
        assert (told.stamped, Stamp.objects.count()) == (0, 0), name
        assert told.trouble and trusted.error == told.trouble[:300], name
        # It was the answer that was refused: the authority itself answered.
        assert "pemeriksaan" in told.trouble or "lebih besar" in told.trouble, (name, told.trouble)
    # What a thief's tool signs is refused for the certificate alone: with the right one it holds.
    desk.answer = lambda query: tsa.forged(query, "tsa")
    assert stamps.collect(trusted, now()).stamped == 2
    trusted.refresh_from_db()
    assert trusted.error == ""


@pytest.mark.slow
def test_a_redirect_an_error_or_a_slow_authority_holds_nothing_up(past, desk, trusted, monkeypatch):
    desk.status, desk.more = 302, {"Location": "http://169.254.169.254/"}
    assert "pengalihan" in stamps.collect(trusted, now()).trouble
    desk.status, desk.more = 500, {}
    assert "500" in stamps.collect(trusted, now()).trouble
    desk.status, desk.drip = 200, 0.02
    monkeypatch.setattr(fetch, "WHOLE_SECONDS", 0.3)
    assert stamps.collect(trusted, now()).trouble
    trusted.refresh_from_db()
    assert trusted.last_answer is None and Stamp.objects.count() == 0
    assert grades.grade(Entry.objects.get(kind="agreement.entered").key).word == "witnessed"


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/tsa",
        "http://[::ffff:127.0.0.1]/tsa",
        "ftp://tsa.example.id/",
        "http://user@tsa.example.id/",
        "http://127.0.0.1/tsa?to=x",
        "http://127.0.0.1/../etc",
        "http://localhost/tsa",
    ],
)
def test_no_forbidden_host_is_asked(db, authority, url, monkeypatch):
    monkeypatch.setattr(fetch.urllib3.HTTPConnectionPool, "urlopen", lambda *a, **k: pytest.fail("it was asked"))
    with pytest.raises(Refused):
        stamps.add(url, authority.root, "x", now())
    # A row that somebody wrote into the table opens no other door.
    row = TimeAuthority.objects.create(
        fingerprint="0" * 64, url=url, name="x", certificates=authority.root, added_at=now()
    )
    with pytest.raises(Refused):
        next(stamps._ask(row.url, [b"x"]))


def test_an_authority_that_does_not_stamp_its_trial_is_not_added(db, desk, authority):
    with pytest.raises(Refused, match="sertifikat"):
        stamps.add(desk.url, b"no certificate", "x", now())
    desk.answer = lambda query: authority.reply(authority.query(TEXT))
    with pytest.raises(Refused, match="tidak dapat dipakai"):
        stamps.add(desk.url, authority.root, "x", now())
    assert TimeAuthority.objects.count() == 0


def test_what_was_stamped_before_an_authority_gives_up_is_kept(past, desk, trusted):
    honest, answered = stamps.Line.ask, []

    def ask(line: stamps.Line, *args: object, **kept: object) -> object:
        if answered:
            raise Broken("429")
        answered.append(honest(line, *args, **kept))
        return answered[0]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stamps.Line, "ask", ask)
        told = stamps.collect(trusted, now())
    assert told.stamped == 1 and "429" in told.trouble
    # The next round asks only for what is missing.
    assert stamps.collect(trusted, now()).stamped == 1 and len(stamped(past)) == 2


def test_our_clock_days_off_keeps_the_stamp_and_tells_people(past, desk, trusted, time_machine):
    time_machine.move_to(datetime.now(UTC) + timedelta(days=3))
    told = stamps.collect(trusted, now())
    assert told.stamped == 2 and "Jam kantor ini" in told.trouble
    # The time is the authority's, whatever our clock says.
    assert all(now() - row.stamped_at > timedelta(days=2) for row in stamped(past))


def test_an_authority_whose_clock_goes_back_is_not_believed(past, police, desk, trusted):
    stamps.collect(trusted, now())
    Stamp.objects.update(stamped_at=now() + timedelta(days=1))
    police.state(past, AgreementLeft(reason="void_law"))
    told = stamps.collect(trusted, now())
    assert told.stamped == 0 and "before" in told.trouble


def test_one_that_was_removed_is_asked_no_more_and_its_stamps_stay(past, desk, trusted):
    stamps.collect(trusted, now())
    stamps.remove(trusted.fingerprint[:8], now())
    assert stamping.asked() == [] and len(stamped(past)) == 2
    assert grades.grade(Entry.objects.get(kind="agreement.entered").key).word == "stamped"
    with pytest.raises(Refused):
        stamps.remove("", now())


def test_it_is_asked_by_the_hour_sooner_after_a_failure_and_also_when_the_clock_went_back():
    at = datetime(2026, 11, 27, 3, tzinfo=UTC)
    one = TimeAuthority(last_try=at)
    assert not stamps.is_due(one, at + timedelta(minutes=59)) and stamps.is_due(one, at + timedelta(hours=1))
    assert stamps.is_due(one, at - timedelta(seconds=1)) and stamps.is_due(TimeAuthority(), at)
    one.error = "x"
    assert not stamps.is_due(one, at + timedelta(minutes=4)) and stamps.is_due(one, at + timedelta(minutes=5))
    one.last_answer = at
    assert not stamps.is_due(one, at + timedelta(minutes=59)), "it stamped, and was only warned about"


def test_whatever_is_changed_in_a_stamp_it_never_tells_another_time(authority):
    query, nonce = stamp.request(TEXT)
    reply = authority.reply(query)
    told, generator = stamp.check(reply, TEXT, [authority.root], nonce), random.Random(1)
    kept = 0
    for place in range(len(reply)):
        changed = bytearray(reply)
        changed[place] ^= 1 << generator.randrange(8)
        try:
            assert stamp.check(bytes(changed), TEXT, [authority.root], nonce) == told
            kept += 1
        except stamp.BadStamp:
            pass
    # Only words around the signature, which say nothing, may differ.
    assert kept < 25


DAMAGES = {
    "its answer": lambda row: {"reply": bytes(row.reply[:500]) + b"\1" + bytes(row.reply[501:])},
    "its checkpoint": lambda row: {"note": bytes(row.note).replace(b"\n2\n", b"\n3\n").replace(b"\n1\n", b"\n2\n")},
    "its size": lambda row: {"size": row.size + 1},
    "its time": lambda row: {"stamped_at": row.stamped_at + timedelta(hours=1)},
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_fsck_finds_a_damaged_stamp(past, trusted, damage):
    stamps.collect(trusted, now())
    row = stamped(past)[0]
    Stamp.objects.filter(pk=row.pk).update(**damage(row))
    assert any("stempel waktu" in finding.where for finding in fsck.check())


def test_the_verb_says_plainly_that_nothing_waits_where_no_authority_is_named(db, capsys, tmp_path):
    from sinergi.sync.verbs import stamp as verb

    assert verb(["list"], tmp_path) == 0 and verb(["now"], tmp_path) == 0
    assert "tidak ada yang menunggu" in capsys.readouterr().out


@pytest.fixture
def proven(past, desk, trusted):
    """Stamps of our log and of the partner's as evidence: of the whole agreement and of its first record."""
    stamps.collect(trusted, now())
    store.sign_checkpoint(Log.objects.get(agreement=past, is_own=True))
    key = Entry.objects.get(kind="agreement.entered").key
    return b"".join(export_agreement(past)), b"".join(export_record(key))


def judged(data: bytes, *authorities: bytes):
    records: list[Record] = []
    return check(io.BytesIO(data), (), records.append, authorities), records


@pytest.mark.slow
def test_evidence_carries_the_stamps_and_three_verifiers_agree(proven, desk, tmp_path):
    for file in proven:
        report, records = judged(file)
        assert (report.stamps > 0, report.unjudged) == (True, report.stamps) and not any(one.stamped for one in records)
        report, records = judged(file, desk.authority.root)
        assert report.unjudged == 0
        assert all(bool(one.stamped) == (one.kind != "identity.agency_founded") for one in records)
        assert theirs(file) == ""
        with pytest.raises(BadEvidence, match="does not hold"):
            judged(file, Authority(tmp_path / "stranger").root)
    (tmp_path / "bukti").write_bytes(proven[0])
    script = VERIFIER.with_name("verify_timestamp.py")
    for root, holds in ((desk.authority.files, True), (tmp_path / "stranger", False)):
        words = [sys.executable, script, "--authority", root / "root.pem", tmp_path / "bukti"]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        assert (done.returncode == 0) == holds, done.stderr
        assert ("2 time-stamps hold." in done.stdout) == holds and ("REFUSED" in done.stderr) != holds


def test_a_stamp_that_was_moved_or_exchanged_is_refused_by_both(proven, desk, trusted):
    """An exporter with a valid key writes what it likes; the authority's answer stays about one checkpoint."""
    for file in proven:
        told = members_of(file)
        at = next(place for place, (name, _) in enumerate(told) if "/stamp/" in name)
        name, data = told[at]
        other = base64.b64encode(desk.authority.reply(desk.authority.query(TEXT))).decode()
        lies = {
            "of something else": [(name, other)],
            "of another size": [(re.sub(r"stamp/[0-9]+", "stamp/99", name), data)],
            "not base64": [(name, data + "!")],
            "twice": [(name, data), (name, data)],
        }
        for lie, members in lies.items():
            changed = written(file, [*told[:at], *members, *told[at + 1 :]])
            assert ours(changed) and theirs(changed), lie
        cut = base64.b64encode(base64.b64decode(data)[:-9]).decode()
        changed = written(file, [*told[:at], (name, cut), *told[at + 1 :]])
        assert not ours(changed) and not theirs(changed)
        with pytest.raises(BadEvidence):
            judged(changed, desk.authority.root)
