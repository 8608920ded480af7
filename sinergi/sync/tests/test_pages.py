"""Kelola › Instansi as an administrator uses it."""

from __future__ import annotations

import pytest

from sinergi.kernel.instants import now
from sinergi.sync import invitations
from sinergi.sync.models import Invitation, Peer


@pytest.fixture
def administrator(node, person):
    invitations.settle("https://sinergi.kpu-tapsel.go.id")
    return person("administrator")


def test_an_empty_list_says_what_to_do(administrator):
    assert "Belum ada mitra" in administrator.get("/kelola/instansi/").content.decode()


def test_an_invitation_is_shown_once_and_downloaded(administrator, node):
    page = administrator.post("/kelola/instansi/undangan/", {"recipient": "polres-tapsel", "days": 7})
    assert page.status_code == 200 and "<svg" in page.content.decode()
    letter = page.context["letter"]
    assert Invitation.objects.get().secret_hash not in letter
    file = administrator.post("/kelola/instansi/undangan/berkas/", {"letter": letter})
    assert file.content.decode() == letter
    assert invitations.read(file.content).agency == node.id


def test_a_file_that_is_no_invitation_is_refused_with_a_sentence(administrator):
    answer = administrator.post("/kelola/instansi/perbandingan/", {"text": "bukan undangan"})
    assert answer.status_code == 422 and "bukan undangan Sinergi" in answer.content.decode()


def test_both_fingerprints_stand_side_by_side_before_anything_is_connected(administrator, node):
    letter = invitations.invite("kpu-tapsel", days=7, at=Invitation.created_at.field.to_python("2026-11-24T00:00Z"))
    page = administrator.post("/kelola/instansi/perbandingan/", {"text": letter.letter.decode()})
    assert page.content.decode().count(invitations.fingerprint(node.id)) == 2
    refused = administrator.post("/kelola/instansi/sambungan/", {"letter": letter.letter.decode()})
    assert refused.status_code == 422 and "Cocokkan dahulu" in refused.content.decode()


def test_a_partner_is_made_an_outside_witness_and_let_go_again(administrator, police):
    Peer.objects.create(agency=police.id, url="https://polres.example", introduced_at=now())
    page = administrator.post(f"/kelola/instansi/{police.id}/saksi/", {"witnesses": "1"}, follow=True)
    assert "Lepas sebagai saksi luar" in page.content.decode() and Peer.objects.get().witnesses
    administrator.post(f"/kelola/instansi/{police.id}/saksi/", {"witnesses": "0"})
    assert not Peer.objects.get().witnesses
    assert administrator.post(f"/kelola/instansi/{'f' * 64}/saksi/").status_code == 404


def test_the_page_of_keys_says_what_to_do(agreement, person, tmp_path, settings):
    settings.DATA = tmp_path
    administrator = person("administrator")

    def page() -> str:
        return str(administrator.get("/kelola/kunci/").content.decode())

    assert "Kunci induk masih ada di simpul ini." in page()
    (tmp_path / "keys" / "root.key").unlink()
    assert "Ada kunci yang sebaiknya diganti." in page(), "founded years ago"
    (tmp_path / "keys" / "event.key").unlink()
    assert "Ada kunci yang hilang." in page() and "hilang, ganti sekarang" in page()
    assert administrator.get("/kelola/kunci/?format=xlsx").content[:2] == b"PK"
