"""What a signature is made over, which revision holds, what is open, what one lacks."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, date, datetime
from itertools import permutations
from types import SimpleNamespace

import msgspec
import pytest

from sinergi.features.agreement.rules import revisions
from sinergi.features.agreement.tests.drafts import obliged, terms_for, text_for

PARTIES = ["kpu", "polres"]


def one(key, *predecessors, amends="", agency="kpu", at=1):
    day = datetime(2024, 2, at, tzinfo=UTC)
    return SimpleNamespace(key=key, agency=agency, predecessors=predecessors, amends=amends, proposed_at=day)


def digest(**changes):
    given = {"agreement": "a" * 64, "parties": PARTIES, "terms": terms_for(text_for(PARTIES)), **changes}
    return revisions.digest(given.pop("agreement"), **given)


def test_everything_a_revision_says_is_in_its_digest():
    terms = terms_for(text_for(PARTIES))
    others = [
        digest(agreement="b" * 64),
        digest(parties=PARTIES[::-1]),
        digest(predecessors=["p"]),
        digest(amends="p"),
        *(
            digest(terms=msgspec.structs.replace(terms, **{field: value}))
            for field, value in {
                "title": "Lain",
                "numbers": ["1", "2"],
                "place": "Gunung Tua",
                "signed_on": terms.starts_on.replace(day=1),
                "starts_on": terms.starts_on.replace(day=1),
                "ends_on": terms.ends_on.replace(day=1),
                "scopes": ["data"],
                "articles": terms.articles[:1],
                "words": "0" * 64,
                "obligations": [obliged(PARTIES)],
            }.items()
        ),
    ]
    assert len({digest(), *others}) == 1 + len(others)
    assert digest(predecessors=["q", "p"]) == digest(predecessors=["p", "q"])


def test_the_digest_is_the_one_the_protocol_specifies():
    """Put together here from the words of docs/protocol/agreement.md, with another JSON writer."""
    terms = {
        "articles": [{"number": 1, "title": "Pengertian"}, {"number": 2, "scope": "security", "title": "Bantuan"}],
        "ends_on": "2025-12-31",
        "numbers": ["1/PKS/2024", "B/1/2024"],
        "place": "Sipirok",
        "scopes": ["security"],
        "signed_on": "2024-02-20",
        "starts_on": "2024-02-20",
        "title": "Perjanjian Kerja Sama",
        "words": terms_for(text_for(PARTIES)).words,
    }
    whole = {"agreement": "a" * 64, "amends": "", "parties": PARTIES, "predecessors": ["p"], "terms": terms}
    text = json.dumps(whole, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    expected = hashlib.sha256(b"sinergi revision v1\n" + text.encode()).hexdigest()
    assert digest(predecessors=["p"]) == expected


def test_obligations_count_from_the_last_partys_first_signature_and_not_before_the_term():
    begin, late = datetime(2024, 2, 20, 12, tzinfo=UTC), datetime(2024, 3, 1, tzinfo=UTC)
    signed = [("kpu", begin), ("polres", late), ("polres", datetime(2024, 2, 22, 18, tzinfo=UTC))]
    # 18.00 UTC is the next day in Sipirok.
    assert revisions.begins(signed, date(2024, 2, 1)) == revisions.begins(signed[::-1], date(2024, 2, 1))
    assert revisions.begins(signed, date(2024, 2, 1)) == date(2024, 2, 23)
    assert revisions.begins(signed, date(2024, 6, 1)) == date(2024, 6, 1)


def test_in_force_is_the_revision_that_every_party_signed_and_no_other():
    draft = [one("r1"), one("r2", "r1"), one("r3", "r1")]
    assert revisions.holding(draft, {("kpu", "r2"), ("polres", "r3")}, PARTIES) == []
    assert revisions.holding(draft, {("kpu", "r2"), ("polres", "r3"), ("polres", "r2")}, PARTIES) == ["r2"]
    assert revisions.holding(draft, {("kpu", "r2"), ("polres", "r2")}, [*PARTIES, "kpu2"]) == []


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_addenda_follow_each_other_and_of_two_signed_apart_every_node_takes_the_same(order):
    known = [one("r1"), one("b", amends="r1"), one("a", amends="r1"), one("c", amends="b")]
    signed = {(party, key) for party in PARTIES for key in ("r1", "b", "a", "c")}
    assert revisions.holding([known[place] for place in order], signed, PARTIES) == ["r1", "a"]


def test_a_circle_of_addenda_ends():
    assert revisions.holding([one("a", amends="b"), one("b", amends="a")], {("x", "a"), ("x", "b")}, ["x"]) == []
    assert revisions.holding(
        [one("a", amends="b"), one("b", amends="a")], {("x", "a"), ("x", "b")}, ["x"], start="b"
    ) == [
        "a",
        "b",
    ]


def test_two_proposals_made_apart_stand_beside_each_other_until_one_names_both():
    apart = [one("r1"), one("r2", "r1"), one("r3", "r1", agency="polres")]
    assert revisions.open_heads(apart, "") == ["r2", "r3"]
    assert revisions.open_heads([*apart, one("r4", "r2", "r3")], "") == ["r4"]


def test_what_a_revision_lacks_is_named_and_steps_count_for_that_revision_only():
    kinds = {"kpu": "kpu", "polres": "police", "bawaslu": "supervisor"}
    every = {(party, gate) for party in ("kpu", "polres") for gate in revisions.GATES[kinds[party]]}
    given = {"heads": ["r2"], "kinds": kinds, "agreed": {"polres", "bawaslu"}, "returned": (), "passed": every}
    assert not revisions.lacks(one("r2"), **given)
    lack = revisions.lacks(one("r2"), **{**given, "agreed": {"polres"}, "passed": every - {("kpu", "plenary")}})
    assert (lack.agreement_of, lack.gates) == (("bawaslu",), (("kpu", "plenary"),))
    assert revisions.lacks(one("r2"), **{**given, "heads": ["r2", "r3"]}).concurrent == ("r3",)
    assert revisions.lacks(one("r2"), **{**given, "agreed": {"bawaslu"}, "returned": {"polres"}}).returned_by == (
        "polres",
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"articles": {"3": "Pasal yang tidak ada"}},
        {"articles": {"1": "spasi di ujung "}},
        {"articles": {"1": "tersembunyi\u202e"}},
        {"signers": []},
        {"remark": "dua\r\nbaris"},
        {"salt": "1" * 32},
        {"obligations": {"D-02": "Kewajiban yang tidak ada"}},
    ],
)
def test_words_that_are_not_the_ones_the_terms_name_or_hide_something_are_not_shown(changes):
    text = text_for(PARTIES)
    terms = terms_for(text)
    assert revisions.is_text_of(text, terms, parties=PARTIES)
    other = text_for(PARTIES, **changes)
    named = terms if "salt" in changes else terms_for(other)
    assert not revisions.is_text_of(other, named, parties=PARTIES)
