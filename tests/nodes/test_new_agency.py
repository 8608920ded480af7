"""Two new agencies, from `sinergi init` to the letters of the first request: what docs/operations/running.md says.

Everything is done from outside, by the command line, the pages' forms and the JSON interface of the product's server.
"""

from __future__ import annotations

import http.cookiejar
import json
import re
import subprocess
import sys
import urllib.request
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from urllib3.filepost import encode_multipart_formdata

from sinergi.features.agreement.tests.papers import pdf
from sinergi.node.supervise import Nodes, Place
from tests.nodes.fixtures import KPU_TAPSEL, POLRES
from tests.sync.nodes import PATIENCE, free_port, until

pytestmark = pytest.mark.slow

SINERGI = str(Path(sys.executable).with_name("sinergi"))
PASSWORD = "pita-hitam-putih-7"
FINGERPRINT = r"(?:[0-9a-f]{4} ){15}[0-9a-f]{4}"
VILLAGES = """code,province,regency,district,village,lat,lon
1203011001,SUMATERA UTARA,TAPANULI SELATAN,ANGKOLA BARAT,SITINJAK,1.4181,99.1461
1203041001,SUMATERA UTARA,TAPANULI SELATAN,SIPIROK,PASAR SIPIROK,1.6051,99.2792
1220011002,SUMATERA UTARA,PADANG LAWAS UTARA,DOLOK,AEK HARUAYA,2.0112,99.6151
"""


@dataclass
class Office:
    """A founded, served office: its place and the first password of its administrator."""

    place: Place
    first_password: str

    def verb(self, *argv: str, fails: bool = False) -> str:
        """What `sinergi` printed (the sentence where it `fails`); the running node does what writes."""
        return verb(self.place.data, *argv, fails=fails)

    def browser(self, name: str, password: str) -> Browser:
        """A browser in which this person has signed in with a first password, and changed it."""
        browser = Browser(self.place.url)
        browser.post("/masuk/", username=name, password=password)
        browser.post("/akun/kata-sandi/", old=password, new=PASSWORD)
        return browser

    def person(self, name: str, role: str) -> tuple[Browser, str]:
        """The browser and the token of a new person."""
        first = self.verb("user", "add", name, "--name", name.title(), "--role", role).split()[-1]
        return self.browser(name, first), self.verb("user", "token", name, "--label", "uji").split()[-1]

    def api(self, token: str, path: str = "", body: dict[str, Any] | None = None) -> Any:
        """The answer of the JSON interface."""
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        data = None
        if body is not None:
            data, headers["Idempotency-Key"] = json.dumps(body).encode(), str(uuid.uuid4())
        asked = urllib.request.Request(f"{self.place.url}/api/security/requests{path}", data, headers)
        with urllib.request.urlopen(asked, timeout=60) as answer:
            return json.load(answer)


class Browser:
    """A browser without script: cookies, forms with what they hold hidden, redirects."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))

    def get(self, path: str) -> str:
        """The page."""
        with self.opener.open(self.url + path, timeout=60) as answer:
            return answer.read().decode()

    def post(self, path: str, *, at: str = "", **given: Any) -> str:
        """The page after filling in the form of `path`, which stands on the page `at`."""
        page = self.get(at or path)
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
        assert token, page
        hidden = re.search(r'name="id" value="([^"]+)"', page)
        fields = [("csrfmiddlewaretoken", token[1]), *([("id", hidden[1])] if hidden else [])]
        for name, value in given.items():
            fields += [(name, one) for one in (value if isinstance(value, list) else [value])]
        body, kind = encode_multipart_formdata(fields)
        headers = {"Content-Type": kind, "Referer": self.url + path}
        try:
            with self.opener.open(urllib.request.Request(self.url + path, body, headers), timeout=60) as answer:
                return answer.read().decode()
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{path}: {error.code} {error.read().decode()}") from error


def verb(data: Path, *argv: str, fails: bool = False) -> str:
    done = subprocess.run([SINERGI, "--data", str(data), *argv], capture_output=True, text=True, check=False)
    assert (done.returncode != 0) is fails, done.stdout + done.stderr
    return done.stderr if fails else done.stdout


@pytest.fixture
def strangers(tmp_path: Path) -> Iterator[list[Office]]:
    """A commission and a resort, founded and served, strangers to each other."""
    found = []
    for who in (KPU_TAPSEL, POLRES):
        place = Place(name=who["code"], data=tmp_path / who["code"], port=free_port())
        words = [word for name, value in who.items() for word in (f"--{name}", value)]
        found.append(Office(place, verb(place.data, "init", *words, "--url", place.url).split()[-1]))
    with Nodes([office.place for office in found]):
        yield found


def set_up(office: Office, **letterhead: str) -> None:
    """The administrator's first hour: a password, the calendar, the letterhead."""
    admin = office.browser("admin", office.first_password)
    assert "Kalender disimpan" in admin.post("/kelola/kalender/", calendar="pemilu-2024")
    head = {"head": "KANTOR", "address": "", "rank": "", "copies": "", "city": "Sipirok", "office": "Pimpinan"}
    assert "Kop surat disimpan" in admin.post("/kelola/kop-surat/", **head, **letterhead)


