"""What a published station list changes."""

from __future__ import annotations

from sinergi.features.places.events import StationListText, StationsPublished
from sinergi.features.places.models import Station, StationList
from sinergi.features.places.rules import agrees
from sinergi.ledger import rows
from sinergi.ledger.catalog import Envelope, Ignored, folds, folds_text


@folds(StationsPublished)
def published(event: StationsPublished, envelope: Envelope) -> None:
    """The list. Only the commission of that regency may say where its stations are."""
    author = rows.agency(envelope.agency)
    if author is None or author.kind != "kpu":
        raise Ignored("only a commission publishes polling stations")
    if not event.regency.startswith(author.region) or len(event.regency) != 4:
        raise Ignored("the regency is not the author's")
    StationList.insert(
        key=envelope.key,
        agreement=envelope.agreement,
        author=envelope.agency,
        seq=envelope.seq,
        regency=event.regency,
        stations=event.stations,
        special_stations=event.special_stations,
        voters=event.voters,
        voters_male=event.voters_male,
        voters_female=event.voters_female,
        digest=event.digest,
        published_at=envelope.at,
        exercise=envelope.exercise,
    )


@folds_text(StationsPublished)
def published_rows(text: StationListText | None, envelope: Envelope) -> None:
    """The stations; gone once erased. Rows that are not the ones the header counts are kept as evidence only."""
    listed = StationList.objects.get(key=envelope.key)
    listed.rows.all().delete()
    rows = [] if text is None else text.rows
    readable = agrees(rows, regency=listed.regency, stations=listed.stations, digest=listed.digest)
    if readable:
        Station.objects.bulk_create(
            [
                Station(
                    list=listed,
                    code=row.code,
                    village=row.code[:10],
                    number=int(row.code[10:]),
                    address=row.address[:300],
                    lat_e6=row.lat_e6,
                    lon_e6=row.lon_e6,
                    voters=row.voters,
                    voters_male=row.voters_male,
                    voters_female=row.voters_female,
                    is_special=row.is_special,
                    no_signal=row.no_signal,
                )
                for row in rows
            ],
            batch_size=500,
        )
    StationList.objects.filter(key=envelope.key).update(is_readable=readable)
