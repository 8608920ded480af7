"""Journey 3: the real polling stations come in from a file, and the map shows what the table says."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import openpyxl
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.journeys.acts import fetch
from tests.journeys.stage import eventually, main_text, until

pytestmark = pytest.mark.slow

REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "tps_tapsel_paluta.csv"


def upload(page: Page, file: Path) -> None:
    """Choose a file on the upload page and let it be checked."""
    page.goto("/tempat/unggahan/")
    page.locator("[name=file]").set_input_files(file)
    page.get_by_role("button", name="Periksa berkas").click()


def previewed(page: Page, file: Path) -> None:
    """Upload a file that is read, and see its preview."""
    upload(page, file)
    page.wait_for_url(re.compile(r"/tempat/unggahan/[0-9a-f-]{36}/"))


def test_a_wrong_table_is_told_cell_by_cell_and_the_corrected_one_is_published_to_the_police(
    seats, tapsel, polres, tmp_path
):
    page = seats.sit(tapsel, "staf")
    page.goto("/tempat/unggahan/")
    template = fetch(page, page.get_by_role("link", name="Unduh templat"), tmp_path)
    heads = [cell.value for cell in openpyxl.load_workbook(template).active[1]]
    assert heads[0] == "Kode TPS"

    rows = list(csv.DictReader(io.StringIO(REAL.read_text())))
    rows[2]["lat"], rows[5]["voters"] = "123", "banyak"
    wrong = tmp_path / "salah.csv"
    with open(wrong, "w", newline="") as file:
        table = csv.DictWriter(file, rows[0].keys())
        table.writeheader()
        table.writerows(rows)
    previewed(page, wrong)
    assert "874 baris milik wilayah 1220" in main_text(page)
    page.get_by_role("button", name=re.compile("^Pakai baris")).click()
    expect(page.get_by_text("2 sel salah.")).to_be_visible()
    cells = page.get_by_role("region", name="Sel yang salah")
    expect(cells.get_by_role("row").filter(has_text="banyak")).to_contain_text("7")
    expect(cells.get_by_role("row").filter(has_text="123")).to_contain_text("Lintang")
    assert page.get_by_role("button", name=re.compile("^Terbitkan")).count() == 0

    fixed = fetch(page, page.get_by_role("link", name="Unduh berkas perbaikan"), tmp_path)
    book = openpyxl.load_workbook(fixed)
    sheet = book.active
    column = {cell.value: cell.column for cell in sheet[1]}
    for row in sheet.iter_rows(min_row=2):
        for cell in row:
            if cell.value in ("123", 123) and cell.column == column.get("lat", column.get("Lintang")):
                cell.value = 1.418293
            elif cell.value == "banyak":
                cell.value = 212
    book.save(fixed)
    previewed(page, fixed)
    leave = page.get_by_role("button", name=re.compile("^Pakai baris"))
    if leave.count():
        leave.click()
    page.get_by_role("button", name=re.compile(r"^Terbitkan 1\.074 TPS")).click()
    page.wait_for_url(re.compile(r"/tempat/daftar/[a-z2-7]{26}/"))
    there = seats.sit(polres, "stafops")
    there.goto("/tempat/?q=1203011001006")
    until(there, "212")
    assert "1 TPS" in main_text(there)


def test_a_table_with_identity_numbers_is_refused_as_a_whole_naming_the_column(seats, tapsel, tmp_path):
    page = seats.sit(tapsel, "staf")
    book = openpyxl.Workbook()
    book.active.append(["Kode TPS", "NIK"])
    book.active.append(["1203011001001", "1203010101900001"])
    file = tmp_path / "pemilih.xlsx"
    book.save(file)
    upload(page, file)
    expect(page.locator(".field.wrong, [data-said]").first).to_contain_text("NIK")
    assert page.url.endswith("/tempat/unggahan/")


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
def test_the_map_draws_without_any_other_host_and_the_table_counts_the_same(seats, tapsel, phone):
    page = seats.sit(tapsel, "sekretaris", phone=phone)
    page.goto("/tempat/?wilayah=120304")
    host = page.locator("#peta[data-ready=true]")
    expect(host).to_be_visible()
    on_map = page.locator("#peta .bubble b").all_inner_texts()
    total = page.locator("#judul-daftar").inner_text()
    drawn = host.locator("canvas")
    eventually(lambda: colours(drawn.screenshot()) >= 8, lambda: None, "the map stayed blank")
    # Numbers in view add up to the heading of the table, as nothing of the district lies out of view.
    assert f"{sum(int(number.replace('.', '')) for number in on_map)} TPS" == total
    sheet = page.request.get("/tempat/tps.xlsx?wilayah=120304")
    rows = openpyxl.load_workbook(io.BytesIO(sheet.body())).active.max_row - 1
    assert f"{rows} TPS" == total


def colours(picture: bytes) -> int:
    """How many different colours a picture has; a blank canvas has one."""
    found = Image.open(io.BytesIO(picture)).convert("RGB").getcolors(1 << 20)
    return len(found or [])
