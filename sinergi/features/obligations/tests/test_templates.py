"""An office's own templates: what can be one, making, editing and retiring them, what starts from one."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from django.urls import reverse

from sinergi.features.agreement import public as agreements
from sinergi.features.obligations import office_templates, template
from sinergi.features.obligations.models import OfficeTemplate
from sinergi.features.obligations.office_templates import Article, Entry
from sinergi.kernel.errors import Refused
from sinergi.kernel.obligation import Due
from tests.nodes.simulator import NOON

ARTICLES = [
    Article(place=0, number=2, title="Data", text="(1) satu\n(2) dua", scope="data"),
    Article(place=1, number=1, title="Pengertian", text="<script>=1+1"),
    Article(place=2, number=7, title="Pengamanan", text="isi", scope="security"),
]
ITEM = Entry(
    place=0,
    code="D-01",
    title=" =HYPERLINK(1)<b> ",
    article=2,
    debtor="kpu",
    evidence="dataset",
    dues=[Due(rule="standing")],
)


def made(**changes: Any) -> office_templates.Content:
    given = {"name": "Pilkada", "scopes": ["data", "security"], "articles": ARTICLES, "entries": [ITEM], "others": []}
    return office_templates.content(**given | changes)


def changed(one: Any, **changes: Any) -> Any:
    return type(one)(**{name: getattr(one, name) for name in one.__struct_fields__} | changes)


def test_articles_go_by_their_number_and_words_stay_words():
    found = made()
    assert [(one.title, one.scope) for one in found.articles] == [
        ("Pengertian", None),
        ("Data", "data"),
        ("Pengamanan", "security"),
    ]
    assert found.articles[0].text == "<script>=1+1"
    assert (found.items[0].title, found.items[0].heading, found.items[0].scope) == ("=HYPERLINK(1)<b>", "Data", "data")
    assert [one.title for one in made(scopes=["data"]).articles] == ["Pengertian", "Data"]


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"name": " \n"}, "TPL-01", "name"),
        ({"name": "a" * 121}, "TPL-01", "name"),
        ({"others": ["PILKADA"]}, "TPL-02", "name"),
        ({"scopes": []}, "TPL-03", "scopes"),
        ({"articles": [], "entries": []}, "TPL-04", "scopes"),
        ({"articles": [changed(ARTICLES[1], title=" ")]}, "TPL-05", "article-1-title"),
        ({"articles": [changed(ARTICLES[0], text=" \n ")]}, "TPL-06", "article-0-text"),
        ({"articles": [*ARTICLES, changed(ARTICLES[2], place=3, title="Lain")]}, "TPL-07", "article-3-number"),
        ({"articles": [*ARTICLES, changed(ARTICLES[2], place=3, number=9)]}, "TPL-08", "article-3-title"),
        ({"articles": [changed(ARTICLES[0], text="(1) satu\n(3) tiga")]}, "PKS-86", "article-0-text"),
        ({"entries": [changed(ITEM, title="")]}, "KWJ-04", "item-0-title"),
        ({"entries": [ITEM, changed(ITEM, place=1)]}, "KWJ-05", "item-1-code"),
        ({"entries": [changed(ITEM, article=3)]}, "TPL-09", "item-0-article"),
        ({"scopes": ["security"]}, "TPL-10", "item-0-article"),
        ({"entries": [changed(ITEM, code="d2")]}, "KWJ-03", "item-0-code"),
        ({"entries": [changed(ITEM, dues=[])]}, "KWJ-03", "item-0-code"),
        ({"entries": [changed(ITEM, dues=[Due(rule="stage", stage="voting")])]}, "KWJ-03", "item-0-code"),
        ({"entries": [changed(ITEM, dues=[Due(rule="stage", stage="voting", days=[9999])])]}, "KWJ-03", "item-0-code"),
    ],
)
def test_what_cannot_be_a_template_is_said_beside_its_field(changes, code, field):
    with pytest.raises(Refused) as refused:
        made(**changes)
    assert (refused.value.code, refused.value.field) == (code, field)


def test_the_programs_template_can_be_kept_unchanged_and_gives_the_same_list():
    articles, entries = office_templates.of_drafts(agreements.article_drafts(), template.drafts())
    kept = made(scopes=list(agreements.SCOPE_LABELS), articles=articles, entries=entries)
    listed = [{"number": n, "title": one.title, "scope": one.scope} for n, one in enumerate(kept.articles, 1)]
    assert [one.title for one in kept.articles] == [one.title for one in agreements.article_drafts()]
    sides = {"commission": "k", "police": "p"}
    assert template.items_for(listed, **sides, of=kept.items) == template.items_for(listed, **sides)


VOTING = Due(rule="stage", stage="voting", days=[-7])


@pytest.fixture
def client(node, person):
    return person("secretary")


@pytest.fixture
def small(node):
    """A template of three articles and two obligations: pages of the program's own are long."""
    found = made(entries=[ITEM, changed(ITEM, place=1, code="P-01", article=7, dues=[VOTING])])
    plain = {name: msgspec.to_builtins(getattr(found, name)) for name in ("name", "scopes", "articles")}
    items = msgspec.to_builtins(found.items)
    return OfficeTemplate.objects.create(items_json=items, changed_at=NOON, **plain)


