"""What other features may ask about agreements. Frozen structs out; nothing here writes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

import msgspec
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.timezone import localdate

from sinergi.access import passkeys
from sinergi.access.doors import open_record, visible
from sinergi.access.models import Passkey, User
from sinergi.features.agreement import rules
from sinergi.features.agreement.binding import Lagging, lag_of, lagging
from sinergi.features.agreement.closing import closed
from sinergi.features.agreement.demanded import told as demand_in_words
from sinergi.features.agreement.events import Article
from sinergi.features.agreement.models import Agreement, Dispute, NamedSigner, Revision, with_said
from sinergi.features.agreement.obliged import Said
from sinergi.features.agreement.obliged import register as register_obligations
from sinergi.features.agreement.progress import Disputes, Negotiation
from sinergi.features.agreement.rules import LONGEST_ARTICLE, LONGEST_HEADING, signing
from sinergi.features.agreement.rules.negotiation import refuse_articles
from sinergi.features.agreement.rules.signing import refuse_unfit
from sinergi.features.agreement.template import SCOPE_LABELS
from sinergi.features.agreement.template import Draft as ArticleDraft
from sinergi.features.agreement.template import Offered as OfferedTemplate
from sinergi.features.agreement.template import drafts as article_drafts
from sinergi.features.agreement.template import register as register_templates
from sinergi.kernel.errors import Refused
from sinergi.kernel.instants import day_of, now
from sinergi.kernel.obligation import Item
from sinergi.kernel.once import once, once_each
from sinergi.ledger import rows, store
from sinergi.ledger.models import Agency

__all__ = [
    "LONGEST_ARTICLE",
    "LONGEST_HEADING",
    "SCOPE_LABELS",
    "AgreementInfo",
    "Article",
    "ArticleDraft",
    "Lagging",
    "NamedSigner",
    "OfferedTemplate",
    "OwnKey",
    "RevisionInfo",
    "Said",
    "SignedList",
    "agency_code",
    "agency_kind",
    "agency_name",
    "agreement",
    "agreements_of",
    "article_drafts",
    "article_for",
    "article_titles",
    "articles_of",
    "ask_beforehand",
    "basis",
    "closed",
    "closed_to",
    "demand_in_words",
    "in_dispute",
    "in_force",
    "in_force_for",
    "is_followed",
    "lag_of",
    "lagging",
    "name_of",
    "names",
    "names_by_key",
    "numbers",
    "obligations_in",
    "offers",
    "opened",
    "own_key",
    "partner_of",
    "place_of",
    "refuse_articles",
    "refuse_unfit",
    "register_obligations",
    "register_templates",
    "require",
    "short_name",
    "short_names",
    "sides",
    "signature_flaw",
    "signed_lists",
    "signer",
    "signers_of",
    "to_sign",
    "workable",
    "zone_of",
]

R = TypeVar("R", bound=Model)

# How the first word of an agency's code is written; the words after it begin with a capital letter.
_FIRST_WORDS = {"kpu": "KPU", "polres": "Polres", "polresta": "Polresta", "polda": "Polda", "bawaslu": "Bawaslu"}

# Commissions first, as on the paper; then the police; then whoever else signs.
_ORDER = {"kpu": 0, "police": 1}


class AgreementInfo(msgspec.Struct, frozen=True, kw_only=True):
    """An agreement as other features may know it.

    `parties` are agency ids, the commission first, `numbers` in the same order; `partners` the parties but us; `state`
    as of the day asked for (see rules.Standing). `suspensions`: the days on which it is suspended, each stretch by its
    first day and the first day after it. `zone`: WIB, WITA or WIT, in which its days end.
    `ended_on`: the first day on which nothing is owed any more: an end was agreed on, or a party has left; else None.
    """

    id: str
    key: str
    name: str
    title: str
    numbers: tuple[str, ...]
    parties: tuple[str, ...]
    partners: tuple[str, ...]
    place: str
    signed_on: date
    starts_on: date
    ends_on: date
    scopes: tuple[str, ...]
    exercise: bool
    state: rules.Standing | rules.State
    suspensions: tuple[tuple[date, date], ...] = ()
    zone: str = "WIB"
    ended_on: date | None = None

    @property
    def last_day(self) -> date:
        """The last day on which anything is owed: of its term, or the one before it ended early."""
        return self.ends_on if self.ended_on is None else min(self.ends_on, self.ended_on - timedelta(days=1))


class RevisionInfo(msgspec.Struct, frozen=True, kw_only=True):
    """A text that waits for signatures: each is made over `digest`, 64 hex digits; `signed_by` are agency ids."""

    key: str
    agreement: str
    digest: str
    title: str
    place: str
    signed_on: date
    parties: tuple[str, ...]
    signed_by: tuple[str, ...]


def agreement(agreement_id: str, on: date | None = None) -> AgreementInfo | None:
    """The agreement, or None where this node does not know it. With `on`, its state that day; else its facts' state.

    Here and below `on` is a day, or a moment: then it is the day in the agreement's zone that counts.
    """
    row = _row(agreement_id)
    return None if row is None else _told(row, _agencies(), on)


@once
def agreements_of(
    user: User, permission: str = "agreement.read", *, scope: str = "", on: date | None = None
) -> list[AgreementInfo]:
    """The agreements that a duty of `user` with `permission` reaches, newest first; with `on`, those in force then."""
    # Articles are long, and not told here.
    rows = visible(
        user, Agreement.objects.defer("articles", "article_texts", "signers", "obligations"), permission, scope=scope
    )
    agencies, found = _agencies(), with_said(rows.order_by("-entered_at", "key"))
    # Unless the scope switch narrows them these are all that the person knows of: no need to look for twins.
    called = _all_names() if scope else names(row.agreement for row in found)
    told = [_told(row, agencies, on, called) for row in found]
    return [info for info in told if on is None or info.state == "in_force"]


def in_force_for(
    user: User, permission: str = "agreement.read", *, scope: str = "", on: date | None = None
) -> list[AgreementInfo]:
    """Those of `agreements_of` under which facts can be stated: in force, and within their term where `on` is given."""
    return [info for info in agreements_of(user, permission, scope=scope, on=on) if info.state == "in_force"]


def in_force(agreement_id: str, on: date | None = None) -> bool:
    """Whether every party stands behind it and none has ended it; with `on`, also whether its term covers that day."""
    info = agreement(agreement_id, on)
    return info is not None and info.state == "in_force"


def offers(user: User, permission: str, *, agreement: str, region: str | None = None) -> bool:
    """Whether a page offers that person what `permission` opens under the agreement.

    A duty reaches it, and nothing is offered that would be refused while it is suspended, or since it is over. Whoever
    tries all the same is told the reason; so doors go on asking `can`.
    """
    found = closed(user.seen_at or now()).get(agreement)
    goes_on = found is None or permission not in found.closes
    return goes_on and user.can(permission, agreement=agreement, region=region)


def workable(user: User, found: QuerySet[R], permission: str) -> QuerySet[R]:
    """Those of the rows (with a column `agreement`) under whose agreement `permission` opens something now."""
    shut = closed_to(user, permission)
    return found.exclude(agreement__in=shut) if shut else found


def closed_to(user: User, permission: str) -> set[str]:
    """The agreements under which what `permission` opens would be refused now, whoever asks."""
    return {id for id, one in closed(user.seen_at or now()).items() if permission in one.closes}


def over_on(agreement_id: str) -> date | None:
    """The first day on which it was over: past its term, ended, or left by a party; None while it is not."""
    found = closed(now()).get(agreement_id)
    if found is None or found.how in ("suspended", "not_started"):
        return None
    return found.day + timedelta(days=1) if found.how == "over" else found.day


def in_dispute() -> set[str]:
    """The agreements with a dispute that not every party has agreed to settle."""
    disputed = Agreement.objects.filter(agreement__in=Dispute.objects.values("agreement"))
    found = set()
    for row in with_said(disputed):
        disputes = Disputes(row)
        if not all(disputes.is_settled(one.key) for one in disputes.all):
            found.add(row.agreement)
    return found


def is_followed(agreement_id: str, on: date) -> bool:
    """Whether one that the same parties signed later is in force on that day."""
    papers, shut, whole = {paper[0]: paper for paper in _papers()}, closed(on), rows.were_in_force()
    _id, parties, signed_on, _number = papers[agreement_id]
    return any(
        other > signed_on and set(theirs) == set(parties) and id in whole and id not in shut
        for id, theirs, other, _number in papers.values()
    )


def require(agreement_id: str, *, scope: str = "", on: date | None = None) -> AgreementInfo:
    """The agreement, in force and with that scope. Raises Refused with the sentence that says what is missing.

    For deciding, inside the writer: its `name` is not told apart from another agreement with the same parties.
    """
    row = _row(agreement_id)
    if row is None:
        raise Refused("Perjanjian ini belum dikenal di kantor ini.", code="PKS-31", field="agreement")
    info = _told(row, _agencies(), on, {})
    if info.state == "draft":
        raise Refused("Perjanjian ini masih dirundingkan dan belum berlaku.", code="PKS-36", field="agreement")
    if info.state == "suspended":
        raise Refused("Perjanjian ini sedang ditangguhkan.", code="PKS-37", field="agreement")
    if info.state == "waiting":
        raise Refused("Perjanjian ini masih menunggu penegasan pihak lain.", code="PKS-32", field="agreement")
    if info.state == "not_started":
        raise Refused("Jangka waktu perjanjian ini belum mulai.", code="PKS-33", field="agreement")
    if info.state in ("over", "ended"):
        raise Refused("Perjanjian ini sudah berakhir.", code="PKS-34", field="agreement")
    if scope and scope not in info.scopes:
        raise Refused("Perjanjian ini tidak mencakup urusan itu.", code="PKS-35", field="agreement")
    return info


def name_of(agreement_id: str) -> str:
    """What people here call the agreement: its other parties in short, as KPU Tapsel."""
    row = _row(agreement_id)
    return agreement_id[:8] if row is None else _told(row, _agencies(), None).name


def names(agreement_ids: Iterable[str]) -> dict[str, str]:
    """What these agreements are called beside each other, by id: no two the same; one alone needs no mark."""
    return _names(frozenset(agreement_ids))


def names_by_key(keys: list[str]) -> dict[str, str]:
    """Their names by the key of the fact that entered the agreement, for the access trail."""
    called = _all_names()
    return {row.key: called[row.agreement] for row in Agreement.objects.filter(key__in=keys)}


def numbers(agreement_id: str) -> tuple[str, ...]:
    """The document numbers, the commission's first; empty where the agreement is not known."""
    info = agreement(agreement_id)
    return () if info is None else info.numbers


