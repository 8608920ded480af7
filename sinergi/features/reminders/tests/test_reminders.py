"""Reminders over a real socket: once each, whatever the server, the clock or a kill does, and nothing in the logs."""

from __future__ import annotations

import email
import email.policy
import logging
import threading
from collections import Counter
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult

from sinergi.features.obligations import actions as duties
from sinergi.features.obligations import events
from sinergi.features.obligations.tests.conftest import Pact
from sinergi.features.reminders import actions, post, rules
from sinergi.features.reminders import message as messages
from sinergi.features.reminders.models import Mailbox, Reminder, Server
from sinergi.features.reminders.views import inbox
from sinergi.kernel.errors import Refused
from sinergi.kernel.instants import zone_of
from sinergi.sync.models import OwnAddress
from tests.nodes.fixtures import POLRES, enter_and_confirm
from tests.nodes.simulator import NOON, Peer

DAY = timedelta(days=1)
LATER = timedelta(minutes=10)


@pytest.fixture
def people(agreed: Pact, person: Any) -> dict[str, Any]:
    """Owner, deputy and the one above, each with an address."""
    made = {}
    for role in ("secretary", "kpu_staff", "chair"):
        about = {"starts_at": NOON - 90 * DAY, "name": "Tirta Lesmana"}
        made[role] = person(role, agreements=[agreed.agreement], **about).user
        actions.choose(made[role], f"{role}@kpu.example")
    return made


def remind(at: Any = NOON) -> bool:
    return actions.remind(lambda: at)


def states() -> set[str]:
    return set(Reminder.objects.values_list("state", flat=True))


def known() -> set[tuple[Any, ...]]:
    return set(Reminder.objects.values_list("user", "agreement", "code", "mark", "step"))


def text_of(letter: Any) -> tuple[Any, str]:
    message = email.message_from_bytes(letter.content, policy=email.policy.default)
    return message, message.get_content().replace("\r\n", "\n")


def to(letterbox: Any, name: str) -> list[Any]:
    return [one for one in letterbox.letters if one.rcpt_tos == [f"{name}@kpu.example"]]


def named_in(letterbox: Any) -> Counter[tuple[str, str]]:
    """How often each person was told of each page, at whatever step."""
    return Counter(
        (letter.rcpt_tos[0], line.strip())
        for letter in letterbox.letters
        for line in text_of(letter)[1].splitlines()
        if "/kewajiban/" in line
    )


@pytest.mark.slow
def test_owner_deputy_and_who_signs_get_one_plain_message_each_and_never_again(agreed, people, letterbox):
    OwnAddress.objects.create(url="https://sinergi.kpu.example/")
    assert remind()
    assert sorted(letterbox.addresses) == ["chair@kpu.example", "kpu_staff@kpu.example", "secretary@kpu.example"]
    _message, said = text_of(to(letterbox, "secretary")[0])
    late = agreed.board().line("D-02", "H-30")
    assert f"D-02 {late.title}\n  tenggat Senin, 15 Januari 2024, 24.00 WIB\n" in said
    assert f"https://sinergi.kpu.example/kewajiban/{agreed.agreement}/D-02/H-30/" in said
    assert said.index("Terlambat") < said.index("Jatuh tempo dalam tujuh hari") and "/akun/pengingat/" in said
    above = text_of(to(letterbox, "chair")[0])[1]
    assert "D-02" in above and "Jatuh tempo" not in above  # only what is a week late
    before = known()
    assert remind() and remind(NOON + LATER) and len(letterbox.letters) == 3
    assert (known(), states()) == (before, {"sent"})
    assert remind(NOON + 2 * DAY) and {"today", "late", "ahead"} <= {step for *_due, step in known()}


def test_a_message_says_code_title_day_and_link_and_nothing_of_people_or_machines(agreed, people, letterbox):
    remind()
    message, _said = text_of(to(letterbox, "secretary")[0])
    assert message["Subject"].startswith("Sinergi: ") and message.get_content_type() == "text/plain"
    assert message["Message-ID"].endswith("@kpu-tapsel.example>") and message["Auto-Submitted"] == "auto-generated"
    written = {"From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version"}
    assert set(message.keys()) == written | {"Content-Type", "Content-Transfer-Encoding"}
    for secret in ("Tirta", "Lesmana", "Polres", agreed.police.id, agreed.kpu):
        assert secret not in message.as_string()


