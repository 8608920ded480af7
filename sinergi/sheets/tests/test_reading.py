"""Every way a file can be wrong ends in one sentence."""

from __future__ import annotations

import io
import os
import zipfile

import pytest
from openpyxl import Workbook

from sinergi.sheets.columns import Column, Kind
from sinergi.sheets.reading import Limits, Unreadable, cells_of
from sinergi.sheets.table import table_of

COLUMNS = (
    Column(name="code", label="Kode TPS", kind=Kind.CODE, digits=13, required=True, unique=True),
    Column(name="voters", label="Pemilih", kind=Kind.INTEGER, least=0, most=600),
    Column(name="village", label="Desa"),
)


def book(*rows: list, sheet: str = "Data", form: str | None = None) -> bytes:
    made = Workbook()
    page = made.active
    page.title = sheet
    for row in rows:
        page.append(row)
    if form:
        for cell in page["A"][1:]:
            cell.number_format = form
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def repacked(data: bytes, changes: dict[str, bytes]) -> bytes:
    """The same package with some members replaced or added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in changes:
                new.writestr(name, old.read(name))
        for name, content in changes.items():
            new.writestr(name, content)
    return out.getvalue()


def refusal(data: bytes, name: str = "tps.csv", **limits: int) -> Unreadable:
    with pytest.raises(Unreadable) as caught:
        table_of(cells_of(data, name=name, limits=limits), COLUMNS)
    assert "%(" not in caught.value.sentence
    assert len(caught.value.sentence.split(". ")[0].split()) <= 20
    return caught.value


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_csv_of_every_office_reads_the_same(delimiter, encoding):
    text = f'Kode TPS{delimiter}Desa\r\n0203011001001{delimiter}"Désa {delimiter} ""A"""\r\n'
    cells = cells_of(text.encode(encoding))
    assert cells.header == ["Kode TPS", "Desa"]
    assert cells.rows == [(2, ["0203011001001", f'Désa {delimiter} "A"'])]
    assert cells.encoding == encoding


def test_excels_own_line_that_names_the_delimiter_is_no_row():
    cells = cells_of(b"sep=;\r\nKode TPS;Desa\r\n1;a\r\n")
    assert cells.header == ["Kode TPS", "Desa"]
    assert cells.rows == [(3, ["1", "a"])]


def test_half_broken_utf8_is_refused_naming_the_line():
    wrong = refusal("Kode TPS,Desa\n1,Désa\n2,D".encode() + b"\xe9sa\n")
    assert wrong.code == "encoding"
    assert "baris 3" in wrong.sentence


def test_letters_no_office_writes_are_refused():
    assert refusal(b"Kode TPS,Desa\n1,\x81\x8d\n").code == "encoding"
    assert refusal(b"Kode TPS,Desa\n1,a\xa4\xa6\n").code == "encoding"


def test_nul_bytes_are_refused():
    assert refusal(b"Kode TPS,Desa\n1,a\x00b\n").code == "nul"
    assert refusal("Kode TPS,Desa\n1,a\x00b\n".encode("utf-16")).code == "nul"


@pytest.mark.parametrize("data", [b"", b"  \n \r\n\t"])
def test_an_empty_file_is_refused(data):
    assert refusal(data).code == "empty"


def test_a_workbook_without_cells_is_refused():
    assert refusal(book(), "a.xlsx").code == "empty"


@pytest.mark.parametrize(
    "data", [b"%PDF-1.7 ...", b"\xd0\xcf\x11\xe0 old", b"\x89PNG", b"<html><table>", b"\x7fELF\x02"]
)
def test_another_kind_of_file_is_named(data):
    assert refusal(data, "tps.xlsx").code == "kind"


def test_text_called_xlsx_is_refused():
    assert refusal(b"Kode TPS\n1\n", "tps.xlsx").code == "not_xlsx"


def test_a_zip_that_is_no_workbook_is_refused():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("a.txt", "a")
    assert refusal(out.getvalue()).code == "not_xlsx_zip"


def test_a_truncated_workbook_is_refused():
    assert refusal(book(["Kode TPS"], ["1"])[:-200]).code == "broken_xlsx"


@pytest.mark.slow
def test_a_million_columns_are_refused():
    assert refusal(b",".join(b"k%d" % n for n in range(1_000_000))).code == "columns"


def test_a_huge_cell_is_refused():
    assert refusal(b"Kode TPS,Desa\n1," + b"a" * 5_000).code == "cell"
    assert refusal(b"Kode TPS,Desa\n1," + b"a" * 5_000_000).code == "cell"


def test_too_many_rows_or_bytes_are_refused():
    assert refusal(b"Kode TPS\n" + b"1\n" * 11, rows=10).code == "rows"
    assert refusal(b"Kode TPS\n" + b"1\n" * 11, bytes=12).code == "bytes"


def test_an_open_quote_is_refused_naming_the_row():
    wrong = refusal(b'Kode TPS,Desa\n1,a\n2,"b\n')
    assert wrong.code == "quotes"
    assert "baris 3" in wrong.sentence


def test_headers_given_twice_are_refused():
    assert refusal(b"Kode TPS,Desa,desa \n1,a,b\n").code == "headers_twice"
    assert refusal(b"Kode TPS,code\n1,2\n").code == "headers_twice"


def test_a_missing_required_column_is_named():
    assert "Kode TPS" in refusal(b"Desa\na\n").sentence


