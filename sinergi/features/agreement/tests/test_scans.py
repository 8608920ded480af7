"""Which scans are kept, and how."""

from __future__ import annotations

import pikepdf
import pytest

from sinergi.features.agreement import scans
from sinergi.features.agreement.tests.papers import JPEG, pdf
from sinergi.kernel.errors import Refused


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.DATA = tmp_path


def script(**words: object) -> pikepdf.Object:
    return pikepdf.Dictionary({f"/{name}": value for name, value in words.items()})


@pytest.mark.slow
def test_honest_pdf_and_jpeg_are_kept_under_their_hash_and_for_this_user_only(tmp_path):
    for data, form in ((pdf(), "pdf"), (JPEG, "jpeg")):
        assert scans.check(data) == form
        kept = scans.keep(data)
        assert scans.keep(data) == kept
        assert scans.read(kept.scan) == data
        path = tmp_path / "blobs" / "scans" / kept.scan
        assert path.stat().st_mode & 0o077 == 0
    assert len(list((tmp_path / "blobs" / "scans").iterdir())) == 2


@pytest.mark.parametrize(
    "root",
    [
        {"OpenAction": script(S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert(1)"))},
        {"OpenAction": script(S=pikepdf.Name.Launch, F=pikepdf.String("cmd.exe"))},
        {"Names": script(EmbeddedFiles=script(Names=pikepdf.Array([])))},
        {"AA": script(WC=script(S=pikepdf.Name.SubmitForm))},
        {"AcroForm": script(XFA=pikepdf.String("x"))},
    ],
    ids=["script", "launch", "embedded", "submit", "xfa"],
)
def test_pdf_that_acts_or_carries_files_is_refused(root):
    with pytest.raises(Refused, match="skrip, perintah, atau berkas lain"):
        scans.check(pdf(**root))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "kosong"),
        (b"PK\x03\x04 sebuah docx", "PDF atau JPG"),
        (b"<html><script>alert(1)</script>", "PDF atau JPG"),
        (b"%PDF-1.7\nbukan pdf", "rusak"),
        (pdf()[:200], "rusak"),
        (JPEG[:-30], "rusak"),
        (b"\xff\xd8\xff" + b"\x00" * 500, "rusak"),
    ],
)
def test_anything_else_gets_one_sentence(data, words, tmp_path):
    with pytest.raises(Refused, match=words) as refused:
        scans.keep(data)
    assert refused.value.field == "scan"
    assert not (tmp_path / "blobs").exists()


def test_locked_pdf_is_refused(tmp_path):
    made = pikepdf.new()
    made.add_blank_page()
    made.save(tmp_path / "locked.pdf", encryption=pikepdf.Encryption(owner="a", user="b"))
    with pytest.raises(Refused, match="terkunci"):
        scans.check((tmp_path / "locked.pdf").read_bytes())


def test_file_beyond_thirty_megabytes_is_refused_before_it_is_read():
    class Large:
        size = 31 * 1024 * 1024

        def read(self) -> bytes:
            raise AssertionError("it was read")

    with pytest.raises(Refused, match="30 MB"):
        scans.taken(Large())


def test_scan_changed_on_disk_is_not_handed_out(tmp_path):
    kept = scans.keep(pdf())
    (tmp_path / "blobs" / "scans" / kept.scan).write_bytes(pdf("lain"))
    assert scans.read(kept.scan) is None
