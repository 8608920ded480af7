"""The few things of WordprocessingML that python-docx has no words for."""

from __future__ import annotations

from typing import Any

from docx.document import Document as Draft
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Emu, Mm
from docx.table import Table
from docx.text.paragraph import Paragraph

from sinergi.documents import fonts

Rows = tuple[tuple[str, ...], ...]

# Bookman Old Style and Arial come with Word; elsewhere the faces of the PDF stand in, with the same widths.
SERIF = "Bookman Old Style"
SANS = "Arial"
SUBSTITUTES = ((SERIF, f"{fonts.SERIF},URW Bookman,Bookman", "roman"), (SANS, f"{fonts.SANS},Liberation Sans", "swiss"))

_WATERMARK = (
    "<w:pict {names}>"
    '<v:shapetype id="_x0000_t136" coordsize="21600,21600" o:spt="136" adj="10800"'
    ' path="m@7,l@8,m@5,21600l@6,21600e">'
    '<v:formulas><v:f eqn="sum #0 0 10800"/><v:f eqn="prod #0 2 1"/><v:f eqn="sum 21600 0 @1"/>'
    '<v:f eqn="sum 0 0 @2"/><v:f eqn="sum 21600 0 @3"/><v:f eqn="if @0 @3 0"/><v:f eqn="if @0 21600 @1"/>'
    '<v:f eqn="if @0 0 @2"/><v:f eqn="if @0 @4 21600"/></v:formulas>'
    '<v:path textpathok="t" o:connecttype="rect"/><v:textpath on="t" fitshape="t"/></v:shapetype>'
    '<v:shape id="PowerPlusWaterMarkObject1" o:spid="_x0000_s2049" type="#_x0000_t136" alt="" style="position:absolute;'
    "margin-left:0;margin-top:0;width:430pt;height:80pt;rotation:318;z-index:-251658752;"
    "mso-position-horizontal:center;mso-position-horizontal-relative:page;"
    'mso-position-vertical:center;mso-position-vertical-relative:page" o:allowincell="f"'
    ' filled="f" strokecolor="#b0b0b0" strokeweight=".6pt">'
    '<v:textpath style="font-family:&quot;Arial&quot;;font-size:1pt" string="{word}"/></v:shape></w:pict>'
)
_VML = nsdecls("w") + ' xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"'


def watermark(paragraph: Paragraph, word: str) -> None:
    """Hollow letters across the page of the header that `paragraph` belongs to. `word` is a word of ours."""
    paragraph.add_run()._r.append(parse_xml(_WATERMARK.format(names=_VML, word=word)))


def field(paragraph: Paragraph, name: str, *, size: int) -> None:
    """A number that Word counts, PAGE or NUMPAGES, in the sans at `size` points."""
    element, run, look, text = (_element(part) for part in ("w:fldSimple", "w:r", "w:rPr", "w:t"))
    element.set(qn("w:instr"), name)
    name_face(look, SANS)
    look.append(_element("w:sz", val=2 * size))
    text.text = "1"
    run.append(look)
    run.append(text)
    element.append(run)
    paragraph._p.append(element)


def borders(paragraph: Paragraph, **sides: tuple[str, int]) -> None:
    """Rules around a paragraph: side = (kind of line, eighths of a point)."""
    frame = _element("w:pBdr")
    for side in ("top", "left", "bottom", "right"):
        if side in sides:
            kind, size = sides[side]
            frame.append(_element(f"w:{side}", val=kind, sz=size, space=11 if side == "left" else 4, color="000000"))
    # The schema wants the frame before the spacing, which python-docx has written already.
    properties = paragraph._p.get_or_add_pPr()
    properties.insert_element_before(
        frame, "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:jc", "w:rPr"
    )


def name_fonts(draft: Draft, language: str) -> None:
    """Body text in the serif, in the letter's language, with stand-ins for machines without it."""
    normal = draft.styles["Normal"]
    name_face(normal.element.get_or_add_rPr(), SERIF)
    normal.element.get_or_add_rPr().append(_element("w:lang", val={"id": "id-ID", "en": "en-GB"}[language]))
    table = next(part for part in draft.part.package.iter_parts() if part.partname == "/word/fontTable.xml")
    entries = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{others}"/><w:charset w:val="00"/><w:family w:val="{family}"/>'
        '<w:pitch w:val="variable"/></w:font>'
        for name, others, family in SUBSTITUTES
    )
    table._blob = f'<?xml version="1.0" encoding="UTF-8"?><w:fonts {nsdecls("w")}>{entries}</w:fonts>'.encode()


