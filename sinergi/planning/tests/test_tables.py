"""Every wrong cell gets a sentence with its file, row and column, and nothing is planned from it."""

from __future__ import annotations

import pytest

from sinergi.planning import tables
from sinergi.planning.model import CLASSES

STATIONS = "code,village_code,district_code,regency_code,lat,lon,voters,class"
ONE = "1203012001001,1203012001,120301,1203,1.6,99.2,250,low"
TWO = "1203012001002,1203012001,120301,1203,1.61,99.21,,medium"
UNITS = "code,name,level,regency_code,lat,lon,officers,reserve"
PATTERNS = "class,police_min,police_max,stations,linmas,radius_m"


def refusal(read, *lines, encoding="utf-8"):
    with pytest.raises(tables.WrongTables) as caught:
        read("\n".join(lines).encode(encoding), "berkas.csv")
    return "\n".join(map(str, caught.value.problems))


def station(**changed):
    names = STATIONS.split(",")
    row = dict(zip(names, ONE.split(","), strict=True)) | {name.rstrip("_"): text for name, text in changed.items()}
    return ",".join(row[name] for name in names)


def test_columns_come_in_any_order_with_more_beside_them_and_in_an_office_encoding():
    text = "CLASS;Voters;note;lon;lat;regency_code;district_code;village_code;code\r\n"
    text += "low;250;Désa;99.2;1.6;1203;120301;1203012001;1203012001001\r\n;;;;;;;;\r\n"
    for encoding in ("utf-8", "utf-8-sig", "cp1252", "utf-16"):
        read = tables.read_stations(text.encode(encoding), "tps.csv")
        assert (read.code, read.lat.tolist(), read.voters.tolist()) == (["1203012001001"], [1.6], [250])
        assert CLASSES[read.risk[0]] == "low" and read.district == ["120301"]


@pytest.mark.parametrize(
    ("changed", "column", "said"),
    [
        ({"lat": "99.2", "lon": "1.6"}, "lat", "tertukar"),
        ({"lat": "0", "lon": "0"}, "lon", "di luar Indonesia"),
        ({"lat": "51.5"}, "lat", "di luar Indonesia"),
        ({"lat": "NaN"}, "lat", "bukan bilangan"),
        ({"lat": "inf"}, "lat", "bukan bilangan"),
        ({"lat": "1e400"}, "lat", "di luar Indonesia"),
        ({"lat": "1_6"}, "lat", "bukan bilangan"),
        ({"lon": ""}, "lon", "pasangannya"),
        ({"lat": "", "lon": ""}, "lat", "tidak ada TPS lain di desa 1203012001"),
        ({"class_": "rendah"}, "class", "low, medium, high, special"),
        ({"class_": "x" * 500}, "class", "…"),
        ({"voters": "-5"}, "voters", "bukan bilangan bulat"),
        ({"voters": "9" * 30}, "voters", "bukan bilangan bulat"),
        ({"voters": "999999"}, "voters", "tidak boleh"),
        ({"code": ""}, "code", "wajib diisi"),
        ({"code": "=HYPERLINK(1)"}, "code", "bukan kode"),
        ({"village_code": "x" * 41}, "village_code", "bukan kode"),
    ],
)
def test_a_wrong_cell_of_a_station_is_named(changed, column, said):
    words = refusal(
        tables.read_stations, STATIONS, TWO.replace("12001002,1203012001", "12002001,1203012002"), station(**changed)
    )
    assert f"berkas.csv, baris 3, kolom {column}: " in words and said in words


def test_a_station_named_twice_is_told_with_both_rows():
    assert "baris 3, kolom code: TPS 1203012001001 sudah ada di baris 2." in refusal(
        tables.read_stations, STATIONS, ONE, station(lat="1.7")
    )


def test_an_area_in_two_places_is_refused():
    words = refusal(tables.read_stations, STATIONS, ONE, station(code="x", district_code="120302"))
    assert "kolom district_code: desa 1203012001 ada di 120302, padahal di baris 2 ada di 120301." in words
    words = refusal(tables.read_stations, STATIONS, ONE, station(code="x", village_code="v", regency_code="1220"))
    assert "kolom regency_code: kecamatan 120301" in words