def enter(browser: Browser, partner: str) -> str:
    """Enter the signed paper on the page; the agreement's id."""
    today = date.today()
    page = browser.post(
        "/perjanjian/baru/",
        partner=partner,
        title="Perjanjian Kerja Sama Pengamanan Pemilu",
        own_number="05/PKS/2026",
        partner_number="B/11/2026",
        place="Sipirok",
        signed_on=str(today),
        starts_on=str(today),
        ends_on=str(today + timedelta(days=365)),
        scopes=["data", "security"],
        own_signer="Marlina Pohan",
        own_office="Ketua",
        partner_signer="Bagas Wirawan",
        partner_office="Kapolres",
        scan=("naskah.pdf", pdf(), "application/pdf"),
        **{"pasal-TOTAL_FORMS": "1", "pasal-INITIAL_FORMS": "0"},
        **{"pasal-0-title": "Bantuan pengamanan", "pasal-0-scope": "security", "pasal-0-text": "Isi."},
    )
    found = re.search(r"/perjanjian/([0-9a-f]{64})/", page)
    assert found, page
    return found[1]


def test_two_new_agencies_come_from_init_to_the_letters_of_their_first_request(strangers, tmp_path):
    kpu, polres = strangers
    villages = tmp_path / "desa.csv"
    villages.write_text(VILLAGES)
    assert "belum ada KPU yang terhubung" in polres.verb("import", "regions", str(villages), fails=True)

    letter = str(tmp_path / "undangan")
    invited = kpu.verb("invite", "--for", "polres-tapsel", "--inside", "--quiet", letter)
    fingerprint = re.findall(FINGERPRINT, invited)[-1]
    polres.verb("accept", letter, "--inside", "--fingerprint", fingerprint)
    for office in strangers:
        assert office.verb("import", "regions", str(villages)).startswith("6 dari 6")

    set_up(kpu, signer="Marlina Pohan")
    set_up(polres, signer="Bagas Wirawan")
    secretary, asking = kpu.person("sekretaris", "secretary")
    chief, answering = polres.person("kapolres", "resort_chief")

    police = re.search(r'<option value="([^"]+)"[^>]*>Polres', secretary.get("/perjanjian/baru/"))
    assert police
    agreement = enter(secretary, police[1])
    paper, page = ("naskah.pdf", pdf(), "application/pdf"), f"/perjanjian/{agreement}/"
    until(lambda: agreement in chief.get("/perjanjian/"), PATIENCE, "the agreement arrived")
    chief.post(f"{page}penegasan/", at=page, scan=paper, compared="on")
    until(lambda: "PASAR SIPIROK" in secretary.get("/pengamanan/minta/"), PATIENCE, "the confirmation arrived")

    starts_at = datetime.now(UTC).replace(microsecond=0) + timedelta(days=20)
    asked = {"agreement": agreement, "service": "escort", "activity": "Kawal logistik", "place": "Gudang"}
    asked |= {"starts_at": starts_at.isoformat(), "ends_at": (starts_at + timedelta(hours=6)).isoformat()}
    kpu.api(asking, "", {**asked, "region": "1203041001", "people": 20, "officers": 6})
    key = kpu.api(asking)["requests"][0]["key"]
    until(lambda: bool(polres.api(answering)["requests"]), PATIENCE, "the request arrived")
    polres.api(answering, f"/{key}/answers", {"decision": "agreed"})
    until(lambda: kpu.api(asking, f"/{key}")["state"] == "agreed", PATIENCE, "the answer arrived")
    kpu.api(asking, f"/{key}/letters", {})
    polres.api(answering, f"/{key}/letters", {})
    until(lambda: len(kpu.api(asking, f"/{key}")["letters"]) == 2, PATIENCE, "both letters are here")
    written = sorted(letter["number"] for letter in kpu.api(asking, f"/{key}")["letters"])
    assert re.fullmatch(r"001/PP\.08-SD/1203/\d{4}", written[0])
    assert re.fullmatch(r"B/1/[IVX]+/OPS\.1\.3/\d{4}", written[1])
