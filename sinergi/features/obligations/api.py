"""Obligations for the agency's own programs: the board, one due, stating and answering."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

import msgspec
from django.http import Http404
from msgspec import Meta

from sinergi.features.agreement import public as agreements
from sinergi.features.obligations import actions, rules
from sinergi.features.obligations.events import Statement as StatementKind
from sinergi.features.obligations.models import Statement
from sinergi.features.obligations.public import Board, Line
from sinergi.features.obligations.standing import State, Tally
from sinergi.kernel import obligation
from sinergi.kernel.errors import Refused
from sinergi.kernel.obligation import Due, Item
from sinergi.ledger.grades import NOTHING, grades
from sinergi.ledger.writer import Receipt
from sinergi.web.api import MOST_PER_PAGE, Body, Call, Route

Words = Annotated[str, Meta(max_length=rules.LONGEST_WORDS)]


class DueQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which dues to list. `party`: the debtor's agency id; `after`: `next` of the page before."""

    state: State | Literal[""] = ""
    article: Annotated[int, Meta(ge=1, le=obligation.MOST_ARTICLES)] | None = None
    party: str = ""
    after: str = ""
    limit: Annotated[int, Meta(ge=1, le=MOST_PER_PAGE)] = 100


class NewStatement(Body, frozen=True, kw_only=True):
    """What this agency states about the due: it was done, release is asked, or it is disputed."""

    statement: StatementKind
    words: Words


class AnswerToStatement(Body, frozen=True, kw_only=True):
    """Yes or no to what another party stated; a no needs words. Who disputes takes it back with a no."""

    agrees: bool
    words: Words = ""


class ObligationShown(msgspec.Struct, frozen=True, kw_only=True):
    """One obligation of the list that holds; `title` is the code where the words were erased."""

    code: str
    title: str
    article: int
    clause: int | None
    debtors: list[str]
    creditors: list[str]
    dues: list[Due]
    evidence: str


class DueShown(msgspec.Struct, frozen=True, kw_only=True):
    """One time an obligation is due. `proof` is the record that closed it, `statement` the one that waits or counts.

    `witnessed` of `of` other parties hold that record under their own signature.
    """

    code: str
    mark: str
    opens_at: datetime
    due_at: datetime
    state: State
    done_at: datetime | None
    is_on_time: bool
    proof: str
    statement: str
    waits_for: tuple[str, ...]
    about: str
    witnessed: int
    of: int


class StatementShown(msgspec.Struct, frozen=True, kw_only=True):
    """What a party stated; `words` are null once erased."""

    key: str
    agency: str
    statement: str
    stated_at: datetime
    words: str | None
    agreed: list[str]
    refused: list[str]


class DueWhole(DueShown, frozen=True, kw_only=True):
    """One due with its obligation and everything stated about it."""

    obligation: ObligationShown
    statements: list[StatementShown]


class BoardShown(msgspec.Struct, frozen=True, kw_only=True):
    """The obligations of one agreement: the list that holds, the shares kept on time, and its dues by day.

    `next` continues after the dues and is empty on the last page. Without a list that holds there are none.
    """

    agreement: str
    exercise: bool
    list_key: str
    counts_from: date | None
    kept: Tally
    kept_by_party: dict[str, Tally]
    obligations: list[ObligationShown]
    dues: list[DueShown]
    next: str


def board(call: Call, agreement: str) -> BoardShown:
    """The obligations of one agreement and their dues, earliest first."""
    info = agreements.opened(call.request, agreement, "obligations.read")
    asked: DueQuery = call.query()
    found = Board(agreement, at=call.at)
    lines = [
        line
        for line in found.lines
        if asked.state in ("", line.found.state)
        and asked.article in (None, line.item.article)
        and (not asked.party or asked.party in line.item.debtors)
    ]
    if asked.after:
        place = next((place for place, line in enumerate(lines) if _name(line) == asked.after), None)
        if place is None:
            raise Refused("Halaman lanjutan itu tidak ada lagi. Mulai dari awal daftar.", code="API-10", field="after")
        lines = lines[place + 1 :]
    page = lines[: asked.limit]
    return BoardShown(
        agreement=agreement,
        exercise=info.exercise,
        list_key="" if found.held is None else found.held.key,
        counts_from=None if found.held is None else found.held.counts_from,
        kept=found.tally(),
        kept_by_party={party: found.tally(party=party) for party in found.parties},
        obligations=[_obligation(item, found.titles) for item in found.items],
        dues=[DueShown(**each) for each in _dues(page)],
        next=_name(page[-1]) if len(lines) > len(page) else "",
    )


