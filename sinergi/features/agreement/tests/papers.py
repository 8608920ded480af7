"""Scanned papers for tests: honest ones, and ones that should not be kept."""

from __future__ import annotations

import io
from datetime import date

import pikepdf
from django.core.files.uploadedfile import SimpleUploadedFile

from sinergi.kernel.ids import new_event_id
from sinergi.ledger.models import Agency
from tests.nodes.simulator import NOON

JPEG = (
    b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
    b"\xff\xc0\x00\x0b\x08\x00\x01\x00\x01\x01\x01\x11\x00\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00\x00\xff\xd9"
)


def pdf(words: str = "naskah", **catalog: pikepdf.Object) -> bytes:
    """A PDF of one page; `catalog` sets entries of its root."""
    made = pikepdf.new()
    made.add_blank_page()
    made.docinfo["/Title"] = words
    for name, value in catalog.items():
        made.Root[f"/{name}"] = value
    written = io.BytesIO()
    made.save(written, static_id=True)
    return written.getvalue()


def upload(data: bytes, name: str = "naskah.pdf") -> SimpleUploadedFile:
    """The bytes as a browser would send them."""
    return SimpleUploadedFile(name, data)


def filled_in(data: bytes | None = None, **changes: object) -> dict[str, object]:
    """The entry form as an honest person fills it in, with its first and third article."""
    partner = Agency.objects.filter(is_self=False).order_by("name").first()
    form: dict[str, object] = {
        "id": new_event_id(NOON),
        "partner": partner.id if partner else "",
        "title": "Perjanjian Kerja Sama Pengamanan Pemilu",
        "own_number": "05/PR.07-PKS/1203/2023",
        "partner_number": "B/11/III/2023",
        "place": "Sipirok",
        "signed_on": date(2023, 3, 18).isoformat(),
        "starts_on": date(2023, 3, 18).isoformat(),
        "ends_on": date(2099, 12, 31).isoformat(),
        "scopes": ["data", "security"],
        "own_signer": "Tirta Lesmana",
        "own_office": "Ketua KPU",
        "partner_signer": "Guntur Prasaja",
        "partner_office": "Kapolres",
        "pasal-TOTAL_FORMS": "3",
        "pasal-INITIAL_FORMS": "0",
        "pasal-0-title": "Pengertian",
        "pasal-0-text": "(1) Para Pihak.\r\n(2) Istilah.",
        "pasal-1-title": "Penegakan hukum",
        "pasal-1-scope": "law",
        "pasal-2-title": "Bantuan pengamanan",
        "pasal-2-scope": "security",
        "scan": upload(pdf() if data is None else data),
    }
    form.update(changes)
    return form
