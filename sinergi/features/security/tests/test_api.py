"""The JSON interface of security assistance: receipts, keys, strangers, hostile bodies."""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from sinergi.access.models import ReadAudit
from sinergi.features.security import events
from sinergi.features.security.models import Answer, Letter, Request
from sinergi.features.security.tests.conftest import (
    END,
    SIPIROK,
    START,
    Side,
    answered,
    asked_here,
    asked_of_police,
    new_id,
    state_of,
)
from sinergi.ledger import rebuild, writer
from sinergi.ledger.models import Entry
from tests.permissions.fixtures import sign_in_somebody, token_of

ALL = "/api/security/requests"


def asking(agreement: str, **changes: Any) -> dict[str, Any]:
    base = {
        "agreement": agreement,
        "service": "escort",
        "activity": "Kawal logistik",
        "place": "Gudang Pargarutan",
        "starts_at": START.isoformat(),
        "ends_at": END.isoformat(),
        "region": SIPIROK,
        "people": 40,
        "officers": 12,
        "vehicles": 3,
    }
    return base | changes


def post(client: Client, address: str, body: Any, key: str | None = None, **headers: str) -> Any:
    data = body if isinstance(body, bytes | str) else json.dumps(body)
    given = {"Idempotency-Key": key or new_id()} if key != "" else {}
    return client.post(address, data, content_type="application/json", headers=given | headers)


def code_of(answer: Any) -> tuple[int, str]:
    return answer.status_code, json.loads(answer.content).get("code", "")


def test_a_request_is_answered_with_its_receipt_and_then_read(kpu):
    secretary = kpu.person("secretary")
    answer = post(secretary, ALL, asking(kpu.agreement, lat=1.61, lon=99.28, risks=["road", "road"]))
    receipt = answer.json()
    entry = Entry.objects.get(key=receipt["key"])
    assert answer.status_code == 201
    assert receipt == {
        "log": entry.log.origin,
        "seq": entry.seq,
        "leaf": bytes(entry.leaf).hex(),
        "key": entry.key,
    }
    listed = secretary.get(ALL).json()
    assert [row["code"] for row in listed["requests"]] == ["PAM-0001"] and listed["next"] == ""
    one = secretary.get(f"{ALL}/{entry.key}").json()
    assert (one["state"], one["lat"], one["risks"], one["evidence"]["signed"]) == ("requested", 1.61, ["road"], True)
    assert one["answer_due"] == "2024-02-06T17:00:00Z"
    assert rebuild.check() == []


def test_the_same_delivery_counts_once_however_it_is_spelt(kpu):
    secretary, key, body = kpu.person("secretary"), new_id(), asking(kpu.agreement)
    first = post(secretary, ALL, body, key)
    spelt_otherwise = json.dumps(dict(reversed(body.items())), indent=3)
    again = post(secretary, ALL, spelt_otherwise, key)
    in_the_body = post(secretary, ALL, body | {"id": key}, "")
    assert first.json() == again.json() == in_the_body.json()
    assert [answer.status_code for answer in (first, again, in_the_body)] == [201, 201, 201]
    assert Request.objects.count() == 1


def test_one_key_for_two_deliveries_is_refused(kpu):
    secretary, key = kpu.person("secretary"), new_id()
    receipt = post(secretary, ALL, asking(kpu.agreement), key).json()
    assert code_of(post(secretary, ALL, asking(kpu.agreement, officers=13), key)) == (422, "API-04")
    # Another address, and another person with the very same body.
    withdrawal = f"{ALL}/{receipt['key']}/withdrawals"
    assert code_of(post(secretary, withdrawal, {"reason": "cancelled"}, key)) == (422, "API-04")
    assert code_of(post(kpu.person("chair"), ALL, asking(kpu.agreement), key)) == (422, "API-04")
    assert Request.objects.get().officers == 12 and state_of(receipt["key"]) == "requested"


def test_an_id_that_a_screen_used_is_used(kpu):
    key = asked_here(kpu)
    id = new_id()
    kpu.post("secretary", f"/pengamanan/{key}/penarikan/", id=id, reason="cancelled")
    assert state_of(key) == "withdrawn"
    assert code_of(post(kpu.person("secretary"), ALL, asking(kpu.agreement), id)) == (422, "API-04")


