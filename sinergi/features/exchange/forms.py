"""Which facts a list shows."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _


class FilterForm(forms.Form):
    """The filter above the list of facts."""

    kind = forms.ChoiceField(label=_("Catatan"), required=False)
    author = forms.ChoiceField(label=_("Penulis"), required=False)
    waits_for = forms.ChoiceField(label=_("Menunggu dikirim ke"), required=False)
    state = forms.ChoiceField(
        label=_("Keadaan"),
        required=False,
        choices=[("", _("Semua")), ("troubled", _("belum atau tidak berlaku"))],
    )
    since = forms.DateField(label=_("Sejak"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("Sampai tanggal"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, parties: list[tuple[str, str]], kinds: list[tuple[str, str]], **rest: Any) -> None:
        super().__init__(*args, **rest)
        everything = ("", _("Semua"))
        cast(forms.ChoiceField, self.fields["kind"]).choices = [everything, *sorted(kinds, key=lambda kind: kind[1])]
        cast(forms.ChoiceField, self.fields["author"]).choices = [everything, *parties]
        cast(forms.ChoiceField, self.fields["waits_for"]).choices = [("", "–"), *parties[1:]]