def one_due(call: Call, agreement: str, code: str, mark: str) -> DueWhole:
    """One due: how it stands, what the list says of it, and what was stated about it."""
    agreements.opened(call.request, agreement, "obligations.read")
    found = Board(agreement, at=call.at)
    line = found.line(code, mark)
    if line is None:
        raise Http404
    said = Statement.objects.filter(agreement=agreement, code=code, mark=mark).prefetch_related("answers")
    return DueWhole(
        **_dues([line])[0],
        obligation=_obligation(line.item, found.titles),
        statements=[_statement(row) for row in said.order_by("stated_at", "key")],
    )


def statement(call: Call, agreement: str, code: str, mark: str) -> Receipt:
    """State that a due was done, ask to be released from it, or dispute it."""
    agreements.opened(call.request, agreement, "obligations.state")
    body: NewStatement = call.read()
    return call.once(
        actions.state_about, agreement=agreement, code=code, mark=mark, statement=body.statement, words=body.words
    )


def answer(call: Call, key: str) -> Receipt:
    """Confirm or refuse what another party stated about a due; take one's own dispute back."""
    found: Statement = call.open(Statement.objects.all(), key, region=None)
    body: AnswerToStatement = call.read()
    return call.once(actions.answer_statement, statement=found.key, agrees=body.agrees, words=body.words)


def _name(line: Line) -> str:
    return f"{line.item.code}.{line.occurrence.mark}"


def _obligation(item: Item, titles: dict[str, str]) -> ObligationShown:
    return ObligationShown(title=titles[item.code], **{name: getattr(item, name) for name in item.__struct_fields__})


def _dues(lines: list[Line]) -> list[dict[str, Any]]:
    proof = grades([line.found.proof or line.found.statement for line in lines])
    shown = []
    for line in lines:
        found, due = line.found, line.occurrence
        strong = proof.get(found.proof or found.statement, NOTHING)
        shown.append(
            {
                **{name: getattr(due, name) for name in ("code", "mark", "opens_at", "due_at")},
                **{name: getattr(found, name) for name in ("state", "done_at", "is_on_time", "proof", "statement")},
                "waits_for": found.waits_for,
                "about": due.record,
                "witnessed": strong.witnessed,
                "of": strong.of,
            }
        )
    return shown


def _statement(row: Statement) -> StatementShown:
    answers = sorted(row.answers.all(), key=lambda one: (one.answered_at, one.key))
    return StatementShown(
        **{name: getattr(row, name) for name in ("key", "agency", "statement", "stated_at", "words")},
        agreed=[one.agency for one in answers if one.agrees],
        refused=[one.agency for one in answers if not one.agrees],
    )


def _route(method: str, path: str, name: str, permission: str, view: Any, **more: Any) -> Route:
    return Route(
        method=method,
        path=f"api/obligations/{path}",
        name=name,
        permission=permission,
        view=view,
        summary=view.__doc__,
        **more,
    )


_DUE = "<str:agreement>/<str:code>/<str:mark>"

ROUTES = (
    # Before the dues: no agreement is called “statements”.
    _route(
        "POST",
        "statements/<str:key>/answers",
        "api-answer",
        "obligations.answer",
        answer,
        answer=Receipt,
        body=AnswerToStatement,
    ),
    _route("GET", "<str:agreement>", "api-board", "obligations.read", board, answer=BoardShown, query=DueQuery),
    _route("GET", _DUE, "api-due", "obligations.read", one_due, answer=DueWhole),
    _route(
        "POST",
        f"{_DUE}/statements",
        "api-statement",
        "obligations.state",
        statement,
        answer=Receipt,
        body=NewStatement,
    ),
)
