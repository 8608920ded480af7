"""When a list of units or officers holds together."""

from __future__ import annotations

import msgspec
import pytest

from sinergi.features.people import rules
from sinergi.features.people.events import OfficerRow, UnitRow
from sinergi.kernel.errors import Refused

UNIT = UnitRow("TS-01", "Polsek Sipirok", "polsek", "1203", 1_600_000, 99_270_000, 30, 4)
OFFICER = OfficerRow("80010001", "Sari Lubis", "BRIPKA", "TS-01", "P", 34, True)


@pytest.mark.parametrize(
    ("rows", "kind", "code"),
    [
        ([UNIT], "kpu", "SDM-01"),
        ([], "police", "SDM-02"),
        ([UNIT] * 501, "police", "SDM-03"),
        ([UNIT, UNIT], "police", "SDM-04"),
        ([msgspec.structs.replace(UNIT, reserve=31)], "police", "SDM-05"),
        ([msgspec.structs.replace(UNIT, regency="")], "police", "SDM-06"),
    ],
)
def test_units_that_cannot_be_are_refused(rows, kind, code):
    with pytest.raises(Refused) as refusal:
        rules.list_units(rows=rows, author_kind=kind)
    assert refusal.value.code == code


def test_officers_belong_to_a_known_unit():
    assert rules.list_officers(rows=[OFFICER], author_kind="police", units=["TS-01"]).officers == 1
    with pytest.raises(Refused) as refusal:
        rules.list_officers(rows=[OFFICER], author_kind="police", units=[])
    assert refusal.value.code == "SDM-07"
