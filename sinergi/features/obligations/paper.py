"""Tables that an agreement signed on paper brings along: its list of obligations and its history. Saves nothing.

Every wrong cell gets a sentence; a file is taken as a whole or not at all.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

import msgspec

from sinergi.features.obligations import past
from sinergi.features.obligations.events import Past, Told
from sinergi.features.obligations.forms import COUNTS, due_of
from sinergi.kernel import obligation
from sinergi.kernel.obligation import Due, Evidence, Item
from sinergi.sheets import Cells, Column, Kind, Row, Table, Unreadable, table_of
from sinergi.sheets.columns import header_key

MOST_ROWS = obligation.MOST_ITEMS * obligation.MOST_DUES
EVERYBODY = "semua pihak"
UNITS = {"hari kalender": "calendar", "hari kerja": "working", "jam": "hours"}
TOLD: dict[str, Told] = {"dipenuhi": "kept", "dibebaskan": "released", "terlewat": "missed", "adendum": "addendum"}
_CODE = Column(name="code", label="Kode", kind=Kind.CODE, also=("kode_kewajiban", "code"), example="D-99")


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """What the cells of a list may name. `parties`, `bases`, `evidence`: codes by the words people write for them."""

    parties: dict[str, str]
    everybody: tuple[str, ...]
    articles: Collection[int]
    bases: dict[str, str]
    evidence: dict[str, Evidence]


class CheckedList(msgspec.Struct, kw_only=True):
    """A list as it was read: its obligations, and what they are called by code."""

    table: Table
    items: list[Item]
    titles: dict[str, str]


class CheckedHistory(msgspec.Struct, kw_only=True):
    """A history as it was read: what is new in it, the paper's number and a remark for each; `known` stood already."""

    table: Table
    entries: list[Past]
    numbers: list[str]
    remarks: list[str]
    known: int = 0


def list_columns(terms: Terms) -> tuple[Column, ...]:
    """The columns of a list: one row is one obligation, and a further row of the same code one more due rule."""
    names = (*terms.parties, EVERYBODY)
    return (
        msgspec.structs.replace(_CODE, required=True, hint="Satu huruf besar, tanda hubung, dua angka."),
        Column(
            name="title", label="Kewajiban", longest=obligation.LONGEST_TITLE, also=("nama", "uraian"), example="Contoh"
        ),
        Column(name="article", label="Pasal", kind=Kind.INTEGER, least=1, most=obligation.MOST_ARTICLES, example="4"),
        Column(name="clause", label="Ayat", kind=Kind.INTEGER, least=1, most=99, example="1"),
        Column(name="debtor", label="Yang wajib", also=("debitur", "wajib"), choices=names, example=names[0]),
        Column(
            name="creditor",
            label="Yang berhak",
            also=("kreditur", "berhak"),
            choices=names,
            hint="Kosong berarti pihak yang lain.",
        ),
        Column(
            name="basis",
            label="Jatuh tempo menurut",
            required=True,
            also=("patokan", "tenggat_menurut"),
            choices=tuple(terms.bases),
            example="setiap bulan",
        ),
        Column(name="count", label="Hitungan", also=("jumlah",), hint="Misalnya H-30, H-7; kosong untuk yang berkala."),
        Column(name="unit", label="Satuan", choices=tuple(UNITS), hint="Kosong berarti hari kalender."),
        Column(name="evidence", label="Bukti", choices=tuple(terms.evidence), example="laporan"),
    )


def history_columns() -> tuple[Column, ...]:
    """The columns of a history: one row is one due that has passed, or one addendum."""
    return (
        Column(name="told", label="Peristiwa", required=True, choices=tuple(TOLD), example="dipenuhi"),
        msgspec.structs.replace(_CODE, hint="Kode kewajiban; kosong untuk adendum."),
        Column(
            name="on",
            label="Tenggat",
            kind=Kind.DATE,
            required=True,
            also=("jatuh_tempo",),
            example="31/01/2024",
            hint="Hari terakhir; untuk adendum hari ditandatangani.",
        ),
        Column(
            name="done_on",
            label="Tanggal dikerjakan",
            kind=Kind.DATE,
            also=("tanggal", "dikerjakan"),
            hint="Hari dipenuhi atau dibebaskan; kosong bila terlewat.",
        ),
        Column(name="number", label="Nomor surat bukti", longest=past.LONGEST_NUMBER, also=("nomor", "nomor_bukti")),
        Column(
            name="document",
            label="Sidik bukti (SHA-256)",
            kind=Kind.CODE,
            pattern=r"[0-9a-fA-F]{64}",
            also=("sha256", "sidik"),
            hint="64 huruf dan angka; berkasnya tetap di kantor Anda.",
        ),
        Column(
            name="amends",
            label="Mengubah",
            longest=past.LONGEST_NUMBER,
            hint="Nomor adendum yang diubah; kosong berarti perjanjiannya.",
        ),
        Column(name="remark", label="Keterangan", longest=past.LONGEST_REMARK),
    )


