"""A door opens to whoever holds a duty that reaches, and what one may not see does not exist."""

import json
from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import Http404
from django.test import Client, RequestFactory

from sinergi.access import doors, identity
from sinergi.access.models import Duty, ReadAudit, Token, User, UserSession
from sinergi.access.roles import PERMISSIONS, ROLES, granted, offered
from sinergi.kernel.instants import now
from sinergi.ledger.models import Log
from tests.permissions.fixtures import token_of


def test_a_view_without_a_door_answers_nobody(person, caplog):
    for client in (Client(), person("administrator"), person("resort_chief")):
        assert client.get("/forgotten/").status_code == 403
        assert client.get("/api/forgotten/").status_code == 403
    assert "without a door" in caplog.text


def test_each_door_opens_to_its_own(person):
    nobody, idle, chief, staff = Client(), person(), person("resort_chief"), person("operations_staff")
    expected = {"/open/": (200, 200, 200, 200), "/own/": (302, 200, 200, 200), "/decide/": (302, 403, 200, 403)}
    for path, statuses in expected.items():
        assert tuple(client.get(path).status_code for client in (nobody, idle, chief, staff)) == statuses


def test_a_misspelt_permission_fails_when_the_door_is_hung():
    with pytest.raises(KeyError):
        doors.requires("security.decid")


def test_only_the_chief_or_who_holds_the_office_decides(person):
    assert {role for role in ROLES if "security.decide" in granted(role)} == {"resort_chief"}
    assert person("deputy_chief").get("/decide/").status_code == 403
    acting = person("resort_chief", is_acting=True, ends_at=now() + timedelta(days=2))
    Duty.objects.create(user=acting.user, role="deputy_chief", starts_at=now() - timedelta(days=9))
    assert acting.get("/decide/").content == b"resort_chief"


def test_a_person_acts_in_the_office_that_opens_the_door(person):
    client = person("chair")
    Duty.objects.create(user=client.user, role="resort_chief", starts_at=now() - timedelta(days=1))
    assert client.get("/decide/").content == b"resort_chief"
    assert person("auditor").get("/own/").content == b"auditor"


def test_a_duty_gives_nothing_outside_its_period(person):
    day = timedelta(days=1)
    assert person("resort_chief", starts_at=now() + day).get("/decide/").status_code == 403
    assert person("resort_chief", starts_at=now() - 2 * day, ends_at=now() - day).get("/decide/").status_code == 403
    at = now()
    user = person("resort_chief", starts_at=at, ends_at=at + day).user
    assert user.can("security.decide", at=at)
    assert not user.can("security.decide", at=at + day)
    assert not user.can("security.decide", at=at - timedelta(microseconds=1))


def test_a_suspended_person_is_nobody(person):
    client = person("resort_chief")
    User.objects.filter(pk=client.user.pk).update(is_suspended=True)
    assert client.get("/decide/").status_code == 302
    assert client.get("/own/").status_code == 302
    assert Client().get("/api/decide/", headers={"Authorization": f"Bearer {token_of(client.user)}"}).status_code == 401


def test_programs_are_told_who_they_must_be(db):
    answer = Client().get("/api/decide/")
    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert json.loads(answer.content)["status"] == 401


