"""The frame shows each person their own places, in their language, and nothing that the CSP would block."""

import re

import pytest
from django.core import checks as django_checks
from django.test import Client

from sinergi.access.models import Duty, User
from sinergi.kernel.instants import now
from sinergi.ledger.models import Agency, Agreement, Party
from sinergi.web import checks, navigation, vendor
from tests.permissions.fixtures import sit_down

INLINE = re.compile(r"""<style|\sstyle=|\son[a-z]+=["']|javascript:|<script(?![^>]*\ssrc=)""")


@pytest.fixture
def client_of(db):
    """A signed-in browser of somebody who holds `role`."""

    def enter(role: str, agreements: list[str] | None = None, **about: object) -> Client:
        user = User.objects.create(username=role, name="Tirta Lesmana", title="Kompol", **about)
        Duty.objects.create(user=user, role=role, starts_at=now(), agreements=agreements or ["*"])
        client = Client()
        sit_down(client, user)
        return client

    return enter


@pytest.fixture
def two_agreements(db):
    Agency.objects.create(id="a" * 64, code="polres", name="Polres Tapanuli Selatan", kind="police", is_self=True)
    for letter, name, role in (
        ("b", "KPU Kabupaten Tapanuli Selatan", "exercise/gladi"),
        ("c", "KPU Kota Sibolga", "live"),
    ):
        Agency.objects.create(id=letter * 64, code=letter, name=name, kind="kpu")
        agreement = Agreement.objects.create(id=letter * 64, role=role, founder=letter * 64)
        Party.objects.create(agreement=agreement, agency=letter * 64, place=0)
        Party.objects.create(agreement=agreement, agency="a" * 64, place=1)


def test_the_page_of_components_shows_every_part(client_of, two_agreements):
    page = client_of("administrator").get("/komponen/").content.decode()
    for part in ("state new pill", "severity level-4", "class-mark special", "due late", "evidence none", "chain"):
        assert f'class="{part}' in page
    for part in ("decision", "split", "table cards", "facts", "tabs panel", "empty", "offline-bar", "legend", "dialog"):
        assert f'class="{part}"' in page
    assert 'class="sample" data-theme="dark"' in page
    assert "LATIHAN" in page
    assert "Polres Tapanuli Selatan" in page


def test_the_page_of_components_is_for_administrators_and_the_demo(client_of):
    assert client_of("chair").get("/komponen/").status_code == 403
    assert client_of("secretary", is_demo=True).get("/komponen/").status_code == 200
    assert Client().get("/komponen/").status_code == 302


def test_the_whole_frame_speaks_english_once_chosen(client_of, two_agreements):
    client = client_of("administrator")
    assert client.post("/bahasa/", {"language": "en", "next": "/komponen/"})["Location"] == "/komponen/"
    page = client.get("/komponen/")
    assert page["Content-Language"] == "en"
    assert "Severity and class" in page.content.decode()
    assert User.objects.get(username="administrator").language == "en"


def test_a_choice_leads_nowhere_else(client_of):
    assert client_of("chair").post("/tema/", {"theme": "dark", "next": "https://evil.example/"})["Location"] == "/"


def test_the_theme_is_on_the_page_before_any_script(client_of):
    client = client_of("administrator")
    client.post("/tema/", {"theme": "dark"})
    assert '<html lang="id" data-theme="dark">' in client.get("/komponen/").content.decode()


def test_the_scope_switch_offers_only_agreements_the_duty_reaches(client_of, two_agreements):
    client = client_of("administrator", agreements=["b" * 64])
    page = client.get("/komponen/").content.decode()
    assert "KPU Tapanuli Selatan" in page
    assert "KPU Kota Sibolga" not in page
    client.post("/lingkup/", {"scope": "c" * 64})
    assert client.session["scope"] == ""
    client.post("/lingkup/", {"scope": "b" * 64})
    assert client.session["scope"] == "b" * 64


def test_two_agreements_with_one_partner_are_told_apart_in_the_scope_switch(client_of, two_agreements, monkeypatch):
    called = {"b" * 64: "KPU Tapsel (2023)", "c" * 64: "KPU Tapsel (2024)"}
    monkeypatch.setattr(navigation, "_names", [lambda agreements: called])
    page = client_of("administrator").get("/komponen/").content.decode()
    assert "<span>KPU Tapsel (2023)</span>" in page and "<span>KPU Tapsel (2024)</span>" in page


def test_the_ribbon_follows_the_agreement_in_view(client_of, two_agreements):
    client = client_of("administrator")
    client.post("/lingkup/", {"scope": "c" * 64})
    assert 'class="ribbon"' not in client.get("/komponen/").content.decode()
    client.post("/lingkup/", {"scope": "b" * 64})
    assert 'class="ribbon"' in client.get("/komponen/").content.decode()


def test_search_finds_through_registered_sources_and_says_when_nothing_fits(client_of, monkeypatch):
    monkeypatch.setattr(navigation, "_search", [lambda user, words: []])
    client = client_of("chair")
    assert "Tidak ada yang cocok dengan “a &amp; b”" in client.get("/cari/?q=a+%26+b").content.decode()
    found = navigation.Hit(title="TPS 002 <b>", url="/tps/2/")
    monkeypatch.setattr(navigation, "_search", [lambda user, words: [found]])
    fragment = client.get("/cari/?q=tps", headers={"HX-Request": "true"}).content.decode()
    assert 'role="option"' in fragment and "TPS 002 &lt;b&gt;" in fragment and "<html" not in fragment


def test_no_template_writes_what_the_policy_forbids():
    assert len(checks.templates()) > 15
    for template in checks.templates():
        assert not INLINE.search(template.read_text()), template


@pytest.mark.parametrize("bad", ['<p style="color:red">', "<b onclick='x()'>", "<script>x()</script>", "<style>"])
def test_the_guard_against_inline_code_knows_it(bad):
    assert INLINE.search(bad)


def test_every_named_icon_and_every_served_file_exists():
    assert checks.icons_exist() == []
    assert vendor.VendorFinder().check() == []
    assert [error for error in django_checks.run_checks() if error.id.startswith("web.")] == []


def test_a_misspelt_icon_stops_the_start(monkeypatch, tmp_path):
    template = tmp_path / "x.html"
    template.write_text('{% icon "hoem" %}')
    monkeypatch.setattr(checks, "templates", lambda: [template])
    assert ["web.E001" in error.id and "hoem" in error.msg for error in checks.icons_exist()] == [True]


def test_only_listed_files_of_node_modules_are_served():
    finder = vendor.VendorFinder()
    assert finder.find("vendor/htmx/htmx.min.js")
    assert not finder.find("vendor/htmx/htmx.js")
    assert not finder.find("vendor/../package.json")
