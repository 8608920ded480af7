"""The shape of what people type about standing duties. Saves nothing."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec
from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from sinergi.features.standing_duties import rules
from sinergi.features.standing_duties.events import Contact, DistrictCounts
from sinergi.kernel.errors import Refused
from sinergi.sheets import Cells, Column, Kind, Table, table_of
from sinergi.web.forms import RefusingForm, day_field, table_file

HEADS = (_("Pemilih baru"), _("Tidak lagi memenuhi syarat"), _("Perbaikan data"))
# Empty lines at the end of the list; more come with the next version.
SPARE_CONTACTS = 4


def _count(label: Any, **options: Any) -> forms.IntegerField:
    widget = forms.NumberInput(attrs={"inputmode": "numeric"})
    return forms.IntegerField(label=label, min_value=0, max_value=rules.MOST_VOTERS, widget=widget, **options)


COUNT_COLUMNS = (
    Column(
        name="district",
        label="Kode kecamatan",
        kind=Kind.CODE,
        digits=6,
        required=True,
        unique=True,
        also=("kode",),
    ),
    Column(name="name", label="Kecamatan", hint="Hanya untuk dibaca; kodenya yang menentukan."),
    *(
        Column(
            name=name,
            label=label,
            kind=Kind.INTEGER,
            least=0,
            most=rules.MOST_VOTERS,
            required=True,
            also=also,
            hint="Jumlah orang, tanpa nama; nol ditulis 0.",
        )
        for name, label, also in (
            ("new", "Pemilih baru", ("baru",)),
            ("gone", "Tidak lagi memenuhi syarat", ("tms", "tidak_memenuhi_syarat")),
            ("changed", "Perbaikan data", ("perbaikan", "ubah")),
        )
    ),
)


class CountsFile(RefusingForm):
    """The counts of a quarter as a table."""

    file = table_file()


class CheckedCounts(msgspec.Struct, kw_only=True):
    """An uploaded table as counts of districts; nothing is taken over while it has problems."""

    table: Table
    rows: list[DistrictCounts]

    def initial(self) -> dict[str, int]:
        """The totals and the counts of every district, as the fields of `UpdateForm` are named."""
        filled = {f"{key}-{row.district}": getattr(row, key) for row in self.rows for key in rules.COUNTS}
        return filled | {key: sum(getattr(row, key) for row in self.rows) for key in rules.COUNTS}


def check_counts(cells: Cells, districts: list[tuple[str, str]]) -> CheckedCounts:
    """Compare `cells` with the districts of this office. Raises Unreadable where the file is refused as a whole."""
    table, known, rows = table_of(cells, COUNT_COLUMNS), dict(districts), []
    for row in table.rows:
        said: dict[str, Any] = row.values
        if said["district"] is not None and said["district"] not in known:
            table.add(row.number, "district", "unknown", "Kecamatan ini bukan wilayah kantor Anda.")
        elif None not in [said[name] for name in ("district", *rules.COUNTS)]:
            rows.append(DistrictCounts(said["district"], *(said[name] for name in rules.COUNTS)))
    told = {row.values["district"] for row in table.rows}
    missing = [f"{name} ({code})" for code, name in districts if code not in told]
    if missing and table.rows:
        last = max(row.number for row in table.rows)
        names = ", ".join(missing)
        table.add(last, "district", "missing", "Kecamatan yang belum ada dalam berkas: %(names)s.", names=names)
    table.problems.sort(key=lambda problem: (problem.row, problem.position or 0))
    return CheckedCounts(table=table, rows=rows)


class _Letter(RefusingForm):
    """A letter by number and day."""

    id = forms.CharField(widget=forms.HiddenInput)
    letter_number = forms.CharField(label=_("Nomor surat"), max_length=rules.LONGEST)
    letter_dated = day_field(_("Tanggal surat"))


class UpdateForm(_Letter):
    """A quarter's update: its letter, the totals, and the same per district where it is known."""

    agreement = forms.ChoiceField(label=_("Perjanjian"))
    quarter = forms.ChoiceField(label=_("Triwulan"))
    file = forms.FileField(
        label=_("Surat (PDF atau JPG)"),
        help_text=_("Berkas tidak disimpan dan tidak dikirim; sidiknya mengikat surat yang Anda kirim lewat dinas."),
        widget=forms.ClearableFileInput(attrs={"accept": ".pdf,.jpg,.jpeg"}),
    )
    new = _count(HEADS[0])
    gone = _count(HEADS[1])
    changed = _count(HEADS[2])

    field_order = ("agreement", "quarter", "letter_number", "letter_dated", "file", "new", "gone", "changed")

    def __init__(
        self,
        *args: Any,
        agreements: list[tuple[str, str]],
        quarters: list[tuple[str, str]],
        districts: list[tuple[str, str]],
        **rest: Any,
    ) -> None:
        super().__init__(*args, **rest)
        self.fields["agreement"].choices = agreements  # type: ignore[attr-defined]
        self.fields["quarter"].choices = quarters  # type: ignore[attr-defined]
        self.districts = districts
        for code, name in districts:
            for key, label in zip(rules.COUNTS, HEADS, strict=True):
                self.fields[f"{key}-{code}"] = _count(f"{name}, {label}", required=False)

    def rows(self) -> list[tuple[str, list[Any]]]:
        """Per district its name and its three fields, for the table."""
        return [(name, [self[f"{key}-{code}"] for key in rules.COUNTS]) for code, name in self.districts]

    def clean_file(self) -> Any:
        """Only what a letter may be, and not larger than one."""
        file = self.cleaned_data["file"]
        if file.size > rules.LARGEST_LETTER:
            raise forms.ValidationError(gettext("Surat paling besar 20 MB."))
        data = file.read()
        if not data.startswith((b"%PDF-", b"\xff\xd8\xff")):
            raise forms.ValidationError(gettext("Berkas ini bukan PDF atau JPG."))
        return hashlib.sha256(data).hexdigest(), len(data)

    def told(self) -> dict[str, Any]:
        """The keywords of the action. Districts count only where every one of them is filled in."""
        given = self.cleaned_data
        rows = [
            DistrictCounts(code, *(given[f"{key}-{code}"] for key in rules.COUNTS)) for code, _name in self.districts
        ]
        counts = [n for row in rows for n in (row.new, row.gone, row.changed)]
        if any(n is not None for n in counts) and None in counts:
            raise Refused("Isi semua kecamatan, atau kosongkan semuanya.", code="TGS-18")
        year, quarter = given["quarter"].split("-")
        letter, size = given["file"]
        return {
            "agreement": given["agreement"],
            "year": int(year),
            "quarter": int(quarter),
            "totals": (given["new"], given["gone"], given["changed"]),
            "districts": [] if None in counts else rows,
            "letter_number": given["letter_number"],
            "letter_dated": given["letter_dated"],
            "letter": letter,
            "letter_size": size,
        }


