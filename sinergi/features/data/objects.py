"""How a delivered table travels and is opened: sealed for its recipient, fetched by its node, received, deleted."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator
from typing import Any

from sinergi.features.data import actions, rules
from sinergi.features.data.events import Field
from sinergi.features.data.models import DataDelivery, DataDestruction, DataReceipt, Dataset
from sinergi.kernel.errors import Refused
from sinergi.kernel.ids import new_event_id
from sinergi.kernel.instants import now
from sinergi.ledger import keys, sealed
from sinergi.ledger.models import Key
from sinergi.ledger.store import own_agency
from sinergi.sheets.columns import Value
from sinergi.sync import objects


def terms(*, agreement: str, dataset: str, answer: str, recipient: str, fields: list[str], uses_until: str) -> Any:
    """What the key of an object is bound to: it opens under the terms its fact states and under no others."""
    return {
        "agreement": agreement,
        "answer": answer,
        "dataset": dataset,
        "fields": fields,
        "recipient": recipient,
        "uses_until": uses_until,
    }


def seal(data: bytes, **bound: Any) -> tuple[str, int]:
    """Seal a table for its recipient and keep it here until it was fetched and destroyed; its hash and size.

    Keywords are those of `terms`. Raises Refused where the recipient's key is not known.
    """
    key = Key.objects.filter(agency_id=bound["recipient"], use="encryption").first()
    if key is None:
        raise Refused("Kunci sandi penerima belum dikenal di simpul ini.", code="DAT-60")
    with objects.drafted() as (file, path):
        digest, size = sealed.seal(io.BytesIO(data), file, recipient=bytes(key.public), terms=terms(**bound))
        objects.keep(file, path, digest)
    return digest, size


def rows_of(row: DataDelivery) -> Iterator[dict[str, Value]]:
    """The rows of a delivery for us. Raises sealed.BadSeal or ValueError where it is not what its fact says."""
    with objects.path_of(row.object).open("rb") as file:
        pieces = list(sealed.unseal(file, key=keys.own()["encryption"], terms=_terms_of(row)))
    return rules.unpacked(pieces, fields_of(row))


def fields_of(row: DataDelivery) -> list[Field]:
    """The fields that were delivered, in the order of the table."""
    known = {field.name: field for field in Dataset.objects.get(key=row.dataset).columns()}
    return [known[name] for name in row.fields_json]


def delete_destroyed() -> int:
    """Delete every object here whose destruction was attested; how many."""
    attested = DataDestruction.objects.values("delivery")
    found = set(DataDelivery.objects.filter(key__in=attested).values_list("object", flat=True))
    # The same bytes never serve two deliveries: every object has a key of its own.
    gone = [digest for digest in found if objects.is_here(digest)]
    for digest in gone:
        objects.drop(digest)
    return len(gone)


class Deliveries:
    """What sync asks about objects."""

    def wanted(self, partner: str) -> list[objects.Wanted]:
        """Deliveries for us that we neither received nor destroyed."""
        rows = DataDelivery.objects.filter(agency=partner, recipient=own_agency().id)
        rows = rows.exclude(key__in=DataReceipt.objects.values("delivery"))
        rows = rows.exclude(key__in=DataDestruction.objects.values("delivery"))
        return [objects.Wanted(digest=row.object, size=row.size) for row in rows.order_by("delivered_at", "key")]

    def may_read(self, reader: str, digest: str) -> bool:
        """Only its recipient, until it attested that it destroyed it."""
        rows = DataDelivery.objects.filter(object=digest, recipient=reader, agency=own_agency().id)
        return rows.exclude(key__in=DataDestruction.objects.values("delivery")).exists()

    def arrived(self, digest: str) -> None:
        """State that we have it, if it opens under the terms of its fact; otherwise throw it away."""
        for row in DataDelivery.objects.filter(object=digest, recipient=own_agency().id):
            try:
                whole = sum(1 for _row in rows_of(row)) == row.rows
            except (sealed.BadSeal, ValueError, UnicodeError, KeyError):
                whole = False
            if not whole:
                objects.drop(digest)
                raise objects.Untrue("an object that does not open under the terms of its fact")
            # An agreement that ended meanwhile takes no more facts; what was received before stays.
            with contextlib.suppress(Refused):
                actions.confirm_receipt(id=new_event_id(now()), by=None, at=now(), delivery=row.key)


deliveries = Deliveries()


def _terms_of(row: DataDelivery) -> Any:
    return terms(
        agreement=row.agreement,
        dataset=row.dataset,
        answer=row.answer,
        recipient=row.recipient,
        fields=row.fields_json,
        uses_until=row.uses_until.isoformat(),
    )
