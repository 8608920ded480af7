"""How a delivered table travels and is opened: sealed for its recipient, fetched by its node, received, deleted."""

from __future__ import annotations

import contextlib
import io
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.timezone import localdate
from django.utils.translation import gettext

from sinergi.features.data import actions, rules
from sinergi.features.data.events import Field
from sinergi.features.data.models import DataAnswer, DataDelivery, DataDestruction, DataReceipt, Dataset
from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Refused
from sinergi.kernel.ids import new_event_id
from sinergi.kernel.instants import now
from sinergi.ledger import keys, sealed
from sinergi.ledger.models import Agency, Key
from sinergi.ledger.store import own_agency
from sinergi.ledger.writer import Receipt
from sinergi.sheets import Cells
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

    Keywords are those of `terms`. Raises Refused where the recipient's key is not known or cannot be used.
    """
    key = Key.objects.filter(agency_id=bound["recipient"], use="encryption", last__isnull=True).order_by("pk").last()
    if key is None:
        raise Refused("Kunci sandi penerima belum dikenal di simpul ini.", code="DAT-60")
    with objects.drafted() as (file, path):
        try:
            digest, size = sealed.seal(io.BytesIO(data), file, recipient=bytes(key.public), terms=terms(**bound))
        except sealed.BadSeal as error:
            raise Refused(
                "Kunci sandi penerima tidak dapat dipakai. Hubungi kantor penerima.", code="DAT-64"
            ) from error
        objects.keep(file, path, digest)
    return digest, size


def deliver(
    *, id: str, by: Actor | None, at: datetime, row: Dataset, recipient: str, said: DataAnswer | None, cells: Cells
) -> Receipt:
    """Judge the table `cells`, seal it for `recipient` and state that; under the answer `said`, or as a standing
    exchange. Raises Refused or sheets.Unreadable, and then nothing stays here."""
    names = said.fields_json if said else [field.name for field in row.columns()]
    fields = [field for field in row.columns() if field.name in names]
    table = rules.table(cells, fields, {field.name: row.label(field.name) for field in fields})
    if table.problems:
        first = table.problems[0]
        raise Refused(
            "Baris %(row)d, kolom “%(column)s”: %(why)s Sel yang salah: %(count)d.",
            code="DAT-31",
            field="file",
            words={
                "row": first.row,
                "column": first.column or "–",
                "why": gettext(first.pattern) % first.words,
                "count": len(table.problems),
            },
        )
    data = rules.packed(table)
    # As the recipient's node will judge it: what that would throw away is refused here, in words.
    rules.unpacked([data], fields, rows=len(table.rows))
    until = until_of(row, said, localdate(at))
    told = {
        "dataset": row.key,
        "answer": said.key if said else "",
        "recipient": recipient,
        "fields": [field.name for field in fields],
    }
    digest, size = seal(data, agreement=row.agreement, uses_until=until.isoformat(), **told)
    try:
        return actions.deliver(
            id=id, by=by, at=at, digest=digest, size=size, rows=len(table.rows), uses_until=until, **told
        )
    finally:
        # Refused, not stored, or sent twice (the first one counts): nothing stays that no fact names.
        if not DataDelivery.objects.filter(agency=own_agency().id, object=digest).exists():
            objects.drop(digest)


def until_of(row: Dataset, said: DataAnswer | None, on: date) -> date:
    """The last day on which what is delivered on the day `on` may be used."""
    return rules.kept_until(on, retention_days=row.retention_days, granted_until=said.uses_until if said else None)


def rows_of(row: DataDelivery) -> list[dict[str, Value]]:
    """The rows of a delivery for us. Raises sealed.BadSeal or ValueError where it is not what its fact says, Refused
    where it holds what may not travel, OSError where it is not here."""
    opening, pieces = keys.own().encryption, []
    with objects.path_of(row.key).open("rb") as file:
        for place, key in enumerate(opening, 1):
            try:
                pieces = list(sealed.unseal(file, key=key, terms=_terms_of(row)))
                break
            except sealed.BadSeal:
                if place == len(opening):
                    raise
                file.seek(0)
    return rules.unpacked(pieces, fields_of(row), rows=row.rows)


def fields_of(row: DataDelivery) -> list[Field]:
    """The fields that were delivered, in the order of the table."""
    known = {field.name: field for field in Dataset.objects.get(key=row.dataset).columns()}
    return [known[name] for name in row.fields_json]


def delete_destroyed() -> int:
    """Delete every object here whose destruction was attested, also one that only partly came; how many."""
    lying = objects.names()
    attested = DataDelivery.objects.filter(key__in=DataDestruction.objects.values("delivery"))
    gone = lying & _names(attested)
    for name in gone:
        objects.drop(name)
    return len(gone)


def sweep() -> None:
    """Delete whatever lies here that no delivery names which still stands: what a stop in between left behind."""
    if not Agency.objects.filter(is_self=True).exists():
        # A node serves before it has an agency, too.
        return
    # Looked at first: what is fetched from now on has its fact already.
    lying = objects.names()
    live = _names(DataDelivery.objects.exclude(key__in=DataDestruction.objects.values("delivery")))
    for name in lying - live:
        objects.drop(name)


def _names(rows: QuerySet[DataDelivery]) -> set[str]:
    """Under which names the objects of these deliveries lie here: by hash what we sealed, by fact what is for us.

    What others exchange among each other lies here under no name, whatever hash their facts tell.
    """
    own = own_agency().id
    found = set(rows.filter(agency=own).values_list("object", flat=True))
    return found | set(rows.filter(recipient=own).values_list("key", flat=True))


def _not_withdrawn(rows: QuerySet[DataDelivery]) -> QuerySet[DataDelivery]:
    """Those of which neither yes nor request was taken back: what is still on its way then never arrives."""
    return rows.exclude(answer__in=actions.answers_taken_back())


class Deliveries:
    """What sync asks about objects."""

    def wanted(self, partner: str) -> list[objects.Wanted]:
        """Deliveries for us that we neither received nor destroyed, where we can still state that they came."""
        rows = DataDelivery.objects.filter(agency=partner, recipient=own_agency().id)
        rows = rows.exclude(key__in=DataReceipt.objects.values("delivery"))
        rows = _not_withdrawn(rows.exclude(key__in=DataDestruction.objects.values("delivery")))
        return [
            objects.Wanted(name=row.key, digest=row.object, size=row.size)
            for row in rows.order_by("delivered_at", "key")
            if actions.may_state(row.agreement, own_agency().id, on=localdate(now()))
        ]

    def may_keep(self, name: str) -> bool:
        """Until its destruction was attested."""
        rows = DataDelivery.objects.filter(key=name, recipient=own_agency().id)
        return rows.exclude(key__in=DataDestruction.objects.values("delivery")).exists()

    def may_read(self, reader: str, digest: str) -> bool:
        """Only its recipient, until it attested that it destroyed it, or the request or our yes was taken back."""
        rows = DataDelivery.objects.filter(object=digest, recipient=reader, agency=own_agency().id)
        return _not_withdrawn(rows.exclude(key__in=DataDestruction.objects.values("delivery"))).exists()

    def digest_of(self, name: str) -> str:
        """The hash that a delivery for us tells."""
        return DataDelivery.objects.filter(key=name).values_list("object", flat=True).first() or ""

    def owed(self, reader: str) -> set[str]:
        """Hashes of deliveries by us whose receipt or destruction the recipient has not stated."""
        rows = DataDelivery.objects.filter(agency=own_agency().id, recipient=reader)
        rows = rows.exclude(key__in=DataReceipt.objects.values("delivery"))
        rows = _not_withdrawn(rows.exclude(key__in=DataDestruction.objects.values("delivery")))
        return set(rows.values_list("object", flat=True))

    def arrived(self, name: str) -> None:
        """State that we have it, if it opens under the terms of its fact and holds what may travel; else Untrue."""
        row = DataDelivery.objects.get(key=name, recipient=own_agency().id)
        try:
            rows_of(row)
        except Refused as refusal:
            raise objects.Untrue("", refusal) from refusal
        except (sealed.BadSeal, ValueError) as error:
            raise objects.Untrue("an object that does not open under the terms of its fact") from error
        except FileNotFoundError:
            return  # destroyed at this moment
        # An agreement that ended meanwhile takes no more facts, nor does a delivery that was destroyed.
        with contextlib.suppress(Refused):
            actions.confirm_receipt(id=new_event_id(now()), by=None, at=now(), delivery=row.key)


deliveries = SOURCE = Deliveries()


def _terms_of(row: DataDelivery) -> Any:
    return terms(
        agreement=row.agreement,
        dataset=row.dataset,
        answer=row.answer,
        recipient=row.recipient,
        fields=row.fields_json,
        uses_until=row.uses_until.isoformat(),
    )
