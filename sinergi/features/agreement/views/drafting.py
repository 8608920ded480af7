"""Writing a text: opening an agreement to be negotiated, proposing another text, an addendum to what is in force."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from sinergi.access.doors import PersonRequest, open_record, requires
from sinergi.features.agreement import actions, obliged, public
from sinergi.features.agreement.events import Signer
from sinergi.features.agreement.forms import DraftForm, PartyForm, article_forms, begun_articles, insist
from sinergi.features.agreement.models import Agreement, Revision
from sinergi.features.agreement.progress import Negotiation
from sinergi.features.agreement.rules.negotiation import Draft
from sinergi.features.agreement.template import Draft as ArticleDraft
from sinergi.features.agreement.template import Offered, offered
from sinergi.features.agreement.views import shown
from sinergi.features.agreement.views.entry import EXERCISE
from sinergi.features.agreement.views.listing import partners
from sinergi.kernel.errors import Refused
from sinergi.kernel.ids import new_event_id
from sinergi.kernel.obligation import Item


@requires("agreement.enter")
@require_http_methods(["GET", "HEAD", "POST"])
def new_draft(request: PersonRequest) -> HttpResponse:
    """Start an agreement from the template and send it to the other parties as its first text."""
    # A duty for certain agreements cannot reach one that does not exist yet.
    if not request.user.can("agreement.enter", agreement=""):
        raise PermissionDenied
    posted = request.POST if request.method == "POST" else None
    own = shown.own_id()
    known = [(own, public.agency_name(own)), *partners()]
    templates = offered()
    base = next((one for one in templates if one.id == request.GET.get("templat", "")), None)
    initial = {"id": new_event_id(request.arrived_at)} | ({"scopes": list(base.scopes)} if base else {})
    form = DraftForm(posted, initial=initial)
    parties = [
        PartyForm(posted, prefix=f"pihak-{place}", party=party, name=name, may_be_left_out=place > 0)
        for place, (party, name) in enumerate(known)
    ]
    if len(parties) == 2:
        parties[1].initial["included"] = True
    start = base.articles if base else ()
    articles = article_forms(posted, start=start)
    rows = obliged.room().rows(
        posted, begun_articles(start), articles.total_form_count(), template=base.id if base else ""
    )
    if posted is None:
        return _page(request, form, parties, articles, rows, templates=templates, base=base)
    draft, chosen, controls = _draft(form, parties, articles, rows)
    receipt = _placed(
        articles,
        controls,
        form.cleaned_data["scopes"],
        lambda: actions.open_agreement(
            id=form.cleaned_data["id"],
            by=request.actor,
            at=request.arrived_at,
            partners=chosen[1:],
            draft=draft,
            exercise=EXERCISE if form.cleaned_data["exercise"] else "",
        ),
    )
    opened = Agreement.objects.filter(key=receipt.key).first()
    if opened is None:
        raise Refused("Kiriman ini sudah dipakai untuk hal lain. Muat ulang halaman.", code="PKS-52")
    return redirect("agreement:negotiation", agreement=opened.agreement)


@requires("agreement.negotiate")
@require_http_methods(["GET", "HEAD", "POST"])
def proposal(request: PersonRequest, agreement: str) -> HttpResponse:
    """Propose another text, made from every open one; `?adendum=ya` to what is in force."""
    row = open_record(request, Agreement.objects.all(), agreement, "agreement.negotiate", field="agreement")
    addendum = request.GET.get("adendum") == "ya"
    found = Negotiation(row, addendum=addendum)
    if request.method != "POST" and not addendum and not found.heads:
        return redirect("agreement:agreement", agreement=row.agreement)
    posted = request.POST if request.method == "POST" else None
    start = _start(row, found)
    form = DraftForm(
        posted,
        initial={
            "id": new_event_id(request.arrived_at),
            "made_from": " ".join(found.heads),
            **{name: start[name] for name in ("title", "place", "signed_on", "starts_on", "ends_on", "scopes")},
        },
    )
    parties = [
        PartyForm(
            posted,
            prefix=f"pihak-{place}",
            party=party,
            name=public.agency_name(party),
            may_be_left_out=False,
            initial=start["parties"].get(party, {}) | {"number": number},
        )
        for place, (party, number) in enumerate(zip(row.parties, start["numbers"], strict=True))
    ]
    articles = article_forms(posted, start=start["articles"])
    rows = _rows(request, row, start, posted, articles.total_form_count())
    if posted is None:
        return _page(request, form, parties, articles, rows, row=row, found=found, addendum=addendum)
    draft, _chosen, controls = _draft(form, parties, articles, rows)
    _placed(
        articles,
        controls,
        form.cleaned_data["scopes"],
        lambda: actions.propose_revision(
            id=form.cleaned_data["id"],
            by=request.actor,
            at=request.arrived_at,
            agreement=row.agreement,
            draft=draft,
            made_from=form.cleaned_data["made_from"].split(),
            addendum=addendum,
        ),
    )
    address = reverse("agreement:negotiation", args=[row.agreement])
    return redirect(f"{address}?adendum=ya" if addendum else address)


def _rows(request: PersonRequest, row: Agreement, start: dict[str, Any], posted: Any, places: int) -> obliged.Rows:
    """The obligations of the text to begin with beneath their articles: its own, for a new addendum what holds."""
    items, titles = start["obligations"]
    if items is None:
        items, titles = obliged.room().held(row.agreement, request.arrived_at)
    articles = begun_articles(start["articles"])
    begun: dict[int, list[Item]] = {}
    for item in items:
        known = start["articles"][item.article - 1 : item.article]
        begun.setdefault(next((place for place, one in enumerate(articles) if one in known), 0), []).append(item)
    return obliged.room().rows(posted, articles, places, begun=begun, titles=titles, parties=row.party_ids)


def _start(row: Agreement, found: Negotiation) -> dict[str, Any]:
    """What the form begins with: our own open text before another's, or for a new addendum what is in force."""
    own = shown.own_id()
    heads = sorted(found.open_revisions, key=lambda one: one.agency != own)
    if heads:
        return _of_revision(heads[0])
    return {
        "title": gettext("Adendum atas %(title)s") % {"title": row.title},
        "numbers": [""] * len(row.parties),
        "place": row.place,
        "signed_on": None,
        "starts_on": row.starts_on,
        "ends_on": row.last_day,
        "scopes": row.scopes,
        "parties": _signers(row.signers),
        "articles": _articles(row.articles, row.article_texts),
        "obligations": (None, None),
    }