def test_words_of_minutes_do_not_leave_the_house(agreed, people, letterbox):
    decision = duties.Decision(title="Panggil Sdr. Budi Canary", debtors=[agreed.kpu], due_on=(NOON + 3 * DAY).date())
    key = agreed.do(
        duties.state_minutes,
        agreement=agreed.agreement,
        meeting="coordination",
        held_on=(NOON - DAY).date(),
        words="Hadir lengkap",
        decisions=[decision],
        on=NOON.date(),
    )
    agreed.theirs(events.MinutesAnswered(minutes=key, agrees=True))
    remind()
    said = text_of(to(letterbox, "secretary")[0])[1]
    assert "T-01 tindak lanjut rapat" in said and "Canary" not in said


def test_what_concerns_two_partners_is_never_in_one_message(agreed, letterbox, person, secretary):
    other = Peer(**POLRES | {"code": "polres-lain", "name": "Polres Lain"})
    other.meet()
    second = Pact(enter_and_confirm(other, secretary), agreed.kpu, other)
    second.agree(second.propose())
    user = person("secretary", starts_at=NOON - 90 * DAY).user
    actions.choose(user, "secretary@kpu.example")
    OwnAddress.objects.create(url="https://sinergi.kpu.example")
    remind()
    said = [text_of(letter)[1] for letter in to(letterbox, "secretary")]
    ids = {agreed.agreement, second.agreement}
    assert len(said) == 2 and len({frozenset(one for one in ids if one in text) for text in said}) == 2
    assert all(sum(one in text for one in ids) == 1 for text in said)
    user.duties.update(agreements=[second.agreement])
    remind(NOON + 2 * DAY)
    assert all(agreed.agreement not in text_of(letter)[1] for letter in letterbox.letters[2:])


def test_an_owner_who_acts_for_the_one_above_is_still_reminded_as_owner(agreed, people, letterbox, person):
    for box in Mailbox.objects.exclude(user=people["secretary"]):
        actions.choose(box.user, "")
    acting = {"role": "chair", "starts_at": NOON - DAY, "ends_at": NOON + DAY, "is_acting": True}
    people["secretary"].duties.create(agreements=[agreed.agreement], **acting)
    remind()
    assert "Jatuh tempo dalam tujuh hari" in text_of(letterbox.letters[0])[1]


def test_whose_time_as_plh_is_over_or_who_left_gets_nothing(agreed, letterbox, person):
    acting = {"starts_at": NOON - 30 * DAY, "is_acting": True}
    over = person("chair", ends_at=NOON, **acting).user
    left = person("secretary", starts_at=NOON - 90 * DAY).user
    holds = person("chair", ends_at=NOON + DAY, **acting).user
    nobody = person("auditor", starts_at=NOON - 90 * DAY).user
    for name, user in (("over", over), ("left", left), ("holds", holds), ("nobody", nobody)):
        actions.choose(user, f"{name}@kpu.example")
    left.is_suspended = True
    left.save()
    assert remind() and letterbox.addresses == ["holds@kpu.example"]
    assert remind(NOON + 2 * DAY) and letterbox.addresses == ["holds@kpu.example"]


def test_a_clock_a_day_ahead_and_set_back_sends_nothing_twice(agreed, people, letterbox):
    remind(NOON + DAY)
    first = known()
    remind(NOON)
    # Only what the earlier day sees at an earlier step is new, and the day itself then brings nothing.
    assert {step for *_due, step in known() - first} <= {"ahead", "today"}
    told = len(letterbox.letters)
    assert remind(NOON + DAY) and len(letterbox.letters) == told and states() == {"sent"}


def test_a_server_that_is_down_is_tried_again_and_administrators_are_told(agreed, people, letterbox, settings, person):
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 1
    assert not remind() and not Reminder.objects.exists()
    assert not remind(NOON + LATER)
    server = Server.objects.get()
    assert (server.trouble, server.since) == ("apart", NOON)
    admin = person("administrator", starts_at=NOON - DAY).user
    assert inbox(admin, NOON + LATER) == []
    assert [one.key for one in inbox(admin, NOON + 2 * rules.TROUBLE)] == ["mail-server"]
    settings.EMAIL_PORT = port
    assert remind(NOON - 3 * DAY) and letterbox.letters
    assert Server.objects.get().trouble == "" and inbox(admin, NOON + 2 * rules.TROUBLE) == []


