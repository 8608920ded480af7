"""Journey 11: chair and Kapolres sign the minutes of an evaluation, each with the finger on their own device."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.acts import enrol, verified
from tests.journeys.stage import PHONE, looked_at, main_text, until

pytestmark = pytest.mark.slow


def test_both_sign_the_minutes_with_their_own_passkeys_and_a_stranger_checks_it(seats, tapsel, polres, tmp_path):
    secretary = seats.sit(tapsel, "sekretaris")
    secretary.goto("/kewajiban/")
    secretary.locator("main a[href^='/kewajiban/']").filter(has_text="Polres Tapsel").first.click()
    agreement = re.search(r"[0-9a-f]{64}", secretary.url)[0]
    meetings = f"/kewajiban/{agreement}/notula/"
    secretary.goto(meetings)
    assert "disetujui dengan kata sandi" in main_text(secretary)
    assert secretary.get_by_role("link", name="Tandatangani dengan kunci sandi").count() == 0

    chair = seats.sit(tapsel, "ketua", passkeys=True)
    chair.goto(meetings)
    chair.get_by_role("link", name="Tandatangani dengan kunci sandi").click()
    chair.wait_for_url("**/tanda-tangan/")
    address = re.sub(r"^https?://[^/]+", "", chair.url)
    sign(chair, "ketua", address)
    chief = seats.sit(polres, "kapolres", phone=True, passkeys=True)
    sign(chief, "kapolres", address)
    until(chair, "Kapolres, Polres Tapsel")
    until(secretary, "Kapolres, Polres Tapsel")
    assert main_text(secretary).count("tanda tangan kunci sandi") >= 2
    assert "ditandatangani semua pihak" in main_text(secretary)
    assert looked_at(secretary, "meetings") == []
    secretary.set_viewport_size(PHONE)
    assert looked_at(secretary, "meetings on a phone") == []
    verdict = verified(chair, f"/perjanjian/{agreement}/", tmp_path)
    assert sorted(re.findall(r"(\w+) minutes of .*: signed minutes", verdict)) == ["chair", "resort_chief"]


def sign(page, username: str, address: str) -> None:
    """Enrol, name the key on the page of the minutes, and sign them there."""
    enrol(page, username, address)
    page.get_by_role("button", name="Nyatakan kunci saya").click()
    expect(page.get_by_role("button", name="Tandatangani notula ini")).to_be_visible()
    wrong = looked_at(page, "minutes before signing")
    page.get_by_role("button", name="Tandatangani notula ini").click()
    expect(page.locator("#menandatangani")).to_contain_text("sudah ditandatangani pejabat")
    assert wrong + looked_at(page, "minutes after signing") == []
