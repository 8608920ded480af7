"""Who stands where by name: hours, orders of a commander, why, versions, and which plans a new instrument breaks."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from sinergi.features.guard import actions, public, running, saying
from sinergi.features.guard.models import Calculation, Order
from sinergi.features.guard.rules import names, pinned, pins_of, rows
from sinergi.features.guard.tests.test_rules import FILES, SUMMARY
from sinergi.kernel.errors import Refused
from sinergi.kernel.ids import new_event_id
from sinergi.ledger import rebuild
from sinergi.ledger.models import Entry
from tests.nodes.fixtures import POLRES
from tests.nodes.simulator import NOON

SHORT, FULL = "1203011001001", "1203021001001"
DUTY = {"starts_at": "2026-12-06T06:00:00+07:00", "hours": 24, "most_hours": 12, "oldest": 50, "rest_hours": 8}
PEOPLE = (
    "code,name,rank,unit_code,home_village_code,sex,age,fit,hours_worked,rested_hours,pinned_station,pin_reason\n"
    "80000001,Adi,Bripka,TS-01,1203021001,L,30,ya,0,12,,\n"
    "80000002,Budi,Bripda,TS-01,,L,30,ya,0,12,,\n"
    "80000003,Cahya,Bripda,TS-01,,P,30,ya,0,12,,\n"
    "80000004,Dame,Aiptu,TS-01,,L,30,ya,0,3,,\n"
    "80000005,Eko,Aiptu,TS-01,,L,30,tidak,0,12,,\n"
    "80000006,Fajar,Aiptu,TS-01,,L,30,ya,0,12,,\n"
)
NAMED = FILES | {
    "people.csv": PEOPLE,
    "duty.json": msgspec.json.encode(DUTY).decode(),
    "officers.csv": "officer,unit,post,shift,metres\n"
    f"80000001,TS-01,{SHORT},1,10.5\n80000002,TS-01,{FULL},1,20\n80000003,TS-01,{FULL},2,20\n",
    "summary.json": msgspec.json.encode(SUMMARY | {"shifts": 2, "pins": 0, "women_unmet": 0}).decode(),
    "certificate.json": msgspec.json.encode(
        {
            "names": {"barred": {"80000004": "rest", "80000005": "fit"}, "pins": []},
            "parameters": {"seed": 0, "rounds": 3},
        }
    ).decode(),
}
ORDER = {
    "plan": "a" * 26, "files": NAMED, "orders": [], "officer": "80000004", "post": SHORT, "is_last": True,
    "reason": "Menggantikan yang sakit mendadak", "ordered_by": "AKBP Contoh", "author_kind": "police",
}  # fmt: skip


def test_shifts_follow_each_other_through_the_whole_duty():
    first, second, third = names.standing(NAMED)
    assert (first.post, first.name, first.rank) == (SHORT, "Adi", "Bripka")
    assert second.starts_at.isoformat() == "2026-12-06T06:00:00+07:00"
    assert second.ends_at == third.starts_at == second.starts_at + timedelta(hours=12)
    assert third.ends_at - second.starts_at == timedelta(hours=24)


def test_the_rule_that_keeps_somebody_away_is_named():
    said = [names.barring(NAMED, f"8000000{n}", (FULL,)) for n in range(1, 7)]
    assert said == ["home", "", "", "rest", "fit", ""]
    shut = NAMED | {"closed.csv": f"unit_code,station_code\nTS-01,{FULL}\n"}
    assert names.barring(shut, "80000002", (FULL,)) == "closed"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"author_kind": "kpu"}, "JAG-01"),
        ({"is_last": False}, "JAG-06"),
        ({"ordered_by": " "}, "JAG-10"),
        ({"reason": "sakit"}, "JAG-11"),
        ({"reason": "Warga 1203010101010001 sakit"}, "JAG-12"),
        ({"officer": "80000099"}, "JAG-13"),
        ({"post": "1203011001002"}, "JAG-13"),
        ({"officer": "80000001"}, "JAG-14"),
        (
            {"post": FULL, "files": NAMED | {"assignments.csv": f"unit,post,officers,metres\nTS-01,{FULL},4,1\n"}},
            "JAG-15",
        ),
        ({"officer": "80000005"}, "JAG-16"),
        ({"officer": "80000006"}, "JAG-17"),
    ],
)
def test_what_a_commander_may_not_order_is_refused_with_its_reason(given, code):
    with pytest.raises(Refused) as refusal:
        names.order(**ORDER | given)
    assert refusal.value.code == code
    assert names.order(**ORDER).rule == "rest"


def test_a_pin_stands_in_the_table_of_officers():
    text = NAMED | {"people.csv": pinned(NAMED, "80000002", SHORT, " Hafal medannya ").decode()}
    row = next(row for row in rows(text, "people.csv") if row["code"] == "80000002")
    assert (row["pinned_station"], row["pin_reason"]) == (SHORT, "Hafal medannya")
    assert [one.is_pinned for one in names.standing(text)] == [False, True, False]
    assert pins_of(NAMED) == {}


def test_reasons_become_sentences_with_names():
    reasons = [
        {"code": "needed", "words": {"unit": "TS-01", "metres": 12_345.0, "more_m": 700.0}},
        {"code": "needed", "words": {"unit": "TS-01", "metres": 12_345.0, "more_m": 0.0}},
        {"code": "barred", "words": {"rule": "rest", "count": 3}},
        {"code": "where", "words": {"class": "high", "missing": 4}},
        {"code": "dearer", "words": {"missing": 1, "women": 0, "lent": 0, "metres": 2_000.0, "moved": 2}},
    ]
    said = saying.sentences(reasons, units={"TS-01": "Polsek"}, places={}, levels={"high": "sangat rawan"})
    assert said == [
        "Polsek lebih dekat (12,3 km), tetapi personelnya lebih diperlukan di posko lain: menukarnya menambah paling "
        "sedikit 0,7 km.",
        "Polsek lebih dekat (12,3 km); memakai personelnya di sini sama baiknya.",
        "3 personel tidak diikutkan: istirahatnya belum cukup.",
        "Kelas sangat rawan: kurang 4.",
        "Bisa, tetapi kekurangan bertambah 1, jarak bertambah 2,0 km; 2 orang lain ikut berpindah.",
    ]


@pytest.fixture
def kept(found_node, settings, tmp_path, resort_chief, monkeypatch):
    """A kept plan by name at the police; the planner answers every question with the same reason."""
    settings.DATA = tmp_path
    found_node(**POLRES)
    answer = msgspec.json.encode([{"code": "equal", "words": {}}])
    monkeypatch.setattr(running, "ask", lambda key, tables, question, **more: answer)
    said = {"name": "Rencana satu", "grouping": "village", "files": NAMED}
    return actions.keep_plan(id=new_event_id(NOON), by=resort_chief, at=NOON, **said).key


def test_a_commanders_order_is_a_fact_and_fills_the_post(kept, person):
    chief = person("resort_chief")
    page = chief.get(f"/penjagaan/{kept}/personel/80000004/?posko={SHORT}").content.decode()
    assert "Rencana tidak menempatkannya: istirahatnya belum cukup" in page and "Sama baiknya" in page
    given = {"id": new_event_id(NOON), "officer": "80000004", "post": SHORT, "reason": ORDER["reason"]}
    assert person("operations_head").post(f"/penjagaan/{kept}/perintah/", given).status_code == 403
    assert chief.post(f"/penjagaan/{kept}/perintah/", given).status_code == 302
    assert [(row.rule, row.officer, row.post) for row in Order.objects.all()] == [("rest", "80000004", SHORT)]
    assert Entry.objects.get(kind="guard.officer_ordered").log.role == "internal"
    posted = [one for one in public.postings(kept) if one.is_ordered]
    assert [(one.name, one.stations) for one in posted] == [("Dame", (SHORT, "1203011001002"))]
    assert "1 lagi atas perintah komandan" in chief.get(f"/penjagaan/{kept}/").content.decode()
    assert ORDER["reason"] in chief.get(f"/penjagaan/{kept}/kurang/").content.decode()
    assert rebuild.check() == []


def test_a_plan_that_was_replaced_stays_to_be_read_and_is_changed_no_more(kept, resort_chief, person):
    said = {"grouping": "village", "files": NAMED, "by": resort_chief, "at": NOON, "replaces": kept}
    newer = actions.keep_plan(id=new_event_id(NOON), name="Rencana satu, versi 2", **said).key
    assert public.plan_info(kept).replaced_by == newer and public.plan_info(newer).replaces == kept
    with pytest.raises(Refused, match="sudah digantikan"):
        actions.keep_plan(id=new_event_id(NOON), name="Yang lain", **said)
    head = person("operations_head")
    assert "Rencana ini sudah digantikan" in head.get(f"/penjagaan/{kept}/").content.decode()
    assert head.post(f"/penjagaan/{kept}/susun-ulang/", {}).status_code == 422
    assert "digantikan" in head.get("/penjagaan/").content.decode() and Calculation.objects.count() == 0
    shown = head.get("/kerawanan/instrumen/").content.decode()
    assert "1 rencana disusun sebelum versi ini" in shown and f'href="/penjagaan/{newer}/"' in shown


def test_everybody_of_a_plan_is_listed_with_where_or_why_not(kept, person):
    head = person("operations_head")
    listed = head.get(f"/penjagaan/{kept}/personel/").content.decode()
    assert "istirahatnya belum cukup" in listed and "siaga" in listed and "Adi" in listed
    assert "Adi" not in head.get(f"/penjagaan/{kept}/personel/?keadaan=tidak").content.decode()
    assert head.get(f"/penjagaan/{kept}/personel.xlsx").status_code == 200
    assert head.get(f"/penjagaan/{kept}/personel/80000099/").status_code == 404
    refused = head.post(f"/penjagaan/{kept}/susun-ulang/", {"out": "80000001 99999999"})
    assert refused.status_code == 422 and "99999999" in refused.content.decode()
