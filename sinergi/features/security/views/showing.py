"""How a request looks in lists, on the start page and in search: words, clock, evidence, what waits for whom."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
from django.db.models import Q
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sinergi.access.doors import visible
from sinergi.features.agreement import public as agreements
from sinergi.features.places import public as places
from sinergi.features.security import rules
from sinergi.features.security.forms import DECISIONS, SERVICES, STATES
from sinergi.features.security.models import Proposal, Request, RequestQuerySet
from sinergi.features.stages import public as stages
from sinergi.kernel.ids import new_event_id
from sinergi.kernel.instants import end_of_day
from sinergi.ledger.grades import NOTHING, Grade, grades
from sinergi.ledger.rows import own_agency
from sinergi.web import feeds, navigation
from sinergi.web.templatetags.sinergi import clock, hour, named_day

# What waits for a person comes first, then what runs, then what ended.
_RANKS = {"requested": 0, "declined": 0, "offered": 1, "completed": 2, "agreed": 3, "assigned": 4}


# Agreed and not yet carried out.
RUNNING = ("agreed", "assigned")
# Agreed, also what was already reported.
ARRANGED = (*RUNNING, "completed")


class Row(msgspec.Struct, frozen=True):
    """One line of a list."""

    request: Request
    state: rules.State
    shape: str
    word: Any
    service: Any
    agency: str
    due: datetime | None
    met: bool
    grade: Grade
    proposed: bool

    @property
    def is_open(self) -> bool:
        return self.state in rules.OPEN

    @property
    def rank(self) -> int:
        return _RANKS.get(self.state, 9)


def rows_of(found: Iterable[Request], *, user: Any, at: datetime) -> list[Row]:
    """The lines for these requests; a handful of queries however many there are."""
    requests = list(found)
    evidence = grades({key for request in requests for key in (request.version, _said_last(request))})
    names = agreements.short_names({request.agency for request in requests})
    laid_before = set(Proposal.objects.filter(decided_at=None, returned_at=None).values_list("request", "version"))
    closed = {agreement: stages.holidays(agreement) for agreement in {request.agreement for request in requests}}
    rows = []
    for request in requests:
        state = request.state
        shape, word = STATES[state]
        # Until another node has it the clock runs by the author's own.
        asked = request.counted(request.asked_at, evidence.get(request.version)) or request.asked_at
        due = None
        if state == "requested":
            due = rules.due_after(
                asked,
                emergency=request.emergency,
                holidays=closed[request.agreement],
                zone=agreements.zone_of(request.agreement),
            )
        if state == "agreed" and request.answer and request.answer.spoken_due:
            due = request.answer.spoken_due
        rows.append(
            Row(
                request,
                state,
                shape,
                word,
                SERVICES[request.service],
                names[request.agency],
                due,
                state not in ("requested", "agreed"),
                evidence.get(_said_last(request), NOTHING),
                (request.key, request.version) in laid_before,
            )
        )
    return rows


def requests_for(user: Any) -> RequestQuerySet:
    """Requests with their answers, without restricted ones that no duty of this person opens."""
    return Request.objects.readable_by(user).with_answers()


def _said_last(request: Request) -> str:
    return request.answer.key if request.answer else request.version


def open_rows(user: Any, at: datetime, scope: str = "") -> list[Row]:
    """The requests this person may see that are not over, with their rows.

    Menu, inbox, figures and panels of one page all ask for them. `user` is an object of one request, which came in at
    `at`: the answer is kept there and goes with it.
    """
    kept: dict[tuple[datetime, str], list[Row]] = user.__dict__.setdefault("_open_rows", {})
    if (at, scope) not in kept:
        found = visible(user, requests_for(user), "security.read", scope=scope)
        rows = rows_of(found.newest_first(), user=user, at=at)
        kept[at, scope] = [row for row in rows if row.is_open]
    return kept[at, scope]


def waits_for(row: Row, user: Any, *, police: bool) -> str:
    """The sentence that says what this person should do with the request; empty where nothing waits for them."""
    if row.request.agreement in agreements.closed_to(user, "security.report"):
        return ""
    if police:
        if row.state == "requested" and row.proposed and user.can("security.decide"):
            return _("Usul jawaban menunggu disposisi Anda")
        if row.state == "requested" and not row.proposed and user.can("security.propose_answer"):
            return _("Permohonan menunggu usul jawaban")
        if row.state == "declined" and row.proposed and user.can("security.decide"):
            return _("Usul jawaban menunggu disposisi Anda")
        if row.state == "declined" and not row.proposed and user.can("security.propose_answer"):
            return _("Tawaran ditolak KPU; usulkan yang lain")
        if row.state == "agreed" and row.due and user.can("security.decide"):
            return _("Perintah lisan menunggu penegasan Anda")
        if row.state == "agreed" and user.can("security.assign"):
            return _("Tunjuk satuan dan nomor Sprin")
        if row.state == "assigned" and user.can("security.report") and not user.can("security.decide"):
            return _("Laporkan pelaksanaan")
        return ""
    if row.state == "offered" and user.can("security.withdraw"):
        return _("Tawaran Polres menunggu keputusan KPU")
    if row.state == "completed" and user.can("security.confirm"):
        return _("Laporan pelaksanaan menunggu penegasan KPU")
    return ""


def inbox(user: Any, at: datetime) -> list[navigation.Waiting]:
    """What waits for this person about security."""
    if not user.can("security.read"):
        return []
    police = is_police()
    waiting = []
    for row in open_rows(user, at):
        sentence = waits_for(row, user, police=police)
        if not sentence or (row.state == "assigned" and row.request.ends_at > at):
            continue
        decision = _decision(row, user, at, police=police)
        waiting.append(
            navigation.Waiting(
                title=row.request.activity or str(row.service),
                url=reverse("security:request", args=[row.request.key]),
                sub=f"{row.agency} · {sentence}" if decision is None else _where_and_when(row),
                due=row.due,
                urgency=3 if row.request.emergency else 1,
                agreement=row.request.agreement,
                key=row.request.key,
                icon="shield",
                code=row.request.code,
                decision=decision,
            )
        )
    return waiting


def _where_and_when(row: Row) -> str:
    """What somebody who decides on the card has to know of the activity."""
    found = row.request
    ends = clock(found.ends_at)
    if named_day(found.ends_at) != named_day(found.starts_at):
        ends = f"{named_day(found.ends_at)} {ends}"
    when = f"{named_day(found.starts_at)} {hour(found.starts_at)}–{ends}"
    return " · ".join(part for part in (row.agency, when, found.place or places.area_name(found.region)) if part)


def _decision(row: Row, user: Any, at: datetime, *, police: bool) -> navigation.Decision | None:
    """How to answer on the card itself, where one click says all that has to be said."""
    found = row.request
    where = {"agreement": found.agreement, "region": found.region}
    fields = {"id": new_event_id(at), "seen": found.standing}
    if police and agreements.offers(user, "security.decide", **where):
        if row.state == "agreed" and row.due:
            return navigation.Decision(
                action=reverse("security:spoken-confirmation", args=[found.key]),
                fields=fields,
                yes=_("Tegaskan"),
                matter=_("Perintah lisan sudah dijalankan dan ditegaskan tertulis dalam 24 jam."),
                grade=row.grade,
            )
        laid = Proposal.objects.filter(request=found.key, decided_at=None, returned_at=None).first()
        if row.state in ("requested", "declined") and laid is not None and laid.version == found.version:
            return navigation.Decision(
                action=reverse("security:disposition", args=[found.key]),
                fields=fields | {"proposal": str(laid.pk)},
                yes=_("Setujui"),
                yes_fields={"choice": "approve"},
                no=_("Kembalikan"),
                no_fields={"choice": "return"},
                matter=_offer_words(found, laid),
                grade=row.grade,
            )
    if not police and row.state == "offered" and found.answer and agreements.offers(user, "security.withdraw", **where):
        return navigation.Decision(
            action=reverse("security:reaction", args=[found.key]),
            fields=fields,
            yes=_("Terima tawaran"),
            yes_fields={"choice": "accept"},
            no=_("Tolak tawaran"),
            no_fields={"choice": "decline"},
            matter=_offer_words(found, found.answer),
            grade=row.grade,
        )
    return None


def _offer_words(found: Request, offer: Any) -> str:
    """What would be answered, in one sentence: Sesuaikan: 8 dari 12 petugas, 2 dari 3 kendaraan."""
    decision = str(DECISIONS[offer.decision])
    if offer.decision == "refused":
        return f"{decision}. {offer.sentence or ''}".strip()
    whole = offer.decision == "agreed"
    officers = _of(found.officers if whole else offer.officers, found.officers)
    vehicles = _of(found.vehicles if whole else offer.vehicles, found.vehicles)
    # The noun follows the number beside it: 1 of 3 vehicles, 1 vehicle.
    said = [
        ngettext("%(offered)s petugas", "%(offered)s petugas", found.officers) % {"offered": officers},
        ngettext("%(offered)s kendaraan", "%(offered)s kendaraan", found.vehicles) % {"offered": vehicles},
    ]
    return f"{decision}: {', '.join(said[: 2 if found.vehicles else 1])}. {offer.sentence or ''}".strip()


def _of(offered: int, asked: int) -> str:
    return str(offered) if offered == asked else _("%(offered)s dari %(asked)s") % {"offered": offered, "asked": asked}


def figures(user: Any, at: datetime, scope: str) -> list[navigation.Figure]:
    """Numbers of the start page; each opens the list it counts. Police: each commission apart."""
    if not user.can("security.read"):
        return []
    rows = open_rows(user, at, scope)
    url = reverse("security:requests")
    running = navigation.Figure(
        label=_("Disanggupi, belum selesai"),
        value=sum(row.state in RUNNING for row in rows),
        url=f"{url}?state=running",
        weight=40,
    )
    if not is_police():
        return [
            _waiting_figure(_("Menunggu jawaban Polres"), rows, at, f"{url}?state=requested", weight=70),
            navigation.Figure(
                label=_("Tawaran menunggu KPU"),
                value=sum(row.state == "offered" for row in rows),
                url=f"{url}?state=offered",
                weight=60,
            ),
            running,
        ]
    found = [
        _waiting_figure(
            _("%(agency)s menunggu jawaban") % {"agency": name},
            [row for row in rows if row.request.agency == agency],
            at,
            f"{url}?state=requested&agency={agency}",
            weight=70,
        )
        for name, agency in sorted({(row.agency, row.request.agency) for row in rows})
    ]
    day = localdate(at)
    return [
        *found,
        navigation.Figure(
            label=_("Menunggu disposisi"),
            value=sum(row.proposed for row in rows),
            url=f"{url}?state=proposed",
            sub=_("usul jawaban di meja Kapolres"),
            weight=60,
        ),
        navigation.Figure(
            label=_("Tugas hari ini"),
            value=len(runs_on(rows, day)),
            url=f"{url}?state=arranged&since={day}&until={day}",
            weight=50,
        ),
        running,
    ]


def runs_on(rows: list[Row], day: date) -> list[Row]:
    """What the police protect on that day (WIB), also what was reported since, in the order of the clock."""
    ends = end_of_day(day)
    begins = ends - timedelta(days=1)
    found = (row for row in rows if row.state in ARRANGED)
    return sorted(
        (row for row in found if row.request.starts_at < ends and row.request.ends_at > begins),
        key=lambda row: (row.request.starts_at, row.request.key),
    )


def _waiting_figure(label: Any, rows: list[Row], at: datetime, url: str, weight: int) -> navigation.Figure:
    asked = [row for row in rows if row.state == "requested"]
    late = sum(1 for row in asked if row.due and row.due < at)
    return navigation.Figure(
        label=label, value=len(asked), url=url, sub=_late_words(late), tone="bad" if late else "", weight=weight
    )


def sentences(user: Any, at: datetime, scope: str) -> list[str]:
    """One sentence for the head of the start page."""
    if not user.can("security.read"):
        return []
    late = [row for row in open_rows(user, at, scope) if row.state == "requested" and row.due and row.due < at]
    if not late:
        return []
    names = ", ".join(sorted({row.agency for row in late}))
    return [
        ngettext(
            "Satu permohonan %(names)s lewat batas jawab.",
            "%(count)d permohonan (%(names)s) lewat batas jawab.",
            len(late),
        )
        % {"count": len(late), "names": names}
    ]


def main_action(user: Any, at: datetime, scope: str) -> list[navigation.Action]:
    """The first button: a commission asks for security, the police go to what presses most."""
    if is_police():
        pressing = sorted(
            navigation.waiting_from(inbox, user, at), key=lambda item: (item.due is None, item.due or at, -item.urgency)
        )
        pressing = [item for item in pressing if not scope or item.agreement == scope]
        if not pressing:
            return []
        label = _("Putuskan yang paling mendesak") if pressing[0].decision else _("Buka yang paling mendesak")
        return [navigation.Action(label=label, url=pressing[0].url, icon="shield", weight=10)]
    if not agreements.in_force_for(user, "security.request", scope=scope, on=at):
        return []
    return [navigation.Action(label=_("Minta pengamanan"), url=reverse("security:new"), icon="shield-plus", weight=10)]


def matching(word: str) -> Q:
    """Requests with this word in number, activity, place or duty order."""
    matches = Q(activity__icontains=word) | Q(place__icontains=word) | Q(sprin_number__icontains=word)
    number = word.upper().removeprefix("L-").removeprefix("PAM-")
    # Digits of other scripts are digits too; what is no number of ours is only a word.
    if number.isascii() and number.isdecimal():
        matches |= Q(number=int(number[:9]))
    return matches


def codes(keys: list[str]) -> dict[str, str]:
    """The numbers people say, by key, with the commission's name: two commissions count each for itself."""
    found = list(Request.objects.filter(key__in=keys))
    names = agreements.short_names({row.agency for row in found})
    return {row.key: f"{row.code} {names[row.agency]}" for row in found}


