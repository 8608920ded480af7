"""Journey 4: the first page by role, the scope switch, search that keeps secrets, and two languages."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.acts import VILLAGES, arrives, ask
from tests.journeys.stage import main_text, stays_within

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("agency", "username"),
    [("polres-tapsel", "kabagops"), ("polres-tapsel", "kapolres"), ("kpu-tapsel", "sekretaris")],
)
@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
def test_home_says_what_waits_with_at_most_seven_numbers_and_one_primary_action(
    seats, offices, agency, username, phone
):
    page = seats.sit(offices[agency], username, phone=phone)
    page.goto("/")
    figures = page.locator("a.figure")
    assert 2 <= figures.count() <= 7
    assert page.locator("main .button.primary:visible").count() <= 1
    expect(page.get_by_role("heading", name="Menunggu", exact=False).first).to_be_visible()
    assert stays_within(page)
    # Each number opens the list it counts.
    number, address = figures.first.locator(".value").inner_text(), figures.first.get_attribute("href")
    page.goto(address)
    assert page.locator("main table tbody tr:not(.group)").count() >= int(number.split()[0])
    page.goto("/kotak/")
    bell = int(page.locator(".bell .count").inner_text())
    assert page.locator("ul.waiting > li").count() == bell


def test_the_scope_switch_keeps_the_two_commissions_apart(seats, polres):
    page = seats.sit(polres, "kabagops")
    page.goto("/pengamanan/")
    assert {"KPU Tapsel", "KPU Paluta"} <= {group.split()[0] + " " + group.split()[1] for group in _groups(page)}
    page.locator(".scope-button").click()
    page.locator("#lingkup .entry").filter(has_text="KPU Tapsel").click()
    page.wait_for_load_state()
    page.goto("/pengamanan/")
    # The year tells it from the agreement that the same two negotiate.
    assert [group.split("\t")[0].split(" (")[0].rstrip("0123456789 ") for group in _groups(page)] == ["KPU Tapsel"]
    page.goto("/")
    told = main_text(page)
    assert "KPU Tapsel" in told and "Paluta" not in told and "Padang Bolak" not in told
    page.locator(".scope-button").click()
    page.locator("#lingkup .entry").filter(has_text="Semua perjanjian").click()


def test_search_finds_what_one_may_open_and_never_the_other_commission_s_words(seats, tapsel, paluta, polres):
    theirs = seats.sit(paluta, "sekretaris")
    path = ask(theirs, "Rahasia kelinci ungu", village=VILLAGES["kpu-paluta"])
    chief = seats.sit(polres, "kapolres")
    arrives(chief, path, "Rahasia kelinci ungu")
    assert _found(chief, "kelinci") == ["Rahasia kelinci ungu"]
    ours = seats.sit(tapsel, "sekretaris")
    ours.goto("/")
    assert _found(ours, "gudang") != []
    assert _found(ours, "kelinci") == []
    ours.goto("/cari/?q=kelinci")
    assert "Rahasia" not in main_text(ours)
    assert ours.request.get(path).status == 404
    sector = seats.sit(polres, "polsek-sipirok")
    assert _found(sector, "kelinci") == []


def test_the_language_changes_both_ways_and_is_kept(seats, tapsel):
    # The choice is kept with the person, so somebody whom no other journey needs makes it.
    page = seats.sit(tapsel, "ketua", phone=True)
    page.goto("/")
    for name, words in (("English", "Waiting for you"), ("Bahasa Indonesia", "Menunggu Anda")):
        page.locator("[popovertarget=saya]").tap()
        with page.expect_navigation():
            page.locator("#saya").get_by_role("button", name=name).tap()
        expect(page.locator("main")).to_contain_text(words)
        page.reload()
        expect(page.locator("main")).to_contain_text(words)


def _groups(page: Page) -> list[str]:
    return page.locator("tr.group th").all_inner_texts()


def _found(page: Page, words: str) -> list[str]:
    """What the box under `/` offers for these words."""
    if page.url == "about:blank":
        page.goto("/")
    page.locator("h1").click()
    page.keyboard.press("/")
    with page.expect_response(lambda answer: "/cari/" in answer.url and words[-3:] in answer.url):
        page.keyboard.type(words)
    # The answer has come, but what it says stands in the list a moment later; until then the list is about other words.
    expect(page.locator("#hasil-cari:not([aria-busy])")).to_have_count(1)
    hits = page.locator("#hasil-cari [role=option]").all_inner_texts()
    page.locator("#cari").fill("")
    return [hit.split(" ", 1)[1].split("\n")[0] for hit in hits]
