"""Lists of requests and one request, as JSON."""

from __future__ import annotations

from django.urls import reverse

from sinergi.access import masking
from sinergi.access.doors import note_read
from sinergi.features.agreement import public as agreements
from sinergi.features.security import rules
from sinergi.features.security.api.shapes import (
    AnswerShown,
    Evidence,
    LetterShown,
    RequestPage,
    RequestQuery,
    RequestShown,
    RequestWhole,
)
from sinergi.features.security.models import Answer, Letter, Request
from sinergi.features.stages import public as stages
from sinergi.kernel.errors import Refused
from sinergi.ledger.grades import NOTHING, grades
from sinergi.web.api import Call


def request_list(call: Call) -> RequestPage:
    """The requests this person may see, newest first."""
    asked: RequestQuery = call.query()
    rows = call.visible(Request.objects.readable_by(call.user), scope=asked.agreement)
    if asked.service:
        rows = rows.filter(service=asked.service)
    if asked.since:
        rows = rows.filter(ends_at__gte=asked.since)
    found = [row for row in rows.with_answers().newest_first() if _is_wanted(row, asked.state)]
    if asked.after:
        place = next((place for place, row in enumerate(found) if row.key == asked.after), None)
        if place is None:
            raise Refused("Halaman lanjutan itu tidak ada lagi. Mulai dari awal daftar.", code="API-10", field="after")
        found = found[place + 1 :]
    page = found[: asked.limit]
    note_read(call.request, [row for row in page if row.is_restricted], "security.read")
    more = page[-1].key if len(found) > len(page) else ""
    return RequestPage(requests=_shown(page), next=more)


def one_request(call: Call, key: str) -> RequestWhole:
    """One request."""
    found: Request = call.open(Request.objects.readable_by(call.user).with_answers(), key)
    shown = _shown([found])[0]
    answer = found.answer
    own_columns = {
        name: getattr(found, name)
        for name in RequestWhole.__struct_fields__
        if name not in RequestShown.__struct_fields__ and hasattr(found, name) and name != "letters"
    }
    own_columns |= {name: masking.told(call.user, found, name) for name in ("contact_phone", "commander_phone")}
    return RequestWhole(
        **{name: getattr(shown, name) for name in RequestShown.__struct_fields__},
        **own_columns,
        answer_sentence=answer.sentence if answer else None,
        answer_reasons=answer.reasons if answer else None,
        decline_words=answer.decline_words if answer else None,
        letters=[_letter(letter) for letter in found.letters.order_by("issued_at", "key")],
    )


def _is_wanted(row: Request, state: str) -> bool:
    return not state or (row.state in rules.OPEN if state == "open" else row.state == state)


def _shown(rows: list[Request]) -> list[RequestShown]:
    evidence = grades(row.answer.key if row.answer else row.version for row in rows)
    closed = {agreement: stages.holidays(agreement) for agreement in {row.agreement for row in rows}}
    shown = []
    for row in rows:
        strong = evidence.get(row.answer.key if row.answer else row.version, NOTHING)
        shown.append(
            RequestShown(
                **{
                    name: getattr(row, name)
                    for name in (
                        *(
                            "key",
                            "code",
                            "agreement",
                            "agency",
                            "exercise",
                            "version",
                            "standing",
                            "state",
                            "requested_at",
                        ),
                        *(
                            "service",
                            "starts_at",
                            "ends_at",
                            "region",
                            "to_region",
                            "people",
                            "officers",
                            "vehicles",
                            "risks",
                        ),
                        *("emergency", "contestant", "activity", "place", "sprin_number"),
                    )
                },
                crossed=row.is_crossed,
                answer_due=rules.answer_due(row, closed[row.agreement], zone=agreements.zone_of(row.agreement))
                if row.state == "requested"
                else None,
                lat=row.point.lat if row.point else None,
                lon=row.point.lon if row.point else None,
                to_lat=row.to_point.lat if row.to_point else None,
                to_lon=row.to_point.lon if row.to_point else None,
                answer=_answer(row.answer),
                evidence=Evidence(
                    signed=strong.signed, arrived=strong.arrived, witnessed=strong.witnessed, of=strong.of
                ),
            )
        )
    return shown


def _answer(row: Answer | None) -> AnswerShown | None:
    if row is None:
        return None
    return AnswerShown(**{name: getattr(row, name) for name in AnswerShown.__struct_fields__})


def _letter(row: Letter) -> LetterShown:
    return LetterShown(
        key=row.key,
        agency=row.agency,
        number=row.written,
        issued_at=row.issued_at,
        pdf_hash=row.pdf_hash,
        docx_hash=row.docx_hash,
        pdf=reverse("security:letter-pdf", args=[row.key]),
        docx=reverse("security:letter-docx", args=[row.key]),
    )