def zone_of(agreement_id: str) -> str:
    """The zone in which days under the agreement end; WIB where it is not known."""
    return rows.zones().get(agreement_id, "WIB")


def place_of(agreement_id: str) -> str:
    """Where the paper was signed; empty where the agreement is not known."""
    row = _row(agreement_id)
    return "" if row is None else row.place


def article_for(agreement_id: str, scope: str) -> int | None:
    """The number of the first article that carries out `scope`, or None."""
    row = _row(agreement_id)
    if row is None:
        return None
    return next((article["number"] for article in row.articles if article.get("scope") == scope), None)


def articles_of(agreement_id: str) -> list[dict[str, Any]]:
    """The articles in order: `number`, `title`, `scope` (or None), and `text`, None where the words were erased."""
    row = _row(agreement_id)
    if row is None:
        return []
    words = row.article_texts
    return [
        {
            "number": article["number"],
            "title": article["title"],
            "scope": article.get("scope"),
            "text": None if words is None else words.get(str(article["number"]), ""),
        }
        for article in row.articles
    ]


def article_titles(agreement_ids: Iterable[str]) -> dict[int, str]:
    """What the articles of these agreements are called, by number; where they differ, as the first of them has it."""
    wanted = list(agreement_ids)
    known = dict(Agreement.objects.filter(agreement__in=wanted).values_list("agreement", "articles"))
    titles: dict[int, str] = {}
    for agreement_id in wanted:
        for article in known.get(agreement_id, []):
            titles.setdefault(article["number"], article["title"])
    return titles


