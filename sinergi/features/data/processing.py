"""The register of processing (ROPA, UU 27/2022 art. 31): what this office does with personal data, and for how long.

From the catalogue and what was granted and delivered under it, so it is never older than they are; and from what
Sinergi itself keeps of people (processing.json). Pure but for reading rows.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal

import msgspec

from sinergi.features.agreement import public as agreements
from sinergi.features.data import actions
from sinergi.features.data.models import DataAnswer, DataDelivery, DataDestruction, DataRequest, Dataset
from sinergi.ledger.store import own_agency

OUR_PART = {"owner": "pengendali", "recipient": "penerima"}


class Activity(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the register, in Indonesian: it is a paper for the supervising body."""

    activity: str
    part: str
    purpose: str
    legal_basis: str
    subjects: str
    data: str
    recipients: str
    retention: str
    safeguards: str


class _Kept(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    side: Literal["kpu", "police", "both"]
    activity: str
    purpose: str
    legal_basis: str
    subjects: str
    data: str
    recipients: str
    retention: str
    safeguards: str


@cache
def _kept() -> tuple[_Kept, ...]:
    return msgspec.json.decode(Path(__file__).with_suffix(".json").read_bytes(), type=tuple[_Kept, ...])


def register(datasets: list[Dataset], *, on: date) -> list[Activity]:
    """Every activity, as of that day: those of the catalogue that carry personal data, then what Sinergi keeps."""
    own = own_agency()
    found = [line for row in datasets if (line := _of(row, own.id, on)) is not None]
    for kept in _kept():
        if kept.side in (own.kind, "both"):
            told = {name: getattr(kept, name) for name in _Kept.__struct_fields__ if name != "side"}
            found.append(Activity(part=OUR_PART["owner"], **told))
    return found


def _of(row: Dataset, own: str, on: date) -> Activity | None:
    """What is done with one data set; None where nothing in it is personal, or it is another's and was never given."""
    personal = [row.label(field.name) for field in row.columns() if field.cls == "pribadi"]
    given = DataDelivery.objects.filter(dataset=row.key).exclude(key__in=DataDestruction.objects.values("delivery"))
    ours = given.filter(recipient=own).count()
    if not personal or (row.agency != own and not ours):
        return None
    asked = DataRequest.objects.filter(dataset=row.key)
    granted = DataAnswer.objects.filter(request__in=asked.values("key"), agrees=True, uses_until__gte=on)
    granted = granted.exclude(key__in=actions.answers_taken_back())
    readers = set(given.values_list("recipient", flat=True))
    readers |= set(asked.filter(key__in=granted.values("request")).values_list("agency", flat=True))
    names = ", ".join(sorted(agreements.short_name(reader) for reader in readers)) or "belum ada"
    return Activity(
        activity=f"{row.code} {row.title or ''}".strip(),
        part=OUR_PART["owner" if row.agency == own else "recipient"],
        purpose=row.purpose or "–",
        legal_basis=row.legal_basis or "–",
        subjects="Orang yang disebut dalam kumpulan data",
        data=", ".join(personal),
        recipients=f"{names} ({given.count()} penyerahan belum dimusnahkan)",
        retention=f"{row.retention_days} hari pada penerima",
        safeguards="Disegel untuk satu penerima, dibuka dengan tujuan yang dicatat, pemusnahan dinyatakan",
    )