@pytest.mark.slow
def test_whatever_the_server_says_is_told_apart(agreed, people, letterbox, subtests):
    """Sent again where the server surely has it not; never where it may."""
    for name in ("kpu_staff", "chair"):
        actions.choose(people[name], "")
    for set_up, state, trouble in (
        ({"answers": {"secretary@kpu.example": "450 later"}}, "", ""),
        ({"answers": {"secretary@kpu.example": "421 closing"}}, "", "busy"),
        ({"sender": "451 busy"}, "", "busy"),
        ({"sender": "550 not you"}, "", "sender"),
        ({"data": "452 full"}, "", ""),
        ({"data": "554 no"}, "refused", ""),
        ({"cuts_at": "MAIL"}, "", "cut"),
        ({"cuts_at": "DATA"}, "unsure", "cut"),
    ):
        with subtests.test(str(set_up)):
            Reminder.objects.all().delete()
            Server.objects.all().delete()
            letterbox.empty()
            vars(letterbox).update(set_up)
            assert remind() == (state == "refused")
            assert states() == ({state} if state else set())
            assert Server.objects.get().trouble == trouble
            handed = len(letterbox.letters)
            vars(letterbox).update({"answers": {}, "sender": "", "data": "", "cuts_at": ""})
            assert remind(NOON + LATER)
            assert len(letterbox.letters) == handed + (not state) and states() == {state or "sent"}


def test_a_bad_address_is_shown_to_its_owner_and_holds_up_nobody_else(agreed, people, letterbox):
    letterbox.answers["secretary@kpu.example"] = "550 5.1.1 no such user"
    assert remind() and sorted(letterbox.addresses) == ["chair@kpu.example", "kpu_staff@kpu.example"]
    assert Mailbox.objects.get(user=people["secretary"]).refusal == 550
    assert [one.key for one in inbox(people["secretary"], NOON)] == ["mailbox"]
    assert remind(NOON + LATER) and len(letterbox.letters) == 2
    actions.choose(people["secretary"], "sekretaris@kpu.example")
    assert remind(NOON + LATER) and letterbox.addresses[-1] == "sekretaris@kpu.example"
    assert inbox(people["secretary"], NOON) == []


def test_an_address_refused_by_mistake_is_tried_again_the_next_day(agreed, people, letterbox):
    letterbox.answers = dict.fromkeys((f"{name}@kpu.example" for name in people), "550 relaying denied")
    assert remind() and letterbox.letters == [] and not Reminder.objects.exists()
    letterbox.answers = {}
    assert remind(NOON + LATER) and letterbox.letters == []
    assert remind(NOON + DAY) and len(letterbox.letters) == 3
    assert not Mailbox.objects.exclude(refusal=0).exists()


@pytest.mark.parametrize(
    "address",
    [
        "a@kpu.example\r\nBcc: x@y.example",
        "a@kpu.example>\r\nRCPT TO:<x@y.example",
        "a@kpu.example\nSubject: x",
        "käpt@kpu.example",
        "a\0@kpu.example",
    ],
)
def test_no_header_and_no_command_hides_in_an_address(agreed, people, letterbox, address):
    """Not even one that came past the form."""
    Mailbox.objects.filter(user=people["secretary"]).update(address=address)
    assert remind()
    assert sorted(letterbox.addresses) == ["chair@kpu.example", "kpu_staff@kpu.example"]
    assert all(len(one.rcpt_tos) == 1 and b"Bcc" not in one.content for one in letterbox.letters)
    assert Mailbox.objects.get(user=people["secretary"]).refusal == 553


def killed_once_handed_over(monkeypatch: Any) -> None:
    """The server has the first message, and the node dies before it can write that down; then it starts again."""
    OwnAddress.objects.create(url="https://sinergi.kpu.example")
    real = post.hand_over

    class Killed(BaseException):
        pass

    def killed(*given: Any, **named: Any) -> Any:
        real(*given, **named)
        raise Killed

    with monkeypatch.context() as dying:
        dying.setattr(post, "hand_over", killed)
        with pytest.raises(Killed):
            remind()


