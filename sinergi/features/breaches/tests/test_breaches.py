"""A breach: private to its office, 72 hours from when it became known, two notices, and a word to partners."""

from __future__ import annotations

from datetime import timedelta

import pypdfium2
import pytest

from sinergi.features.breaches import rules
from sinergi.features.breaches.events import BreachNoted, BreachTold
from sinergi.features.breaches.models import Breach, BreachNotice, BreachStep
from sinergi.kernel.errors import Refused
from sinergi.ledger import rebuild
from sinergi.ledger.models import Entry
from tests.nodes.simulator import NOON

NOTE = {
    "known_at": "2024-02-04T08:00",
    "disclosed": ["name", "contact"],
    "people": "212",
    "what": "Daftar kontak KPPS <b>",
    "how": "Laptop hilang Minggu malam",
}


def noted(side, role: str = "secretary", **changes) -> Breach:
    answer = side.post(role, "/kebocoran/baru/", **NOTE | changes)
    assert answer.status_code == 302
    return Breach.objects.get()


@pytest.mark.slow
def test_from_noting_to_closing_and_nothing_of_it_leaves_but_what_a_partner_is_told(kpu):
    empty = kpu.person("secretary").get("/kebocoran/baru/").content.decode()
    assert empty.count('name="disclosed"') == 7
    row = noted(kpu)
    page = f"/kebocoran/{row.key}/"
    assert Entry.objects.get(key=row.key).log.role == "internal"
    home = kpu.person("secretary").get("/").content.decode()
    assert (
        "Beritahukan kebocoran data" in home and "Beritahukan" not in kpu.person("kpu_staff").get("/").content.decode()
    )
    assert kpu.person("kpu_staff").get(page).status_code == 403
    shown = kpu.person("secretary").get(page).content.decode()
    assert "Daftar kontak KPPS &lt;b&gt;" in shown and "Rabu, 7 Februari 2024" in shown
    for kind, letter, status in (
        ("closed", "", 422),
        ("authority", " ", 422),
        ("authority", "B/1/2024", 302),
        ("subjects", "B/2/2024", 302),
        ("closed", "", 302),
        ("public", "", 422),
    ):
        answer = kpu.post("secretary", f"{page}langkah/", kind=kind, letter=letter, words="dikerjakan")
        assert answer.status_code == status, kind
    assert list(BreachStep.objects.order_by("taken_at", "key").values_list("step", flat=True)) == [
        "authority",
        "subjects",
        "closed",
    ]
    assert "Beritahukan" not in kpu.person("secretary").get("/").content.decode()
    for to in ("lembaga", "orang"):
        pdf = kpu.person("secretary").get(f"{page}surat-{to}.pdf").content
        text = "\n".join(one.get_textpage().get_text_range() for one in pypdfium2.PdfDocument(pdf))
        assert "Pasal 46" in text and "Laptop hilang" in text and ("212" in text) == (to == "lembaga")
    assert kpu.person("secretary").get(f"{page}surat-lain.pdf").status_code == 404
    told = kpu.post("secretary", f"{page}mitra/", agreement=kpu.agreement, words="Nomor telepon petugas bocor")
    assert told.status_code == 302
    notice = BreachNotice.objects.get()
    assert (notice.people, notice.words) == (212, "Nomor telepon petugas bocor")
    under = Entry.objects.filter(log__agreement=kpu.agreement, kind__startswith="breaches.")
    assert [entry.kind for entry in under] == ["breaches.told"]
    assert kpu.person("secretary").get("/kebocoran/daftar.xlsx").status_code == 200
    assert rebuild.check() == []


def test_a_partner_s_notice_is_shown_and_its_breach_under_an_agreement_is_none(polres):
    told = BreachTold(known_at=NOON, data=["name"], people=3)
    polres.state(told)
    assert "3 orang" in polres.person("resort_chief").get("/kebocoran/").content.decode()
    inside = polres.state(BreachNoted(known_at=NOON, data=["name"], people=3))
    assert Entry.objects.get(key=inside).state == Entry.State.INVALID and not Breach.objects.exists()


def test_the_clock_runs_from_when_it_became_known():
    known = {"known_at": NOON}
    assert rules.state([], at=NOON + timedelta(hours=72), **known) == "running"
    assert rules.state(["authority"], at=NOON + timedelta(hours=72, seconds=1), **known) == "overdue"
    assert rules.state(["authority", "subjects"], at=NOON + timedelta(days=9), **known) == "notified"
    for wrong, code in (
        ({"known_at": NOON + timedelta(hours=1)}, "BCR-01"),
        ({"data": []}, "BCR-06"),
        ({"people": -1}, "BCR-07"),
        ({"how": " \n"}, "BCR-08"),
    ):
        with pytest.raises(Refused) as refused:
            rules.note(**{"known_at": NOON, "at": NOON, "data": ["name"], "people": 1, "what": "x", "how": "y"} | wrong)
        assert refused.value.code == code
