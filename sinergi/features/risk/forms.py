"""The shapes of uploaded and typed scores and classes. Saves nothing."""

from __future__ import annotations

from collections.abc import Container
from typing import Any

import msgspec
from django import forms
from django.utils.translation import gettext_lazy as _

from sinergi.features.risk import rules
from sinergi.features.risk.events import ClassRow, ScoreRow
from sinergi.features.risk.instruments import Indicator, Instrument
from sinergi.features.risk.public import LEVEL_WORDS
from sinergi.kernel.errors import Refused
from sinergi.sheets import Cells, Column, Kind, Table, table_of
from sinergi.web.forms import table_file

CLASSES = "kelas"
LEVEL_CHOICES = [
    ("low", _("kurang rawan")),
    ("medium", _("rawan")),
    ("high", _("sangat rawan")),
    ("special", _("khusus")),
]

_STATION = Column(
    name="code",
    label="Kode TPS",
    kind=Kind.CODE,
    digits=13,
    pattern=r"[1-9][0-9]{12}",
    required=True,
    unique=True,
    also=("kode", "tps_code"),
    example="1203011001999",
    hint="Kode desa 10 angka diikuti nomor TPS 3 angka.",
)
_REGENCY = Column(
    name="code",
    label="Kode kabupaten",
    kind=Kind.CODE,
    digits=4,
    pattern=r"[1-9][0-9]{3}",
    required=True,
    unique=True,
    also=("kode",),
    example="1299",
)
CLASS_COLUMNS = (
    _STATION,
    Column(
        name="level",
        label="Kelas",
        required=True,
        choices=tuple(LEVEL_WORDS),
        also=("kelas_kerawanan", "kategori"),
        example="rawan",
    ),
    Column(
        name="reason",
        label="Alasan",
        required=True,
        longest=rules.LONGEST_REASON,
        also=("alasan_kelas", "keterangan"),
        example="Jalan roda dua dan sungai tanpa jembatan saat hujan.",
        hint="Keadaan tempatnya. Unjuk rasa yang sah dan pilihan politik bukan alasan.",
    ),
)


def score_columns(instrument: Instrument) -> tuple[Column, ...]:
    """The columns of a file of scores: the place, then one per indicator; an empty cell is not known."""
    yes_no = instrument.scale == "yes_no"
    return (
        _STATION if instrument.level == "station" else _REGENCY,
        *(
            Column(
                name=indicator.code,
                label=indicator.name,
                kind=Kind.BOOLEAN if yes_no else Kind.DECIMAL,
                least=None if yes_no else 0,
                most=None if yes_no else 100,
                also=(indicator.code,),
                example="tidak" if yes_no else "12,5",
            )
            for indicator in instrument.indicators
        ),
    )


class Upload(forms.Form):
    """A file, what it holds, and the agreement under which it is told."""

    subject = forms.ChoiceField(label=_("Isi berkas"))
    agreement = forms.ChoiceField(label=_("Perjanjian"))
    file = table_file()

    def __init__(
        self, *given: Any, subjects: list[tuple[str, Any]], agreements: list[tuple[str, str]], **more: Any
    ) -> None:
        super().__init__(*given, **more)
        self.fields["subject"].choices = subjects  # type: ignore[attr-defined]
        self.fields["agreement"].choices = agreements  # type: ignore[attr-defined]


class ClassForm(forms.Form):
    """The class of one station."""

    id = forms.CharField(widget=forms.HiddenInput, max_length=36)
    level = forms.ChoiceField(label=_("Kelas"), choices=LEVEL_CHOICES, widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("Alasan"),
        max_length=rules.LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Keadaan tempatnya. Unjuk rasa yang sah dan pilihan politik bukan alasan."),
    )


class ScoreForm(forms.Form):
    """The values of one place by one instrument, an empty one where nothing is known."""

    id = forms.CharField(widget=forms.HiddenInput, max_length=36)

    def __init__(self, *given: Any, instrument: Instrument, **more: Any) -> None:
        super().__init__(*given, **more)
        self.instrument = instrument
        for indicator in instrument.indicators:
            self.fields[indicator.code] = _value_field(indicator, instrument)

    def values(self) -> list[int | None]:
        """What was typed, in hundredths."""
        return [_hundredths(self.cleaned_data[one.code]) for one in self.instrument.indicators]

    def groups(self) -> list[tuple[str, list[Any]]]:
        """The fields under the titles of their dimensions."""
        return [(one.title, [self[each.code] for each in one.indicators]) for one in self.instrument.dimensions]


class Checked(msgspec.Struct, kw_only=True):
    """An uploaded table as scores or classes; nothing may be stated while the table has problems."""

    table: Table
    scores: list[ScoreRow]
    classes: list[ClassRow]

    @property
    def count(self) -> int:
        """How many places it tells about."""
        return len(self.scores) + len(self.classes)


def check_scores(cells: Cells, instrument: Instrument) -> Checked:
    """Compare `cells` with the columns of the instrument. Raises Unreadable where the file is refused as a whole."""
    table = table_of(cells, score_columns(instrument))
    rows = []
    for row in table.rows:
        values = [_hundredths(row.values[one.code]) for one in instrument.indicators]
        if row.values["code"] is None:
            continue
        if all(value is None for value in values):
            table.add(row.number, "code", "nothing", "Isi paling sedikit satu indikator.")
        rows.append(ScoreRow(place=str(row.values["code"]), values=values))
    _in_order(table)
    return Checked(table=table, scores=rows, classes=[])


def check_classes(cells: Cells, known: Container[str]) -> Checked:
    """Compare `cells` with the columns of a class list, and every reason with what a reason may be."""
    table = table_of(cells, CLASS_COLUMNS)
    rows = []
    for row in table.rows:
        code, level, reason = (row.values[name] for name in ("code", "level", "reason"))
        if isinstance(code, str) and code not in known:
            table.add(
                row.number, "code", "unknown", "TPS %(code)s tidak ada dalam daftar TPS perjanjian ini.", code=code
            )
        if isinstance(reason, str):
            try:
                rules.refuse_reason(reason)
            except Refused as refused:
                table.add(row.number, "reason", refused.code, refused.pattern, **refused.words)
        if isinstance(code, str) and isinstance(reason, str) and level in LEVEL_WORDS:
            rows.append(ClassRow(code=code, level=LEVEL_WORDS[str(level)], reason=reason))
    _in_order(table)
    return Checked(table=table, scores=[], classes=rows)


def _in_order(table: Table) -> None:
    table.problems.sort(key=lambda problem: (problem.row, problem.position or 0))


def _value_field(indicator: Indicator, instrument: Instrument) -> forms.Field:
    if instrument.scale == "yes_no":
        return forms.TypedChoiceField(
            label=indicator.title,
            required=False,
            choices=[("", _("belum diketahui")), ("ya", _("ya")), ("tidak", _("tidak"))],
            coerce=lambda word: word == "ya",
            empty_value=None,
        )
    return forms.DecimalField(label=indicator.title, required=False, min_value=0, max_value=100, decimal_places=2)


def _hundredths(value: Any) -> int | None:
    if value is None or value == "":
        return None
    return rules.FULL * value if isinstance(value, bool) else round(value * 100)