def typed(client: Any, address: str, **changes: Any) -> dict[str, Any]:
    """What the page would send as it stands, with changes."""
    context = client.get(address).context
    forms = [context["form"], *context["articles"]]
    for item in context["items"]:
        forms += [item.form, *item.dues]
    sent: dict[str, Any] = {"pasal-count": len(context["articles"]), "wajib-count": len(context["items"])}
    for form in forms:
        for bound in form:
            value = bound.value()
            if value is not None and value is not False:
                sent[bound.html_name] = "on" if value is True else value
    return sent | changes


@pytest.mark.slow
def test_a_template_is_made_from_the_programs_own_as_the_page_shows_it(client):
    new = reverse("obligations:template-new")
    sent = typed(client, new, name="Pilkada <b>", **{"pasal-0-title": "Istilah", "wajib-0-title": "Jadwal pilkada"})
    assert client.post(new, sent).status_code == 302
    row = OfficeTemplate.objects.get()
    assert (row.articles[0]["title"], row.items_json[0]["title"], row.version) == ("Istilah", "Jadwal pilkada", 1)
    assert (len(row.articles), len(row.items_json)) == (len(agreements.article_drafts()), len(template.drafts()))


def test_a_draft_starts_from_the_template_that_is_chosen(client, small):
    OfficeTemplate.objects.update(name="Pilkada <b>")
    page = client.get(reverse("obligations:templates")).content.decode()
    assert "Pilkada &lt;b&gt;" in page and "Pilkada <b>" not in page
    draft = client.get(reverse("agreement:draft"), {"templat": small.pk})
    assert [form.initial.get("title") for form in draft.context["articles"]][:3] == ["Pengertian", "Data", "Pengamanan"]
    assert draft.context["form"]["scopes"].value() == ["data", "security"]
    assert "Pilkada &lt;b&gt;" in draft.content.decode()


