"""Administrators manage people, cannot raise themselves, and leave a trace of every change."""

import io
import json
from datetime import timedelta

import openpyxl
import pyotp
import pytest
from django.test import Client

from sinergi.access import accounts, codes, recorded, verbs
from sinergi.access.models import ChangeAudit, Duty, ReadAudit, Token, User, UserSession
from sinergi.kernel.errors import Refused
from sinergi.kernel.instants import now
from sinergi.ledger.models import Agency, Agreement

AT = now()
PASSWORD = "kopi-jendela-sungai-7"


@pytest.fixture(autouse=True)
def quick_hasher(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def commission(db):
    return Agency.objects.create(id="a" * 64, code="kpu", name="KPU Contoh", kind="kpu", is_self=True)


@pytest.fixture
def official(db):
    return accounts.add(username="rosma", name="Rosma Harahap", at=AT)


def test_leading_zeros_of_a_service_number_stay(db):
    assert accounts.add(username="abc", name="A", service_number="0712 3456", at=AT).service_number == "07123456"


@pytest.mark.parametrize(
    ("about", "field"),
    [
        ({"username": "a b"}, "username"),
        ({"username": "x"}, "username"),
        ({"username": "<script>"}, "username"),
        ({"username": "rosma"}, "username"),
        ({"username": " ROSMA "}, "username"),
        ({"name": "  "}, "name"),
        ({"service_number": "0712345"}, "service_number"),
        ({"service_number": "١٢٣٤٥٦٧٨"}, "service_number"),
        ({"password": "pendek"}, "password"),
    ],
)
def test_what_cannot_be_added_is_refused_with_a_sentence(official, about, field):
    with pytest.raises(Refused) as refused:
        accounts.add(**({"username": "baru", "name": "Orang Baru", "at": AT} | about))
    assert refused.value.field == field
    assert User.objects.count() == 1


def test_actor_ids_are_random_and_say_nothing(db):
    ids = {accounts.add(username=f"orang{number}", name="Sama", at=AT).actor_id for number in range(20)}
    assert len(ids) == 20
    assert all(len(id) == 32 and int(id, 16) for id in ids)


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"role": "resort_chief"}, "A-21"),
        ({"role": "nonsense"}, "A-21"),
        ({"ends_at": AT}, "A-22"),
        ({"is_acting": True}, "A-23"),
        ({"regions": ["1203", "abc"]}, "A-25"),
        ({"regions": ["12345"]}, "A-25"),
        ({"agreements": ["f" * 64]}, "A-26"),
        ({"level": "galaxy"}, "A-27"),
    ],
)
def test_a_duty_that_makes_no_sense_is_refused(commission, official, told, code):
    with pytest.raises(Refused) as refused:
        accounts.give_duty(official, **({"role": "secretary", "at": AT} | told))
    assert refused.value.code == code
    assert not Duty.objects.exists()


def test_nobody_gives_themselves_a_duty(official):
    with pytest.raises(Refused, match="administrator lain"):
        accounts.give_duty(official, "administrator", at=AT, by=official)


def test_holding_an_office_for_somebody_is_acting(official):
    chief = accounts.add(username="kapolres", name="Guntur", at=AT)
    duty = accounts.give_duty(official, "resort_chief", at=AT, ends_at=AT + timedelta(days=1), acting_for=chief)
    assert duty.is_acting
    with pytest.raises(Refused) as refused:
        accounts.give_duty(official, "resort_chief", at=AT, acting_for=chief)
    assert refused.value.code == "A-23"
    official.seen_at = AT
    assert official.actor().acting
    assert official.actor().office == "resort_chief"


def test_the_last_administrator_stays(person):
    first, second = person("administrator"), person("administrator")
    accounts.suspend(second.user, at=now(), by=first.user)
    for ending in (
        lambda: accounts.suspend(first.user, at=now()),
        lambda: accounts.end_duty(first.duty, at=now()),
    ):
        with pytest.raises(Refused, match="administrator terakhir"):
            ending()
    assert first.user.can("access.manage", at=now())


def test_suspending_ends_sessions_and_tokens_at_once(person):
    client = person("secretary")
    accounts.suspend(client.user, at=now())
    assert not UserSession.objects.filter(user=client.user).exists()
    assert client.get("/akun/").status_code == 302
    accounts.restore(client.user, at=now())
    assert User.objects.get(pk=client.user.pk).can("security.request", at=now())


def test_a_fresh_password_is_readable_and_must_be_changed(official):
    text = accounts.set_password(official, at=AT)
    assert official.check_password(text)
    assert official.must_change_password
    assert len(text) == 23 and not set("01lio") & set(text)


def test_a_token_lasts_a_year_at_most(official):
    for days in (0, -1, 367):
        with pytest.raises(Refused):
            accounts.new_token(official, label="x", at=AT, expires_at=AT + timedelta(days=days))
    with pytest.raises(Refused):
        accounts.new_token(official, label=" ", at=AT, expires_at=AT + timedelta(days=1))
    assert not Token.objects.exists()


