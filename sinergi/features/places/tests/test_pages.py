"""The pages, for the owner, the partner and a stranger."""

from __future__ import annotations

import csv
import io
import json

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from sinergi.features.places.demo import demo_stations
from sinergi.features.places.models import Station, StationList
from sinergi.features.places.views.stations import dms
from sinergi.kernel.ids import new_event_id
from sinergi.kernel.instants import now
from sinergi.ledger.models import Entry
from sinergi.web import uploads
from sinergi.web.models import Upload

STATION = "1203041001901"

pytestmark = pytest.mark.django_db


def upload(client, data, agreement, name="tps.csv"):
    file = SimpleUploadedFile(name, data if isinstance(data, bytes) else data.encode())
    return client.post("/tempat/unggahan/", {"agreement": agreement, "file": file})


def test_the_owner_sees_the_map_its_table_and_what_the_map_asks_for(published, sign_in):
    client = sign_in("secretary", regions=["1203"])
    page = client.get("/tempat/").content.decode()
    assert "1.074 TPS" in page
    assert 'href="?wilayah=1203' in page or "wilayah=1203" in page
    stations = client.get("/tempat/tps.json").json()["stations"]
    assert len(stations) == 1074
    areas = json.loads(client.get("/tempat/wilayah.geojson").content)
    assert {f["properties"]["code"][:4] for f in areas["features"]} == {"1203"}
    assert len(areas["features"]) == 16


@pytest.mark.slow
def test_the_numbers_on_the_map_are_the_numbers_of_the_list(published, sign_in):
    client = sign_in("kpu_staff")
    for query in ("wilayah=120304", "jenis=khusus", "q=sipirok", "wilayah=1203041001", "q=1203041001901"):
        page = client.get(f"/tempat/?{query}").content.decode()
        count = len(client.get(f"/tempat/tps.json?{query}").json()["stations"])
        book = openpyxl.load_workbook(io.BytesIO(client.get(f"/tempat/tps.xlsx?{query}").content))
        assert count > 0
        assert f"{count:,} TPS".replace(",", ".") in page
        assert book.active.max_row == count + 1
    assert book.active["A2"].value == STATION


def test_a_district_officer_sees_the_own_district_only(published, sign_in):
    client = sign_in("district_committee", regions=["120304"])
    codes = {row[0][:6] for row in client.get("/tempat/tps.json").json()["stations"]}
    assert codes == {"120304"}
    assert client.get("/tempat/tps/1203011001001/").status_code == 404
    assert client.get(f"/tempat/tps/{STATION}/").status_code == 200


def test_a_duty_for_another_agreement_sees_nothing(published, sign_in):
    client = sign_in("secretary", agreements=["0" * 64])
    assert client.get("/tempat/tps.json").json()["stations"] == []
    assert client.get(f"/tempat/tps/{STATION}/").status_code == 404
    assert client.get(f"/tempat/daftar/{published.key}/").status_code == 404


def test_a_stranger_gets_nothing(published, client):
    for address in ("/tempat/", "/tempat/tps.json", "/tempat/tps.xlsx", "/tempat/wilayah.geojson", "/tempat/daftar/"):
        assert client.get(address).status_code in (302, 303)


def test_a_reader_may_not_import(published, sign_in, agreement):
    client = sign_in("village_committee")
    assert client.get("/tempat/unggahan/").status_code == 403
    assert upload(client, "Kode TPS\n1203011001001\n", agreement).status_code == 403


def test_a_station_shows_both_notations(published, sign_in):
    page = sign_in("chair").get(f"/tempat/tps/{STATION}/").content.decode()
    assert "1.605000, 99.279000" in page
    assert dms(1.605, 99.279) == "1°36'18.0\" LU 99°16'44.4\" BT"
    assert dms(-0.5, 100.0) == "0°30'00.0\" LS 100°00'00.0\" BT"


@pytest.mark.slow
def test_odd_addresses_are_harmless(published, sign_in):
    client = sign_in("chair")
    for query in (
        "wilayah=%27",
        "wilayah=9",
        "q=%00x",
        "urut=zzz",
        "jenis=abc",
        "page=zz",
        "page=999999",
        "q=" + "a " * 500,
    ):
        assert client.get(f"/tempat/?{query}").status_code == 200
    assert client.get("/tempat/tps/99999999999999999999999/").status_code == 404


