"""The office's own agreement templates: listing, making one, editing it, retiring it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sinergi.access.doors import PersonRequest, requires
from sinergi.features.agreement import public as agreements
from sinergi.features.obligations import actions, office_templates
from sinergi.features.obligations.forms import TemplateArticleForm, TemplateForm
from sinergi.features.obligations.models import OfficeTemplate
from sinergi.features.obligations.office_templates import Article, Entry
from sinergi.features.obligations.public import Board
from sinergi.features.obligations.template import drafts
from sinergi.features.obligations.views import words
from sinergi.features.obligations.views.rows import Row, counted, insist
from sinergi.kernel import obligation
from sinergi.kernel.errors import Refused

MOST_ROWS = {"pasal": obligation.MOST_ARTICLES, "wajib": obligation.MOST_ITEMS}
# Empty rows at the end of the page.
MORE = 2


@require_safe
@requires("obligations.templates")
def templates(request: PersonRequest) -> HttpResponse:
    """The program's template, the office's own, and those it no longer offers."""
    rows = list(OfficeTemplate.objects.order_by("name", "pk"))
    context = {
        "rows": [_told(row) for row in rows if row.retired_at is None],
        "retired": [_told(row) for row in rows if row.retired_at is not None],
        "builtin": {"articles": len(agreements.article_drafts()), "items": len(drafts())},
        "agreements": _sources(request),
    }
    return render(request, "obligations/templates.html", context)


@requires("obligations.templates")
@require_http_methods(["GET", "HEAD", "POST"])
def new_template(request: PersonRequest) -> HttpResponse:
    """Make one from the program's, or with `?dari=` from an agreement in force."""
    source = request.GET.get("dari", "")
    if not source:
        started = office_templates.of_drafts(agreements.article_drafts(), drafts())
        return _edited(request, None, started, name="", scopes=list(agreements.SCOPE_LABELS))
    info = next((one for one in _sources(request) if one.id == source), None)
    if info is None:
        raise Http404
    board = Board(source, at=request.arrived_at)
    items = [] if board.held is None else board.held.items()
    titles = {} if board.held is None else board.held.titles or {}
    started = office_templates.of_agreement(source, items, titles)
    name = gettext("Dari perjanjian %(name)s") % {"name": info.name}
    return _edited(request, None, started, name=name, scopes=list(info.scopes))


@requires("obligations.templates")
@require_http_methods(["GET", "HEAD", "POST"])
def template(request: PersonRequest, number: int) -> HttpResponse:
    """Edit one. A draft or a list made from it stays as it is."""
    row = _row(number)
    started = office_templates.of_drafts(office_templates.article_drafts(row), office_templates.item_drafts(row))
    return _edited(request, row, started, name=row.name, scopes=row.scopes)


@requires("obligations.templates")
@require_POST
def retirement(request: PersonRequest, number: int) -> HttpResponse:
    """Offer one no more, or with `again` once more."""
    row = _row(number)
    again = request.POST.get("again") == "yes"
    actions.retire_template(row.pk, at=None if again else request.arrived_at)
    if again:
        messages.success(request, gettext("Templat dipakai lagi."))
    else:
        messages.success(request, gettext("Templat tidak ditawarkan lagi. Rancangan yang sudah dibuat tidak berubah."))
    return redirect("obligations:templates")


def _row(number: int) -> OfficeTemplate:
    found = OfficeTemplate.objects.filter(pk=number).first()
    if found is None:
        raise Http404
    return found


def _told(row: OfficeTemplate) -> dict[str, Any]:
    return {
        "row": row,
        "articles": len(row.articles),
        "items": len(row.items_json),
        "office": words.office(row.office),
    }


def _sources(request: PersonRequest) -> list[agreements.AgreementInfo]:
    """The agreements that every party stands behind, their term over or not, that this person may read."""
    return agreements.in_force_for(request.user)


class _Item(Row):
    """One obligation of the template on the page."""

    def __init__(self, place: int, posted: Any, entry: Entry | None, bases: list[tuple[str, Any]]) -> None:
        start: dict[str, Any] = {}
        if entry is not None:
            start = {name: getattr(entry, name) for name in ("code", "title", "clause", "debtor", "evidence")}
            start["article"] = entry.article or None
        self.place = place
        super().__init__(f"wajib-{place}", posted, start, [] if entry is None else entry.dues, bases)

    def entry(self) -> Entry | None:
        """What was typed; None where it is left out. Raises Refused beside what cannot be read."""
        given = self.typed()
        if given is None:
            return None
        names = ("code", "title", "article", "clause", "debtor", "evidence", "dues")
        return Entry(place=self.place, **{name: given[name] for name in names})


def _edited(
    request: PersonRequest,
    row: OfficeTemplate | None,
    started: tuple[Sequence[Article], Sequence[Entry]],
    *,
    name: str,
    scopes: list[str],
) -> HttpResponse:
    posted = request.POST if request.method == "POST" else None
    begun, entries = started
    form = TemplateForm(posted, initial={"name": name, "scopes": scopes, "seen": 0 if row is None else row.version})
    articles = [
        TemplateArticleForm(
            posted,
            prefix=f"pasal-{place}",
            initial={name: getattr(begun[place], name) for name in ("number", "title", "scope", "text")}
            if place < len(begun)
            else None,
        )
        for place in range(_rows(posted, "pasal", len(begun)))
    ]
    bases = words.bases()
    items = [
        _Item(place, posted, entries[place] if place < len(entries) else None, bases)
        for place in range(_rows(posted, "wajib", len(entries)))
    ]
    if posted is None:
        context = {"row": row, "form": form, "articles": articles, "items": items, "bases": bases}
        return render(request, "obligations/template.html", context)
    insist(form)
    # Before anything else is read: what was typed belongs to rows that may be others by now.
    actions.refuse_stale(0 if row is None else row.version, form.cleaned_data["seen"])
    try:
        content = _typed(form, articles, items, row)
    except Refused as refused:
        refused.field = refused.field.replace("article-", "pasal-", 1).replace("item-", "wajib-", 1)
        raise
    actions.keep_template(
        0 if row is None else row.pk,
        content,
        seen=form.cleaned_data["seen"],
        by=request.actor,
        at=request.arrived_at,
    )
    messages.success(request, gettext("Templat disimpan. Pilih saat memulai rancangan."))
    return redirect("obligations:templates")


def _typed(
    form: TemplateForm, articles: list[TemplateArticleForm], items: list[_Item], row: OfficeTemplate | None
) -> office_templates.Content:
    for article in articles:
        insist(article)
    typed = [
        Article(
            place=place,
            number=one.cleaned_data["number"],
            title=one.cleaned_data["title"],
            text=one.cleaned_data["text"],
            scope=one.cleaned_data["scope"],
        )
        for place, one in enumerate(articles)
        if not one.is_blank
    ]
    others = OfficeTemplate.objects.exclude(pk=0 if row is None else row.pk)
    return office_templates.content(
        name=form.cleaned_data["name"],
        scopes=form.cleaned_data["scopes"],
        articles=typed,
        entries=[entry for one in items if (entry := one.entry()) is not None],
        others=list(others.values_list("name", flat=True)),
    )


def _rows(posted: Any, name: str, begun: int) -> int:
    """How many rows there are: as many as the page had, or as there are to begin with and some to add."""
    if posted is not None:
        return counted(posted, f"{name}-count", MOST_ROWS[name])
    return min(begun + MORE, MOST_ROWS[name])
