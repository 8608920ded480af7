"""On whose wall which clock hangs: every province by its Kemendagri code, counted apart from the product's table."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from sinergi.kernel.instants import ZONES, zone_of

# Sumatra, Java, Kalimantan Barat and Tengah; Kalimantan Selatan, Timur and Utara, Bali, Nusa Tenggara and Sulawesi;
# Maluku and Papua with the four provinces made in 2022.
WIB = (*range(11, 20), 21, *range(31, 37), 61, 62)
WITA = (51, 52, 53, 63, 64, 65, *range(71, 77))
WIT = (81, 82, *range(91, 97))


@pytest.mark.parametrize(("zone", "codes", "ahead"), [("WIB", WIB, 7), ("WITA", WITA, 8), ("WIT", WIT, 9)])
def test_every_province_has_its_zone_and_so_has_each_place_in_it(zone, codes, ahead):
    for code in codes:
        assert {zone_of(f"{code}{rest}") for rest in ("", "71", "0304", "03042001")} == {zone}, code
    assert datetime(2024, 2, 14, tzinfo=UTC).astimezone(ZONES[zone]).hour == ahead


def test_the_provinces_are_thirty_eight_and_an_unknown_place_reads_the_clock_of_jakarta():
    assert len({*WIB, *WITA, *WIT}) == 38
    assert [zone_of(region) for region in ("", "*", "9", "99")] == ["WIB"] * 4
