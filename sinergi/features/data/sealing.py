"""The table of a delivery, sealed for its recipient and opened by it; and the author's own copy of a version.

What an office sealed for another it cannot open itself. Of standing exchanges it keeps a copy under its own key, so
that the next version can be compared with it; the copy goes when the recipient attests the destruction.
"""

from __future__ import annotations

import io
from typing import Any

from sinergi.features.data import rules
from sinergi.features.data.events import Field
from sinergi.features.data.models import DataDelivery, Dataset
from sinergi.kernel.errors import Refused
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


def keep_copy(row: DataDelivery, data: bytes) -> None:
    """Keep what this office just delivered, sealed for itself."""
    with objects.drafted() as (file, path):
        sealed.seal(io.BytesIO(data), file, recipient=bytes(_own_key().public), terms=terms_of(row))
        objects.keep(file, path, name_of_copy(row.key))


def name_of_copy(delivery: str) -> str:
    """Under which name the author's copy of a delivery lies."""
    return f"copy{delivery}"


def rows_of(row: DataDelivery) -> list[dict[str, Value]]:
    """The rows of a delivery for us, or of our copy of one. Raises sealed.BadSeal or ValueError where it is not what
    its fact says, Refused where it holds what may not travel, OSError where it is not here."""
    opening, pieces = keys.own().encryption, []
    name = row.key if row.recipient == own_agency().id else name_of_copy(row.key)
    with objects.path_of(name).open("rb") as file:
        for place, key in enumerate(opening, 1):
            try:
                pieces = list(sealed.unseal(file, key=key, terms=terms_of(row)))
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


def terms_of(row: DataDelivery) -> Any:
    """The terms that the fact of a delivery states."""
    return terms(
        agreement=row.agreement,
        dataset=row.dataset,
        answer=row.answer,
        recipient=row.recipient,
        fields=row.fields_json,
        uses_until=row.uses_until.isoformat(),
    )


def _own_key() -> Key:
    return Key.objects.filter(agency_id=own_agency().id, use="encryption", last__isnull=True).latest("pk")
