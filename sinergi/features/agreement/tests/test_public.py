"""What other features learn about agreements."""

from __future__ import annotations

import itertools
from datetime import date

import msgspec
import pytest

from sinergi.access import roles
from sinergi.features.agreement import public
from sinergi.features.agreement.actions import enter_agreement, leave_agreement
from sinergi.features.agreement.events import (
    AgreementConfirmed,
    AgreementEntered,
    AgreementLeft,
    AgreementText,
    Signer,
)
from sinergi.features.agreement.models import Agreement
from sinergi.features.agreement.views import shown
from sinergi.kernel.errors import Refused
from sinergi.kernel.ids import new_event_id
from sinergi.ledger import envelope, rebuild, rows
from sinergi.ledger.events import RecordKey, founding_id
from sinergi.ledger.models import Entry
from tests.nodes.fixtures import POLRES, enter_and_confirm, terms
from tests.nodes.simulator import NOON, Peer


def test_letter_cites_both_numbers_and_the_clause(agreement):
    assert public.basis(agreement, article=5, clause=1) == (
        "Perjanjian Kerja Sama antara KPU Kabupaten Tapanuli Selatan dan Polres Tapanuli Selatan "
        "Nomor 05/PR.07-PKS/1203/2023 dan Nomor B/11/III/2023, Pasal 5 ayat (1)"
    )
    assert public.basis(agreement, article=9).endswith(", Pasal 9")


def test_people_call_an_agreement_by_its_other_party(agreement, node, police):
    assert public.name_of(agreement) == "Polres Tapsel"
    assert public.short_name(node.id) == "KPU Tapsel"


def test_people_call_a_second_agreement_with_the_same_party_by_its_number_too(agreement, police, secretary):
    changed = {**terms(), "scan": "cd" * 32, "numbers": ["09/PR.07-PKS/1203/2023", "B/19/III/2023"]}
    receipt = enter_agreement(
        id=new_event_id(NOON), by=secretary, at=NOON, partners=[police.id], exercise="", **changed
    )
    second = Entry.objects.get(key=receipt.key).log.agreement
    assert public.name_of(agreement) == "Polres Tapsel (05/PR.07-PKS/1203/2023)"
    assert public.name_of(second) == "Polres Tapsel (09/PR.07-PKS/1203/2023)"
    both = {agreement: public.name_of(agreement), second: public.name_of(second)}
    assert public.names([agreement, second]) == both
    # Who knows of one of them only does not learn that there is another.
    assert public.names([second]) == {second: "Polres Tapsel"}
    assert public.agency_name(police.id) == "Polres Tapanuli Selatan"
    assert public.agency_code(police.id) == "polres-tapsel"
    assert public.partner_of(agreement) == police.id


def test_a_list_of_several_agreements_names_those_not_in_force_unless_a_later_one_follows(agreement, police, secretary):
    def over(number, signed_on):
        changed = {"scan": number * 64, "signed_on": signed_on, "starts_on": signed_on, "ends_on": date(2023, 12, 31)}
        told = {**terms(), **changed, "numbers": [f"0{number}/PKS", "B/1"]}
        receipt = enter_agreement(
            id=new_event_id(NOON), by=secretary, at=NOON, partners=[police.id], exercise="", **told
        )
        founded = Entry.objects.get(key=receipt.key).log.agreement
        police.state(founded, AgreementConfirmed(entered=receipt.key, scan=number * 64))
        return founded

    earlier = over("1", date(2022, 3, 1))
    assert shown.pause(None, NOON, [agreement, earlier]) is None
    later = over("2", date(2023, 6, 1))
    paused = shown.pause(None, NOON, [agreement, earlier, later])
    assert paused.sentence == (
        "Tidak semua perjanjian sedang berlaku: Polres Tapsel (02/PKS) habis jangka waktunya pada 31 Desember 2023."
    )
    assert (paused.url, paused.closes) == ("/perjanjian/", frozenset())
    assert shown.pause(None, NOON, [earlier]).closes == roles.NEEDS_TERM


def test_commission_is_named_first_whoever_entered_it(node, police):

    event = AgreementEntered(parties=[police.id, node.id], nonce="0" * 32, **terms())
    police.state(founding_id(event), event)
    assert public.agreement(founding_id(event)).parties == (node.id, police.id)
    assert public.numbers(founding_id(event)) == ("B/11/III/2023", "05/PR.07-PKS/1203/2023")


def test_article_is_found_by_the_scope_it_carries_out(agreement):
    assert public.article_for(agreement, "security") == 2
    assert public.article_for(agreement, "law") is None