def test_switching_a_scope_off_asks_what_becomes_of_its_obligations_and_two_editors_do_not_undo_each_other(
    client, small
):
    address = reverse("obligations:template", args=[small.pk])
    stale = typed(client, address)
    off = client.post(address, stale | {"scopes": ["data"]}, HTTP_HX_REQUEST="true")
    assert (off.status_code, "ruang lingkupnya dimatikan" in off.content.decode()) == (422, True)
    kept = stale | {"scopes": ["data"], "wajib-1-included": ""}
    assert client.post(address, kept).status_code == 302
    small.refresh_from_db()
    assert {one["scope"] for one in [*small.articles, *small.items_json]} == {"data", None}
    late = client.post(address, stale, HTTP_HX_REQUEST="true")
    assert (late.status_code, "TPL-12" in late.content.decode()) == (422, True)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"wajib-1-due-0-count": "29 Februari"}, "wajib-1-due-0-count"),
        ({"wajib-1-due-0-count": "H-9999"}, "wajib-1-due-0-count"),
        ({"wajib-1-due-0-basis": "stage:hantu:starts"}, "wajib-1-due-0-basis"),
        ({"pasal-1-number": "1"}, "pasal-1-number"),
        ({"pasal-1-number": "nol"}, "pasal-1-number"),
        ({"pasal-1-text": " "}, "pasal-1-text"),
        ({"wajib-0-code": "X"}, "wajib-0-code"),
        ({"wajib-2-title": "Tanpa kode"}, "wajib-2-code"),
        ({"wajib-0-article": "40"}, "wajib-0-article"),
        ({"wajib-0-debtor": "bawaslu"}, "wajib-0-debtor"),
        ({"pasal-count": "9999"}, ""),
        ({"wajib-0-dues": "x"}, ""),
    ],
)
def test_bad_input_is_said_beside_its_field_and_nothing_is_kept(client, small, changes, field):
    address = reverse("obligations:template", args=[small.pk])
    answer = client.post(address, typed(client, address, name="A", **changes), HTTP_HX_REQUEST="true")
    assert answer.status_code == 422
    assert not field or f'data-field="{field}"' in answer.content.decode()
    small.refresh_from_db()
    assert (small.name, small.version) == ("Pilkada", 1)


def test_one_is_made_from_an_agreement_in_force_and_its_obligations_fill_the_next_list(pact, person):
    items, _titles = pact.items()
    listed = agreements.articles_of(pact.agreement)
    theirs = [msgspec.structs.replace(items[0], article=1)]
    pact.agree(pact.propose(items=theirs, titles={theirs[0].code: "Nama di sini"}))
    client = person("secretary", agreements=[pact.agreement])
    new = reverse("obligations:template-new") + f"?dari={pact.agreement}"
    sent = typed(client, new)
    assert (sent["pasal-0-title"], sent["wajib-0-title"]) == (listed[0]["title"], "Nama di sini")
    sent |= {f"pasal-{place}-text": "isi" for place in range(len(listed))}
    assert client.post(new, sent).status_code == 302
    row = OfficeTemplate.objects.get()
    [kept] = row.items_json
    assert (kept["debtor"], kept["heading"]) == ("kpu", listed[0]["title"])
    filled, called = template.items_for(
        listed, commission=pact.kpu, police=pact.police.id, of=office_templates.item_drafts(row)
    )
    assert (filled, called) == (theirs, {theirs[0].code: "Nama di sini"})
    proposal = client.get(reverse("obligations:proposal", args=[pact.agreement]), {"templat": row.pk})
    assert proposal.context["base"] == row
    assert person("secretary", agreements=["another"]).get(new).status_code == 404


def test_the_template_that_names_most_of_the_articles_is_taken():
    rows = [
        OfficeTemplate(
            name=name,
            items_json=[
                {
                    "code": "D-01",
                    "title": "a",
                    "debtor": "kpu",
                    "evidence": "list",
                    "dues": [{"rule": "standing"}],
                    "heading": heading,
                }
            ],
        )
        for name, heading in (("A", "Lain"), ("B", "Kota"))
    ]
    assert office_templates.best_for(["Kota"], rows).name == "B"
    assert office_templates.best_for(["Pertukaran"], rows) is None
    programs = [one.title for one in agreements.article_drafts()]
    assert office_templates.best_for([*programs, "Kota"], rows) is None
    assert office_templates.best_for(["Kota"], []) is None


def test_a_retired_template_is_offered_no_more_until_it_is_used_again(client, small):
    address = reverse("obligations:template-retirement", args=[small.pk])
    client.post(address)
    assert office_templates.offered() == []
    assert "Tidak dipakai lagi" in client.get(reverse("obligations:templates")).content.decode()
    client.post(address, {"again": "yes"})
    assert [one.name for one in office_templates.offered()] == ["Pilkada"]


def test_somebody_without_the_permission_finds_no_template(node, person):
    assert person("kpu_staff").get(reverse("obligations:templates")).status_code == 403