def _of_revision(one: Revision) -> dict[str, Any]:
    terms = one.terms
    names = ("title", "numbers", "place", "signed_on", "starts_on", "ends_on", "scopes")
    return {
        **{name: terms[name] for name in names},
        "parties": _signers(one.signers),
        "articles": _articles(terms["articles"], one.article_texts),
        "obligations": shown.obligations_of(one),
    }


def _signers(signers: list[dict[str, str]] | None) -> dict[str, dict[str, str]]:
    return {
        signer.get("party", ""): {"signer": signer.get("name", ""), "office": shown.office_of(signer.get("office", ""))}
        for signer in signers or []
    }


def _articles(articles: list[dict[str, Any]], words: dict[str, str] | None) -> list[ArticleDraft]:
    texts = words or {}
    return [
        ArticleDraft(title=one["title"], text=texts.get(str(one["number"]), ""), scope=one.get("scope"))
        for one in articles
    ]


def _draft(
    form: DraftForm, parties: Sequence[PartyForm], articles: Any, rows: obliged.Rows
) -> tuple[Draft, list[str], list[str]]:
    """What was typed, its parties, our own or the founder first, and the control of each obligation.

    Raises Refused beside what is wrong.
    """
    insist(form, *parties, articles)
    given = form.cleaned_data
    chosen = [party for party in parties if party.is_included]
    numbered, words = articles.numbered(given["scopes"])
    items, titles, controls = rows.taken(articles.places(given["scopes"]), [party.party for party in chosen])
    draft = Draft(
        numbers=[party.cleaned_data["number"] for party in chosen],
        articles=numbered,
        words=words,
        signers=[
            Signer(party=party.party, name=party.cleaned_data["signer"], office=party.cleaned_data["office"])
            for party in chosen
        ],
        remark=given["remark"],
        obligations=items,
        titles=titles,
        **{name: given[name] for name in ("title", "place", "signed_on", "starts_on", "ends_on", "scopes")},
    )
    return draft, [party.party for party in chosen], controls


def _placed(articles: Any, controls: list[str], scopes: list[str], act: Any) -> Any:
    """Run an action; what it refuses about an article or an obligation is said beside its control."""
    try:
        return act()
    except Refused as refused:
        name, _, number = refused.field.partition("article-")
        if number.isdecimal() and not name:
            refused.field = articles.control_of(int(number), scopes)
        name, _, number = refused.field.partition("obligation-")
        if number.isdecimal() and not name:
            refused.field = controls[int(number)] if int(number) < len(controls) else ""
        if refused.field == "partner":
            refused.field = "pihak-1-included"
        raise


def _page(
    request: PersonRequest,
    form: DraftForm,
    parties: Sequence[PartyForm],
    articles: Any,
    rows: obliged.Rows,
    *,
    row: Agreement | None = None,
    found: Negotiation | None = None,
    addendum: bool = False,
    templates: Sequence[Offered] = (),
    base: Offered | None = None,
) -> HttpResponse:
    for article, beneath in zip(articles.forms, rows.beneath, strict=True):
        article.rows = beneath
    context = {
        "rows": rows,
        "templates": templates,
        "base": base,
        "form": form,
        "parties": parties,
        "articles": articles,
        "row": row,
        "addendum": addendum,
        "concurrent": found is not None and len(found.heads) > 1,
        "back": reverse("agreement:negotiation", args=[row.agreement]) + ("?adendum=ya" if addendum else "")
        if row is not None
        else reverse("agreement:agreements"),
        "today": localdate(request.arrived_at),
    }
    return render(request, "agreement/draft.html", context)
