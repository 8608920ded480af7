"""Second factors: set up by oneself, asked at the act, and of no use to whoever copies, replays or guesses them."""

import json
import re
from datetime import timedelta

import pyotp
import pytest
import time_machine
from django.test import Client

from sinergi.access import accounts, codes, signin
from sinergi.access.models import Challenge, ChangeAudit, CodeKey, Passkey, RecoveryCode, SignInAttempt
from sinergi.kernel.errors import Refused
from sinergi.kernel.instants import now
from tests.permissions.devices import Device

PASSWORD = "kopi-jendela-sungai-7"
HERE = {"HTTP_HOST": "localhost", "HTTP_ACCEPT": "application/json"}


@pytest.fixture(autouse=True)
def quick_hasher(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    signin._nobodys_password.cache_clear()
    yield
    signin._nobodys_password.cache_clear()


@pytest.fixture
def chair(db):
    return somebody("ketua")


def somebody(username):
    return accounts.add(username=username, name=username, password=PASSWORD, at=now(), must_change_password=False)


def knock(client, user, path="/masuk/", **more):
    return client.post(path, {"username": user.username, "password": PASSWORD, **more}, HTTP_HOST="localhost")


def entered(user):
    client = Client()
    assert knock(client, user).status_code == 302
    return client


def enrol(client, device=None):
    device = device or Device()
    options = client.post("/akun/faktor/kunci-sandi/tantangan/", **HERE).content.decode()
    answer = client.post("/akun/faktor/kunci-sandi/", {"credential": device.create(options)}, HTTP_HOST="localhost")
    assert answer.status_code == 200, answer.content.decode()
    return device


def asked_at_the_door(client):
    return client.post("/masuk/kunci-sandi/tantangan/", **HERE).content.decode()


def answer_at_the_door(client, answer):
    return client.post("/masuk/kunci-sandi/", {"credential": answer}, HTTP_HOST="localhost")


def with_app(user, at=None):
    at = at or now() - timedelta(minutes=5)
    secret = codes.begin(user, at=at)
    codes.confirm(user, pyotp.TOTP(secret).at(at), at=at)
    return pyotp.TOTP(secret)


def is_inside(client):
    return client.get("/akun/", HTTP_HOST="localhost").status_code == 200


# Passkeys


def test_a_passkey_opens_the_door_alone_and_the_first_one_brings_recovery_codes(chair):
    client = entered(chair)
    device = Device()
    options = client.post("/akun/faktor/kunci-sandi/tantangan/", **HERE).content.decode()
    asked = json.loads(options)
    assert (asked["rp"]["id"], asked["authenticatorSelection"]["userVerification"]) == ("localhost", "required")
    page = client.post("/akun/faktor/kunci-sandi/", {"credential": device.create(options)}, HTTP_HOST="localhost")
    assert len(re.findall(r"<li>\w{5}-\w{5}</li>", page.content.decode())) == 10
    elsewhere = Client()
    assert answer_at_the_door(elsewhere, device.get(asked_at_the_door(elsewhere))).status_code == 302
    assert is_inside(elsewhere)
    assert ChangeAudit.objects.filter(change="passkey_added", subject=chair.actor_id).count() == 1


def test_an_answer_counts_once(chair):
    device = enrol(entered(chair))
    device.counts = False
    client = Client()
    answer = device.get(asked_at_the_door(client))
    assert answer_at_the_door(client, answer).status_code == 302
    again = answer_at_the_door(Client(), answer)
    assert (again.status_code, "A-67" in again.content.decode()) == (422, True)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"origin": "http://localhost.evil.example"}, "A-66"),
        ({"origin": "http://localhost:9999"}, "A-66"),
        ({"type": "webauthn.create"}, "A-66"),
        ({"challenge": "AAAA"}, "A-67"),
    ],
)
def test_an_answer_made_elsewhere_or_for_something_else_opens_nothing(chair, change, code):
    device = enrol(entered(chair))
    client = Client()
    answer = answer_at_the_door(client, device.get(asked_at_the_door(client), **change))
    assert (answer.status_code, code in answer.content.decode()) == (422, True)
    assert not is_inside(client)


def test_a_passkey_of_another_host_without_a_finger_or_forged_opens_nothing(chair):
    device = enrol(entered(chair))
    for spoil in (
        lambda device: setattr(device, "host", "evil.example"),
        lambda device: setattr(device, "flags", 0x01),
        lambda device: setattr(device, "user_handle", b"somebody else's"),
        lambda device: setattr(device, "key", Device().key),
    ):
        kept = dict(vars(device))
        spoil(device)
        client = Client()
        assert answer_at_the_door(client, device.get(asked_at_the_door(client))).status_code == 422
        assert not is_inside(client)
        vars(device).update(kept)


