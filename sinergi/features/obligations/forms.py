"""The shape of what people type about obligations. Saves nothing."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from sinergi.features.obligations import rules


class StatementForm(forms.Form):
    """What is stated about one due."""

    id = forms.CharField(widget=forms.HiddenInput)
    statement = forms.ChoiceField(
        widget=forms.HiddenInput, choices=[(code, code) for code in ("done", "release", "dispute")]
    )
    words = forms.CharField(
        label=_("Keterangan"), max_length=rules.LONGEST_WORDS, widget=forms.Textarea(attrs={"rows": 3})
    )


class AnswerForm(forms.Form):
    """Yes or no; a no needs words."""

    id = forms.CharField(widget=forms.HiddenInput)
    agrees = forms.TypedChoiceField(coerce=lambda value: value == "yes", choices=[("yes", "yes"), ("no", "no")])
    words = forms.CharField(
        label=_("Alasan"), max_length=rules.LONGEST_WORDS, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )


class ProposalForm(forms.Form):
    """A list from the template: which obligations, since when, with which days."""

    id = forms.CharField(widget=forms.HiddenInput)
    counts_from = forms.DateField(
        label=_("Dihitung sejak"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d", "%d/%m/%Y"],
        help_text=_("Tenggat sebelum hari ini tidak dihitung."),
    )
    remark = forms.CharField(
        label=_("Catatan untuk pihak lain"),
        max_length=rules.LONGEST_WORDS,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class ItemForm(forms.Form):
    """One obligation of the list. `days` only where it is due around voting day or some days after a happening."""

    code = forms.CharField(widget=forms.HiddenInput)
    included = forms.BooleanField(label=_("Termasuk"), required=False)
    title = forms.CharField(label=_("Kewajiban"), max_length=rules.LONGEST_TITLE)
    days = forms.CharField(label=_("Hari"), max_length=200)

    def __init__(self, *args: Any, has_days: bool = False, **more: Any) -> None:
        super().__init__(*args, **more)
        self.has_days = has_days
        if not has_days:
            del self.fields["days"]

    def clean_days(self) -> list[int]:
        """Numbers, in the form people write: H-60, H-30, H-7, or -60 -30 -7."""
        words = re.split(r"[\s,;]+", self.cleaned_data["days"].upper().strip(" ,;"))
        try:
            return sorted({int(word.removeprefix("H") or "0") for word in words})
        except ValueError as error:
            raise forms.ValidationError(_("Tulis jumlah hari, misalnya H-30, H-7.")) from error