class MembersForm(_Letter):
    """The police's answer."""

    joined = _count(_("Anggota baru Polri"), help_text=_("Tidak lagi mempunyai hak pilih."))
    left = _count(_("Anggota pensiun atau berhenti"), help_text=_("Mendapat kembali hak pilih."))


class SessionForm(RefusingForm):
    """A training session for the plan."""

    id = forms.CharField(widget=forms.HiddenInput)
    agreement = forms.ChoiceField(label=_("Perjanjian"))
    topic = forms.CharField(label=_("Materi"), max_length=rules.LONGEST)
    on = day_field(_("Hari"))
    place = forms.CharField(label=_("Tempat"), max_length=rules.LONGEST, required=False)
    people = _count(_("Jumlah peserta"))
    arranger = forms.ChoiceField(
        label=_("Penyelenggara"), help_text=_("Menyiapkan dan membiayai dari anggarannya sendiri.")
    )

    def __init__(
        self, *args: Any, agreements: list[tuple[str, str]], parties: list[tuple[str, str]], **rest: Any
    ) -> None:
        super().__init__(*args, **rest)
        self.fields["agreement"].choices = agreements  # type: ignore[attr-defined]
        self.fields["arranger"].choices = parties  # type: ignore[attr-defined]


class MoveForm(RefusingForm):
    """Another day for a session."""

    id = forms.CharField(widget=forms.HiddenInput)
    on = day_field(_("Hari baru"))


class HeldForm(RefusingForm):
    """How many came to a session."""

    id = forms.CharField(widget=forms.HiddenInput)
    held_on = day_field(_("Dilaksanakan"))
    commission = _count(_("Hadir dari KPU"))
    police = _count(_("Hadir dari Polri"))


class ContactForm(forms.Form):
    """One contact."""

    post = forms.CharField(label=_("Jabatan atau tugas"), max_length=rules.LONGEST, required=False)
    name = forms.CharField(label=_("Nama"), max_length=rules.LONGEST, required=False)
    phone = forms.CharField(
        label=_("Telepon"), max_length=30, required=False, widget=forms.TextInput(attrs={"type": "tel"})
    )
    email = forms.CharField(label=_("Surel"), max_length=rules.LONGEST, required=False)
    region = forms.ChoiceField(label=_("Wilayah"), required=False)
    since = day_field(_("Bertugas mulai"), required=False)
    until = day_field(_("Bertugas sampai"), required=False)

    def __init__(self, *args: Any, districts: list[tuple[str, str]], **rest: Any) -> None:
        super().__init__(*args, **rest)
        self.fields["region"].choices = [("", _("Seluruh wilayah")), *districts]  # type: ignore[attr-defined]

    def contact(self) -> Contact:
        """As it was typed."""
        given = self.cleaned_data
        return Contact(**{name: given[name] for name in ("post", "name", "phone", "email", "region", "since", "until")})
