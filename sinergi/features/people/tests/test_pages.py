"""From a file to units and officers; who may look; nothing leaves the office."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from sinergi.access.models import ReadAudit
from sinergi.features.people.events import UnitsListed, UnitsText
from sinergi.features.people.models import Officer, Unit, UnitList
from sinergi.features.people.rules import digest_of
from sinergi.features.people.tests.test_rules import UNIT
from sinergi.kernel.ids import new_event_id
from sinergi.ledger import rebuild
from sinergi.ledger.models import Entry
from tests.nodes.fixtures import KPU_TAPSEL, POLRES, enter_and_confirm, met
from tests.nodes.simulator import NOON

UNITS = "Kode satuan,Nama satuan,Tingkat,Kode kabupaten,Lintang,Bujur,Personel,Cadangan\n"
OFFICERS = "NRP,Nama,Pangkat,Kode satuan,L/P,Umur,Sehat untuk tugas\n"


@pytest.fixture
def office(found_node):
    """The node is the police."""
    return found_node(**POLRES)


def send(client, subject, text):
    file = SimpleUploadedFile("isi.csv", text.encode())
    answer = client.post("/sdm/unggahan/", {"subject": subject, "file": file})
    return answer["Location"]


def note(client, where):
    return client.post(f"{where}pernyataan/", {"id": new_event_id(NOON)}).status_code


def test_units_and_officers_come_from_files_and_stay_inside(office, person):
    head = person("operations_head")
    assert note(head, send(head, "satuan", UNITS + "TS-01,Polsek Sipirok,polsek,1203,1.6,99.27,30,4\n")) == 302
    rows = "80010001,Sari Lubis,BRIPKA,TS-01,P,34,ya\n80010002,Tua Renta,AIPTU,TS-01,L,56,ya\n"
    assert note(head, send(head, "personel", OFFICERS + rows)) == 302
    shown = head.get("/sdm/").content.decode()
    assert "Polsek Sipirok" in shown and "Sari Lubis" not in shown
    assert "Sari Lubis" in head.get("/sdm/personel/").content.decode()
    assert ReadAudit.objects.filter(actor=head.user.actor_id).exists()
    assert head.get("/sdm/personel/unduh.xlsx?satuan=TS-01").status_code == 200
    kinds = Entry.objects.filter(kind__startswith="people.")
    assert {entry.log.role for entry in kinds} == {"internal"}
    assert person("auditor").get("/sdm/personel/").status_code == 403
    assert rebuild.check() == []


def test_a_wrong_cell_is_named_and_nothing_is_noted(office, person):
    head = person("operations_head")
    where = send(head, "satuan", UNITS + "TS-01,Polsek Sipirok,polsek,,1.6,99.27,3,4\n")
    shown = head.get(where).content.decode()
    assert "Isi kabupaten" in shown and "Cadangan lebih banyak" in shown
    assert note(head, where) == 422
    where = send(head, "personel", OFFICERS + "80010001,Sari,BRIPKA,TS-09,X,34,ya\n")
    shown = head.get(where).content.decode()
    assert "Satuan TS-09 tidak ada" in shown and "Pilih salah satu: L, P" in shown
    assert note(head, where) == 422 and Unit.objects.count() == Officer.objects.count() == 0


def test_an_identity_number_among_the_words_of_an_officer_is_refused(office, person):
    head = person("operations_head")
    note(head, send(head, "satuan", UNITS + "TS-01,Polsek Sipirok,polsek,1203,1.6,99.27,30,4\n"))
    rows = "80010001,Sari,BRIPKA,TS-01,P,34,ya,Pam TPS nik 1203 0110 0199 0001\n"
    where = send(head, "personel", OFFICERS.strip() + ",Pelatihan\n" + rows)
    assert "Ada 16 angka seperti NIK" in head.get(where).content.decode()
    assert note(head, where) == 422 and Officer.objects.count() == 0


def test_a_list_under_an_agreement_is_no_list(office, resort_chief):
    partner = met(KPU_TAPSEL)
    agreement = enter_and_confirm(partner, resort_chief)
    event = UnitsListed(units=1, officers=30, digest=digest_of([UNIT]), text=UnitsText(rows=[UNIT]))
    partner.state(agreement, event)
    assert UnitList.objects.count() == 0