def test_a_station_without_a_point_stands_in_the_middle_of_its_village():
    lines = [STATIONS, ONE, TWO, station(code="x", lat="", lon="")]
    read = tables.read_stations("\n".join(lines).encode(), "tps.csv")
    assert read.filled.tolist() == [False, False, True]
    assert (read.lat[2], read.lon[2]) == (pytest.approx(1.605), pytest.approx(99.205))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "kosong"),
        (b"\n\n", "kosong"),
        (STATIONS.encode(), "tidak ada satu TPS pun"),
        (b"PK\x03\x04rest", "bukan CSV"),
        (STATIONS.encode() + b"\n" + ONE.encode() + b"\x00", "bita nol"),
        (STATIONS.encode() + b"\n\xc3\xa9\xff\xfe" + ONE.encode(), "Huruf di baris 2 rusak"),
        (STATIONS.encode() + b'\n"' + ONE.encode(), "kutip"),
        (STATIONS.replace("lat", "latitude").encode() + b"\n" + ONE.encode(), "kolom lat: kolom ini tidak ada"),
        (STATIONS.replace("lon", "lat").encode() + b"\n" + ONE.encode(), "ada dua kali"),
        (STATIONS.encode() + b"\n" + ONE.replace("1.6", "1,6").encode(), "ada 9 sel"),
    ],
)
def test_a_file_that_is_no_table_is_refused(data, said):
    with pytest.raises(tables.WrongTables) as caught:
        tables.read_stations(data, "tps.csv")
    assert said in "\n".join(map(str, caught.value.problems))


def test_many_wrong_cells_are_counted_and_the_first_twenty_named():
    lines = [STATIONS, *(station(code=f"s{i}", lat="x") for i in range(50))]
    with pytest.raises(tables.WrongTables) as caught:
        tables.read_stations("\n".join(lines).encode(), "tps.csv")
    assert (len(caught.value.problems), caught.value.count) == (20, 50)
    assert "Masih ada 49 kesalahan lain" in caught.value.sentence


@pytest.mark.parametrize(
    ("row", "column", "said"),
    [
        ("S,Polsek,sector,1203,1.6,99.2,5,6", "reserve", "cadangan 6 melebihi personel 5"),
        ("S,Polsek,sector,1203,1.6,99.2,,0", "officers", "wajib diisi"),
        ("S,Polsek,sector,1203,1.6,99.2,-1,0", "officers", "bukan bilangan bulat"),
        ("S,Polsek,sector,1203,1.6,99.2,2.5,0", "officers", "bukan bilangan bulat"),
        ("S,Polsek,sector,1203,,,5,0", "lat", "harus punya titik"),
        ("S,Polsek,sector,1203,99.2,1.6,5,0", "lat", "tertukar"),
        ("S,Polsek,sector,,1.6,99.2,5,0", "regency_code", "wajib diisi"),
        ("U,Polres,regency,1203,1.6,99.2,5,0", "code", "sudah ada di baris 2"),
    ],
)
def test_a_wrong_cell_of_a_unit_is_named(row, column, said):
    words = refusal(tables.read_units, UNITS, "U,Polres,regency,1203,1.6,99.2,5,", row)
    assert f"baris 3, kolom {column}: " in words and said in words


@pytest.mark.parametrize(
    ("row", "column", "said"),
    [
        ("medium,2,2,0,4,", "stations", "dari 1"),
        ("medium,0,2,4,4,", "police_min", "dari 1"),
        ("medium,2,0,4,4,", "police_max", "dari 1"),
        ("medium,3,2,4,4,", "police_max", "paling sedikit 3"),
        ("medium,2,2,4,4,0", "radius_m", "lebih dari 0"),
        ("medium,2,2,4,4,nan", "radius_m", "bukan jarak"),
        ("medium,2,2,4,4,1e9", "radius_m", "bukan jarak"),
        ("medium,2,2,4,,", "linmas", "wajib diisi"),
        ("rawan,2,2,4,4,", "class", "tidak dikenal"),
        ("low,2,2,4,4,", "class", "sudah ada di baris 2"),
    ],
)
def test_a_wrong_cell_of_a_pattern_is_named(row, column, said):
    words = refusal(tables.read_patterns, PATTERNS, "low,2,2,8,16,", row)
    assert f"baris 3, kolom {column}: " in words and said in words


def test_a_regency_may_have_its_own_pattern_and_a_class_without_any_is_refused():
    read = tables.read_patterns(
        f"{PATTERNS},regency_code\nlow,2,2,8,16,,\nlow,2,2,4,8,,1220\nmedium,2,2,4,8,,1220\n".encode(), "p"
    )
    assert [(one.regency, one.risk, one.stations) for one in read][1] == ("1220", "low", 4)
    stations = tables.read_stations("\n".join([STATIONS, ONE, TWO]).encode(), "tps.csv")
    with pytest.raises(tables.WrongTables, match="kelas medium tidak punya pola, padahal 1 TPS di 1203"):
        tables.check_together(stations, read, "p")
