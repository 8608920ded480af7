"""The catalogue in the vocabulary by which catalogues of open data talk to each other: DCAT 3 as JSON-LD.

https://www.w3.org/TR/vocab-dcat-3/ ; what an entry must have follows the European profile DCAT-AP 3. Only what is about
the data travels in it, never the data: there is no distribution, because what is delivered is sealed for one recipient.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sinergi.features.data.models import Dataset

CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
_AUTHORITY = "http://publications.europa.eu/resource/authority/"
ACCESS = {"terbuka": "PUBLIC", "terbatas": "RESTRICTED", "dikecualikan": "NON_PUBLIC"}
FREQUENCY = {
    "once": "NEVER",
    "on_change": "IRREG",
    "daily": "DAILY",
    "weekly": "WEEKLY",
    "monthly": "MONTHLY",
    "quarterly": "QUARTERLY",
    "yearly": "ANNUAL",
}


def catalogue(
    rows: Iterable[Dataset], *, publisher: tuple[str, str], owners: Mapping[str, tuple[str, str]]
) -> dict[str, Any]:
    """The catalogue as JSON-LD. `publisher` and `owners` (by agency id): code and name of agencies."""
    return {
        "@context": CONTEXT,
        "@id": f"urn:sinergi:katalog:{publisher[0]}",
        "@type": "dcat:Catalog",
        "dct:title": _said(f"Katalog data {publisher[1]}"),
        "dct:description": _said("Kumpulan data yang dipertukarkan menurut perjanjian kerja sama."),
        "dct:publisher": _agent(publisher),
        "dcat:dataset": [_dataset(row, owners[row.agency]) for row in rows],
    }


def _dataset(row: Dataset, owner: tuple[str, str]) -> dict[str, Any]:
    return {
        "@id": f"urn:sinergi:catatan:{row.key}",
        "@type": "dcat:Dataset",
        "dct:identifier": row.code,
        "dct:title": _said(row.title or row.code),
        "dct:description": _said(row.purpose or row.title or row.code),
        "dct:publisher": _agent(owner),
        "dct:issued": {"@type": "xsd:dateTime", "@value": row.stated_at.isoformat()},
        "dct:accessRights": {
            "@id": f"{_AUTHORITY}access-right/{ACCESS[row.information_class]}",
            "@type": "dct:RightsStatement",
        },
        "dct:accrualPeriodicity": {"@id": f"{_AUTHORITY}frequency/{FREQUENCY[row.refresh]}", "@type": "dct:Frequency"},
        "dct:rights": {"@type": "dct:RightsStatement", "rdfs:label": _said(_rights(row))},
        "dcat:keyword": [_said(row.label(field.name)) for field in row.columns()],
    }


def _rights(row: Dataset) -> str:
    parts = [row.legal_basis or "", f"Masa simpan penerima {row.retention_days} hari."]
    if row.consequence_test:
        parts.append(f"Uji konsekuensi {row.consequence_test}.")
    return " ".join(part for part in parts if part)


def _agent(who: tuple[str, str]) -> dict[str, Any]:
    return {"@id": f"urn:sinergi:instansi:{who[0]}", "@type": "foaf:Agent", "foaf:name": _said(who[1])}


def _said(words: str) -> dict[str, str]:
    return {"@language": "id", "@value": words}