def sides(agreement_id: str) -> tuple[str, str]:
    """The agency ids of the commission and of the police; empty where that side is missing."""
    info = agreement(agreement_id)
    parties = () if info is None else info.parties
    return (
        next((party for party in parties if agency_kind(party) == "kpu"), ""),
        next((party for party in parties if agency_kind(party) == "police"), ""),
    )


def to_sign(agreement_id: str, *, addendum: bool = False) -> RevisionInfo | None:
    """The one text that every party agreed to and took through its steps, and not every party has signed; or None.

    With `addendum` the text that would change the agreement in force.
    """
    row = _row(agreement_id)
    if row is None or row.left_ids:
        return None
    found = Negotiation(row, addendum=addendum)
    one = next(iter(found.open_revisions), None)
    if one is None or not one.is_whole or found.lacks(one):
        return None
    return RevisionInfo(
        key=one.key,
        agreement=one.agreement,
        digest=one.digest,
        title=one.terms["title"],
        place=one.terms["place"],
        signed_on=date.fromisoformat(one.terms["signed_on"]),
        parties=tuple(row.party_ids),
        signed_by=tuple(found.signed_by(one.key)),
    )


class SignedList(msgspec.Struct, frozen=True, kw_only=True):
    """Obligations that every party signed: with the agreement itself, or with an addendum. `key` is the revision's.

    They count from the day `counts_from`; `titles` by code, None once the words were erased.
    """

    key: str
    counts_from: date
    items: list[Item]
    titles: dict[str, str] | None