def test_a_refused_delivery_may_be_sent_again_better(kpu):
    secretary, key = kpu.person("secretary"), new_id()
    worse = asking(kpu.agreement, ends_at=START.isoformat())
    refused = post(secretary, ALL, worse, key)
    assert code_of(refused) == (422, "PAM-01") and refused.json()["field"] == "ends_at"
    assert post(secretary, ALL, asking(kpu.agreement), key).status_code == 201


@pytest.mark.parametrize(
    ("header", "body", "code"),
    [
        ("", {}, "API-01"),
        ("seven", {}, "API-02"),
        ("018d7a3c-0000-7000-8000-0000000000zz", {}, "API-02"),
        ("018d7a3c-0000-7000-8000-000000000001", {"id": "018d7a3c-0000-7000-8000-000000000002"}, "API-03"),
        ("", {"id": "x" * 4000}, "API-02"),
    ],
)
def test_a_delivery_needs_one_proper_key(kpu, header, body, code):
    assert code_of(post(kpu.person("secretary"), ALL, asking(kpu.agreement) | body, header)) == (422, code)
    assert not Request.objects.exists()


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 422),
        (b"null", 422),
        (b"[]", 422),
        (b"{", 400),
        (b"\xff\xfe\x00", 400),
        (b'{"activity":"\xed\xa0\x80"}', 400),
        (b'{"activity":"\\ud800"}', 400),
        (b'{"people":NaN}', 400),
        (b'{"people":Infinity}', 400),
        (b"[" * 200_00, 422),
        (b'{"activity":' + b"[" * 20_000, 422),
        (b'{"x":' + b'{"x":' * 9_000, 422),
        (b'{"people":' + b"9" * 20_000 + b"}", 422),
        (b'{"activity":"' + b"a" * 70_000 + b'"}', 413),
    ],
)
def test_what_is_no_body_is_refused_with_a_sentence(kpu, body, status):
    answer = post(kpu.person("secretary"), ALL, body)
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    assert answer.json()["detail"]
    assert not Request.objects.exists()


WRONG_PARTS = [
    ({"people": "40"}, "people"),
    ({"people": 40.5}, "people"),
    ({"people": True}, "people"),
    ({"people": -1}, "people"),
    ({"people": 10**30}, "people"),
    ({"service": "party"}, "service"),
    ({"service": None}, "service"),
    ({"risks": ["road", 7]}, "risks[1]"),
    ({"risks": "road"}, "risks"),
    ({"starts_at": "2024-02-11T12:00:00"}, "starts_at"),
    ({"starts_at": "2024-02-30T12:00:00Z"}, "starts_at"),
    ({"starts_at": 1_707_000_000}, "starts_at"),
    ({"starts_at": "0001-01-01T00:00:00+14:00", "emergency": True}, "starts_at"),
    ({"ends_at": "9999-12-31T23:59:59-12:00"}, "ends_at"),
    ({"starts_at": "9999-12-30T00:00:00Z", "ends_at": "9999-12-31T23:59:59Z"}, "starts_at"),
    ({"activity": "a" * 201}, "activity"),
    ({"activity": "   "}, "activity"),
    ({"activity": "a\x00b"}, "activity"),
    ({"note": "\x1b[31m"}, "note"),
    ({"region": "1220011002"}, "region"),
    ({"region": "'; drop table"}, "region"),
    ({"region": ""}, "region"),
    ({"lat": 1.6}, "region"),
    ({"lat": 51.0, "lon": 4.0}, "region"),
    ({"agreement": "a" * 64}, "agreement"),
    ({"agreement": ""}, "agreement"),
    ({"agency": "me"}, "agency"),
    ({"number": 7}, "number"),
]


@pytest.mark.slow
def test_a_wrong_part_is_named(kpu, subtests):
    for change, field in WRONG_PARTS:
        with subtests.test(str(change)[:80]):
            answer = post(kpu.person("secretary"), ALL, asking(kpu.agreement) | change)
            assert (answer.status_code, answer.json().get("field")) == (422, field), answer.content
            assert not Request.objects.exists()


