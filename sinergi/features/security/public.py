"""What other features may know of security assistance. Frozen structs out; nothing here writes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Literal

import msgspec
from django.db.models import F, QuerySet
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext, gettext_lazy

from sinergi.features.agreement import public as agreements
from sinergi.features.letters import public as letters
from sinergi.features.obligations.public import Happening
from sinergi.features.security import rules
from sinergi.features.security.events import Series
from sinergi.features.security.models import Letter, Request
from sinergi.features.stages import public as stages
from sinergi.kernel.instants import day_of
from sinergi.ledger.grades import grades

__all__ = ["LETTERS", "Treated", "answers_moving", "happenings", "issued_letter", "staying", "treatment"]

# How both offices number the letters of this feature.
LETTERS: Mapping[Series, letters.Series] = {
    "request": letters.Series(
        code="request",
        label=gettext_lazy("Permohonan pengamanan"),
        default={"kpu": "{nomor:3}/PP.08-SD/{wilayah}/{tahun}"},
        letters=lambda: _letters("request"),
    ),
    "answer": letters.Series(
        code="answer",
        label=gettext_lazy("Jawaban permohonan pengamanan"),
        default={"police": "B/{nomor}/{bulan}/OPS.1.3/{tahun}"},
        letters=lambda: _letters("answer"),
    ),
}

Outcome = Literal["agreed", "offered", "refused", "withdrawn", "waiting"]


class Treated(msgspec.Struct, frozen=True, kw_only=True):
    """How one request was treated, without a word of what it says.

    `district` is six digits; `contestant` the number on the ballot, 0 where it is nobody's. `outcome` is what the last
    answer said, also where the request was withdrawn after it; `given` how many officers it promised. `hours` is the
    time to the first answer, None where there is none yet; `is_late` whether the clock of P-02 ran out before it.
    """

    agreement: str
    district: str
    contestant: int
    outcome: Outcome
    officers: int
    given: int
    hours: float | None
    is_late: bool


def treatment(agreement_ids: Iterable[str], at: datetime) -> list[Treated]:
    """Every request under these agreements as equal treatment is counted by; by the instants that count (P-02)."""
    rows = list(
        Request.objects.with_answers().filter(agreement__in=list(agreement_ids)).order_by("requested_at", "key")
    )
    first = {row.key: min(row.answers.all(), key=lambda one: one.answered_at, default=None) for row in rows}
    # A correction does not set the clock anew: what counts is when the request itself arrived.
    held = grades({row.key for row in rows} | {one.key for one in first.values() if one is not None})
    closed = {agreement: stages.holidays(agreement) for agreement in {row.agreement for row in rows}}
    found = []
    for row in rows:
        answer = first[row.key]
        asked = row.counted(row.requested_at, held.get(row.key)) or row.requested_at
        answered = None
        if answer is not None:
            answered = row.counted(answer.answered_at, held.get(answer.key)) or answer.answered_at
        ended = answered or row.withdrawn_at or at
        found.append(
            Treated(
                agreement=row.agreement,
                district=row.region[:6],
                contestant=row.contestant,
                outcome=_outcome(row),
                officers=row.officers,
                given=row.answer.officers if row.answer and row.answer.decision != "refused" else 0,
                hours=None if answered is None else (answered - asked).total_seconds() / 3600,
                is_late=ended
                > rules.due_after(
                    asked,
                    emergency=row.emergency,
                    holidays=closed[row.agreement],
                    zone=agreements.zone_of(row.agreement),
                ),
            )
        )
    return found


def _outcome(row: Request) -> Outcome:
    if row.answer is None:
        return "withdrawn" if row.withdrawn_at is not None else "waiting"
    return {"agreed": "agreed", "refused": "refused"}.get(row.answer.decision, "offered")  # type: ignore[return-value]


def happenings(agreement: str) -> list[Happening]:
    """Every request under the agreement: what sets P-01 and P-02 going. Withdrawn before an answer: void."""
    rows = Request.objects.with_answers().filter(agreement=agreement).order_by("requested_at", "key")
    return [
        Happening(
            kind="security.emergency" if row.emergency else "security.request",
            record=row.key,
            at=row.requested_at,
            about_at=row.starts_at,
            # Whoever reads the board need not be one who may read about a protected person.
            title=row.code if row.activity is None or row.is_restricted else f"{row.code} {row.activity}",
            is_void=row.withdrawn_at is not None and row.answer is None,
        )
        for row in rows
    ]


def answers_moving(agreement: str, closures: stages.Closures, at: datetime) -> list[stages.Move]:
    """Requests that wait for an answer whose last day other holidays move (P-02)."""
    closed, will, zone = stages.holidays(agreement), closures.days(), agreements.zone_of(agreement)
    found = []
    for row in Request.objects.with_answers().filter(agreement=agreement).order_by("requested_at", "key"):
        if row.state == "requested" and not row.emergency:
            due = (rules.answer_due(row, days, zone=zone) - timedelta(minutes=1) for days in (closed, will))
            before, after = (day_of(one, zone) for one in due)
            if before != after:
                what = row.code if row.activity is None or row.is_restricted else f"{row.code} {row.activity}"
                url = reverse("security:request", args=[row.key])
                found.append(
                    stages.Move(kind="moves", agreement=agreement, what=what, before=before, after=after, url=url)
                )
    return found


def staying(agreement_ids: list[str], calendar: stages.Calendar, decided_on: date, at: datetime) -> list[stages.Move]:
    """Requests for days to come: nobody moves them, the commission has to look at each of them again."""
    rows = Request.objects.with_answers().filter(agreement__in=agreement_ids, starts_at__gt=at)
    return [
        stages.Move(
            kind="stays",
            agreement=row.agreement,
            what=row.code if row.activity is None or row.is_restricted else f"{row.code} {row.activity}",
            before=localdate(row.starts_at),
            url=reverse("security:request", args=[row.key]),
        )
        for row in rows.order_by("starts_at", "key")
        if row.state in rules.OPEN
    ]


def issued_letter(key: str) -> letters.Issued | None:
    """A letter about a request, for the check page."""
    found = Letter.objects.filter(key=key).select_related("request").first()
    if found is None:
        return None
    withdrawn = found.request.withdrawn_at is not None
    return letters.Issued(
        key=found.key,
        agency=found.agency,
        written=found.written,
        issued_at=found.issued_at,
        exercise=found.request.exercise,
        pdf_hash=found.pdf_hash,
        docx_hash=found.docx_hash,
        warning=gettext("Permohonan yang dimuatnya kemudian ditarik.") if withdrawn else "",
    )


def _letters(series: Series) -> QuerySet[Letter]:
    return Letter.objects.filter(series=series).annotate(in_exercise=F("request__exercise"))
