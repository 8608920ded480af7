"""Templates that an office keeps for its own drafts: what can be one, and what a draft or a list takes from it.

A template is no fact: nobody else sees it before it becomes a draft that is sent, or a list that is proposed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from sinergi.features.agreement import public as agreements
from sinergi.features.agreement.public import ArticleDraft
from sinergi.features.obligations.models import OfficeTemplate
from sinergi.features.obligations.template import Draft, Side, drafts
from sinergi.kernel import obligation
from sinergi.kernel.errors import Refused
from sinergi.kernel.obligation import Due, Evidence, Item
from sinergi.kernel.words import line, paragraphs

LONGEST_NAME = 120
OTHER: dict[Side, Side] = {"kpu": "police", "police": "kpu", "both": "both"}
SIDES: dict[Side, list[str]] = {"kpu": ["kpu"], "police": ["police"], "both": ["kpu", "police"]}


class Article(msgspec.Struct, frozen=True, kw_only=True):
    """One article as it was typed; `place` is where on the page, from 0. Articles go in the order of their numbers."""

    place: int
    number: int
    title: str
    text: str
    scope: str = ""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One obligation as it was typed; `article` is the number of an article on the same page."""

    place: int
    code: str
    title: str
    article: int
    debtor: Side
    evidence: Evidence
    dues: list[Due]
    clause: int | None = None


class Content(msgspec.Struct, frozen=True, kw_only=True):
    """What a template holds, in the one form that is kept."""

    name: str
    scopes: list[str]
    articles: list[ArticleDraft]
    items: list[Draft]


def content(
    *, name: str, scopes: Sequence[str], articles: Sequence[Article], entries: Sequence[Entry], others: Sequence[str]
) -> Content:
    """What was typed as a template, or Refused with the field: `article-` or `item-`, its place and the control's name.

    Articles of scopes that are left out do not stay; an obligation of such an article is refused, since somebody has to
    decide what becomes of it. `others`: names of the office's other templates. Pure.
    """
    called = line(name)
    if not 0 < len(called) <= LONGEST_NAME:
        raise Refused("Beri templat ini nama, paling panjang 120 huruf.", code="TPL-01", field="name")
    if called.casefold() in {other.casefold() for other in others}:
        raise Refused("Sudah ada templat dengan nama ini.", code="TPL-02", field="name")
    if not scopes:
        raise Refused("Pilih sedikitnya satu ruang lingkup.", code="TPL-03", field="scopes")
    by_number = _articles(articles)
    staying = [one for _number, one in sorted(by_number.items()) if not one.scope or one.scope in scopes]
    if not staying:
        raise Refused("Tulis sedikitnya satu pasal.", code="TPL-04", field="scopes")
    _refuse_clauses(staying)
    seen: set[str] = set()
    items = []
    for entry in entries:
        _refuse_entry(entry, by_number, staying, seen)
        seen.add(entry.code)
        article = by_number[entry.article]
        items.append(
            Draft(
                code=entry.code,
                title=line(entry.title),
                debtor=entry.debtor,
                evidence=entry.evidence,
                dues=entry.dues,
                scope=article.scope,
                heading=line(article.title),
                clause=entry.clause,
            )
        )
    kept = [
        ArticleDraft(title=line(one.title), text=paragraphs(one.text), scope=one.scope or None)  # type: ignore[arg-type]
        for one in staying
    ]
    return Content(name=called, scopes=list(scopes), articles=kept, items=items)


def _articles(articles: Sequence[Article]) -> dict[int, Article]:
    """By number. Refused where one is empty, or a number or a heading stands twice."""
    by_number: dict[int, Article] = {}
    for one in articles:
        words = {"number": one.number}
        if not line(one.title):
            raise Refused(
                "Tulis judul Pasal %(number)s.", code="TPL-05", field=f"article-{one.place}-title", words=words
            )
        if not paragraphs(one.text):
            raise Refused("Tulis isi Pasal %(number)s.", code="TPL-06", field=f"article-{one.place}-text", words=words)
        if one.number in by_number:
            raise Refused(
                "Nomor pasal %(number)s dipakai dua kali.",
                code="TPL-07",
                field=f"article-{one.place}-number",
                words=words,
            )
        # Obligations find their article by its heading, whatever number it gets in a draft.
        if line(one.title) in {line(other.title) for other in by_number.values()}:
            raise Refused("Judul pasal ini dipakai dua kali.", code="TPL-08", field=f"article-{one.place}-title")
        by_number[one.number] = one
    return by_number


def _refuse_clauses(staying: Sequence[Article]) -> None:
    for one in staying:
        texts = {str(one.number): one.text}
        try:
            agreements.refuse_articles([agreements.Article(number=one.number, title=one.title)], texts, [])
        except Refused as refused:
            refused.field = f"article-{one.place}-text"
            raise


