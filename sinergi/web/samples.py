"""Invented content for the page of components."""

from __future__ import annotations

import msgspec
from django import forms
from django.utils.translation import gettext_lazy


class SampleGrade(msgspec.Struct, frozen=True):
    """Looks like a grade of the ledger."""

    signed: bool = False
    arrived: bool = False
    witnessed: int = 0
    of: int = 1
    stamped: bool = False


EVIDENCE = (
    SampleGrade(),
    SampleGrade(signed=True),
    SampleGrade(signed=True, arrived=True),
    SampleGrade(signed=True, arrived=True, witnessed=1),
    SampleGrade(signed=True, arrived=True, witnessed=1, stamped=True),
)


class Sample(forms.Form):
    """One field of each kind, one of them wrong."""

    service = forms.ChoiceField(
        label=gettext_lazy("Kegiatan"),
        widget=forms.RadioSelect,
        choices=[
            ("escort", gettext_lazy("Pengawalan")),
            ("static_guard", gettext_lazy("Penjagaan")),
            ("event", gettext_lazy("Acara")),
        ],
    )
    place = forms.CharField(
        label=gettext_lazy("Tempat"), help_text=gettext_lazy("Nama tempat, lalu desanya."), required=False
    )
    day = forms.DateField(label=gettext_lazy("Hari"), widget=forms.DateInput(attrs={"type": "date"}), required=False)
    district = forms.ChoiceField(
        label=gettext_lazy("Kecamatan"),
        choices=[("", gettext_lazy("Semua kecamatan")), ("1", "Sipirok"), ("2", "Arse")],
        required=False,
    )
    nrp = forms.CharField(label="NRP")
    note = forms.CharField(label=gettext_lazy("Catatan"), widget=forms.Textarea(attrs={"rows": 3}), required=False)
    urgent = forms.BooleanField(label=gettext_lazy("Mendesak; sudah dikabarkan lewat telepon"), required=False)

    def clean_nrp(self) -> str:
        """NRP has eight digits."""
        digits = "".join(letter for letter in self.cleaned_data["nrp"] if letter.isdigit())
        if len(digits) != 8:
            raise forms.ValidationError(
                gettext_lazy("NRP terdiri dari 8 angka; ini %(count)s. Periksa lagi."), params={"count": len(digits)}
            )
        return digits