def test_every_change_is_written_down_with_codes_only(commission, official):
    admin = accounts.add(username="admin", name="Admin Rahasia", at=AT)
    duty = accounts.give_duty(official, "secretary", at=AT, by=admin)
    accounts.end_duty(duty, at=AT + timedelta(days=1), by=admin)
    accounts.set_password(official, at=AT, by=admin)
    accounts.new_token(official, label="x", at=AT, expires_at=AT + timedelta(days=1), by=admin)
    accounts.revoke_token(Token.objects.get(), at=AT, by=admin)
    accounts.suspend(official, at=AT, by=admin)
    accounts.restore(official, at=AT, by=admin)
    rows = ChangeAudit.objects.filter(subject=official.actor_id).order_by("pk")
    changes = "added duty_given duty_ended password_set token_made token_revoked suspended restored"
    assert [row.change for row in rows] == changes.split()
    assert {row.actor for row in rows[1:]} == {admin.actor_id}
    assert "Rosma" not in str(list(rows.values()))


# The pages


def test_an_administrator_adds_a_person_and_gives_a_duty(commission, person):
    admin = person("administrator")
    answer = admin.post(
        "/kelola/pengguna/baru/", {"name": "Rosma Harahap", "username": "rosma", "service_number": "07123456"}
    )
    user = User.objects.get(username="rosma")
    assert answer["Location"] == f"/kelola/pengguna/{user.actor_id}/"
    day = now().date()
    told = {
        "role": "secretary",
        "level": "regency",
        "starts_on": day,
        "ends_on": day + timedelta(days=30),
        "regions": "1203",
    }
    assert admin.post(f"/kelola/pengguna/{user.actor_id}/penugasan/", told).status_code == 302
    duty = user.duties.get()
    assert (duty.regions, duty.agreements, duty.role) == (["1203"], ["*"], "secretary")
    assert duty.covers(region="120305")
    page = admin.get(f"/kelola/pengguna/{user.actor_id}/").content.decode()
    assert "Sekretaris KPU" in page
    assert admin.post(f"/kelola/pengguna/{user.actor_id}/penugasan/{duty.pk}/akhir/").status_code == 302
    assert not User.objects.get(pk=user.pk).can("security.request", at=now() + timedelta(seconds=1))


def test_a_form_offers_only_what_this_agency_has(commission, person):
    admin = person("administrator")
    other = person("secretary").user
    told = {"role": "resort_chief", "level": "regency", "starts_on": now().date()}
    assert admin.post(f"/kelola/pengguna/{other.actor_id}/penugasan/", told).status_code == 422
    Agreement.objects.create(id="b" * 64, role="live", founder="a" * 64)
    told = {"role": "chair", "level": "regency", "starts_on": now().date(), "agreements": ["b" * 64]}
    assert admin.post(f"/kelola/pengguna/{other.actor_id}/penugasan/", told).status_code == 302
    assert other.duties.get(role="chair").agreements == ["b" * 64]


def test_a_refusal_reaches_the_page_as_one_sentence(person):
    admin = person("administrator")
    answer = admin.post(f"/kelola/pengguna/{admin.user.actor_id}/penangguhan/")
    assert answer.status_code == 422
    assert "diri sendiri" in answer.content.decode()


def test_a_secret_is_shown_once(person):
    admin, other = person("administrator"), person("secretary").user
    answer = admin.post(f"/kelola/pengguna/{other.actor_id}/kata-sandi/")
    text = answer.context["text"]
    assert answer["Cache-Control"] == "no-store"
    assert User.objects.get(pk=other.pk).check_password(text)
    answer = admin.post(f"/kelola/pengguna/{other.actor_id}/token/", {"label": "posko", "days": 5})
    token = answer.context["text"]
    for path in (f"/kelola/pengguna/{other.actor_id}/", "/kelola/pengguna/"):
        page = admin.get(path).content.decode()
        assert text not in page and token not in page
    number = Token.objects.get().pk
    assert admin.post(f"/kelola/pengguna/{other.actor_id}/token/{number}/cabut/").status_code == 302
    assert Token.objects.get().revoked_at is not None


def test_the_list_filters_and_leaves_as_excel(commission, person, own_keys):
    admin = person("administrator", name="Admin")
    person("secretary", name="Rosma", service_number="07123456")
    page = admin.get("/kelola/pengguna/", {"words": "rosma"}).content.decode()
    assert "Rosma" in page and "secretary" in page
    assert [user.name for user in admin.get("/kelola/pengguna/", {"role": "secretary"}).context["page"]] == ["Rosma"]
    assert "Tidak ada yang cocok" in admin.get("/kelola/pengguna/", {"state": "suspended"}).content.decode()
    file = admin.get("/kelola/pengguna/", {"format": "xlsx", "role": "secretary"})
    rows = list(openpyxl.load_workbook(io.BytesIO(file.content)).active.values)
    assert "07123456" in rows[-1]


