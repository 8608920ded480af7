"""When an agreement may be entered, confirmed and ended."""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace

import msgspec
import pytest

from sinergi.features.agreement import rules, template
from sinergi.features.agreement.events import SCOPES, AgreementText, Article
from sinergi.kernel.errors import Refused
from tests.nodes.fixtures import terms

TODAY = date(2024, 2, 5)


def entered(**changes):
    given_terms = {"parties": ["a" * 64, "b" * 64], "nonce": "0" * 32, "today": TODAY, **terms(), **changes}
    return rules.enter(**given_terms)


def agreement(confirmed=(), left=()):
    return SimpleNamespace(
        key="k",
        scan="ab" * 32,
        drafted=False,
        party_ids=["kpu", "polres"],
        confirmed_ids=["kpu", *confirmed],
        left_ids=list(left),
    )


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"parties": ["a" * 64]}, "partner"),
        ({"parties": ["a" * 64, "a" * 64]}, "partner"),
        ({"numbers": ["05/2023"]}, "numbers"),
        ({"numbers": ["05/2023", "  "]}, "numbers"),
        ({"title": " "}, "title"),
        ({"place": ""}, "place"),
        ({"signed_on": TODAY + timedelta(days=1)}, "signed_on"),
        ({"signed_on": date(203, 3, 18)}, "signed_on"),
        ({"ends_on": date(2023, 3, 18)}, "ends_on"),
        ({"starts_on": date(1, 1, 1)}, "ends_on"),
        ({"ends_on": date(9999, 1, 1)}, "ends_on"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["votes"]}, "scopes"),
        ({"articles": []}, "articles"),
        ({"articles": [Article(number=2, title="Dua")]}, "articles"),
        ({"articles": [Article(number=1, title="x" * 161)]}, "articles"),
        ({"title": "x" * 301}, "title"),
        ({"scan": "ab"}, "scan"),
        ({"scan": "zz" * 32}, "scan"),
        ({"scan_size": 0}, "scan"),
        ({"scan_size": rules.LARGEST_SCAN + 1}, "scan"),
    ],
)
def test_wrong_terms_are_refused_beside_their_field(changes, field):
    with pytest.raises(Refused) as refused:
        entered(**changes)
    assert refused.value.field == field


def test_what_an_honest_form_gives_has_no_flaw():
    assert rules.flaw(entered()) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"title": "x" * 301},
        {"title": "dua\nbaris"},
        {"title": "NUL\x00"},
        {"numbers": ["hanya satu"]},
        {"scan": "AB" * 32},
        {"ends_on": date(2020, 1, 1)},
        {"articles": [Article(number=1, title="a"), Article(number=1, title="b")]},
    ],
)
def test_other_agencies_can_send_what_no_form_gives_and_it_is_named(changes):
    assert rules.flaw(msgspec.structs.replace(entered(), **changes)) is not None


def test_only_a_party_confirms_once_with_the_same_paper():
    assert rules.confirm(agreement(), agency="polres", scan="ab" * 32).entered == "k"
    for agency, scan in (("kejaksaan", "ab" * 32), ("kpu", "ab" * 32), ("polres", "00" * 32)):
        with pytest.raises(Refused):
            rules.confirm(agreement(), agency=agency, scan=scan)


def test_only_an_agreement_in_force_is_ended_and_each_party_ends_it_once():
    assert rules.leave(agreement(["polres"]), agency="kpu", reason="term_over").reason == "term_over"
    with pytest.raises(Refused, match="belum berlaku"):
        rules.leave(agreement(), agency="kpu", reason="term_over")
    with pytest.raises(Refused, match="sudah mengakhiri"):
        rules.leave(agreement(["polres"], ["kpu"]), agency="kpu", reason="term_over")


def test_term_counts_its_first_and_last_day():
    days = {"starts_on": date(2023, 3, 18), "ends_on": date(2024, 12, 31)}
    said = [
        rules.standing("in_force", on=on, **days)
        for on in (date(2023, 3, 17), date(2023, 3, 18), date(2024, 12, 31), date(2025, 1, 1))
    ]
    assert said == ["not_started", "in_force", "in_force", "over"]
    assert rules.standing("ended", on=TODAY, **days) == "ended"


def test_template_has_eighteen_articles_and_one_for_every_scope():
    articles, words = template.articles()
    assert [article.number for article in articles] == list(range(1, 19))
    assert [article.scope for article in articles if article.scope] == list(SCOPES)
    assert next(article.number for article in articles if article.scope == "security") == 5
    assert all(words[str(number)] for number in range(1, 19))


def test_scope_switched_off_takes_its_article_along():
    articles, words = template.articles(["data", "security"])
    assert len(articles) == len(words) == 14
    assert {article.scope for article in articles} == {None, "data", "security"}
    assert entered(scopes=["data", "security"], articles=articles, text=AgreementText(signers=[], articles=words))


def test_agreements_between_the_same_parties_are_told_apart_by_year_or_number():
    ours, other = ["kpu", "polres"], ["kpu", "polda"]
    assert rules.told_apart([("a", ours, TODAY, "05/2024"), ("b", other, TODAY, "06/2024")]) == {}
    earlier = ("c", list(reversed(ours)), date(2019, 1, 7), "01/2019")
    assert rules.told_apart([("a", ours, TODAY, "05/2024"), earlier]) == {"a": "2024", "c": "2019"}
    twice = [("a", ours, TODAY, "05/2024"), ("b", ours, TODAY, "06/2024"), earlier]
    assert rules.told_apart(twice) == {"a": "05/2024", "b": "06/2024", "c": "2019"}
