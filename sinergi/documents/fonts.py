"""The two typefaces of a letter, as files; nothing of the machine's own fonts is ever used.

TeX Gyre Bonum has the widths of Bookman, TeX Gyre Heros those of Arial (GUST Font License), so the PDF and
the DOCX, which names Bookman Old Style and Arial, break their lines alike. The packages that carry them are
not imported: they belong to a typesetter that is not installed.
"""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path

import typst
from fontTools.pens.boundsPen import BoundsPen
from fontTools.pens.svgPathPen import SVGPathPen
from fontTools.pens.transformPen import TransformPen
from fontTools.ttLib import TTFont

SERIF = "TeX Gyre Bonum"
SANS = "TeX Gyre Heros"
FOLDERS = ("rinoh_typeface_texgyrebonum", "rinoh_typeface_texgyreheros")


@cache
def faces() -> typst.Fonts:
    """The font files as the typesetter takes them."""
    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[_folder(name) for name in FOLDERS]
    )


@cache
def printable() -> frozenset[int]:
    """The code points that every face of a letter can draw."""
    files = [path for name in FOLDERS for path in sorted(_folder(name).glob("*.otf")) if "cn-" not in path.name]
    return frozenset(set.intersection(*map(_drawn_by, files)))


@cache
def outline_svg(word: str) -> str:
    """`word` in hollow letters, as a drawing: a watermark that never mixes with the text one selects."""
    right = 0
    with TTFont(_folder(FOLDERS[1]) / "texgyreheros-regular.otf") as face:
        glyphs, names = face.getGlyphSet(), face.getBestCmap()
        path, bounds = SVGPathPen(glyphs), BoundsPen(glyphs)
        for letter in word:
            glyph = glyphs[names[ord(letter)]]
            for pen in (path, bounds):
                # A font counts upwards, a drawing downwards.
                glyph.draw(TransformPen(pen, (1, 0, 0, -1, right, 0)))
            right += glyph.width + 60
    left, top, end, bottom = bounds.bounds
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{left - 8} {top - 8} {end - left + 16} {bottom - top + 16}">'
        f'<path d="{path.getCommands()}" fill="none" stroke="#b0b0b0" stroke-width="5"/></svg>'
    )


def _drawn_by(file: Path) -> set[int]:
    with TTFont(file) as face:
        return set(face.getBestCmap())


def _folder(package: str) -> Path:
    spec = find_spec(package)
    assert spec is not None and spec.origin is not None, "the font packages are dependencies of ours"
    return Path(spec.origin).parent