def signed_lists(agreement_id: str) -> list[SignedList]:
    """Every list of obligations that was signed under an agreement, in the order in which they came to hold."""
    row = _row(agreement_id)
    return [] if row is None else msgspec.convert(row.obligations, list[SignedList])


def obligations_in(revision: str, agreement_id: str) -> list[Item]:
    """The obligations in the text with that key, signed or not; none where it is no text of this agreement."""
    found = Revision.every(key=revision, agreement=agreement_id)
    return msgspec.convert(found[0].terms.get("obligations", []), list[Item]) if found else []


class OwnKey(msgspec.Struct, frozen=True, kw_only=True):
    """With what the person at the screen may sign here: `held` their named key, or None; else `passkeys` to name.

    `host` is empty where this address knows no passkeys; `elsewhere` is the address that does.
    """

    held: NamedSigner | None
    passkeys: list[Passkey]
    host: str
    elsewhere: str


def own_key(request: Any, agreement_id: str) -> OwnKey:
    """What the page of anything that is signed under this agreement needs to know of the person's own key."""
    at, host = request.arrived_at, passkeys.host_of(request)
    mine = [one for one in signers_of(agreement_id) if _is_mine(one, request) and not one.revoked]
    return OwnKey(
        held=next((one for one in mine if signing.is_in_term(one, at)), None),
        passkeys=list(request.user.passkeys.filter(host=host or "-").order_by("pk")),
        host=host,
        elsewhere=passkeys.elsewhere(request),
    )


def signers_of(agreement_id: str) -> list[NamedSigner]:
    """Every official whom a party named to sign, with their key; in the order of the records' keys."""
    return NamedSigner.every(agreement=agreement_id)


def signer(key: str, agreement_id: str) -> NamedSigner | None:
    """The official named in that record of this agreement, or None."""
    return next(iter(NamedSigner.every(key=key, agreement=agreement_id)), None)


