"""How a delivered table travels: fetched by its recipient's node, received, deleted once destroyed."""

from __future__ import annotations

import contextlib

from django.db.models import QuerySet
from django.utils.timezone import localdate

from sinergi.features.data import actions, sealing, versions
from sinergi.features.data.models import DataDelivery, DataDestruction, DataReceipt, DeliverySummary
from sinergi.kernel.errors import Refused
from sinergi.kernel.ids import new_event_id
from sinergi.kernel.instants import now
from sinergi.ledger import sealed
from sinergi.ledger.models import Agency
from sinergi.ledger.store import own_agency
from sinergi.sync import objects


def delete_destroyed() -> int:
    """Delete every object here whose destruction was attested, also one that only partly came; how many."""
    lying = objects.names()
    attested = DataDelivery.objects.filter(key__in=DataDestruction.objects.values("delivery"))
    DeliverySummary.objects.filter(delivery__in=attested.values("key")).delete()
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
    ours = list(rows.filter(agency=own).values_list("object", "key"))
    found = {digest for digest, _key in ours} | {sealing.name_of_copy(key) for _digest, key in ours}
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
            read = sealing.rows_of(row)
        except Refused as refusal:
            raise objects.Untrue("", refusal) from refusal
        except (sealed.BadSeal, ValueError) as error:
            raise objects.Untrue("an object that does not open under the terms of its fact") from error
        except FileNotFoundError:
            return  # destroyed at this moment
        versions.remember(row, read)
        versions.remember_next(row)
        # An agreement that ended meanwhile takes no more facts, nor does a delivery that was destroyed.
        with contextlib.suppress(Refused):
            actions.confirm_receipt(id=new_event_id(now()), by=None, at=now(), delivery=row.key)


deliveries = SOURCE = Deliveries()
