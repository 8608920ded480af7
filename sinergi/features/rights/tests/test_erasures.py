"""Erasing what records say of a person: asked for, decided by each holder, gone for good, and provable all the same."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sinergi.features.breaches.actions import note
from sinergi.features.rights import actions, rules
from sinergi.features.rights.events import ErasureDone, ErasureRefused, ErasureRequested
from sinergi.features.rights.models import ErasureAnswer, ErasureRequest
from sinergi.features.rights.verbs import holding
from sinergi.features.security.tests.conftest import asked_of_police, new_id, request_text
from sinergi.features.standing_duties.events import Contact, ContactsPublished, ContactsText
from sinergi.features.standing_duties.models import ContactList
from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Refused
from sinergi.ledger import rebuild, store
from sinergi.ledger.envelope import Official
from sinergi.ledger.models import Body, Entry, FoldedTable
from tests.nodes.simulator import NOON

SAHRUL = "Sahrul Burung Enggang"
SECRETARY, STAFF = Actor(id="6" * 16, office="secretary"), Actor(id="5" * 16, office="kpu_staff")
TOLD = {"ground": "subject_asks", "asked_by": "subject", "words": "B/12/2024"}


def contacts(side) -> str:
    """The partner's contact list, which names a person."""
    rows = [Contact(post="Kasat Samapta", name=SAHRUL, phone="0812-7777-0001")]
    return side.state(ContactsPublished(count=1, text=ContactsText(rows=rows)))


def in_tables(words: str) -> list[str]:
    return [table._meta.label for table in FoldedTable.tables() if words in repr(table.content())]


def state(key: str) -> str:
    return str(Entry.objects.get(key=key).state)


@pytest.mark.slow
def test_found_by_words_asked_for_decided_and_gone(kpu):
    key = contacts(kpu)
    page = kpu.person("secretary")
    start = {"agreement": kpu.agreement, "sought": "burung enggang"}
    shown = page.post("/hak/penghapusan/baru/", {**start, "step": "search"}).content.decode()
    assert key in shown and SAHRUL not in shown
    told = {"records": [key], "ground": "subject_asks", "asked_by": "subject", "words": "B/12 <b>"}
    sent = kpu.post("secretary", "/hak/penghapusan/baru/", **start, **told, step="ask")
    assert sent.status_code == 302
    asked = ErasureRequest.objects.get()
    assert asked.words == "B/12 <b>" and "burung" not in sent["Location"]
    assert in_tables(SAHRUL) == ["standing_duties.ContactList"]
    assert "Putuskan permintaan penghapusan" in page.get("/kotak/").content.decode()
    assert kpu.person("kpu_staff").post(f"/hak/penghapusan/{asked.key}/hapus/", {"id": new_id()}).status_code == 403
    assert kpu.post("secretary", f"/hak/penghapusan/{asked.key}/hapus/").status_code == 302
    assert in_tables(SAHRUL) == [] and ContactList.objects.get(key=key).rows_json is None
    assert not Body.objects.filter(entry__key=key).exists()
    told = page.get(f"/hak/penghapusan/{asked.key}/").content.decode()
    assert "sudah dihapus" in told and "B/12 &lt;b&gt;" in told and "menunggu" in told
    assert page.get("/hak/penghapusan/daftar.xlsx").status_code == 200
    # Offered again by who still has it, it is not taken.
    log = kpu.partner.log(kpu.agreement)
    seq = Entry.objects.get(key=key).seq
    salt, body = log.bodies[seq]
    assert store.admit_body(log.origin, seq, salt, body) is False and in_tables(SAHRUL) == []
    assert rebuild.check() == []


