"""What both offices of the demo tell each other between elections. All figures and names are invented."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from msgspec.structs import replace

from sinergi.features.agreement.public import agency_code
from sinergi.features.places import public as places
from sinergi.features.standing_duties import actions, rules
from sinergi.features.standing_duties.events import Contact, DistrictCounts
from sinergi.features.standing_duties.models import TrainingSession, VoterUpdate
from sinergi.kernel.instants import ZONES
from sinergi.ledger.store import own_agency

Made = Callable[..., str]
Person = Callable[[str], Any]
# How many quarters the trend shows; the newest of them still waits for the police.
QUARTERS = 3
CONTACTS = {
    "kpu": (
        Contact(
            post="Pejabat penghubung", name="Sekretaris KPU", phone="0811-0000-0001", email="sekretariat@example.id"
        ),
        Contact(post="Gudang logistik", name="Penjaga gudang", phone="0811-0000-0002"),
    ),
    "police": (
        Contact(post="Piket operasi", phone="0811-0000-0110"),
        Contact(post="Pejabat penghubung", name="Kabag Ops", phone="0811-0000-0111", email="bagops@example.id"),
    ),
}


def report(now: datetime, *, agreement: str, made: Made, person: Person) -> None:
    """The commission reports the quarters that have passed, oldest first, and publishes its contacts."""
    own = own_agency()
    year, quarter = rules.quarter_of(now.astimezone(ZONES["WIB"]).date())
    passed = []
    for _back in range(QUARTERS):
        year, quarter = (year, quarter - 1) if quarter > 1 else (year - 1, 4)
        passed.append((year, quarter))
    districts = [one.code for one in places.regions_in(own.region, level="district")]
    for place, (year, quarter) in enumerate(reversed(passed)):
        rows = [
            DistrictCounts(code, 40 + 7 * number + 11 * place, 12 + 3 * number, (number * 5) % 17 + 5)
            for number, code in enumerate(districts)
        ]
        letter = f"L-{place + 3}/PL.01/{own.region}/{year}"
        actions.report_update(
            id=made(own.code, f"voters {place}"),
            by=person("staf"),
            at=now - timedelta(days=20 - place),
            agreement=agreement,
            year=year,
            quarter=quarter,
            totals=tuple(sum(getattr(row, name) or 0 for row in rows) for name in ("new", "gone", "changed")),
            districts=rows,
            letter_number=letter,
            letter_dated=(now - timedelta(days=21)).date(),
            letter=hashlib.sha256(letter.encode()).hexdigest(),
            letter_size=len(letter),
        )
    publish(now, agreement=agreement, made=made, person=person("staf"))


def propose_training(now: datetime, *, agreement: str, made: Made, person: Person) -> None:
    """The commission proposes two sessions: one soon, one for the year to come."""
    own, today = own_agency(), now.astimezone(ZONES["WIB"]).date()
    for name, topic, days, people in (
        ("training", "Bimtek Pam TPS: tugas di pintu masuk dan keluar", 4, 120),
        ("drill", "Simulasi pemungutan dan penghitungan suara", 120, 60),
    ):
        actions.propose_session(
            id=made(own.code, name),
            by=person("sekretaris"),
            at=now - timedelta(days=15),
            agreement=agreement,
            on=today + timedelta(days=days),
            people=people,
            arranger=own.id,
            topic=topic,
            place="Aula kantor KPU",
        )


def plan_training(now: datetime, *, made: Made, person: Person) -> None:
    """The police take the nearest session of each commission into the plan; the other one still waits for them."""
    for row in TrainingSession.objects.order_by("agreement", "on"):
        if (row.on - now.date()).days < 60:
            actions.answer_session(
                id=made(row.agency[:8], "training"),
                by=person("kabagops"),
                at=now - timedelta(days=8),
                session=row.key,
                agrees=True,
            )


def move_training(now: datetime, *, made: Made, person: Person) -> None:
    """A commission needs another day for the session that is planned."""
    for row in TrainingSession.objects.order_by("agreement", "on"):
        if row.state == "planned":
            actions.move_session(
                id=made(row.key, "move"),
                by=person("sekretaris"),
                at=now - timedelta(days=3),
                session=row.key,
                on=row.day + timedelta(days=1),
            )


def agree_to_move(now: datetime, *, made: Made, person: Person) -> None:
    """The police agree to the new day of the first session; another commission's still waits."""
    for row in TrainingSession.objects.order_by("stated_at", "key"):
        waiting = rules.open_move(row)
        if waiting is not None and agency_code(row.agency) == "kpu-tapsel":
            actions.answer_move(
                id=made(row.key, "new day"),
                by=person("kabagops"),
                at=now - timedelta(days=2),
                session=row.key,
                move=waiting.key,
                agrees=True,
            )


def answer(now: datetime, *, made: Made, person: Person) -> None:
    """The police answer every update but the newest of each commission, and publish their contacts."""
    found = list(VoterUpdate.objects.order_by("agreement", "year", "quarter"))
    for place, row in enumerate(found):
        if place + 1 == len(found) or found[place + 1].agreement != row.agreement:
            publish(now, agreement=row.agreement, made=made, person=person("kabagops"))
            continue
        actions.report_members(
            id=made(row.agency[:8], f"members {row.year} {row.quarter}"),
            by=person("stafops"),
            at=now - timedelta(days=10),
            update=row.key,
            joined=3 + place,
            left=5,
            letter_number=f"L-B/{40 + place}/OPS/{row.year}",
            letter_dated=(now - timedelta(days=11)).date(),
        )


def publish(now: datetime, *, agreement: str, made: Made, person: Any) -> None:
    """Publish this office's contacts: whoever hands a post over stands there with the last day, and who follows."""
    today = now.astimezone(ZONES["WIB"]).date()
    contacts = CONTACTS[own_agency().kind]
    (changing,) = (one for one in contacts if one.post == "Pejabat penghubung")
    last = today + timedelta(days=20)
    terms = [
        replace(changing, until=last),
        replace(changing, name=f"{changing.name} pengganti", since=last + timedelta(days=1)),
    ]
    actions.publish_contacts(
        id=made(own_agency().code, f"contacts {agreement[:8]}"),
        by=person,
        at=now - timedelta(days=9),
        agreement=agreement,
        rows=[*terms, *(one for one in contacts if one is not changing)],
    )