def test_an_unchanged_answer_is_not_sent_twice(published, sign_in):
    client = sign_in("chair")
    tag = client.get("/tempat/wilayah.geojson")["ETag"]
    assert client.get("/tempat/wilayah.geojson", headers={"If-None-Match": tag}).status_code == 304


def both_regencies() -> bytes:
    """All stations of both regencies as one file, with columns nobody asked for, as a province hands it out."""
    file = io.StringIO()
    table = csv.writer(file)
    head = "regency_code,village_code,tps_no,tps_code,is_special,voters,lat,lon,coord_source"
    table.writerow(head.split(","))
    for regency in ("1203", "1220"):
        for row in demo_stations(regency):
            place = (f"{row.lat_e6 / 1e6:.6f}", f"{row.lon_e6 / 1e6:.6f}", "village_centroid")
            number = int(row.code[10:])
            table.writerow([regency, row.code[:10], number, row.code, int(row.is_special), "", *place])
    return file.getvalue().encode()


@pytest.mark.slow
def test_the_whole_file_of_both_regencies_is_imported_without_the_other(agreement, regions, sign_in):
    client = sign_in("kpu_staff")
    whole = both_regencies()
    answer = upload(client, whole, agreement)
    assert answer.status_code == 302
    page = client.get(answer.url).content.decode()
    assert "874 baris milik Padang Lawas Utara" in page
    assert "Terbitkan" not in page
    publish = answer.url + "terbitan/"
    assert client.post(publish, {"id": new_event_id(now())}).status_code == 422
    assert StationList.objects.count() == 0
    client.post(answer.url + "tanpa-wilayah-lain/")
    page = client.get(answer.url).content.decode()
    assert "Terbitkan 1.074 TPS" in page
    assert "1.074 TPS berbagi titik" in page or "berbagi titik" in page
    done = client.post(publish, {"id": new_event_id(now())})
    assert done.status_code == 302
    assert Station.objects.current().count() == 1074
    assert Upload.objects.count() == 0
    assert Entry.objects.filter(kind="places.stations_published").count() == 1
    assert "daftar pertama" in client.get(done.url).content.decode()
    # The same file twice changes nothing and says so.
    again = upload(client, whole, agreement)
    client.post(again.url + "tanpa-wilayah-lain/")
    assert "sama dengan daftar yang berlaku" in client.get(again.url).content.decode()
    assert client.post(again.url + "terbitan/", {"id": new_event_id(now())}).status_code == 422
    assert StationList.objects.count() == 1


def test_sending_twice_publishes_once(agreement, regions, sign_in):
    client = sign_in("secretary")
    address = upload(client, "Kode TPS\n1203011001001\n", agreement).url
    same = {"id": new_event_id(now())}
    assert client.post(address + "terbitan/", same).status_code == 302
    assert client.post(address + "terbitan/", same).status_code == 404
    assert StationList.objects.count() == 1


@pytest.mark.slow
def test_a_new_list_shows_what_changed(published, sign_in, agreement):
    client = sign_in("secretary")
    address = upload(client, "Kode TPS,Pemilih\n1203011001001,250\n1203011001099,100\n", agreement).url
    page = client.get(address).content.decode()
    assert "1 / 1.073 / 1" in page
    done = client.post(address + "terbitan/", {"id": new_event_id(now())})
    page = client.get(done.url).content.decode()
    assert "1 TPS baru, 1.073 dihapus, 1 berubah" in page