def test_a_name_said_twice_is_refused(kpu):
    twice = json.dumps(asking(kpu.agreement))[:-1] + ',"officers":5000}'
    answer = post(kpu.person("secretary"), ALL, twice)
    assert code_of(answer) == (422, "API-06") and answer.json()["field"] == "officers"
    assert kpu.person("secretary").get(f"{ALL}?state=open&state=agreed").status_code == 422


def test_a_missing_part_is_named(kpu):
    body = asking(kpu.agreement)
    del body["officers"]
    answer = post(kpu.person("secretary"), ALL, body)
    assert code_of(answer) == (422, "API-07") and answer.json()["detail"] == "Isian “officers” wajib ada."
    kpu.person("secretary").cookies["sinergi_language"] = "en"
    assert "officers" in (english := post(kpu.person("secretary"), ALL, body).json()["detail"])
    assert english != answer.json()["detail"]


def test_strangers_get_nothing(polres):
    other: Side = polres.more["other"]
    key = asked_of_police(other)
    mine = asked_of_police(polres)
    chief = polres.person("resort_chief")
    assert Client().get(ALL).status_code == 401
    assert post(Client(), f"{ALL}/{key}/answers", {"decision": "agreed"}).status_code == 401
    assert sign_in_somebody().get(ALL).status_code == 403
    assert [row["key"] for row in chief.get(ALL).json()["requests"]] == [mine]
    assert chief.get(f"{ALL}?agreement={other.agreement}").json()["requests"] == []
    assert chief.get(f"{ALL}/{key}").status_code == 404
    assert post(chief, f"{ALL}/{key}/answers", {"decision": "agreed"}).status_code == 404
    # What may not be seen is not there, whatever the body says.
    assert post(chief, f"{ALL}/{key}/answers", b"{").status_code == 404
    assert chief.get(f"{ALL}/%00").status_code == 404
    assert not Answer.objects.exists()


def test_only_the_office_that_decides_answers(polres):
    key = asked_of_police(polres)
    for role in ("operations_head", "deputy_chief", "operations_staff", "auditor", "secretary"):
        assert post(polres.person(role), f"{ALL}/{key}/answers", {"decision": "agreed"}).status_code == 403
    assert state_of(key) == "requested"


@pytest.mark.slow
def test_the_police_carry_a_request_through(polres, paper):
    key = asked_of_police(polres)
    one = f"{ALL}/{key}"
    chief, head = polres.person("resort_chief"), polres.person("operations_head")
    assert code_of(post(chief, f"{one}/answers", {"decision": "refused"})) == (422, "PAM-36")
    offer = {"decision": "adjusted", "officers": 8, "vehicles": 2, "reasons": {"officers": "Regu lain di Angkola"}}
    assert post(chief, f"{one}/answers", offer).status_code == 201
    assert code_of(post(chief, f"{one}/answers", offer)) == (422, "PAM-35")
    assert post(chief, f"{one}/answers", {"decision": "agreed", "correcting": True}).status_code == 201
    force = {"unit": "Satuan Samapta", "sprin_number": "Sprin/74/II/2024", "officers": 8}
    assert post(head, f"{one}/assignments", force).status_code == 201
    assert post(head, f"{one}/letters", {}).status_code == 201
    done = {"started_at": "2024-02-05T01:00:00Z", "ended_at": "2024-02-05T03:00:00Z", "officers": 8}
    assert post(polres.person("operations_staff"), f"{one}/completions", done).status_code == 201
    shown = head.get(one).json()
    assert (shown["state"], shown["unit"], shown["sprin_number"]) == ("completed", "Satuan Samapta", "Sprin/74/II/2024")
    assert [letter["number"] for letter in shown["letters"]] == [Letter.objects.get().written]
    assert rebuild.check() == []