@pytest.mark.parametrize(
    "header",
    [
        "NIK",
        "No. NIK",
        "nkk",
        "No KK",
        "Nama Pemilih",
        "nama_pemilih",
        "Partai",
        "Parpol pendukung",
        "Perolehan Suara",
        "suara_sah",
        "Jumlah suara",
        "votes",
        "Paslon",
        "Tanggal lahir",
        "NIK (16 angka)",
        "Ｎ Ｉ Ｋ".replace(" ", ""),
    ],
)
def test_a_forbidden_column_refuses_the_whole_file_naming_it(header):
    wrong = refusal(f"Kode TPS,{header}\n1203011001001,\n".encode())
    assert wrong.code == "forbidden"
    assert header in wrong.sentence


@pytest.mark.parametrize(
    "header", ["Tempat pemungutan suara", "Surat suara", "Jumlah pemilih", "Teknik", "Kotak suara"]
)
def test_a_column_of_election_material_is_not_forbidden(header):
    table_of(cells_of(f"Kode TPS,{header}\n1203011001001,\n".encode()), COLUMNS)


@pytest.mark.parametrize(
    "value",
    ["1203014107800001", "'1203014107800001", "1203 0141 0780 0001", "1203-0141-0780-0001", "Ali 1203014107800001"],
)
def test_an_identity_number_in_any_column_refuses_the_file(value):
    wrong = refusal(f'Kode TPS,Desa\n1203011001001,"{value}"\n'.encode())
    assert wrong.code == "identity"
    assert "Desa" in wrong.sentence
    assert "baris 2" in wrong.sentence


def test_an_identity_number_stored_as_a_number_is_seen_too():
    assert refusal(book(["Kode TPS", "Desa"], ["1203011001001", 1203014107800001]), "a.xlsx").code == "identity"


def test_a_coordinate_with_many_decimals_is_no_identity_number():
    table_of(cells_of(b"Kode TPS,Desa\n1203011001001,99.14596612345678\n1203011001002,1.418293123456789\n"), COLUMNS)


@pytest.mark.slow
def test_a_zip_bomb_is_refused_before_it_is_unpacked():
    bomb = repacked(book(["Kode TPS"]), {"xl/worksheets/sheet2.xml": b"0" * 50_000_000})
    assert len(bomb) < 100_000
    assert refusal(bomb).code == "bomb"


@pytest.mark.parametrize("declaration", [b"<!DOCTYPE a [<!ENTITY b 'c'>]>", b"<!ENTITY b 'c'>"])
def test_xml_entities_are_refused(declaration):
    whole = book(["Kode TPS"], ["1"])
    with zipfile.ZipFile(io.BytesIO(whole)) as package:
        sheet = package.read("xl/worksheets/sheet1.xml")
    hostile = b"<?xml version='1.0'?>" + b"<!-- " + os.urandom(524_270).hex().encode() + b" -->" + declaration + sheet
    assert refusal(repacked(whole, {"xl/worksheets/sheet1.xml": hostile})).code == "entities"


def test_xml_in_another_alphabet_is_refused():
    whole = book(["Kode TPS"], ["1"])
    hostile = "<?xml version='1.0'?><!DOCTYPE a><a/>".encode("utf-16")
    assert refusal(repacked(whole, {"xl/worksheets/sheet1.xml": hostile})).code == "xml_encoding"


@pytest.mark.parametrize("member", ["xl/vbaProject.bin", "xl/externalLinks/externalLink1.xml", "xl/embeddings/a.bin"])
def test_macros_and_links_are_refused(member):
    assert refusal(repacked(book(["Kode TPS"], ["1"]), {member: b"x"})).code == "active"


def test_a_forged_sheet_size_makes_no_cells():
    whole = book(["Kode TPS"], ["1203011001001"])
    with zipfile.ZipFile(io.BytesIO(whole)) as package:
        sheet = package.read("xl/worksheets/sheet1.xml")
    forged = sheet.replace(b'<dimension ref="A1:A2"', b'<dimension ref="A1:XFD1048576"')
    assert forged != sheet
    assert cells_of(repacked(whole, {"xl/worksheets/sheet1.xml": forged})).rows == [(2, ["1203011001001"])]


def test_a_row_that_claims_a_huge_number_is_refused():
    whole = book(["Kode TPS"], ["1203011001001"])
    with zipfile.ZipFile(io.BytesIO(whole)) as package:
        sheet = package.read("xl/worksheets/sheet1.xml")
    forged = sheet.replace(b'<row r="2"', b'<row r="999999999"').replace(b'r="A2"', b'r="A999999999"')
    assert forged != sheet
    assert refusal(repacked(whole, {"xl/worksheets/sheet1.xml": forged}), rows=1000).code == "rows"


def test_numbers_in_code_columns_get_their_zeros_back_only_where_one_code_is_possible():
    short = (Column(name="no", label="Nomor", kind=Kind.CODE, digits=3),)
    open_ended = (Column(name="no", label="Nomor", kind=Kind.CODE),)
    assert table_of(cells_of(book(["Nomor"], [7])), short).rows[0].values == {"no": "007"}
    assert table_of(cells_of(book(["Nomor"], [7], form="0000")), open_ended).rows[0].values == {"no": "0007"}
    assert [p.code for p in table_of(cells_of(book(["Nomor"], [7])), open_ended).problems] == ["zeros"]
    assert [p.code for p in table_of(cells_of(book(["Nomor"], [1.5])), short).problems] == ["number"]
    assert [p.code for p in table_of(cells_of(b"Nomor\n1.20301E+12\n"), short).problems] == ["exponent"]


def test_defaults_bound_every_dimension():
    assert all(value > 0 for value in (Limits().bytes, Limits().rows, Limits().columns, Limits().cell))
