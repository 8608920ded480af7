"""What a hostile partner, or a duty elsewhere, says about vulnerability stops nobody and displaces nothing."""

from __future__ import annotations

import pytest

from sinergi.access.models import Duty
from sinergi.features.agreement import public as agreements
from sinergi.features.agreement.closing import Closed
from sinergi.features.risk import rules
from sinergi.features.risk.events import ClassesSet, ClassRow, PlacesScored, ScoreRow, ScoresText
from sinergi.features.risk.models import ClassDecision, Score
from sinergi.features.risk.tests.test_pages import FIRST, WHY, commission, send, shared  # noqa: F401 - fixtures
from sinergi.features.risk.views.stations import scores_of
from sinergi.ledger.models import Entry
from tests.nodes.fixtures import KPU_TAPSEL, POLRES, enter_and_confirm, met


@pytest.mark.parametrize("low", [-1, 2**52])
def test_counts_that_no_table_holds_stop_no_exchange(found_node, secretary, low):
    found_node(**KPU_TAPSEL)
    police = met(POLRES)
    agreement = enter_and_confirm(police, secretary)
    police.state(agreement, ClassesSet(low=low, medium=0, high=0, special=0, digest="0" * 64))
    police.state(agreement, ClassesSet(low=1, medium=0, high=0, special=0, digest="0" * 64))
    assert ClassDecision.objects.get().low == 1


def test_a_commission_that_scores_by_the_index_of_the_police_displaces_nothing(shared, commission, person):  # noqa: F811
    rows = [ScoreRow("1203", [9_900])]
    forged = PlacesScored(
        instrument="ipkp@2020", places=1, indicators=1, digest=rules.digest_of(rows), text=ScoresText(rows=rows)
    )
    commission.state(shared, forged)
    assert Score.objects.count() == 1  # evidence of what was said
    assert scores_of(person("operations_head", agreements=[shared]).user) == {}


def test_a_commission_sets_no_class(shared, commission):  # noqa: F811
    rows = [ClassRow(FIRST, "special", WHY)]
    commission.state(
        shared, rules.classify(rows=rows, author_kind="police", author_region="*", set_by="X", known=[FIRST])
    )
    assert Entry.objects.get(kind="risk.classes_set").verdict == "only the police set classes, under an agreement"
    assert ClassDecision.objects.count() == 0


def test_who_only_scores_here_sets_no_class_by_a_duty_elsewhere(shared, person):  # noqa: F811
    staff = person("operations_staff", agreements=[shared])
    here = Duty.objects.get(user=staff.user)
    here.pk, here.role, here.agreements = None, "operations_head", ["another"]
    here.save()
    assert send(staff, "kelas", shared, f"Kode TPS,Kelas,Alasan\n{FIRST},rawan,{WHY}\n").status_code == 404
    assert Entry.objects.filter(kind="risk.classes_set").count() == 0


def test_under_a_suspended_agreement_no_class_is_offered(shared, person, monkeypatch):  # noqa: F811
    chief = person("resort_chief", agreements=[shared])
    page = f"/kerawanan/tps/{FIRST}/"
    assert f'action="{page}kelas/"' in chief.get(page).content.decode()
    monkeypatch.setattr(agreements, "closed", lambda on: {shared: Closed("suspended", on)})
    assert f'action="{page}kelas/"' not in chief.get(page).content.decode()