def test_a_counter_that_goes_back_betrays_a_copied_key(chair):
    device = enrol(entered(chair))
    device.counter = 40
    client = Client()
    assert answer_at_the_door(client, device.get(asked_at_the_door(client))).status_code == 302
    for copied in (40, 11):
        device.counter = copied  # the next answer carries 41 again, or 12
        stale = Client()
        assert answer_at_the_door(stale, device.get(asked_at_the_door(stale))).status_code == 422
        assert not is_inside(stale)
    assert Passkey.objects.get().counter == 41


def test_an_expired_challenge_is_refused_and_swept_away(chair):
    device = enrol(entered(chair))
    client, start = Client(), now()
    with time_machine.travel(start, tick=False):
        options = asked_at_the_door(client)
    with time_machine.travel(start + timedelta(minutes=5), tick=False):
        assert answer_at_the_door(client, device.get(options)).status_code == 422
        asked_at_the_door(client)
    assert Challenge.objects.count() == 1


def test_a_challenge_for_one_person_or_purpose_serves_no_other(chair):
    other = somebody("kapolres")
    mine, theirs = entered(chair), entered(other)
    device = enrol(mine)
    enrol(theirs)
    # Somebody else's passkey proves nothing about me, even where the answer is perfect.
    options = theirs.post("/masuk/pastikan/tantangan/", **HERE).content.decode()
    answer = theirs.post("/masuk/pastikan/", {"credential": device.get(options)}, HTTP_HOST="localhost")
    assert answer.status_code == 422
    # What was asked of me is not answered in another's session, and not at the door.
    options = mine.post("/masuk/pastikan/tantangan/", **HERE).content.decode()
    answer = device.get(options)
    assert theirs.post("/masuk/pastikan/", {"credential": answer}, HTTP_HOST="localhost").status_code == 422
    assert answer_at_the_door(Client(), answer).status_code == 422


def test_one_passkey_is_enrolled_once_and_by_one_person(chair):
    device = enrol(entered(chair))
    other = entered(somebody("kapolres"))
    options = other.post("/akun/faktor/kunci-sandi/tantangan/", **HERE).content.decode()
    answer = other.post("/akun/faktor/kunci-sandi/", {"credential": device.create(options)}, HTTP_HOST="localhost")
    assert (answer.status_code, "A-63" in answer.content.decode()) == (422, True)


@pytest.mark.parametrize(
    "rubbish",
    ["", "{}", "[]", "null", "x" * 30_000, "[" * 20_000, '{"id":"a","rawId":"a","response":{}}'],
    ids=["nothing", "empty", "list", "null", "long", "deep", "hollow"],
)
def test_rubbish_instead_of_a_device_is_refused(chair, rubbish):
    client = entered(chair)
    assert answer_at_the_door(Client(), rubbish).status_code == 422
    assert client.post("/akun/faktor/kunci-sandi/", {"credential": rubbish}, HTTP_HOST="localhost").status_code == 422


def test_a_suspended_person_finds_the_door_shut(chair):
    device = enrol(entered(chair))
    accounts.suspend(chair, at=now())
    client = Client()
    assert answer_at_the_door(client, device.get(asked_at_the_door(client))).status_code == 422


@pytest.mark.parametrize(("host", "word"), [("127.0.0.1:8001", "http://localhost:8001"), ("10.1.2.3", "HTTPS")])
def test_an_address_where_passkeys_cannot_work_says_what_to_do(chair, host, word, settings):
    settings.ALLOWED_HOSTS = ["*"]
    client = entered(chair)
    page = client.get("/akun/faktor/", HTTP_HOST=host).content.decode()
    assert word in page and 'data-passkey="create"' not in page
    refused = client.post("/akun/faktor/kunci-sandi/tantangan/", HTTP_HOST=host, HTTP_ACCEPT="application/json")
    assert refused.status_code == 422


# Codes


def test_password_and_code_sign_in_and_the_password_alone_does_not(chair):
    app = with_app(chair)
    client = Client()
    assert knock(client, chair)["Location"] == "/masuk/kode/"
    assert not is_inside(client)
    assert client.post("/masuk/kode/", {"code": app.now()}, HTTP_HOST="localhost").status_code == 302
    assert is_inside(client)