@pytest.mark.parametrize(
    "query", [{"page": "x"}, {"page": "-1"}, {"role": "nonsense"}, {"words": "x" * 500}, {"state": "\x00"}]
)
def test_strange_filters_do_no_harm(person, query):
    assert person("administrator").get("/kelola/pengguna/", query).status_code == 200


def test_the_trail_is_for_the_auditor(commission, person, own_keys):
    admin, auditor = person("administrator"), person("auditor")
    admin.post("/kelola/pengguna/baru/", {"name": "Rosma Harahap", "username": "rosma"})
    assert admin.get("/kelola/jejak/").status_code == 403
    assert "Belum ada jejak" in auditor.get("/kelola/jejak/").content.decode()
    page = auditor.get("/kelola/jejak/", {"kind": "changes"}).content.decode()
    assert "Rosma Harahap" in page and "Pengguna ditambahkan" in page
    assert auditor.get("/kelola/jejak/", {"kind": "changes", "format": "xlsx", "words": "rosma"}).status_code == 200


def test_the_trail_says_in_words_what_was_read(commission, person, monkeypatch):
    monkeypatch.setattr(recorded, "_known", {})
    recorded.register("security.request", "permohonan pengamanan", lambda keys: {"k1": "L-PAM-0006 KPU Tapsel"})
    auditor = person("auditor")
    for record, permission in (("security.request:k1", "security.read"), ("security.request:gone", "evidence.export")):
        ReadAudit.objects.create(
            at=now(),
            actor=auditor.user.actor_id,
            office="auditor",
            permission=permission,
            record=record,
            source="s" * 32,
        )
    page = auditor.get("/kelola/jejak/").content.decode()
    assert "permohonan pengamanan L-PAM-0006 KPU Tapsel" in page and "permohonan pengamanan gone" in page
    assert "Bukti diunduh" in page and "security.request" not in page
    found = auditor.get("/kelola/jejak/", {"words": "pam-0006"}).content.decode()
    assert "L-PAM-0006" in found and "gone" not in found


# The command line


def test_people_are_managed_at_the_command_line(commission, capsys, tmp_path):
    def do(*words):
        assert verbs.user(list(words), tmp_path) == 0
        return capsys.readouterr().out.strip()

    password = do("add", "rosma", "--name", "Rosma Harahap", "--number", "07123456", "--role", "secretary")
    user = User.objects.get(username="rosma")
    assert user.check_password(password)
    assert json.loads(do("list", "--json"))["users"][0]["duties"][0]["role"] == "secretary"
    assert "Sekretaris KPU" in do("list")
    assert do("token", "rosma", "--label", "posko", "--days", "3").startswith("snr_")
    do("duty", "rosma", "chair", "--last-day", "2099-01-01", "--region", "1203")
    do("duty", "rosma", "secretary", "--end")
    assert [duty.role for duty in user.duties_at(now())] == ["chair"]
    assert do("password", "rosma") != password
    codes.confirm(user, pyotp.TOTP(codes.begin(user, at=now())).at(now()), at=now())
    do("factors", "rosma")
    assert not user.has_second_factor
    do("suspend", "rosma")
    assert User.objects.get().is_suspended
    handed_over = do("recover", "rosma")
    assert User.objects.get().check_password(handed_over)
    assert not User.objects.get().is_suspended and User.objects.get().can("access.manage", at=now())
    do("restore", "rosma")
    assert do("--help").startswith("pemakaian")


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["fly"],
        ["add", "rosma"],
        ["suspend", "nobody"],
        ["token", "rosma", "--label", "x", "--days", "many"],
        ["token", "rosma", "--label", "x", "--days", "99999999999"],
        ["duty", "rosma", "king"],
        ["duty", "rosma", "secretary", "--end"],
        ["duty", "rosma", "secretary", "--last-day", "31-12-2099"],
        ["duty", "rosma", "resort_chief"],
        ["add", "baru", "--name", "Baru", "--role", "resort_chief"],
    ],
)
def test_the_command_line_says_no_in_one_sentence(commission, official, words, tmp_path):
    before = User.objects.count()
    with pytest.raises(Refused) as refused:
        verbs.user(words, tmp_path)
    assert refused.value.sentence.count("\n") == 0
    assert User.objects.count() == before


def test_a_stranger_finds_no_page_of_the_administrator(person):
    assert Client().get("/kelola/pengguna/").status_code == 302
    assert person("chair").get("/kelola/pengguna/").status_code == 403
    assert person("administrator").get("/kelola/pengguna/" + "0" * 32 + "/").status_code == 404
