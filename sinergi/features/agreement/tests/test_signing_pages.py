"""The signing page: one's own key, the signature, the signed text, and who may do what."""

from __future__ import annotations

import json
import re

import pypdfium2
import pytest
from django.test import Client
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

from sinergi.access.models import Passkey
from sinergi.features.agreement.events import AgreementOpened
from sinergi.features.agreement.models import Agreement, NamedSigner, Paper, Revision, Signature
from sinergi.features.agreement.tests.drafts import terms_for, text_for
from sinergi.features.agreement.tests.signing import CHIEF, by, named, signed
from sinergi.features.agreement.tests.test_signing_facts import make_ready
from sinergi.kernel.instants import now
from sinergi.ledger.events import founding_id
from tests.permissions.devices import Device

HERE = {"HTTP_HOST": "localhost", "HTTP_ACCEPT": "application/json"}


@pytest.fixture
def draft(node, police, secretary):
    parties = [police.id, node.id]
    text = text_for(parties)
    event = AgreementOpened(parties=parties, nonce="0" * 32, terms=terms_for(text), text=text)
    agreement, first = founding_id(event), police.state(founding_id(event), event)
    make_ready(agreement, first, police, node, secretary)
    return agreement, first


@pytest.fixture
def chair(person):
    client = person("chair", title="Dr.", service_number="197001012000011001")
    client.device = Device()
    options = client.post("/akun/faktor/kunci-sandi/tantangan/", **HERE).content.decode()
    made = client.post(
        "/akun/faktor/kunci-sandi/", {"credential": client.device.create(options)}, HTTP_HOST="localhost"
    )
    assert made.status_code == 200
    return client


def path(agreement, rest=""):
    return f"/perjanjian/{agreement}/tanda-tangan/{rest}"


def words_of(pdf):
    document = pypdfium2.PdfDocument(pdf)
    return "\n".join(page.get_textpage().get_text_bounded() for page in document)


def state_key(client, agreement):
    number = Passkey.objects.get(user=client.user).pk
    return client.post(path(agreement, "kunci/"), {"passkey": number}, HTTP_HOST="localhost")


def told(first, **changes):
    signer = NamedSigner.objects.filter(office="chair").first()
    given = {"id": "", "revision": first, "signer": signer.key if signer else "x" * 26}
    from sinergi.kernel.ids import new_event_id

    given |= {"id": new_event_id(now()), "place": "Sipirok", "signed_on": now().date().isoformat()}
    return given | changes


def sign(client, agreement, form, **spoil):
    options = client.post(path(agreement, "tantangan/"), form, **HERE)
    assert options.status_code == 200, options.content.decode()
    answer = client.device.get(options.content.decode(), **spoil)
    return client.post(path(agreement, "kirim/"), {**form, "credential": answer}, HTTP_HOST="localhost")


@pytest.mark.slow
def test_the_chair_states_a_key_signs_and_both_signatures_bring_it_into_force(draft, police, chair):
    agreement, first = draft
    page = chair.get(path(agreement), HTTP_HOST="localhost").content.decode()
    assert "Nyatakan kunci saya" in page and "Tandatangani naskah ini" not in page
    assert state_key(chair, agreement).status_code == 302
    signer = NamedSigner.objects.get()
    assert (signer.office, signer.name, signer.identity_number) == (
        "chair",
        chair.user.get_full_name(),
        "197001012000011001",
    )
    assert "Tandatangani naskah ini" in chair.get(path(agreement), HTTP_HOST="localhost").content.decode()
    assert sign(chair, agreement, told(first)).status_code == 302
    assert Agreement.objects.get().state == "draft"
    assert "Rancangan: belum ditandatangani" in words_of(chair.get(path(agreement, "naskah.pdf")).content)
    device = Device()
    chief = police.state(agreement, named(device))
    police.state(agreement, signed(device, chief, first), actor=by(CHIEF))
    assert Agreement.objects.get().state == "in_force"
    page = chair.get(path(agreement), HTTP_HOST="localhost").content.decode()
    assert "Kapolres" in page and "Sipirok" in page and "belum menandatangani" not in page
    printed = chair.get(path(agreement, "naskah.pdf"))
    assert printed.content.startswith(b"%PDF") and printed.content == chair.get(path(agreement, "naskah.pdf")).content
    assert "Rancangan" not in words_of(printed.content)
    assert chair.post(path(agreement, "berkas/"), told(first, paper="signed_pdf")).status_code == 302
    assert Paper.objects.get().paper == "signed_pdf"


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"signed_on": "2999-01-01"}, "signed_on"), ({"place": " "}, "place"), ({"signed_on": "besok"}, "signed_on")],
)
def test_a_wrong_place_or_day_is_refused_before_anything_is_signed(draft, chair, changes, code):
    agreement, first = draft
    state_key(chair, agreement)
    form = told(first, **changes)
    options = chair.post(path(agreement, "tantangan/"), form, **HERE)
    if options.status_code == 200:
        answer = chair.device.get(options.content.decode())
        options = chair.post(path(agreement, "kirim/"), {**form, "credential": answer}, HTTP_HOST="localhost")
    assert options.status_code == 422
    assert not Signature.objects.exists()