def check_list(cells: Cells, terms: Terms) -> CheckedList:
    """Compare `cells` with the columns and with what the agreement holds. Raises Unreadable for the whole file."""
    table = _table(cells, list_columns(terms), most=MOST_ROWS)
    wrong = {problem.row for problem in table.problems}
    found: dict[str, Item] = {}
    titles: dict[str, str] = {}
    first: dict[str, int] = {}
    for row in table.rows:
        code = row.values["code"]
        if not isinstance(code, str):
            continue
        if not obligation.CODE.fullmatch(code):
            table.add(row.number, "code", "code", "Kode kewajiban ditulis seperti D-02.")
            continue
        item = _item(table, row, terms, found.get(code), first.setdefault(code, row.number))
        if item is None or row.number in wrong:
            continue
        found[code] = item
        titles.setdefault(code, str(row.values["title"]))
    if len(first) > obligation.MOST_ITEMS:
        raise Unreadable("many", "Satu daftar memuat paling banyak %(most)s kewajiban.", most=obligation.MOST_ITEMS)
    _in_order(table)
    return CheckedList(table=table, items=list(found.values()), titles=titles)


def check_history(
    cells: Cells,
    *,
    items: Mapping[str, Item],
    starts_on: date,
    counts_from: date,
    today: date,
    known: Mapping[tuple[str, date], Past],
    signed: Mapping[str, Past],
) -> CheckedHistory:
    """Compare `cells` with the columns and with the list that `items` (by code) make up, counted from `counts_from`.

    `starts_on` is the agreement's first day. `known` and `signed` are dues and addenda (by number) that stand in
    earlier histories: the same again is left out, something else about the same is wrong. Raises Unreadable for the
    whole file.
    """
    table = _table(cells, history_columns(), most=past.MOST_ENTRIES)
    wrong = {problem.row for problem in table.problems}
    dues: list[tuple[Row, Past]] = []
    first: dict[tuple[str, date], int] = {}
    for row in table.rows:
        said: dict[str, Any] = row.values
        told = said["told"] and TOLD[said["told"]]
        if told is None or told == "addendum":
            continue
        before = len(table.problems)
        _check_due(table, row, told, items, starts_on=starts_on, counts_from=counts_from, today=today)
        if len(table.problems) > before or row.number in wrong:
            continue
        earlier = first.setdefault((said["code"], said["on"]), row.number)
        if earlier != row.number:
            table.add(row.number, "on", "twice", "Sudah ada di baris %(earlier)s.", earlier=earlier)
            continue
        dues.append((row, _past(said, told)))
    addenda = _addenda(table, wrong, signed, starts_on=starts_on, today=today)
    kept = []
    for row, entry in dues:
        stands = known.get((entry.code, entry.on))
        if stands is not None and stands != entry:
            table.add(row.number, "told", "other", "Riwayat tenggat ini sudah dinyatakan lain sebelumnya.")
        elif stands is None:
            kept.append((row, entry))
    fresh = [*addenda, *kept]
    _in_order(table)
    return CheckedHistory(
        table=table,
        entries=[entry for _row, entry in fresh],
        numbers=[str(row.values["number"] or "") for row, _entry in fresh],
        remarks=[str(row.values["remark"] or "") for row, _entry in fresh],
        known=len(table.rows) - len(fresh) - len({problem.row for problem in table.problems}),
    )


def _table(cells: Cells, columns: tuple[Column, ...], *, most: int) -> Table:
    """The table, or Unreadable where it has more rows than one record could ever hold: nobody corrects ten thousand."""
    if len(cells.rows) > most:
        raise Unreadable(
            "rows",
            "Berkas ini berisi %(rows)s baris; paling banyak %(most)s. Bagi berkasnya.",
            rows=len(cells.rows),
            most=most,
        )
    # What is written in another case or with other signs is meant all the same.
    for column in columns:
        if column.choices:
            cells = _respelt(cells, column)
    return table_of(cells, columns)


