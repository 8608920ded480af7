"""The start page and the inbox, by role and on a fresh node."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from sinergi.features.home import rules
from sinergi.kernel.instants import now
from sinergi.ledger.models import Agency
from sinergi.web import navigation
from sinergi.web.navigation import Waiting

ROLES = ("chair", "secretary", "kpu_staff", "district_committee", "auditor", "administrator")


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("address", ["/", "/kotak/", "/kotak/unduh.xlsx"])
def test_every_role_opens_start_page_and_inbox(role: str, address: str, agreement: str, person: Callable[..., Any]):
    assert person(role).get(address).status_code == 200


def test_nothing_waiting_is_said(agreement: str, person: Callable[..., Any]):
    assert "Tidak ada yang menunggu Anda." in person("kpu_staff").get("/").content.decode()


def test_who_holds_no_office_is_told_so(node: Agency, person: Callable[..., Any]):
    assert "Anda tidak memegang jabatan hari ini." in person().get("/").content.decode()


def test_a_fresh_node_shows_its_administrator_three_steps(node: Agency, person: Callable[..., Any]):
    page = person("administrator").get("/").content.decode()
    for words in ("Daftarkan orang", "Undang mitra", "Masukkan perjanjian"):
        assert words in page
    assert "Tiga langkah pertama" not in person("kpu_staff").get("/").content.decode()


def test_a_clock_that_passed_is_late_and_one_within_a_day_is_for_today():
    at = now()
    due = {"late": -1, "day": 23, "clock": 25}
    for word, hours in due.items():
        assert rules.pressing(Waiting(title="", url="", due=at + timedelta(hours=hours)), at) == word
    assert rules.pressing(Waiting(title="", url=""), at) == "calm"


def test_each_agreement_stands_apart_and_keeps_its_order():
    items = [
        Waiting(title="1", url="", agreement="b"),
        Waiting(title="2", url="", agreement="a"),
        Waiting(title="3", url="", agreement="b"),
        Waiting(title="4", url=""),
    ]
    groups = rules.by_agreement(items, ["a", "b"])
    assert [(name, [item.title for item in held]) for name, held in groups] == [
        ("a", ["2"]),
        ("b", ["1", "3"]),
        ("", ["4"]),
    ]


def test_an_inbox_of_hundreds_is_read_page_by_page_and_counted_whole(
    agreement: str, person: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
):
    items = [Waiting(title=f"Hal {number:03d}", url="/", key=str(number)) for number in range(120)]
    monkeypatch.setattr(navigation, "waiting", lambda *_args: items)
    client = person("secretary", agreements=[agreement])
    seen = []
    for page, said in ((1, "1–50 dari 120"), (2, "51–100 dari 120"), (3, "101–120 dari 120")):
        text = client.get(f"/kotak/?page={page}").content.decode()
        assert said in text and "120 hal menunggu Anda" in text
        seen += [item.title for item in items if f">{item.title}</a>" in text]
    assert seen == [item.title for item in items]
    assert "101–120 dari 120" in client.get("/kotak/?page=99").content.decode()
    del items[50:]
    assert "dari 50" not in client.get("/kotak/").content.decode()
