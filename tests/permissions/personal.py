"""Personal data that is planted in the world of the permission test, and looked for in what leaves it.

The test of doors asks every address as every role; `leaks` reads each answer, so a new road out is walked on the day it
gets its row. What each role may be told is said here a second time: sinergi/access/masking.py must agree.
"""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pypdfium2

from sinergi.features.people import actions
from sinergi.features.people.events import OfficerRow, UnitRow
from sinergi.features.security.models import Request
from sinergi.features.standing_duties.events import Contact, ContactsPublished, ContactsText
from sinergi.kernel.actors import Actor
from sinergi.kernel.ids import new_event_id
from sinergi.kernel.instants import now
from tests.permissions.rows import KPU, KPU_OFFICE, POLICE
from tests.permissions.world import World

CALL = f"{KPU_OFFICE} district_committee {POLICE}"
PLANNERS = "operations_head operations_staff"
# What is planted, and which roles may be told it somewhere.
TOLD_TO: dict[str, frozenset[str]] = {
    word: frozenset(roles.split())
    for word, roles in {
        "0812-7000-0001": CALL,  # whom a request names
        "0812-7000-0002": CALL,  # who leads the unit
        "0812-7000-0003": f"{KPU} {POLICE}",  # in a list of contacts
        "kontak@contoh.go.id": f"{KPU} {POLICE}",
        "0812-7000-0004": PLANNERS,  # an officer's own
        "1203011099": PLANNERS,  # where an officer lives
        "Sehat untuk tugas": PLANNERS,
    }.items()
}
# Proof has the bytes that were signed; whoever takes it out is named by its own door.
PROVES = frozenset({"security:evidence", "exchange:evidence", "agreement:evidence"})


def plant(world: World) -> None:
    """One request with its people, one list of contacts, one officer, all of the agreement that duties cover."""
    key = world.request(own=True)
    sent = {"assigned_at": now(), "assigned_officers": 12, "assigned_vehicles": 1, "unit": "Sat Samapta"}
    Request.objects.filter(key=key).update(commander="AKP Contoh", commander_phone="0812-7000-0002", **sent)
    rows = [Contact(post="Sekretaris", phone="0812-7000-0003", email="kontak@contoh.go.id")]
    world.own_partner.state(world.agreement, ContactsPublished(count=1, text=ContactsText(rows=rows)))
    head: dict[str, Any] = {"by": Actor(id="c41efc41efc41ef1", office="operations_head"), "at": now()}
    unit = UnitRow("TS-01", "Polsek Sipirok", "polsek", "1203", 1_600_000, 99_270_000, 30, 4)
    actions.list_units(id=new_event_id(now()), rows=[unit], **head)
    officer = OfficerRow(
        "80010001", "Sari Lubis", "BRIPKA", "TS-01", "P", 34, False, "1203011099", phone="0812-7000-0004"
    )
    actions.list_officers(id=new_event_id(now()), rows=[officer], **head)


def found_in(answer: Any) -> frozenset[str]:
    """Which of the planted words an answer tells, whatever its form."""
    text = _text(b"".join(answer) if answer.streaming else answer.content)
    return frozenset(word for word in TOLD_TO if word in text)


def _text(data: bytes) -> str:
    """All that a person could read out of a file: also in sheets, archives and PDFs."""
    if data.startswith(b"PK\x03\x04") and zipfile.is_zipfile(io.BytesIO(data)):
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            return "\n".join(_text(packed.read(name)) for name in packed.namelist())
    if data.startswith(b"%PDF-"):
        document = pypdfium2.PdfDocument(data)
        return "\n".join(page.get_textpage().get_text_range() for page in document)
    return data.decode("utf-8", "replace")
