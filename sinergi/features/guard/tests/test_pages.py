"""A plan is calculated beside the pages, kept in the internal log, and its proof holds for a stranger."""

from __future__ import annotations

import io
import subprocess
import sys
import time
import zipfile
from datetime import date, timedelta
from pathlib import Path

import pytest
import time_machine

from sinergi.features.guard import actions, public, running
from sinergi.features.guard.models import Calculation, Plan
from sinergi.features.guard.tests.test_rules import FILES, assumed
from sinergi.features.people.actions import list_units
from sinergi.features.people.events import UnitRow
from sinergi.features.places.events import StationListText, StationRow, StationsPublished
from sinergi.features.places.models import Region
from sinergi.features.places.rules import digest_of
from sinergi.features.risk import public as risk
from sinergi.features.stages import sources
from sinergi.features.stages.actions import use_calendar
from sinergi.features.stages.rules import announce, postponed
from sinergi.kernel.errors import Refused
from sinergi.kernel.ids import new_event_id
from sinergi.ledger import rebuild
from sinergi.ledger.models import Entry
from tests.nodes.fixtures import KPU_TAPSEL, POLRES, enter_and_confirm, met
from tests.nodes.simulator import NOON

NUMBERS = {"grouping": "village"} | {
    f"{level}-{name}": 2 for level in ("low", "medium", "high", "special") for name in ("police", "stations", "linmas")
}
CHECK = Path(__file__).parents[4] / "docs/planning/check.py"


@pytest.fixture
def office(found_node, settings, tmp_path):
    """The node is the police; what it calculates lies in a folder of this test."""
    settings.DATA = tmp_path
    return found_node(**POLRES)


def keep(resort_chief, files=FILES):
    """A kept plan; its key."""
    return actions.keep_plan(
        id=new_event_id(NOON), by=resort_chief, at=NOON, name="Rencana satu", grouping="village", files=files
    ).key


def test_a_kept_plan_tells_the_shortage_first_and_stays_inside(office, resort_chief, person):
    key = keep(resort_chief)
    chief = person("resort_chief")
    shown = chief.get(f"/penjagaan/{key}/").content.decode()
    assert "1 personel" in shown and "tidak ada rencana yang kurangnya di bawah 1" in shown
    assert "1 TPS berkelas lain" in shown  # its class was withdrawn since
    listed = chief.get("/penjagaan/").content.decode()
    assert "Rencana satu" in listed and "instrumen berganti versi sejak itu" in listed
    assert "Versi baru sejak rencana ini disusun: TPS rawan" in shown and risk.renewed_since(date(2026, 1, 1)) == []
    assert chief.get(f"/penjagaan/{key}/posko.xlsx").status_code == 200
    bundle = zipfile.ZipFile(io.BytesIO(chief.get(f"/penjagaan/{key}/bukti.zip").content))
    assert bundle.read("posts.csv").decode() == FILES["posts.csv"]
    assert [entry.log.role for entry in Entry.objects.filter(kind="guard.plan_made")] == ["internal"]
    assert person("auditor").get(f"/penjagaan/{key}/").status_code == 403
    assert rebuild.check() == []
    # Who plans takes health and homes along, nobody else.
    Plan.objects.update(files=FILES | {"people.csv": "code,fit\n"})
    for role, told in (("operations_head", True), ("resort_chief", False), ("deputy_chief", False)):
        taken = zipfile.ZipFile(io.BytesIO(person(role).get(f"/penjagaan/{key}/bukti.zip").content)).namelist()
        assert ("people.csv" in taken) is told, role


def test_a_moved_voting_day_asks_for_a_new_plan_at_the_police_alone(office, resort_chief, person):
    commission, calendar = met(KPU_TAPSEL), sources.calendar("pemilu-2024")
    agreement = enter_and_confirm(commission, resort_chief)
    use_calendar("pemilu-2024")
    key = keep(resort_chief)
    head = person("operations_head", agreements=[agreement])
    assert "Rencana ini dibuat untuk pemungutan suara" not in head.get(f"/penjagaan/{key}/").content.decode()
    assert [one.key for one in public.inbox(head.user, NOON)] == []
    decided = NOON.date() + timedelta(days=1)
    after = postponed(calendar, polling_day=date(2024, 2, 28), decided_on=decided, law="PKPU Nomor 9 Tahun 2024")
    commission.clock = NOON + timedelta(days=1)
    commission.state(agreement, announce(after, kind="kpu", decided_on=decided, on=decided, was=calendar))
    with time_machine.travel(NOON + timedelta(days=1), tick=False):
        head = person("operations_head", agreements=[agreement])
        shown = head.get(f"/penjagaan/{key}/").content.decode()
        assert "untuk pemungutan suara Rabu, 14 Februari 2024; sekarang Rabu, 28 Februari 2024" in shown
        assert "untuk hari lama, 14 Feb 2024" in head.get("/penjagaan/").content.decode()
        assert [one.key for one in public.inbox(head.user, NOON)] == [key]
        assert "Rencana penjagaan Rencana satu" in head.get("/tahapan/").content.decode()


