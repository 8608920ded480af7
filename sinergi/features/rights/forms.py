"""The shape of what people type about erasing. Saves nothing."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from sinergi.features.rights import rules
from sinergi.web.forms import RefusingForm

GROUNDS = {
    "subject_asks": _("diminta orangnya"),
    "not_needed": _("tidak diperlukan lagi"),
    "consent_withdrawn": _("persetujuan ditarik"),
    "unlawful": _("diperoleh atau dipakai melawan hukum"),
}
REFUSALS = {
    "archive": _("arsip negara, masih dalam masa retensi"),
    "legal_duty": _("wajib disimpan menurut undang-undang"),
    "open_case": _("diperlukan dalam perkara yang berjalan"),
    "other_person": _("bukan tentang pemohon"),
}
ASKERS = {"subject": _("orangnya sendiri atau kuasanya"), "authority": _("lembaga yang berwenang")}


class SearchForm(forms.Form):
    """Under which agreement, and which words."""

    agreement = forms.ChoiceField(label=_("Perjanjian"))
    sought = forms.CharField(
        label=_("Kata yang dicari"),
        min_length=3,
        max_length=100,
        help_text=_("Misalnya nama. Kata ini tidak disimpan dan tidak dikirim ke mana pun."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, agreements: list[tuple[str, str]], **rest: Any) -> None:
        super().__init__(*args, **rest)
        self.fields["agreement"].choices = agreements  # type: ignore[attr-defined]


class AskForm(RefusingForm):
    """Which records are to be erased everywhere, and why."""

    id = forms.CharField(widget=forms.HiddenInput)
    records = forms.MultipleChoiceField(label=_("Catatan"), widget=forms.CheckboxSelectMultiple)
    ground = forms.ChoiceField(label=_("Alasan"), choices=list(GROUNDS.items()))
    asked_by = forms.ChoiceField(label=_("Diminta oleh"), choices=list(ASKERS.items()))
    words = forms.CharField(
        label=_("Nomor surat permohonan"),
        max_length=rules.LONGEST,
        help_text=_("Tanpa nama pemohon: ini dibaca semua pihak."),
    )

    def __init__(self, *args: Any, found: list[tuple[str, str]], **rest: Any) -> None:
        super().__init__(*args, **rest)
        self.fields["records"].choices = found  # type: ignore[attr-defined]


class TraceForm(RefusingForm):
    """A file that turned up somewhere."""

    file = forms.FileField(label=_("Berkas Excel"), widget=forms.ClearableFileInput(attrs={"accept": ".xlsx"}))


class EraseForm(RefusingForm):
    """Yes, for good."""

    id = forms.CharField(widget=forms.HiddenInput)
    schedule = forms.CharField(
        label=_("Nomor jadwal retensi arsip (JRA)"),
        required=False,
        max_length=rules.LONGEST_SCHEDULE,
        help_text=_("Wajib bila ada surat, notula, atau laporan resmi di antaranya."),
    )


class RefuseForm(RefusingForm):
    """No, with a ground."""

    id = forms.CharField(widget=forms.HiddenInput)
    ground = forms.ChoiceField(label=_("Dasar"), choices=list(REFUSALS.items()))
    words = forms.CharField(label=_("Penjelasan"), max_length=rules.LONGEST)