def _respelt(cells: Cells, column: Column) -> Cells:
    names = {header_key(name) for name in (column.label, column.name, *column.also)}
    places = [place for place, head in enumerate(cells.header) if header_key(head) in names]
    if len(places) != 1:
        return cells
    (place,), spelt = places, {header_key(choice): choice for choice in column.choices}
    rows = []
    for number, row in cells.rows:
        cell = row[place] if place < len(row) else ""
        meant = spelt.get(header_key(cell)) if isinstance(cell, str) else None
        rows.append((number, [*row[:place], meant, *row[place + 1 :]] if meant else row))
    return msgspec.structs.replace(cells, rows=rows)


def _item(table: Table, row: Row, terms: Terms, known: Item | None, first: int) -> Item | None:
    """The obligation with this row's rule, or None with the problem beside its cell."""
    said: dict[str, Any] = row.values
    due = _due(table, row, terms)
    if known is None and first != row.number:
        return None  # its first row is wrong and says so
    if known is not None:
        return _further(table, row, terms, known, due, first)
    for name in ("title", "article", "debtor", "evidence"):
        if said[name] is None and not _is_wrong(table, row, name):
            table.add(row.number, name, "empty", "%(label)s wajib diisi.", label=_label(table, name))
    if said["article"] is not None and said["article"] not in terms.articles:
        table.add(
            row.number, "article", "article", "Pasal %(number)s tidak ada dalam perjanjian ini.", number=said["article"]
        )
    if due is None or None in (said["title"], said["article"], said["debtor"], said["evidence"]):
        return None
    debtors, creditors = _parties(said, terms)
    item = Item(
        code=said["code"],
        article=said["article"],
        clause=said["clause"],
        debtors=debtors,
        creditors=creditors,
        dues=[due],
        evidence=terms.evidence[said["evidence"]],
    )
    if debtors == creditors and len(debtors) == 1:
        table.add(row.number, "creditor", "circular", "Satu pihak tidak dapat berkewajiban kepada dirinya sendiri.")
        return None
    flaw = obligation.item_flaw(item, set(terms.everybody))
    if flaw:
        table.add(row.number, "code", "item", flaw)
        return None
    return item


def _further(table: Table, row: Row, terms: Terms, known: Item, due: Due | None, first: int) -> Item | None:
    """One more rule of an obligation; what it repeats must be the same."""
    said: dict[str, Any] = row.values
    debtors, creditors = _parties(said, terms)
    same = {
        "article": said["article"] in (None, known.article),
        "clause": said["clause"] in (None, known.clause),
        "debtor": said["debtor"] is None or debtors == known.debtors,
        "creditor": said["creditor"] is None or creditors == known.creditors,
        "evidence": said["evidence"] is None or terms.evidence[said["evidence"]] == known.evidence,
    }
    for name, holds in same.items():
        if not holds:
            table.add(row.number, name, "differs", "Lain dari baris %(first)s dengan kode yang sama.", first=first)
    if due is None or not all(same.values()):
        return None
    if due in known.dues:
        table.add(row.number, "count", "twice", "Sudah ada di baris %(earlier)s.", earlier=first)
        return None
    if len(known.dues) == obligation.MOST_DUES:
        table.add(
            row.number, "code", "dues", "Satu kewajiban punya paling banyak %(most)s aturan.", most=obligation.MOST_DUES
        )
        return None
    return msgspec.structs.replace(known, dues=[*known.dues, due])


def _due(table: Table, row: Row, terms: Terms) -> Due | None:
    said: dict[str, Any] = row.values
    if said["basis"] is None:
        return None
    basis = terms.bases[said["basis"]].split(":")
    try:
        due = due_of(basis, str(said["count"] or ""), UNITS.get(said["unit"] or "", "calendar"))
    except ValueError:
        table.add(row.number, "count", "count", COUNTS[basis[0]])
        return None
    flaw = obligation.due_flaw(due)
    if flaw:
        table.add(row.number, "count", "due", flaw)
        return None
    return due


def _parties(said: Mapping[str, Any], terms: Terms) -> tuple[list[str], list[str]]:
    """Debtors and creditors as a list of obligations holds them."""
    debtors = _meant(said["debtor"], terms)
    others = [party for party in terms.everybody if party not in debtors] or list(terms.everybody)
    return debtors, _meant(said["creditor"], terms) if said["creditor"] else others


def _meant(word: str | None, terms: Terms) -> list[str]:
    return [terms.parties[word]] if word in terms.parties else list(terms.everybody)


