"""Scores and classes over two offices: what each sees, what stays inside, and what a file may not do."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from sinergi.features.places.events import StationListText, StationRow, StationsPublished
from sinergi.features.places.rules import digest_of
from sinergi.features.risk import rules
from sinergi.features.risk.events import ScoreRow
from sinergi.features.risk.instruments import instruments
from sinergi.features.risk.models import ClassDecision, Score, StationClass
from sinergi.kernel.ids import new_event_id
from sinergi.ledger import rebuild
from sinergi.ledger.models import Entry
from tests.nodes.fixtures import KPU_TAPSEL, POLRES, enter_and_confirm, met
from tests.nodes.simulator import NOON

FIRST, SECOND = "1203011001001", "1203011001002"
WHY = "Jalan roda dua dan banjir bila hujan."


@pytest.fixture
def commission(found_node):
    """The node is the police; the commission is its simulated partner."""
    found_node(**POLRES)
    return met(KPU_TAPSEL)


@pytest.fixture
def shared(commission, resort_chief):
    """An agreement in force under which the commission told two stations."""
    agreement = enter_and_confirm(commission, resort_chief)
    rows = [StationRow(code=FIRST), StationRow(code=SECOND)]
    stated = {"regency": "1203", "stations": 2, "special_stations": 0, "digest": digest_of(rows)}
    commission.state(agreement, StationsPublished(**stated, text=StationListText(rows=rows)))
    return agreement


def send(client, subject, agreement, text):
    file = SimpleUploadedFile("kelas.csv", text.encode())
    return client.post("/kerawanan/unggahan/", {"subject": subject, "agreement": agreement, "file": file})


def test_a_named_official_sets_the_class_and_every_former_one_stays(shared, person):
    chief = person("resort_chief", name="AKBP Bagus Wira", agreements=[shared])
    page = f"/kerawanan/tps/{FIRST}/"
    for level in ("high", "medium"):
        form = {"id": new_event_id(NOON), "level": level, "reason": WHY}
        assert chief.post(f"{page}kelas/", form).status_code == 302
    shown = chief.get(page).content.decode()
    assert "AKBP Bagus Wira" in shown and "sudah diganti" in shown and WHY in shown
    assert {entry.log.agreement for entry in Entry.objects.filter(kind="risk.classes_set")} == {shared}
    protest = {"id": new_event_id(NOON), "level": "high", "reason": "Ada unjuk rasa tiap pekan."}
    refused = chief.post(f"{page}kelas/", protest)
    assert refused.status_code == 422 and "bukan alasan kerawanan" in refused.content.decode()
    assert StationClass.objects.count() == 2
    assert person("operations_staff", agreements=[shared]).post(f"{page}kelas/", protest).status_code == 403
    assert person("resort_chief", agreements=["another"]).get(page).status_code == 404
    assert rebuild.check() == []


@pytest.mark.slow
def test_a_file_with_one_wrong_cell_changes_nothing_and_says_which(shared, person):
    head = person("operations_head", agreements=[shared])
    rows = (f"{FIRST},rawan,{WHY}", f"{SECOND},gawat,Basis pendukung paslon", f"1203011001998,rawan,{WHY}")
    bad = "\n".join(("Kode TPS,Kelas,Alasan", *rows))
    preview = head.get(send(head, "kelas", shared, bad)["Location"])
    shown = preview.content.decode()
    assert "Pilih salah satu" in shown and "politik bukan alasan" in shown and "tidak ada dalam daftar" in shown
    where = preview.wsgi_request.path
    assert head.post(f"{where}pernyataan/", {"id": new_event_id(NOON)}).status_code == 422
    assert ClassDecision.objects.count() == 0
    good = send(head, "kelas", shared, f"Kode TPS,Kelas,Alasan\n{FIRST},rawan,{WHY}\n{SECOND},khusus,{WHY}\n")[
        "Location"
    ]
    assert head.post(f"{good}pernyataan/", {"id": new_event_id(NOON)}).status_code == 302
    listed = head.get("/kerawanan/?kelas=special").content.decode()
    assert SECOND in listed and FIRST not in listed
    assert head.get("/kerawanan/tps.xlsx?kelas=special").status_code == 200


def test_the_index_of_the_police_never_leaves_their_office(shared, person):
    head = person("operations_head", agreements=[shared])
    sent = send(head, "ipkp@2020", shared, 'Kode kabupaten,Skor IPKP kantor ini\n1203,"41,25"\n')["Location"]
    assert "kantor ini saja" in head.get(sent).content.decode()
    assert head.post(f"{sent}pernyataan/", {"id": new_event_id(NOON)}).status_code == 302
    assert [entry.log.role for entry in Entry.objects.filter(kind="risk.places_scored")] == ["internal"]
    assert "41,25" in head.get(f"/kerawanan/tps/{FIRST}/").content.decode()


def test_scores_of_the_commission_stand_beside_and_the_police_cannot_state_them(shared, commission, person):
    tps = instruments()["tps-rawan@2024-pemilu"]
    rows = [ScoreRow(FIRST, [10_000] * 11 + [0] * 11)]
    event = rules.score(instrument=tps, rows=rows, author_kind="kpu", author_region="1203")
    commission.state(shared, event)
    assert Score.objects.get().place == FIRST
    head = person("operations_head", agreements=[shared])
    shown = head.get(f"/kerawanan/tps/{FIRST}/").content.decode()
    assert ">50<" in shown and "versi lama" in shown
    assert send(head, tps.id, shared, f"Kode TPS\n{FIRST}\n").status_code == 422
    assert head.get(f"/kerawanan/nilai/{tps.id}/{FIRST}/").status_code == 404
    stated = head.post("/kerawanan/nilai/ipkp@2020/1203/", {"id": new_event_id(NOON), "total": "12.5"})
    assert stated.status_code == 302 and "12,50" in head.get(f"/kerawanan/tps/{FIRST}/").content.decode()


def test_the_pages_speak_english_and_name_the_change_of_an_instrument(shared, person):
    client = person("auditor", agreements=[shared])
    client.cookies["sinergi_language"] = "en"
    shown = client.get("/kerawanan/instrumen/").content.decode()
    assert "Conflict-prone place" in shown and "Vulnerability instruments" in shown
