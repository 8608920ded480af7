"""What people can do with an agreement as a whole."""

from __future__ import annotations

import secrets
from typing import Any, Literal

from sinergi.features.agreement import rules
from sinergi.features.agreement.models import Agreement
from sinergi.kernel.errors import Refused
from sinergi.ledger import store
from sinergi.ledger.writer import Receipt, Writing, command


@command
def enter_agreement(log: Writing, *, partners: list[str], exercise: str = "", **terms: Any) -> Receipt:
    """Enter an agreement that was signed on paper. `exercise` names the exercise it belongs to, if it is one."""
    decision = rules.enter(parties=[log.agency, *partners], nonce=secrets.token_hex(16), today=log.at.date(), **terms)
    role = f"exercise/{exercise}" if exercise else "facts"
    return store.found_agreement(decision, id=log.id, by=log.by, at=log.at, role=role)


@command
def confirm_agreement(log: Writing, *, agreement: str, scan: str) -> Receipt:
    """Confirm, for this agency, the terms another party entered."""
    return log.append(agreement, rules.confirm(_known(agreement), agency=log.agency, scan=scan))


@command
def leave_agreement(
    log: Writing, *, agreement: str, reason: Literal["ended_by_consent", "term_over", "void_law"]
) -> Receipt:
    """End the agreement for this agency: nothing can be stated under it afterwards."""
    return log.append(agreement, rules.leave(_known(agreement), agency=log.agency, reason=reason))


def _known(agreement: str) -> Agreement:
    found = Agreement.objects.filter(agreement=agreement).first()
    if found is None:
        raise Refused("Perjanjian ini belum dikenal di kantor ini.", code="PKS-31")
    return found
