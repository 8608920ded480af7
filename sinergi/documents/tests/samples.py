"""A letter as a commission sends it, and what a reader finds in the files made from it."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO
from zipfile import ZipFile

import docx
import msgspec
import pypdfium2
from PIL import Image

from sinergi.documents import Annex, Check, Column, Item, Letter, Letterhead, Signature

LETTER = Letter(
    letterhead=Letterhead(
        agency=("KOMISI PEMILIHAN UMUM", "KABUPATEN CONTOH"), address="Jalan Contoh 1, telepon 0000-000000"
    ),
    number="074/PP.08-SD/9999/2024",
    urgency="Segera",
    attachments="1 (satu) lembar",
    subject="Permohonan pengamanan distribusi logistik",
    dateline="Contoh, 5 Februari 2024",
    addressee=("Yth. Kepala Kepolisian Resor Contoh", "di tempat"),
    opening=("Dasar: Perjanjian Kerja Sama, Pasal 5 ayat (1).", "Kami mohon bantuan pengamanan berikut:"),
    items=(Item("Kegiatan", "Pergeseran logistik"), Item("Pukul", "05.00 sampai 13.00 WIB")),
    closing=("Atas perhatian Saudara, kami ucapkan terima kasih.",),
    signature=Signature(
        acting="a.n. Ketua",
        office="Sekretaris",
        name="Nama Contoh",
        rank="NIP 19000101 200001 1 001",
        electronic=("Ditandatangani secara elektronik", "5 Februari 2024 pukul 10.20 WIB"),
    ),
    copies=("Ketua KPU Provinsi Contoh", "Ketua Bawaslu Kabupaten Contoh"),
    check=Check(url="https://contoh.invalid/cek/PAM-0074", address="contoh.invalid/cek", code="PAM-0074"),
    evidence="Dibuat dari PAM-0074. Bukti saat dicetak: disaksikan 1/1.",
    fingerprint="4c1e 90ab 77d2 f30c 58b9",
    issued_at=datetime(2024, 2, 5, 3, 20, tzinfo=UTC),
)
ROSTER = Annex(
    title="Daftar petugas",
    columns=(Column("No.", 1, is_number=True), Column("Tempat", 4)),
    rows=tuple((str(at), f"Tempat {at}") for at in range(1, 121)),
)


def changed(**fields: object) -> Letter:
    return msgspec.structs.replace(LETTER, **fields)


def with_subject(words: str) -> Letter:
    return changed(subject=words, opening=(words,), items=(Item(words, words),), copies=(words,))


def pdf_pages(file: bytes) -> list[str]:
    """The text of each page as a reader selects it, on one line."""
    with pypdfium2.PdfDocument(file) as book:
        return [_page_text(book[at]) for at in range(len(book))]


def _page_text(page: pypdfium2.PdfPage) -> str:
    text = page.get_textpage()
    words = " ".join(text.get_text_range().split())
    text.close()
    page.close()
    return words


def pdf_picture(file: bytes, page: int = 0) -> Image.Image:
    with pypdfium2.PdfDocument(file) as book:
        return book[page].render(scale=2.5).to_pil()


def pdf_sizes(file: bytes) -> list[tuple[int, int]]:
    """Width and height of each page in millimetres."""
    with pypdfium2.PdfDocument(file) as book:
        return [
            (round(width * 25.4 / 72), round(height * 25.4 / 72))
            for width, height in map(book.get_page_size, range(len(book)))
        ]


def docx_words(file: bytes) -> list[str]:
    """Every paragraph in reading order, those in tables too."""
    body = docx.Document(BytesIO(file)).element.body
    texts = ("".join(part.text or "" for part in node.iter("{*}t")) for node in body.iter("{*}p"))
    return [text for text in texts if text]


def docx_part(file: bytes, name: str) -> bytes:
    with ZipFile(BytesIO(file)) as parts:
        return parts.read(name)
