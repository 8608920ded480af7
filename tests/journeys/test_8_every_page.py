"""Every page of every role, once per state: accessible, within the window, quiet, and asking no other host."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.journeys.acts import REQUEST
from tests.journeys.stage import Office, Seats, looked_at, stays_within
from tests.promises.figures import print_figure

pytestmark = pytest.mark.slow

ROWS = """all => all.map(one => {
  const told = one.closest("tr").querySelector(".state + .out-of-sight, .state:not(:has(+ .out-of-sight))");
  return [one.getAttribute("href"), told.innerText.trim()];
})"""
# What names a record in an address: its page is looked at once, whichever record it shows.
RECORD = re.compile(r"[a-z2-7]{26}|[0-9a-f]{32,64}|\d{13}|(?<=personel/)\d{8}|[A-Z]-\d\d/[^/]+(?=/)")
# Requests and dues look different in every state, which only their lists tell: they are opened from there.
STATED = re.compile(rf"{REQUEST.pattern}|/[A-Z]-\d\d/[^/]+/$")
# Who walks where. What one has seen of a page and a state is not looked at again as somebody else, but for the first
# page and the requests, which look different to every role.
WALKERS = (
    ("kpu-tapsel", ""),
    ("kpu-tapsel", "sekretaris"),
    ("polres-tapsel", "kapolres"),
    ("polres-tapsel", "kabagops"),
    ("kpu-tapsel", "admin"),
    ("kpu-tapsel", "auditor"),
    ("kpu-tapsel", "bawaslu"),
    ("polres-tapsel", "polsek-sipirok"),
    ("kpu-tapsel", "ppk-sipirok"),
)
OUTSIDE = ("/masuk/", "/cek/")
BEHIND = ("/cari/?q=gudang", "/cari/?q=tidakada", "/pengamanan/?q=tidakada", "/tempat/?q=tidakada", "/kotak/")
# Addresses that answer with a file or leave the page.
FILES = re.compile(r"\.(xlsx|zip|pdf|docx|sinergi|json|jsonld|geojson)$|/pindaian/$|/bukti/$|format=xlsx|/templat")


def test_every_page_of_every_role_in_both_languages_and_themes(seats, offices):
    begun, seen, wrong = time.monotonic(), set(), []
    for agency, username in WALKERS:
        page = seats.sit(offices[agency], username)
        page.set_viewport_size({"width": 320, "height": 740})
        for path, state in walk(page, username, seen):
            wrong += looked_at(page, f"{username or 'siapa pun'} {path} {state}")
    assert wrong == [], "\n".join(wrong)
    assert len({mark for mark, _who in seen}) >= 30
    print_figure(
        "HALAMAN",
        f"{len(seen)} halaman, 0 pelanggaran",
        f"axe, 320 px, no console error; {time.monotonic() - begun:.0f} s",
    )


def test_the_walk_would_notice(seats, tapsel):
    page = seats.sit(tapsel, "sekretaris")
    page.goto("/tahapan/")
    page.evaluate("document.querySelector('main').insertAdjacentHTML('beforeend', '<img src=data:,><i>x</i>')")
    page.evaluate("Object.assign(document.querySelector('main > i').style, {display: 'block', width: '2000px'})")
    found = looked_at(page, "x")
    assert any("image-alt" in fault for fault in found) and any("sideways" in fault for fault in found)


def test_pages_speak_english_and_stay_within_a_wide_window(seats: Seats, offices: dict[str, Office]):
    seen: set = set()
    for agency in ("kpu-tapsel", "polres-tapsel"):
        page = seats.sit(offices[agency], "auditor")
        page.context.add_cookies([{"name": "sinergi_language", "value": "en", "url": offices[agency].url}])
        _speaks_english(page, seen)


def _speaks_english(page: Page, seen: set) -> None:
    for path, _state in walk(page, "auditor", seen):
        assert page.evaluate("document.documentElement.lang") == "en", path
        assert stays_within(page), path
        # Headings and cells hold what people typed, in their own language.
        frame = page.locator("nav.side, .top, thead th, legend, label").all_inner_texts()
        left = {word for words in frame for word in re.findall(r"\b(?:dan|yang|belum|untuk|dengan|atau)\b", words)}
        assert left == set(), f"{path}: {left}"


def walk(page: Page, username: str, seen: set) -> Iterator[tuple[str, str]]:
    """Open every page this person can reach by its links, each template once per state; gives path and state."""
    waiting = [(path, "") for path in (OUTSIDE if not username else ("/", *BEHIND))]
    while waiting:
        path, state = waiting.pop(0)
        mark = (RECORD.sub("…", path), state)
        if _known(mark, username, seen):
            continue
        answer = page.goto(path)
        assert answer is not None and answer.status < 500, path
        if answer.status in (403, 404):
            continue
        page.wait_for_load_state()
        seen.add((mark, username))
        yield path, state
        rows = page.eval_on_selector_all("tr:has(td .state) a.cover", ROWS)
        links = page.eval_on_selector_all("a[href]", "all => all.map(one => one.getAttribute('href'))")
        states = {href: told for href, told in rows if STATED.search(href)}
        found = [(link, states.get(link, "")) for link in links if link in states or not STATED.search(link)]
        waiting += [each for each in dict.fromkeys(found) if _leads_on(each[0])]


def _known(mark: tuple[str, str], username: str, seen: set) -> bool:
    own = username and mark[0] in ("/", "/pengamanan/", "/pengamanan/…/")
    return any(mark == other and (not own or username == who) for other, who in seen)


def _leads_on(link: str) -> bool:
    """Links to pages of ours; of filtered lists only those without a filter."""
    return link.startswith("/") and "?" not in link and "#" not in link and not FILES.search(link)
