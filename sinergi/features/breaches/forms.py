"""The shape of what people type about a breach. Saves nothing."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from sinergi.features.breaches import rules
from sinergi.web.forms import RefusingForm

KINDS = {
    "name": _("nama"),
    "contact": _("telepon atau surel"),
    "address": _("alamat"),
    "account": _("akun atau kata sandi"),
    "location": _("lokasi orang"),
    "document": _("dokumen atau foto"),
    "specific": _("data spesifik (kesehatan, catatan kejahatan, anak, keuangan)"),
}
STEPS = {
    "contained": _("kebocoran dihentikan"),
    "counted": _("jumlah orang dihitung"),
    "authority": _("lembaga pengawas diberi tahu"),
    "subjects": _("orang yang terkena diberi tahu"),
    "public": _("diumumkan kepada masyarakat"),
    "closed": _("ditutup"),
}


def _area(label: Any, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label, max_length=rules.LONGEST, help_text=help_text, widget=forms.Textarea(attrs={"rows": 3})
    )


class NoteForm(RefusingForm):
    """What is known when it becomes known."""

    id = forms.CharField(widget=forms.HiddenInput)
    known_at = forms.DateTimeField(
        label=_("Diketahui pada"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M"],
        help_text=_("Jam 72 mulai dari sini."),
    )
    disclosed = forms.MultipleChoiceField(
        label=_("Data yang terungkap"), choices=list(KINDS.items()), widget=forms.CheckboxSelectMultiple
    )
    people = forms.IntegerField(
        label=_("Perkiraan jumlah orang"), min_value=0, max_value=rules.MOST_PEOPLE, help_text=_("Jumlah, tanpa nama.")
    )
    what = _area(_("Apa yang terungkap"), _("Tanpa nama orang."))
    how = _area(_("Kapan dan bagaimana terjadi"))


class StepForm(RefusingForm):
    """What was done."""

    id = forms.CharField(widget=forms.HiddenInput)
    kind = forms.ChoiceField(label=_("Langkah"), choices=list(STEPS.items()))
    words = _area(_("Uraian"))
    letter = forms.CharField(
        label=_("Nomor surat"),
        required=False,
        max_length=rules.LONGEST_LETTER,
        help_text=_("Wajib untuk kedua pemberitahuan."),
    )
    people = forms.IntegerField(label=_("Jumlah orang"), required=False, min_value=0, max_value=rules.MOST_PEOPLE)


class TellForm(RefusingForm):
    """Telling the parties of an agreement."""

    id = forms.CharField(widget=forms.HiddenInput)
    agreement = forms.ChoiceField(label=_("Perjanjian"))
    words = _area(_("Yang perlu diketahui mitra"))

    def __init__(self, *args: Any, agreements: list[tuple[str, str]], **rest: Any) -> None:
        super().__init__(*args, **rest)
        self.fields["agreement"].choices = agreements  # type: ignore[attr-defined]
