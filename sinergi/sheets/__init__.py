"""Tables from and to people: CSV and XLSX in, XLSX out, with the error beside the cell. Pure; no Django, no
clock.

`reading` turns the bytes of a file into cells (in a child process through `sandbox`), `columns` says what a
feature expects, `table` compares the two and names every wrong cell, `writing` makes templates, exports and
corrected files. Docs: docs/sheets.md.

Imported from here is what costs little to load, because the reading child of `sandbox` loads it each time; `writing`
brings openpyxl and is imported by its own name.
"""

from sinergi.sheets.columns import Column, Kind
from sinergi.sheets.reading import Cells, Limits, Unreadable
from sinergi.sheets.sandbox import read_cells
from sinergi.sheets.table import Problem, Row, Table, read_table, table_of

__all__ = [
    "Cells",
    "Column",
    "Kind",
    "Limits",
    "Problem",
    "Row",
    "Table",
    "Unreadable",
    "read_cells",
    "read_table",
    "table_of",
]
