"""What people can do with an agreement as a whole."""

from __future__ import annotations

import secrets
from typing import Any

from django.utils import timezone

from sinergi.features.agreement import rules
from sinergi.features.agreement.models import Agreement
from sinergi.kernel.errors import Refused
from sinergi.ledger import store
from sinergi.ledger.writer import Receipt, Writing, command


@command
def enter_agreement(log: Writing, /, *, partners: list[str], exercise: str = "", **terms: Any) -> Receipt:
    """Enter an agreement that was signed on paper. `exercise` names the exercise it belongs to, if it is one.

    Numbers of an exercise begin with L-, so that no letter of it can be taken for a real one.
    """
    if exercise:
        terms["numbers"] = [number if number.startswith("L-") else f"L-{number}" for number in terms["numbers"]]
    # The day is the one on the wall of the office: at 06.30 WIB it is still yesterday in UTC.
    today = timezone.localdate(log.at)
    decision = rules.enter(parties=[log.agency, *partners], nonce=secrets.token_hex(16), today=today, **terms)
    _refuse_twice(decision.scan, {log.agency, *partners}, exercise=bool(exercise))
    role = f"exercise/{exercise}" if exercise else "facts"
    return store.found_agreement(decision, id=log.id, by=log.by, at=log.at, role=role)


@command
def confirm_agreement(log: Writing, *, agreement: str, scan: str) -> Receipt:
    """Confirm, for this agency, the terms another party entered."""
    return log.append(agreement, rules.confirm(_known(agreement), agency=log.agency, scan=scan))


@command
def leave_agreement(log: Writing, *, agreement: str, reason: rules.Reason) -> Receipt:
    """End the agreement for this agency: nothing can be stated under it afterwards."""
    return log.append(agreement, rules.leave(_known(agreement), agency=log.agency, reason=reason))


def _known(agreement: str) -> Agreement:
    found = Agreement.objects.filter(agreement=agreement).first()
    if found is None:
        raise Refused("Perjanjian ini belum dikenal di kantor ini.", code="PKS-31")
    return found


def _refuse_twice(scan: str, parties: set[str], *, exercise: bool) -> None:
    same = Agreement.objects.filter(scan=scan, exercise=exercise).order_by("key")
    if any(set(other.party_ids) == parties and other.state != "ended" for other in same):
        raise Refused("Naskah ini sudah dimasukkan. Buka perjanjian itu dari daftar.", code="PKS-09", field="scan")