def test_a_spoken_order_is_recorded_and_confirmed(polres):
    key = asked_of_police(polres, emergency=True)
    one = f"{ALL}/{key}"
    assert post(polres.person("operations_head"), f"{one}/spoken-orders", {}).status_code == 201
    assert code_of(post(polres.person("resort_chief"), f"{one}/spoken-confirmations", {})) == (201, "")
    assert code_of(post(polres.person("resort_chief"), f"{one}/spoken-confirmations", {})) == (422, "PAM-42")
    assert polres.person("auditor").get(one).json()["answer"]["spoken_confirmed_at"]


@pytest.mark.slow
def test_the_commission_reacts_corrects_withdraws_and_confirms(kpu):
    secretary = kpu.person("secretary")
    first, second, third = (asked_here(kpu) for _ in range(3))
    kpu.state(answered(first, decision="adjusted", officers=8))
    kpu.state(answered(second, decision="partly", officers=9))
    assert post(secretary, f"{ALL}/{first}/offers/acceptance", {}).status_code == 201
    assert post(secretary, f"{ALL}/{second}/offers/decline", {"words": "Kurang"}).status_code == 201
    content = {name: value for name, value in asking("").items() if name != "agreement"}
    assert post(secretary, f"{ALL}/{third}/corrections", content | {"people": 61, "reason": "Salah"}).status_code == 201
    assert post(secretary, f"{ALL}/{second}/withdrawals", {"reason": "not_needed"}).status_code == 201
    kpu.state(events.AssistanceCompleted(request=first, started_at=START, ended_at=END, officers=8))
    assert code_of(post(secretary, f"{ALL}/{first}/confirmations", {"as_reported": False})) == (422, "PAM-72")
    assert post(secretary, f"{ALL}/{first}/confirmations", {"as_reported": True}).status_code == 201
    states = {row["key"]: row["state"] for row in secretary.get(ALL).json()["requests"]}
    assert states == {first: "confirmed", second: "withdrawn", third: "requested"}
    assert secretary.get(f"{ALL}/{second}").json()["decline_words"] == "Kurang"
    assert rebuild.check() == []


def test_nobody_decides_on_what_has_changed_since_it_was_read(polres):
    key = asked_of_police(polres)
    one, chief = f"{ALL}/{key}", polres.person("resort_chief")
    read = chief.get(one).json()["standing"]
    assert chief.get(ALL).json()["requests"][0]["standing"] == read
    assert code_of(post(chief, f"{one}/answers", {"decision": "agreed", "seen": "0" * 16})) == (422, "PAM-13")
    assert state_of(key) == "requested"
    assert post(chief, f"{one}/answers", {"decision": "agreed", "seen": read}).status_code == 201
    # The very mark that was right a moment ago.
    again = {"decision": "agreed", "correcting": True, "seen": read}
    assert code_of(post(chief, f"{one}/answers", again)) == (422, "PAM-13")
    assert code_of(post(chief, f"{one}/answers", {**again, "seen": "x" * 65})) == (422, "API-08")


STEPS = {
    "corrections": ("secretary", {"reason": "Salah"}),
    "withdrawals": ("secretary", {"reason": "cancelled"}),
    "offers/acceptance": ("secretary", {}),
    "offers/decline": ("secretary", {}),
    "confirmations": ("secretary", {"as_reported": True}),
}


@pytest.mark.parametrize("step", STEPS)
def test_every_step_of_the_commission_may_bring_what_was_read(kpu, step):
    role, body = STEPS[step]
    key = asked_here(kpu)
    if step != "corrections":
        kpu.state(answered(key, decision="adjusted", officers=8))
    if step == "confirmations":
        assert post(kpu.person(role), f"{ALL}/{key}/offers/acceptance", {}).status_code == 201
        kpu.state(events.AssistanceCompleted(request=key, started_at=START, ended_at=END, officers=8))
    if step == "corrections":
        body = {name: value for name, value in asking("").items() if name != "agreement"} | body
    assert code_of(post(kpu.person(role), f"{ALL}/{key}/{step}", body | {"seen": "0" * 16})) == (422, "PAM-13")
    read = kpu.person(role).get(f"{ALL}/{key}").json()["standing"]
    assert post(kpu.person(role), f"{ALL}/{key}/{step}", body | {"seen": read}).status_code == 201


