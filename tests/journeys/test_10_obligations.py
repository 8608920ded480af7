"""Journey 10: the agreement runs. What was done counts once the other side confirms it, a duty is released by consent,
a training is planned together, and voting day is moved for both and back.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from playwright.sync_api import Page, expect

from sinergi.kernel.instants import MONTHS
from tests.journeys.acts import arrives, path_of, today
from tests.journeys.stage import PHONE, look_again, looked_at, main_text, until

pytestmark = pytest.mark.slow

DUE = re.compile(r"/kewajiban/[0-9a-f]{64}/[A-Z]-\d+/[^/]+/$")


def board_of(page: Page, partner: str) -> str:
    """The address of the board of the agreement with this partner."""
    page.goto("/kewajiban/")
    page.locator("main a[href^='/kewajiban/']").filter(has_text=partner).first.click()
    return path_of(page)


def dues(page: Page, board: str, *, late: bool = False) -> list[str]:
    """Addresses of the open dues on the board, late ones first."""
    page.goto(f"{board}?keadaan=late" if late else board)
    found = page.locator("main table a").evaluate_all("all => all.map(one => one.getAttribute('href'))")
    return [address for address in dict.fromkeys(found) if DUE.search(address)]


def test_what_one_side_did_counts_once_the_other_confirms_it(seats, paluta, polres):
    secretary, police = seats.sit(paluta, "sekretaris"), seats.sit(polres, "kabagops", phone=True)
    board = board_of(secretary, "Polres Tapsel")
    panel = secretary.locator("section.panel").filter(has_text="Tulis apa yang dikerjakan")
    words = "Rakor diadakan di aula KPU; daftar hadir nomor 7."
    for due in dues(secretary, board):
        secretary.goto(due)
        if panel.count():
            break
    panel.locator("textarea").fill(words)
    panel.get_by_role("button", name="Nyatakan sudah dikerjakan").click()
    expect(secretary.get_by_text("Menunggu jawaban pihak lain.")).to_be_visible()
    before = percent(secretary, board)

    arrives(police, due, words)
    assert looked_at(police, "a statement to confirm on a phone") == []
    police.get_by_role("button", name="Benar, sudah dikerjakan").click()
    expect(police.get_by_text("membenarkan").first).to_be_visible()
    arrives(secretary, due, "membenarkan")
    assert "Dikerjakan" in main_text(secretary)
    assert due not in dues(secretary, board, late=True)
    # A moment of its own kind: it was late, so the share on time does not grow by it.
    assert percent(secretary, board) <= before


def percent(page: Page, board: str) -> int:
    page.goto(board)
    return int(re.search(r"(\d+)%", page.locator("main .share .value").first.inner_text())[1])


def test_a_duty_is_released_only_with_the_creditor_s_consent(seats, paluta, polres):
    police, secretary = seats.sit(polres, "kabagops"), seats.sit(paluta, "sekretaris")
    board = board_of(police, "KPU Paluta")
    for due in dues(police, board):
        police.goto(due)
        if police.get_by_text("Minta dibebaskan…").count():
            break
    reason = "Petugas sedang menangani banjir bandang."
    police.get_by_text("Minta dibebaskan…").click()
    asking = police.locator("details[open]")
    asking.locator("textarea").fill(reason)
    asking.get_by_role("button", name="Kirim permintaan").click()
    expect(police.get_by_text("Menunggu jawaban pihak lain.").first).to_be_visible()
    assert "dibebaskan" not in police.locator("main .lead, main .state").first.inner_text()

    arrives(secretary, due, reason)
    secretary.get_by_role("button", name="Setuju dibebaskan").click()
    until(secretary, "dibebaskan")
    arrives(police, due, "membenarkan")
    assert "dibebaskan" in main_text(police)


def test_a_joint_training_is_planned_and_reported_by_both(seats, paluta, polres):
    police, secretary = seats.sit(polres, "kabagops"), seats.sit(paluta, "sekretaris")
    topic = "Pengenalan dokumen TPS bagi padal"
    police.goto("/latihan/usul/")
    police.locator("select[name=agreement]").select_option(label="KPU Paluta")
    police.get_by_label("Materi").fill(topic)
    police.get_by_label("Hari", exact=True).fill((today() + timedelta(days=20)).isoformat())
    police.get_by_label("Jumlah peserta").fill("40")
    police.locator("form").filter(has=police.locator("[name=topic]")).locator("button.primary").click()
    police.wait_for_url(re.compile(r"/latihan/(#.*)?$"))
    arrives(secretary, "/latihan/", topic)
    secretary.get_by_role("button", name=re.compile(f"Masukkan rencana.*{topic}")).click()
    expect(secretary.locator("li").filter(has_text=topic).get_by_text("direncanakan")).to_be_visible()
    arrives(police, "/latihan/", topic)
    expect(police.locator("li").filter(has_text=topic).get_by_text("direncanakan")).to_be_visible()


def test_voting_day_is_moved_after_everybody_saw_what_that_moves_and_back(seats, paluta, polres):
    secretary, police = seats.sit(paluta, "sekretaris"), seats.sit(polres, "kabagops")
    day = polling_day(secretary)
    move(secretary, day + timedelta(days=7), "Keputusan KPU Nomor 91 Tahun 2026")
    assert re.search(r"\d+ tenggat bergeser", main_text(secretary))
    assert "Pemungutan suara" in secretary.locator("#akibat table").first.inner_text()
    assert looked_at(secretary, "a moved voting day") == []
    # Looking changes nothing.
    assert polling_day(secretary) == day
    secretary.go_back()
    secretary.get_by_role("button", name="Umumkan dan pakai kalender ini").click()
    secretary.wait_for_url(re.compile(r"/tahapan/$"))
    assert polling_day(secretary) == day + timedelta(days=7)
    # The police are told and go on by their own calendar until they take it.
    arrives(police, "/tahapan/", "mengumumkan kalender lain")
    assert looked_at(police, "another calendar is announced") == []

    move(secretary, day, "Keputusan KPU Nomor 92 Tahun 2026")
    secretary.get_by_role("button", name="Umumkan dan pakai kalender ini").click()
    secretary.wait_for_url(re.compile(r"/tahapan/$"))
    assert polling_day(secretary) == day
    police.goto("/tahapan/")
    police.set_viewport_size(PHONE)
    look_again(police)


def move(page: Page, day: date, law: str) -> None:
    """Look at what another voting day would change."""
    page.goto("/tahapan/pindah/")
    page.get_by_label("Hari pemungutan suara yang baru").fill(day.isoformat())
    page.get_by_label("Diputuskan pada").fill(today().isoformat())
    page.get_by_label("Dasar hukum").fill(law)
    page.get_by_role("button", name="Lihat akibatnya").click()
    expect(page.locator("#akibat")).to_be_visible()


def polling_day(page: Page) -> date:
    """Voting day as the page to move it says."""
    page.goto("/tahapan/pindah/")
    day, month, year = re.search(r"pemungutan suara \w+, (\d+) (\w+) (\d{4})", main_text(page)).groups()
    return date(int(year), 1 + MONTHS["id"].index(month), int(day))
