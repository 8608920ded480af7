"""The shape of what people type about exchanged data. Saves nothing."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from sinergi.features.data import rules
from sinergi.web.forms import RefusingForm, day_field

CLASSES = {"terbuka": _("terbuka"), "terbatas": _("terbatas"), "dikecualikan": _("dikecualikan")}
FIELD_CLASSES = {"terbuka": _("terbuka"), "terbatas": _("terbatas"), "pribadi": _("data pribadi")}
REFRESHES = {
    "on_change": _("setiap perubahan"),
    "once": _("satu kali"),
    "daily": _("setiap hari"),
    "weekly": _("setiap minggu"),
    "monthly": _("setiap bulan"),
    "quarterly": _("setiap triwulan"),
    "yearly": _("setiap tahun"),
}
# Empty lines at the end of the list of columns.
SPARE_COLUMNS = 4


class FilterForm(forms.Form):
    """Which entries of the catalogue are shown."""

    q = forms.CharField(label=_("Cari"), required=False, max_length=100)
    cls = forms.ChoiceField(label=_("Klasifikasi"), required=False, choices=[("", _("semua")), *CLASSES.items()])


class DatasetForm(RefusingForm):
    """An entry of the catalogue."""

    id = forms.CharField(widget=forms.HiddenInput)
    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    agreement = forms.ChoiceField(label=_("Perjanjian"))
    code = forms.CharField(label=_("Kode"), max_length=10)
    title = forms.CharField(label=_("Nama kumpulan data"), max_length=rules.LONGEST)
    purpose = forms.CharField(
        label=_("Tujuan pemakaian"), max_length=rules.LONGEST_WORDS, widget=forms.Textarea(attrs={"rows": 2})
    )
    legal_basis = forms.CharField(
        label=_("Dasar hukum"), max_length=rules.LONGEST_WORDS, widget=forms.Textarea(attrs={"rows": 2})
    )
    cls = forms.ChoiceField(label=_("Klasifikasi"), choices=list(CLASSES.items()))
    consequence_test = forms.CharField(
        label=_("Nomor uji konsekuensi"),
        required=False,
        max_length=rules.LONGEST,
        help_text=_("Hanya untuk informasi dikecualikan; kantor kabupaten mengutip uji KPU RI atau provinsi."),
    )
    refresh = forms.ChoiceField(label=_("Diperbarui"), choices=list(REFRESHES.items()))
    retention_days = forms.IntegerField(
        label=_("Masa simpan penerima (hari)"),
        min_value=1,
        max_value=rules.LONGEST_RETENTION,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )

    def __init__(self, *args: Any, agreements: list[tuple[str, str]], **rest: Any) -> None:
        super().__init__(*args, **rest)
        self.fields["agreement"].choices = agreements  # type: ignore[attr-defined]


class ColumnForm(forms.Form):
    """One column of a data set."""

    label = forms.CharField(label=_("Kolom"), max_length=rules.LONGEST_LABEL, required=False)
    cls = forms.ChoiceField(label=_("Kelas"), choices=list(FIELD_CLASSES.items()), required=False)
    people = forms.BooleanField(label=_("jumlah orang"), required=False)

    def typed(self) -> rules.Typed:
        """As it was typed."""
        given = self.cleaned_data
        return rules.Typed(label=given["label"], cls=given["cls"] or "terbatas", people=given["people"])


class _Columns(RefusingForm):
    """A form in which columns of a data set are chosen."""

    id = forms.CharField(widget=forms.HiddenInput)
    fields_chosen = forms.MultipleChoiceField(label=_("Kolom"), widget=forms.CheckboxSelectMultiple, required=False)

    def __init__(self, *args: Any, columns: list[tuple[str, str]], **rest: Any) -> None:
        super().__init__(*args, **rest)
        self.fields["fields_chosen"].choices = columns  # type: ignore[attr-defined]


class AskForm(_Columns):
    """What is asked for, what for, and from when until when."""

    purpose = forms.CharField(
        label=_("Tujuan pemakaian"), max_length=rules.LONGEST_WORDS, widget=forms.Textarea(attrs={"rows": 2})
    )
    legal_basis = forms.CharField(
        label=_("Dasar hukum"), max_length=rules.LONGEST_WORDS, widget=forms.Textarea(attrs={"rows": 2})
    )
    uses_from = day_field(_("Dipakai mulai"))
    uses_until = day_field(_("Dipakai sampai"))

    field_order = ("purpose", "legal_basis", "uses_from", "uses_until", "fields_chosen")


class AnswerForm(_Columns):
    """The decision: a yes may narrow columns and time."""

    uses_until = day_field(_("Boleh dipakai sampai"), required=False)
    words = forms.CharField(
        label=_("Syarat, atau alasan penolakan"),
        required=False,
        max_length=rules.LONGEST_WORDS,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class DeliverForm(RefusingForm):
    """The table to be sealed."""

    recipient = forms.ChoiceField(label=_("Penerima"))
    file = forms.FileField(
        label=_("Tabel (Excel atau CSV)"),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv"}),
        help_text=_("Berkas Anda tidak dikirim: isinya dibaca, diperiksa, dan hanya kolom yang disetujui disegel."),
    )

    def __init__(self, *args: Any, recipients: list[tuple[str, str]], **rest: Any) -> None:
        super().__init__(*args, **rest)
        self.fields["recipient"].choices = recipients  # type: ignore[attr-defined]


class OccasionForm(RefusingForm):
    """What makes a delivery due, and when it is."""

    id = forms.CharField(widget=forms.HiddenInput)
    happens_on = day_field(_("Tanggal"))
    words = forms.CharField(label=_("Keterangan"), max_length=rules.LONGEST)


class UseForm(RefusingForm):
    """What the data is opened for."""

    id = forms.CharField(widget=forms.HiddenInput)
    words = forms.CharField(label=_("Dipakai untuk apa"), max_length=rules.LONGEST)


class WithdrawForm(RefusingForm):
    """Taking back a request, or a yes."""

    id = forms.CharField(widget=forms.HiddenInput)
    words = forms.CharField(label=_("Alasan"), max_length=rules.LONGEST)


class DestroyForm(RefusingForm):
    """The attestation."""

    id = forms.CharField(widget=forms.HiddenInput)
    words = forms.CharField(label=_("Nomor berita acara pemusnahan"), max_length=rules.LONGEST)
