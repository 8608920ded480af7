"""What a feature expects in a column, and how a cell's text becomes a value."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from enum import StrEnum

import msgspec

from sinergi.kernel.instants import MONTHS

Cell = str | int | float
"""A cell as read: text, or a number that the spreadsheet itself stored as a number."""

Value = str | int | Decimal | bool | date | None


class Kind(StrEnum):
    """What a column holds."""

    CODE = "code"
    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    BOOLEAN = "boolean"
    DATE = "date"


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """One column a feature reads or writes.

    `label` is the Indonesian header of templates and exports; `also` lists other headers people use for it.
    `digits` is the exact length of a code, so that a number can be given its leading zeros back; `pattern`
    must match a code as a whole. `least` and `most` bound integers and decimals. `choices` are the only
    texts allowed.
    """

    name: str
    label: str
    kind: Kind = Kind.TEXT
    required: bool = False
    also: tuple[str, ...] = ()
    digits: int | None = None
    pattern: str = ""
    choices: tuple[str, ...] = ()
    least: int | None = None
    most: int | None = None
    longest: int = 300
    unique: bool = False
    example: str = ""
    hint: str = ""


class WrongCell(Exception):
    """A cell does not hold what its column asks for.

    `pattern` is the sentence with named places for `words`.
    """

    def __init__(self, code: str, pattern: str, /, **words: str | int) -> None:
        super().__init__(pattern % words)
        self.code, self.pattern, self.words = code, pattern, words


def header_key(header: str) -> str:
    """A header without case, accents, spaces and signs: `Kode TPS *` and `kode_tps` are the same."""
    plain = unicodedata.normalize("NFKD", header).encode("ascii", "ignore").decode().lower()
    return "_".join(re.findall(r"[a-z0-9]+", plain))


def text_of(cell: Cell) -> str:
    """The cell as a person sees it: numbers without an exponent, text without spaces around it."""
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else format(Decimal(repr(cell)), "f")
    return str(cell)


def value_of(cell: Cell, column: Column) -> Value:
    """The cell as a value of the column's kind; None where it is empty. Raises WrongCell."""
    text = text_of(cell)
    if isinstance(cell, str):
        if kept := _KEPT_AS_TEXT.fullmatch(text):
            text = kept[1]
        elif text.startswith("="):
            raise WrongCell("formula", "Sel ini berisi rumus. Tempel hasilnya sebagai nilai.")
    if not text:
        if column.required:
            raise WrongCell("empty", "%(label)s wajib diisi.", label=column.label)
        return None
    if len(text) > column.longest:
        raise WrongCell("long", "Isi sel paling panjang %(longest)s huruf.", longest=column.longest)
    value = _READERS[column.kind](cell if not isinstance(cell, str) else text, text, column)
    if column.choices and value not in column.choices:
        raise WrongCell("choice", "Pilih salah satu: %(choices)s.", choices=", ".join(column.choices))
    return value


# The spelling ="0012" that some programs write so that a spreadsheet keeps the zeros.
_KEPT_AS_TEXT = re.compile(r'="([^"=]*)"')
_EXPONENT = re.compile(r"\d+([.,]\d+)?[eE]\+?\d+")


def _code(cell: Cell, text: str, column: Column) -> str:
    if isinstance(cell, str):
        text = text.removeprefix("'")
        if _EXPONENT.fullmatch(text):
            raise WrongCell(
                "exponent",
                "Excel meringkas kode ini menjadi %(text)s. Tulis kode lengkap sebagai teks.",
                text=text,
            )
    else:
        text = _restored(cell, text, column)
    if column.digits and not (text.isascii() and text.isdigit() and len(text) == column.digits):
        raise WrongCell("digits", "%(label)s harus %(digits)s angka.", label=column.label, digits=column.digits)
    if column.pattern and not re.fullmatch(column.pattern, text):
        raise WrongCell("pattern", "%(label)s tidak dikenal bentuknya.", label=column.label)
    return text


def _restored(cell: int | float, text: str, column: Column) -> str:
    """A code the spreadsheet stored as a number, given back its zeros where only one code is possible."""
    if not float(cell).is_integer() or cell < 0 or cell >= 10**15:
        raise WrongCell("number", "Kode ini tersimpan sebagai angka dan rusak. Tulis ulang sebagai teks.")
    if column.digits is None:
        raise WrongCell("zeros", "Kode ini tersimpan sebagai angka; nol di depan mungkin hilang. Tulis sebagai teks.")
    return text.zfill(column.digits)


def _text(cell: Cell, text: str, column: Column) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def _integer(cell: Cell, text: str, column: Column) -> int:
    if not re.fullmatch(r"[+-]?[0-9]{1,15}", text):
        raise WrongCell("integer", "%(label)s harus bilangan bulat tanpa titik, misalnya 1948.", label=column.label)
    number = int(text)
    _bound(number, column)
    return number


def _decimal(cell: Cell, text: str, column: Column) -> Decimal:
    if not re.fullmatch(r"[+-]?[0-9]{1,12}([.,][0-9]{1,18})?", text):
        raise WrongCell("decimal", "%(label)s harus angka, misalnya 1,418.", label=column.label)
    number = Decimal(text.replace(",", "."))
    _bound(number, column)
    return number


def _bound(number: int | Decimal, column: Column) -> None:
    if column.least is not None and number < column.least:
        raise WrongCell("least", "%(label)s paling kecil %(least)s.", label=column.label, least=column.least)
    if column.most is not None and number > column.most:
        raise WrongCell("most", "%(label)s paling besar %(most)s.", label=column.label, most=column.most)


_TRUE = {"ya", "y", "1", "true", "benar", "ada", "yes"}
_FALSE = {"tidak", "t", "0", "false", "salah", "tidak ada", "no", "-"}


def _boolean(cell: Cell, text: str, column: Column) -> bool:
    said = text.lower()
    if said in _TRUE:
        return True
    if said in _FALSE:
        return False
    raise WrongCell("boolean", "%(label)s diisi ya atau tidak.", label=column.label)


_MONTHS = {
    spelling.lower(): number
    for names in MONTHS.values()
    for number, name in enumerate(names, start=1)
    for spelling in (name, name[:3])
} | {"agt": 8, "ags": 8, "agu": 8, "sept": 9}


def _date(cell: Cell, text: str, column: Column) -> date:
    """ISO (2024-02-14) or Indonesian (14/02/2024, 14-2-2024, 14 Februari 2024)."""
    try:
        if iso := re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})(?:[T ]00:00(?::00)?)?", text):
            return date(int(iso[1]), int(iso[2]), int(iso[3]))
        if said := re.fullmatch(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", text):
            return date(int(said[3]), int(said[2]), int(said[1]))
        if named := re.fullmatch(r"(\d{1,2}) ([A-Za-z]+)\.? (\d{4})", text):
            return date(int(named[3]), _MONTHS[named[2].lower()], int(named[1]))
    except (ValueError, KeyError):
        pass
    raise WrongCell("date", "%(label)s ditulis seperti 14/02/2024 atau 2024-02-14.", label=column.label)


_READERS: dict[Kind, Callable[[Cell, str, Column], Value]] = {
    Kind.CODE: _code,
    Kind.TEXT: _text,
    Kind.INTEGER: _integer,
    Kind.DECIMAL: _decimal,
    Kind.BOOLEAN: _boolean,
    Kind.DATE: _date,
}