def test_unknown_agreements_have_no_words_and_no_force(node):
    assert public.agreement("f" * 64) is None
    assert not public.in_force("f" * 64)
    assert (public.basis("f" * 64, 5), public.numbers("f" * 64), public.place_of("f" * 64)) == ("", (), "")
    with pytest.raises(Refused, match="belum dikenal"):
        public.require("f" * 64)


def test_facts_need_an_agreement_in_force_within_its_term_and_with_the_scope(agreement, police):
    assert public.require(agreement, scope="security", on=date(2024, 2, 5)).id == agreement
    for scope, on, words in (
        ("law", date(2024, 2, 5), "tidak mencakup"),
        ("security", date(2023, 3, 17), "belum mulai"),
        ("security", date(2025, 1, 1), "sudah berakhir"),
    ):
        with pytest.raises(Refused, match=words):
            public.require(agreement, scope=scope, on=on)
    assert [one.id for one in rows.in_force()] == [agreement]
    police.state(agreement, AgreementLeft(reason="void_law"))
    assert not public.in_force(agreement)
    assert (rows.in_force(), rows.were_in_force()) == ([], {agreement})
    with pytest.raises(Refused, match="sudah berakhir"):
        public.require(agreement)


def test_person_sees_only_the_agreements_of_their_duties(agreement, person):
    assert [info.id for info in public.agreements_of(person("secretary").user)] == [agreement]
    assert [info.id for info in public.in_force_for(person("secretary").user)] == [agreement]
    assert public.agreements_of(person("secretary", agreements=["e" * 64]).user) == []
    assert public.agreements_of(person().user) == []
    assert public.agreements_of(person("secretary").user, scope="e" * 64) == []


def test_exercise_numbers_say_so(node, police, secretary):
    agreement = enter_and_confirm(police, secretary, exercise="demo")
    assert all(number.startswith("L-") for number in public.numbers(agreement))
    assert public.agreement(agreement).exercise
    assert rebuild.check() == []


def test_same_paper_is_entered_once_until_it_has_ended(agreement, police, secretary):
    def again():
        enter_agreement(id=new_event_id(NOON), by=secretary, at=NOON, partners=[police.id], **terms())

    with pytest.raises(Refused, match="sudah dimasukkan"):
        again()
    leave_agreement(id=new_event_id(NOON), by=secretary, at=NOON, agreement=agreement, reason="ended_by_consent")
    again()
    assert Agreement.objects.count() == 2


def test_partners_terms_that_no_form_gives_are_kept_as_invalid_evidence(node, police):

    event = msgspec.structs.replace(
        AgreementEntered(parties=[police.id, node.id], nonce="0" * 32, **terms()), title="x" * 5000
    )
    key = police.state(founding_id(event), event)
    assert Entry.objects.get(key=key).state == "invalid"
    assert Agreement.objects.count() == 0


def test_partners_words_with_control_characters_do_no_harm(node, police):

    text = AgreementText(
        signers=[Signer(party="x", name="A\x00B" * 200, office="\x1b[31m")], articles={"1": "a\x00\nb"}
    )
    event = AgreementEntered(parties=[police.id, node.id], nonce="0" * 32, **{**terms(), "text": text})
    police.state(founding_id(event), event)
    row = Agreement.objects.get()
    assert "\x00" not in str(row.signers) + str(row.article_texts)
    assert len(row.signers[0]["name"]) == 200
    assert rebuild.check() == []


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_any_order_of_confirmations_gives_the_same_agreement(node, order):
    first, *others = (Peer(**{**POLRES, "code": f"polres-{letter}"}) for letter in "abcd")
    for peer in (first, *others):
        peer.meet()
    parties = [first.id, *(peer.id for peer in others), node.id]
    changed = {**terms(), "numbers": [str(number) for number in range(5)]}
    event = AgreementEntered(parties=parties, nonce="0" * 32, **changed)
    agreement = founding_id(event)
    key = first.state(agreement, event)
    founding = first.log(agreement)
    seen = {founding.origin: envelope.Seen(size=1, root=founding.root(1).hex())}
    confirmed = AgreementConfirmed(entered=RecordKey(key), scan=event.scan)
    for peer in others:
        peer.state(agreement, confirmed, deliver=False, seen=seen, lam=2)
    for place in order:
        others[place].deliver(others[place].log(agreement))
    row = Agreement.objects.get()
    assert set(row.confirmed_ids) == set(parties) - {node.id}
    assert row.state == "waiting"
    assert rebuild.check() == []
