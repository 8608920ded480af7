"""The evidence of one request is its whole story, and nothing of any other."""

from __future__ import annotations

import base64
import json

import pytest

from sinergi.features.letters import public as letters
from sinergi.features.letters.models import PatternChange
from sinergi.features.security import actions, events
from sinergi.features.security.public import LETTERS
from sinergi.features.security.tests.test_facts import END, START, consent, content, do, from_police
from sinergi.ledger.evidence import export_record
from sinergi.ledger.models import Agreement, Entry
from tests.evidence.test_evidence import members_of, ours, theirs
from tests.nodes.fixtures import enter_and_confirm
from tests.nodes.simulator import NOON


def ask(secretary, agreement: str, canary: str) -> str:
    words = events.RequestText(activity=canary, place=f"Gudang {canary}", contact_name=canary)
    return do(actions.request_assistance, secretary, agreement=agreement, **content(text=words)).key


@pytest.fixture
def story(agreement, police, secretary) -> list[str]:
    """Keys of every fact of one request, from asking to confirming, among others' facts."""
    asked = ask(secretary, agreement, "KAWAL-SATU")
    other = ask(secretary, agreement, "RAHASIA-DUA")
    corrected = do(actions.correct_request, secretary, request=asked, **content(people=60)).key
    offer = from_police(police, agreement, consent(asked, version=corrected, decision="adjusted", officers=8))
    from_police(police, agreement, consent(other))
    accepted = do(actions.accept_offer, secretary, request=asked).key
    force = from_police(
        police,
        agreement,
        events.ForceAssigned(request=asked, answer=offer, sprin_number="Sprin/74/II/2024", officers=8),
    )
    # A number that looks like a day stays the words it is.
    PatternChange.objects.create(series="request", pattern="{tahun}-02-0{nomor}", first=5, year=2024, changed_at=NOON)
    number = letters.next_number(LETTERS["request"], at=NOON, exercise=False)
    letter = do(
        actions.issue_letter, secretary, request=asked, about=asked, series="request", number=number,
        pdf=b"pdf", docx=b"docx",
    ).key  # fmt: skip
    done = from_police(
        police, agreement, events.AssistanceCompleted(request=asked, started_at=START, ended_at=END, officers=8)
    )
    confirmed = do(actions.confirm_completion, secretary, request=asked, as_reported=True).key
    do(actions.withdraw_request, secretary, request=other, reason="mistaken", words="RAHASIA-DUA")
    drill = enter_and_confirm(police, secretary, exercise="uji")
    ask(secretary, drill, "RAHASIA-TIGA")
    return [asked, corrected, offer, accepted, force, letter, done, confirmed]


def exported(key: str) -> tuple[bytes, set[str]]:
    """The evidence file of a record, and the keys of the records in it."""
    file = b"".join(export_record(key))
    places = [name.split("/") for name, _ in members_of(file) if "/entry/" in name and name.startswith("record")]
    return file, {Entry.objects.get(log__origin=log, seq=int(seq)).key for _, log, _, seq in places}


def standing(agreement: str) -> set[str]:
    kinds = ("agreement.entered", "agreement.confirmed")
    return set(Entry.objects.filter(log__agreement=agreement, kind__in=kinds).values_list("key", flat=True))


@pytest.mark.slow
def test_every_fact_of_the_request_is_in_it_and_no_other(story, agreement):
    """From whichever of its facts one starts."""
    for key in (story[0], story[2], story[-1]):
        file, keys = exported(key)
        assert keys == {*story, *standing(agreement)}
        assert ours(file) == theirs(file) == ""
    assert b"RAHASIA" not in file and all(
        other.id.encode() not in file for other in Agreement.objects.exclude(id=agreement)
    )
    assert "KAWAL-SATU" in json.dumps([base64.b64decode(data).decode("utf-8", "replace")
                                       for name, data in members_of(file) if "/body/" in name])  # fmt: skip


def test_what_was_withdrawn_keeps_its_crossing_answer(story, agreement):
    key = Entry.objects.get(kind="security.assistance_withdrawn").key
    _, keys = exported(key)
    kinds = set(Entry.objects.filter(key__in=keys).values_list("kind", flat=True))
    assert not keys & set(story)
    assert {"security.assistance_requested", "security.assistance_answered", "security.assistance_withdrawn"} <= kinds


@pytest.mark.slow
def test_a_changed_byte_of_any_fact_of_the_story_names_it(story):
    file, _ = exported(story[-1])
    lines = file.splitlines(keepends=True)
    for number, line in enumerate(lines[1:-1], 1):
        name = json.loads(line)["name"].split("/")
        at = line.index(b'"data":"') + 60
        changed = bytearray(line)
        changed[at] ^= 1
        said = (ours(b"".join([*lines[:number], bytes(changed), *lines[number + 1 :]])),
                theirs(b"".join([*lines[:number], bytes(changed), *lines[number + 1 :]])))  # fmt: skip
        assert all(f"line {number + 1}" in words and name[1][:8] in words for words in said), (name, said)