def test_a_code_counts_once_even_in_its_own_half_minute(chair):
    app, start = with_app(chair), now()
    with time_machine.travel(start, tick=False):
        code = app.now()
        for expected in (302, 422):
            client = Client()
            knock(client, chair)
            assert client.post("/masuk/kode/", {"code": code}, HTTP_HOST="localhost").status_code == expected


@pytest.mark.parametrize(("steps", "status"), [(-2, 422), (-1, 302), (1, 302), (2, 422)])
def test_a_phone_may_be_one_step_early_or_late(chair, steps, status):
    app, start = with_app(chair), now()
    with time_machine.travel(start, tick=False):
        client = Client()
        knock(client, chair)
        code = app.at(start, counter_offset=steps)
        assert client.post("/masuk/kode/", {"code": code}, HTTP_HOST="localhost").status_code == status


@pytest.mark.slow
def test_guessed_codes_are_slowed_and_lock_nobody_out(chair):
    with_app(chair)
    known = Client()
    start = now()
    with time_machine.travel(start, tick=False):
        knock(known, chair)
        app = pyotp.TOTP(codes._secret(CodeKey.objects.get()))
        assert known.post("/masuk/kode/", {"code": app.now()}, HTTP_HOST="localhost").status_code == 302
        thief = Client()
        knock(thief, chair)
        answers = {
            thief.post("/masuk/kode/", {"code": f"{guess:06}"}, HTTP_HOST="localhost").status_code
            for guess in range(20)
        }
        assert answers == {422, 429}
        assert SignInAttempt.objects.filter(outcome="failed").count() <= 10
        # The thief of the password has used up strangers' tries; the owner's own device has its own.
        known.post("/keluar/", HTTP_HOST="localhost")
        assert knock(known, chair)["Location"] == "/masuk/kode/"
    with time_machine.travel(start + timedelta(seconds=60), tick=False):
        assert known.post("/masuk/kode/", {"code": app.now()}, HTTP_HOST="localhost").status_code == 302


def test_the_second_step_waits_five_minutes_and_belongs_to_one_browser(chair):
    app, start = with_app(chair), now()
    with time_machine.travel(start, tick=False):
        client = Client()
        knock(client, chair)
        assert Client().post("/masuk/kode/", {"code": app.now()}, HTTP_HOST="localhost")["Location"] == "/masuk/"
    with time_machine.travel(start + timedelta(minutes=5), tick=False):
        late = client.post("/masuk/kode/", {"code": app.now()}, HTTP_HOST="localhost")
        assert late["Location"] == "/masuk/"
        assert not is_inside(client)


def test_a_secret_that_no_code_confirmed_asks_for_nothing(chair):
    codes.begin(chair, at=now())
    client = Client()
    assert knock(client, chair)["Location"] == "/"
    with pytest.raises(Refused):
        codes.confirm(chair, "000000", at=now())


def test_the_secret_lies_sealed_in_the_table(chair):
    secret = codes.begin(chair, at=now())
    assert secret.encode() not in bytes(CodeKey.objects.get().sealed)


def test_a_recovery_code_opens_once_in_any_spelling_and_for_its_owner_only(chair):
    other = somebody("kapolres")
    with_app(chair)
    with_app(other)
    code, second = codes.new_recovery_codes(chair, at=now())[:2]
    for user, typed, expected in ((other, code, 422), (chair, f" {code.upper()} ", 302), (chair, code, 422)):
        client = Client()
        knock(client, user)
        assert client.post("/masuk/kode/", {"code": typed}, HTTP_HOST="localhost").status_code == expected
    assert ChangeAudit.objects.filter(change="recovery_used").count() == 1
    codes.new_recovery_codes(chair, at=now())
    assert not RecoveryCode.objects.filter(digest=codes._digest(chair, second.replace("-", ""))).exists()


def test_the_app_is_set_up_on_the_account_page(chair):
    client = entered(chair)
    assert client.post("/akun/faktor/kode/pasang/", HTTP_HOST="localhost").status_code == 302
    page = client.get("/akun/faktor/kode/", HTTP_HOST="localhost").content.decode()
    secret = re.search(r'id="rahasia" type="text" value="([A-Z2-7 ]+)"', page)[1].replace(" ", "")
    assert client.post("/akun/faktor/kode/", {"code": "123"}, HTTP_HOST="localhost").status_code == 422
    done = client.post("/akun/faktor/kode/", {"code": pyotp.TOTP(secret).now()}, HTTP_HOST="localhost")
    assert (done.status_code, chair.has_second_factor) == (200, True)
    assert client.post("/akun/faktor/kode/pasang/", HTTP_HOST="localhost").status_code == 422