def _check_due(
    table: Table,
    row: Row,
    told: Told,
    items: Mapping[str, Item],
    *,
    starts_on: date,
    counts_from: date,
    today: date,
) -> None:
    said: dict[str, Any] = row.values
    if said["code"] is None:
        if not _is_wrong(table, row, "code"):
            table.add(row.number, "code", "empty", "%(label)s wajib diisi.", label="Kode")
    elif said["code"] not in items:
        table.add(row.number, "code", "unknown", "Kewajiban ini tidak ada dalam daftar.")
    if said["on"] is None:
        pass  # its cell is wrong and says so
    elif said["on"] < starts_on:
        table.add(row.number, "on", "before", "Sebelum perjanjian berlaku (%(day)s).", day=_day(starts_on))
    elif said["on"] > today:
        table.add(row.number, "on", "future", "Tanggal ini belum tiba.")
    elif said["on"] >= counts_from:
        table.add(
            row.number,
            "on",
            "counted",
            "Sejak %(day)s Sinergi menghitung sendiri; riwayat hanya sebelumnya.",
            day=_day(counts_from),
        )
    if told == "missed" and said["done_on"] is not None:
        table.add(row.number, "done_on", "missed", "Yang terlewat tidak punya tanggal dikerjakan.")
    if told != "missed" and said["done_on"] is None and not _is_wrong(table, row, "done_on"):
        table.add(row.number, "done_on", "empty", "%(label)s wajib diisi.", label="Tanggal dikerjakan")
    if said["done_on"] is not None and said["done_on"] < starts_on:
        table.add(row.number, "done_on", "before", "Sebelum perjanjian berlaku (%(day)s).", day=_day(starts_on))
    if said["done_on"] is not None and said["done_on"] > today:
        table.add(row.number, "done_on", "future", "Tanggal ini belum tiba.")
    if said["amends"] is not None:
        table.add(row.number, "amends", "amends", "Hanya adendum yang mengubah sesuatu.")


def _addenda(
    table: Table, wrong: set[int], signed: Mapping[str, Past], *, starts_on: date, today: date
) -> list[tuple[Row, Past]]:
    """New addenda by the day they were signed, each with the place of the one it changes."""
    found: list[tuple[Row, str]] = []
    rows = [row for row in table.rows if row.values["told"] == "adendum" and row.number not in wrong]
    first: dict[str, int] = {}
    for row in rows:
        said: dict[str, Any] = row.values
        number, before = said["number"], len(table.problems)
        if number is None:
            table.add(row.number, "number", "empty", "%(label)s wajib diisi.", label="Nomor surat bukti")
        elif first.setdefault(number, row.number) != row.number:
            table.add(row.number, "number", "twice", "Sudah ada di baris %(earlier)s.", earlier=first[number])
        if said["code"] is not None:
            table.add(row.number, "code", "code", "Adendum tidak punya kode kewajiban.")
        if said["done_on"] is not None:
            table.add(row.number, "done_on", "addendum", "Hari adendum ditandatangani ditulis di kolom Tenggat.")
        if said["on"] < starts_on:
            table.add(row.number, "on", "before", "Sebelum perjanjian berlaku (%(day)s).", day=_day(starts_on))
        elif said["on"] > today:
            table.add(row.number, "on", "future", "Tanggal ini belum tiba.")
        if len(table.problems) == before:
            found.append((row, number))
    found.sort(key=lambda each: (each[0].values["on"], each[0].number))
    places: dict[str, int] = {}
    made: list[tuple[Row, Past]] = []
    for row, number in found:
        stands, said = signed.get(number), row.values
        entry = _past(said, "addendum")
        if stands is not None:
            if (stands.on, stands.document) != (entry.on, entry.document):
                table.add(row.number, "number", "other", "Adendum bernomor ini sudah dinyatakan lain sebelumnya.")
            continue
        amends = said["amends"]
        # What it changes was signed earlier and stands above it; so no two can change each other in a circle.
        if amends is not None and amends not in places and amends not in signed:
            table.add(
                row.number,
                "amends",
                "circular",
                "Adendum hanya mengubah adendum lain yang ditandatangani lebih dahulu dan ada dalam riwayat.",
            )
            continue
        places[number] = len(made)
        made.append((row, msgspec.structs.replace(entry, amends=places.get(str(amends)) if amends else None)))
    return made


def _past(said: Mapping[str, Any], told: Told) -> Past:
    return Past(
        told=told,
        code=said["code"] or "",
        on=said["on"],
        done_on=said["done_on"],
        document=str(said["document"] or "").lower(),
    )


def _is_wrong(table: Table, row: Row, name: str) -> bool:
    label = _label(table, name)
    return any((problem.row, problem.column) == (row.number, label) for problem in table.problems)


def _label(table: Table, name: str) -> str:
    return next(column.label for column in table.columns if column.name == name)


def _day(day: date) -> str:
    return f"{day:%d/%m/%Y}"


def _in_order(table: Table) -> None:
    table.problems.sort(key=lambda problem: (problem.row, problem.position or 0))
