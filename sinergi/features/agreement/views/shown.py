"""Agreements as the pages show them: words and shapes for states, scopes, people and evidence."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import msgspec
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext

from sinergi.access.models import User
from sinergi.access.roles import ROLES
from sinergi.features.agreement import closing, obliged, public, rules, scans
from sinergi.features.agreement.forms import GATES, REASONS, SCOPE_ICONS
from sinergi.features.agreement.models import Agreement, Revision
from sinergi.features.agreement.template import SCOPE_LABELS
from sinergi.kernel.obligation import Item
from sinergi.ledger import rows
from sinergi.ledger.grades import NOTHING, Grade, grades
from sinergi.web import navigation

Obligations = tuple[list[Item], dict[str, str]]


class Stated(msgspec.Struct, frozen=True, kw_only=True):
    """One party's fact about the agreement: who, in which office, what, when, and how well it is proven."""

    at: datetime
    agency: str
    office: str
    what: str
    grade: Grade
    key: str


class State(msgspec.Struct, frozen=True):
    """A state's circle and word."""

    shape: str
    word: str


def state_of(row: Agreement, at: datetime, own: str) -> State:
    """The state in words: who is awaited, or whether it holds at that moment."""
    standing = row.standing_on(at)
    if standing == "waiting":
        if own in row.party_ids and own not in row.confirmed_ids:
            return State("waiting", gettext("menunggu penegasan kita"))
        return State("waiting", gettext("menunggu penegasan pihak lain"))
    if standing == "draft":
        return State("working", gettext("dirundingkan"))
    if standing == "suspended":
        return State("waiting", gettext("ditangguhkan"))
    if standing == "not_started":
        return State("scheduled", gettext("belum mulai berlaku"))
    if standing == "in_force":
        return State("done", gettext("berlaku"))
    return State("refused", gettext("berakhir"))


# Under a list of several agreements so many are told by name.
NAMED = 3


def pause(user: User, at: datetime, asked: list[str]) -> navigation.Pause | None:
    """The sentence for pages under an agreement that is not in force, or under several of which some are not."""
    found = {id: one for id, one in public.closed(at).items() if id in set(asked)}
    if not found:
        return None
    if len(asked) > 1:
        return _pauses(found, asked, at)
    (agreement, one), *_none = found.items()
    told = {
        "partner": public.names([agreement]).get(agreement, ""),
        "day": date_format(one.day, "j F Y"),
        "by": public.short_name(one.by) if one.by else "",
    }
    return navigation.Pause(
        sentence=f"{_said_of(one.how) % told} {_left_to_do(one.how)}",
        url=reverse("agreement:agreement", args=[agreement]),
        closes=one.closes,
    )


def _said_of(how: closing.How) -> str:
    return {
        "suspended": gettext("Perjanjian dengan %(partner)s ditangguhkan sejak %(day)s."),
        "not_started": gettext("Jangka waktu perjanjian dengan %(partner)s baru mulai %(day)s."),
        "over": gettext("Jangka waktu perjanjian dengan %(partner)s habis; hari terakhirnya %(day)s."),
        "ended": gettext("Perjanjian dengan %(partner)s berakhir sejak %(day)s atas kesepakatan para pihak."),
        "left": gettext("Perjanjian dengan %(partner)s diakhiri oleh %(by)s pada %(day)s."),
        "left_by_us": gettext("Kantor ini mengakhiri perjanjian dengan %(partner)s pada %(day)s."),
        "withdrawn": gettext("Perjanjian dengan %(partner)s ditarik oleh %(by)s pada %(day)s, sebelum berlaku."),
    }[how]


def _left_to_do(how: closing.How) -> str:
    """What may still be done under such an agreement."""
    finish = gettext(
        "Yang baru tidak dapat dimulai di bawahnya. Yang sudah berjalan masih dapat diselesaikan: dijawab, dilaporkan,"
        " dan dikonfirmasi; data yang diterima masih dapat dimusnahkan."
    )
    return {
        "suspended": gettext(
            "Sampai dilanjutkan, yang ada dapat dibaca, tetapi tidak ada yang dapat dinyatakan di bawahnya."
        ),
        "not_started": gettext("Sebelum itu yang ada dapat dibaca, tetapi belum ada yang dapat diminta di bawahnya."),
        "over": finish,
        "ended": finish,
        "left": gettext(
            "Tidak ada lagi yang dapat diminta atau dinyatakan. Yang sudah diajukan masih dapat dijawab dan"
            " dikonfirmasi; data yang diterima masih dapat dimusnahkan."
        ),
        "left_by_us": gettext(
            "Semuanya tetap dapat dibaca dan dibawa sebagai bukti, tetapi tidak ada lagi yang dapat dinyatakan."
        ),
        "withdrawn": gettext("Isinya tetap dapat dibaca."),
    }[how]


