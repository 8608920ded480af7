"""A wrong cell is named by row, column, value and one sentence; the rest is typed."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sinergi.sheets.columns import Column, Kind, WrongCell, header_key, value_of
from sinergi.sheets.reading import cells_of
from sinergi.sheets.table import ERROR_COLUMN, table_of
from sinergi.sheets.writing import corrected, export, template

COLUMNS = (
    Column(
        name="code", label="Kode TPS", kind=Kind.CODE, digits=13, required=True, unique=True, example="1203011001999"
    ),
    Column(name="voters", label="Pemilih", kind=Kind.INTEGER, least=0, most=600, example="250"),
    Column(name="lat", label="Lintang", kind=Kind.DECIMAL, least=-11, most=6),
    Column(name="special", label="Lokasi khusus", kind=Kind.BOOLEAN),
    Column(name="kind", label="Jenis", choices=("Desa", "Kelurahan")),
    Column(name="on", label="Tanggal", kind=Kind.DATE),
)


def table(text: str):
    return table_of(cells_of(text.encode()), COLUMNS)


def test_a_good_row_is_typed():
    read = table("kode_tps;PEMILIH;lintang;Lokasi Khusus;jenis;tanggal\n0203011001001;250;1,418;ya;Desa;14/02/2024\n")
    assert read.problems == []
    assert read.rows[0].number == 2
    assert read.rows[0].values == {
        "code": "0203011001001",
        "voters": 250,
        "lat": Decimal("1.418"),
        "special": True,
        "kind": "Desa",
        "on": date(2024, 2, 14),
    }


def test_every_wrong_cell_is_named():
    read = table(
        "Kode TPS,Pemilih,Lintang,Lokasi khusus,Jenis,Tanggal\n12,601,x,mungkin,Kota,31/02/2024\n,1.948,9,,,\n"
    )
    assert [(p.row, p.column, p.value, p.code) for p in read.problems] == [
        (2, "Kode TPS", "12", "digits"),
        (2, "Pemilih", "601", "most"),
        (2, "Lintang", "x", "decimal"),
        (2, "Lokasi khusus", "mungkin", "boolean"),
        (2, "Jenis", "Kota", "choice"),
        (2, "Tanggal", "31/02/2024", "date"),
        (3, "Kode TPS", "", "empty"),
        (3, "Pemilih", "1.948", "integer"),
        (3, "Lintang", "9", "most"),
    ]


def test_a_code_given_twice_names_the_earlier_row():
    read = table("Kode TPS\n1203011001001\n1203011001002\n1203011001001\n")
    assert [(p.row, p.code, p.sentence) for p in read.problems] == [(4, "twice", "Sudah ada di baris 2.")]


def test_formulas_are_never_read():
    read = table('Kode TPS,Jenis\n"=A1&""1""",=1+1\n')
    assert [p.code for p in read.problems] == ["formula", "formula"]


def test_the_spelling_that_keeps_zeros_is_understood():
    assert value_of('="0203011001001"', COLUMNS[0]) == "0203011001001"
    assert value_of("'0203011001001", COLUMNS[0]) == "0203011001001"


def test_a_row_wider_than_the_header_is_named():
    assert [p.code for p in table("Kode TPS\n1203011001001,x\n").problems] == ["width"]


@pytest.mark.parametrize(
    "text", ["2024-02-14", "14/02/2024", "14-2-2024", "14 Februari 2024", "14 Feb 2024", "14.02.2024"]
)
def test_dates_are_read_in_iso_and_indonesian(text):
    assert value_of(text, COLUMNS[5]) == date(2024, 2, 14)


def test_columns_nobody_reads_are_told():
    assert table("Kode TPS,Catatan\n1203011001001,a\n").ignored == ["Catatan"]


def test_the_template_reads_back_without_its_example_row():
    made = template(COLUMNS, title="Daftar TPS")
    sheet = openpyxl.load_workbook(io.BytesIO(made))["Isian"]
    assert sheet.freeze_panes == "A2"
    assert [rule.formula1 for rule in sheet.data_validations.dataValidation] == ['"ya,tidak"', '"Desa,Kelurahan"']
    assert sheet.column_dimensions["A"].number_format == "@"
    read = table_of(cells_of(made), COLUMNS)
    assert (read.rows, read.problems, read.skipped_examples) == ([], [], 1)


def test_the_corrected_file_marks_the_cell_and_can_be_uploaded_again():
    read = table("Kode TPS,Pemilih\n1203011001001,601\n1203011001002,5\n")
    made = corrected(read)
    sheet = openpyxl.load_workbook(io.BytesIO(made)).active
    assert sheet["A1"].value == ERROR_COLUMN
    assert sheet["A2"].value == "Pemilih: Pemilih paling besar 600."
    assert sheet["C2"].comment.text == "Pemilih paling besar 600."
    assert sheet["C2"].fill.fgColor.rgb == "FFFBE3E1"
    assert sheet["B3"].comment is None
    again = table_of(cells_of(made), COLUMNS)
    assert [(p.row, p.code) for p in again.problems] == [(2, "most")]
    assert again.ignored == []


DANGEROUS = ["=1+1", "+62811", "-2", "@SUM(A1)", "\t=1", '=HYPERLINK("http://x")', "=cmd|' /C calc'!A0"]


@pytest.mark.parametrize("text", DANGEROUS)
def test_an_export_never_holds_a_formula(text):
    columns = (Column(name="a", label="A"), Column(name="b", label="B", kind=Kind.CODE))
    sheet = openpyxl.load_workbook(io.BytesIO(export(columns, [{"a": text, "b": text}]))).active
    for cell in sheet[2]:
        assert cell.data_type == "s"
        assert cell.value == text
        assert cell.quotePrefix


def test_an_export_keeps_order_zeros_types_and_the_exercise_mark():
    columns = (COLUMNS[1], COLUMNS[0], COLUMNS[3], COLUMNS[5])
    made = export(
        columns, [{"code": "0203011001001", "voters": 7, "special": False, "on": date(2024, 2, 14)}], mark="LATIHAN"
    )
    book = openpyxl.load_workbook(io.BytesIO(made))
    sheet = book.active
    assert sheet.title == "LATIHAN Data"
    assert sheet.freeze_panes == "A2"
    assert [cell.value for cell in sheet[1]] == ["Pemilih", "Kode TPS", "Lokasi khusus", "Tanggal"]
    assert [cell.value for cell in sheet[2]][:3] == [7, "0203011001001", "tidak"]
    assert sheet["D2"].value.date() == date(2024, 2, 14)


def test_an_export_of_unwritable_letters_is_still_a_workbook():
    made = export((COLUMNS[4],), [{"kind": "a\x00b\x1f\ud800"}])
    assert openpyxl.load_workbook(io.BytesIO(made)).active["A2"].value == "a\ufffdb\ufffd\ufffd"


def test_headers_compare_without_case_and_signs():
    assert header_key(" Kode  TPS (wajib) *") == "kode_tps_wajib"


@given(st.text(max_size=40), st.sampled_from(COLUMNS))
def test_any_text_is_a_value_or_a_sentence(text, column):
    try:
        value_of(text, column)
    except WrongCell as wrong:
        assert str(wrong)
        assert "%(" not in str(wrong)
