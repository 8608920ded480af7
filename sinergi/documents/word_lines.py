"""What every Word file here is made of: sheet, foot, lines of one look, the check code, the same bytes every time.

The measures are those of `parts.typ`; Word counts line pitch where the typesetter counts the gap.
"""

from __future__ import annotations

from datetime import UTC
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from docx.document import Document as Draft
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING, WD_TAB_ALIGNMENT
from docx.section import Section
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph

from sinergi.documents.letter import WORDS, Letter, Signature, across, footer_lines
from sinergi.documents.order import Order
from sinergi.documents.qr import qr_png
from sinergi.documents.word_xml import SANS, borders, field, name_face, name_fonts, watermark

SHEETS = {"A4": (Mm(210), Mm(297)), "F4": (Mm(215), Mm(330))}
LEFT, RIGHT = Mm(25), Mm(20)


def set_up(draft: Draft, letter: Letter | Order, *, title: str) -> None:
    """Fonts, what the file tells of itself, the first sheet."""
    name_fonts(draft, letter.language)
    draft.styles["Normal"].font.size = Pt(11)
    about = draft.core_properties
    about.title, about.author = title[:255], " ".join(letter.letterhead.agency)[:255]
    about.created = about.modified = letter.issued_at.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    about.last_modified_by, about.comments, about.revision = "", "", 1
    section = draft.sections[0]
    sheet(section, letter)
    space(section.header.paragraphs[0], pitch=1)
    if across(letter):
        watermark(section.header.paragraphs[0], across(letter))


def sheet(section: Section, letter: Letter | Order, *, is_landscape: bool = False) -> None:
    """Paper, margins and the foot of the page."""
    width, height = SHEETS[letter.paper]
    section.orientation = WD_ORIENT.LANDSCAPE if is_landscape else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = (height, width) if is_landscape else (width, height)
    section.left_margin, section.right_margin = LEFT, RIGHT
    section.top_margin, section.bottom_margin = Mm(17), Mm(26)
    section.header_distance, section.footer_distance = Mm(8), Mm(11)
    words = WORDS[letter.language]
    footer = section.footer
    footer.is_linked_to_previous = False
    lines = footer_lines(letter) or ("",)
    for at, line in enumerate(lines):
        paragraph = footer.paragraphs[0] if at == 0 else footer.add_paragraph()
        # The template's own footer style has tab stops in the middle, where a short line would end up.
        paragraph.style = "Normal"
        space(paragraph, pitch=10)
        paragraph.paragraph_format.tab_stops.add_tab_stop(text_width(section), WD_TAB_ALIGNMENT.RIGHT)
        write(paragraph, line, size=8, is_sans=True)
        if at == 0:
            borders(paragraph, top=("single", 4))
            write(paragraph, f"\t{words.page} ", size=8, is_sans=True)
            field(paragraph, "PAGE", size=8)
            write(paragraph, f" {words.of} ", size=8, is_sans=True)
            field(paragraph, "NUMPAGES", size=8)


def put(
    place: Any,
    words: str,
    *,
    into: Paragraph | None = None,
    size: float = 11,
    pitch: float = 14.3,
    after: float = 0,
    is_bold: bool = False,
    is_sans: bool = False,
    is_centred: bool = False,
) -> Paragraph:
    """A paragraph of one look, at the end of `place` or written `into` an empty one. Measures in points."""
    paragraph: Paragraph = into if into is not None else place.add_paragraph()
    space(paragraph, pitch=pitch, after=after)
    if is_centred:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    write(paragraph, words, size=size, is_bold=is_bold, is_sans=is_sans)
    return paragraph


def gap(place: Any, height: float) -> None:
    """An empty line of that height in points."""
    put(place, "", size=2, pitch=height)


def space(paragraph: Paragraph, *, pitch: float, after: float = 0) -> None:
    """Line pitch and the room after a paragraph, in points."""
    layout = paragraph.paragraph_format
    layout.space_before, layout.space_after = Pt(0), Pt(after)
    layout.line_spacing_rule, layout.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(pitch)
    layout.widow_control = True


def write(paragraph: Paragraph, words: str, *, size: float = 11, is_bold: bool = False, is_sans: bool = False) -> None:
    """More words at the end of a paragraph."""
    run = paragraph.add_run(words)
    run.font.size, run.bold = Pt(size), is_bold or None
    if is_sans:
        name_face(run._r.get_or_add_rPr(), SANS)


def describe(shape: Any, words: str) -> None:
    """What a picture shows, for those who hear the letter; and no margin, which some readers add by themselves."""
    for side in ("distT", "distB", "distL", "distR"):
        shape._inline.set(side, "0")
    shape._inline.docPr.set("descr", words)


def text_width(section: Section) -> int:
    """Between the margins."""
    assert section.page_width is not None, "the sheet is set before anything is written on it"
    return int(section.page_width) - LEFT - RIGHT


def same_bytes_every_time(draft: Draft) -> bytes:
    """The file, its parts in order and without the clock that a zip usually carries."""
    written, packed = BytesIO(), BytesIO()
    draft.save(written)
    with ZipFile(written) as source, ZipFile(packed, "w") as target:
        # The content types come first; some readers look only there.
        for name in sorted(source.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
            part = ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            part.compress_type, part.create_system = ZIP_DEFLATED, 3
            target.writestr(part, source.read(name))
    return packed.getvalue()


def check_cells(letter: Letter | Order, code: Any, beside: Any) -> None:
    """The QR code and, beside it, where the document is checked by hand."""
    if letter.check is None:
        return
    words = WORDS[letter.language]
    shape = code.paragraphs[0].add_run().add_picture(BytesIO(qr_png(letter.check.url)), width=Mm(26))
    describe(shape, letter.check.url)
    put(beside, words.genuine, into=beside.paragraphs[0], size=8.5, pitch=11.3, is_bold=True, is_sans=True)
    beside.paragraphs[0].paragraph_format.space_before = Pt(14)
    for line in (words.scan, letter.check.address):
        put(beside, line, size=8.5, pitch=11.3, is_sans=True)
    last = put(beside, f"{words.type_code} ", size=8.5, pitch=11.3, is_sans=True)
    write(last, letter.check.code, size=8.5, is_bold=True, is_sans=True)


def electronic_box(signed: Any, person: Signature) -> None:
    """The box of an electronic signature, or room for pen and stamp."""
    if person.electronic:
        gap(signed, 6)
        for line in person.electronic:
            box = put(signed, line, size=8.5, pitch=11.3, is_sans=True)
            box.paragraph_format.left_indent, box.paragraph_format.right_indent = Mm(4.5), Mm(2)
            borders(box, top=("single", 4), left=("single", 18), bottom=("single", 4), right=("single", 4))
        gap(signed, 6)
    else:
        gap(signed, 62)