def _refuse_entry(entry: Entry, by_number: Mapping[int, Article], staying: Sequence[Article], seen: set[str]) -> None:
    at = f"item-{entry.place}"
    words: dict[str, str | int] = {"code": entry.code, "number": entry.article}
    if not 0 < len(line(entry.title)) <= obligation.LONGEST_TITLE:
        raise Refused("Setiap kewajiban butuh nama, paling panjang 160 huruf.", code="KWJ-04", field=f"{at}-title")
    if entry.code in seen:
        raise Refused("Kode kewajiban tidak boleh kembar.", code="KWJ-05", field=f"{at}-code")
    if entry.article not in by_number:
        raise Refused(
            "Kewajiban %(code)s menunjuk Pasal %(number)s, yang tidak ada di templat ini.",
            code="TPL-09",
            field=f"{at}-article",
            words=words,
        )
    if by_number[entry.article] not in staying:
        raise Refused(
            "Kewajiban %(code)s menunjuk Pasal %(number)s, yang ruang lingkupnya dimatikan. Hidupkan ruang lingkupnya "
            "atau lepas kewajiban ini.",
            code="TPL-10",
            field=f"{at}-article",
            words=words,
        )
    item = Item(
        code=entry.code,
        article=entry.article,
        clause=entry.clause,
        debtors=SIDES[entry.debtor],
        creditors=SIDES[OTHER[entry.debtor]],
        dues=entry.dues,
        evidence=entry.evidence,
    )
    wrong = obligation.item_flaw(item, {"kpu", "police"})
    if wrong:
        raise Refused(wrong, code="KWJ-03", field=f"{at}-code")


def in_use() -> list[OfficeTemplate]:
    """The office's templates that are not retired, by name."""
    return list(OfficeTemplate.objects.filter(retired_at=None).order_by("name", "pk"))


def offered() -> list[agreements.OfferedTemplate]:
    """The same, as a draft can start from them."""
    return [
        agreements.OfferedTemplate(
            id=str(row.pk), name=row.name, scopes=tuple(row.scopes), articles=tuple(article_drafts(row))
        )
        for row in in_use()
    ]


def article_drafts(row: OfficeTemplate) -> list[ArticleDraft]:
    """Its articles, in order."""
    return msgspec.convert(row.articles, list[ArticleDraft])


def item_drafts(row: OfficeTemplate) -> list[Draft]:
    """Its obligations."""
    return msgspec.convert(row.items_json, list[Draft])


def best_for(headings: Sequence[str], templates: Sequence[OfficeTemplate]) -> OfficeTemplate | None:
    """The template whose obligations name most of an agreement's articles: more than any other, the program's included.

    Of equals the first by name; None where the program's own is as good.
    """
    there = set(headings)
    by_scope = {one.scope: one.title for one in reversed(agreements.article_drafts()) if one.scope}
    programs = {item.heading or by_scope.get(item.scope, "") for item in drafts()}  # type: ignore[call-overload]

    def named(row: OfficeTemplate) -> int:
        return len({item.heading for item in item_drafts(row)} & there)

    best = max(templates, key=named, default=None)
    return best if best is not None and named(best) > len(programs & there) else None


def of_agreement(agreement: str, items: Sequence[Item], titles: Mapping[str, str]) -> tuple[list[Article], list[Entry]]:
    """The articles of an agreement and these obligations of it, as a template begins; parties become sides."""
    commission, police = agreements.sides(agreement)
    articles = [
        Article(
            place=place,
            number=one["number"],
            title=one["title"],
            text=one["text"] or "",
            scope=one["scope"] or "",
        )
        for place, one in enumerate(agreements.articles_of(agreement))
    ]
    sides: dict[tuple[str, ...], Side] = {(commission,): "kpu", (police,): "police"}
    entries = [
        Entry(
            place=place,
            code=item.code,
            title=titles.get(item.code, item.code),
            article=item.article,
            clause=item.clause,
            debtor=sides.get(tuple(item.debtors), "both"),
            evidence=item.evidence,
            dues=item.dues,
        )
        for place, item in enumerate(items)
    ]
    return articles, entries


def of_drafts(articles: Sequence[ArticleDraft], items: Sequence[Draft]) -> tuple[list[Article], list[Entry]]:
    """The same of a template: the program's, or one of the office's own."""
    typed = [
        Article(place=place, number=place + 1, title=one.title, text=one.text, scope=one.scope or "")
        for place, one in enumerate(articles)
    ]
    by_heading = {one.title: one.number for one in typed}
    by_scope = {one.scope: one.number for one in reversed(typed) if one.scope}
    entries = [
        Entry(
            place=place,
            code=item.code,
            title=item.title,
            article=by_heading.get(item.heading) or by_scope.get(item.scope) or 0,
            clause=item.clause,
            debtor=item.debtor,
            evidence=item.evidence,
            dues=item.dues,
        )
        for place, item in enumerate(items)
    ]
    return typed, entries
