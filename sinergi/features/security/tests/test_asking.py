"""Asking for security and correcting it on screen: what is typed, what is refused, and that it counts once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from sinergi.features.security import actions
from sinergi.features.security.models import Request
from sinergi.features.security.tests.conftest import SIPIROK, START, Side, answered, asked_here, new_id, state_of
from sinergi.kernel.actors import Actor
from sinergi.kernel.ids import new_event_id
from sinergi.ledger import rebuild
from sinergi.ledger.models import Entry
from tests.nodes.simulator import NOON
from tests.permissions.fixtures import sign_in_somebody

NEW = "/pengamanan/minta/"
BUNGA_BONDAR = "1203041003"
HOSTILE = [
    "<script>alert(1)</script>",
    '=HYPERLINK("http://x","y")',
    "\u202egnamanagnep",
    "a" * 200,
    "{{ 7*7 }}{% now %}",
    "''; DROP TABLE security_request; --",
    "\u0000".replace("\u0000", "\ufeff") + "Kawal",
    "🚓 Kawal ١٢٣",
]


def typed(agreement: str, **changes: Any) -> dict[str, Any]:
    """What somebody types on the form."""
    base = {
        "agreement": agreement,
        "service": "escort",
        "activity": "Kawal logistik",
        "place": "Gudang Pargarutan",
        "village": SIPIROK,
        "lat": "",
        "lon": "",
        "destination": "Kantor PPK Sipirok",
        "day": "2024-02-11",
        "starts": "05:00",
        "ends": "13:00",
        "until": "",
        "people": "40",
        "officers": "12",
        "vehicles": "3",
        "risks": ["road"],
        "note": "",
        "contact_name": "Rosma Harahap",
        "contact_phone": "0811-0000-0000",
    }
    return base | changes


def ask(side: Side, role: str = "secretary", **changes: Any) -> Any:
    return side.post(role, NEW, **typed(side.agreement, **changes))


def is_beside(response: Any, field: str) -> bool:
    """Whether the page shows an error at this field, and only refusals leave with 422."""
    page = response.content.decode()
    at = "pemilih-ditolak" if field == "village" else f"id_{field}_error"
    return response.status_code == 422 and f'id="{at}"' in page


def test_a_request_is_asked_in_one_form(kpu):
    assert kpu.person("secretary").get(NEW).status_code == 200
    answer = ask(kpu)
    found = Request.objects.get()
    assert (answer.status_code, answer.url) == (302, f"/pengamanan/{found.key}/")
    assert (found.number, found.officers, found.risks, found.contact_phone) == (1, 12, ["road"], "0811-0000-0000")
    # Hours are those of the place: 05.00 WIB.
    assert found.starts_at.isoformat() == "2024-02-10T22:00:00+00:00"
    page = kpu.person("secretary").get(answer.url).content.decode()
    for words in ("L-PAM" if found.exercise else "PAM-0001", "Kawal logistik", "Gudang Pargarutan", "05.00–13.00 WIB"):
        assert words in page, words


def test_an_end_before_the_start_is_the_next_morning(kpu):
    ask(kpu, starts="22:00", ends="04:00")
    found = Request.objects.get()
    assert found.ends_at - found.starts_at == timedelta(hours=6)


def test_the_points_of_departure_and_arrival_are_kept_and_shown(kpu):
    ask(kpu, lat="1.6052", lon="99.2791", to_village=BUNGA_BONDAR, to_lat="1.6400", to_lon="99.2500")
    found = Request.objects.get()
    assert (found.lat_micro, found.lon_micro) == (1_605_200, 99_279_100)
    assert (found.to_region, found.to_lat_micro, found.to_lon_micro) == (BUNGA_BONDAR, 1_640_000, 99_250_000)
    page = kpu.person("secretary").get(f"/pengamanan/{found.key}/").content.decode()
    assert "1.60520, 99.27910" in page and "1.64000, 99.25000" in page
    assert rebuild.check() == []


def test_an_arrival_without_a_point_has_its_village(kpu):
    ask(kpu, to_village=BUNGA_BONDAR)
    assert Request.objects.get().to_region == BUNGA_BONDAR


def test_without_an_arrival_nothing_is_made_up(kpu):
    ask(kpu)
    found = Request.objects.get()
    assert (found.to_region, found.to_point, found.destination) == ("", None, "Kantor PPK Sipirok")


def test_a_correction_starts_with_both_points_as_they_stand(kpu):
    ask(kpu, lat="1.6052", lon="99.2791", to_village=BUNGA_BONDAR, to_lat="1.6400", to_lon="99.2500")
    page = kpu.person("secretary").get(f"/pengamanan/{Request.objects.get().key}/koreksi/").content.decode()
    for kept in ('name="lat" value="1.605200"', 'name="to_lon" value="99.250000"'):
        assert kept in page, kept


WRONG = [
    ({"activity": ""}, "activity"),
    ({"activity": "   "}, "activity"),
    ({"activity": "a" * 201}, "activity"),
    ({"activity": "a\x00b"}, "activity"),
    ({"note": "a" * 4001}, "note"),
    ({"note": "\x00"}, "note"),
    ({"day": "2024-02-30"}, "day"),
    ({"day": "0000-00-00"}, "day"),
    ({"day": "9999-12-31"}, "day"),
    ({"day": "0001-01-01"}, "day"),
    ({"day": "2024-02-01"}, "day"),
    ({"day": "kemarin"}, "day"),
    ({"starts": "25:00"}, "starts"),
    ({"ends": "12:61"}, "ends"),
    ({"until": "2024-01-01"}, "ends"),
    ({"until": "2024-12-01"}, "ends"),
    ({"until": "9999-12-31"}, "ends"),
    ({"people": "-1"}, "people"),
    ({"people": "1e9"}, "people"),
    ({"people": "9" * 40}, "people"),
    ({"officers": ""}, "officers"),
    ({"officers": "5001"}, "officers"),
    ({"vehicles": "-3"}, "vehicles"),
    ({"service": "party"}, "service"),
    ({"risks": ["flood"]}, "risks"),
    ({"village": ""}, "village"),
    ({"village": "1220011002"}, "village"),
    ({"village": "\x00"}, "village"),
    ({"village": "1203041001' OR 1=1"}, "village"),
    ({"lat": "1.6"}, "village"),
    ({"lat": "NaN", "lon": "99"}, "village"),
    ({"lat": "51", "lon": "4"}, "village"),
]


@pytest.mark.slow
def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_stored(kpu, subtests):
    before = Entry.objects.count()
    for changes, field in WRONG:
        with subtests.test(str(changes)[:80]):
            answer = ask(kpu, **changes)
            assert is_beside(answer, field), answer.content.decode()[:4000]
            assert not Request.objects.exists() and Entry.objects.count() == before
            # What was typed is still there.
            assert "Kantor PPK Sipirok" in answer.content.decode()


@pytest.mark.parametrize("to", [{"to_village": "1220011002"}, {"to_village": SIPIROK, "to_lat": "x", "to_lon": "1"}])
def test_a_wrong_arrival_is_said_beside_it(kpu, to):
    answer = ask(kpu, **to)
    assert answer.status_code == 422 and 'id="to_pemilih-ditolak"' in answer.content.decode()
    assert not Request.objects.exists()


@pytest.mark.slow
def test_hostile_words_are_kept_and_never_run(kpu, subtests):
    secretary = kpu.person("secretary")
    for words in HOSTILE:
        with subtests.test(words[:80]):
            ask(kpu, activity=words, place=words, note=words * 10, contact_name=words[:100])
            found = Request.objects.latest("number")
            assert found.activity == words.strip()
            for address in (f"/pengamanan/{found.key}/", f"/pengamanan/{found.key}/koreksi/"):
                page = secretary.get(address)
                assert page.status_code == 200 and "<script>alert" not in page.content.decode(), address
    # All of them at once, where lists show them.
    assert Request.objects.count() == len(HOSTILE)
    for address in ("/pengamanan/", "/"):
        page = secretary.get(address)
        assert page.status_code == 200 and "<script>alert" not in page.content.decode(), address
    assert rebuild.check() == []


def test_the_same_form_sent_twice_is_one_request(kpu):
    id = new_id()
    first, second = ask(kpu, id=id), ask(kpu, id=id)
    assert first.url == second.url and Request.objects.count() == 1


def test_a_form_that_was_changed_and_sent_again_is_no_silent_loss(kpu):
    id = new_id()
    ask(kpu, id=id)
    again = ask(kpu, id=id, activity="Kawal yang lain")
    assert again.status_code == 422 and "K-102" in again.content.decode()
    assert Request.objects.get().activity == "Kawal logistik"


@pytest.mark.parametrize("id", ["", "x", "018d7a3c-0000-7000-8000-0000000000zz", "a" * 40, "\x00"])
def test_an_id_nobody_minted_stores_nothing(kpu, id):
    assert ask(kpu, id=id).status_code == 422
    assert not Request.objects.exists()


def test_who_may_not_ask_stores_nothing(kpu):
    for role in ("village_committee", "auditor", "administrator"):
        assert ask(kpu, role).status_code == 403, role
    ended = kpu.person("secretary", starts_at=NOON - timedelta(days=9), ends_at=NOON - timedelta(seconds=1))
    assert ended.post(NEW, {"id": new_id(), **typed(kpu.agreement)}).status_code == 403
    elsewhere = sign_in_somebody("secretary", agreements=["f" * 64])
    assert elsewhere.post(NEW, {"id": new_id(), **typed(kpu.agreement)}).status_code == 422
    assert not Request.objects.exists()


def test_a_committee_asks_only_inside_its_district(kpu):
    sipirok = kpu.person("district_committee", regions=["120304"])
    answer = sipirok.post(NEW, {"id": new_id(), **typed(kpu.agreement, village="1203031098")})
    assert is_beside(answer, "village")
    assert sipirok.post(NEW, {"id": new_id(), **typed(kpu.agreement)}).status_code == 302
    # Nor is a request moved out of it by a correction.
    key = Request.objects.get().key
    moved = typed(kpu.agreement, village="1203031098")
    assert is_beside(sipirok.post(f"/pengamanan/{key}/koreksi/", {"id": new_id(), **moved}), "village")
    assert Request.objects.get().region == SIPIROK


def test_without_an_agreement_in_force_the_page_says_what_to_do(node, person):
    page = person("secretary").get(NEW)
    assert page.status_code == 200 and "Belum ada perjanjian yang berlaku." in page.content.decode()


@pytest.mark.parametrize(
    ("day", "words"),
    [
        # Isra Mikraj, its leave and Lunar New Year lie between: Monday the 5th is the last day for Sunday the 11th.
        ("2024-02-12", "Tepat waktu, hari terakhir."),
        ("2024-02-20", "Tepat waktu."),
        ("2024-02-07", "Kurang dari yang diminta Pasal 5."),
        ("2024-02-01", ""),
        ("9999-12-31", ""),
        ("x", ""),
        ("\x00", ""),
    ],
)
def test_the_line_below_the_day_counts_working_days(kpu, day, words):
    answer = kpu.person("secretary").get("/pengamanan/minta/tenggat/", {"day": day})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert words in page if words else page.strip() == ""


def test_holidays_that_count_are_named(kpu):
    page = kpu.person("secretary").get("/pengamanan/minta/tenggat/", {"day": "2024-02-12"}).content.decode()
    assert "8 Feb" in page and "Isra" in page


def correct(side: Side, key: str, **changes: Any) -> Any:
    seen = {"seen": Request.objects.get(key=key).standing} | changes
    return side.post("secretary", f"/pengamanan/{key}/koreksi/", **typed(side.agreement, **seen))


def test_a_correction_replaces_and_stays_in_the_trail(kpu):
    key = asked_here(kpu)
    assert correct(kpu, key, people="61", reason="Salah hitung").status_code == 302
    page = kpu.person("secretary").get(f"/pengamanan/{key}/").content.decode()
    assert Request.objects.get().people == 61 and "mengoreksi:" in page


def test_after_the_term_what_was_asked_within_it_is_still_corrected(kpu):
    key = asked_here(kpu)
    with time_machine.travel(datetime(2025, 1, 2, 3, tzinfo=UTC)):
        page = kpu.person("secretary").get(f"/pengamanan/{key}/").content.decode()
        assert f"/pengamanan/{key}/koreksi/" in page and "hari terakhirnya 31 Desember 2024" in page
        assert correct(kpu, key, people="61", day="2025-01-06", reason="Salah hitung").status_code == 302
        assert kpu.post("secretary", "/pengamanan/minta/", **typed(kpu.agreement)).status_code == 422
    assert Request.objects.get().people == 61


def test_a_correction_of_what_was_answered_meanwhile_is_not_sent_unseen(kpu):
    key = asked_here(kpu)
    before = Request.objects.get(key=key).standing
    kpu.state(answered(key))
    answer = correct(kpu, key, people="61", seen=before)
    assert answer.status_code == 422 and "berubah sejak halaman dibuka" in answer.content.decode()
    assert Request.objects.get().people == 40
    assert correct(kpu, key, people="61").status_code == 302
    page = kpu.person("secretary").get(f"/pengamanan/{key}/").content.decode()
    assert state_of(key) == "requested" and "Permohonan dikoreksi setelah dijawab." in page


def test_what_runs_is_not_corrected(kpu):
    key = asked_here(kpu)
    by = Actor(id="5ec5ec5ec5ec5ec5", office="secretary")
    actions.withdraw_request(id=new_event_id(NOON), by=by, at=NOON, request=key, reason="cancelled")
    answer = correct(kpu, key, people="61")
    assert answer.status_code == 422 and "PAM-11" in answer.content.decode()


def test_a_stranger_neither_sees_nor_corrects(kpu):
    key = asked_here(kpu)
    stranger = sign_in_somebody("secretary", agreements=["f" * 64])
    far = kpu.person("district_committee", regions=["120302"])
    for browser in (stranger, far):
        for address in (f"/pengamanan/{key}/", f"/pengamanan/{key}/koreksi/"):
            assert browser.get(address).status_code == 404
        assert browser.post(f"/pengamanan/{key}/penarikan/", {"id": new_id(), "reason": "cancelled"}).status_code == 404
        assert "Kawal logistik" not in browser.get("/pengamanan/").content.decode()
    assert state_of(key) == "requested"


def test_a_late_request_says_so_on_its_page(kpu):
    key = asked_here(kpu, starts_at=NOON + timedelta(days=1), ends_at=NOON + timedelta(days=1, hours=3))
    # Nobody else holds it yet, so nothing is said; the rule is tried in test_clocks.
    assert "setelah batas Pasal 5" not in kpu.person("secretary").get(f"/pengamanan/{key}/").content.decode()
    assert START > NOON