def _pauses(found: dict[str, closing.Closed], asked: list[str], on: date) -> navigation.Pause | None:
    """One sentence for a list of several agreements; one that its parties followed with a later one is left out."""
    words = {
        "suspended": gettext("%(partner)s ditangguhkan sejak %(day)s"),
        "not_started": gettext("%(partner)s baru mulai %(day)s"),
        "over": gettext("%(partner)s habis jangka waktunya pada %(day)s"),
        "ended": gettext("%(partner)s berakhir sejak %(day)s"),
        "left": gettext("%(partner)s diakhiri pada %(day)s"),
        "left_by_us": gettext("%(partner)s diakhiri pada %(day)s"),
    }
    told = [id for id in found if found[id].how in words and not public.is_followed(id, on)]
    if not told:
        return None
    names = public.names(asked)
    told.sort(key=lambda id: (found[id].how != "suspended", -found[id].day.toordinal(), names[id]))
    said = [
        words[found[id].how] % {"partner": names[id], "day": date_format(found[id].day, "j F Y")} for id in told[:NAMED]
    ]
    if len(told) > NAMED:
        said.append(gettext("%(number)d perjanjian lain") % {"number": len(told) - NAMED})
    sentence = gettext("Tidak semua perjanjian sedang berlaku: %(list)s.") % {"list": "; ".join(said)}
    return navigation.Pause(sentence=sentence, url=reverse("agreement:agreements"))


def scopes_of(row: Agreement) -> list[dict[str, Any]]:
    """The six scopes in their order, each with whether it was agreed on."""
    return [
        {"code": code, "label": label, "icon": SCOPE_ICONS[code], "agreed": code in row.scopes}
        for code, label in SCOPE_LABELS.items()
    ]


def articles_of(row: Agreement, at: datetime) -> list[dict[str, Any]]:
    """Articles with their words; `text` is None where the words were erased or have not arrived.

    Each with its `obligations` that hold, where some were signed with the text; a list apart has its own page.
    """
    owed = beneath(*obliged.room().held(row.agreement, at)) if row.obligations else {}
    articles = articles_of_terms(row.articles, row.article_texts)
    return [article | {"obligations": owed.get(article["number"], [])} for article in articles]


def articles_of_terms(articles: list[dict[str, Any]], words: dict[str, str] | None) -> list[dict[str, Any]]:
    """The same of any text."""
    return [
        {
            "number": article["number"],
            "title": article["title"],
            "scope": SCOPE_LABELS.get(article.get("scope") or "", ""),
            "icon": SCOPE_ICONS.get(article.get("scope") or "", ""),
            "text": None if words is None else words.get(str(article["number"]), ""),
        }
        for article in articles
    ]


def obligations_of(one: Revision) -> tuple[list[Item], dict[str, str]]:
    """The obligations of a text, and what they are called as far as its words are here."""
    return msgspec.convert(one.terms.get("obligations", []), list[Item]), one.obligation_titles or {}


def beneath(items: list[Item], titles: dict[str, str]) -> dict[int, list[obliged.Said]]:
    """Obligations in words, by the number of their article."""
    found: dict[int, list[obliged.Said]] = {}
    for each in obliged.room().said(items, titles):
        found.setdefault(each.article, []).append(each)
    return found