def search(user: Any, words: str) -> list[navigation.Hit]:
    """Requests by number, activity, place or duty order, only those the person may open."""
    if not user.can("security.read"):
        return []
    found = visible(user, requests_for(user), "security.read")
    for word in words.split():
        found = found.filter(matching(word))
    return [
        navigation.Hit(
            title=f"{request.code} {request.activity or ''}".strip(),
            url=reverse("security:request", args=[request.key]),
            sub=agreements.short_name(request.agency),
            icon="shield",
        )
        for request in found.newest_first()[:8]
    ]


def is_police() -> bool:
    """Whether this node belongs to the police."""
    own = own_agency()
    return own is not None and own.kind == "police"


def _late_words(late: int) -> str:
    return ngettext("%(late)d lewat batas", "%(late)d lewat batas", late) % {"late": late} if late else ""


__all__ = ["Row", "figures", "inbox", "is_police", "main_action", "open_rows", "rows_of", "search"]


def waiting_count(request: Any) -> int:
    """The number beside the place in the menu: what waits there for this person."""
    return len(navigation.waiting_from(inbox, request.user, request.arrived_at))


def calendar_entries(user: Any, agreement: str, at: datetime) -> list[feeds.Entry]:
    """What was asked for and is still to come, by its number alone: what and where are nobody else's business."""
    rows = visible(user, Request.objects.readable_by(user), "security.read", scope=agreement).with_answers()
    return [
        feeds.Entry(
            name=f"{agreement[:16]}.{row.key}",
            title=row.code,
            starts=row.starts_at,
            ends=row.ends_at,
            path=reverse("security:request", args=[row.key]),
            exercise=row.exercise,
        )
        for row in rows.filter(agreement=agreement, ends_at__gte=at).order_by("starts_at", "key")
        if row.state in rules.OPEN and not row.is_restricted
    ]