def test_killed_in_the_middle_it_is_unsure_and_not_sent_again(agreed, people, letterbox, monkeypatch):
    """At most once."""
    killed_once_handed_over(monkeypatch)
    assert len(letterbox.letters) == 1 and states() == {"sending"}
    assert remind(NOON + LATER) and states() == {"unsure", "sent"}
    assert len(letterbox.addresses) == 3 and set(named_in(letterbox).values()) == {1}


def test_a_node_that_noted_nothing_before_it_hands_over_sends_again(agreed, people, letterbox, monkeypatch):
    """The control of the one above: without the note the same kill makes a second message."""
    with monkeypatch.context() as careless:
        careless.setattr(type(Reminder.objects.all()), "bulk_create", lambda _rows, made, **_named: made)
        killed_once_handed_over(monkeypatch)
    assert len(letterbox.letters) == 1 and states() == set()
    assert remind(NOON + LATER)
    assert len(letterbox.addresses) == 4 and set(named_in(letterbox).values()) == {1, 2}


def test_nothing_goes_out_that_cannot_be_noted_first(agreed, people, letterbox, monkeypatch):
    def full(*_given: Any, **_named: Any) -> None:
        raise OSError

    monkeypatch.setattr(type(Reminder.objects.all()), "bulk_create", full)
    with pytest.raises(OSError):
        remind()
    assert letterbox.letters == []


def test_what_was_kept_while_others_were_written_to_is_not_sent(agreed, people, letterbox, monkeypatch):
    """Looked up just before it goes: P-06 is done, the chair's term ends and an address changes meanwhile."""
    real, handed = post.hand_over, []

    def meanwhile(address: str, **said: str) -> Any:
        handed.append(address)
        if len(handed) == 1:
            assert "P-06" in said["body"]
            given = {"agreement": agreed.agreement, "code": "P-06", "mark": "H-3", "words": "Sudah"}
            agreed.do(duties.state_about, statement="done", **given)
            people["chair"].duties.update(ends_at=NOON)
            actions.choose(people["kpu_staff"], "baru@kpu.example")
        return real(address, **said)

    monkeypatch.setattr(post, "hand_over", meanwhile)
    assert remind() and handed == ["secretary@kpu.example", "baru@kpu.example"]
    assert "P-06" not in text_of(letterbox.letters[1])[1]


@pytest.mark.slow
def test_a_server_that_takes_for_ever_is_cut(agreed, people, letterbox, monkeypatch):
    monkeypatch.setattr(post, "LONGEST_SECONDS", 0.5)
    free = threading.Event()
    letterbox.on_letter = lambda: free.wait(3)
    try:
        assert not remind()
    finally:
        free.set()
    assert states() == {"unsure"} and Server.objects.get().trouble == "cut"


@pytest.mark.slow
def test_a_greeting_that_drips_is_cut(agreed, people, settings, monkeypatch, dripping):
    monkeypatch.setattr(post, "LONGEST_SECONDS", 0.5)
    settings.EMAIL_PORT = dripping
    # Cut before the first letter came it is a line that ended, afterwards a greeting that is none.
    assert not remind() and Server.objects.get().trouble in ("busy", "cut") and not Reminder.objects.exists()


def test_stopping_ends_it_after_the_message_at_hand(agreed, people, letterbox):
    stopping = threading.Event()
    letterbox.on_letter = stopping.set
    actions.remind(lambda: NOON, stopping)
    assert len(letterbox.letters) == 1 and states() == {"sent"}


def test_no_password_is_told_on_a_line_that_others_read(agreed, people, letterbox, settings, caplog):
    """A server without STARTTLS, one with a certificate nobody vouches for, one that knows no passwords."""
    caplog.set_level(logging.DEBUG)
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "sinergi", "kanari-sandi"
    assert not remind() and Server.objects.get().trouble == "login"  # offers no sign-in
    settings.EMAIL_USE_TLS = True
    assert not remind() and Server.objects.get().trouble == "tls"
    assert letterbox.letters == [] and "kanari" not in caplog.text


def test_a_certificate_nobody_vouches_for_gets_neither_password_nor_message(people, secure, settings, caplog):
    caplog.set_level(logging.DEBUG)
    assert not remind() and Server.objects.get().trouble == "tls" and secure.handler.letters == []
    assert secure.handler.passwords == [] and "kanari" not in caplog.text