def test_wrong_cells_stop_everything_and_come_back_marked(agreement, regions, sign_in):
    client = sign_in("secretary")
    text = "Kode TPS,Kode desa,Lintang,Bujur,Pemilih,Pemilih laki-laki,Pemilih perempuan\n"
    text += "1203011001001,1203011001,1.4,99.1,250,100,100\n1203999999001,,1.4,,5,,\n1203011001001,1203011003,,,,,\n"
    address = upload(client, text, agreement).url
    page = client.get(address).content.decode()
    for sentence in (
        "Laki-laki dan perempuan berjumlah 200.",
        "Desa 1203999999 tidak dikenal.",
        "Lintang dan bujur diisi berdua.",
        "Sudah ada di baris 2.",
    ):
        assert sentence in page
    assert client.post(address + "terbitan/", {"id": new_event_id(now())}).status_code == 422
    sheet = openpyxl.load_workbook(io.BytesIO(client.get(address + "perbaikan.xlsx").content)).active
    assert "berjumlah 200" in sheet["A2"].value
    assert sheet["F2"].comment.text == "Laki-laki dan perempuan berjumlah 200."
    assert StationList.objects.count() == 0


def test_points_outside_the_regency_are_told(agreement, regions, sign_in):
    address = upload(sign_in("secretary"), "Kode TPS,Lintang,Bujur\n1203011001001,-6.2,106.8\n", agreement).url
    client = sign_in("secretary")
    assert client.get(address).status_code == 404  # another person's upload
    assert Upload.objects.count() == 1


@pytest.mark.parametrize(
    ("data", "name", "code"),
    [
        (b"%PDF-1.7", "tps.xlsx", "kind"),
        (b"Kode TPS,NIK\n1203011001001,\n", "tps.csv", "forbidden"),
        (b"Kode TPS,Alamat\n1203011001001,1203014107800001\n", "tps.csv", "identity"),
        (b"Kode TPS\n\xff\xfe\x00", "tps.csv", "nul"),
    ],
)
def test_a_hostile_file_leaves_nothing_behind(agreement, regions, sign_in, data, name, code):
    answer = upload(sign_in("secretary"), data, agreement, name)
    assert answer.status_code == 422
    assert code in answer.content.decode()
    assert Upload.objects.count() == 0


def test_the_template_can_be_uploaded_as_it_is_and_is_empty(agreement, regions, sign_in):
    client = sign_in("secretary")
    made = client.get("/tempat/unggahan/templat.xlsx").content
    address = upload(client, made, agreement, "templat.xlsx").url
    assert client.post(address + "terbitan/", {"id": new_event_id(now())}).status_code == 422


def test_old_uploads_are_purged(agreement, regions, sign_in):
    from datetime import timedelta

    upload(sign_in("secretary"), "Kode TPS\n1203011001001\n", agreement)
    assert uploads.purge(at=now()) == 0
    assert uploads.purge(at=now() + timedelta(hours=25)) == 1


def test_search_finds_only_what_the_person_may_open(published, sign_in):
    from sinergi.features.places.views.stations import found

    assert any(hit.sub == STATION for hit in found(sign_in("chair").user, STATION))
    assert any("Sipirok" in hit.title for hit in found(sign_in("chair").user, "pasar sipirok"))
    ppk = sign_in("district_committee", regions=["120301"]).user
    assert found(ppk, STATION) == []
    assert found(ppk, "pasar sipirok") == []


def test_the_police_are_told_who_publishes(commission_list, sign_in):
    client = sign_in("operations_head")
    assert "Daftar TPS datang dari KPU" in client.get("/tempat/unggahan/").content.decode()
    assert "3 TPS" in client.get("/tempat/").content.decode()
    assert client.get("/tempat/daftar/").status_code == 200


@pytest.fixture
def commission_list(found_node, resort_chief):
    """A police node that received a list of three stations."""
    from sinergi.features.places.demo import load_demo_regions
    from sinergi.features.places.tests.test_facts import ROWS, listing
    from tests.nodes.fixtures import KPU_TAPSEL, POLRES, enter_and_confirm
    from tests.nodes.simulator import Peer

    found_node(**POLRES)
    load_demo_regions(["1203", "1220"])
    peer = Peer(**KPU_TAPSEL)
    peer.meet()
    agreement = enter_and_confirm(peer, resort_chief)
    peer.state(agreement, listing(ROWS))
    return agreement


def test_the_upload_lies_under_the_lists(agreement, sign_in):
    page = sign_in("secretary", regions=["1203"]).get("/tempat/unggahan/").content.decode()
    assert '<a href="/tempat/daftar/" aria-current="page">Daftar TPS</a>' in page
    assert '<a href="/tempat/">Peta TPS</a>' in page
