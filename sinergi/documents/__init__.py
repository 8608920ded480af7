"""Letters on paper: pure; a struct in, PDF and DOCX bytes out.

The caller brings every word ready to print; this package knows only the official order of a letter
(nomor, sifat, lampiran, perihal, alamat, isi, tanda tangan, tembusan) and how it looks. The same struct
gives the same bytes on every machine, so the hash of a letter can be stated as a fact.
"""

from sinergi.documents.docx import letter_docx
from sinergi.documents.letter import (
    Annex,
    Check,
    Column,
    Item,
    Letter,
    Letterhead,
    Signature,
)
from sinergi.documents.manuscript import Manuscript, manuscript_pdf
from sinergi.documents.order import Chapter, Order, Part
from sinergi.documents.order_docx import order_docx
from sinergi.documents.pdf import letter_pdf, order_pdf, page_count

__all__ = [
    "Annex",
    "Chapter",
    "Check",
    "Column",
    "Item",
    "Letter",
    "Letterhead",
    "Manuscript",
    "Order",
    "Part",
    "Signature",
    "letter_docx",
    "letter_pdf",
    "manuscript_pdf",
    "order_docx",
    "order_pdf",
    "page_count",
]