def test_a_kept_plan_goes_on_saying_what_it_took_for_granted(office, resort_chief, person):
    unset = assumed(
        [
            "1203011001001,1203011001,120301,1203,1.6,99.2,,medium,",
            "1203021001001,1203021001,120302,1203,1.6,99.2,,high,high",
        ],
        FILES["units.csv"] + "BKO-TAMBAHAN,BKO tambahan,polda,,1.6,99.2,50,0\n",
    )
    posts = "post,station\n1203011001001,1203011001001\n1203021001001,1203021001001\n"
    key = keep(resort_chief, unset | {"posts.csv": posts})
    shown = person("resort_chief").get(f"/penjagaan/{key}/").content.decode()
    assert "1 TPS belum berkelas dan dihitung kurang rawan" in shown
    assert "50 BKO di dalamnya hanya dicoba" in shown and "1 TPS dihitung satu kelas di atas" in shown


@pytest.mark.slow
def test_stations_that_nobody_measured_stand_in_the_middle_of_their_village(office, resort_chief, person, monkeypatch):
    commission = met(KPU_TAPSEL)
    agreement = enter_and_confirm(commission, resort_chief)
    rows = [StationRow(code="1203011001001"), StationRow(code="1203011001002", lat_e6=1_500_000, lon_e6=99_300_000)]
    stated = {"regency": "1203", "stations": 2, "special_stations": 0, "digest": digest_of(rows)}
    commission.state(agreement, StationsPublished(**stated, text=StationListText(rows=rows)))
    Region.objects.create(code="1203011001", name="Desa", level="village", parent="120301", lat=1.25, lon=99.5)
    units = [UnitRow("TS-01", "Polsek Sipirok", "polsek", "1203", 1_600_000, 99_270_000, 0, 0)]
    list_units(id=new_event_id(NOON), by=resort_chief, at=NOON, rows=units)
    started = []
    monkeypatch.setattr(running, "start", lambda id, tables, **given: started.append(tables))
    assert person("operations_head").post("/penjagaan/baru/", NUMBERS).status_code == 302
    lines = started[0]["stations.csv"].decode().splitlines()
    assert lines[1:] == [
        "1203011001001,1203011001,120301,1203,1.25,99.5,,low,",
        "1203011001002,1203011001,120301,1203,1.5,99.3,,low,",
    ]


@pytest.fixture
def waiting(settings, tmp_path, monkeypatch):
    """The planner's real process, whose work is to wait."""
    settings.DATA = tmp_path
    waits = "import time; from sinergi.features.guard import working; working._load = lambda: None; "
    waits += "working._done = lambda: (open('ready', 'w').close(), time.sleep(60)); working.serve()"
    monkeypatch.setattr(running, "_SERVE", waits)
    monkeypatch.setattr(running, "_process", None)

    def start(id):
        running.start(id, {}, grouping="village")
        deadline = time.monotonic() + 30
        while not (running.folder(id) / "ready").exists() and time.monotonic() < deadline:
            time.sleep(0.01)
        return running._process

    yield start
    if running._process:
        running._process.stdin.close()
        running._process.wait(timeout=30)
    running._plans.clear()


def ended(id):
    deadline = time.monotonic() + 30
    while running.state(id) == "running" and time.monotonic() < deadline:
        time.sleep(0.01)
    return running.state(id)


@pytest.mark.slow
def test_two_planners_never_run_at_once_and_one_ends_with_its_node(waiting):
    first = waiting("first")
    with pytest.raises(Refused, match="sedang dihitung"):
        running.start("second", {}, grouping="village")
    assert not running.folder("second").exists()
    working = int(Path(f"/proc/{first.pid}/task/{first.pid}/children").read_text())
    first.stdin.close()  # as when the node is killed
    assert first.wait(timeout=30) == 0
    deadline = time.monotonic() + 30
    while Path(f"/proc/{working}").exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not Path(f"/proc/{working}").exists()
    assert running.state("first") == "failed" and running.said("first") == ""


