"""Forms of the office's letters."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from sinergi.documents.series import LARGEST_NUMBER
from sinergi.web.forms import RefusingForm


class StationeryForm(forms.Form):
    """How this office's letters look."""

    head = forms.CharField(
        label=_("Kepala surat"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Nama instansi, satu baris untuk tiap baris kop."),
    )
    address = forms.CharField(label=_("Alamat dan telepon"), max_length=200, required=False)
    city = forms.CharField(label=_("Tempat surat dibuat"), max_length=60)
    office = forms.CharField(label=_("Jabatan penanda tangan"), max_length=80)
    signer = forms.CharField(label=_("Nama penanda tangan"), max_length=120)
    rank = forms.CharField(label=_("Pangkat dan NRP atau NIP"), max_length=80, required=False)
    copies = forms.CharField(
        label=_("Tembusan"),
        max_length=600,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Satu penerima tiap baris."),
    )


class PatternForm(RefusingForm):
    """How one series is numbered. `seen` is the change that the page showed."""

    series = forms.CharField(widget=forms.HiddenInput, max_length=12)
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**53)
    # Longer than a pattern may be, so that the rule says why.
    pattern = forms.CharField(
        label=_("Pola nomor"),
        max_length=200,
        strip=True,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}),
    )
    first = forms.IntegerField(
        label=_("Nomor pertama tahun ini"),
        required=False,
        min_value=1,
        max_value=LARGEST_NUMBER,
        help_text=_("Isi bila melanjutkan buku agenda: nomor terakhir di buku ditambah satu."),
    )
