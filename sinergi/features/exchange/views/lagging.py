"""Facts whose evidence is later than their parties agreed: for the page, and for the inbox."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import ngettext

from sinergi.features.agreement import public as agreements
from sinergi.features.exchange.public import reach
from sinergi.features.exchange.views import facts
from sinergi.web import navigation

SHOWN = 8


def late(user: Any, seen: list[Any], at: datetime) -> dict[str, Any]:
    """How many facts are late, and the first of them as a list shows them, each with when it was to be met."""
    found = [one for one in agreements.lagging([item.id for item in seen], at) if one.lag.state == "late"]
    shown = facts.told(user, [one.entry for one in found[:SHOWN]])
    lines = [(fact, one.lag) for fact, one in zip(shown, found, strict=False)]
    return {"late": lines, "late_count": len(found)}


def waiting_for(user: Any, at: datetime) -> list[navigation.Waiting]:
    """One line for each agreement with late evidence, for whoever looks after the exchange."""
    if not user.can("exchange.read"):
        return []
    seen = reach(user, "exchange.read")
    by_agreement: dict[str, list[agreements.Lagging]] = {}
    for one in agreements.lagging([item.id for item in seen], at):
        if one.lag.state == "late":
            by_agreement.setdefault(one.entry.log.agreement, []).append(one)
    return [
        navigation.Waiting(
            title=ngettext(
                "Bukti %(n)s catatan lebih lambat daripada yang disepakati",
                "Bukti %(n)s catatan lebih lambat daripada yang disepakati",
                len(found),
            )
            % {"n": len(found)},
            url=f"{reverse('exchange:who-has')}#bukti-terlambat",
            sub=agreements.name_of(agreement),
            due=found[0].lag.until,
            urgency=2,
            agreement=agreement,
            key=found[0].entry.key,
            icon="clock",
        )
        for agreement, found in by_agreement.items()
    ]