def test_who_may_not_decide_erases_nothing_and_an_archive_needs_its_schedule(kpu):
    key = contacts(kpu)
    request = actions.ask(id=new_id(), by=SECRETARY, at=NOON, agreement=kpu.agreement, records=[key], **TOLD).key
    with pytest.raises(Refused, match=r"Ketua dan Sekretaris"):
        actions.erase(id=new_id(), by=STAFF, at=NOON, request=request)
    # A partner's staff attests: kept as evidence, counted as nothing; its head's word counts, and erases nothing here.
    staff = Official(id="b" * 16, office="operations_staff")
    assert state(kpu.state(ErasureDone(erasure=request, bodies=1), actor=staff)) == Entry.State.INVALID
    assert state(kpu.state(ErasureDone(erasure=request, bodies=1))) == Entry.State.FOLDED
    assert state(kpu.state(ErasureDone(erasure=request, bodies=1))) == Entry.State.INVALID
    assert in_tables(SAHRUL) == ["standing_duties.ContactList"]
    # Refused first, erased once the ground is gone; nothing is refused that is erased already.
    actions.refuse(id=new_id(), by=SECRETARY, at=NOON, request=request, ground="open_case", words="perkara berjalan")
    actions.erase(id=new_id(), by=SECRETARY, at=NOON, request=request)
    assert state(kpu.state(ErasureRefused(erasure=request, ground="legal_duty"))) == Entry.State.INVALID
    assert in_tables(SAHRUL) == []
    assert [row.said for row in ErasureAnswer.objects.order_by("answered_at", "key")].count("done") == 2
    with pytest.raises(Refused) as refused:
        rules.done(request, kinds=["security.letter_issued"], bodies=1, schedule=" ")
    assert refused.value.code == "HAK-05"
    assert rules.done(request, kinds=["security.letter_issued"], bodies=1, schedule="JRA 7").schedule == "JRA 7"
    assert rebuild.check() == []


def test_what_an_office_keeps_for_itself_is_erased_there_alone(polres):
    head = Actor(id="c" * 16, office="resort_chief")
    told = {"known_at": NOON, "data": ["name"], "people": 1, "what": f"surat {SAHRUL}", "how": "hilang"}
    key = note(id=new_id(), by=head, at=NOON, **told).key
    page = polres.person("resort_chief", agreements=["*"])
    start = {"agreement": "dalam", "sought": SAHRUL, "step": "ask", "id": new_id()}
    sent = page.post("/hak/penghapusan/baru/", {**start, **TOLD, "records": [key]})
    assert sent.status_code == 302 and page.get(sent["Location"]).status_code == 200
    assert page.post(f"{sent['Location']}hapus/", {"id": new_id()}).status_code == 302
    assert in_tables(SAHRUL) == [] and rebuild.check() == []
    # Whose duty reaches one agreement alone is not offered what the office keeps for itself.
    shown = polres.person("operations_head").get("/hak/penghapusan/baru/").content.decode()
    assert "buku kantor sendiri" not in shown


def test_what_was_signed_is_not_asked_for_and_nothing_of_another_agreement(polres):
    founding = Entry.objects.filter(log__agreement=polres.agreement, kind="agreement.entered").get().key
    asked_for = ErasureRequested(records=[founding], ground="unlawful", asked_by="subject")
    assert state(polres.state(asked_for)) == Entry.State.INVALID
    chief = Actor(id="c" * 16, office="resort_chief")
    elsewhere = asked_of_police(polres.more["other"], text=request_text(contact_name=SAHRUL))
    for records, code in (([founding], "HAK-03"), ([elsewhere], "HAK-10"), ([], "HAK-01")):
        with pytest.raises(Refused) as refused:
            actions.ask(id=new_id(), by=chief, at=NOON, agreement=polres.agreement, records=records, **TOLD)
        assert refused.value.code == code
    assert list(actions.mentions(polres.agreement, SAHRUL)) == []
    assert [entry.key for entry in actions.mentions(polres.more["other"].agreement, SAHRUL.upper())] == [elsewhere]


def test_a_holder_that_says_nothing_is_late_after_a_week():
    stands = {"asked_at": NOON, "has_left": False}
    assert rules.state([], at=NOON + timedelta(days=7), **stands) == "waiting"
    assert rules.state([], at=NOON + timedelta(days=7, seconds=1), **stands) == "overdue"
    assert rules.state(["refused"], at=NOON + timedelta(days=30), **stands) == "refused"
    assert rules.state(["refused", "done"], at=NOON, **stands) == "done"
    assert rules.state([], at=NOON, asked_at=NOON, has_left=True) == "left"


def test_the_search_of_files_finds_words_in_every_form(tmp_path):
    (tmp_path / "deep").mkdir()
    for name, data in {
        "text": b"xx Sahrul Enggang yy",
        "json": b'"Sahrul Enggang"',
        "deep/wide": "Sahrul Enggang".encode("utf-16-le"),
        "other": b"Sahrul  Enggang",
        "empty": b"",
    }.items():
        (tmp_path / name).write_bytes(data)
    assert sorted(holding(tmp_path, "Sahrul Enggang")) == ["deep/wide", "json", "text"]
