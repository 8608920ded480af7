"""What other features may know of security assistance. Frozen structs out; nothing here writes."""

from __future__ import annotations

from sinergi.features.obligations.public import Happening
from sinergi.features.security.models import Request

__all__ = ["happenings"]


def happenings(agreement: str) -> list[Happening]:
    """Every request under the agreement: what sets P-01 and P-02 going. Withdrawn before an answer: void."""
    rows = Request.objects.with_answers().filter(agreement=agreement).order_by("requested_at", "key")
    return [
        Happening(
            kind="security.emergency" if row.emergency else "security.request",
            record=row.key,
            at=row.requested_at,
            about_at=row.starts_at,
            title=row.code if row.activity is None else f"{row.code} {row.activity}",
            is_void=row.withdrawn_at is not None and row.answer is None,
        )
        for row in rows
    ]
