"""Writing down who changed what a person may do."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sinergi.access.models import ChangeAudit, User


def write_down(by: User | None, at: datetime, change: str, subject: User, **detail: Any) -> None:
    """Keep the change for the auditor; `by` is None at the command line. `detail` holds codes and instants only."""
    ChangeAudit.objects.create(
        at=at, actor=by.actor_id if by else "", change=change, subject=subject.actor_id, detail=detail
    )
