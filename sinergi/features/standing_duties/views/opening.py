"""Which page shows a fact of these duties."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from sinergi.access.doors import visible
from sinergi.access.models import User
from sinergi.features.standing_duties.models import (
    ContactList,
    MemberChanges,
    SessionMove,
    TrainingSession,
    VoterUpdate,
)
from sinergi.web import records


def opens(user: User, keys: list[str]) -> dict[str, records.Page]:
    """The pages of those facts that this person may read."""

    def may_read(model: Any) -> Any:
        return visible(user, model.objects.filter(key__in=keys), "standing_duties.read", region=None)

    found = {row.key: reverse("standing_duties:update", args=[row.key]) for row in may_read(VoterUpdate)}
    found |= {row.key: reverse("standing_duties:update", args=[row.update]) for row in may_read(MemberChanges)}
    found |= {row.key: reverse("standing_duties:contacts") for row in may_read(ContactList)}
    found |= {row.key: reverse("standing_duties:training") + f"#latihan-{row.key}" for row in may_read(TrainingSession)}
    moves = dict(SessionMove.objects.filter(key__in=keys).values_list("key", "session_id"))
    sessions = TrainingSession.objects.filter(key__in=moves.values())
    seen = set(visible(user, sessions, "standing_duties.read", region=None).values_list("key", flat=True))
    plan = reverse("standing_duties:training")
    found |= {key: f"{plan}#latihan-{session}" for key, session in moves.items() if session in seen}
    return {key: records.Page(url=url) for key, url in found.items()}