def test_a_fragment_sends_the_whole_page_to_the_door(db):
    answer = Client().get("/decide/", headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Redirect"]) == (401, "/masuk/")


def test_the_door_remembers_where_one_wanted_to_go(db):
    assert Client().get("/decide/?x=1")["Location"] == "/masuk/?next=%2Fdecide%2F%3Fx%3D1"
    assert Client().post("/decide/")["Location"] == "/masuk/"


def test_a_token_is_worth_its_owners_duties_below_api_only(person):
    chief, staff = person("resort_chief"), person("kpu_staff")
    strict = Client(enforce_csrf_checks=True)
    bearer = {"Authorization": f"Bearer {token_of(chief.user)}"}
    assert strict.get("/api/decide/", headers=bearer).status_code == 200
    assert strict.post("/api/decide/", headers=bearer).status_code == 200
    assert strict.post("/decide/", headers=bearer).status_code == 403
    assert strict.get("/decide/", headers=bearer).status_code == 302
    other = {"Authorization": f"Bearer {token_of(staff.user)}"}
    assert strict.get("/api/decide/", headers=other).status_code == 403


def test_a_session_below_api_still_needs_the_form_token(person):
    client = person("resort_chief")
    client.handler.enforce_csrf_checks = True
    assert client.get("/api/decide/").status_code == 200
    assert client.post("/api/decide/").status_code == 403


@pytest.mark.parametrize("header", ["Bearer ", "Bearer snr_wrong", "Basic Zm9vOmJhcg==", "nonsense", "Bearer é"])
def test_a_wrong_token_is_refused_even_beside_a_good_session(person, header):
    client = person("resort_chief")
    assert client.get("/api/decide/", headers={"Authorization": header}).status_code == 401


def test_a_token_ends_when_it_expires_or_is_revoked(person):
    user = person("resort_chief").user
    at = now()
    text = token_of(user)
    ends = Token.objects.get().expires_at
    assert identity.person_of_token(text, at + timedelta(seconds=1), is_loopback=True) == user
    assert identity.person_of_token(text, ends, is_loopback=True) is None
    Token.objects.update(revoked_at=at)
    assert identity.person_of_token(text, at + timedelta(seconds=1), is_loopback=True) is None


def test_tokens_are_not_kept_in_the_clear(person):
    text = token_of(person("auditor").user)
    assert text.startswith("snr_")
    assert text not in str(Token.objects.values().get())


def test_a_session_without_its_row_is_over(person):
    client = person("resort_chief")
    UserSession.objects.all().delete()
    assert client.get("/decide/").status_code == 302


def test_answers_to_a_person_are_not_kept_by_the_browser(person):
    assert person("resort_chief").get("/decide/")["Cache-Control"] == "private, no-store"
    assert "Cache-Control" not in Client().get("/open/")


def test_roles_of_one_side_are_not_offered_to_the_other():
    assert "resort_chief" not in offered("kpu")
    assert "chair" not in offered("police")
    assert {"administrator", "auditor"} <= set(offered("kpu")) & set(offered("police"))
    for roles in PERMISSIONS.values():
        assert roles <= set(ROLES)


def test_nobody_asks_and_answers(db):
    for role in ROLES:
        held = granted(role)
        assert not (
            "security.request" in held and held & {"security.decide", "security.propose_answer", "security.assign"}
        )


def test_an_administrator_sees_no_requests_and_no_reads():
    assert (
        granted("administrator") & {"security.read", "places.read", "search.use", "audit.read", "evidence.export"}
        == set()
    )


# Records. `Log` stands for any table with a column `agreement`; `Duty.level` for a column that holds a region.


@pytest.fixture
def logs(db):
    return {
        letter: Log.objects.create(origin=letter, agreement=letter and letter * 64, agency="f" * 64, role="facts")
        for letter in ("a", "b", "")
    }


def request_of(client):
    request = RequestFactory().get("/", REMOTE_ADDR="203.0.113.7")
    request.user, request.actor, request.arrived_at = client.user, None, now()
    return request


def test_a_person_sees_the_agreements_of_their_duties(person, logs):
    one, all_ = person("chair", agreements=["a" * 64]), person("chair")

    def seen(client, **more):
        rows = doors.visible(client.user, Log.objects.order_by("pk"), "agreement.read", **more)
        return [log.origin for log in rows]

    assert seen(one) == ["a"]
    assert seen(all_) == ["a", "b", ""]
    assert seen(all_, scope="b" * 64) == ["b"]
    assert seen(one, scope="b" * 64) == []
    assert seen(person()) == []
    assert seen(person("administrator", agreements=[])) == []


def test_two_duties_reach_what_either_reaches_and_no_more(person, logs):
    client = person("chair", agreements=["a" * 64])
    Duty.objects.create(user=client.user, role="kpu_staff", agreements=["b" * 64], starts_at=now())
    rows = doors.visible(client.user, Log.objects.order_by("pk"), "agreement.enter")
    assert [log.origin for log in rows] == ["a"]
    assert client.user.can("security.request", agreement="b" * 64)
    assert not client.user.can("agreement.enter", agreement="b" * 64)


def test_regions_reach_downwards(person, logs):
    def seen(*regions):
        client = person("district_committee", regions=regions)
        rows = doors.visible(client.user, Log.objects.order_by("pk"), "security.read", agreement=None, region="role")
        return [log.role for log in rows]

    for log, region in zip(logs.values(), ("1203052001", "1220011002", ""), strict=True):
        Log.objects.filter(pk=log.pk).update(role=region)
    assert seen("120305") == ["1203052001"]
    assert seen("1203") == ["1203052001", ""]
    assert seen("120305", "1220") == ["1203052001", "1220011002", ""]
    assert seen("*") == ["1203052001", "1220011002", ""]
    assert seen("120306") == []


def test_can_and_visible_agree(person, logs):
    for regions in (["*"], ["12"], ["1203"], ["120305"], ["1203052001"]):
        client = person("district_committee", agreements=["a" * 64], regions=regions)
        for agreement in ("a" * 64, "b" * 64, ""):
            for region in ("1203", "1203052001", "1203062001", ""):
                Log.objects.filter(origin="a").update(agreement=agreement, role=region)
                rows = doors.visible(client.user, Log.objects.filter(origin="a"), "security.read", region="role")
                assert rows.exists() == client.user.can("security.read", agreement=agreement, region=region)


def test_opening_what_one_may_not_see_is_the_same_as_what_is_not_there(person, logs):
    request = request_of(person("chair", agreements=["a" * 64]))
    assert doors.open_record(request, Log.objects.all(), logs["a"].pk, "agreement.read").origin == "a"
    for key in (logs["b"].pk, 999_999, "nonsense", None, 2**70):
        with pytest.raises(Http404):
            doors.open_record(request, Log.objects.all(), key, "agreement.read")


def test_opening_a_record_names_the_office_that_opens_this_very_record(person, logs):
    client = person("chair", agreements=["a" * 64])
    Duty.objects.create(user=client.user, role="secretary", agreements=["b" * 64], is_acting=True, starts_at=now())
    request = request_of(client)
    doors.open_record(request, Log.objects.all(), logs["b"].pk, "agreement.read")
    assert (request.actor.office, request.actor.acting) == ("secretary", True)


def test_reading_what_is_restricted_leaves_a_trace_without_a_name(person, logs, monkeypatch):
    client = person("chair", name="Rahasia Namanya")
    request = request_of(client)
    doors.open_record(request, Log.objects.all(), logs["a"].pk, "agreement.read")
    assert not ReadAudit.objects.exists()
    monkeypatch.setattr(Log, "classification", "secret", raising=False)
    doors.open_record(request, Log.objects.all(), logs["a"].pk, "agreement.read")
    trace = ReadAudit.objects.values().get()
    assert trace["actor"] == client.user.actor_id
    assert trace["office"] == "chair"
    assert trace["record"] == f"ledger.log:{logs['a'].pk}"
    assert "Rahasia" not in str(trace)
    assert "203.0.113.7" not in str(trace)


def test_nobody_at_all_may_do_nothing(db):
    nobody = identity.Anonymous()
    assert isinstance(nobody, AnonymousUser)
    assert not nobody.can("home.read", agreement="a")
    assert nobody.duties_at() == []
    assert list(doors.visible(nobody, Log.objects.all(), "agreement.read")) == []


def test_a_session_is_of_the_password_and_the_person_that_it_began_with(person):
    chief, other = person("resort_chief"), person("auditor")
    assert chief.get("/akun/").status_code == 200
    UserSession.objects.filter(user=chief.user.pk).update(user=other.user.pk)
    assert chief.get("/akun/").status_code == 302
    assert other.get("/akun/").status_code == 200
    User.objects.filter(pk=other.user.pk).update(password="changed by other hands")
    assert other.get("/akun/").status_code == 302
