"""CSV as offices really save it:

UTF-8 with or without mark, UTF-16 or Windows-1252; comma, semicolon or tab.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from sinergi.sheets.columns import Cell
from sinergi.sheets.reading import Cells, Limits, Unreadable, gather


def csv_cells(data: bytes, limits: Limits) -> Cells:
    """The cells of a CSV file. Raises Unreadable."""
    text, encoding = decoded(data)
    # Excel's own first line "sep=;" names the delimiter and is no row.
    skipped = 0
    first, _, rest = text.partition("\n")
    if first.strip().lower().startswith("sep=") and len(first.strip()) == 5:
        delimiter, text, skipped = first.strip()[4], rest, 1
    else:
        delimiter = _delimiter(text)
    header, rows = gather(_records(text, delimiter, skipped), limits)
    return Cells(header=header, rows=rows, form="csv", encoding=encoding, delimiter=delimiter)


def decoded(data: bytes) -> tuple[str, str]:
    """Text and the name of its encoding. Raises Unreadable rather than guess at broken letters."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return _without_nul(data.decode("utf-16")), "utf-16"
        except UnicodeDecodeError:
            raise _broken(data, 0) from None
    if b"\x00" in data:
        raise Unreadable("nul", "Berkas ini berisi bita nol; ini bukan CSV. Simpan ulang sebagai CSV UTF-8.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return _windows(data, error.start), "cp1252"
    return _without_nul(text), "utf-8-sig" if data.startswith(b"\xef\xbb\xbf") else "utf-8"


def _windows(data: bytes, broken_at: int) -> str:
    """Windows-1252, only where every letter it yields is one that office programs write."""
    half_good = data.decode("utf-8", errors="ignore")
    if any(ord(letter) > 127 for letter in half_good):
        # Some letters are proper UTF-8 and others are not: the file was damaged or glued together.
        raise _broken(data, broken_at)
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError as error:
        raise _broken(data, error.start) from None
    if any(ord(letter) > 127 and not (letter.isalpha() or letter in _SIGNS) for letter in text):
        raise _broken(data, broken_at)
    return text


_SIGNS = "\u00a0°º²³¼½¾–—‘’“”•…€´·«»§±×"


def _broken(data: bytes, at: int) -> Unreadable:
    line = data.count(b"\n", 0, at) + 1
    return Unreadable("encoding", "Huruf di baris %(row)s rusak. Simpan ulang berkas sebagai CSV UTF-8.", row=line)


def _without_nul(text: str) -> str:
    if "\x00" in text:
        raise Unreadable("nul", "Berkas ini berisi bita nol; ini bukan CSV. Simpan ulang sebagai CSV UTF-8.")
    return text


def _delimiter(text: str) -> str:
    """The one of comma, semicolon and tab that the header line uses most; comma where there is none."""
    header = next((line for line in text.split("\n", 20) if line.strip()), "")
    outside, quoted = [], False
    for letter in header[:20_000]:
        quoted ^= letter == '"'
        if not quoted:
            outside.append(letter)
    counts = {sign: outside.count(sign) for sign in (",", ";", "\t")}
    return max(counts, key=lambda sign: counts[sign])


def _records(text: str, delimiter: str, skipped: int) -> Iterator[tuple[int, list[Cell]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = skipped
    try:
        for record in reader:
            number += 1
            yield number, list(record)
    except csv.Error as error:
        if "field larger" in str(error):
            raise Unreadable(
                "cell",
                "Sel di baris %(row)s kolom %(column)s lebih panjang dari %(most)s huruf.",
                row=number + 1,
                column="?",
                most=csv.field_size_limit(),
            ) from None
        raise Unreadable(
            "quotes",
            "Tanda kutip di baris %(row)s tidak berpasangan. Perbaiki, lalu unggah lagi.",
            row=number + 1,
        ) from None