def signature_flaw(
    signer: NamedSigner,
    over: bytes,
    *,
    agency: str,
    actor: tuple[str, str, bool],
    at: datetime,
    authenticator: str,
    client: str,
    signature: str,
) -> str:
    """Why this is no signature of that official over the challenge `over`; nothing where it is. As docs/protocol says.

    `actor`: pseudonym, office and acting of whoever stated it; `at`: when, by the author's clock.
    """
    return signing.person_flaw(signer, agency=agency, actor=actor, at=at) or signing.assertion_flaw(
        over,
        host=signer.host,
        public=signer.public,
        authenticator=authenticator,
        client=client,
        signature=signature,
    )


def assertion_flaw(over: bytes, *, host: str, public: str, authenticator: str, client: str, signature: str) -> str:
    """Why these bytes are no signature over the challenge `over` with that key at that host; nothing where they are."""
    return signing.assertion_flaw(
        over, host=host, public=public, authenticator=authenticator, client=client, signature=signature
    )


def public_of(passkey: Passkey) -> str:
    """Its public key as facts carry it: a SubjectPublicKeyInfo in hex."""
    return signing.spki(passkeys.key_of(passkey)).hex()


def opened(request: HttpRequest, agreement_id: str, permission: str) -> AgreementInfo:
    """The agreement that the person may see with `permission`, as of today, or Http404. Sets the office that acts."""
    row = open_record(request, Agreement.objects.all(), agreement_id, permission, field="agreement")
    return _told(row, _agencies(), request.arrived_at)  # type: ignore[attr-defined]


def basis(agreement_id: str, article: int, clause: int | None = None) -> str:
    """The legal basis as a letter cites it, in Indonesian, down to the article and clause (ayat)."""
    row = _row(agreement_id)
    if row is None:
        return ""
    agencies = _agencies()
    info = _told(row, agencies, None)
    names = " dan ".join(_name(agencies, party) for party in info.parties)
    cited = " dan ".join(f"Nomor {number}" for number in info.numbers)
    point = f"Pasal {article}" + (f" ayat ({clause})" if clause else "")
    return f"Perjanjian Kerja Sama antara {names} {cited}, {point}"


def partner_of(agreement_id: str) -> str:
    """The agency id of the first other party; empty where the agreement is not known."""
    info = agreement(agreement_id)
    return info.partners[0] if info is not None and info.partners else ""


def agency_name(agency: str) -> str:
    """The agency's full name; the first letters of its id where it was never introduced."""
    return _name(_agencies(), agency)


def short_name(agency: str) -> str:
    """The agency's name as people say it: KPU Tapsel, Polres Tapsel."""
    return _shorts().get(agency) or agency[:8]


def short_names(agencies: Iterable[str]) -> dict[str, str]:
    """`short_name` of several agencies, by id, in one question."""
    known = _shorts()
    return {agency: known.get(agency) or agency[:8] for agency in agencies}


def agency_code(agency: str) -> str:
    """The agency's code, as kpu-tapsel; empty where it was never introduced."""
    found = _agencies().get(agency)
    return found.code if found else ""


def agency_kind(agency: str) -> str:
    """kpu, police or supervisor; empty where the agency was never introduced."""
    found = _agencies().get(agency)
    return found.kind if found else ""


def ask_beforehand(agreement_ids: Iterable[str]) -> None:
    """Ask at once for each of these agreements, for a reading that goes through all of them."""
    _rows(agreement_ids)


def _row(agreement_id: str) -> Agreement | None:
    return _rows([agreement_id])[agreement_id]


@once_each
def _rows(agreement_ids: list[str]) -> dict[str, Agreement | None]:
    found: dict[str, Agreement | None] = dict.fromkeys(agreement_ids)
    for row in with_said(row for told in Agreement.under(agreement_ids).values() for row in told):
        found[row.agreement] = row
    return found


@once
def _agencies() -> dict[str, Agency]:
    return {agency.id: agency for agency in rows.agencies()}


@once
def _shorts() -> dict[str, str]:
    agencies = _agencies()
    return {agency: _short(agencies, agency) for agency in agencies}


