"""What people fill in to choose, to move and to take in a calendar. Saves nothing."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from sinergi.features.stages import closures
from sinergi.features.stages.rules import Calendar, Holiday, Stage
from sinergi.kernel.words import line
from sinergi.sheets import Cells, Column, Kind, Problem, table_of
from sinergi.web.forms import RefusingForm, said_with_code

STAGE_COLUMNS = (
    Column(
        name="code",
        label="Kode",
        kind=Kind.CODE,
        pattern=r"[a-z][a-z0-9_-]{1,39}",
        required=True,
        unique=True,
        example="campaign",
        hint="Kode tetap: campaign, quiet_period, voting, counting, recapitulation, dan seterusnya.",
    ),
    Column(name="name", label="Tahapan", required=True, longest=120, example="Kampanye"),
    Column(name="name_en", label="Tahapan (Inggris)", longest=120, example="Campaign"),
    Column(
        name="starts_on",
        label="Mulai",
        kind=Kind.DATE,
        example="28/11/2023",
        hint="Kosong bila tidak disebut peraturan.",
    ),
    Column(name="ends_on", label="Hari terakhir", kind=Kind.DATE, required=True, example="10/02/2024"),
    Column(
        name="is_reserve", label="Cadangan", kind=Kind.BOOLEAN, example="tidak", hint="Hanya bila ada putaran kedua."
    ),
)


class Choice(forms.Form):
    """A calendar; for an exercise also the day on which people vote in it."""

    calendar = forms.ChoiceField(label=_("Kalender"), widget=forms.RadioSelect)
    is_exercise = forms.BooleanField(
        label=_("Latihan: geser semua hari"),
        required=False,
        help_text=_("Hanya untuk latihan. Simpul dengan perjanjian sungguhan memakai hari menurut peraturan."),
    )
    polling_day = forms.DateField(
        label=_("Hari pemungutan suara latihan"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Tahapan lain bergeser sama jauh."),
    )

    def __init__(self, *given: Any, calendars: list[tuple[str, str]], **more: Any) -> None:
        super().__init__(*given, **more)
        self.fields["calendar"].choices = calendars  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """A shifted day and the word exercise go together."""
        given = super().clean() or {}
        if given.get("polling_day") and not given.get("is_exercise"):
            self.add_error(
                "is_exercise", gettext("Hari hanya digeser untuk latihan. Tandai latihan, atau kosongkan harinya.")
            )
        if given.get("is_exercise") and not given.get("polling_day") and "polling_day" not in self.errors:
            self.add_error("polling_day", gettext("Isi hari pemungutan suara latihan."))
        return given


class Change(RefusingForm):
    """Another voting day, or another calendar; since when it was decided and by what."""

    id = forms.CharField(widget=forms.HiddenInput)
    polling_day = forms.DateField(
        label=_("Hari pemungutan suara yang baru"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Tahapan yang belum mulai ikut bergeser; yang berjalan berakhir sejauh itu; yang lewat tetap."),
    )
    calendar = forms.ChoiceField(
        label=_("Atau pakai kalender lain"),
        required=False,
        help_text=_("Kalender baru dimasukkan administrator di Kelola, Kantor, Kalender."),
    )
    decided_on = forms.DateField(
        label=_("Diputuskan pada"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    law = forms.CharField(
        label=_("Dasar hukum"), max_length=200, required=False, help_text=_("Misalnya PKPU Nomor 5 Tahun 2028.")
    )

    def __init__(self, *given: Any, current: Calendar | None, others: list[tuple[str, str]], **more: Any) -> None:
        super().__init__(*given, **more)
        self.fields["calendar"].choices = [("", _("tetap kalender sekarang")), *others]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """One of the two, and a law for a moved day; a calendar that came in has its own."""
        given = super().clean() or {}
        if bool(given.get("polling_day")) == bool(given.get("calendar")) and "polling_day" not in self.errors:
            self.add_error("polling_day", gettext("Isi hari yang baru, atau pilih kalender lain; satu saja."))
        given["law"] = line(given.get("law", ""))
        if given.get("polling_day") and not given["law"]:
            self.add_error("law", gettext("Tulis keputusan atau peraturan yang memindahkannya."))
        return given


class HolidayYear(RefusingForm):
    """The holidays of a year, one a line, with their decree."""

    id = forms.CharField(widget=forms.HiddenInput)
    year = forms.IntegerField(widget=forms.HiddenInput)
    law = forms.CharField(
        label=_("Keputusan"),
        max_length=closures.LONGEST_LAW,
        help_text=_("Nomor SKB Tiga Menteri, misalnya SKB Tiga Menteri Nomor 1017, 2, 2 Tahun 2024."),
    )
    decided_on = forms.DateField(
        label=_("Ditetapkan pada"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    days = forms.CharField(
        label=_("Hari libur"),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 18, "spellcheck": "false"}),
        help_text=_(
            "Satu baris satu hari: tanggal; jenis; nama. Jenis: nasional, cuti bersama, pemungutan suara. "
            "Tiga kolom dari Excel dapat ditempel langsung."
        ),
    )

    def clean_law(self) -> str:
        """On one line."""
        return line(self.cleaned_data["law"])

    def clean_days(self) -> tuple[Holiday, ...]:
        """The days, or every line that cannot be read."""
        days, wrong = closures.typed(self.cleaned_data["days"])
        if wrong:
            raise forms.ValidationError([said_with_code(refusal) for refusal in wrong[:20]])
        return days


class CalendarFile(forms.Form):
    """A calendar's head, and the table of its stages."""

    name = forms.CharField(label=_("Nama"), max_length=120, help_text=_("Misalnya Pemilu nasional 2029."))
    name_en = forms.CharField(label=_("Nama (Inggris)"), max_length=120)
    code = forms.RegexField(
        label=_("Kode"), regex=r"^[a-z][a-z0-9_-]{1,39}$", help_text=_("Huruf kecil, angka, tanda hubung: pemilu-2029.")
    )
    version = forms.IntegerField(label=_("Versi"), min_value=1, max_value=999, initial=1)
    law = forms.CharField(label=_("Dasar hukum"), max_length=200)
    polling_day = forms.DateField(
        label=_("Hari pemungutan suara"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    file = forms.FileField(
        label=_("Berkas tahapan"),
        help_text=_("CSV atau Excel (.xlsx)."),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.xlsx,.txt"}),
    )


class Read(msgspec.Struct, kw_only=True):
    """What a file says: the calendar where `problems` is empty."""

    calendar: Calendar
    problems: list[Problem]


def calendar_of(cells: Cells, head: dict[str, Any]) -> Read:
    """The calendar of one file under the head that was typed. Raises Refused for the file as a whole."""
    table = table_of(cells, STAGE_COLUMNS)
    law = line(head["law"])
    stages = [
        Stage(
            code=str(row.values["code"]),
            name=line(str(row.values["name"])),
            name_en=line(str(row.values["name_en"] or row.values["name"])),
            starts_on=_day(row.values["starts_on"]),
            ends_on=_day(row.values["ends_on"]) or date.max,
            is_reserve=bool(row.values["is_reserve"]),
            law=law,
        )
        for row in table.rows
    ]
    calendar = Calendar(
        code=head["code"],
        version=head["version"],
        name=line(head["name"]),
        name_en=line(head["name_en"]),
        law=law,
        polling_day=head["polling_day"],
        stages=tuple(stages),
    )
    return Read(calendar=calendar, problems=table.problems)


def _day(value: Any) -> date | None:
    return value if isinstance(value, date) else None