def test_the_next_number_is_looked_up_in_an_index(kpu):
    with CaptureQueriesContext(connection) as made:
        assert post(kpu.person("secretary"), ALL, asking(kpu.agreement)).status_code == 201
    (asked,) = [
        query["sql"] for query in made.captured_queries if "ORDER BY number DESC" in query["sql"].replace('"', "")
    ]
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {'QUERY PLAN ' * (connection.vendor == 'sqlite')}{asked}")
        plan = " ".join(str(row) for row in cursor.fetchall())
    if connection.vendor == "sqlite":  # PostgreSQL reads a table of one page whole, index or not
        assert "request_numbered" in plan and "TEMP B-TREE" not in plan


def test_a_list_is_filtered_and_goes_on_page_by_page(kpu):
    keys = [asked_here(kpu) for _ in range(5)]
    kpu.state(answered(keys[0]))
    secretary = kpu.person("secretary")
    seen: list[str] = []
    after = ""
    while True:
        page = secretary.get(f"{ALL}?limit=2&after={after}").json()
        seen += [row["key"] for row in page["requests"]]
        after = page["next"]
        if not after:
            break
    assert sorted(seen) == sorted(keys) and len(seen) == 5
    assert [row["key"] for row in secretary.get(f"{ALL}?state=agreed").json()["requests"]] == [keys[0]]
    assert secretary.get(f"{ALL}?service=candidate").json()["requests"] == []
    for wrong in (
        "limit=0",
        "limit=9999",
        "limit=x",
        "state=gone",
        "after=gone",
        "since=yesterday",
        "q=x",
        "after=%00",
    ):
        assert secretary.get(f"{ALL}?{wrong}").status_code == 422, wrong


def test_reading_a_restricted_request_leaves_a_trace(kpu):
    open_one, guarded = asked_here(kpu), asked_here(kpu, service="candidate")
    secretary = kpu.person("secretary")
    secretary.get(f"{ALL}/{open_one}")
    assert not ReadAudit.objects.exists()
    secretary.get(f"{ALL}/{guarded}")
    secretary.get(ALL)
    assert list(ReadAudit.objects.values_list("record", flat=True)) == [f"security.request:{guarded}"] * 2


def test_a_token_needs_no_form_protection_and_a_session_does(kpu):
    secretary = kpu.person("secretary")
    program = Client(enforce_csrf_checks=True)
    bearer = {"Authorization": f"Bearer {token_of(secretary.user)}"}
    assert post(program, ALL, asking(kpu.agreement), **bearer).status_code == 201
    assert post(program, ALL, asking(kpu.agreement)).status_code == 401
    browser = Client(enforce_csrf_checks=True)
    browser.cookies = secretary.cookies
    assert post(browser, ALL, asking(kpu.agreement)).status_code == 403


def test_a_wrong_method_is_answered_as_a_problem(kpu):
    answer = kpu.person("secretary").delete(ALL)
    assert (answer.status_code, answer["Allow"], answer.json()["code"]) == (405, "GET, POST", "API-405")
    assert kpu.person("secretary").head(ALL).status_code == 200


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_one_key_sent_many_times_at_once_states_one_fact(kpu):
    """Forty copies in two spellings of the content: one content wins, its copies get one receipt, the others a no."""
    secretary, key = kpu.person("secretary"), new_id()
    bearer = {"Authorization": f"Bearer {token_of(secretary.user)}"}
    answers: list[Any] = []

    def send(officers: int) -> None:
        answers.append(post(Client(), ALL, asking(kpu.agreement, officers=officers), key, **bearer))
        connection.close()

    writer.start()
    try:
        threads = [threading.Thread(target=send, args=(12 + number % 2,)) for number in range(40)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        writer.stop()
    assert sorted({answer.status_code for answer in answers}) == [201, 422] and len(answers) == 40
    assert len({answer.content for answer in answers if answer.status_code == 201}) == 1
    assert Request.objects.count() == 1
    assert rebuild.check() == []