@pytest.mark.slow
def test_stopped_before_there_is_a_result_says_so_in_words(waiting):
    waiting("first")
    running.stop("first")
    assert ended("first") == "failed"
    assert running.said("first") == "Perhitungan dihentikan sebelum ada hasil."
    running.start("second", {}, grouping="village")  # the same process works on
    assert running.state("second") == "running"


def test_a_trace_is_not_read_to_a_chief(settings, tmp_path):
    settings.DATA = tmp_path
    running.folder("x").mkdir(parents=True)
    (running.folder("x") / "said").write_text("Traceback (most recent call last):\n  …\nMemoryError\n")
    assert running.said("x") == ""


def test_trying_beside_a_plan_starts_from_its_numbers(office, resort_chief, person):
    key = keep(resort_chief)
    form = person("operations_head").get(f"/penjagaan/baru/?dari={key}&tambah=1&batas=district").content.decode()
    assert 'name="radius_m" value="900"' in form and 'name="extra" value="50"' in form


def test_without_stations_and_units_nothing_is_started(office, person):
    refused = person("operations_head").post("/penjagaan/baru/", NUMBERS)
    assert refused.status_code == 422 and Calculation.objects.count() == 0


def test_a_planner_that_refuses_says_why_and_nothing_is_kept(office, resort_chief, person):
    head = person("operations_head")
    made = Calculation.objects.create(
        id="00000000-0000-4000-8000-000000000001", owner=head.user.actor_id, started_at=NOON, grouping="village"
    )
    here = running.folder(str(made.id))
    here.mkdir(parents=True)
    (here / "said").write_text("stations, baris 2, kolom lat: tidak diisi.\n")
    page = f"/penjagaan/hitung/{made.id}/"
    assert "kolom lat: tidak diisi" in head.get(page).content.decode()
    assert head.post(f"{page}simpanan/", {"id": new_event_id(NOON), "name": "Coba"}).status_code == 422
    assert person("operations_head").get(page).status_code == 404  # somebody else's
    assert Plan.objects.count() == 0


@pytest.mark.slow
def test_a_plan_from_classes_and_units_is_proven_to_a_stranger(office, resort_chief, person, tmp_path):
    commission = met(KPU_TAPSEL)
    agreement = enter_and_confirm(commission, resort_chief)
    codes = [f"12030110{village:02}{number:03}" for village in (1, 2) for number in range(1, 6)]
    rows = [
        StationRow(code=code, lat_e6=1_600_000 + 900 * k, lon_e6=99_270_000 + 700 * (k % 3))
        for k, code in enumerate(codes)
    ]
    stated = {"regency": "1203", "stations": len(rows), "special_stations": 0, "digest": digest_of(rows)}
    commission.state(agreement, StationsPublished(**stated, text=StationListText(rows=rows)))
    units = [UnitRow("TS-01", "Polsek Sipirok", "polsek", "1203", 1_600_000, 99_270_000, 3, 0)]
    list_units(id=new_event_id(NOON), by=resort_chief, at=NOON, rows=units)
    head = person("operations_head")
    page = head.post("/penjagaan/baru/", NUMBERS)["Location"]
    made = Calculation.objects.get()
    deadline = time.monotonic() + 120
    while running.state(str(made.id)) in ("running", "refining") and time.monotonic() < deadline:
        time.sleep(0.2)
    shown = head.get(page).content.decode()
    assert "10 TPS belum berkelas" in shown, running.said(str(made.id))
    kept = head.post(f"{page}simpanan/", {"id": new_event_id(NOON), "name": "Rencana satu"})["Location"]
    assert Plan.objects.get().unmet == 9  # six posts of two, three officers
    zipfile.ZipFile(io.BytesIO(head.get(f"{kept}bukti.zip").content)).extractall(tmp_path / "out")
    out = tmp_path / "out"
    inputs = [word for name in ("stations", "units", "patterns") for word in (f"--{name}", str(out / f"{name}.csv"))]
    checked = subprocess.run([sys.executable, str(CHECK), *inputs, str(out)], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout + checked.stderr
