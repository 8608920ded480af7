"""What a commission's node makes of a roster, and of what the police never tell it."""

from __future__ import annotations

from datetime import timedelta

from sinergi.access.models import ReadAudit
from sinergi.features.orders import rules
from sinergi.features.orders.events import (
    IntelligenceAnnexed,
    IntelligenceText,
    RosterRow,
    RosterStated,
    RosterText,
    RosterWithdrawn,
)
from sinergi.features.orders.models import DutyOrder, Intelligence, Roster, RosterEntry
from sinergi.ledger import rebuild
from sinergi.ledger.models import Entry
from tests.nodes.simulator import NOON

PAGE = "/perintah/petugas-tps/"


def stated(*names: str, **changed: object) -> RosterStated:
    """One officer for each name, at one station of each district."""
    rows = [
        RosterRow(
            station=f"12030{district}1001001",
            post=f"12030{district}1001001",
            rank="Bripka",
            name=name,
            unit="Polsek Contoh",
            phone="0812-0000-0001",
            starts_at=NOON,
            ends_at=NOON + timedelta(hours=12),
        )
        for district, name in enumerate(names, 1)
    ]
    text = RosterText(rows=rows)
    told = {"order": "Sprin/1/II/OPS.1.3./2024", "stations": len(rows), "officers": len(rows)}
    return RosterStated(**{**told, "digest": rules.digest_of(text), "text": text, **changed})


def verdicts() -> list[str]:
    return list(Entry.objects.filter(state=Entry.State.INVALID).order_by("pk").values_list("verdict", flat=True))


def test_a_commission_reads_who_guards_its_stations_and_leaves_a_trace(agreement, police, person):
    police.state(agreement, stated("Petugas Satu", "Petugas Dua"), obligation="D-06")
    secretary = person("secretary")
    page = secretary.get(PAGE).content.decode()
    for words in ("Sprin/1/II/OPS.1.3./2024", "Petugas Satu", "Petugas Dua", "tel:0812-0000-0001", "Polsek Contoh"):
        assert words in page
    assert ReadAudit.objects.filter(permission="orders.roster").count() == 1
    assert "Petugas Dua" not in secretary.get(f"{PAGE}?cari=satu").content.decode()
    assert "Petugas Satu" not in secretary.get(f"{PAGE}?kecamatan=120302").content.decode()
    assert secretary.get("/perintah/petugas-tps.xlsx").status_code == 200
    committee = person("district_committee", regions=["120302"]).get(PAGE).content.decode()
    assert "Petugas Dua" in committee and "Petugas Satu" not in committee
    assert "belum sampai" in person("secretary", agreements=["0" * 64]).get(PAGE).content.decode()
    assert person("village_committee").get(PAGE).status_code == 403


def test_the_last_roster_counts_and_one_that_was_withdrawn_does_not(agreement, police, person):
    police.state(agreement, stated("Petugas Lama"))
    key = police.state(agreement, stated("Petugas Baru"))
    page = person("chair").get(PAGE).content.decode()
    assert "Petugas Baru" in page and "Petugas Lama" not in page
    police.state(agreement, RosterWithdrawn(roster=key))
    page = person("chair").get(PAGE).content.decode()
    assert "Petugas Baru" not in page and "Petugas Lama" not in page
    assert rebuild.check() == []


def test_what_is_no_roster_of_the_police_is_kept_as_evidence_and_shown_to_nobody(agreement, police, person):
    police.state(agreement, stated("Petugas Palsu", digest="0" * 64))
    police.state(agreement, stated("Petugas Banyak", stations=2))
    police.state(agreement, stated("P" * 101))
    assert Roster.objects.count() == 3 and not RosterEntry.objects.exists()
    police.state(agreement, stated("Petugas Nihil", officers=0))
    assert Roster.objects.count() == 3 and verdicts() == ["its counts are of no roster"]
    assert "belum sampai" in person("chair").get(PAGE).content.decode()


def test_an_annex_that_came_under_an_agreement_all_the_same_enters_no_table(agreement, police):
    roster = police.state(agreement, stated("Petugas Satu"))
    police.state(agreement, IntelligenceAnnexed(order=roster, text=IntelligenceText(words="Kelompok Elang")))
    assert verdicts() == ["orders and intelligence of the police stay in their internal log"]
    assert not Intelligence.objects.exists() and not DutyOrder.objects.exists()