# What a stolen password, an open screen or an administrator may not do


def test_an_act_that_binds_asks_for_a_second_factor_and_leads_back(person):
    client = person("chair", proven="")
    assert client.get("/sign/")["Location"] == "/akun/faktor/?next=%2Fsign%2F&for=act"
    enrol_by_hand(client)
    assert client.get("/sign/")["Location"] == "/masuk/pastikan/?next=%2Fsign%2F&for=act"
    app = pyotp.TOTP(codes._secret(CodeKey.objects.get()))
    # The session's proof is a password's at best until then.
    proven = client.post("/masuk/pastikan/", {"code": app.now(), "next": "/sign/"})
    assert proven["Location"] == "/sign/"
    assert client.get("/sign/").status_code == 200
    with time_machine.travel(now() + timedelta(minutes=31), tick=False):
        assert client.get("/sign/").status_code == 302


def enrol_by_hand(client):
    with_app(client.user)


def test_a_password_is_no_second_factor_and_no_token_signs(person):
    from tests.permissions.fixtures import token_of

    client = person("chair", proven="password")
    assert client.get("/sign/").status_code == 302
    header = {"HTTP_AUTHORIZATION": f"Bearer {token_of(client.user)}"}
    assert Client().get("/api/sign/", **header).status_code == 403


def test_signing_in_never_asks_for_more_than_one_has(chair):
    accounts.give_duty(chair, "chair", at=now() - timedelta(days=1))
    assert is_inside(entered(chair))


def test_keys_are_changed_only_by_who_has_just_shown_who_it_is(chair):
    client = entered(chair)
    with time_machine.travel(now() + timedelta(minutes=31), tick=False):
        answer = client.post("/akun/faktor/kunci-sandi/tantangan/", **HERE)
        assert (answer.status_code, answer["X-Location"]) == (401, "/masuk/pastikan/?next=%2Fakun%2Ffaktor%2F")
        wrong = client.post("/masuk/pastikan/", {"password": "salah"}, HTTP_HOST="localhost")
        assert wrong.status_code == 422
        right = client.post("/masuk/pastikan/", {"password": PASSWORD, "next": "/akun/faktor/"}, HTTP_HOST="localhost")
        assert right["Location"] == "/akun/faktor/"
        enrol(client)
        # Now that there is a factor, the password adds and removes nothing any more.
        again = Client()
        knock(again, chair)
        assert not is_inside(again)


def test_only_ones_own_passkeys_are_removed(chair):
    client, thief = entered(chair), entered(somebody("lain"))
    enrol(client)
    number = Passkey.objects.get().pk
    thief.post(f"/akun/faktor/kunci-sandi/{number}/cabut/", HTTP_HOST="localhost")
    assert Passkey.objects.exists()
    assert client.post(f"/akun/faktor/kunci-sandi/{number}/cabut/", HTTP_HOST="localhost").status_code == 302
    assert not Passkey.objects.exists()


def test_an_administrator_resets_a_lost_factor_of_others_but_not_the_own(person, chair):
    administrator = person("administrator")
    with_app(chair)
    with_app(administrator.user)
    codes.new_recovery_codes(chair, at=now())
    theirs = Client()
    knock(theirs, chair)
    path = "/kelola/pengguna/{}/faktor/"
    assert administrator.post(path.format(administrator.user.actor_id)).status_code == 422
    assert administrator.user.has_second_factor
    assert administrator.post(path.format(chair.actor_id)).status_code == 302
    assert not chair.has_second_factor and not RecoveryCode.objects.exists()
    noted = ChangeAudit.objects.get(change="factors_reset")
    assert (noted.actor, noted.subject) == (administrator.user.actor_id, chair.actor_id)
    assert is_inside(entered(chair))


def test_the_last_administrator_is_let_in_again_from_the_machine(chair):
    accounts.give_duty(chair, "administrator", at=now() - timedelta(hours=1))
    with_app(chair)
    text = accounts.recover(chair, at=now())
    client = Client()
    assert client.post("/masuk/", {"username": "ketua", "password": text})["Location"] == "/akun/kata-sandi/"
    assert set(ChangeAudit.objects.filter(actor="", subject=chair.actor_id).values_list("change", flat=True)) >= {
        "factors_reset",
        "password_set",
    }
    other = somebody("lain")
    with pytest.raises(Refused, match="administrator lain"):
        accounts.recover(other, at=now())
    chair.duties.all().delete()
    accounts.recover(other, at=now())
    assert other.can("access.manage", at=now())
