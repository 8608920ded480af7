"""Security assistance for devices and partner systems: the table of its routes. Proposals stay internal."""

from __future__ import annotations

from typing import Any

from sinergi.features.security.api import reading, shapes, steps
from sinergi.ledger.writer import Receipt
from sinergi.web.api import Route

_ALL = "api/security/requests"
_ONE = f"{_ALL}/<str:key>"


def _read(path: str, name: str, view: Any, answer: Any, query: Any = None) -> Route:
    return Route(
        method="GET",
        path=path,
        name=name,
        permission="security.read",
        view=view,
        answer=answer,
        query=query,
        summary=view.__doc__,
    )


def _write(path: str, name: str, permission: str, view: Any, body: Any) -> Route:
    return Route(
        method="POST",
        path=path,
        name=name,
        permission=permission,
        view=view,
        body=body,
        answer=Receipt,
        summary=view.__doc__,
    )


ROUTES = (
    _read(_ALL, "api-requests", reading.request_list, shapes.RequestPage, shapes.RequestQuery),
    _write(_ALL, "api-requests", "security.request", steps.new_request, shapes.NewRequest),
    _read(_ONE, "api-request", reading.one_request, shapes.RequestWhole),
    _write(f"{_ONE}/corrections", "api-corrections", "security.correct", steps.correction, shapes.Correction),
    _write(f"{_ONE}/withdrawals", "api-withdrawals", "security.withdraw", steps.withdrawal, shapes.Withdrawal),
    _write(f"{_ONE}/answers", "api-answers", "security.decide", steps.answer, shapes.NewAnswer),
    _write(f"{_ONE}/spoken-orders", "api-spoken-orders", "security.assign", steps.spoken_order, shapes.SpokenOrder),
    _write(
        f"{_ONE}/spoken-confirmations",
        "api-spoken-confirmations",
        "security.decide",
        steps.spoken_confirmation,
        shapes.Step,
    ),
    _write(
        f"{_ONE}/offers/acceptance", "api-offer-acceptance", "security.withdraw", steps.offer_acceptance, shapes.Step
    ),
    _write(f"{_ONE}/offers/decline", "api-offer-decline", "security.withdraw", steps.offer_decline, shapes.Remark),
    _write(f"{_ONE}/assignments", "api-assignments", "security.assign", steps.assignment, shapes.Assignment),
    _write(f"{_ONE}/completions", "api-completions", "security.report", steps.completion, shapes.Completion),
    _write(f"{_ONE}/confirmations", "api-confirmations", "security.confirm", steps.confirmation, shapes.Confirmation),
    _write(f"{_ONE}/letters", "api-letters", "security.letter", steps.letter, shapes.Nothing),
)
