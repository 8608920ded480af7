"""Taking in regions: a real file's columns, what is refused and where, and that the same file changes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from sinergi.features.places import verbs
from sinergi.features.places.models import Region
from sinergi.kernel.errors import Refused
from tests.nodes.fixtures import KPU_TAPSEL, POLRES
from tests.nodes.simulator import Peer

PAGE = "/kelola/wilayah/"
# The columns of the public list of villages, with those nobody here reads.
HEADER = "code,province_code,province,regency_code,regency,district_code,district,village,kind,tps_count,voters,lat,lon"
ROWS = [
    "1203011001,12,SUMATERA UTARA,1203,TAPANULI SELATAN,120301,ANGKOLA BARAT,SITINJAK,kelurahan,15,,1.4181,99.1461",
    "1203041001,12,SUMATERA UTARA,1203,TAPANULI SELATAN,120304,SIPIROK,PASAR SIPIROK,kelurahan,9,,1.6051,99.2792",
    "1220011002,12,SUMATERA UTARA,1220,PADANG LAWAS UTARA,122001,DOLOK,AEK HARUAYA,desa,1,,2.0112,99.6151",
]


def written(folder: Path, *rows: str, header: str = HEADER, name: str = "desa.csv") -> Path:
    path = folder / name
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def taken(path: Path, capsys: pytest.CaptureFixture[str]) -> str:
    assert verbs.import_(["regions", str(path)], Path("unused")) == 0
    return capsys.readouterr().out.strip()


def test_a_list_of_villages_brings_every_level_and_areas(node, tmp_path, capsys):
    said = taken(written(tmp_path, *ROWS), capsys)
    assert said == "6 dari 6 wilayah baru atau berubah. 1 baris di luar kantor ini dilewati."
    assert dict(Region.objects.values_list("code", "name")) == {
        "12": "SUMATERA UTARA",
        "1203": "TAPANULI SELATAN",
        "120301": "ANGKOLA BARAT",
        "120304": "SIPIROK",
        "1203011001": "SITINJAK",
        "1203041001": "PASAR SIPIROK",
    }
    village, regency = Region.objects.get(code="1203041001"), Region.objects.get(code="1203")
    assert (village.lat, village.lon, village.parent, village.level) == (1.6051, 99.2792, "120304", "village")
    assert (regency.lat, regency.area_kind, village.area_kind) == (1.5116, "drawn", "drawn")


def test_the_same_file_again_changes_nothing_and_a_corrected_one_only_what_it_says(node, tmp_path, capsys):
    taken(written(tmp_path, *ROWS), capsys)
    before = list(Region.objects.order_by("code").values())
    assert taken(written(tmp_path, *ROWS, name="lagi.csv"), capsys).startswith("Tidak ada yang berubah: 6 wilayah")
    assert list(Region.objects.order_by("code").values()) == before
    # Fewer villages remove nothing, an empty point erases none.
    renamed = ROWS[0].replace("SITINJAK", "SITINJAK JULU").replace("1.4181,99.1461", ",")
    assert taken(written(tmp_path, renamed), capsys).startswith("1 dari 4 wilayah")
    assert Region.objects.count() == 6
    assert Region.objects.get(code="1203011001").lat == 1.4181


def test_a_row_may_be_any_region_and_codes_may_have_dots(node, tmp_path, capsys):
    rows = ["12,Sumatera Utara", "12.03,Tapanuli Selatan", "12.03.04,Sipirok", "12.03.04.1001,Pasar Sipirok"]
    assert taken(written(tmp_path, *rows, header="kode,nama"), capsys).startswith("4 dari 4")
    assert Region.objects.get(code="1203041001").area_kind == ""


def test_imported_boundaries_stay(node, tmp_path, capsys):
    taken(written(tmp_path, *ROWS), capsys)
    Region.objects.filter(code="1203").update(area="{}", area_kind="imported")
    taken(written(tmp_path, ROWS[0].replace("1.4181", "1.4191"), ROWS[1]), capsys)
    assert Region.objects.get(code="1203").area == "{}"


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (ROWS[1].replace("1.6051", "16.051"), "Baris 3, kolom Lintang"),
        (ROWS[1].replace("1.6051", ""), "Baris 3, kolom Lintang: Lintang dan bujur diisi berdua"),
        (ROWS[1].replace("1203041001", "12030410"), "Baris 3, kolom Kode wilayah"),
        (ROWS[1].replace("1203041001", "0203041001"), "Baris 3, kolom Kode wilayah"),
        (ROWS[1].replace("TAPANULI SELATAN", "TAPSEL"), "Baris 3, kolom Kabupaten/Kota: Kode 1203 sudah bernama"),
        (ROWS[1].replace("PASAR SIPIROK", ""), "Baris 3, kolom Desa/Kelurahan: Nama wilayah ini wajib"),
        (ROWS[1].replace("SIPIROK,PASAR", ",PASAR"), "Baris 3, kolom Kecamatan: Wilayah 120304 di atasnya"),
        (ROWS[0], "Baris 3, kolom Kode wilayah: Sudah ada di baris 2"),
    ],
)
def test_a_wrong_cell_is_named_by_row_and_column_and_nothing_is_kept(node, tmp_path, row, sentence):
    with pytest.raises(Refused) as refusal:
        verbs.import_(["regions", str(written(tmp_path, ROWS[0], row))], Path("unused"))
    assert sentence in refusal.value.sentence
    assert not Region.objects.exists()


def test_a_wrong_cell_of_another_office_does_not_matter(node, tmp_path, capsys):
    assert taken(written(tmp_path, ROWS[0], ROWS[2].replace("2.0112", "?")), capsys).startswith("4 dari 4")


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        (("nik.csv", HEADER + ",nik", [ROWS[0] + ","]), "NIK"),
        (("angka.csv", HEADER + ",catatan", [ROWS[0] + ",1203010101800001"]), "16 angka seperti NIK"),
        (("lain.csv", HEADER, [ROWS[2]]), "tidak berisi wilayah kantor ini (1203)"),
        (("kosong.csv", "", []), "kosong"),
        (("tanpa.csv", "nama", ["Sipirok"]), "Kode wilayah"),
    ],
)
def test_files_that_are_no_list_of_this_offices_regions_are_refused(node, tmp_path, path, sentence):
    name, header, rows = path
    with pytest.raises(Refused, match=None) as refusal:
        verbs.import_(["regions", str(written(tmp_path, *rows, header=header, name=name))], Path("unused"))
    assert sentence in refusal.value.sentence
    assert not Region.objects.exists()


def test_a_resort_of_several_regencies_covers_those_of_the_commissions_it_has_met(found_node, tmp_path, capsys):
    found_node(**POLRES)
    with pytest.raises(Refused, match="belum ada KPU yang terhubung"):
        verbs.import_(["regions", str(written(tmp_path, *ROWS))], Path("unused"))
    Peer(**KPU_TAPSEL).meet()
    assert taken(written(tmp_path, *ROWS), capsys).endswith("1 baris di luar kantor ini dilewati.")


def upload(*rows: str) -> SimpleUploadedFile:
    return SimpleUploadedFile("desa.csv", "\n".join([HEADER, *rows]).encode())


@pytest.mark.slow
def test_an_administrator_uploads_the_same_file_on_the_page(node, person):
    administrator = person("administrator")
    assert "Belum ada wilayah" in administrator.get(PAGE).content.decode()
    wrong = administrator.post(PAGE, {"file": upload(ROWS[0], ROWS[1].replace("1.6051", "?"))})
    assert wrong.status_code == 422 and "Lintang" in wrong.content.decode()
    assert not Region.objects.exists()
    done = administrator.post(PAGE, {"file": upload(*ROWS)}, follow=True).content.decode()
    assert "6 dari 6 wilayah baru atau berubah; 1 baris kantor lain" in done
    template = administrator.get(reverse("places:region-template"))
    assert template.content.startswith(b"PK")
    refused = administrator.post(PAGE, {"file": SimpleUploadedFile("templat.xlsx", template.content)})
    assert refused.status_code == 422


def test_others_do_not_take_in_regions_and_pages_that_need_them_say_whom_to_ask(agreement, person):
    secretary = person("secretary")
    assert secretary.get(PAGE).status_code == 403
    assert secretary.post(PAGE, {"file": upload(*ROWS)}).status_code == 403
    assert not Region.objects.exists()
    assert "Kelola, Kantor, Wilayah" in secretary.get("/tempat/").content.decode()