def name_face(properties: Any, name: str) -> None:
    """One face for every script; a theme font left in the template would win otherwise."""
    for old in properties.findall(qn("w:rFonts")):
        properties.remove(old)
    properties.insert(0, _element("w:rFonts", ascii=name, hAnsi=name, cs=name, eastAsia=name))


def columns(place: Any, widths: list[int], *, rows: int = 1) -> Table:
    """A table without lines that holds its widths (EMU); `place` is a document or a cell."""
    table: Table = place.add_table(rows=rows, cols=len(widths))
    table.autofit = False
    properties = table._tbl.tblPr
    margins = _element("w:tblCellMar")
    for side in ("left", "right"):
        margins.append(_element(f"w:{side}", w=0, type="dxa"))
    # The schema wants the margins before the look that python-docx has written already.
    properties.insert_element_before(margins, "w:tblLook")
    for row in table._tbl.tr_lst:
        no_split(row)
        for cell, width in zip(row.tc_lst, widths, strict=True):
            cell.width = Emu(width)
    for column, width in zip(table._tbl.tblGrid.gridCol_lst, widths, strict=True):
        column.w = Emu(width)
    return table


def no_split(row: Any) -> None:
    """The row stays on one page."""
    row.get_or_add_trPr().append(_element("w:cantSplit"))


def annex_table(draft: Draft, widths: list[int], head: list[str], rows: Rows, numbers: list[bool]) -> None:
    """A ruled table whose head Word repeats; written straight, because twenty thousand rows must not take long."""
    table = _element("w:tbl")
    properties = _element("w:tblPr")
    rules = _element("w:tblBorders")
    for side in ("top", "bottom", "insideH"):
        rules.append(_element(f"w:{side}", val="single", sz=6 if side == "top" else 2, space=0, color="000000"))
    margins = _element("w:tblCellMar")
    for side, width in (("top", 45), ("left", 80), ("bottom", 45), ("right", 80)):
        margins.append(_element(f"w:{side}", w=width, type="dxa"))
    for part in (
        _element("w:tblW", w=_twips(sum(widths)), type="dxa"),
        _element("w:tblInd", w=80, type="dxa"), rules, _element("w:tblLayout", type="fixed"), margins
    ):  # fmt: skip
        properties.append(part)
    grid = _element("w:tblGrid")
    for width in widths:
        grid.append(_element("w:gridCol", w=_twips(width)))
    table.append(properties)
    table.append(grid)
    for at, cells in enumerate([head, *rows]):
        row = _element("w:tr")
        marks = _element("w:trPr")
        marks.append(_element("w:cantSplit"))
        if at == 0:
            marks.append(_element("w:tblHeader"))
        row.append(marks)
        for cell, width, is_number in zip(cells, widths, numbers, strict=True):
            row.append(_annex_cell(cell, width, is_number=is_number, is_head=at == 0))
        table.append(row)
    draft.element.body.insert_element_before(table, "w:sectPr")


def _annex_cell(words: str, width: int, *, is_number: bool, is_head: bool) -> Any:
    cell, paragraph, run = _element("w:tc"), _element("w:p"), _element("w:r")
    properties = _element("w:tcPr")
    properties.append(_element("w:tcW", w=_twips(width), type="dxa"))
    layout = _element("w:pPr")
    layout.append(_element("w:spacing", before=0, after=0, line=206, lineRule="exact"))
    if is_number:
        layout.append(_element("w:jc", val="right"))
    look = _element("w:rPr")
    if is_head:
        look.append(_element("w:b"))
    look.append(_element("w:sz", val=19))
    text = _element("w:t")
    text.text = words
    text.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    for parent, child in (
        (cell, properties), (paragraph, layout), (run, look), (run, text), (paragraph, run), (cell, paragraph)
    ):  # fmt: skip
        parent.append(child)
    return cell


def _element(name: str, **attributes: str | int) -> Any:
    element = OxmlElement(name)
    for attribute, value in attributes.items():
        element.set(qn(f"w:{attribute}"), str(value))
    return element


def _twips(length: int) -> int:
    return round(length / Mm(1) * 1440 / 25.4)