def with_obligations(one: Revision, articles: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The articles of a text, each with its `obligations` in words."""
    owed = beneath(*obligations_of(one))
    return [article | {"obligations": owed.get(article["number"], [])} for article in articles]


def terms_said(one: Revision, parties: list[str], obligations: Obligations | None = None) -> dict[str, str]:
    """What a text says, label by label, to be put beside another; `obligations` instead of its own, where given."""
    return _terms_said(one.terms, one.article_texts, one.signers, parties, obligations or obligations_of(one))


def agreement_said(row: Agreement, obligations: Obligations) -> dict[str, str]:
    """The same of what an agreement shows, with the obligations that hold."""
    names = ("title", "numbers", "place", "signed_on", "starts_on", "ends_on", "scopes", "articles")
    terms = {name: getattr(row, name) for name in names}
    return _terms_said(terms, row.article_texts, row.signers, row.party_ids, obligations)


def article_label(number: int) -> str:
    """What an article is called in a comparison."""
    return gettext("Pasal %(number)s") % {"number": number}


def gate_label(gate: str, kind: str) -> str:
    """A step before signing; the report goes to another office for each kind of agency."""
    if gate == "report":
        return gettext("Laporan ke KPU Provinsi") if kind == "kpu" else gettext("Laporan ke Polda")
    return str(GATES.get(gate, gate))


def acting_office(office: str, acting: bool) -> str:
    """An office by name, with Plh. where somebody holds it for another."""
    return f"Plh. {office_of(office)}" if acting else office_of(office)


def scan_answer(scan: str, name: str) -> HttpResponse:
    """A kept paper as a download; Http404 where this node does not keep it."""
    data = scans.read(scan)
    if data is None:
        raise Http404
    is_pdf = scans.form_of(data) == "pdf"
    return HttpResponse(
        data,
        content_type="application/pdf" if is_pdf else "image/jpeg",
        headers={
            "Content-Disposition": f'attachment; filename="{name}.{"pdf" if is_pdf else "jpg"}"',
            "X-Content-Type-Options": "nosniff",
        },
    )


def _terms_said(
    terms: dict[str, Any],
    words: dict[str, str] | None,
    signers: list[dict[str, str]] | None,
    parties: list[str],
    obligations: Obligations,
) -> dict[str, str]:
    owed = beneath(*obligations)
    days = {name: date.fromisoformat(str(terms[name])) for name in ("signed_on", "starts_on", "ends_on")}
    said = {
        gettext("Judul"): terms["title"],
        gettext("Nomor"): "\n".join(
            f"{public.short_name(party)}: {number}" for party, number in zip(parties, terms["numbers"], strict=True)
        ),
        gettext("Tanda tangan"): f"{terms['place']}, {date_format(days['signed_on'], 'j F Y')}",
        gettext("Penanda tangan"): "\n".join(
            f"{signer.get('name', '')}, {office_of(signer.get('office', ''))}" for signer in signers or []
        ),
        gettext("Jangka waktu"): gettext("%(start)s sampai %(end)s")
        % {"start": date_format(days["starts_on"], "j F Y"), "end": date_format(days["ends_on"], "j F Y")},
        gettext("Ruang lingkup"): "\n".join(
            str(label) for code, label in SCOPE_LABELS.items() if code in terms["scopes"]
        ),
    }
    for article in terms["articles"]:
        text = (words or {}).get(str(article["number"]), "")
        label = article_label(article["number"])
        said[label] = f"{article['title']}\n{text}".strip()
        said |= {each.code: obliged.in_one_line(each, label) for each in owed.get(article["number"], ())}
    return said


def signers_of(row: Agreement) -> list[dict[str, str]] | None:
    """Who signed the paper, or None where that was erased."""
    if row.signers is None:
        return None
    return [
        {
            "name": signer.get("name", ""),
            "office": office_of(signer.get("office", "")),
            "agency": public.short_name(signer["party"]) if signer.get("party") in row.parties else "",
        }
        for signer in row.signers
    ]


def stated_about(row: Agreement) -> list[Stated]:
    """Everything parties stated about the agreement, oldest first."""
    said = list(row.standings.all())
    proof = grades([row.key, *(each.key for each in said)])
    facts = [
        Stated(
            at=row.entered_at,
            agency=public.short_name(row.parties[0]),
            office=office_of(row.entered_by),
            what=gettext("memasukkan perjanjian"),
            grade=proof.get(row.key, NOTHING),
            key=row.key,
        )
    ]
    for each in said:
        at = each.confirmed_at or each.left_at
        assert at is not None  # a standing is one or the other
        ending = f"{gettext('mengakhiri perjanjian')}: {REASONS.get(each.reason, '')}"
        if each.reason == "withdrawn":
            ending = gettext("menarik perjanjian sebelum semua pihak menegaskannya")
        facts.append(
            Stated(
                at=at,
                agency=public.short_name(each.agency),
                office=office_of(each.office),
                what=gettext("menegaskan isinya sama") if each.confirmed_at else ending,
                grade=proof.get(each.key, NOTHING),
                key=each.key,
            )
        )
    return sorted(facts, key=lambda fact: (fact.at, fact.key))


def office_of(code: str) -> str:
    """An office by name; people's own words where it is no code of ours."""
    return gettext(ROLES[code].label) if code in ROLES else code


def own_id() -> str:
    """This node's agency id; empty before it is initialised."""
    own = rows.own_agency()
    return "" if own is None else own.id


STATES: tuple[rules.Standing, ...] = (
    "draft",
    "waiting",
    "not_started",
    "in_force",
    "suspended",
    "over",
    "ended",
)
