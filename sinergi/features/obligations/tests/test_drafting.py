"""The obligations of a draft as people meet them: beneath their articles, compared, printed, refused in a sentence."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from django.conf import settings
from django.urls import reverse
from django.utils.timezone import localdate

from sinergi.features.agreement import printing
from sinergi.features.agreement.events import Article, RevisionProposed
from sinergi.features.agreement.forms import ArticleForm
from sinergi.features.agreement.models import Agreement, Revision
from sinergi.features.agreement.tests.drafts import terms_for, text_for
from sinergi.features.obligations import template
from sinergi.features.obligations.forms import DueForm, ObligationForm
from sinergi.features.obligations.models import OfficeTemplate
from sinergi.features.obligations.tests.test_templates import ITEM, VOTING, changed, made
from sinergi.features.stages.actions import use_calendar
from sinergi.kernel.instants import now
from sinergi.kernel.obligation import MOST_ARTICLES, MOST_DUES, MOST_ITEMS, Item
from sinergi.ledger import rebuild
from tests.nodes.simulator import NOON


@pytest.fixture
def client(node: Any, police: Any, person: Any) -> Any:
    use_calendar("pemilu-2024")
    return person("secretary")


@pytest.fixture
def small(node: Any) -> OfficeTemplate:
    """Three articles (general, data, security) with one obligation of the commission and one of the police."""
    entries = [ITEM, changed(ITEM, place=1, code="P-01", article=7, debtor="police", dues=[VOTING])]
    found = made(entries=entries)
    plain = {name: msgspec.to_builtins(getattr(found, name)) for name in ("name", "scopes", "articles", "items")}
    return OfficeTemplate.objects.create(items_json=plain.pop("items"), changed_at=NOON, **plain)


def typed(client: Any, address: str, **changes: Any) -> dict[str, Any]:
    """What the page would send as it stands, with changes."""
    context = client.get(address).context
    articles = context["articles"]
    forms = [context["form"], articles.management_form, *context["parties"], *articles]
    sent: dict[str, Any] = {}
    for article in articles:
        sent[f"{article.prefix}-wajib-count"] = len(article.rows)
        for row in article.rows:
            forms += [row.form, *row.dues]
    for form in forms:
        for bound in form:
            value = bound.value()
            if value is not None and value is not False:
                sent[bound.html_name] = "on" if value is True else value
    return sent | changes


def begun(client: Any, small: OfficeTemplate, **changes: Any) -> tuple[str, dict[str, Any]]:
    """The address of a new draft from the small template, and its form filled in."""
    today = localdate(now())
    given: dict[str, Any] = {
        "title": "Perjanjian Kerja Sama",
        "place": "Sipirok",
        "signed_on": f"{today}",
        "starts_on": f"{today}",
        "ends_on": f"{today + timedelta(days=500)}",
    }
    for place in (0, 1):
        given |= {f"pihak-{place}-{name}": "Nama" for name in ("number", "signer", "office")}
    address = f"{reverse('agreement:draft')}?templat={small.pk}"
    return address, typed(client, address, **given | changes)


def opened(client: Any, small: OfficeTemplate, **changes: Any) -> Agreement:
    address, sent = begun(client, small, **changes)
    answer = client.post(address, sent)
    assert answer.status_code == 302, answer.content.decode()
    return Agreement.objects.get()


def obliged(row: Agreement) -> dict[str, Item]:
    found = Revision.objects.get(key=row.revision)
    return {item.code: item for item in msgspec.convert(found.terms.get("obligations", []), list[Item])}


@pytest.mark.slow
def test_a_draft_brings_the_obligations_of_its_template_and_takes_one_that_was_added(client, small, node, police):
    row = opened(
        client,
        small,
        **{
            "pasal-0-wajib-0-code": "U-01",
            "pasal-0-wajib-0-title": "Beri tahu jajaran <b>",
            "pasal-0-wajib-0-debtor": "both",
            "pasal-0-wajib-0-due-0-basis": "recurring:year",
            "pasal-1-wajib-0-title": "Jadwal",
        },
    )
    found = obliged(row)
    assert [(item.code, item.article, item.debtors) for item in found.values()] == [
        ("U-01", 1, [node.id, police.id]),
        ("D-01", 2, [node.id]),
        ("P-01", 3, [police.id]),
    ]
    assert (found["D-01"].creditors, found["P-01"].dues) == ([police.id], [VOTING])
    page = client.get(reverse("agreement:negotiation", args=[row.agreement])).content.decode()
    # What a form typed is stated as a partner reads it.
    assert rebuild.check() == []
    assert "<b>D-01</b> Jadwal" in page and "Beri tahu jajaran &lt;b&gt;" in page and "Polres Tapsel → KPU" in page


def test_what_is_left_out_takes_its_obligations_along(client, small):
    row = opened(client, small, scopes=["data"], **{"pasal-1-wajib-0-included": ""})
    assert obliged(row) == {} and Revision.objects.get().obligation_titles == {}
    assert "obligations" not in Revision.objects.get().terms


def test_the_longest_text_a_partner_can_propose_can_be_answered_with_another():
    """Every control of the page is sent, filled in or not: more than the setting and nothing at all is read."""
    article = len(ArticleForm.base_fields) + len(("count",))
    row = len(ObligationForm.base_fields)
    rule = len(DueForm.base_fields)
    offered = sum(row + (len(one.dues) + 1) * rule for one in template.drafts())
    own = MOST_ITEMS * (row + MOST_DUES * rule) + MOST_ARTICLES * (article + row + rule)
    assert own + offered + 100 < settings.DATA_UPLOAD_MAX_NUMBER_FIELDS


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"pasal-2-wajib-0-due-0-count": "29 Februari"}, "pasal-2-wajib-0-due-0-count", "jumlah hari"),
        ({"pasal-2-wajib-0-due-0-count": "H-9999"}, "pasal-2-wajib-0-due-0-count", "1.500"),
        ({"pasal-2-wajib-0-due-0-basis": "stage:hantu:starts"}, "pasal-2-wajib-0-due-0-basis", "Pilih dari daftar"),
        ({"pasal-2-wajib-0-due-0-basis": "", "pasal-2-wajib-0-due-0-count": ""}, "pasal-2-wajib-0-code", "jatuh tempo"),
        ({"pasal-1-wajib-1-title": "Tanpa kode"}, "pasal-1-wajib-1-code", "Beri kode"),
        ({"pasal-1-wajib-0-code": "P-01"}, "pasal-2-wajib-0-code", "kembar"),
        ({"pasal-1-wajib-0-code": "d1"}, "pasal-1-wajib-0-code", "satu huruf besar"),
        ({"pasal-1-wajib-0-clause": "3"}, "pasal-1-wajib-0-code", "tidak ada dalam naskah ini"),
        ({"pasal-1-wajib-0-debtor": "as-is"}, "pasal-1-wajib-0-debtor", "as-is"),
        ({"pasal-1-wajib-0-title": ""}, "pasal-1-wajib-0-code", "butuh nama"),
        ({"pasal-1-wajib-count": "9999"}, "", "tidak terbaca"),
        ({"pasal-1-wajib-0-dues": "x"}, "", "tidak terbaca"),
    ],
)
def test_an_impossible_obligation_is_refused_beside_its_control_and_nothing_is_stated(
    client, small, changes, field, said
):
    address, sent = begun(client, small, **changes)
    answer = client.post(address, sent, HTTP_HX_REQUEST="true")
    page = answer.content.decode()
    assert answer.status_code == 422 and said in page
    assert not field or f'data-field="{field}"' in page
    assert not Agreement.objects.exists()


@pytest.mark.slow
def test_the_next_text_begins_with_the_obligations_of_the_open_one_and_shows_what_it_changes(client, small, police):
    row = opened(client, small)
    parties, first = row.party_ids, row.revision
    odd = msgspec.structs.replace(obliged(row)["D-01"], creditors=parties, debtors=[parties[0]])
    words = text_for(parties, articles={}, obligations={"D-01": "Jadwal lain"})
    kept = {name: getattr(row, name) for name in ("numbers", "signed_on", "starts_on", "ends_on", "scopes")}
    terms = terms_for(words, **kept, articles=msgspec.convert(row.articles, list[Article]), obligations=[odd])
    police.state(row.agreement, RevisionProposed(terms=terms, predecessors=[first], text=words))
    address = reverse("agreement:proposal", args=[row.agreement])
    sent = typed(client, address)
    assert (sent["pasal-1-wajib-0-title"], sent["pasal-1-wajib-0-debtor"]) == ("Jadwal lain", "as-is")
    # What the template has besides is offered, not taken.
    assert "pasal-2-wajib-0-included" not in sent and sent["pasal-2-wajib-0-code"]
    page = client.get(reverse("agreement:negotiation", args=[row.agreement])).content.decode()
    assert 'Jadwal lain <span class="tag">diubah</span>' in page
    newest = Revision.objects.exclude(key=first).get()
    compared = client.get(reverse("agreement:texts", args=[row.agreement]), {"ke": newest.key})
    labels = [line.label for line in compared.context["lines"]]
    assert {"D-01", "P-01"} <= set(labels)
    assert client.post(address, sent).status_code == 302
    last = Revision.objects.exclude(key__in=[first, newest.key]).get()
    assert last.terms["obligations"] == newest.terms["obligations"]


def test_the_printed_text_names_every_obligation_beneath_its_article_and_codes_once_erased(client, small):
    row = opened(client, small)
    found = Revision.objects.get()
    heading, lines = printing.manuscript(row, found).articles[2]
    assert heading == "Pasal 3 Pengamanan"
    assert lines[-2] == "Kewajiban menurut pasal ini:"
    assert lines[-1].startswith("P-01: =HYPERLINK(1)<b>. Polres Tapsel → KPU")
    assert lines[-1].endswith("Tenggat: H-7. Bukti: set data.")
    found.obligation_titles = None
    assert "P-01: P-01." in printing.manuscript(row, found).articles[2][1][-1]


@pytest.mark.slow
def test_an_addendum_begins_with_the_list_that_holds(agreed, person):
    held = agreed.board().held
    client = person("secretary", agreements=[agreed.agreement])
    page = client.get(reverse("agreement:proposal", args=[agreed.agreement]) + "?adendum=ya")
    begun = {row.item.code: row for article in page.context["articles"] for row in article.rows if row.item is not None}
    assert {code: row.item for code, row in begun.items()} == {item.code: item for item in held.items()}
    assert begun["D-02"].initial["title"] == held.titles["D-02"] and begun["D-02"].initial["included"]
