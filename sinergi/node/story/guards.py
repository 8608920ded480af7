"""Vulnerability of stations and strength of units in the demo. Scores, classes and numbers are invented."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sinergi.features.agreement.models import Agreement
from sinergi.features.people.actions import list_officers, list_units
from sinergi.features.people.events import OfficerRow, UnitRow
from sinergi.features.places import public as places
from sinergi.features.risk import actions
from sinergi.features.risk.events import ClassRow, Level, ScoreRow
from sinergi.features.risk.instruments import newest
from sinergi.ledger.models import Agency
from sinergi.ledger.store import own_agency

Made = Callable[..., str]
Person = Callable[[str], Any]
SCORED = 60  # stations of each regency
# One in so many of the scored stations gets this class.
CLASSES: tuple[tuple[int, Level, str], ...] = (
    (20, "special", "Lokasi khusus di lingkungan lembaga pemasyarakatan"),
    (9, "high", "Kotak suara pernah dirusak orang tak dikenal pada 2019"),
    (3, "medium", "Jalan ke TPS terputus bila sungai naik"),
    (1, "low", "Tidak ada kejadian pada dua pemilu terakhir"),
)
FIRST = (
    "Adi", "Bakti", "Cahya", "Dame", "Eko", "Fajar", "Gading", "Hotma", "Indra", "Jaya", "Kartika", "Lamhot", "Maruli",
    "Nauli", "Oloan", "Parlin", "Rahmat", "Sahat", "Tigor", "Ucok", "Wahyu", "Yusuf", "Zulham",
)  # fmt: skip
LAST = (
    "Contoh", "Siregar", "Harahap", "Nasution", "Lubis", "Hasibuan", "Pohan", "Batubara", "Rambe", "Daulay", "Ritonga",
)  # fmt: skip
RANKS = ("Bripda", "Briptu", "Brigpol", "Bripka", "Aipda", "Aiptu")
# Who leads: on duty as padal already, so no plan puts them at a post.
LEADERS = 23
UNITS = (
    UnitRow("polres", "Polres Tapanuli Selatan", "polres", "1203", 1_605_000, 99_279_000, 320, 60),
    UnitRow("polsek-sipirok", "Polsek Sipirok", "polsek", "1203", 1_606_000, 99_272_000, 38, 6),
    UnitRow("polsek-batang-toru", "Polsek Batang Toru", "polsek", "1203", 1_497_000, 99_067_000, 42, 6),
    UnitRow("polsek-padang-bolak", "Polsek Padang Bolak", "polsek", "1220", 1_501_000, 99_622_000, 45, 6),
    UnitRow("polsek-halongonan", "Polsek Halongonan", "polsek", "1220", 1_560_000, 99_760_000, 30, 4),
    UnitRow("brimob", "Kompi Brimob BKO", "brimob", "", 1_380_000, 99_270_000, 90, 30),
)


def score(now: datetime, *, agreement: str, made: Made, person: Person) -> None:
    """A commission scores its first stations by the indicators of Bawaslu."""
    instrument = newest()["tps-rawan"]
    count = len(instrument.indicators)
    rows = [
        ScoreRow(code, [10_000 if (place * 7 + number * 5) % 11 == 0 else 0 for number in range(count)])
        for place, code in enumerate(_scored(agreement))
    ]
    actions.score_places(
        id=made(own_agency().code, "scores"),
        by=person("staf"),
        at=now - timedelta(days=16),
        agreement=agreement,
        instrument=instrument.id,
        rows=rows,
    )


def classify(now: datetime, *, made: Made, person: Person) -> None:
    """The police set the class of stations in Paluta, each with its reason, and note their units; Tapsel waits."""
    paluta = Agency.objects.get(code="kpu-paluta").id
    agreement = next(row for row in Agreement.objects.filter(drafted=False) if paluta in row.party_ids).agreement
    found = []
    for place, code in enumerate(_scored(agreement), 1):
        level, reason = next((level, reason) for each, level, reason in CLASSES if place % each == 0)
        found.append(ClassRow(code, level, reason))
    actions.set_classes(
        id=made("classes"),
        by=person("kabagops"),
        at=now - timedelta(days=12),
        agreement=agreement,
        set_by="Kompol Hendra Lubis",
        rows=found,
    )
    list_units(id=made("units"), by=person("kabagops"), at=now - timedelta(days=11), rows=list(UNITS))
    agreements = Agreement.objects.filter(drafted=False).values_list("agreement", flat=True)
    villages = {code[:10] for one in agreements for code in places.station_codes(one)}
    rows = _officers(sorted(villages))
    list_officers(id=made("officers"), by=person("kabagops"), at=now - timedelta(days=11), rows=rows)


def _officers(villages: list[str]) -> list[OfficerRow]:
    """As many invented officers as the units have: one in ten a woman, some unfit, too old, tired or of one village."""
    found: list[OfficerRow] = []
    for unit in UNITS:
        for _ in range(unit.officers):
            n = len(found)
            # Steps that share no divisor with the lengths: names and ages mix without any chance.
            found.append(
                OfficerRow(
                    code=f"{80_000_001 + n}",
                    name=f"{FIRST[n * 7 % len(FIRST)]} {LAST[n * 5 % len(LAST)]}",
                    rank=RANKS[n * n % len(RANKS)],
                    unit=unit.code,
                    sex="P" if n % 10 == 3 else "L",
                    age=22 + n * 11 % 33,
                    fit=n % 23 != 5,
                    home=villages[n * 37 % len(villages)] if villages and n % 6 else "",
                    hours_worked=6 if n % 19 == 4 else 0,
                    rested_hours=4 if n % 29 == 7 else 12,
                    phone=f"0812-0000-{n:04d}",
                )
            )
    leaders = [("84050505", "Rudi Tampubolon", "AKP", "polsek-sipirok")]
    for n in range(LEADERS):
        home = UNITS[n % len(UNITS)].code
        leaders.append((f"{79_000_001 + n}", f"{FIRST[n]} {LAST[n % len(LAST)]}", "Iptu" if n % 3 else "AKP", home))
    for n, (code, name, rank, led) in enumerate(leaders):
        phone = f"0813-0000-{n:04d}"
        found.append(
            OfficerRow(
                code=code, name=name, rank=rank, unit=led, sex="L", age=45, fit=True, rested_hours=0, phone=phone
            )
        )
    return found


def _scored(agreement: str) -> list[str]:
    return sorted(places.station_codes(agreement))[:SCORED]