@once
def _all_names() -> dict[str, str]:
    """The names by agreement id, told apart within all that this node knows."""
    return _names(frozenset(id for id, _parties, _signed_on, _number in _papers()))


@once
def _papers() -> list[tuple[str, list[str], date, str]]:
    """What names need of every agreement: id, parties, day of signing, first document number."""
    rows = Agreement.objects.order_by("key").values_list("agreement", "parties", "signed_on", "numbers")
    return [(id, parties, signed_on, numbers[0] if numbers else "") for id, parties, signed_on, numbers in rows]


@once
def _names(known: frozenset[str]) -> dict[str, str]:
    """The names by agreement id, told apart within `known`."""
    agencies, papers = _agencies(), [paper for paper in _papers() if paper[0] in known]
    marks = rules.told_apart(papers)
    shorts = _shorts()
    called = {id: _plain_name(agencies, parties, shorts) for id, parties, _, _ in papers}
    return {id: f"{name} ({marks[id]})" if id in marks else name for id, name in called.items()}


def _plain_name(agencies: dict[str, Agency], parties: Sequence[str], shorts: dict[str, str] | None = None) -> str:
    others = [party for party in parties if not (party in agencies and agencies[party].is_self)]
    if len(others) > 1:
        others.sort(key=lambda party: _place(agencies, party))
    if shorts is None:
        shorts = {party: _short(agencies, party) for party in others if party in agencies}
    return " · ".join(shorts.get(party) or party[:8] for party in others)


def _told(
    row: Agreement, agencies: dict[str, Agency], on: date | None, called: dict[str, str] | None = None
) -> AgreementInfo:
    paired = sorted(zip(row.parties, row.numbers, strict=True), key=lambda pair: _place(agencies, pair[0]))
    partners = tuple(party for party, _ in paired if not (party in agencies and agencies[party].is_self))
    zone = rows.zone_among(row.parties, agencies)
    return AgreementInfo(
        id=row.agreement,
        key=row.key,
        name=(_all_names() if called is None else called).get(row.agreement) or _plain_name(agencies, row.parties),
        title=row.title,
        numbers=tuple(number for _, number in paired),
        parties=tuple(party for party, _ in paired),
        partners=partners,
        place=row.place,
        signed_on=row.signed_on,
        starts_on=row.starts_on,
        ends_on=row.last_day,
        scopes=tuple(row.scopes),
        exercise=row.exercise,
        state=row.state if on is None else row.standing_on(day_of(on, zone) if isinstance(on, datetime) else on),
        suspensions=rules.suspensions(row.agreed_changes) if row.changes else (),
        ended_on=_ended_on(row),
        zone=zone,
    )


def _ended_on(row: Agreement) -> date | None:
    agreed = [change.from_on for change in row.agreed_changes if change.change == "end"] if row.changes else []
    left = [localdate(said.left_at) for said in row.said if said.left_at is not None]
    return min([*agreed, *left], default=None)


def _is_mine(signer: NamedSigner, request: Any) -> bool:
    user, actor = request.user, request.actor
    duty = user.duty_for("agreement.sign", agreement=signer.agreement)
    mine = duty is not None and (signer.office, signer.acting) == (duty.role, duty.is_acting)
    return mine and signer.official == actor.id and signer.agency == store.own_agency().id


def _place(agencies: dict[str, Agency], party: str) -> int:
    found = agencies.get(party)
    return _ORDER.get(found.kind if found else "", 2)


def _name(agencies: dict[str, Agency], agency: str) -> str:
    found = agencies.get(agency)
    return found.name if found and found.name else agency[:8]


def _short(agencies: dict[str, Agency], agency: str) -> str:
    found = agencies[agency]
    first, *rest = found.code.split("-")
    if first in _FIRST_WORDS and rest and all(rest):
        return " ".join([_FIRST_WORDS[first], *(word.capitalize() for word in rest)])
    return _name(agencies, agency).replace(" Kabupaten ", " ")
