"""Agreements for devices and partner systems."""

from __future__ import annotations

from datetime import date, datetime

import msgspec

from sinergi.features.agreement import public as agreements
from sinergi.web.api import Call, Route


class AgreementShown(msgspec.Struct, frozen=True, kw_only=True):
    """An agreement: `parties` are agency ids, the commission first, as are `numbers`; `state` as of today."""

    id: str
    key: str
    name: str
    title: str
    numbers: list[str]
    parties: list[str]
    place: str
    signed_on: date
    starts_on: date
    ends_on: date
    scopes: list[str]
    exercise: bool
    state: str


class AgreementList(msgspec.Struct, frozen=True, kw_only=True):
    """The agreements that the person's duties reach, newest first."""

    agreements: list[AgreementShown]


def agreement_list(call: Call) -> AgreementList:
    """The agreements this person works under."""
    shown = [
        AgreementShown(
            id=info.id,
            key=info.key,
            name=info.name,
            title=info.title,
            numbers=list(info.numbers),
            parties=list(info.parties),
            place=info.place,
            signed_on=info.signed_on,
            starts_on=info.starts_on,
            ends_on=info.ends_on,
            scopes=list(info.scopes),
            exercise=info.exercise,
            state=_state_on(info.id, call.at, str(info.state)),
        )
        for info in agreements.agreements_of(call.user)
    ]
    return AgreementList(agreements=shown)


def _state_on(agreement: str, at: datetime, otherwise: str) -> str:
    info = agreements.agreement(agreement, at)
    return str(info.state) if info is not None else otherwise


ROUTES = (
    Route(
        method="GET",
        path="api/agreements",
        name="api-agreements",
        permission="agreement.read",
        view=agreement_list,
        answer=AgreementList,
        summary="The agreements this person works under.",
    ),
)