@pytest.mark.parametrize("right", [True, False])
def test_a_password_goes_over_tls_to_a_server_that_is_vouched_for(people, secure, monkeypatch, caplog, right):
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("SSL_CERT_FILE", str(secure.certificate))
    secure.handler.accepts = AuthResult(success=right, handled=False)
    assert remind() == right
    assert set(secure.handler.passwords) == {("sinergi", "kanari-sandi")}
    assert (len(secure.handler.letters), Server.objects.get().trouble) == ((3, "") if right else (0, "login"))
    assert "kanari" not in caplog.text


def test_at_night_and_without_a_server_nothing_goes_out(agreed, people, letterbox, settings):
    assert remind(NOON.replace(hour=15)) and not Reminder.objects.exists()  # 22.00 WIB
    settings.EMAIL_HOST = ""
    assert remind() and not Reminder.objects.exists()
    with pytest.raises(Refused, match="belum diatur"):
        actions.ask_trial("a@b.example", at=NOON)


def test_the_log_tells_counts_and_codes_and_no_address(agreed, people, letterbox, caplog):
    caplog.set_level(logging.DEBUG)
    letterbox.answers["secretary@kpu.example"] = "550 secretary@kpu.example Tirta Lesmana"
    remind()
    letterbox.sender = "550 sinergi@kpu-tapsel.example"
    actions.choose(people["secretary"], "x@kpu.example")
    remind(NOON + LATER)
    ours = [record for record in caplog.records if record.name.startswith("sinergi")]
    assert {getattr(record, "event", "") for record in ours} >= {"mail.sent", "mail.stuck.sender"}
    told = " ".join(str(vars(record)) for record in ours)
    assert "@" not in told and "Tirta" not in told


def test_an_english_reader_gets_it_in_english(agreed, people, letterbox):
    people["secretary"].language = "en"
    people["secretary"].save()
    remind()
    message, said = text_of(to(letterbox, "secretary")[0])
    assert "obligations to be done" in message["Subject"] and "due Monday, 15 January 2024" in said
    assert "kewajiban perlu" in text_of(to(letterbox, "chair")[0])[0]["Subject"]


@pytest.mark.slow
def test_the_pages_say_how_it_stands_and_a_test_is_sent_off_the_request(
    agreed, people, letterbox, person, settings, subtests
):
    admin, page = person("administrator"), "/kelola/surel/"
    mine = person("secretary", agreements=[agreed.agreement])
    with subtests.test("nonsense loses nothing"):
        for told in ("bukan", "a@b.example\nBcc: c@d.example", "käpt@kpu.example", f"{'a' * 60}@{'b' * 150}.example"):
            assert mine.post("/akun/pengingat/", {"address": told}).status_code == 422
            assert admin.post(page, {"address": told}).status_code == 422
        assert not Mailbox.objects.filter(user=mine.user).exists()
    with subtests.test("chosen, then taken back"):
        assert mine.post("/akun/pengingat/", {"address": "ops@kpu.example"}).status_code == 302
        assert 'value="ops@kpu.example"' in mine.get("/akun/pengingat/").content.decode()
        assert mine.post("/akun/pengingat/", {"address": ""}).status_code == 302
        assert not Mailbox.objects.filter(user=mine.user).exists()
    Mailbox.objects.all().delete()
    for set_up, told in (
        ({}, "Diterima server"),
        ({"answers": {"admin@kpu.example": "550 no"}}, "menolak alamat ini"),
        ({"answers": {}, "sender": "550 no"}, "menolak alamat pengirim"),
        ({"sender": "", "data": "554 no"}, "menolak pesan ini"),
    ):
        with subtests.test(told):
            letterbox.letters.clear()
            vars(letterbox).update(set_up)
            assert admin.post(page, {"address": "admin@kpu.example"}).status_code == 302
            assert letterbox.letters == [] and "Sedang dikirim" in admin.get(page).content.decode()
            remind(NOON.replace(hour=15))  # at night too: somebody sits there and waits
            assert told in admin.get(page).content.decode()
            letterbox.letters.clear()
            assert remind() and letterbox.letters == []
    with subtests.test("seen"):
        actions.choose(people["secretary"], "secretary@kpu.example")
        vars(letterbox).update({"data": "", "cuts_at": "DATA"})
        remind()
        shown = admin.get(page).content.decode()
        assert "tidak pasti sampai" in shown and "Sambungan ke server surel terputus" in shown
    with subtests.test("which time it was, in words"):
        told = {"agreement": agreed.agreement, "code": "M-01", "step": "late", "state": "refused", "at": NOON}
        marks = ("2026-W48", "H-7", "k" * 26)
        Reminder.objects.bulk_create(Reminder(user=mine.user, mark=mark, **told) for mark in marks)
        for shown in (mine.get("/akun/pengingat/").content.decode(), admin.get(page).content.decode()):
            assert "pekan 48 tahun 2026" in shown and ">H-7<" in shown and "satu kejadian" in shown
            assert ">2026-W48<" not in shown and f">{'k' * 26}<" not in shown
    with subtests.test("off"):
        settings.EMAIL_HOST, settings.MAIL_FLAW = "", "address"
        shown = admin.get(page).content.decode()
        assert "tidak mengirim surel" in shown and "SINERGI_MAIL bukan alamat" in shown
        assert "belum mempunyai server surel" in mine.get("/akun/pengingat/").content.decode()


