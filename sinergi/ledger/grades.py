"""The grades of records that this node holds, by the one rule (grade.judge)."""

from __future__ import annotations

from collections.abc import Iterable

from sinergi.ledger import rows
from sinergi.ledger.grade import NOTHING, Grade, Mark, judge
from sinergi.ledger.models import Cosignature, Entry, Stamp

__all__ = ["NOTHING", "Grade", "grade", "grades"]


def grade(key: str) -> Grade:
    """The grade of one record; NOTHING where this node does not hold it."""
    return grades([key]).get(key, NOTHING)


def grades(keys: Iterable[str]) -> dict[str, Grade]:
    """The grades of many records at once."""
    # Columns by name: the bytes of entries and cosignatures are large and not needed here.
    wanted = [key for key in keys if key]
    if not wanted:
        return {}
    entries = Entry.objects.filter(key__in=wanted).order_by("-seq")
    told = list(entries.values_list("key", "seq", "log_id", "log__agreement", "log__agency"))
    parties = rows.party_ids()
    marks: dict[int, list[Mark]] = {}
    logs = {log for _key, _seq, log, *_whose in told}
    lines = Cosignature.objects.filter(log__in=logs).order_by("size")
    for log, agency, use, size, at in lines.values_list("log_id", "agency", "use", "size", "signed_at"):
        marks.setdefault(log, []).append(Mark(agency, use, size, at))
    for log, authority, size, at in (
        Stamp.objects.filter(log__in=logs).order_by("size").values_list("log_id", "authority_id", "size", "stamped_at")
    ):
        marks.setdefault(log, []).append(Mark(authority, "stamp", size, at))
    return {
        key: judge(seq, author, parties.get(agreement, ()), marks.get(log, ()))
        for key, seq, log, agreement, author in told
    }