def test_what_was_changed_after_the_device_signed_is_refused(draft, chair):
    agreement, first = draft
    state_key(chair, agreement)
    form = told(first)
    options = chair.post(path(agreement, "tantangan/"), form, **HERE).content.decode()
    answer = chair.device.get(options)
    changed = {**form, "place": "Medan", "credential": answer}
    refused = chair.post(path(agreement, "kirim/"), changed, HTTP_HOST="localhost")
    assert (refused.status_code, "A-64" in refused.content.decode()) == (422, True)
    copied = json.loads(answer)
    response = copied["response"]
    forged = bytearray(base64url_to_bytes(response["signature"]))
    forged[-1] ^= 1
    response["signature"] = bytes_to_base64url(bytes(forged))
    refused = chair.post(path(agreement, "kirim/"), {**form, "credential": json.dumps(copied)}, HTTP_HOST="localhost")
    assert refused.status_code == 422
    assert not Signature.objects.exists()


def test_a_revoked_key_and_somebody_elses_passkey_sign_nothing(draft, chair, person):
    agreement, first = draft
    other = person("secretary")
    assert other.post(path(agreement, "kirim/"), told(first)).status_code == 403
    stranger = person("chair")
    number = Passkey.objects.get(user=chair.user).pk
    assert stranger.post(path(agreement, "kunci/"), {"passkey": number}).status_code == 422
    state_key(chair, agreement)
    form = told(first)
    assert chair.post(path(agreement, f"kunci/{form['signer']}/cabut/")).status_code == 302
    options = chair.post(path(agreement, "tantangan/"), form, **HERE).content.decode()
    answer = chair.device.get(options)
    refused = chair.post(path(agreement, "kirim/"), {**form, "credential": answer}, HTTP_HOST="localhost")
    assert (refused.status_code, "TTD-13" in refused.content.decode()) == (422, True)


def test_who_has_no_passkey_is_led_to_one_and_who_may_not_sign_sees_who_signed(draft, person):
    agreement, _first = draft
    chair = person("chair")
    assert "/akun/faktor/?for=act" in chair.get(path(agreement), HTTP_HOST="localhost").content.decode()
    assert "http://localhost:8001" in chair.get(path(agreement), HTTP_HOST="127.0.0.1:8001").content.decode()
    page = person("kpu_staff").get(path(agreement)).content.decode()
    assert "belum menandatangani" in page and "Tanda tangan Anda" not in page
    assert Client().get(path(agreement)).status_code == 302


def test_without_a_second_factor_nothing_is_signed(draft, person):
    agreement, first = draft
    client = person("chair", proven="password")
    answer = client.post(path(agreement, "tantangan/"), told(first), **HERE)
    assert (answer.status_code, answer["X-Location"].startswith("/akun/faktor/")) == (401, True)


def test_the_text_is_asked_for_only_where_its_words_are_here(draft, chair):
    agreement, first = draft
    Revision.objects.filter(key=first).update(is_whole=False, article_texts=None)
    assert chair.get(path(agreement, "naskah.pdf")).status_code == 404
    state_key(chair, agreement)
    assert chair.post(path(agreement, "tantangan/"), told(first), **HERE).status_code == 422


def test_links_to_what_asks_for_a_second_factor_may_lead_elsewhere(agreement, person):
    """A link that says `download` would save the page that asks for the factor as a file."""
    page = person("secretary").get(f"/perjanjian/{agreement}/").content.decode()
    links = re.findall(r'<a [^>]*href="[^"]*/bukti/[^"]*"[^>]*>', page)
    assert len(links) == 2 and not any("download" in link for link in links)
