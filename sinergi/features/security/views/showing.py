"""How a request looks in lists, on the start page and in search: words, clock, evidence, what waits for whom."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sinergi.access.doors import visible
from sinergi.features.agreement import public as agreements
from sinergi.features.security import rules
from sinergi.features.security.forms import DECISIONS, SERVICES, STATES
from sinergi.features.security.models import Proposal, Request
from sinergi.features.stages import public as stages
from sinergi.kernel.ids import new_event_id
from sinergi.kernel.instants import ZONES, end_of_day
from sinergi.ledger.grades import NOTHING, Grade, grades
from sinergi.ledger.models import Agency
from sinergi.web import navigation

# What waits for a person comes first, then what runs, then what ended.
_RANKS = {"requested": 0, "offered": 1, "completed": 2, "agreed": 3, "assigned": 4}
_WAITS_FOR_POLICE = ("requested", "agreed", "assigned")


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
    evidence = grades(request.answer.key if request.answer else request.version for request in requests)
    holidays = stages.holidays()
    names = {agency: agreements.short_name(agency) for agency in {request.agency for request in requests}}
    laid_before = set(Proposal.objects.filter(decided_at=None, returned_at=None).values_list("request", flat=True))
    rows = []
    for request in requests:
        state = request.state
        shape, word = STATES[state]
        due = rules.answer_due(request, holidays) if state == "requested" else None
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
                evidence.get(request.answer.key if request.answer else request.version, NOTHING),
                request.key in laid_before,
            )
        )
    return rows


def open_rows(user: Any, at: datetime, scope: str = "") -> list[Row]:
    """The requests this person may see that are not over, with their rows."""
    found = visible(user, Request.objects.all(), "security.read", scope=scope)
    return [row for row in rows_of(found.with_answers().newest_first(), user=user, at=at) if row.is_open]


def of_today(rows: Iterable[Row], at: datetime) -> list[Row]:
    """What is agreed and happens today, by the clock of the place, also what began before or was reported."""
    ends = end_of_day(at.astimezone(ZONES["WIB"]).date())
    begins = ends - timedelta(days=1)
    return [
        row
        for row in rows
        if row.state in ("agreed", "assigned", "completed")
        and row.request.starts_at < ends
        and row.request.ends_at > begins
    ]


def waits_for(row: Row, user: Any, *, police: bool) -> str:
    """The sentence that says what this person should do with the request; empty where nothing waits for them."""
    if police:
        if row.state == "requested" and row.proposed and user.can("security.decide"):
            return _("Usul jawaban menunggu disposisi Anda")
        if row.state == "requested" and not row.proposed and user.can("security.propose_answer"):
            return _("Permohonan menunggu usul jawaban")
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
        waiting.append(
            navigation.Waiting(
                title=row.request.activity or str(row.service),
                url=reverse("security:request", args=[row.request.key]),
                sub=f"{row.agency} · {sentence}",
                due=row.due,
                urgency=3 if row.request.emergency else 1,
                agreement=row.request.agreement,
                key=row.request.key,
                icon="shield",
                code=row.request.code,
                action=_("Buka"),
                decision=_decision(row, user, at, police=police),
            )
        )
    return waiting


def _decision(row: Row, user: Any, at: datetime, *, police: bool) -> navigation.Decision | None:
    """How to answer on the card itself, where one click says all that has to be said."""
    found = row.request
    where = {"agreement": found.agreement, "region": found.region}
    fields = {"id": new_event_id(at)}
    if police and user.can("security.decide", **where):
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
                fields=fields,
                yes=_("Setujui"),
                yes_fields={"choice": "approve"},
                no=_("Kembalikan"),
                no_fields={"choice": "return"},
                matter=_offer_words(found, laid),
                grade=row.grade,
            )
    if not police and row.state == "offered" and found.answer and user.can("security.withdraw", **where):
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
    said = [
        _("%(offered)s petugas") % {"offered": _of(found.officers if whole else offer.officers, found.officers)},
        _("%(offered)s kendaraan") % {"offered": _of(found.vehicles if whole else offer.vehicles, found.vehicles)},
    ]
    return f"{decision}: {', '.join(said[: 2 if found.vehicles else 1])}. {offer.sentence or ''}".strip()


def _of(offered: int, asked: int) -> str:
    return str(offered) if offered == asked else _("%(offered)s dari %(asked)s") % {"offered": offered, "asked": asked}


def figures(user: Any, at: datetime, scope: str) -> list[navigation.Figure]:
    """Numbers of the start page; each opens its list. Police: each commission apart."""
    if not user.can("security.read"):
        return []
    rows = open_rows(user, at, scope)
    url = reverse("security:requests")
    if not is_police():
        asked = [row for row in rows if row.state == "requested"]
        late = [row for row in asked if row.due and row.due < at]
        return [
            navigation.Figure(
                label=_("Menunggu jawaban Polres"),
                value=len(asked),
                url=f"{url}?state=requested",
                sub=_late_words(len(late)),
                tone="bad" if late else "",
                weight=10,
            ),
            navigation.Figure(
                label=_("Tawaran menunggu KPU"),
                value=sum(row.state == "offered" for row in rows),
                url=f"{url}?state=offered",
                weight=20,
            ),
            navigation.Figure(
                label=_("Disanggupi, belum selesai"),
                value=sum(row.state in ("agreed", "assigned") for row in rows),
                url=f"{url}?state=open",
                weight=30,
            ),
        ]
    found = []
    for agency in sorted({row.agency for row in rows}):
        asked = [row for row in rows if row.agency == agency and row.state == "requested"]
        late = [row for row in asked if row.due and row.due < at]
        found.append(
            navigation.Figure(
                label=_("%(agency)s menunggu jawaban") % {"agency": agency},
                value=len(asked),
                url=f"{url}?state=requested",
                sub=_late_words(len(late)),
                tone="bad" if late else "",
                weight=10,
            )
        )
    today = len(of_today(rows, at))
    found.append(navigation.Figure(label=_("Tugas hari ini"), value=today, url=f"{url}?state=open", weight=30))
    return found


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
    """A commission's first button: ask for security."""
    if not user.can("security.request") or is_police():
        return []
    return [navigation.Action(label=_("Minta pengamanan"), url=reverse("security:new"), icon="shield-plus", weight=10)]


def search(user: Any, words: str) -> list[navigation.Hit]:
    """Requests by number, activity, place or duty order, only those the person may open."""
    from django.db.models import Q

    if not user.can("security.read"):
        return []
    found = visible(user, Request.objects.all(), "security.read")
    for word in words.split():
        matches = Q(activity__icontains=word) | Q(place__icontains=word) | Q(sprin_number__icontains=word)
        number = word.upper().removeprefix("L-").removeprefix("PAM-")
        if number.isdecimal():
            matches |= Q(number=int(number[:9]))
        found = found.filter(matches)
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
    return Agency.objects.filter(is_self=True, kind="police").exists()


def _late_words(late: int) -> str:
    return ngettext("%(late)d lewat batas", "%(late)d lewat batas", late) % {"late": late} if late else ""


__all__ = ["Row", "figures", "inbox", "is_police", "main_action", "open_rows", "rows_of", "search"]


def waiting_count(request: Any) -> int:
    """The number beside the place in the menu: what waits there for this person."""
    return len(inbox(request.user, request.arrived_at))
