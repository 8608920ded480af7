"""Journey 5: a node is unplugged, both sides go on working, and it says in words what happened."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.journeys.acts import VILLAGES, answer, arrives, ask
from tests.journeys.stage import eventually, look_again, main_text, stays_within

pytestmark = pytest.mark.slow


def test_both_sides_work_apart_and_hold_the_same_afterwards(seats, paluta, polres):
    secretary, chief = seats.sit(paluta, "sekretaris"), seats.sit(polres, "kapolres", phone=True)
    village = VILLAGES["kpu-paluta"]
    known = ask(secretary, "Kawal sebelum listrik padam", village=village)
    arrives(chief, known, "Kawal sebelum listrik padam")

    polres.unplug()
    later = ask(secretary, "Kawal selagi Polres padam", village=village)
    secretary.goto("/siapa-punya-apa/")
    eventually(
        lambda: "Polres Tapsel terputus sejak" in main_text(secretary),
        lambda: look_again(secretary),
        "the page did not notice that the police are away",
    )
    told = main_text(secretary)
    assert "Tidak ada catatan di sini yang hilang." in told
    assert "catatan menunggu dan terkirim sendiri saat tersambung." in told
    assert "Kawal selagi Polres padam" in told

    paluta.unplug()
    polres.plug_in()
    answer(chief, known, "Sanggupi", sentence="Siap walau jaringan putus.", button="Kirim jawaban ke KPU")
    expect(chief.get_by_text("Siap walau jaringan putus.").first).to_be_visible()
    chief.goto("/siapa-punya-apa/")
    eventually(
        lambda: "KPU Paluta terputus sejak" in main_text(chief),
        lambda: look_again(chief),
        "the page did not notice that the commission is away",
    )
    assert stays_within(chief)

    paluta.plug_in()
    arrives(secretary, known, "Siap walau jaringan putus.")
    arrives(chief, later, "Kawal selagi Polres padam")
    theirs = {agreement for agreement, _agency in paluta.logs()}

    def shared() -> dict:
        return {log: state for log, state in polres.logs().items() if log[0] in theirs}

    eventually(lambda: shared() == paluta.logs(), lambda: None, "the two nodes hold different logs")
    for page in (secretary, chief):
        page.goto("/siapa-punya-apa/")
        eventually(
            lambda page=page: "Semua catatan sama di setiap pihak." in main_text(page),
            lambda page=page: look_again(page),
            "still not the same",
        )
        assert "Tidak ada yang menunggu dikirim." in main_text(page)
