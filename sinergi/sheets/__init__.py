"""Tables from and to people: CSV and XLSX in, XLSX out, with the error beside the cell. Pure; no Django, no
clock.

`reading` turns the bytes of a file into cells (in a child process through `sandbox`), `columns` says what a
feature expects, `table` compares the two and names every wrong cell, `writing` makes templates, exports and
corrected files. Docs: docs/sheets.md.
"""

from sinergi.sheets.columns import Column, Kind
from sinergi.sheets.reading import Cells, Limits, Unreadable
from sinergi.sheets.sandbox import read_cells
from sinergi.sheets.table import Problem, Row, Table, read_table, table_of
from sinergi.sheets.writing import corrected, export, template

__all__ = [
    "Cells",
    "Column",
    "Kind",
    "Limits",
    "Problem",
    "Row",
    "Table",
    "Unreadable",
    "corrected",
    "export",
    "read_cells",
    "read_table",
    "table_of",
    "template",
]