def test_many_dues_make_one_short_message_and_an_exercise_says_so():
    told = {"exercise": True, "title": "Rakor\nBcc: x@y", "due_at": NOON, "step": "late"}
    dues: Any = [SimpleNamespace(code=f"M-{n:02d}", path=f"/{n}", **told) for n in range(30)]
    said = messages.body(dues, base="", choice="/akun/pengingat/")
    assert said.count("LATIHAN M-") == messages.MOST_NAMED and "Dan 10 lainnya" in said and "\nBcc" not in said
    assert messages.subject(dues) == "[LATIHAN] Sinergi: 30 kewajiban perlu dikerjakan, 30 terlambat"
    assert [rules.pause(n).total_seconds() / 60 for n in (0, 1, 2, 3, 4, 500)] == [5, 10, 20, 40, 60, 60]


@pytest.mark.parametrize(
    ("region", "zone", "said", "opens"),
    [
        ("1203", "WIB", "Senin, 5 Februari 2024, 24.00 WIB", 0),
        ("7371", "WITA", "Selasa, 6 Februari 2024 pukul 01.00 WITA", 23),
        ("9471", "WIT", "Selasa, 6 Februari 2024 pukul 02.00 WIT", 22),
        ("", "WIB", "Senin, 5 Februari 2024, 24.00 WIB", 0),
    ],
)
def test_limits_and_waking_hours_are_those_of_the_offices_own_zone_by_name(region, zone, said, opens):
    assert zone_of(region) == zone
    ends = datetime(2024, 2, 5, 17, tzinfo=UTC)
    due: Any = SimpleNamespace(code="M-01", title="Rakor", path="/", step="late", exercise=False, due_at=ends)
    assert f"tenggat {said}\n" in messages.body([due], base="", choice="/", zone=zone)
    first = datetime(2024, 2, 5, opens, tzinfo=UTC)  # 07.00 on the wall
    assert rules.is_waking(first, zone) and not rules.is_waking(first - timedelta(seconds=1), zone)


@pytest.mark.parametrize(
    ("address", "sender", "flaw", "told"),
    [
        ("smtp://surel.kpu.example", "a@b.example", "", ("surel.kpu.example", 587, True, False)),
        ("smtp://u:p%40ss@127.0.0.1:25", "a@b.example", "", ("127.0.0.1", 25, False, False)),
        ("smtps://surel.kpu.example", "a@b.example", "", ("surel.kpu.example", 465, False, True)),
        ("surel.kpu.example:25", "a@b.example", "address", None),
        ("smtp://surel:99999999", "a@b.example", "address", None),
        ("http://surel", "a@b.example", "address", None),
        ("smtp://surel.kpu.example", "", "sender", None),
        ("smtp://surel.kpu.example", "Sinergi <a@b.example>", "sender", None),
        ("", "a@b.example", "", None),
    ],
)
def test_the_settings_are_read_or_said_to_be_wrong(monkeypatch, address, sender, flaw, told):
    from sinergi.node import settings as node

    monkeypatch.setenv("SINERGI_MAIL", address)
    monkeypatch.setenv("SINERGI_SENDER", sender)
    found = node._mail()
    assert found["MAIL_FLAW"] == flaw and bool(found["EMAIL_HOST"]) == (told is not None)
    if told is not None:
        names = ("EMAIL_HOST", "EMAIL_PORT", "EMAIL_USE_TLS", "EMAIL_USE_SSL")
        assert tuple(found[name] for name in names) == told
